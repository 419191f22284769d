//! An answer that can't be true, in each phase that looks: a few looks, then the step says so and waits for a person.

use std::time::Duration;

use switchback_engine::ports::{Clock as _, ProviderErrorKind as Kind};
use switchback_model::{Command, EventKind, Finding, RollbackScope, StepState};
use switchback_testkit::plans::{dns_switch, id};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::{Fault, Op};

const STEP: &str = "lower-ttl";

async fn ready() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check(STEP).await.unwrap();
    fake
}

async fn done() -> FakeRig {
    let mut fake = ready().await;
    fake.desk.approve(STEP).await.unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state(STEP), StepState::Done { .. }));
    fake
}

/// The words of the last look.
fn why(fake: &FakeRig) -> String {
    match &fake.desk.run().steps[&id(STEP)].current().unwrap().finding {
        Some(Finding::Unclear { why }) => why.clone(),
        other => panic!("{other:?}"),
    }
}

fn events(fake: &FakeRig, wanted: fn(&EventKind) -> bool) -> usize {
    let events = fake.desk.journal.events();
    events.iter().filter(|event| wanted(&event.kind)).count()
}

fn inspected(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Inspected { .. })
}

async fn look_again(fake: &mut FakeRig) {
    let step = id(STEP);
    fake.desk.ask(Command::Inspect { step }).await.unwrap();
    fake.desk.idle().await;
}

#[tokio::test]
async fn inspecting_an_apply_ends_after_three_looks_and_begins_again_when_asked() {
    let mut fake = ready().await;
    fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
    fake.faulty.blind_from_call(Kind::Untrue);
    let before = fake.faulty.count(Op::Read);
    fake.desk.approve(STEP).await.unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state(STEP), StepState::InDoubt { .. }));
    let looks = fake.faulty.count(Op::Read) - before;
    assert_eq!(looks, 1 + 3, "one before the request, three after it");
    assert!(
        why(&fake).contains("Injected: Untrue") && why(&fake).contains("3 times"),
        "{}",
        why(&fake)
    );
    assert_eq!(
        events(&fake, inspected),
        2,
        "the reason, and that it is left at that"
    );
    // Time alone changes nothing; a person's look is three more, and says nothing twice.
    fake.clock.advance(Duration::from_secs(3_600));
    fake.desk.driver.turn().await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.faulty.count(Op::Read) - before, 4);
    look_again(&mut fake).await;
    assert_eq!(fake.faulty.count(Op::Read) - before, 7);
    assert_eq!(events(&fake, inspected), 2);
    // Another driver begins anew, too.
    fake.desk.restart().await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.faulty.count(Op::Read) - before, 10);
    assert_eq!(events(&fake, inspected), 2);
    fake.faulty.mend();
    look_again(&mut fake).await;
    assert!(matches!(fake.desk.state(STEP), StepState::Done { .. }));
    assert_eq!(fake.faulty.count(Op::Call), 1, "never repeated");
}

#[tokio::test]
async fn a_person_may_decide_what_no_look_tells() {
    let mut fake = ready().await;
    fake.faulty.inject(Op::Call, 1, Fault::RequestLost);
    fake.faulty.blind_from_call(Kind::Refused);
    fake.desk.approve(STEP).await.unwrap();
    fake.desk.idle().await;
    let step = id(STEP);
    let as_ = switchback_model::Resolution::Before;
    fake.desk.ask(Command::Resolve { step, as_ }).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state(STEP), StepState::Failed);
}

#[tokio::test]
async fn verifying_an_apply_ends_after_three_looks_and_says_why() {
    let mut fake = ready().await;
    fake.faulty.blind_from_call(Kind::Untrue);
    fake.desk.approve(STEP).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state(STEP), StepState::Unverified);
    assert!(why(&fake).contains("Injected: Untrue"), "{}", why(&fake));
    fake.faulty.mend();
    look_again(&mut fake).await;
    assert!(matches!(fake.desk.state(STEP), StepState::Done { .. }));
    let step = &fake.desk.run().steps[&id(STEP)];
    assert_eq!(step.current().unwrap().finding, None, "it is told by now");
}

/// What may pass by itself is waited for, and not for ever.
#[tokio::test]
async fn verifying_waits_ten_minutes_for_what_may_pass() {
    for (mended, state) in [(true, "Done"), (false, "Not verified")] {
        let mut fake = ready().await;
        fake.faulty.blind_from_call(Kind::NoAnswer);
        fake.desk.approve(STEP).await.unwrap();
        let began = fake.clock.monotonic();
        while fake.clock.monotonic() - began < Duration::from_secs(300) {
            fake.desk.driver.turn().await.unwrap();
            fake.clock.advance(Duration::from_secs(1));
        }
        assert!(matches!(fake.desk.state(STEP), StepState::Verifying { .. }));
        if mended {
            fake.faulty.mend();
        }
        fake.desk.idle().await;
        assert_eq!(fake.desk.state(STEP).words(), state);
    }
}

