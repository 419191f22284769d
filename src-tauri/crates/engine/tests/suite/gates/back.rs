//! Gates and the way back.

use switchback_engine::RejectionCode as Code;
use switchback_engine::gate::obstacles;
use switchback_engine::next::{Work, next};
use switchback_engine::ports::Clock as _;
use switchback_engine::run::Run;
use switchback_model::{Command, PhaseId, RollbackScope, StepState};
use switchback_testkit::plans::id;
use switchback_testkit::walk::invariants;

use super::{ALL, check_gate, gone, mid, open, phase, rejected, say, why_closed};

#[tokio::test]
async fn no_go_closes_an_open_phase_before_anything_is_sent_and_never_bars_the_way_back() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    desk.check("switch").await.unwrap();
    desk.approve("switch").await.unwrap();
    assert_eq!(next(desk.run()), Some(Work::Apply(id("switch"))));
    say(desk, &mid(), false, "").await.unwrap();
    assert_eq!(next(desk.run()), None, "the approval is void");
    desk.idle().await;
    assert!(fake.store.log().is_empty());
    assert_eq!(desk.approve("switch").await.unwrap_err().code, Code::Guard);

    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, ALL).await.unwrap();
    desk.apply("switch").await.unwrap();
    say(desk, &mid(), false, "").await.unwrap();
    desk.roll_back(RollbackScope::Rule("R3".parse().unwrap()))
        .await
        .unwrap();
    assert_eq!(desk.state("switch"), StepState::Undone { accepted: false });
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_go_is_void_once_a_rollback_reaches_its_phase_or_one_before_it() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::Skip { step: id("announce") }).await.unwrap();
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    desk.apply("switch").await.unwrap();
    let post: PhaseId = "post".parse().unwrap();
    say(desk, &post, true, "").await.unwrap();
    assert!(open(desk, &post));
    desk.roll_back(RollbackScope::Rule("R3".parse().unwrap()))
        .await
        .unwrap();
    for gate in [mid(), post.clone()] {
        let why = "A rollback that takes back step switch was confirmed after it.";
        assert_eq!(why_closed(desk, &gate).as_deref(), Some(why));
    }
    let took = |run: &Run| run.steps[&id("switch")].undos().collect::<Vec<_>>();
    let measured = took(desk.run());
    assert_eq!(measured.len(), 1);
    let reopen = Command::Reopen { step: id("switch") };
    desk.ask(reopen).await.unwrap();
    // What it took is known at the second go, too.
    assert_eq!(took(desk.run()), measured);
    desk.check("switch").await.unwrap();
    let why = desk.approve("switch").await.unwrap_err();
    assert_eq!(
        why.message,
        "The go at the gate of “Mid” (phase mid) is void. A rollback that takes back step switch was confirmed after it."
    );
    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, ALL).await.unwrap();
    desk.apply("switch").await.unwrap();
    assert_eq!(took(desk.run()), measured);

    // A step of an earlier phase that starts anew makes the go of every later phase void.
    desk.ask(Command::Reopen { step: id("look") }).await.unwrap();
    assert_eq!(
        why_closed(desk, &mid()).as_deref(),
        Some("Step look was started anew after it.")
    );
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_go_during_a_rollback_is_refused_and_no_go_is_not() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    desk.idle().await;
    assert!(
        desk.run().rollback_active(),
        "a person takes the restriction back"
    );
    check_gate(desk, &mid()).await;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!((code, why.as_str()), (Code::NotNow, "A rollback is under way."));
    say(desk, &mid(), false, "").await.unwrap();
    assert!(obstacles(desk.run(), phase(desk, &mid()), fake.clock.now()).is_empty());
}
