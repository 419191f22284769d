//! What stands in the way of go, and what is not done until it is said.

use std::time::Duration;

use switchback_engine::RejectionCode as Code;
use switchback_engine::decide::{Facts, decide as engine_decide};
use switchback_engine::gate::basis;
use switchback_engine::next::next;
use switchback_engine::ports::Clock as _;
use switchback_model::{Command, Digest, EventKind, StepState, Submission, Verdict};
use switchback_testkit::journal::operator;
use switchback_testkit::plans::id;
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::invariants;

use super::{ALL, check_gate, decide, gated, gone, mid, open, people, phase, rejected, say, say_seeing};

#[tokio::test]
async fn everything_that_stands_in_the_way_of_go_is_named() {
    let mut fake = FakeRig::open(&gated()).await;
    let desk = &mut fake.desk;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::Guard);
    assert_eq!(
        why,
        "Step look (\"Step look\") is not settled: it is \"To do\". Step tell (\"Step tell\") is not settled: it \
         is \"To do\". Decision when (\"When?\") is not taken. Check site (\"Check site\"): it was not read yet. \
         Check short (\"Check short\"): it was not read yet."
    );

    desk.apply("look").await.unwrap();
    desk.ask(Command::Skip { step: id("tell") }).await.unwrap();
    decide(desk).await;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::Unknown, "{why}");

    fake.fake.script("site", [Verdict::Fail]);
    check_gate(desk, &mid()).await;
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(
        (code, why.as_str()),
        (Code::CheckFailed, "Check site (\"Check site\"): scripted.")
    );
    fake.fake.script("site", [Verdict::Error]);
    check_gate(desk, &mid()).await;
    let (code, _) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::Unknown, "what can't be told is never green");

    fake.fake.script("site", [Verdict::Pass]);
    check_gate(desk, &mid()).await;
    let (code, why) = rejected(say(desk, &mid(), true, "Incident lead=A. Example").await);
    assert_eq!(
        (code, why.as_str()),
        (Code::Guard, "Nobody is named for: Service desk.")
    );
    let (code, why) = rejected(say(desk, &mid(), true, "Lead=A. Example").await);
    assert_eq!(
        (code, why.as_str()),
        (Code::BadValue, "The gate has no role \"Lead\".")
    );
    let other = Digest::of(&"something else");
    let (code, _) = rejected(say_seeing(desk, &mid(), true, ALL, Some(other)).await);
    assert_eq!(code, Code::StaleScreen);
    // The same answers, as they were seen at another run.
    let mut run = desk.run().clone();
    run.id = "another-run".parse().unwrap();
    let elsewhere = basis(&run, &run.plan.phases[1]);
    let (code, _) = rejected(say_seeing(desk, &mid(), true, ALL, Some(elsewhere)).await);
    assert_eq!(code, Code::StaleScreen);
    let (code, _) = rejected(say_seeing(desk, &mid(), true, ALL, None).await);
    assert_eq!(code, Code::StaleScreen);

    // A reading counts for what the check says where that is shorter than what the gate says.
    fake.clock.advance(Duration::from_secs(61));
    let (code, why) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(
        (code, why.as_str()),
        (
            Code::Unknown,
            "Check short (\"Check short\"): it was read 1 min 1 s ago and counts for 1 min."
        )
    );
    assert!(!open(desk, &mid()));
    check_gate(desk, &mid()).await;
    say(desk, &mid(), true, ALL).await.unwrap();
    assert!(open(desk, &mid()));
    let (code, _) = rejected(say(desk, &mid(), true, ALL).await);
    assert_eq!(code, Code::NotNow, "go was said already");
    let nowhere = Command::CheckGate {
        phase: "pre".parse().unwrap(),
    };
    let rejection = desk.ask(nowhere).await.unwrap_err();
    assert_eq!(rejection.message, "Phase pre has no gate.");
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn until_go_nothing_of_the_phase_is_applied_or_attested_but_it_may_be_checked_and_skipped() {
    let mut fake = FakeRig::open(&gated()).await;
    let desk = &mut fake.desk;
    let bar = "Nobody has said go at the gate of “Mid” (phase mid).";
    desk.check("switch").await.unwrap();
    assert_eq!(desk.state("switch"), StepState::Ready);
    assert_eq!(desk.approve("switch").await.unwrap_err().message, bar);
    let attest = Command::Attest { step: id("restrict") };
    assert_eq!(desk.ask(attest.clone()).await.unwrap_err().message, bar);
    desk.check("announce").await.unwrap();
    assert_eq!(desk.approve("announce").await.unwrap_err().message, bar);
    let skip = Command::Skip { step: id("announce") };
    desk.ask(skip).await.unwrap();
    assert!(fake.store.log().is_empty(), "nothing was sent");

    // No-go needs no fresh screen, is recorded, and closes the phase until go.
    say_seeing(desk, &mid(), false, "", None).await.unwrap();
    let why = desk.ask(attest).await.unwrap_err().message;
    assert_eq!(why, "People said no-go at the gate of “Mid” (phase mid): test");
}

#[tokio::test]
async fn a_decision_at_a_gate_survives_a_restart_and_a_check_in_progress_does_not() {
    let mut fake = gone().await;
    let desk = &mut fake.desk;
    desk.ask(Command::CheckGate { phase: mid() }).await.unwrap();
    desk.restart().await.unwrap();
    assert_eq!(
        next(desk.run()),
        None,
        "a check in progress starts over when somebody asks"
    );
    assert!(open(desk, &mid()));
    let gate = &desk.run().gates[&mid()];
    let decision = gate.decision.as_ref().unwrap();
    assert_eq!(decision.people, people(ALL));
    assert_eq!(gate.readings.len(), 2);
    desk.ask(Command::Attest { step: id("restrict") }).await.unwrap();
    invariants(&fake).unwrap();
}

/// Go is what was planned, and needs no word; to keep the door closed does.
#[tokio::test]
async fn go_needs_no_reason_and_no_go_does() {
    let mut fake = FakeRig::open(&gated()).await;
    let desk = &mut fake.desk;
    desk.apply("look").await.unwrap();
    desk.ask(Command::Skip { step: id("tell") }).await.unwrap();
    decide(desk).await;
    check_gate(desk, &mid()).await;
    let ask = |go, reason: Option<&str>| {
        let asked = Submission {
            command: Command::Gate {
                phase: mid(),
                go,
                people: people(ALL),
            },
            basis: Some(basis(desk.run(), phase(desk, &mid()))),
            by: operator(),
            reason: reason.map(str::to_owned),
        };
        engine_decide(desk.run(), &asked, fake.clock.now(), &Facts::default())
    };
    let written = |events: Vec<EventKind>| match &events[..] {
        [EventKind::GateDecided { reason, .. }] => reason.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(written(ask(true, None).unwrap()), "");
    assert_eq!(written(ask(true, Some(" all agreed ")).unwrap()), "all agreed");
    for reason in [None, Some(" ")] {
        assert_eq!(ask(false, reason).unwrap_err().code, Code::NeedsReason);
    }
    assert_eq!(written(ask(false, Some("smoke")).unwrap()), "smoke");
}
