//! A rollback at something that was made and is not proven: whose turn it is, and what is left. And a gap of readings.

use switchback_engine::monitor::MonitorRun;
use switchback_engine::ports::ProviderErrorKind;
use switchback_model::event::MonitorState;
use switchback_model::{Command, EventKind, Resolution, RollbackScope, Verdict};
use switchback_testkit::plans::{ZONE, address, check, id, name, plan, rule, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::{Fault, Op};

use super::{Live, Timestamp, reading, snapshot, t};
use crate::view::event::event_view;
use crate::view::rollback_plan_view;

fn words(kind: EventKind) -> String {
    let event = switchback_model::Event {
        kind,
        ..switchback_testkit::journal::opened(&plan(vec![switch("one", "a")]), t(0))
    };
    event_view(&event).sentence
}

/// `top` needs `base`; `aside` has nothing to do with either. All applied, and the rollback of them goes on while `top` can't
/// be proven.
async fn back_while_down(denied: bool) -> FakeRig {
    let mut of = plan(vec![
        switch("base", "a"),
        switch("aside", "b"),
        switchback_model::Step {
            needs: vec![id("base")],
            undo_verify: vec![check("reval-answers", Some(60))],
            ..switch("top", "c")
        },
        switch("free", "d"),
    ]);
    of.rules.push(rule("R4", &["base", "aside", "top"], &[]));
    let mut fake = FakeRig::open(&of).await;
    for step in ["base", "aside", "top", "free"] {
        fake.desk.apply(step).await.expect("done");
    }
    fake.fake.script("reval-answers", [Verdict::Fail]);
    if denied {
        let refused = Fault::FailsBefore(ProviderErrorKind::Denied);
        fake.faulty.inject(Op::Call, 2, refused);
    }
    let scope = RollbackScope::Rule("R4".parse().expect("an id"));
    fake.desk.confirm(scope, &[], &[]).await.expect("confirmed");
    fake.desk.settle_through().await.expect("settles");
    fake
}

fn states(rollback: &crate::wire::RollbackProgress) -> Vec<(&str, &str)> {
    let items = rollback.items.iter();
    items
        .map(|item| (item.id.as_str(), item.state.as_str()))
        .collect()
}

#[tokio::test]
async fn what_failed_beside_it_is_named_in_the_list_the_reason_and_the_status() {
    let mut fake = back_while_down(true).await;
    let seen = snapshot(fake.desk.run(), &Live::default(), Timestamp::UNIX_EPOCH);
    let rollback = seen.rollback.expect("a rollback");
    assert_eq!(
        states(&rollback),
        [("top", "unproven"), ("aside", "failed"), ("base", "to_do")]
    );
    assert!(!rollback.your_turn);
    let why = rollback.why.expect("why");
    assert!(why.starts_with("The undo was not applied."), "{why}");
    assert_eq!(
        rollback.left,
        [
            "look at \u{201c}Undo: Step top\u{201d}",
            "mend \u{201c}Undo: Step aside\u{201d}"
        ]
    );
    assert!(
        seen.status
            .contains("item 2 of 3, \"Undo: Step aside\": has stopped"),
        "{}",
        seen.status
    );
    // Once it was tried anew, only the look is missing.
    fake.desk.ask(Command::RollbackRetry).await.expect("asked");
    fake.desk.settle_through().await.expect("settles");
    let seen = snapshot(fake.desk.run(), &Live::default(), Timestamp::UNIX_EPOCH);
    assert_eq!(
        states(&seen.rollback.expect("a rollback")),
        [("top", "unproven"), ("aside", "done"), ("base", "to_do")]
    );
    assert!(seen.status.contains("waits for a person"), "{}", seen.status);
}

#[tokio::test]
async fn what_is_kept_or_said_is_not_called_taken_back() {
    let said = |fake: &FakeRig| {
        let seen = snapshot(fake.desk.run(), &Live::default(), Timestamp::UNIX_EPOCH);
        (seen.way_back.answer.note, seen.rollback.expect("a rollback"))
    };
    let done = || Command::RollbackDone {
        item: "top".to_owned(),
    };
    // A look showed it as before, and a person says that it is well.
    let mut fake = back_while_down(false).await;
    fake.desk.ask(done()).await.expect("as before");
    fake.desk.settle_through().await.expect("settles");
    let free = RollbackScope::Step(id("free"));
    fake.desk.roll_back(free).await.expect("taken back");
    assert_eq!(
        said(&fake).0,
        "Taken back; of \u{201c}Step top\u{201d} a person said so"
    );

    let mut fake = back_while_down(false).await;
    let foreign = vec![address("c", 60, "203.0.113.99")];
    fake.store.put(ZONE, &name("c"), foreign);
    fake.desk.ask(done()).await.expect_err("it is not as before");
    let keep = Command::Resolve {
        step: id("top"),
        as_: Resolution::Keep,
    };
    fake.desk.ask(keep).await.expect("kept");
    let (_, rollback) = said(&fake);
    assert_eq!(states(&rollback)[0], ("top", "kept"));
    fake.desk.ask(Command::RollbackRetry).await.expect("asked");
    fake.desk.settle_through().await.expect("settles");
    let (note, rollback) = said(&fake);
    assert_eq!(
        states(&rollback),
        [("top", "kept"), ("aside", "done"), ("base", "done")]
    );
    assert_eq!(rollback.stays, ["Step top"]);
    assert!(!note.contains("taken back"), "{note}");
}

/// What was made and is not proven does not "stay as it is".
#[tokio::test]
async fn a_plan_says_of_what_was_made_that_it_is_not_proven() {
    let mut fake = back_while_down(false).await;
    fake.desk.ask(Command::RollbackAbandon).await.expect("given up");
    let scope = RollbackScope::Step(id("free"));
    let (planned, open) = fake.desk.driver.plan_rollback(&scope).await.expect("planned");
    let known = crate::run_facts::RunFacts::default();
    let plan = rollback_plan_view(fake.desk.run(), &planned, &open, &known, Timestamp::UNIX_EPOCH);
    assert_eq!(plan.stays, ["Step base", "Step top (taken back, and not proven)"]);
}

#[tokio::test]
async fn says_whose_turn_it_is_and_what_is_left() {
    let mut of = plan(vec![
        switch("base", "a"),
        switch("aside", "b"),
        switchback_model::Step {
            needs: vec![id("base")],
            undo_verify: vec![check("reval-answers", Some(60))],
            ..switch("top", "c")
        },
    ]);
    of.rules.push(switchback_model::plan::Rule {
        then: vec!["Sign-in is back.".to_owned()],
        ..rule("R4", &["base", "aside", "top"], &[])
    });
    let mut fake = FakeRig::open(&of).await;
    for step in ["base", "aside", "top"] {
        fake.desk.apply(step).await.expect("done");
    }
    fake.fake.script("reval-answers", [Verdict::Fail]);
    let scope = RollbackScope::Rule("R4".parse().expect("an id"));
    fake.desk.confirm(scope, &[], &[]).await.expect("confirmed");
    fake.desk.settle_through().await.expect("settles");
    let seen = snapshot(fake.desk.run(), &Live::default(), Timestamp::UNIX_EPOCH);
    let rollback = seen.rollback.expect("a rollback");
    let states: Vec<(&str, &str)> = rollback
        .items
        .iter()
        .map(|item| (item.id.as_str(), item.state.as_str()))
        .collect();
    assert_eq!(
        states,
        [
            ("top", "unproven"),
            ("aside", "done"),
            ("base", "to_do"),
            ("notice-1", "to_do")
        ]
    );
    assert_eq!(
        rollback.left,
        ["look at \u{201c}Undo: Step top\u{201d}", "Tell people"]
    );
    assert!(seen.status.contains("waits for a person"), "{}", seen.status);
    let why = rollback.why.expect("why");
    let halted = EventKind::RollbackHalted {
        item: "top".to_owned(),
        why,
        readings: Vec::new(),
    };
    let said = words(halted);
    assert!(
        said.starts_with("A person looks at this part of the rollback: The undo was made"),
        "{said}"
    );
    // A person who looked lets it go on.
    let done = Command::RollbackDone {
        item: "top".to_owned(),
    };
    fake.desk.ask(done).await.expect("recorded");
    fake.desk.settle_through().await.expect("settles");
    let seen = snapshot(fake.desk.run(), &Live::default(), Timestamp::UNIX_EPOCH);
    assert_eq!(seen.rollback.expect("a rollback").left, ["Tell people"]);
}

/// The journal keeps what the monitor said then: that it was passing before and could not be told for a while is no change
/// back and forth.
#[test]
fn a_gap_of_readings_is_no_change_back_and_forth() {
    let monitor = switchback_model::plan::Monitor {
        pass_after: 2,
        ..super::monitor("site", check("site-answers", None))
    };
    let mut run = MonitorRun::default();
    run.take(&monitor, reading("site-answers", 0, Verdict::Pass));
    assert!(
        run.take(&monitor, reading("site-answers", 3600, Verdict::Pass)),
        "not steady after a gap"
    );
    assert_eq!(run.state(), MonitorState::Unknown);
    let said = words(EventKind::MonitorRead {
        monitor: monitor.id.clone(),
        reading: reading("site-answers", 3600, Verdict::Pass),
        state: Some(run.state()),
    });
    assert!(!said.contains("back and forth"), "{said}");
    assert!(said.contains("can't be told, not steadily passing yet"), "{said}");
}
