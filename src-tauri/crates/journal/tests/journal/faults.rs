use std::fs;
use std::path::Path;
use std::sync::Arc;

use switchback_engine::ports::JournalError;
use switchback_journal::{FORMAT, KeyRing as _, KeyRingProblem, MemoryKeyRing, OsKeyRing, SealError, Store};
use switchback_model::RunId;
use tempfile::tempdir;

use crate::support::*;

fn try_open(home: &Path) -> Result<Store, JournalError> {
    Store::open(home, Arc::new(MemoryKeyRing::default()))
}

#[test]
fn a_newer_file_is_refused_and_not_touched() {
    let home = tempdir().unwrap();
    drop(with_run(home.path(), &ring(), None));
    let path = home.path().join("journal.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.pragma_update(None, "user_version", FORMAT + 1).unwrap();
    // First while the number stands in the write-ahead log only.
    let newer = JournalError::Newer {
        found: FORMAT + 1,
        known: FORMAT,
    };
    assert_eq!(try_open(home.path()).unwrap_err(), newer);
    drop(conn);
    let before = fs::read(&path).unwrap();
    assert_eq!(try_open(home.path()).unwrap_err(), newer);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(!home.path().join("journal.db-wal").exists());
}

#[test]
fn a_truncated_file_is_not_read_and_the_way_on_is_named() {
    let home = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), &ring(), None);
    append(
        &store,
        &lease,
        (0..200)
            .map(|n| note(&format!("note {n} {}", "x".repeat(200))))
            .collect(),
    )
    .unwrap();
    drop(store);
    let path = home.path().join("journal.db");
    let whole = fs::read(&path).unwrap();
    for length in [whole.len() / 2, 4096, 50, 0] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = match try_open(home.path()) {
            Err(error) => error,
            Ok(store) => store.verify(&run()).unwrap_err(),
        };
        assert!(matches!(error, JournalError::NotRead(_)), "{length}: {error:?}");
        assert!(
            sentence(&error).contains("journal import --takeover"),
            "{length}: {error}"
        );
    }
    fs::remove_file(&path).unwrap();
    assert!(
        matches!(try_open(home.path()), Err(JournalError::NotRead(_))),
        "a removed journal is no new home"
    );
    assert!(!path.exists());
}

#[test]
fn something_else_under_the_journals_name_is_refused() {
    let home = tempdir().unwrap();
    fs::write(home.path().join("journal.db"), "x".repeat(5000)).unwrap();
    assert!(matches!(try_open(home.path()), Err(JournalError::NotRead(_))));
}

#[test]
fn a_full_disk_loses_nothing_and_the_run_goes_on_afterwards() {
    let home = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), &ring(), None);
    let pages = store.limit_pages(1).unwrap();
    let long = note(&"x".repeat(100_000));
    let error = append(&store, &lease, vec![note("small"), long.clone()]).unwrap_err();
    assert!(matches!(error, JournalError::NotWritten(_)), "{error:?}");
    assert!(sentence(&error).contains("disk is full"), "{error}");
    assert_eq!(read(&store).unwrap().len(), 1, "all of an append or nothing");
    store.limit_pages(pages + 1000).unwrap();
    append(&store, &lease, vec![long]).unwrap();
    assert!(store.verify(&run()).unwrap().complete);
}

