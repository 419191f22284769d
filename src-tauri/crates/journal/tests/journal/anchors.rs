//! What was acknowledged stands outside the database, too: a tail that SQLite dropped, a chain that was
//! rewritten and hashed again, a seal that was taken away.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rusqlite::params;
use sha2::{Digest as _, Sha256};
use switchback_engine::doubt::Doubt;
use switchback_engine::ports::{Journal as _, JournalError, Lease};
use switchback_journal::{KeyRingProblem, MemoryKeyRing, RecoveryCode, Store, Takeover, verify_file_with};
use switchback_model::EventKind;
use switchback_model::event::Vouched;
use tempfile::{TempDir, tempdir};

use crate::support::*;

fn doubt(store: &Store) -> Option<Doubt> {
    block(store.journal(&run()).unwrap().doubt()).unwrap()
}

fn copied(from: &Path) -> TempDir {
    let to = tempdir().unwrap();
    fs::create_dir(to.path().join("heads")).unwrap();
    for file in ["journal.db", "journal.db-wal", "journal.lock"] {
        fs::copy(from.join(file), to.path().join(file)).unwrap();
    }
    fs::copy(from.join("heads").join(RUN), to.path().join("heads").join(RUN)).unwrap();
    to
}

/// A home as a killed program leaves it after seven acknowledged events, each in a transaction of its own,
/// with what was done to its write-ahead log.
fn killed(ring: &Arc<MemoryKeyRing>, to_the_log: impl FnOnce(&mut Vec<u8>)) -> TempDir {
    let home = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), ring, None);
    for n in 2..=7 {
        append(&store, &lease, vec![note(&format!("note {n}"))]).unwrap();
    }
    // The store is still open: nothing was checkpointed.
    let left = copied(home.path());
    let log = left.path().join("journal.db-wal");
    let mut bytes = fs::read(&log).unwrap();
    to_the_log(&mut bytes);
    fs::write(&log, bytes).unwrap();
    left
}

/// One frame of the log: 24 bytes of header and a page.
const FRAME: usize = 24 + 4096;

fn no_ring() -> Arc<MemoryKeyRing> {
    let ring = ring();
    ring.set_problem(Some(KeyRingProblem::Absent));
    ring
}

#[test]
fn a_lost_tail_of_the_log_is_missed_and_never_called_complete() {
    type Harm = fn(&mut Vec<u8>);
    let harms: [(&str, Harm); 3] = [
        ("one bit of the last transaction", |log| {
            let at = log.len() - FRAME / 2;
            log[at] ^= 1;
        }),
        ("the last frame cut short", |log| log.truncate(log.len() - 100)),
        ("the last frames gone", |log| log.truncate(log.len() - 2 * FRAME)),
    ];
    for ring in [ring(), no_ring()] {
        for (what, harm) in harms {
            let home = killed(&ring, harm);
            let store = open(home.path(), &ring);
            let verified = store.verify(&run()).unwrap();
            let end = verified.to_seq;
            assert!(end < 7, "{what}: nothing was lost");
            assert!(!verified.complete, "{what}");
            assert_eq!(verified.missing, Some((end + 1, 7)), "{what}");
            assert!(
                verified.sentence.contains("missing: run"),
                "{what}: {}",
                verified.sentence
            );
            assert_eq!(
                doubt(&store),
                Some(Doubt::Missing { from: end + 1, to: 7 }),
                "{what}"
            );

            // Nobody builds upon it before it is said in the journal itself.
            let (lease, _) = store.take_lease(&run(), holder(2), true).unwrap();
            let refused = append(&store, &lease, vec![note("on")]).unwrap_err();
            assert!(matches!(refused, JournalError::Tampered(_)), "{what}: {refused}");
            append(&store, &lease, vec![doubt(&store).unwrap().event()]).unwrap();
            append(&store, &lease, vec![note("on")]).unwrap();
            assert_eq!(doubt(&store), None, "{what}");
            let verified = store.verify(&run()).unwrap();
            assert!(
                !verified.complete && verified.vouched == Vouched::None,
                "{what}: {verified:?}"
            );
        }
    }
}

