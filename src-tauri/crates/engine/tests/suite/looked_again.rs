//! What was made and is not proven is looked at before anything is made of it: by the next rollback, and before a person's
//! word that it is done counts.

use std::time::Duration;

use switchback_engine::RejectionCode as Code;
use switchback_engine::Run;
use switchback_engine::ports::{Clock as _, ProviderErrorKind};
use switchback_engine::rollback::has_effect;
use switchback_model::{
    Command, DoneHow, Event, EventKind, Resolution, Reversibility, RollbackScope, Step, StepState, Verdict,
};
use switchback_testkit::plans::{ZONE, address, id, name, plan, rule, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::store::RecordStore;
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{Fault, ManualClock, MemoryJournal, Op};

use super::beside::{UNDONE, all_done, back_while_down, graph};

const ACCEPTED: StepState = StepState::Undone { accepted: true };

/// Somebody else writes the record of `top`.
fn second_writer(fake: &FakeRig) {
    fake.store
        .put(ZONE, &name("e"), vec![address("e", 60, "203.0.113.99")]);
}

fn record(fake: &FakeRig) -> String {
    fake.store.image(ZONE, &name("e")).lines().join("; ")
}

fn r4() -> RollbackScope {
    RollbackScope::Rule("R4".parse().unwrap())
}

async fn say_done(fake: &mut FakeRig, item: &str) -> Result<(), switchback_engine::Rejection> {
    let item = item.to_owned();
    fake.desk.ask(Command::RollbackDone { item }).await
}

/// The rollback halted at `top` and was given up. What stood in its record before the step, and since.
async fn given_up() -> (FakeRig, String) {
    let fresh = FakeRig::open(&graph()).await;
    let before = record(&fresh);
    let mut fake = back_while_down(&graph(), "top-is-back").await;
    assert_eq!(record(&fake), before, "it was made");
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    (fake, before)
}

#[tokio::test]
async fn the_next_rollback_restores_what_somebody_else_wrote_meanwhile() {
    for scope in [RollbackScope::Step(id("top")), r4(), RollbackScope::All] {
        for site in [Verdict::Pass, Verdict::Fail] {
            let (mut fake, before) = given_up().await;
            second_writer(&fake);
            fake.fake.script("top-is-back", [site.clone()]);
            let calls = fake.faulty.count(Op::Call);
            let confirmed = fake.desk.confirm(scope.clone(), &[], &[]).await.unwrap();
            let lost = confirmed.items[0].loses.join(" ");
            assert!(lost.contains("203.0.113.99"), "it was shown: {lost}");
            fake.desk.settle_through().await.unwrap();
            assert_eq!(record(&fake), before, "{scope:?} {site:?}");
            let proven = site == Verdict::Pass;
            let expected = if proven { UNDONE } else { StepState::UndoUnverified };
            assert_eq!(fake.desk.state("top"), expected);
            assert!(fake.faulty.count(Op::Call) > calls, "by a call");
            // With its before-image, as any undo.
            let events = fake.desk.journal.events();
            let ahead = events.iter().rev().find_map(|event| match &event.kind {
                EventKind::Intended { attempt, before, .. } if attempt.step == id("top") => {
                    Some(before.clone())
                }
                _ => None,
            });
            let kept = ahead.unwrap().readable().unwrap().lines().join(" ");
            assert!(kept.contains("203.0.113.99"), "{kept}");
            invariants(&fake).unwrap();
        }
    }
}

/// What changed after the confirm was never shown: it is not written over.
#[tokio::test]
async fn what_changes_after_the_confirm_is_not_written_over() {
    let (mut fake, _) = given_up().await;
    let scope = RollbackScope::Step(id("top"));
    fake.desk.confirm(scope, &[], &[]).await.unwrap();
    second_writer(&fake);
    fake.desk.settle_through().await.unwrap();
    assert!(record(&fake).contains("203.0.113.99"));
    let stands = fake.desk.rollback_state();
    assert!(stands.contains("changed since you confirmed"), "{stands}");
}

/// Where it is as restored, no call is sent, and its checks are read anew: an old reading is not today's.
#[tokio::test]
async fn the_next_rollback_reads_anew_and_sends_nothing_twice() {
    let (mut fake, _) = given_up().await;
    let calls = fake.faulty.count(Op::Call);
    fake.fake.script("top-is-back", [Verdict::Pass]);
    fake.desk
        .confirm(RollbackScope::Step(id("top")), &[], &[])
        .await
        .unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.desk.state("top"), UNDONE);
    assert_eq!(fake.faulty.count(Op::Call), calls);

    // While it still fails, that is said of a reading of its own.
    let (mut fake, _) = given_up().await;
    let at = fake.clock.now();
    fake.clock.advance(Duration::from_secs(300));
    fake.desk
        .confirm(RollbackScope::Step(id("top")), &[], &[])
        .await
        .unwrap();
    fake.desk.settle_through().await.unwrap();
    let top = &fake.desk.run().steps[&id("top")];
    let read = top.current().unwrap().readings[0].observed_at;
    assert!(read.duration_since(at).as_secs() >= 300, "{read} after {at}");
    assert!(
        fake.desk
            .rollback_state()
            .starts_with("halted: The undo was made")
    );
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn what_cannot_be_read_is_not_believed() {
    let (mut fake, _) = given_up().await;
    fake.desk
        .confirm(RollbackScope::Step(id("top")), &[], &[])
        .await
        .unwrap();
    fake.faulty
        .inject(Op::Read, 1, Fault::FailsBefore(ProviderErrorKind::Denied));
    fake.desk.settle_through().await.unwrap();
    let stands = fake.desk.rollback_state();
    assert!(
        stands.starts_with("halted: It can't be told what is there."),
        "{stands}"
    );
    fake.fake.script("top-is-back", [Verdict::Pass]);
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
}

/// Of two that were made beside each other, the second is read anew when its turn comes.
#[tokio::test]
async fn an_item_is_read_anew_at_its_turn() {
    let checked = |text: &str, label: &str| Step {
        undo_verify: vec![switchback_testkit::plans::check(
            &format!("{text}-is-back"),
            Some(60),
        )],
        ..switch(text, label)
    };
    let mut two = plan(vec![checked("one", "a"), checked("two", "b")]);
    two.rules.push(rule("R4", &["one", "two"], &[]));
    let mut fake = all_done(&two).await;
    fake.fake.script("one-is-back", [Verdict::Fail]);
    fake.fake.script("two-is-back", [Verdict::Fail]);
    fake.desk.confirm(r4(), &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("one"), StepState::UndoUnverified);
    assert_eq!(fake.desk.state("two"), StepState::UndoUnverified);
    let calls = fake.faulty.count(Op::Call);
    fake.fake.script("one-is-back", [Verdict::Pass]);
    say_done(&mut fake, "two").await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.desk.state("one"), UNDONE);
    assert_eq!(fake.faulty.count(Op::Call), calls);
}

