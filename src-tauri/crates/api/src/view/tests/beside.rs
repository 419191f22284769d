//! A rollback at something that was made and is not proven: whose turn it is, and what is left. And a gap of readings.

use switchback_engine::monitor::MonitorRun;
use switchback_model::event::MonitorState;
use switchback_model::{Command, EventKind, RollbackScope, Verdict};
use switchback_testkit::plans::{check, id, plan, rule, switch};
use switchback_testkit::rig::FakeRig;

use super::{Live, Timestamp, reading, snapshot, t};
use crate::view::event::event_view;

fn words(kind: EventKind) -> String {
    let event = switchback_model::Event {
        kind,
        ..switchback_testkit::journal::opened(&plan(vec![switch("one", "a")]), t(0))
    };
    event_view(&event).sentence
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
