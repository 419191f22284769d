use switchback_engine::ports::JournalError;
use switchback_journal::KeyRingProblem;
use tempfile::tempdir;

use crate::support::*;

/// A home with six events, changed by one statement behind the store's back.
fn after(statement: &str) -> (JournalError, JournalError) {
    let home = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    append(
        &store,
        &lease,
        (2..=6).map(|n| note(&format!("note {n}"))).collect(),
    )
    .unwrap();
    assert_eq!(
        behind(home.path()).execute(statement, []).unwrap(),
        1,
        "{statement}"
    );
    let store = open(home.path(), &ring);
    (store.verify(&run()).unwrap_err(), read(&store).unwrap_err())
}

#[test]
fn a_changed_event_is_named() {
    for statement in [
        "UPDATE event SET body = replace(body, 'note 3', 'note 8') WHERE seq = 3",
        "UPDATE event SET at = '2026-01-01T00:00:00Z' WHERE seq = 3",
        "UPDATE event SET fence = 9 WHERE seq = 3",
        "UPDATE event SET hash = zeroblob(32) WHERE seq = 3",
        "UPDATE event SET prev_hash = zeroblob(32) WHERE seq = 3",
        "DELETE FROM event WHERE seq = 3",
    ] {
        for error in <[_; 2]>::from(after(statement)) {
            assert!(
                matches!(&error, JournalError::Tampered(_)),
                "{statement}: {error}"
            );
            assert!(
                sentence(&error).contains("event 3 of run"),
                "{statement}: {error}"
            );
        }
    }
}

#[test]
fn a_cut_end_is_found_by_the_head() {
    let (verified, read) = after("DELETE FROM event WHERE seq = 6");
    assert!(
        sentence(&verified).contains("ends at event 5, but its head names event 6"),
        "{verified}"
    );
    assert!(matches!(read, JournalError::Tampered(_)));
}

#[test]
fn a_cut_end_with_a_corrected_head_is_found_by_the_keyed_head() {
    let cut = "DELETE FROM event WHERE seq = 6; UPDATE head SET seq = 5, hash = (SELECT hash FROM event WHERE seq = 5)";
    let home = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    append(
        &store,
        &lease,
        (2..=6).map(|n| note(&format!("note {n}"))).collect(),
    )
    .unwrap();
    assert_eq!(store.verify(&run()).unwrap().sentence, "complete to event 6");
    behind(home.path()).execute_batch(cut).unwrap();
    let again = open(home.path(), &ring);
    assert!(matches!(again.verify(&run()), Err(JournalError::Tampered(_))));
    // Nor does anybody build upon it.
    assert!(matches!(
        append(&again, &lease, vec![note("on")]),
        Err(JournalError::Tampered(_))
    ));
}

#[test]
fn without_a_keychain_the_same_cut_can_not_be_excluded_and_that_is_said() {
    let home = tempdir().unwrap();
    let ring = ring();
    ring.set_problem(Some(KeyRingProblem::Absent));
    let (store, lease) = with_run(home.path(), &ring, None);
    append(&store, &lease, vec![note("two")]).unwrap();
    let verification = store.verify(&run()).unwrap();
    assert!(!verification.complete);
    assert_eq!(
        verification.sentence,
        "consistent to event 2; cannot prove that nothing was cut"
    );
}

#[test]
fn a_keychain_that_was_away_for_a_while_leaves_a_gap_that_is_said() {
    let home = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    drop(store);
    ring.set_problem(Some(KeyRingProblem::Locked));
    let store = open(home.path(), &ring);
    append(&store, &lease, vec![note("two")]).unwrap();
    drop(store);
    ring.set_problem(None);
    let store = open(home.path(), &ring);
    append(&store, &lease, vec![note("three")]).unwrap();
    let verification = store.verify(&run()).unwrap();
    assert!(!verification.complete);
    assert!(
        verification.sentence.contains("complete since event 2"),
        "{}",
        verification.sentence
    );
    // The gap is under the MAC: it can't be wished away.
    behind(home.path())
        .execute("UPDATE head SET gap = 0", [])
        .unwrap();
    assert!(matches!(
        open(home.path(), &ring).verify(&run()),
        Err(JournalError::Tampered(_))
    ));
}

#[test]
fn the_schema_itself_refuses_changes() {
    let home = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), &ring(), None);
    append(&store, &lease, vec![note("two")]).unwrap();
    let conn = rusqlite::Connection::open(home.path().join("journal.db")).unwrap();
    for statement in [
        "UPDATE event SET at = '' WHERE seq = 1",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT run, seq, 'x', fence, body, prev_hash, hash FROM event",
        "UPDATE run SET title = ''",
        "DELETE FROM run",
        "UPDATE format SET format = 0",
        "DELETE FROM format",
        "UPDATE lease SET fence = 0",
        "DELETE FROM lease",
        "UPDATE head SET seq = 1",
        "DELETE FROM head",
    ] {
        assert!(conn.execute(statement, []).is_err(), "{statement}");
    }
}

#[test]
fn an_older_copy_of_the_whole_file_is_found_by_the_mirror() {
    let home = tempdir().unwrap();
    let mirror = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    let conn = rusqlite::Connection::open(home.path().join("journal.db")).unwrap();
    let old = home.path().join("old.db");
    conn.execute("VACUUM INTO ?1", [old.to_str().unwrap()]).unwrap();
    drop(conn);
    let store = store.with_mirror(mirror.path()).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    drop(store);
    std::fs::copy(&old, home.path().join("journal.db")).unwrap();
    for left in ["journal.db-wal", "journal.db-shm"] {
        let _ = std::fs::remove_file(home.path().join(left));
    }
    let store = open(home.path(), &ring);
    let verified = store.verify(&run()).unwrap();
    assert!(
        !verified.complete && verified.missing == Some((2, 2)),
        "the anchor stands beside it: {verified:?}"
    );
    drop(store);
    std::fs::remove_dir_all(home.path().join("heads")).unwrap();
    let store = open(home.path(), &ring);
    assert!(
        store.verify(&run()).unwrap().complete,
        "an older copy of the whole home can't tell"
    );
    let store = store.with_mirror(mirror.path()).unwrap();
    assert!(store.mirror_state(&run()).unwrap().problem.is_some());
    let error = store.verify(&run()).unwrap_err();
    assert!(sentence(&error).contains("to event 2"), "{error}");
}