#[tokio::test]
async fn a_word_does_not_take_back_what_stands_there_otherwise() {
    let mut fake = back_while_down(&graph(), "top-is-back").await;
    second_writer(&fake);
    let events = fake.desk.journal.events().len();
    let refused = say_done(&mut fake, "top").await.unwrap_err();
    assert_eq!(refused.code, Code::Guard);
    for said in ["Step top is not taken back", "203.0.113.99", "192.0.2.10"] {
        assert!(refused.message.contains(said), "{}", refused.message);
    }
    assert!(refused.hint.contains("--as keep"), "{}", refused.hint);
    assert_eq!(fake.desk.journal.events().len(), events);

    // What stands there is kept by a word of its own: the rest goes on, and nothing claims that it was taken back.
    let keep = Command::Resolve {
        step: id("top"),
        as_: Resolution::Keep,
    };
    fake.desk.ask(keep).await.unwrap();
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.desk.state("top"), StepState::Done { how: DoneHow::Kept });
    assert!(has_effect(fake.desk.run(), &id("top")));
    assert!(record(&fake).contains("203.0.113.99"));
    for step in ["first", "early", "base", "aside"] {
        assert_eq!(fake.desk.state(step), UNDONE, "{step}");
    }
    invariants(&fake).unwrap();

    // The way back to what was before is still there.
    fake.fake.script("top-is-back", [Verdict::Pass]);
    fake.desk.roll_back(RollbackScope::Step(id("top"))).await.unwrap();
    assert_eq!(fake.desk.state("top"), UNDONE);
    assert!(record(&fake).contains("192.0.2.10"));
}

