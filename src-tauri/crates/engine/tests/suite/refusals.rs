//! What a refusal means: nothing, before the object was looked at; and an apply without a change, which is
//! said of a reading of its own moment.

use std::time::Duration;

use jiff::SignedDuration;
use switchback_engine::ports::{Clock as _, ProviderErrorKind as Kind};
use switchback_engine::{RejectionCode as Code, Turn};
use switchback_model::{Command, DoneHow, EventKind, Finding, RollbackScope, StepState, Verdict, Way};
use switchback_testkit::plans::{LONG_TTL, LOW_TTL, ZONE, address, dns_switch, id, name, plan, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{CallPoint, Fault, Op};

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};
/// What goes with an object that is as before.
const ORDINARY: [Kind; 5] = [
    Kind::Throttled,
    Kind::Busy,
    Kind::Credentials,
    Kind::Denied,
    Kind::Refused,
];
/// What contradicts an object that is as before.
const CONTRADICTING: [Kind; 2] = [Kind::Conflict, Kind::NotFound];

async fn ready() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake
}

fn events(fake: &FakeRig) -> Vec<EventKind> {
    let events = fake.desk.journal.events();
    events.into_iter().map(|event| event.kind).collect()
}

fn lost(fake: &FakeRig) -> usize {
    let kinds = events(fake);
    kinds
        .iter()
        .filter(|kind| matches!(kind, EventKind::Lost { .. }))
        .count()
}

/// Turns until nothing is to be done at once, without the look past the time in which it may land.
async fn idle_for_now(fake: &mut FakeRig) {
    loop {
        match fake.desk.driver.turn().await.unwrap() {
            Turn::Worked => {}
            Turn::Waiting(at) => {
                let span = at.duration_since(fake.clock.now());
                fake.clock.advance(Duration::try_from(span).unwrap_or_default());
            }
            Turn::Idle => return,
        }
    }
}

/// Makes reads of a name fail until they are mended.
fn blind(fake: &FakeRig, label: &str) {
    fake.faulty.phase("blind");
    for nth in 1..200 {
        let place = CallPoint {
            label: format!("blind {}", name(label).host()),
            op: Op::Read,
            nth,
        };
        fake.faulty.inject_at(place, Fault::FailsBefore(Kind::Connect));
    }
}

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
async fn what_can_t_be_seen_after_a_refusal_is_in_doubt_and_bars_no_other_undo() {
    for landed in [false, true] {
        let steps = vec![switch("one", "a"), switch("two", "b")];
        let mut fake = FakeRig::open(&plan(steps)).await;
        fake.desk.apply("one").await.unwrap();
        fake.desk.check("two").await.unwrap();
        let fault = match landed {
            true => Fault::RefusedAfter(Kind::Denied),
            false => Fault::FailsBefore(Kind::Denied),
        };
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("two").await.unwrap();
        while !events(&fake)
            .iter()
            .any(|k| matches!(k, EventKind::RefusalHeard { .. }))
        {
            fake.desk.driver.turn().await.unwrap();
        }
        blind(&fake, "b");
        let heard = fake.clock.monotonic();
        while !fake.desk.run().steps[&id("two")].is_unseen() {
            fake.desk.some_turns(1).await.unwrap();
        }
        let took = fake.clock.monotonic() - heard;
        assert!(took <= Duration::from_secs(10), "tried for {took:?}");
        let words = events(&fake).into_iter().find_map(|kind| match kind {
            EventKind::Lost { problem, .. } => Some(problem.message),
            _ => None,
        });
        assert!(words.unwrap().starts_with("AWS refused it; not seen since."));
        // Nothing new goes forward, and the other step comes back all the same.
        assert_eq!(fake.desk.run().unsettled(), Some(&id("two")));
        assert_eq!(fake.desk.run().in_flight(), None);
        fake.desk
            .confirm(RollbackScope::Step(id("one")), &[], &[])
            .await
            .unwrap();
        while fake.desk.rollback_state() == "running" {
            fake.desk.some_turns(1).await.unwrap();
        }
        assert_eq!(fake.desk.rollback_state(), "completed");
        assert!(matches!(fake.desk.state("one"), StepState::Undone { .. }));
        assert!(fake.desk.run().steps[&id("two")].is_unseen());
        // One look later settles it.
        fake.faulty.mend();
        let mended = fake.clock.monotonic();
        while fake.desk.run().steps[&id("two")].is_unseen() {
            fake.desk.some_turns(1).await.unwrap();
        }
        let took = fake.clock.monotonic() - mended;
        assert!(took <= Duration::from_secs(6), "{landed}: {took:?}");
        match landed {
            true => assert!(matches!(fake.desk.state("two"), StepState::Verifying { .. })),
            false => assert_eq!(fake.desk.state("two"), StepState::Failed),
        }
        fake.desk.idle().await;
        back(&mut fake.desk).await.unwrap();
    }
}

