//! Stale screens, double clicks, hold and stop, a lost lease, throttling.

use std::time::Duration;

use jiff::SignedDuration;
use switchback_engine::DriveError;
use switchback_engine::RejectionCode as Code;
use switchback_engine::ports::{JournalError, ProviderErrorKind};
use switchback_engine::run::Barred;
use switchback_model::{Command, DoneHow, EventKind, RollbackScope, RunState, StepState, TargetKind};
use switchback_testkit::plans::{LOW_TTL, ZONE, address, dns_switch, id, name, plan, set_ttl};
use switchback_testkit::rig::{FakeRig, Settled};
use switchback_testkit::walk::invariants;
use switchback_testkit::{Fault, Op};

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};

async fn ready() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake
}

#[tokio::test]
async fn a_stale_or_missing_basis_is_refused() {
    let mut fake = ready().await;
    let apply = Command::Apply {
        step: id("lower-ttl"),
    };
    assert_eq!(
        fake.desk.ask(apply.clone()).await.unwrap_err().code,
        Code::StaleScreen
    );
    let old = fake.desk.preview(&id("lower-ttl"));
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", 700, "192.0.2.10")]);
    fake.desk.check("lower-ttl").await.unwrap();
    let refused = fake.desk.submit(apply, old).await.unwrap_err();
    assert!(
        refused.to_string().contains("not the one that you saw"),
        "{refused}"
    );
    let scope = RollbackScope::All;
    let none = Command::Rollback {
        scope,
        overrides: vec![],
        accept_breaches: vec![],
    };
    fake.desk.apply("lower-ttl").await.unwrap();
    assert_eq!(fake.desk.ask(none).await.unwrap_err().code, Code::StaleScreen);
}

#[tokio::test]
async fn a_double_click_is_one_application() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    assert_eq!(
        fake.desk.approve("lower-ttl").await.unwrap_err().code,
        Code::NotNow
    );
    fake.desk.idle().await;
    assert_eq!(
        fake.desk.approve("lower-ttl").await.unwrap_err().code,
        Code::NotNow
    );
    assert_eq!(fake.store.log().len(), 1);
}

#[tokio::test]
async fn drift_between_preview_and_call_voids_the_approval() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", 700, "192.0.2.10")]);
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Blocked);
    assert!(fake.desk.run().steps[&id("lower-ttl")].voided.is_some());
    assert!(fake.store.log().is_empty());
}

#[tokio::test]
async fn old_readings_are_unknown() {
    let mut plan = dns_switch();
    plan.phases[0].steps[0]
        .before
        .push(switchback_testkit::plans::check("x", None));
    let mut fake = FakeRig::open(&plan).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.clock.advance(Duration::from_secs(61));
    assert_eq!(
        fake.desk.approve("lower-ttl").await.unwrap_err().code,
        Code::Unknown
    );
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_make_old_readings_fresh() {
    let mut plan = dns_switch();
    plan.phases[0].steps[0]
        .before
        .push(switchback_testkit::plans::check("x", None));
    let mut fake = FakeRig::open(&plan).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.clock.jump_wall(jiff::SignedDuration::from_hours(-2));
    fake.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        fake.desk.approve("lower-ttl").await.unwrap_err().code,
        Code::Unknown
    );
}

#[tokio::test]
async fn a_point_of_no_return_is_refused_on_production() {
    let mut plan = plan(vec![set_ttl("s", "apps", LOW_TTL)]);
    plan.phases[0].steps[0].reversibility = switchback_model::Reversibility::PointOfNoReturn;
    plan.target.kind = TargetKind::Production;
    let mut fake = FakeRig::open(&plan).await;
    fake.desk.check("s").await.unwrap();
    assert_eq!(fake.desk.approve("s").await.unwrap_err().code, Code::Guard);
}

#[tokio::test]
async fn idle_time_before_a_click_does_not_void_it() {
    let mut fake = ready().await;
    fake.clock.advance(Duration::from_secs(3600));
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
}

#[tokio::test]
async fn a_jump_of_the_clock_voids_what_was_prepared() {
    for jump in [SignedDuration::from_secs(3600), SignedDuration::from_secs(-3600)] {
        let mut fake = ready().await;
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.clock.jump_wall(jump);
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Ready, "{jump}");
        assert!(fake.store.log().is_empty());
        let resumed = |kind: &EventKind| matches!(kind, EventKind::Resumed { .. });
        assert!(
            fake.desk
                .journal
                .events()
                .iter()
                .any(|event| resumed(&event.kind))
        );
    }
}

#[tokio::test]
async fn hold_bars_applies_and_nothing_else() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.ask(Command::Hold).await.unwrap();
    fake.desk.idle().await;
    let told = fake.desk.journal.events().pop().unwrap();
    let EventKind::Held { by, reason } = told.kind else {
        panic!("{told:?}")
    };
    let at = told.at;
    assert_eq!(
        fake.desk.run().barred,
        Some(Barred { by, reason, at }),
        "who, why, when"
    );
    assert!(
        fake.store.log().is_empty(),
        "an approval does not outlive the hold"
    );
    assert_eq!(
        fake.desk.approve("lower-ttl").await.unwrap_err().code,
        Code::NotNow
    );
    fake.desk.ask(Command::Resume).await.unwrap();
    assert_eq!(fake.desk.run().barred, None);
    fake.desk.idle().await;
    assert!(fake.store.log().is_empty(), "resuming does not apply by itself");
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.ask(Command::Hold).await.unwrap();
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(
        fake.desk.state("lower-ttl"),
        StepState::Undone { accepted: false }
    );
}