#[test]
fn a_home_that_can_not_be_made_says_where_and_how() {
    let home = tempdir().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    let error = try_open(&home.path().join("file").join("home")).unwrap_err();
    assert!(sentence(&error).contains("Check the path"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_home_is_not_written() {
    // Read-only even for root, which ignores permission bits.
    let error = try_open(Path::new("/sys/kernel")).unwrap_err();
    assert!(matches!(error, JournalError::NotWritten(_)), "{error:?}");
    assert!(sentence(&error).contains("/sys/kernel"), "{error}");
}

/// An open file that was deleted or emptied takes what is written all the same; who relies on it must not believe so.
#[cfg(unix)]
#[test]
fn what_went_into_a_deleted_file_is_not_written() {
    type Harm = fn(&Path);
    let harms: [(Harm, &str); 2] = [
        (|path| fs::remove_file(path).unwrap(), "deleted or moved"),
        (|path| drop(fs::File::create(path).unwrap()), "emptied"),
    ];
    for (harm, said) in harms {
        let home = tempdir().unwrap();
        let (store, lease) = with_run(home.path(), &ring(), None);
        append(&store, &lease, vec![note("before")]).unwrap();
        harm(&home.path().join("journal.db"));
        let error = append(&store, &lease, vec![note("lost")]).unwrap_err();
        assert!(sentence(&error).contains(said), "{error}");
    }
}

#[test]
fn a_run_that_is_not_there() {
    let home = tempdir().unwrap();
    let store = try_open(home.path()).unwrap();
    let missing = RunId::new("missing").unwrap();
    let expected = JournalError::NoRun("missing".to_owned());
    assert_eq!(store.journal(&missing).unwrap_err(), expected);
    assert_eq!(
        store.take_lease(&missing, holder(1), false).unwrap_err(),
        expected
    );
    assert_eq!(store.verify(&missing).unwrap_err(), expected);
    assert_eq!(store.erase(&missing).unwrap_err(), expected);
    assert_eq!(
        store.can_seal(&missing).unwrap_err(),
        SealError::Journal(expected)
    );
}

#[test]
fn a_run_opens_once_and_with_its_own_event() {
    let home = tempdir().unwrap();
    let (store, _) = with_run(home.path(), &ring(), None);
    let again = store.create_run(&run(), at(0), opened(&run()), None).unwrap_err();
    assert!(sentence(&again).contains("already a run"), "{again}");
    let other = RunId::new("other").unwrap();
    assert!(store.create_run(&other, at(0), opened(&run()), None).is_err());
    assert!(
        store
            .create_run(&other, at(0), note("not an opening"), None)
            .is_err()
    );
    store.create_run(&other, at(5), opened(&other), None).unwrap();
    let runs = store.runs().unwrap();
    assert_eq!(
        runs.iter().map(|row| row.id.clone()).collect::<Vec<_>>(),
        [run(), other]
    );
    assert_eq!(
        (runs[0].target.as_str(), runs[0].banner.as_str(), runs[0].head_seq),
        ("rehearsal", "REHEARSAL", 1)
    );
    assert_eq!(runs[0].opened_at, at(0));
}

#[test]
fn each_keychain_problem_has_its_own_words() {
    let mut seen = std::collections::BTreeSet::new();
    for problem in [
        KeyRingProblem::Absent,
        KeyRingProblem::Locked,
        KeyRingProblem::NoAnswer,
        KeyRingProblem::Denied,
        KeyRingProblem::Damaged,
        KeyRingProblem::Missing,
    ] {
        let home = tempdir().unwrap();
        let store = Store::open(home.path(), Arc::new(MemoryKeyRing::failing(problem))).unwrap();
        assert_eq!(store.keychain().unwrap(), Err(problem));
        store.create_run(&run(), at(0), opened(&run()), None).unwrap();
        let refused = store.seal(&run(), &"personal").unwrap_err();
        assert_eq!(refused, SealError::NoKey(problem));
        assert!(seen.insert(refused.to_string()));
    }
}

#[test]
fn a_key_that_vanished_is_never_replaced_in_silence() {
    let home = tempdir().unwrap();
    drop(with_run(home.path(), &ring(), None));
    // An empty ring: locked stores answer so, too.
    let store = open(home.path(), &ring());
    assert_eq!(store.keychain().unwrap(), Err(KeyRingProblem::Missing));
    assert!(matches!(
        store.can_seal(&run()),
        Err(SealError::Closed(KeyRingProblem::Missing))
    ));
    assert!(!store.verify(&run()).unwrap().complete);
}

#[test]
fn the_real_key_ring_answers_or_says_why_not() {
    // Nothing is written; on a machine without a session bus it is absent.
    match OsKeyRing.get("journal-of-no-home") {
        Ok(found) => assert!(found.is_none()),
        Err(problem) => assert!(matches!(
            problem,
            KeyRingProblem::Absent
                | KeyRingProblem::Locked
                | KeyRingProblem::NoAnswer
                | KeyRingProblem::Denied
        )),
    }
}
