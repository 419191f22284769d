//! Checks that are read and recorded with one command: the same events as one by one, and never a person's decision.

use std::time::Duration;

use switchback_engine::ports::Clock;
use switchback_engine::together::together;
use switchback_engine::{Rejection, RejectionCode as Code};
use switchback_model::plan::{Decision, DecisionType};
use switchback_model::{
    Command, DecisionId, DoneHow, Event, EventKind, Plan, Reversibility, Step, StepId, StepKind, StepState,
    Verdict,
};
use switchback_testkit::plans::{check, gated, id, plan, set_ttl, step};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::store::RecordStore;
use switchback_testkit::{ManualClock, MemoryJournal};

const RECORDED: StepState = StepState::Done {
    how: DoneHow::WithoutEffect,
};

/// A look that nobody has to attend: step `c1` reads check `k1`.
fn look(number: u32) -> Step {
    Step {
        before: vec![check(&format!("k{number}"), None)],
        after: match number {
            1 => Vec::new(),
            n => vec![id(&format!("c{}", n - 1))],
        },
        ..step(&format!("c{number}"), StepKind::Check)
    }
}

/// Four looks in a row, what a person says, and a look behind it.
fn row() -> Plan {
    let said = Step {
        reversibility: Reversibility::NoneNeeded,
        ..step("said", StepKind::Attest)
    };
    let behind = Step {
        after: Vec::new(),
        ..look(5)
    };
    plan(vec![look(1), look(2), look(3), look(4), said, behind])
}

fn ids(texts: &[&str]) -> Vec<StepId> {
    texts.iter().map(|text| id(text)).collect()
}

fn ask(texts: &[&str]) -> Command {
    Command::RecordChecks { steps: ids(texts) }
}

fn recorded(fake: &FakeRig) -> Vec<&str> {
    let steps = fake.desk.run().steps.iter();
    let done = steps.filter(|(_, step)| step.state == RECORDED);
    done.map(|(id, _)| id.as_str()).collect()
}

/// The kind of each event, its step and who asked, without times and what was read.
fn story(events: &[Event]) -> Vec<String> {
    let told = events.iter().map(|event| match &event.kind {
        EventKind::ChecksStarted { step } => format!("started {step}"),
        EventKind::ChecksFinished { step, .. } => format!("finished {step}"),
        EventKind::DoneWithoutEffect { step, by } => format!("done {step} by {by}"),
        EventKind::RunOpened { .. } | EventKind::DriverStarted { .. } => String::new(),
        other => panic!("not expected here: {other:?}"),
    });
    told.filter(|line| !line.is_empty()).collect()
}

async fn refused(fake: &mut FakeRig, texts: &[&str]) -> Rejection {
    let before = fake.desk.run().seq;
    let rejection = fake.desk.ask(ask(texts)).await.unwrap_err();
    fake.desk.idle().await;
    assert_eq!(
        fake.desk.run().seq,
        before,
        "a refusal changes nothing: {texts:?}"
    );
    rejection
}

#[tokio::test]
async fn a_row_ends_at_the_first_step_that_is_no_such_look() {
    let fake = FakeRig::open(&row()).await;
    let of = |first: &str| together(fake.desk.run(), &id(first));
    assert_eq!(of("c1"), ids(&["c1", "c2", "c3", "c4"]));
    assert_eq!(of("c3"), ids(&["c3", "c4"]));
    assert_eq!(of("said"), Vec::new());
    assert_eq!(of("c5"), ids(&["c5"]));
    assert_eq!(of("no-such"), Vec::new());
}

#[tokio::test]
async fn every_prefix_is_recorded_by_the_same_events_as_one_by_one() {
    let all = ["c1", "c2", "c3", "c4"];
    for count in 1..=all.len() {
        let mut singly = FakeRig::open(&row()).await;
        for step in &all[..count] {
            singly.desk.apply(step).await.unwrap();
        }
        let mut at_once = FakeRig::open(&row()).await;
        at_once.desk.ask(ask(&all[..count])).await.unwrap();
        at_once.desk.idle().await;
        assert_eq!(recorded(&at_once), all[..count]);
        assert_eq!(
            story(&at_once.desk.journal.events()),
            story(&singly.desk.journal.events())
        );
        let untouched = at_once.desk.run().steps.values();
        let untouched = untouched.filter(|step| step.state == StepState::ToDo).count();
        assert_eq!(untouched, 6 - count, "nothing else is read");
    }
}

