//! Journals that are long enough for every core to read: the same answers as from one walk.

use switchback_engine::ports::{Journal as _, JournalError};
use switchback_engine::run::Run;
use switchback_model::{Event, EventKind};
use tempfile::{TempDir, tempdir};

use crate::support::*;

/// More than a few pieces of work for each core, and the last piece is not whole.
const LAST: u64 = 5_001;

/// A run of 5,001 events, and the folder that holds it.
fn long() -> (TempDir, std::sync::Arc<switchback_journal::MemoryKeyRing>) {
    let home = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    let started = EventKind::DriverStarted {
        holder: lease.holder.clone(),
        fence: lease.fence,
        taken: false,
        reason: None,
    };
    let notes = (3..=LAST).map(|seq| note(&format!("note {seq}")));
    append(&store, &lease, std::iter::once(started).chain(notes).collect()).unwrap();
    (home, ring)
}

fn reason(event: &Event) -> String {
    match &event.kind {
        EventKind::Held { reason, .. } => reason.clone(),
        other => panic!("event {} is {other:?}", event.seq),
    }
}

/// What both ways of reading say is wrong.
fn wrong(home: &TempDir, ring: &std::sync::Arc<switchback_journal::MemoryKeyRing>) -> JournalError {
    let store = open(home.path(), ring);
    let by_reading = read(&store).unwrap_err();
    let by_folding = block(store.journal(&run()).unwrap().fold()).unwrap_err();
    assert_eq!(by_reading, by_folding);
    // A page goes through its events one by one.
    let mut after = 0;
    let by_page = loop {
        match store.read_page(&run(), after, 500) {
            Ok(page) => after = page.last().expect("the end comes with an error").seq,
            Err(error) => break error,
        }
    };
    assert_eq!(by_reading, by_page);
    by_reading
}

#[test]
fn every_event_comes_once_and_in_order() {
    let (home, ring) = long();
    let store = open(home.path(), &ring);
    let events = read(&store).unwrap();
    assert_eq!(events.len() as u64, LAST);
    for (event, seq) in events.iter().zip(1..) {
        assert_eq!(event.seq, seq);
        if seq > 2 {
            assert_eq!(reason(event), format!("note {seq}"));
        }
    }
    let later = block(store.journal(&run()).unwrap().read(1_234)).unwrap();
    assert_eq!(later, events[1_234..]);
    assert!(
        block(store.journal(&run()).unwrap().read(LAST))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn folding_while_reading_makes_the_same_run() {
    let (home, ring) = long();
    let store = open(home.path(), &ring);
    let folded = block(store.journal(&run()).unwrap().fold()).unwrap().unwrap();
    let replayed = Run::replay(&read(&store).unwrap()).unwrap();
    assert_eq!(folded.seq, LAST);
    assert_eq!(format!("{folded:?}"), format!("{replayed:?}"));
}

#[test]
fn the_first_event_that_is_wrong_is_named() {
    for (what, named) in [
        (
            "UPDATE event SET body = replace(body, 'note', 'mote') WHERE seq IN (3000, 4000)",
            "event 3000 ",
        ),
        ("UPDATE event SET fence = 9 WHERE seq = 130", "event 130 "),
        (
            "UPDATE event SET prev_hash = zeroblob(32) WHERE seq = 129",
            "event 129 ",
        ),
        ("DELETE FROM event WHERE seq = 2561", "event 2561 "),
        ("DELETE FROM event WHERE seq > 4990", "ends at event 4990"),
    ] {
        let (home, ring) = long();
        behind(home.path()).execute_batch(what).unwrap();
        let error = wrong(&home, &ring);
        assert!(matches!(error, JournalError::Tampered(_)), "{what}: {error}");
        assert!(sentence(&error).contains(named), "{what}: {error}");
    }
}

/// A story that can't be is told as such only where the chain is whole.
#[test]
fn a_broken_chain_outranks_a_story_that_cannot_be() {
    let (home, ring) = long();
    let store = open(home.path(), &ring);
    let (lease, _) = store.take_lease(&run(), holder(2), true).unwrap();
    let again = EventKind::DriverStarted {
        holder: holder(2),
        fence: 1,
        taken: false,
        reason: None,
    };
    let more = (0..3_000).map(|_| note("later"));
    append(&store, &lease, std::iter::once(again).chain(more).collect()).unwrap();
    let illegal = block(store.journal(&run()).unwrap().fold()).unwrap().unwrap_err();
    assert_eq!(illegal.seq, LAST + 1);
    drop(store);
    let change = "UPDATE event SET body = replace(body, 'later', 'never') WHERE seq = 7000";
    behind(home.path()).execute_batch(change).unwrap();
    let error = block(open(home.path(), &ring).journal(&run()).unwrap().fold()).unwrap_err();
    assert!(sentence(&error).contains("event 7000 "), "{error}");
}
