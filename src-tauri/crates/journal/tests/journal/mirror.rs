use std::fs;

use switchback_journal::verify_file;
use tempfile::tempdir;

use crate::support::*;

#[test]
fn every_event_is_mirrored_and_an_old_run_is_caught_up() {
    let home = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let folder = folder.path().join("made on demand");
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    assert_eq!(store.mirror_state(&run()), None);
    append(&store, &lease, vec![note("two")]).unwrap();
    let store = store.with_mirror(&folder).unwrap();
    let file = folder.join(format!("{RUN}.jsonl"));
    for expected in 2..6 {
        let state = store.mirror_state(&run()).unwrap();
        assert_eq!((state.last_seq, state.problem), (expected, None));
        assert_eq!(verify_file(&file).unwrap().to_seq, expected);
        append(&store, &lease, vec![note("more")]).unwrap();
    }
    assert_eq!(store.mirror_state(&run()).unwrap().last_at, Some(at(1)));
}

#[test]
fn a_mirror_that_is_away_stops_nothing_is_reported_and_is_caught_up() {
    let home = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), &ring(), None);
    // A file stands where the folder should be.
    let place = folder.path().join("share");
    fs::write(&place, "").unwrap();
    let store = store.with_mirror(&place).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    holds(&store, &lease).unwrap();
    let state = store.mirror_state(&run()).unwrap();
    assert_eq!(state.last_seq, 0);
    assert!(state.problem.unwrap().contains("share"));
    fs::remove_file(&place).unwrap();
    append(&store, &lease, vec![note("three")]).unwrap();
    let state = store.mirror_state(&run()).unwrap();
    assert_eq!((state.last_seq, state.problem), (3, None));
}

#[test]
fn an_unfinished_last_line_is_replaced() {
    let home = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    let store = store.with_mirror(folder.path()).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    drop(store);
    let file = folder.path().join(format!("{RUN}.jsonl"));
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 7]).unwrap();
    let partial = verify_file(&file).unwrap();
    assert_eq!(partial.to_seq, 1);
    assert!(
        partial.sentence.contains("unfinished last line"),
        "{}",
        partial.sentence
    );
    let store = open(home.path(), &ring).with_mirror(folder.path()).unwrap();
    assert_eq!(store.mirror_state(&run()).unwrap().problem, None);
    assert_eq!(fs::read(&file).unwrap(), whole);
}

#[test]
fn a_changed_mirror_is_reported_and_left_alone() {
    let home = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    let store = store.with_mirror(folder.path()).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    drop(store);
    let file = folder.path().join(format!("{RUN}.jsonl"));
    let changed = fs::read_to_string(&file).unwrap().replace("two", "owt");
    fs::write(&file, &changed).unwrap();
    let store = open(home.path(), &ring).with_mirror(folder.path()).unwrap();
    append(&store, &lease, vec![note("three")]).unwrap();
    assert!(
        store
            .mirror_state(&run())
            .unwrap()
            .problem
            .unwrap()
            .contains("event 2 of run")
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), changed);
}

#[cfg(unix)]
#[test]
fn a_folder_that_hangs_is_given_up_said_and_caught_up() {
    use std::time::{Duration, Instant};

    let home = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), &ring(), None);
    let store = store.with_mirror(folder.path()).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    // A pipe that nobody feeds hangs whoever opens it, as a dead share does: the mark is looked at first.
    let file = folder.path().join(format!("{RUN}.jsonl"));
    let mark = folder.path().join(format!("{RUN}.takeover.json"));
    let made = std::process::Command::new("mkfifo").arg(&mark).status().unwrap();
    assert!(made.success());
    let asked = Instant::now();
    for text in ["three", "four", "five"] {
        append(&store, &lease, vec![note(text)]).unwrap();
        holds(&store, &lease).unwrap();
    }
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    let state = store.mirror_state(&run()).unwrap();
    assert_eq!(state.last_seq, 2);
    assert!(state.problem.unwrap().contains("does not answer"));
    assert_eq!(read(&store).unwrap().len(), 5);

    // The share is back: what hung ends, and the folder gets what it lacks.
    let waiting = fs::OpenOptions::new().write(true).open(&mark).unwrap();
    fs::remove_file(&mark).unwrap();
    drop(waiting);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        store.sync_mirror(&run());
        let state = store.mirror_state(&run()).unwrap();
        if state.problem.is_none() {
            assert_eq!(state.last_seq, 5);
            break;
        }
        assert!(Instant::now() < deadline, "{state:?}");
        std::thread::yield_now();
    }
    assert_eq!(verify_file(&file).unwrap().to_seq, 5);
}

/// The problem of the mirror, where it has one.
fn problem(store: &switchback_journal::Store) -> Option<String> {
    store.mirror_state(&run()).unwrap().problem
}

#[test]
fn a_folder_that_held_the_run_is_not_made_anew_unless_a_person_says_so() {
    let home = tempdir().unwrap();
    let shares = tempdir().unwrap();
    let (share, away) = (shares.path().join("share"), shares.path().join("away"));
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, None);
    let store = store.with_mirror(&share).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    assert_eq!(problem(&store), None);

    // Unmounted: first there is nothing at its place, then only the empty mount point.
    fs::rename(&share, &away).unwrap();
    append(&store, &lease, vec![note("three")]).unwrap();
    let said = problem(&store).unwrap();
    assert!(said.contains("--new-mirror") && said.contains("share"), "{said}");
    assert!(!share.exists(), "the place of the share was filled in");
    fs::create_dir(&share).unwrap();
    // A later process of this home knows it, too, and so does another run.
    drop(store);
    let store = open(home.path(), &ring).with_mirror(&share).unwrap();
    assert!(problem(&store).unwrap().contains("--new-mirror"));
    let other = switchback_model::RunId::new("019a0000-0000-7000-8000-000000000002").unwrap();
    store.create_run(&other, at(5), opened(&other), None).unwrap();
    let said = store.mirror_state(&other).unwrap().problem.unwrap();
    assert!(said.contains("copies of other runs"), "{said}");
    assert_eq!(fs::read_dir(&share).unwrap().count(), 0);

    // Connected again, it is caught up by itself.
    fs::remove_dir(&share).unwrap();
    fs::rename(&away, &share).unwrap();
    store.sync_mirror(&run());
    store.sync_mirror(&other);
    assert_eq!(problem(&store), None);
    let file = share.join(format!("{RUN}.jsonl"));
    assert_eq!(verify_file(&file).unwrap().to_seq, 3);
    // One run's file that is gone is not made anew either.
    fs::remove_file(&file).unwrap();
    store.sync_mirror(&run());
    assert!(problem(&store).unwrap().contains("this run's copy"));
    assert!(!file.exists());
    drop(store);
    let store = open(home.path(), &ring).with_new_mirror(&share).unwrap();
    assert_eq!(problem(&store), None);
    assert_eq!(verify_file(&file).unwrap().to_seq, 3);
}

#[cfg(unix)]
#[test]
fn somebodys_own_draft_in_the_folder_stays() {
    let home = tempdir().unwrap();
    let folder = tempdir().unwrap();
    let theirs = folder.path().join(format!("{RUN}.jsonl.new"));
    fs::write(&theirs, "mine").unwrap();
    let (store, _) = with_run(home.path(), &ring(), None);
    let store = store.with_mirror(folder.path()).unwrap();
    assert_eq!(problem(&store), None);
    assert_eq!(fs::read(&theirs).unwrap(), b"mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