/// The note itself may be what a power cut took: then nobody knows how far the run was acknowledged.
#[test]
fn a_note_that_can_not_be_read_is_a_doubt_and_one_that_is_not_there_agrees_with_nothing() {
    for ring in [ring(), no_ring()] {
        for garbage in [&b""[..], b"\0\0\0\0", b"no note\n"] {
            let home = tempdir().unwrap();
            let (store, lease) = with_run(home.path(), &ring, None);
            append(&store, &lease, vec![note("acknowledged")]).unwrap();
            drop(store);
            fs::write(home.path().join("heads").join(run().as_str()), garbage).unwrap();
            let store = open(home.path(), &ring);
            let verified = store.verify(&run()).unwrap();
            assert!(
                !verified.complete && verified.vouched == Vouched::None,
                "{verified:?}"
            );
            assert!(
                !verified.rehearsal,
                "a rehearsal that lost it does not pass either"
            );
            assert!(
                verified
                    .sentence
                    .contains("can't be read, so events may be missing")
            );
            let (lease, _) = store.take_lease(&run(), holder(2), true).unwrap();
            assert!(append(&store, &lease, vec![note("on")]).is_err());
            append(&store, &lease, vec![doubt(&store).unwrap().event()]).unwrap();
            append(&store, &lease, vec![note("on")]).unwrap();
            assert_eq!(doubt(&store), None);
        }
    }
    let home = tempdir().unwrap();
    let (store, _) = with_run(home.path(), &no_ring(), None);
    drop(store);
    fs::remove_file(home.path().join("heads").join(run().as_str())).unwrap();
    let said = open(home.path(), &no_ring()).verify(&run()).unwrap().reason;
    assert!(
        said.contains("it has no note of what was acknowledged either"),
        "{said}"
    );
}

/// The file is there with its first slot or not at all: nothing of its making is left beside it.
#[test]
fn a_note_begins_whole() {
    let home = tempdir().unwrap();
    let (store, _) = with_run(home.path(), &no_ring(), None);
    assert_eq!(doubt(&store), None);
    let files = fs::read_dir(home.path().join("heads")).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, [run().as_str()]);
}

#[test]
fn a_run_of_which_nothing_is_left_is_missed() {
    let home = tempdir().unwrap();
    let (store, _) = with_run(home.path(), &ring(), None);
    drop(store);
    // As it was before the run was opened.
    let empty = tempdir().unwrap();
    drop(open(empty.path(), &ring()));
    fs::copy(empty.path().join("journal.db"), home.path().join("journal.db")).unwrap();
    let store = open(home.path(), &ring());
    let said = [
        store.verify(&run()).unwrap_err(),
        store.journal(&run()).unwrap_err(),
    ];
    for error in said {
        assert!(
            matches!(&error, JournalError::Tampered(why) if why.contains("acknowledged to event 1")),
            "{error:?}"
        );
    }
}

/// The anchor finds it: with a planted program that never kept one, the same loss passes for whole.
#[test]
fn without_its_anchor_the_same_loss_is_not_seen() {
    let ring = no_ring();
    let home = killed(&ring, |log| log.truncate(log.len() - 100));
    fs::remove_file(home.path().join("heads").join(RUN)).unwrap();
    let store = open(home.path(), &ring);
    let verified = store.verify(&run()).unwrap();
    assert!(verified.to_seq < 7 && verified.missing.is_none());
    assert_eq!(doubt(&store), None);
}

#[test]
fn a_whole_log_a_crash_before_the_anchor_and_a_torn_slot_are_no_doubt() {
    let ring = ring();
    let home = killed(&ring, |_| ());
    let store = open(home.path(), &ring);
    assert_eq!(store.verify(&run()).unwrap().sentence, "complete to event 7");
    assert_eq!(doubt(&store), None);
    let (lease, _) = store.take_lease(&run(), holder(2), true).unwrap();

    // The transaction was durable, the anchor was not yet written.
    let file = home.path().join("heads").join(RUN);
    let before = fs::read(&file).unwrap();
    append(&store, &lease, vec![note("eight")]).unwrap();
    let after = fs::read(&file).unwrap();
    fs::write(&file, before).unwrap();
    assert_eq!(doubt(&store), None);
    assert_eq!(store.verify(&run()).unwrap().to_seq, 8);
    append(&store, &lease, vec![note("nine")]).unwrap();

    // The later slot is torn: the one before it stands.
    fs::write(&file, after).unwrap();
    let mut torn = fs::read(&file).unwrap();
    let slot = if torn[4096..].starts_with(b"\n") { 0 } else { 4096 };
    torn[slot + 80] ^= 1;
    fs::write(&file, &torn).unwrap();
    assert_eq!(doubt(&store), None);
    append(&store, &lease, vec![note("ten")]).unwrap();
    assert_eq!(store.verify(&run()).unwrap().missing, None);
}

#[test]
fn the_later_of_two_writers_counts_and_a_copied_or_moved_home_is_no_doubt() {
    let ring = ring();
    let home = killed(&ring, |_| ());
    let copy = copied(home.path());
    let store = open(copy.path(), &ring);
    assert_eq!(
        (doubt(&store), store.verify(&run()).unwrap().missing),
        (None, None)
    );
    drop(store);
    let moved = home.path().join("moved");
    fs::create_dir(&moved).unwrap();
    for part in ["journal.db", "journal.lock", "heads"] {
        fs::rename(copy.path().join(part), moved.join(part)).unwrap();
    }
    let store = open(&moved, &ring);
    assert_eq!(
        (doubt(&store), store.verify(&run()).unwrap().missing),
        (None, None)
    );
    #[cfg(unix)]
    {
        let link = home.path().join("link");
        std::os::unix::fs::symlink(&moved, &link).unwrap();
        let other = open(&link, &ring);
        let (lease, _) = store.take_lease(&run(), holder(2), true).unwrap();
        append(&store, &lease, vec![note("by one")]).unwrap();
        append(&other, &lease, vec![note("by the other")]).unwrap();
        append(&store, &lease, vec![note("by one")]).unwrap();
        assert_eq!(doubt(&other), None);
    }
}

