//! Which refusals are believed, after which look, and how long that takes.

use std::time::Duration;

use jiff::SignedDuration;
use switchback_engine::ports::{Clock as _, ProviderErrorKind as Kind};
use switchback_model::{Command, EventKind, Finding, RollbackScope, StepState};
use switchback_testkit::plans::{LONG_TTL, ZONE, address, id, name};
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{Fault, Op};

use super::{CONTRADICTING, DONE, ORDINARY, events, idle_for_now, lost, ready};

#[tokio::test]
async fn a_request_that_was_repeated_on_its_way_is_found_done_and_has_its_way_back() {
    let mut fake = ready().await;
    fake.faulty.inject(Op::Call, 1, Fault::Repeated);
    fake.desk.approve("lower-ttl").await.unwrap();
    let sent = fake.clock.monotonic();
    while fake.desk.state("lower-ttl") != (StepState::Verifying { n: 1 }) {
        fake.desk.some_turns(1).await.unwrap();
    }
    let took = fake.clock.monotonic() - sent;
    assert!(
        took >= Duration::from_secs(5) && took < Duration::from_secs(8),
        "two looks: {took:?}"
    );
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    assert_eq!(fake.faulty.count(Op::Call), 1, "not repeated by us");
    // The same on the way back.
    fake.faulty.inject(Op::Call, 1, Fault::Repeated);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert!(matches!(fake.desk.state("lower-ttl"), StepState::Undone { .. }));
    assert_eq!(
        fake.store.records()[&(ZONE.to_owned(), name("apps"))],
        vec![address("apps", LONG_TTL, "192.0.2.10")]
    );
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn no_refusal_after_a_commit_is_believed() {
    for kind in ORDINARY.into_iter().chain(CONTRADICTING) {
        for fault in [Fault::RefusedAfter(kind), Fault::RefusedThenLands(kind)] {
            let mut fake = ready().await;
            fake.faulty.inject(Op::Call, 1, fault);
            fake.desk.approve("lower-ttl").await.unwrap();
            fake.desk.idle().await;
            assert_eq!(fake.desk.state("lower-ttl"), DONE, "{fault:?}");
            assert_eq!(fake.faulty.count(Op::Call), 1, "{fault:?}: never repeated");
            fake.faulty.inject(Op::Call, 1, fault);
            let _ = fake.desk.roll_back(RollbackScope::All).await;
            fake.desk.idle().await;
            back(&mut fake.desk).await.unwrap();
            assert_eq!(
                fake.faulty.count(Op::Call),
                2,
                "{fault:?}: never repeated on the way back"
            );
            invariants(&fake).unwrap();
        }
    }
}

#[tokio::test]
async fn a_refusal_that_goes_with_what_is_there_fails_at_once_and_one_that_does_not_is_waited_for() {
    for kind in ORDINARY.into_iter().chain(CONTRADICTING) {
        let ordinary = ORDINARY.contains(&kind);
        let mut fake = ready().await;
        for n in 1..=5 {
            fake.faulty.inject(Op::Call, n, Fault::FailsBefore(kind));
        }
        fake.desk.approve("lower-ttl").await.unwrap();
        idle_for_now(&mut fake).await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed, "{kind:?}");
        assert_eq!(lost(&fake), usize::from(!ordinary), "{kind:?}");
        let told = fake.desk.journal.events();
        let at = |wanted: fn(&EventKind) -> bool| told.iter().rev().find(|e| wanted(&e.kind)).unwrap().at;
        let heard = at(|kind| matches!(kind, EventKind::RefusalHeard { .. }));
        let took = told.last().unwrap().at.duration_since(heard);
        let expected = if ordinary { 0 } else { 18 };
        assert!(
            (expected..expected + 8).contains(&took.as_secs()),
            "{kind:?} took {took}"
        );
        // The image from before is kept, and the object is looked at once more.
        let attempt = fake.desk.run().steps[&id("lower-ttl")].current().unwrap().clone();
        assert!(attempt.heard && attempt.before.readable().is_some());
        fake.desk.idle().await;
        let late = |kind: &EventKind| matches!(kind, EventKind::LookedLate { finding, .. } if *finding == Finding::Before);
        assert_eq!(
            events(&fake).iter().filter(|kind| late(kind)).count(),
            1,
            "{kind:?}"
        );
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    }
}

#[tokio::test]
async fn what_was_never_sent_needs_no_look() {
    for kind in [Kind::Connect, Kind::Tls, Kind::Guard] {
        let mut fake = ready().await;
        for n in 1..=5 {
            fake.faulty.inject(Op::Call, n, Fault::FailsBefore(kind));
        }
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
        assert!(!events(&fake).iter().any(|kind| {
            matches!(
                kind,
                EventKind::RefusalHeard { .. } | EventKind::LookedLate { .. } | EventKind::Lost { .. }
            )
        }));
    }
}

#[tokio::test]
async fn somebody_else_s_change_is_foreign_whatever_was_said() {
    for kind in [Kind::Denied, Kind::Conflict] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, Fault::FailsBefore(kind));
        fake.desk.approve("lower-ttl").await.unwrap();
        while !events(&fake)
            .iter()
            .any(|k| matches!(k, EventKind::RefusalHeard { .. }))
        {
            fake.desk.driver.turn().await.unwrap();
        }
        let found = vec![address("apps", 77, "198.51.100.99")];
        fake.store.put(ZONE, &name("apps"), found);
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Foreign, "{kind:?}");
    }
}

#[tokio::test]
async fn two_hundred_ordinary_refusals_leave_nothing_in_doubt_and_hold_nothing_up() {
    let mut refusals = 0;
    for round in 0..50 {
        let kind = ORDINARY[round % ORDINARY.len()];
        let mut fake = ready().await;
        let retryable = matches!(kind, Kind::Throttled | Kind::Busy);
        for n in 1..=2 {
            fake.faulty.inject(Op::Call, n, Fault::FailsBefore(kind));
        }
        while fake.desk.state("lower-ttl") != DONE {
            fake.desk.apply("lower-ttl").await.unwrap();
        }
        for n in 1..=2 {
            fake.faulty.inject(Op::Call, n, Fault::FailsBefore(kind));
        }
        let began = fake.clock.now();
        fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
        for _ in 0..3 {
            idle_for_now(&mut fake).await;
            if fake.desk.rollback_state() == "completed" {
                break;
            }
            fake.desk.ask(Command::RollbackRetry).await.unwrap();
        }
        assert_eq!(fake.desk.rollback_state(), "completed", "{kind:?}");
        let told = fake.desk.journal.events();
        refusals += told
            .iter()
            .filter(|event| matches!(event.kind, EventKind::RefusalHeard { .. }))
            .count();
        assert_eq!(lost(&fake), 0, "{kind:?}: none is in doubt");
        // What the looks add is all that is between the word of AWS and what it was taken for.
        let mut added = SignedDuration::ZERO;
        for pair in told.windows(2) {
            if pair[0].at >= began && matches!(pair[0].kind, EventKind::RefusalHeard { .. }) {
                assert!(
                    matches!(pair[1].kind, EventKind::Refused { .. }),
                    "{:?}",
                    pair[1].kind
                );
                added += pair[1].at.duration_since(pair[0].at);
            }
        }
        assert!(added <= SignedDuration::from_secs(2), "{kind:?}: {added} added");
        assert!(
            retryable || fake.faulty.count(Op::Call) == 6,
            "{}",
            fake.faulty.count(Op::Call)
        );
    }
    assert_eq!(refusals, 200);
}