#[tokio::test]
async fn what_landed_after_it_failed_is_in_the_set_of_a_rollback() {
    // Refused, seen as before, and carried out all the same: a rollback looks before it plans.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    let plan = fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(plan.items.len(), 1);
    assert_eq!(plan.in_flight, vec![id("lower-ttl")]);
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(
        fake.store.records()[&(ZONE.to_owned(), name("apps"))],
        vec![address("apps", LONG_TTL, "192.0.2.10")]
    );
    // A check of the step sees the same, rather than that there is nothing to change.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    fake.desk
        .ask(Command::Check {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    idle_for_now(&mut fake).await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    back(&mut fake.desk).await.unwrap();
    // And so does a program that comes later.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    fake.clock.advance(Duration::from_secs(3600));
    fake.desk.restart().await.unwrap();
    idle_for_now(&mut fake).await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
}

#[tokio::test]
async fn that_there_is_nothing_to_undo_is_said_of_a_reading() {
    for fault in [Fault::FailsBefore(Kind::Denied), Fault::RequestLost] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
        fake.faulty.inject(Op::Read, 1, Fault::FailsBefore(Kind::Connect));
        let refused = fake
            .desk
            .driver
            .plan_rollback(&RollbackScope::All)
            .await
            .unwrap_err();
        assert_eq!(refused.code, Code::Unknown, "{refused}");
        assert!(refused.message.contains("can't be told"), "{refused}");
        let refused = fake
            .desk
            .driver
            .plan_rollback(&RollbackScope::All)
            .await
            .unwrap_err();
        assert_eq!(refused.message, "There is nothing to undo.");
    }
}

#[tokio::test]
async fn a_crash_between_the_refusal_and_the_look_is_looked_at_by_the_next_driver() {
    for (fault, ends) in [
        (Fault::FailsBefore(Kind::Denied), StepState::Failed),
        (Fault::RefusedAfter(Kind::Denied), DONE),
        (Fault::Repeated, DONE),
    ] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("lower-ttl").await.unwrap();
        while !events(&fake)
            .iter()
            .any(|k| matches!(k, EventKind::RefusalHeard { .. }))
        {
            fake.desk.driver.turn().await.unwrap();
        }
        fake.desk.restart().await.unwrap();
        assert!(matches!(fake.desk.state("lower-ttl"), StepState::InDoubt { .. }));
        let began = fake.clock.monotonic();
        while matches!(fake.desk.state("lower-ttl"), StepState::InDoubt { .. }) {
            fake.desk.some_turns(1).await.unwrap();
        }
        let took = fake.clock.monotonic() - began;
        assert!(took < Duration::from_secs(10), "{fault:?}: {took:?}");
        idle_for_now(&mut fake).await;
        assert_eq!(fake.desk.state("lower-ttl"), ends, "{fault:?}");
        fake.desk.idle().await;
        back(&mut fake.desk).await.unwrap();
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn a_hold_while_the_refusal_is_looked_at_ends_the_tries() {
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::FailsBefore(Kind::Throttled));
    fake.desk.approve("lower-ttl").await.unwrap();
    while !events(&fake)
        .iter()
        .any(|k| matches!(k, EventKind::RefusalHeard { .. }))
    {
        fake.desk.driver.turn().await.unwrap();
    }
    fake.desk.ask(Command::Hold).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    assert_eq!(fake.faulty.count(Op::Call), 1, "not tried again under a hold");
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

/// The step's record as the step would leave it, so that its preview is empty.
async fn nothing_to_do() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let there = vec![address("apps", LOW_TTL, "192.0.2.10")];
    fake.store.put(ZONE, &name("apps"), there);
    fake.desk.check("lower-ttl").await.unwrap();
    fake
}

#[tokio::test]
async fn an_apply_without_a_change_reads_and_verifies_like_any_other() {
    let mut fake = nothing_to_do().await;
    let (reads, identities) = (fake.faulty.count(Op::Read), fake.faulty.count(Op::Identity));
    let served = fake.desk.run().history().served;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    let effectless = StepState::Done {
        how: DoneHow::WithoutEffect,
    };
    assert_eq!(fake.desk.state("lower-ttl"), effectless);
    assert_eq!(fake.faulty.count(Op::Call), 0);
    assert_eq!(fake.faulty.count(Op::Identity), identities + 1);
    assert!(fake.faulty.count(Op::Read) >= reads + 2, "before, and to verify");
    let kinds = events(&fake);
    assert!(
        kinds
            .iter()
            .any(|kind| matches!(kind, EventKind::NothingToChange { .. }))
    );
    assert!(
        kinds
            .iter()
            .any(|kind| matches!(kind, EventKind::Verified { .. }))
    );
    assert!(fake.desk.run().t0.is_none() && fake.desk.run().history().served == served);
    let refused = fake.desk.roll_back(RollbackScope::All).await.unwrap_err();
    assert_eq!(refused.message, "There is nothing to undo.");
    fake.desk
        .ask(Command::Reopen {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn an_apply_without_a_change_that_no_longer_holds_is_void_with_the_new_preview() {
    for found in [
        address("apps", 77, "192.0.2.10"),
        address("apps", LOW_TTL, "198.51.100.99"),
    ] {
        let changes = !matches!(&found, set if *set == address("apps", LOW_TTL, "198.51.100.99"));
        let mut fake = nothing_to_do().await;
        fake.store.put(ZONE, &name("apps"), vec![found]);
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        let state = &fake.desk.run().steps[&id("lower-ttl")];
        assert_eq!(state.state, StepState::Blocked);
        let why = state.voided.clone().unwrap();
        assert_eq!(why, "The record changed since you saw the preview.");
        let preview = state.checks.as_ref().unwrap().preview.clone().unwrap();
        assert_eq!(preview.is_empty(), !changes);
        assert_eq!(fake.faulty.count(Op::Call), 0);
    }
}

#[tokio::test]
async fn an_apply_without_a_change_is_not_done_unseen() {
    for (op, kind) in [
        (Op::Identity, Kind::Credentials),
        (Op::Identity, Kind::Connect),
        (Op::Read, Kind::Connect),
    ] {
        let mut fake = nothing_to_do().await;
        fake.faulty.inject(op, 1, Fault::FailsBefore(kind));
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        assert_eq!(
            fake.desk.state("lower-ttl"),
            StepState::Blocked,
            "{op:?} {kind:?}"
        );
    }
    // Nor where what users see is not as it should be.
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    let there = vec![address("apps", LOW_TTL, "198.51.100.20")];
    fake.store.put(ZONE, &name("apps"), there);
    fake.desk.check("switch").await.unwrap();
    fake.fake.script("switched", [Verdict::Fail]);
    fake.desk.approve("switch").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Unverified);
    fake.fake.script("switched", [Verdict::Pass]);
    back(&mut fake.desk).await.unwrap();
}

#[tokio::test]
async fn a_digest_is_good_for_its_run_step_and_generation_alone() {
    let steps = vec![switch("one", "a"), switch("two", "a")];
    let mut fake = FakeRig::open(&plan(steps)).await;
    fake.desk.check("one").await.unwrap();
    let first = fake.desk.preview(&id("one")).unwrap();
    let step = id("one");
    // The very same preview, in another step and by its bare digest.
    fake.desk.check("two").await.unwrap();
    let shown = |fake: &FakeRig, text: &str| {
        let checks = fake.desk.run().steps[&id(text)].checks.clone();
        checks.unwrap().preview.unwrap()
    };
    assert_eq!(shown(&fake, "one").digest(), shown(&fake, "two").digest());
    for (text, basis) in [
        ("two", Some(first)),
        ("one", fake.desk.preview(&id("two"))),
        ("one", Some(shown(&fake, "one").digest())),
    ] {
        let refused = fake.desk.submit(Command::Apply { step: id(text) }, basis).await;
        assert!(
            matches!(&refused, Err(switchback_engine::driver::SubmitError::Rejected(r)) if r.code == Code::StaleScreen),
            "{refused:?}"
        );
    }
    fake.desk.approve("one").await.unwrap();
    fake.desk.idle().await;
    let planned = fake
        .desk
        .roll_back(RollbackScope::Step(step.clone()))
        .await
        .unwrap();
    let old = fake.desk.run().basis_of_rollback(&planned);
    // Anew: the same change, and the same way back, confirmed by nothing that was seen before.
    fake.desk
        .ask(Command::Reopen { step: step.clone() })
        .await
        .unwrap();
    fake.desk.check("one").await.unwrap();
    let again = fake.desk.preview(&step).unwrap();
    assert_ne!(again, first);
    let refused = fake
        .desk
        .submit(Command::Apply { step: step.clone() }, Some(first))
        .await;
    assert!(
        matches!(refused, Err(switchback_engine::driver::SubmitError::Rejected(r)) if r.code == Code::StaleScreen)
    );
    fake.desk.approve("one").await.unwrap();
    fake.desk.idle().await;
    let scope = RollbackScope::Step(step.clone());
    let (now, _) = fake.desk.driver.plan_rollback(&scope).await.unwrap();
    assert_eq!(now.digest(), planned.digest(), "the plan itself is the same");
    let command = Command::Rollback {
        scope,
        overrides: Vec::new(),
        accept_breaches: Vec::new(),
    };
    let refused = fake.desk.submit(command.clone(), Some(old)).await;
    assert!(
        matches!(refused, Err(switchback_engine::driver::SubmitError::Rejected(r)) if r.code == Code::StaleScreen)
    );
    let basis = fake.desk.run().basis_of_rollback(&now);
    fake.desk.submit(command, Some(basis)).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    // Another run of the same plan.
    let mut other = fake.desk.run().clone();
    other.id = switchback_model::RunId::new("another-run").unwrap();
    assert_ne!(other.basis_of_rollback(&now), basis);
    assert_ne!(other.basis_of_preview(&step, &shown(&fake, "two")), again);
}

#[tokio::test]
async fn the_refusals_of_an_old_journal_are_looked_at_too() {
    // Before this was kept apart, a refusal was believed as it came.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    let kept: Vec<_> = fake
        .desk
        .journal
        .events()
        .into_iter()
        .filter(|event| !matches!(event.kind, EventKind::RefusalHeard { .. }))
        .enumerate()
        .map(|(at, event)| switchback_model::Event {
            seq: u64::try_from(at).unwrap() + 1,
            ..event
        })
        .collect();
    let run = switchback_engine::Run::replay(&kept).unwrap();
    let step = &run.steps[&id("lower-ttl")];
    assert_eq!(step.state, StepState::Failed);
    assert!(
        step.late_look()
            .is_some_and(|attempt| attempt.id.way == Way::Apply)
    );
}