/// What the chain hashes, as its format says: each part behind its length.
fn link(seq: i64, at: &str, fence: i64, prev: &[u8], body: &str) -> Vec<u8> {
    let mut sha = Sha256::new();
    let parts: [&[u8]; 8] = [
        b"switchback/journal/event",
        &1_u32.to_be_bytes(),
        RUN.as_bytes(),
        &seq.to_be_bytes(),
        at.as_bytes(),
        &fence.to_be_bytes(),
        prev,
        body.as_bytes(),
    ];
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    sha.finalize().to_vec()
}

/// Another reason in event 3, every link hashed again, and the seal taken away.
fn rewritten(home: &Path) {
    let conn = behind(home);
    let rows: Vec<(i64, String, i64, String)> = conn
        .prepare("SELECT seq, at, fence, body FROM event ORDER BY seq")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut prev = vec![0; 32];
    for (seq, at, fence, body) in rows {
        let body = body.replace("note 3", "forged");
        let hash = link(seq, &at, fence, &prev, &body);
        conn.execute(
            "UPDATE event SET body = ?2, prev_hash = ?3, hash = ?4 WHERE seq = ?1",
            params![seq, body, prev, hash],
        )
        .unwrap();
        prev = hash;
    }
    conn.execute(
        "UPDATE head SET hash = ?1, mac = NULL, mac_key = NULL",
        params![prev],
    )
    .unwrap();
}

fn six(ring: &Arc<MemoryKeyRing>) -> (TempDir, Lease) {
    let home = tempdir().unwrap();
    let (store, lease) = with_run(home.path(), ring, None);
    for n in 2..=5 {
        append(&store, &lease, vec![note(&format!("note {n}"))]).unwrap();
    }
    let started = EventKind::DriverStarted {
        holder: holder(1),
        fence: lease.fence,
        taken: false,
        reason: None,
    };
    append(&store, &lease, vec![started]).unwrap();
    (home, lease)
}

fn is_contradicted(home: &Path, ring: &Arc<MemoryKeyRing>, what: &str) {
    let store = open(home, ring);
    let verified = store.verify(&run());
    assert!(
        matches!(verified, Err(JournalError::Tampered(_))),
        "{what}: {verified:?}"
    );
    assert!(
        matches!(doubt(&store), Some(Doubt::Contradicted { .. })),
        "{what}"
    );
    let (lease, _) = store.take_lease(&run(), holder(2), true).unwrap();
    let refused = append(&store, &lease, vec![note("on")]).unwrap_err();
    assert!(matches!(refused, JournalError::Tampered(_)), "{what}: {refused}");
    // Once it is journalled the run goes on, and is never vouched for again.
    append(&store, &lease, vec![doubt(&store).unwrap().event()]).unwrap();
    let verified = store.verify(&run()).unwrap();
    assert!(
        verified.contradicted && !verified.complete,
        "{what}: {verified:?}"
    );
    assert_eq!(verified.vouched, Vouched::None);
    assert!(
        verified.reason.contains("doubts what lies before it"),
        "{what}: {}",
        verified.reason
    );
}

#[test]
fn a_chain_that_was_rewritten_and_hashed_again_is_contradicted() {
    for ring in [ring(), no_ring()] {
        let (home, _) = six(&ring);
        rewritten(home.path());
        is_contradicted(home.path(), &ring, "rewritten");
    }
}

#[test]
fn a_seal_that_was_promised_and_taken_away_is_found() {
    let ring = ring();
    for (what, statement) in [
        ("the seal", "UPDATE head SET mac = NULL, mac_key = NULL"),
        ("the seal's key", "UPDATE head SET mac_key = NULL"),
        ("the note of the key", "DELETE FROM keychain"),
    ] {
        let (home, _) = six(&ring);
        behind(home.path()).execute(statement, []).unwrap();
        let store = open(home.path(), &ring);
        let verified = store.verify(&run());
        assert!(
            matches!(verified, Err(JournalError::Tampered(_))),
            "{what}: {verified:?}"
        );
    }
}

