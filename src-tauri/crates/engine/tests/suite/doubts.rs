//! Doubts, verification, adoption: what the run says must be true of the world.

use std::time::Duration;

use jiff::SignedDuration;
use switchback_engine::Turn;
use switchback_engine::ports::{Clock as _, ProviderErrorKind};
use switchback_model::{Command, DoneHow, EventKind, Resolution, RollbackScope, StepState, Verdict};
use switchback_testkit::plans::{LOW_TTL, ZONE, address, dns_switch, id, name};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::back;
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
async fn a_lost_call_is_inspected_until_it_can_no_longer_land() {
    for (fault, landed) in [(Fault::ResponseLost, true), (Fault::RequestLost, false)] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        let events = fake.desk.journal.events();
        let when = |wanted: fn(&EventKind) -> bool| events.iter().find(|e| wanted(&e.kind)).unwrap().at;
        let took = when(|k| matches!(k, EventKind::Inspected { .. }))
            .duration_since(when(|k| matches!(k, EventKind::Intended { .. })));
        assert!(
            took >= SignedDuration::from_secs(if landed { 5 } else { 18 }),
            "{took}"
        );
        assert_eq!(
            fake.desk.state("lower-ttl"),
            if landed { DONE } else { StepState::Failed }
        );
        assert_eq!(fake.faulty.count(Op::Call), 1, "never repeated");
    }
}

/// Its change was sent, and no answer came.
async fn in_doubt(fault: Fault) -> FakeRig {
    let mut fake = ready().await;
    fake.faulty.inject(Op::Call, 1, fault);
    fake.desk.approve("lower-ttl").await.unwrap();
    for _ in 0..20 {
        if matches!(fake.desk.state("lower-ttl"), StepState::InDoubt { .. }) {
            return fake;
        }
        fake.desk.driver.turn().await.unwrap();
    }
    panic!("it is {:?}", fake.desk.state("lower-ttl"));
}

/// From now on nobody is who the target wants.
fn signed_in_elsewhere(fake: &FakeRig) {
    for nth in 1..=50 {
        let elsewhere = Fault::FailsBefore(ProviderErrorKind::Guard);
        fake.faulty.inject(Op::Identity, nth, elsewhere);
    }
}

/// Names are equal in two accounts: what another one holds settles no doubt, and backs no word.
#[tokio::test]
async fn nothing_is_looked_at_as_somebody_else() {
    let mut fake = in_doubt(Fault::RequestLost).await;
    let reads = fake.faulty.count(Op::Read);
    signed_in_elsewhere(&fake);
    fake.desk.some_turns(20).await.unwrap();
    let state = fake.desk.state("lower-ttl");
    assert!(matches!(state, StepState::InDoubt { .. }), "{state:?}");
    assert_eq!(fake.faulty.count(Op::Read), reads, "nothing was read");
    let finding = fake.desk.run().steps[&id("lower-ttl")].current().unwrap();
    let said = format!("{:?}", finding.finding);
    assert!(
        said.contains("Unclear") && said.contains("Injected: Guard"),
        "{said}"
    );
    fake.faulty.mend();
    let step = id("lower-ttl");
    fake.desk.ask(Command::Inspect { step }).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
}

/// That a change in doubt left everything as before is looked at where it can be; where nobody can, it is a word.
#[tokio::test]
async fn before_is_said_of_what_is_as_before() {
    let before = || Command::Resolve {
        step: id("lower-ttl"),
        as_: Resolution::Before,
    };
    let mut landed = in_doubt(Fault::ResponseLost).await;
    let events = landed.desk.journal.events().len();
    let refused = landed.desk.ask(before()).await.unwrap_err();
    assert_eq!(refused.code, switchback_engine::RejectionCode::Guard);
    for said in ["not as before", "192.0.2.10 TTL 60 s", "192.0.2.10 TTL 900 s"] {
        assert!(refused.message.contains(said), "{}", refused.message);
    }
    assert!(refused.hint.contains("--as after"), "{}", refused.hint);
    assert_eq!(landed.desk.journal.events().len(), events);
    signed_in_elsewhere(&landed);
    landed.desk.ask(before()).await.unwrap();
    let mut lost = in_doubt(Fault::RequestLost).await;
    lost.desk.ask(before()).await.unwrap();
    lost.desk.idle().await;
    assert_eq!(lost.desk.state("lower-ttl"), StepState::Failed);
}

