//! A real process is killed while it appends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use switchback_journal::{MemoryKeyRing, Store};
use tempfile::tempdir;

use crate::support::*;

const HOME: &str = "SWITCHBACK_JOURNAL_TEST_HOME";

/// Not a test by itself: the process that is killed.
#[test]
fn child() {
    let Some(home) = std::env::var_os(HOME) else {
        return;
    };
    let home = Path::new(&home);
    let store = Store::open(home, Arc::new(MemoryKeyRing::default())).unwrap();
    let store = store.with_mirror(&home.join("mirror")).unwrap();
    let (lease, _) = store
        .take_lease(&run(), holder(std::process::id()), false)
        .unwrap();
    loop {
        let events = append(&store, &lease, vec![note("first"), note("second")]).unwrap();
        println!("acknowledged {}", events[1].seq);
    }
}

#[test]
fn every_acknowledged_event_survives_a_kill() {
    let home = tempdir().unwrap();
    let ring = ring();
    let store = open(home.path(), &ring);
    store.create_run(&run(), at(0), opened(&run()), None).unwrap();
    let mut acknowledged = 1;
    for round in 1..=4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["crash::child", "--exact", "--nocapture", "--test-threads=1"])
            .env(HOME, home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines {
            let line = line.unwrap();
            let Some((_, seq)) = line.split_once("acknowledged ") else {
                continue;
            };
            acknowledged = seq.parse().unwrap();
            seen += 1;
            if seen == 5 * round {
                // SIGKILL: nothing in the process runs any more. What it still wrote to the pipe
                // is read below, because it was acknowledged too.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(seen >= 5 * round, "the child ended by itself");

        let events = read(&store).unwrap();
        let last = events.last().unwrap().seq;
        assert!(last >= acknowledged, "{last} < {acknowledged}");
        assert_eq!(last % 2, 1, "two events of one append are kept or lost together");
        store.verify(&run()).unwrap();
        assert_eq!(store.holder(&run()).unwrap().unwrap().fence, round);
    }
    // Whatever the kills left in the mirror, the next opening completes it.
    let store = store.with_mirror(&home.path().join("mirror")).unwrap();
    let state = store.mirror_state(&run()).unwrap();
    assert_eq!(state.problem, None);
    assert_eq!(state.last_seq, read(&store).unwrap().len() as u64);
    let file = home.path().join("mirror").join(format!("{RUN}.jsonl"));
    assert_eq!(
        switchback_journal::verify_file(&file).unwrap().to_seq,
        state.last_seq
    );
}