#[test]
fn the_keychain_remembers_what_every_file_of_the_home_has_forgotten() {
    let ring = ring();
    let (home, _) = six(&ring);
    rewritten(home.path());
    behind(home.path())
        .execute_batch("DELETE FROM keychain; UPDATE format SET store = 'another'")
        .unwrap();
    fs::remove_dir_all(home.path().join("heads")).unwrap();
    let store = open(home.path(), &ring);
    let verified = store.verify(&run());
    assert!(matches!(verified, Err(JournalError::Tampered(_))), "{verified:?}");
    assert!(matches!(doubt(&store), Some(Doubt::Contradicted { .. })));

    // Another keychain remembers nothing, and no other home's anchor is taken for this one's.
    let other = open(home.path(), &self::ring());
    assert_eq!(doubt(&other), None);
}

#[test]
fn a_keychain_that_is_locked_at_an_append_is_no_tampering() {
    let ring = ring();
    let (home, lease) = six(&ring);
    ring.set_problem(Some(KeyRingProblem::Locked));
    let store = open(home.path(), &ring);
    append(&store, &lease, vec![note("locked")]).unwrap();
    assert_eq!(store.verify(&run()).unwrap().vouched, Vouched::None);
    drop(store);
    ring.set_problem(None);
    let store = open(home.path(), &ring);
    let verified = store.verify(&run()).unwrap();
    assert_eq!((verified.vouched, verified.missing), (Vouched::None, None));
    assert!(
        verified
            .reason
            .contains("was not used when the last event was written"),
        "{}",
        verified.reason
    );
}

/// A copy with event 3 rewritten and every link hashed again; the MACs stay as they are.
fn forged(copy: &Path, to: &Path) {
    let text = fs::read_to_string(copy).unwrap();
    let mut lines = text.lines();
    let mut out = vec![lines.next().unwrap().to_owned()];
    let mut prev = vec![0; 32];
    for line in lines {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        let body = line["body"].as_str().unwrap().replace("note 3", "forged");
        let (seq, fence) = (line["seq"].as_i64().unwrap(), line["fence"].as_i64().unwrap());
        prev = link(seq, line["at"].as_str().unwrap(), fence, &prev, &body);
        line["body"] = body.into();
        line["hash"] = hex::encode(&prev).into();
        out.push(line.to_string());
    }
    fs::write(to, out.join("\n") + "\n").unwrap();
}

#[test]
fn the_recovery_code_vouches_for_a_copy_and_not_for_a_forged_one() {
    let code = RecoveryCode::generate();
    let home = tempdir().unwrap();
    let mirror = tempdir().unwrap();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, Some(&code));
    let store = store.with_mirror(mirror.path()).unwrap();
    for n in 2..=5 {
        append(&store, &lease, vec![note(&format!("note {n}"))]).unwrap();
    }
    let export = home.path().join("export.jsonl");
    store.export(&run(), &export).unwrap();
    let mirrored = mirror.path().join(format!("{RUN}.jsonl"));
    for (what, copy) in [("export", &export), ("mirror", &mirrored)] {
        let by = |path: &Path, code: Option<&RecoveryCode>| {
            let found = verify_file_with(path, code).unwrap();
            (found.vouched, found.reason)
        };
        assert_eq!(by(copy, Some(&code)).0, Vouched::Code, "{what}");
        let (vouched, reason) = by(copy, None);
        assert_eq!(vouched, Vouched::None);
        assert!(reason.contains("--recovery-code-file"), "{what}: {reason}");
        assert_eq!(
            by(copy, Some(&RecoveryCode::generate())).0,
            Vouched::None,
            "{what}: another code"
        );

        let fake = home.path().join(format!("forged-{what}.jsonl"));
        forged(copy, &fake);
        let (vouched, reason) = by(&fake, Some(&code));
        assert_eq!(vouched, Vouched::None, "{what}");
        assert!(reason.contains("was rewritten"), "{what}: {reason}");
        // A line less is still the home's own, as far as it goes.
        let text = fs::read_to_string(&mirrored).unwrap();
        let shorter = home.path().join("shorter.jsonl");
        let cut: Vec<&str> = text.lines().take(4).collect();
        fs::write(&shorter, cut.join("\n") + "\n").unwrap();
        assert_eq!(by(&shorter, Some(&code)).0, Vouched::Code, "{what}: shorter");

        for (copy, vouched) in [(copy, Vouched::Code), (&fake, Vouched::None)] {
            let other = tempdir().unwrap();
            let takeover = Takeover {
                by: operator(),
                reason: "rehearsal".to_owned(),
                holder: holder(5),
            };
            let there = open(other.path(), &self::ring());
            let imported = there.import_with(copy, at(50), &takeover, Some(&code)).unwrap();
            assert_eq!(imported.vouched, vouched, "{what}");
            let last = read(&there).unwrap().pop().unwrap().kind;
            assert!(matches!(last, EventKind::TakenOver { vouched: Some(said), .. } if said == vouched));
        }
    }
}