/// Turns on in steps of at most 1 s until the monotonic clock has passed this much since `since`.
async fn live_until(fake: &mut FakeRig, since: Duration, seconds: u64) {
    while fake.clock.monotonic().saturating_sub(since) < Duration::from_secs(seconds) {
        fake.desk.driver.turn().await.unwrap();
        fake.clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_jump_of_the_time_of_day_never_shortens_the_wait_for_a_late_request() {
    for hours in [2, -2] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, Fault::RequestLost);
        fake.desk.approve("lower-ttl").await.unwrap();
        let sent = fake.clock.monotonic();
        fake.desk.driver.turn().await.unwrap();
        fake.clock.jump_wall(SignedDuration::from_hours(hours));
        live_until(&mut fake, sent, 17).await;
        let state = fake.desk.state("lower-ttl");
        assert!(matches!(state, StepState::InDoubt { .. }), "{hours} h: {state:?}");
        // It lands at the last moment, and is seen.
        fake.store
            .put(ZONE, &name("apps"), vec![address("apps", LOW_TTL, "192.0.2.10")]);
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("lower-ttl"), DONE, "{hours} h");
        // And where it does not land, the jump does not stretch the wait either.
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, Fault::RequestLost);
        fake.desk.approve("lower-ttl").await.unwrap();
        let sent = fake.clock.monotonic();
        fake.desk.driver.turn().await.unwrap();
        fake.clock.jump_wall(SignedDuration::from_hours(hours));
        live_until(&mut fake, sent, 30).await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed, "{hours} h");
    }
}

#[tokio::test]
async fn after_a_restart_the_wait_begins_with_the_new_driver() {
    // Down for a moment, while the clock was set: forward, or back before the journal's own time.
    for (hours, at_least, at_most) in [(2, 18, 25), (0, 18, 25), (-2, 18, 43)] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, Fault::RequestLost);
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.driver.turn().await.unwrap();
        fake.clock.jump_wall(SignedDuration::from_hours(hours));
        let started = fake.clock.monotonic();
        fake.desk.restart().await.unwrap();
        live_until(&mut fake, started, at_least).await;
        let state = fake.desk.state("lower-ttl");
        assert!(matches!(state, StepState::InDoubt { .. }), "{hours} h: {state:?}");
        live_until(&mut fake, started, at_most).await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed, "{hours} h");
    }
}

#[tokio::test]
async fn every_approval_has_its_own_five_tries() {
    let throttled = Fault::FailsBefore(ProviderErrorKind::Throttled);
    let mut fake = ready().await;
    for n in 1..=5 {
        fake.faulty.inject(Op::Call, n, throttled);
    }
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    assert_eq!(fake.faulty.count(Op::Call), 5, "five tries by itself, not more");
    // A person asks again: the sixth try of this generation is the first of a new series.
    for n in 1..=4 {
        fake.faulty.inject(Op::Call, n, throttled);
    }
    fake.desk.apply("lower-ttl").await.unwrap();
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    assert_eq!(fake.faulty.count(Op::Call), 10);
    // The way back counts the same way, from click to click.
    for n in 1..=5 {
        fake.faulty.inject(Op::Call, n, throttled);
    }
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.state("lower-ttl"), StepState::UndoFailed);
    assert_eq!(fake.faulty.count(Op::Call), 15);
    fake.faulty.inject(Op::Call, 1, throttled);
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.faulty.count(Op::Call), 17);
}

#[tokio::test]
async fn a_doubt_settled_by_a_person_does_not_block_the_wait() {
    let mut fake = ready().await;
    fake.faulty.inject(Op::Call, 1, Fault::RequestLost);
    fake.desk.approve("lower-ttl").await.unwrap();
    while !matches!(fake.desk.state("lower-ttl"), StepState::InDoubt { .. }) {
        assert_eq!(fake.desk.driver.turn().await.unwrap(), Turn::Worked);
    }
    let settle = Command::Resolve {
        step: id("lower-ttl"),
        as_: Resolution::Before,
    };
    fake.desk.ask(settle).await.unwrap();
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), DONE);
}