#[tokio::test]
async fn neither_hold_nor_stop_bars_an_undo_that_waits_to_be_tried_again() {
    for command in [Command::Hold, Command::Stop] {
        let mut fake = ready().await;
        fake.desk.apply("lower-ttl").await.unwrap();
        fake.faulty
            .inject(Op::Call, 1, Fault::FailsBefore(ProviderErrorKind::Throttled));
        fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
        fake.desk.driver.turn().await.unwrap();
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Undoing { n: 1 });
        fake.desk.ask(command).await.unwrap();
        fake.desk.idle().await;
        assert_eq!(fake.desk.rollback_state(), "completed");
        assert_eq!(
            fake.desk.state("lower-ttl"),
            StepState::Undone { accepted: false }
        );
    }
}

#[tokio::test]
async fn after_a_takeover_everything_is_looked_at_before_anything_is_done() {
    let mut fake = ready().await;
    fake.desk.apply("lower-ttl").await.unwrap();
    let mut events = fake.desk.journal.events();
    // The copy is older than the world: somebody switched by hand meanwhile.
    fake.store.put(
        ZONE,
        &name("apps"),
        vec![address("apps", LOW_TTL, "198.51.100.20")],
    );
    events.push(switchback_model::Event {
        seq: events.len() as u64 + 1,
        at: events[events.len() - 1].at,
        kind: EventKind::TakenOver {
            by: switchback_testkit::journal::operator(),
            reason: "the laptop is gone".to_owned(),
            from_seq: events.len() as u64,
            vouched: None,
        },
    });
    let journal = switchback_testkit::MemoryJournal::from_events(events, true);
    let mut fake = FakeRig::over(fake.clock.clone(), journal, fake.store.clone()).await;
    fake.desk
        .ask(Command::Check { step: id("switch") })
        .await
        .unwrap();
    assert_eq!(fake.desk.approve("switch").await.unwrap_err().code, Code::NotNow);
    fake.desk.idle().await;
    let drift = |step: &str| {
        fake.desk.run().steps[&id(step)]
            .drift
            .as_ref()
            .map(|finding| finding.word())
    };
    assert_eq!(drift("lower-ttl"), Some("other"));
    assert_eq!(drift("switch"), Some("after"), "offered for adoption");
    assert!(fake.desk.run().steps.values().all(|step| !step.reinspect));
}

#[tokio::test]
async fn a_stop_is_complete_only_when_the_call_is_resolved() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
    fake.desk.driver.turn().await.unwrap();
    fake.desk.ask(Command::Stop).await.unwrap();
    assert_eq!(fake.desk.run().state, RunState::Stopping);
    assert_eq!(
        fake.desk.ask(Command::Resume).await.unwrap_err().code,
        Code::NotNow
    );
    fake.desk.idle().await;
    assert_eq!(fake.desk.run().state, RunState::Stopped);
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    fake.desk.check("switch").await.unwrap();
    assert_eq!(fake.desk.approve("switch").await.unwrap_err().code, Code::NotNow);
    fake.desk.ask(Command::Resume).await.unwrap();
    fake.desk.apply("switch").await.unwrap();
}

#[tokio::test]
async fn a_driver_that_lost_its_lease_does_not_call() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.journal.fence_out_at_question(1);
    let settled = fake.desk.settle().await;
    assert!(
        matches!(
            settled,
            Settled::Stopped(DriveError::Journal(JournalError::Fenced(_)))
        ),
        "{settled:?}"
    );
    assert_eq!(fake.faulty.count(Op::Call), 0);
    assert!(fake.store.log().is_empty());
    fake.desk.restart().await.unwrap();
    assert_eq!(
        fake.desk.state("lower-ttl"),
        StepState::InDoubt { n: 1 },
        "the taker inspects it"
    );
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
}

#[tokio::test]
async fn without_a_journal_write_there_is_no_action() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.journal.fail_append(1);
    assert!(matches!(fake.desk.settle().await, Settled::Stopped(_)));
    assert_eq!(fake.faulty.count(Op::Call), 0);
}

#[tokio::test]
async fn throttling_is_tried_again_with_the_same_preview_five_times_at_most() {
    for refusals in 1..=6 {
        let mut fake = ready().await;
        let checks = fake.desk.run().steps[&id("lower-ttl")].checks.clone().unwrap();
        let preview = checks.preview.unwrap().digest();
        for n in 1..=refusals {
            fake.faulty
                .inject(Op::Call, n, Fault::FailsBefore(ProviderErrorKind::Throttled));
        }
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        let intents: Vec<_> = fake
            .desk
            .journal
            .events()
            .into_iter()
            .filter_map(|event| match event.kind {
                EventKind::Intended { preview, .. } => Some((event.at, preview)),
                _ => None,
            })
            .collect();
        assert_eq!(intents.len(), (refusals + 1).min(5), "{refusals} refusals");
        assert!(intents.iter().all(|(_, shown)| *shown == preview));
        let span = intents[intents.len() - 1].0.duration_since(intents[0].0);
        assert!(span <= SignedDuration::from_secs(60), "{span}");
        let expected = if refusals < 5 { DONE } else { StepState::Failed };
        assert_eq!(fake.desk.state("lower-ttl"), expected, "{refusals} refusals");
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn a_refusal_that_is_not_retryable_is_not_tried_again() {
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::FailsBefore(ProviderErrorKind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    assert_eq!(fake.faulty.count(Op::Call), 1);
}