/// An item that the console never got to is not taken back by a word alone either.
#[tokio::test]
async fn a_word_is_looked_at_whatever_stopped_the_rollback() {
    let mut fake = all_done(&graph()).await;
    let denied = Fault::FailsBefore(ProviderErrorKind::Denied);
    fake.faulty.inject(Op::Call, 1, denied);
    fake.desk.confirm(r4(), &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("top"), StepState::UndoFailed);
    assert_eq!(say_done(&mut fake, "top").await.unwrap_err().code, Code::Guard);
    fake.store
        .put(ZONE, &name("e"), vec![address("e", 900, "192.0.2.10")]);
    say_done(&mut fake, "top").await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("top"), ACCEPTED);
    assert_eq!(fake.desk.rollback_state(), "completed");
}

/// That an unproven undo is accepted says that the step is taken back: outside of a rollback, too, one look comes first.
#[tokio::test]
async fn an_undo_is_accepted_where_it_is_as_before() {
    let accept = || Command::Accept { step: id("top") };
    let (mut fake, _) = given_up().await;
    second_writer(&fake);
    let events = fake.desk.journal.events().len();
    let refused = fake.desk.ask(accept()).await.unwrap_err();
    assert_eq!(refused.code, Code::Guard);
    assert!(refused.message.contains("203.0.113.99"), "{}", refused.message);
    assert!(refused.hint.contains("roll it back again"), "{}", refused.hint);
    assert!(
        refused.hint.contains("--as keep") && !refused.hint.contains("try again"),
        "{}",
        refused.hint
    );
    assert_eq!(fake.desk.journal.events().len(), events);
    // Nothing waits for it: what nobody can read now is not called taken back, and that there is none is an answer.
    for (kind, code) in [
        (ProviderErrorKind::Denied, Code::Unknown),
        (ProviderErrorKind::NotFound, Code::Guard),
    ] {
        fake.faulty.inject(Op::Read, 1, Fault::FailsBefore(kind));
        let refused = fake.desk.ask(accept()).await.unwrap_err();
        assert_eq!(refused.code, code, "{}", refused.message);
        assert!(refused.message.contains("Injected"), "{}", refused.message);
        fake.faulty.mend();
    }
    assert_eq!(fake.desk.state("top"), StepState::UndoUnverified);

    let (mut fake, before) = given_up().await;
    assert_eq!(record(&fake), before);
    // As before in another account is nothing of ours.
    fake.faulty
        .inject(Op::Identity, 1, Fault::FailsBefore(ProviderErrorKind::Guard));
    let refused = fake.desk.ask(accept()).await.unwrap_err();
    assert_eq!(refused.code, Code::Unknown, "{}", refused.message);
    fake.desk.ask(accept()).await.unwrap();
    assert_eq!(fake.desk.state("top"), ACCEPTED);
    invariants(&fake).unwrap();
}

/// Blindness does not hold the night up: it stays a person's word, and is called one.
#[tokio::test]
async fn what_nobody_can_read_stays_a_word() {
    let mut fake = back_while_down(&graph(), "top-is-back").await;
    second_writer(&fake);
    fake.faulty
        .inject(Op::Read, 1, Fault::FailsBefore(ProviderErrorKind::Denied));
    say_done(&mut fake, "top").await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("top"), ACCEPTED);
}

/// What people take back in their own way need not be as before; then it is their word, and as before it is seen.
#[tokio::test]
async fn what_people_take_back_counts_by_a_look_or_by_their_word() {
    for as_before in [true, false] {
        let manual = Step {
            reversibility: Reversibility::Manual {
                words: "Ask the DNS team.".to_owned(),
            },
            ..switch("top", "e")
        };
        let mut by_hand = plan(vec![manual]);
        by_hand.rules.push(rule("R4", &["top"], &[]));
        let mut fake = all_done(&by_hand).await;
        fake.desk.confirm(r4(), &[], &[]).await.unwrap();
        fake.desk.settle_through().await.unwrap();
        if as_before {
            fake.store
                .put(ZONE, &name("e"), vec![address("e", 900, "192.0.2.10")]);
        }
        say_done(&mut fake, "top").await.unwrap();
        fake.desk.settle_through().await.unwrap();
        let expected = if as_before { UNDONE } else { ACCEPTED };
        assert_eq!(fake.desk.state("top"), expected);
        assert_eq!(fake.desk.rollback_state(), "completed");
        invariants(&fake).unwrap();
    }
}