#[tokio::test]
async fn inspection_never_makes_done_what_is_not() {
    // An undo that was proven not applied: looking again must not call it undone.
    let mut fake = ready().await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.faulty
        .inject(Op::Call, 1, Fault::FailsBefore(ProviderErrorKind::Denied));
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.state("lower-ttl"), StepState::UndoFailed);
    fake.desk
        .ask(Command::Inspect {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::UndoFailed);
    back(&mut fake.desk).await.unwrap();
    // Somebody else's change right after ours: verification looks at the object itself.
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", 77, "198.51.100.99")]);
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Foreign);
}

#[tokio::test]
async fn what_fails_from_outside_because_somebody_changed_it_is_said_so_at_once() {
    // The check fails because the object is somebody else's by now: not a late site, but foreign.
    let mut fake = ready().await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.fake.script("switched", [Verdict::Fail]);
    fake.desk.check("switch").await.unwrap();
    fake.desk.approve("switch").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    let since = fake.clock.monotonic();
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", 77, "198.51.100.99")]);
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Foreign);
    let took = fake.clock.monotonic().saturating_sub(since);
    assert!(took < Duration::from_secs(10), "{took:?}");
    // Somebody puts back what was before: past its time that is a failed step, not an unverified one.
    for (found, state) in [
        ("192.0.2.10", StepState::Failed),
        ("198.51.100.20", StepState::Unverified),
    ] {
        let mut fake = ready().await;
        fake.desk.apply("lower-ttl").await.unwrap();
        fake.fake.script("switched", [Verdict::Fail]);
        fake.desk.check("switch").await.unwrap();
        fake.desk.approve("switch").await.unwrap();
        fake.desk.driver.turn().await.unwrap();
        fake.store
            .put(ZONE, &name("apps"), vec![address("apps", LOW_TTL, found)]);
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("switch"), state);
        if state == StepState::Unverified {
            // A person looks again, and meanwhile somebody changed it.
            fake.store
                .put(ZONE, &name("apps"), vec![address("apps", 77, "198.51.100.99")]);
            fake.desk
                .ask(Command::Inspect { step: id("switch") })
                .await
                .unwrap();
            fake.desk.idle().await;
            assert_eq!(fake.desk.state("switch"), StepState::Foreign);
        }
    }
}

#[tokio::test]
async fn past_its_time_a_decision_is_due_and_nothing_is_undone() {
    let mut fake = ready().await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.fake.script("switched", [Verdict::Fail]);
    fake.desk.apply("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Unverified);
    assert_eq!(fake.store.log().len(), 2);
    fake.desk
        .ask(Command::Accept { step: id("switch") })
        .await
        .unwrap();
    assert_eq!(
        fake.desk.state("switch"),
        StepState::Done {
            how: DoneHow::Accepted
        }
    );
}

#[tokio::test]
async fn what_was_done_by_hand_is_adopted_and_can_go_back() {
    let mut fake = ready().await;
    let start = fake.store.records();
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", LOW_TTL, "192.0.2.10")]);
    fake.desk
        .ask(Command::Adopt {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    back(&mut fake.desk).await.unwrap();
    assert_eq!(fake.store.records(), start);
    // Never seen before it was done: there is no image, so a person restores it.
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", LOW_TTL, "192.0.2.10")]);
    fake.desk
        .ask(Command::Adopt {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    let plan = fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert!(matches!(
        plan.items[0].kind,
        switchback_model::rollback::ItemKind::Manual { .. }
    ));
}

#[tokio::test]
async fn what_was_changed_after_a_step_was_done_is_resolved_by_fields_once_a_person_looks() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    let inspect = Command::Inspect { step: id("switch") };
    fake.desk.ask(inspect.clone()).await.unwrap();
    assert_eq!(fake.desk.state("switch"), DONE, "nothing was changed");
    let other = vec![address("apps", 77, "198.51.100.20")];
    fake.store.put(ZONE, &name("apps"), other);
    fake.desk.driver.note_drifts().await.unwrap();
    assert_eq!(fake.desk.state("switch"), DONE, "shown, until a person asks");
    let by_field = switchback_testkit::plans::choices("ttl=restore A=keep");
    fake.desk
        .driver
        .plan_fields(&id("switch"), &by_field)
        .await
        .unwrap_err();
    fake.desk.ask(inspect).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Foreign);
    assert_eq!(fake.desk.run().steps[&id("switch")].drift, None);
    let plan = fake
        .desk
        .driver
        .plan_fields(&id("switch"), &by_field)
        .await
        .unwrap();
    assert!(plan.preview.is_some());
    back(&mut fake.desk).await.unwrap();
}
