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
    // A pipe that nobody feeds hangs whoever opens it, as a dead share does: the file, and the mark.
    let file = folder.path().join(format!("{RUN}.jsonl"));
    let mark = folder.path().join(format!("{RUN}.takeover.json"));
    fs::remove_file(&file).unwrap();
    for pipe in [&file, &mark] {
        let made = std::process::Command::new("mkfifo").arg(pipe).status().unwrap();
        assert!(made.success());
    }
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
    fs::remove_file(&file).unwrap();
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
