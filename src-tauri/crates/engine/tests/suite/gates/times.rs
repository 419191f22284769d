//! T0, and planned against actual times.

use std::time::Duration;

use switchback_engine::Run;
use switchback_engine::ports::Clock;
use switchback_engine::times;
use switchback_model::{Command, EventKind, RollbackScope, StepState};
use switchback_testkit::plans::id;

use super::{amend, gone, gone_with, mid, phase, rejected};

#[tokio::test]
async fn t0_is_the_first_effect_of_its_phase_and_stays_whatever_is_rolled_back() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::Attest { step: id("announce") }).await.unwrap();
    assert_eq!(desk.run().t0, None, "nobody is affected by being told");
    fake.clock.advance(Duration::from_secs(600));
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    let t0 = desk.run().t0.clone().unwrap();
    assert_eq!((t0.step.as_str(), t0.at), ("restrict", fake.clock.now()));
    fake.clock.advance(Duration::from_secs(600));
    desk.apply("switch").await.unwrap();
    desk.roll_back(RollbackScope::Rule("R3".parse().unwrap()))
        .await
        .unwrap();
    assert_eq!(desk.run().t0.as_ref(), Some(&t0));
    desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    desk.idle().await;
    for item in ["restrict", "announce"] {
        let item = item.to_owned();
        desk.ask(Command::RollbackDone { item }).await.unwrap();
        desk.idle().await;
    }
    assert!(matches!(desk.state("restrict"), StepState::Undone { .. }));
    assert_eq!(
        desk.run().t0.as_ref(),
        Some(&t0),
        "who was moved since then was moved"
    );
    let replayed = Run::replay(&desk.journal.events()).unwrap();
    assert_eq!(replayed.t0, Some(t0));
    let (_, why) = rejected(amend(desk, |plan| plan.phases[1].t0 = false).await);
    assert_eq!(
        why,
        "T0 has come: which phase it is the start of can't be amended."
    );
}

/// Who was told that it starts, and then that we went back, is told anew: that notice is no longer the last word.
#[tokio::test]
async fn a_notice_is_given_anew_once_a_rollback_told_the_contrary() {
    let mut fake = gone_with(|plan| {
        plan.rules[0].then = vec!["We went back.".to_owned()];
    })
    .await;
    let desk = &mut fake.desk;
    for step in ["announce", "restrict"] {
        desk.ask(Command::Attest { step: id(step) }).await.unwrap();
    }
    let reopen = || Command::Reopen { step: id("announce") };
    assert!(desk.ask(reopen()).await.is_err(), "it is what people heard last");
    desk.apply("switch").await.unwrap();
    desk.confirm(RollbackScope::Rule("R3".parse().unwrap()), &[], &[])
        .await
        .unwrap();
    desk.idle().await;
    assert!(
        desk.run().told_otherwise_since(&id("announce")).is_none(),
        "nobody was told yet"
    );
    let item = "notice-1".to_owned();
    desk.ask(Command::RollbackDone { item }).await.unwrap();
    desk.idle().await;
    assert_eq!(desk.rollback_state(), "completed");
    let told = desk.run().told_otherwise_since(&id("announce"));
    assert!(told.is_some());
    assert!(
        desk.run().told_otherwise_since(&id("restrict")).is_none(),
        "it is no notice"
    );
    assert!(
        desk.run().told_otherwise_since(&id("tell")).is_none(),
        "its phase stands"
    );
    desk.ask(reopen()).await.unwrap();
    assert_eq!(desk.state("announce"), StepState::ToDo);
}

#[tokio::test]
async fn the_t0_of_an_action_is_when_its_call_was_applied() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.check("switch").await.unwrap();
    fake.clock.advance(Duration::from_secs(20));
    desk.approve("switch").await.unwrap();
    assert_eq!(desk.run().t0, None, "an approval is no effect");
    desk.idle().await;
    let answered = desk
        .journal
        .events()
        .into_iter()
        .find_map(|event| match event.kind {
            EventKind::Answered { .. } => Some(event.at),
            _ => None,
        });
    assert_eq!(desk.run().t0.as_ref().map(|t0| t0.at), answered);
}

#[tokio::test]
async fn planned_against_actual_comes_from_the_journal() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    let start = fake.clock.now();
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    desk.apply("switch").await.unwrap();
    let times = times::of_step(desk.run(), &id("switch"));
    assert_eq!(times.planned_s, Some(240));
    assert_eq!(
        times.started_at,
        Some(desk.run().steps[&id("switch")].attempts[0].intended_at)
    );
    assert_eq!(times.ended_at, desk.run().steps[&id("switch")].changed_at);
    let attested = times::of_step(desk.run(), &id("restrict"));
    assert_eq!((attested.started_at, attested.ended_at), (None, Some(start)));

    let whole = times::of_phase(desk.run(), phase(desk, &mid()));
    assert_eq!((whole.planned_s, whole.started_at), (Some(240), Some(start)));
    assert_eq!(whole.ended_at, None, "a step of it is open");
    fake.clock.advance(Duration::from_secs(60));
    assert!(whole.actual_s(fake.clock.now()).unwrap() >= 60);
    desk.ask(Command::Skip { step: id("announce") }).await.unwrap();
    let whole = times::of_phase(desk.run(), phase(desk, &mid()));
    assert_eq!(whole.ended_at, Some(fake.clock.now()));
    let replayed = Run::replay(&desk.journal.events()).unwrap();
    assert_eq!(times::of_run(&replayed), times::of_run(desk.run()));
}