/// An order binds across rollbacks, too: what goes back before is said not to be proven, and passed over by name alone.
#[tokio::test]
async fn what_goes_back_before_is_proven_or_passed_over_by_name() {
    let (mut fake, _) = given_up().await;
    let early = RollbackScope::Step(id("early"));
    let refused = fake.desk.confirm(early.clone(), &[], &[]).await.unwrap_err();
    assert_eq!(refused.code, Code::CheckFailed);
    assert!(refused.message.contains("unproven-top"), "{}", refused.message);
    // What nothing binds is free.
    let (_, aside) = fake
        .desk
        .driver
        .plan_rollback(&RollbackScope::Step(id("base")))
        .await
        .unwrap();
    assert!(
        aside.iter().all(|one| one.reading.verdict.lets_through()),
        "{aside:?}"
    );
    fake.desk.confirm(early, &["unproven-top"], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("early"), UNDONE);

    // Once it is proven, nothing stands in the way; nor before it was begun.
    let (mut fake, _) = given_up().await;
    fake.fake.script("top-is-back", [Verdict::Pass]);
    fake.desk.roll_back(RollbackScope::Step(id("top"))).await.unwrap();
    fake.desk
        .roll_back(RollbackScope::Step(id("early")))
        .await
        .unwrap();
    assert_eq!(fake.desk.state("early"), UNDONE);
    let mut fake = all_done(&graph()).await;
    fake.desk
        .roll_back(RollbackScope::Step(id("early")))
        .await
        .unwrap();
    assert_eq!(fake.desk.state("early"), UNDONE);
}

/// A crash after every event of all of it: each beginning replays, and a new driver brings everything back, also where
/// somebody else writes meanwhile.
#[tokio::test]
async fn a_crash_after_every_event_comes_back() {
    let start = FakeRig::open(&graph()).await.store.records();
    let (mut fake, _) = given_up().await;
    second_writer(&fake);
    fake.desk.confirm(r4(), &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    second_writer(&fake);
    say_done(&mut fake, "top").await.unwrap_err();
    let keep = Command::Resolve {
        step: id("top"),
        as_: Resolution::Keep,
    };
    fake.desk.ask(keep).await.unwrap();
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    fake.fake.script("top-is-back", [Verdict::Pass]);
    fake.desk.roll_back(r4()).await.unwrap();
    assert_eq!(fake.store.records(), start);
    let events = fake.desk.journal.events();
    let log = fake.store.log();
    let mut restored = 0;
    for k in 1..=events.len() {
        for written in [false, true] {
            let told = Run::replay(&events[..k]).unwrap_or_else(|why| panic!("{k}: {why}"));
            let begun = told.steps[&id("top")].state.may_have_effect();
            let clock = ManualClock::new();
            let span = events[k - 1].at.duration_since(clock.now());
            clock.advance(Duration::try_from(span).unwrap() + Duration::from_secs(1));
            let store = std::sync::Arc::new(RecordStore::new(clock.clone()));
            // It knows the changes that it answered: one that it does not know is never proven.
            let is_answer = |event: &&Event| matches!(event.kind, EventKind::Answered { .. });
            let answered = events[..k].iter().filter(is_answer).count();
            store.resume(start.clone(), &log[..answered]);
            store.set_records(start.clone());
            let journal = MemoryJournal::from_events(events[..k].to_vec(), true);
            let mut fake = FakeRig::over(clock, journal, store).await;
            if written {
                second_writer(&fake);
            }
            let at = format!("after event {k}: {:?}", events[k - 1].kind);
            fake.desk
                .settle_through()
                .await
                .unwrap_or_else(|why| panic!("{at}: {why}"));
            back(&mut fake.desk)
                .await
                .unwrap_or_else(|why| panic!("{at}: {why}"));
            let is_start = fake.store.records() == start;
            assert_eq!(is_start, !written || begun, "{at}");
            restored += usize::from(written && is_start);
            invariants(&fake).unwrap_or_else(|why| panic!("{at}: {why}"));
        }
    }
    assert!(restored > 20, "{restored}");
}
