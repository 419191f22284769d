//! The deadline of R4.

use std::time::Duration;

use switchback_api::wire::{Deadline, RunSnapshot};
use switchback_model::Command;

use super::console::{Console, until};
use super::resolvers::{apply, state, submit};

fn r4(snapshot: &RunSnapshot) -> &Deadline {
    let mut all = snapshot.deadlines.iter();
    all.find(|deadline| deadline.rule.as_deref() == Some("R4"))
        .unwrap()
}

/// Waits until the journal says for the `times`th time that the decision is due.
async fn announced(console: &mut Console, times: usize) {
    for _ in 0..500 {
        let page = console.host.journal_page(&console.run, 0, 1000).await.unwrap();
        let due = page.events.iter().filter(|event| event.kind == "decision_due");
        if due.count() >= times {
            return;
        }
        let _ = tokio::time::timeout(Duration::from_millis(200), console.seen.changed()).await;
    }
    panic!("not announced {times} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deadline_of_r4_is_announced_moved_by_a_person_and_acts_on_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Console::open(home.path(), 60).await;
    assert!(
        r4(&console.seen.borrow())
            .note
            .starts_with("Does not run: there is nothing to undo")
    );
    apply(&mut console, "lower-ttl").await;
    until(&mut console.seen, "waited", |s| state(s, "switch") == "ready").await;
    apply(&mut console, "switch").await;
    let done = until(&mut console.seen, "done", |s| state(s, "switch") == "done").await;
    assert_eq!(
        r4(&done).note,
        "Does not run: 3 min from when \"apps.example.nhs.test as users see it\" fails."
    );

    let client = console.host.world_client().await.unwrap();
    let changes = async || {
        let log = client.log(0).await.unwrap();
        let made = log
            .iter()
            .filter(|entry| entry.operation == "ChangeResourceRecordSets");
        made.count()
    };
    let before = changes().await;
    console.inject("site-down:new").await;
    let down = console.now();
    let runs = until(&mut console.seen, "the clock runs", |s| r4(s).at.is_some()).await;
    let (since, first) = (r4(&runs).since.unwrap(), r4(&runs).at.unwrap());
    assert_eq!(first.duration_since(since).as_mins(), 3);
    let due = until(&mut console.seen, "due", |s| r4(s).due).await;
    assert!(due.now >= first);
    // The window counts by itself; the journal says it when the driver has: only then it is moved.
    announced(&mut console, 1).await;
    let extend = Command::ExtendDeadline {
        rule: "R4".parse().unwrap(),
        minutes: 2,
    };
    submit(&console, extend, None).await;
    let moved = until(&mut console.seen, "moved", |s| !r4(s).extended.is_empty()).await;
    assert!(!r4(&moved).due && r4(&moved).extendable);
    assert_eq!(r4(&moved).at.unwrap().duration_since(since).as_mins(), 5);
    // The console restarts; its deadline does not.
    console.host.release_all().await;
    console.seen = console.host.subscribe(&console.run).await.unwrap();
    let again = until(&mut console.seen, "again", |s| r4(s).at.is_some()).await;
    assert_eq!(r4(&again).at, r4(&moved).at);
    until(&mut console.seen, "due again", |s| r4(s).due).await;
    announced(&mut console, 2).await;
    console.pass(60).await;

    let page = console.host.journal_page(&console.run, 0, 1000).await.unwrap();
    let of_r4 = |kind: &str| {
        [
            "decision_due",
            "deadline_extended",
            "monitor_read",
            "driver_started",
        ]
        .contains(&kind)
    };
    println!("\nDeadline of R4: 3 min from when the site fails, moved by 2");
    println!("     0.0 s  truth    down");
    for event in page
        .events
        .iter()
        .filter(|event| event.at >= down && of_r4(&event.kind))
    {
        let second = event.at.duration_since(down).as_millis() as f64 / 1000.0;
        println!("{second:>8.1} s  journal  {}", event.sentence);
    }
    let count = |kind: &str| page.events.iter().filter(|event| event.kind == kind).count();
    assert_eq!((count("decision_due"), count("deadline_extended")), (2, 1));
    assert_eq!(count("rollback_confirmed"), 0);
    assert_eq!(changes().await, before, "nothing acted");
    println!("acted alone: 0 changes, 0 rollbacks");
    console.host.release_all().await;
}