#[tokio::test]
async fn the_first_that_does_not_pass_ends_it() {
    for (at, verdict) in [
        (1, Verdict::Fail),
        (2, Verdict::Error),
        (3, Verdict::Fail),
        (4, Verdict::Error),
    ] {
        let mut fake = FakeRig::open(&row()).await;
        fake.fake.script(&format!("k{at}"), [verdict]);
        fake.desk.ask(ask(&["c1", "c2", "c3", "c4"])).await.unwrap();
        fake.desk.idle().await;
        assert_eq!(recorded(&fake), ["c1", "c2", "c3", "c4"][..at - 1]);
        assert_eq!(fake.desk.state(&format!("c{at}")), StepState::Blocked);
        for behind in at + 1..=4 {
            assert_eq!(fake.desk.state(&format!("c{behind}")), StepState::ToDo);
        }
        // Mended, the row goes on from where it stopped.
        fake.fake.script(&format!("k{at}"), [Verdict::Pass]);
        let rest: Vec<String> = (at..=4).map(|n| format!("c{n}")).collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        fake.desk.ask(ask(&rest)).await.unwrap();
        fake.desk.idle().await;
        assert_eq!(recorded(&fake), ["c1", "c2", "c3", "c4"]);
    }
}

#[tokio::test]
async fn what_was_recorded_before_a_crash_is_recorded_and_nothing_else_is() {
    let mut told = FakeRig::open(&row()).await;
    told.desk.ask(ask(&["c1", "c2", "c3", "c4"])).await.unwrap();
    told.desk.idle().await;
    let events = told.desk.journal.events();
    for kept in 2..=events.len() {
        let clock = ManualClock::new();
        let span = events[kept - 1].at.duration_since(clock.now());
        clock.advance(Duration::try_from(span).unwrap() + Duration::from_secs(1));
        let store = std::sync::Arc::new(RecordStore::new(clock.clone()));
        let journal = MemoryJournal::from_events(events[..kept].to_vec(), true);
        let mut fake = FakeRig::over(clock, journal, store).await;
        fake.desk.idle().await;
        let done = story(&events[..kept]);
        let done: Vec<&str> = done
            .iter()
            .filter_map(|line| line.strip_prefix("done "))
            .collect();
        assert_eq!(recorded(&fake).len(), done.len(), "after {kept} events");
        let left: Vec<&str> = ["c1", "c2", "c3", "c4"][done.len()..].to_vec();
        if !left.is_empty() {
            fake.desk.ask(ask(&left)).await.unwrap();
            fake.desk.idle().await;
        }
        assert_eq!(recorded(&fake), ["c1", "c2", "c3", "c4"]);
    }
}

#[tokio::test]
async fn what_is_no_row_is_refused_by_name() {
    let mut fake = FakeRig::open(&row()).await;
    for (texts, code, named) in [
        (&[][..], Code::BadValue, "No check was named"),
        (&["c9"], Code::NotFound, "no step c9"),
        (&["c1", "c9"], Code::NotFound, "no step c9"),
        (&["c1", "c3"], Code::Guard, "Step c3 does not stand"),
        (&["c1", "c1"], Code::Guard, "Step c1 does not stand"),
        (&["c2", "c1"], Code::Guard, "Step c1 (“Step c1”) is not finished"),
        (&["c4"], Code::Guard, "Step c3 (“Step c3”) is not finished"),
        (
            &["said"],
            Code::Guard,
            "Step said is not recorded together with others: a person carries it out",
        ),
        (&["c1", "c2", "c3", "c4", "said"], Code::Guard, "Step said"),
        (
            &["c1", "c2", "c3", "c4", "c5"],
            Code::Guard,
            "Step c5 does not stand",
        ),
    ] {
        let rejection = refused(&mut fake, texts).await;
        assert_eq!(rejection.code, code, "{texts:?}: {rejection}");
        assert!(rejection.to_string().contains(named), "{texts:?}: {rejection}");
    }
    fake.desk.apply("c1").await.unwrap();
    let again = refused(&mut fake, &["c1", "c2"]).await;
    assert!(
        again.to_string().contains("Step c1 is recorded already"),
        "{again}"
    );
}