#[tokio::test]
async fn inspecting_an_undo_ends_and_halts_the_rollback_that_waits_for_it() {
    let mut fake = done().await;
    fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
    fake.faulty.blind_from_call(Kind::Untrue);
    let scope = RollbackScope::Step(id(STEP));
    fake.desk.confirm(scope, &[], &[]).await.unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state(STEP), StepState::UndoInDoubt { .. }));
    let said = fake.desk.rollback_state();
    assert!(
        said.starts_with("halted") && said.contains("Injected: Untrue"),
        "{said}"
    );
    assert!(why(&fake).contains("3 times"), "{}", why(&fake));
    fake.faulty.mend();
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state(STEP), StepState::Undone { .. }));
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.faulty.count(Op::Call), 2, "never repeated");
}

#[tokio::test]
async fn verifying_an_undo_ends_after_three_looks_and_says_why() {
    let mut fake = done().await;
    fake.faulty.blind_from_call(Kind::Untrue);
    let scope = RollbackScope::Step(id(STEP));
    fake.desk.confirm(scope, &[], &[]).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state(STEP), StepState::UndoUnverified);
    assert!(why(&fake).contains("Injected: Untrue"), "{}", why(&fake));
    assert!(fake.desk.rollback_state().starts_with("halted"));
    fake.faulty.mend();
    look_again(&mut fake).await;
    assert!(matches!(fake.desk.state(STEP), StepState::Undone { .. }));
}

/// A desk over the journal of another computer that was taken over.
async fn taken_over() -> FakeRig {
    let fake = done().await;
    let events = {
        let mut events = fake.desk.journal.events();
        let last = events.last().unwrap().clone();
        events.push(switchback_model::Event {
            seq: last.seq + 1,
            at: last.at,
            kind: EventKind::TakenOver {
                by: switchback_testkit::journal::operator(),
                reason: "test".to_owned(),
                from_seq: last.seq,
                vouched: None,
            },
        });
        events
    };
    let journal = switchback_testkit::MemoryJournal::from_events(events, true);
    let (clock, store) = (fake.clock.clone(), fake.store.clone());
    FakeRig::over(clock, journal, store).await
}

/// The reads of the first of so many steps: in the first round all are read, later it alone, because the others told something.
fn first_of_each_round(steps: usize) -> impl Iterator<Item = usize> {
    std::iter::once(1).chain(steps + 1..)
}

/// A copy that was taken over is looked at step by step: one that is answered nonsense bars no other.
#[tokio::test]
async fn after_a_takeover_one_untrue_answer_bars_no_other_step() {
    let mut fake = taken_over().await;
    let steps = fake.desk.run().steps.len();
    for n in first_of_each_round(steps).take(3) {
        fake.faulty.inject(Op::Read, n, Fault::FailsBefore(Kind::Untrue));
    }
    fake.desk.idle().await;
    let steps = &fake.desk.run().steps;
    assert!(
        steps.values().all(|step| !step.reinspect),
        "every step was looked at"
    );
    let drift = &steps[&id(STEP)].drift;
    assert!(
        matches!(drift, Some(Finding::Unclear { why }) if why.contains("3 times")),
        "{drift:?}"
    );
}

/// What this computer lacks, such as a canary, is not waited for: the step says that it was not looked at.
#[tokio::test]
async fn after_a_takeover_what_this_computer_can_not_ask_for_bars_no_other_step() {
    let mut fake = taken_over().await;
    let before = fake.faulty.count(Op::Read);
    fake.faulty.inject(Op::Read, 1, Fault::FailsBefore(Kind::Guard));
    fake.desk.idle().await;
    let steps = &fake.desk.run().steps;
    assert!(steps.values().all(|step| !step.reinspect));
    assert_eq!(fake.faulty.count(Op::Read) - before, steps.len(), "each once");
    let drift = &steps[&id(STEP)].drift;
    assert!(
        matches!(drift, Some(Finding::Unclear { why }) if why.contains("Guard")),
        "{drift:?}"
    );
}

/// What can't be reached is tried again, and does not keep the steps after it from being looked at; who wants to go on is
/// told what is waited for.
#[tokio::test]
async fn after_a_takeover_what_can_not_be_reached_is_named_and_the_rest_is_looked_at() {
    let mut fake = taken_over().await;
    let steps = fake.desk.run().steps.len();
    for n in 1..=40 {
        // The first of them, in each round: the others tell something in the first one.
        let nth = if n == 1 { 1 } else { steps - 1 + n };
        fake.faulty
            .inject(Op::Read, nth, Fault::FailsBefore(Kind::NoAnswer));
    }
    for _turn in 0..12 {
        fake.desk.some_turns(1).await.unwrap();
    }
    let open = fake.desk.run().steps.iter().filter(|(_, step)| step.reinspect);
    let open: Vec<&str> = open.map(|(id, _)| id.as_str()).collect();
    assert_eq!(open, [STEP]);
    let refused = fake
        .desk
        .ask(Command::Apply { step: id("switch") })
        .await
        .unwrap_err();
    assert!(refused.to_string().contains(STEP), "{refused}");
}
