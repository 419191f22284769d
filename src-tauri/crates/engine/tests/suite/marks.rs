//! The mark right before a request leaves: durable before it does, and what it says is kept whatever becomes of the answer.

use switchback_engine::canaries::made_by;
use switchback_engine::run::Attempt;
use switchback_model::event::{Mark, Receipt};
use switchback_model::{Event, EventKind, MadeCanary, StepState, Way, Witness};
use switchback_testkit::plans::{dns_switch, id};
use switchback_testkit::rig::{FakeRig, Settled};
use switchback_testkit::{Fault, MemoryJournal, Op};

async fn ready() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.fake.mark_first();
    fake.desk.check("lower-ttl").await.unwrap();
    fake
}

fn attempt(fake: &FakeRig) -> &Attempt {
    fake.desk.run().steps[&id("lower-ttl")].current().unwrap()
}

#[tokio::test]
async fn it_stands_between_the_intent_and_the_answer_and_outlives_a_lost_one() {
    for fault in [None, Some(Fault::ResponseLost)] {
        let mut fake = ready().await;
        if let Some(fault) = fault {
            fake.faulty.inject(Op::Call, 1, fault);
        }
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        let events = fake.desk.journal.events();
        let at =
            |wanted: fn(&EventKind) -> bool| events.iter().position(|event| wanted(&event.kind)).unwrap();
        let intended = at(|kind| matches!(kind, EventKind::Intended { .. }));
        let marked = at(|kind| matches!(kind, EventKind::Marked { .. }));
        let ended = at(|kind| matches!(kind, EventKind::Answered { .. } | EventKind::Lost { .. }));
        assert_eq!((marked, ended), (intended + 1, intended + 2), "{fault:?}");
        assert_eq!(attempt(&fake).proven(), ["asked on the way"], "{fault:?}");
        assert!(matches!(fake.desk.state("lower-ttl"), StepState::Done { .. }));
    }
}

/// No mark, no request: the driver stops, and whoever comes after it finds an attempt that never left.
#[tokio::test]
async fn what_the_journal_does_not_take_is_not_sent() {
    for fenced in [false, true] {
        let mut fake = ready().await;
        fake.desk.approve("lower-ttl").await.unwrap();
        match fenced {
            // The intent is the first append, the mark the second one; after each the fence is asked for.
            true => fake.desk.journal.fence_out_at_question(2),
            false => fake.desk.journal.fail_append(2),
        }
        let settled = fake.desk.settle().await;
        assert!(matches!(settled, Settled::Stopped(_)), "{fenced} {settled:?}");
        assert!(fake.store.log().is_empty(), "{fenced}: nothing was sent");
        fake.desk.restart().await.unwrap();
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed, "{fenced}");
        assert_eq!(attempt(&fake).mark.is_some(), fenced);
        assert!(fake.store.log().is_empty(), "{fenced}: nothing was sent");
    }
}

/// What may still land is counted from the mark: what was asked before it took its own time. The driver that sent it
/// knows when by its own clock.
#[tokio::test]
async fn a_late_request_is_waited_for_from_its_mark_on() {
    let mut fake = ready().await;
    fake.fake.lose_what_is_marked();
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    let attempt = attempt(&fake);
    let (_, marked_at) = attempt.mark.clone().unwrap();
    assert_eq!(attempt.left_at(), marked_at);
    assert_eq!(marked_at.duration_since(attempt.intended_at).as_secs(), 20);
    let events = fake.desk.journal.events();
    let settled = events
        .iter()
        .find(|event| matches!(event.kind, EventKind::Inspected { .. }));
    let waited = settled.unwrap().at.duration_since(marked_at);
    assert!(waited.as_secs() >= 18, "it may have landed until then: {waited}");
}

/// A mark fits once, into an attempt on its way, and nowhere else.
#[tokio::test]
async fn a_mark_out_of_its_place_is_no_story_of_ours() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    let events = fake.desk.journal.events();
    let place = events
        .iter()
        .position(|event| matches!(event.kind, EventKind::Marked { .. }))
        .unwrap();
    for at in [place - 1, place + 1, place + 2] {
        let mut told = events.clone();
        told.insert(at, events[place].clone());
        let told: Vec<Event> = (1..)
            .zip(told)
            .map(|(seq, event)| Event { seq, ..event })
            .collect();
        assert!(switchback_engine::Run::replay(&told).is_err(), "at {at}");
    }
}

/// A journal from before marks opens as it did.
#[tokio::test]
async fn journals_without_marks_are_read_as_before() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    let text = fake.desk.journal.bytes();
    assert!(!text.contains("marked") && !text.contains("\"mark\""));
    let journal = MemoryJournal::from_events(serde_json::from_str(&text).unwrap(), true);
    let run = switchback_engine::Run::replay(&journal.events()).unwrap();
    assert!(run.steps[&id("lower-ttl")].current().unwrap().mark.is_none());
}

/// Whose user a sign-in made: nobody's without a mark, unless an old journal has a sub beside its time.
#[test]
fn whom_a_sign_in_made_is_told_by_its_mark() {
    let at = |text: &str| text.parse().unwrap();
    let (early, late) = (at("2026-01-01T10:00:00Z"), at("2026-01-01T10:00:30Z"));
    let witness = Witness::Time { at: early };
    let mark = Mark {
        proven: Vec::new(),
        last_look: Witness::Time { at: late },
    };
    let receipt = Receipt {
        request_id: None,
        change_id: Some("a sub".to_owned()),
        version: None,
        proven: Vec::new(),
        server_date: late,
    };
    let sub = |absent| {
        Some(MadeCanary::Sub {
            sub: "a sub".to_owned(),
            absent,
        })
    };
    for (way, witness, mark, receipt, expected) in [
        (Way::Apply, None, Some(&mark), Some(&receipt), sub(late)),
        (Way::Apply, None, Some(&mark), None, Some(MadeCanary::After(late))),
        (Way::Apply, None, None, None, None),
        (Way::Apply, Some(&witness), None, None, None),
        (Way::Apply, Some(&witness), None, Some(&receipt), sub(early)),
        (Way::Apply, None, None, Some(&receipt), None),
        (Way::Undo, None, Some(&mark), Some(&receipt), None),
    ] {
        let sent = switchback_engine::ports::Sent {
            way,
            token: "t",
            at: early,
            witness,
            mark,
            receipt,
        };
        assert_eq!(made_by(&sent), expected, "{sent:?}");
    }
}

/// A program that knows no marks meets an event that it does not know: the step is taken back by hand, and the rest of the
/// story still fits.
#[tokio::test]
async fn to_an_older_program_the_step_is_one_for_people() {
    let mut fake = ready().await;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    let mut events = fake.desk.journal.events();
    for event in &mut events {
        if let EventKind::Marked { .. } = event.kind {
            let told = serde_json::to_string(&event.kind).unwrap();
            let older = told.replace("\"marked\"", "\"marked-as-an-older-one-reads-it\"");
            event.kind = EventKind::read(&older).unwrap();
            assert!(matches!(event.kind, EventKind::Unknown(_)), "{told}");
        }
    }
    let run = switchback_engine::Run::replay(&events).unwrap();
    assert!(run.beyond.by_hand(&id("lower-ttl")).is_some());
    assert!(run.beyond.by_hand(&id("switch")).is_none());
}