#[tokio::test]
async fn what_a_person_has_to_attend_is_in_no_row() {
    let decision = DecisionId::new("how-long").unwrap();
    let by_hand = Step {
        automated: false,
        why_not_automated: Some("a person reads the page".to_owned()),
        ..look(2)
    };
    let unread = Step {
        before: Vec::new(),
        ..look(2)
    };
    let undecided = Step {
        decisions: vec![decision.clone()],
        ..look(2)
    };
    let action = Step {
        after: ids(&["c1"]),
        ..set_ttl("c2", "apps", 60)
    };
    for (second, why) in [
        (by_hand, "a person looks"),
        (unread, "nothing is read"),
        (undecided, "is not taken"),
        (action, "it changes something"),
    ] {
        let mut plan = plan(vec![look(1), second, look(3)]);
        plan.decisions = vec![Decision {
            id: decision.clone(),
            question: "How long?".to_owned(),
            kind: DecisionType::Minutes,
            decided: None,
        }];
        let mut fake = FakeRig::open(&plan).await;
        assert_eq!(together(fake.desk.run(), &id("c1")), ids(&["c1"]), "{why}");
        let rejection = refused(&mut fake, &["c1", "c2"]).await;
        assert_eq!(rejection.code, Code::Guard);
        assert!(rejection.to_string().contains(why), "{rejection}");
    }
}

#[tokio::test]
async fn a_row_stays_in_its_phase_and_behind_its_gate() {
    let mut plan = plan(vec![look(1), look(2)]);
    plan.phases.push(gated(
        "later",
        vec![Step {
            after: Vec::new(),
            ..look(3)
        }],
    ));
    let mut fake = FakeRig::open(&plan).await;
    assert_eq!(together(fake.desk.run(), &id("c1")), ids(&["c1", "c2"]));
    let beyond = refused(&mut fake, &["c1", "c2", "c3"]).await;
    assert!(beyond.to_string().contains("another phase begins"), "{beyond}");
    let gate = refused(&mut fake, &["c3"]).await;
    assert_eq!(gate.code, Code::Guard, "{gate}");
}

#[tokio::test]
async fn a_run_on_hold_begins_none_and_goes_on_with_none() {
    let mut fake = FakeRig::open(&row()).await;
    fake.desk.ask(ask(&["c1", "c2", "c3", "c4"])).await.unwrap();
    // The first is read, recorded, and the second asked for.
    fake.desk.some_turns(2).await.unwrap();
    assert_eq!(recorded(&fake), ["c1"]);
    fake.desk.ask(Command::Hold).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(recorded(&fake), ["c1"]);
    let held = refused(&mut fake, &["c2", "c3"]).await;
    assert!(held.to_string().contains("on hold"), "{held}");
    // What was asked for before the hold is not remembered behind it.
    fake.desk.ask(Command::Resume).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(recorded(&fake), ["c1"]);
}

#[tokio::test]
async fn a_change_that_is_still_being_verified_holds_no_look_up() {
    let slow = Step {
        verify: vec![check("seen", Some(600))],
        ..set_ttl("ttl", "apps", 60)
    };
    let mut fake = FakeRig::open(&plan(vec![slow, look(1), look(2)])).await;
    fake.fake.script("seen", [Verdict::Fail]);
    fake.desk.check("ttl").await.unwrap();
    fake.desk.approve("ttl").await.unwrap();
    while !matches!(fake.desk.state("ttl"), StepState::Verifying { .. }) {
        fake.desk.some_turns(1).await.unwrap();
    }
    fake.desk.ask(ask(&["c1", "c2"])).await.unwrap();
    fake.desk.some_turns(40).await.unwrap();
    assert_eq!(recorded(&fake), ["c1", "c2"]);
    assert!(matches!(fake.desk.state("ttl"), StepState::Verifying { .. }));
}
