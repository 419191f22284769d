#![expect(clippy::unwrap_used, reason = "tests")]

use crate::keyring::{KeyRingProblem, MemoryKeyRing};

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    what: String,
}

fn said(what: &str) -> Entry {
    Entry {
        what: what.to_owned(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn trail(folder: &Path) -> Trail {
    Trail::new(folder.join("lookups.log"), Arc::new(MemoryKeyRing::default()))
}

#[test]
fn entries_are_chained_and_numbered() {
    let folder = tempfile::tempdir().unwrap();
    let trail = trail(folder.path());
    assert_eq!(trail.read::<Entry>().unwrap().1.entries, 0);
    assert_eq!(trail.append(at(0), &said("one")).unwrap(), 1);
    assert_eq!(trail.append(at(1), &said("two")).unwrap(), 2);
    let (links, end) = trail.read::<Entry>().unwrap();
    assert_eq!(links[1].entry, said("two"));
    assert_eq!((links[1].seq, links[1].at, end.entries), (2, at(1), 2));
    let text = std::fs::read_to_string(trail.path()).unwrap();
    assert!(text.lines().last().unwrap().starts_with(&end.hash));
}

#[test]
fn a_line_changed_removed_moved_or_put_in_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let trail = trail(folder.path());
    for n in 0..4 {
        trail.append(at(n), &said(&format!("entry {n}"))).unwrap();
    }
    let sound = std::fs::read_to_string(trail.path()).unwrap();
    let lines: Vec<&str> = sound.lines().collect();
    let broken = [
        (sound.replace("entry 1", "entry 7"), "line 2"),
        ([lines[0], lines[2], lines[3], ""].join("\n"), "line 2"),
        ([lines[0], lines[2], lines[1], lines[3], ""].join("\n"), "line 2"),
        ([lines[0], lines[0], lines[1], ""].join("\n"), "line 2"),
        (sound.replacen(lines[0], "not ours", 1), "line 1"),
    ];
    for (text, place) in broken {
        std::fs::write(trail.path(), text).unwrap();
        let error = trail.read::<Entry>().unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
    }
}

#[test]
fn what_a_crash_cut_short_is_taken_off() {
    let folder = tempfile::tempdir().unwrap();
    let trail = trail(folder.path());
    trail.append(at(0), &said("whole")).unwrap();
    let sound = std::fs::read(trail.path()).unwrap();
    for cut in [&b"0123"[..], &sound[..sound.len() - 1]] {
        std::fs::write(trail.path(), [&sound[..], cut].concat()).unwrap();
        assert_eq!(trail.read::<Entry>().unwrap().1.entries, 1);
        assert_eq!(trail.append(at(1), &said("next")).unwrap(), 2);
        assert_eq!(trail.read::<Entry>().unwrap().1.entries, 2);
        std::fs::write(trail.path(), &sound).unwrap();
    }
    std::fs::write(trail.path(), b"torn first line").unwrap();
    assert_eq!(trail.append(at(1), &said("first")).unwrap(), 1);
}

#[test]
fn two_programs_write_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let trail = trail(folder.path());
                for n in 0..25 {
                    trail.append(at(n), &said("both")).unwrap();
                }
            });
        }
    });
    assert_eq!(trail(folder.path()).read::<Entry>().unwrap().1.entries, 100);
}

#[test]
fn a_fingerprint_names_the_same_text_alike_and_says_whether_its_key_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Arc::new(MemoryKeyRing::default());
    let with = |ring: &Arc<MemoryKeyRing>| {
        let ring: Arc<MemoryKeyRing> = Arc::clone(ring);
        Trail::new(folder.path().join("t"), ring)
    };
    let (one, other) = (with(&ring), with(&ring));
    let found = one.fingerprint("ann@example.nhs.test");
    assert!(found.kept && !format!("{found:?}").contains("ann"));
    assert_eq!(found, other.fingerprint("ann@example.nhs.test"));
    assert_ne!(found.hash, one.fingerprint("bob@example.nhs.test").hash);
    let none = Arc::new(MemoryKeyRing::failing(KeyRingProblem::Absent));
    let (one, other) = (with(&none), with(&none));
    assert!(!one.fingerprint("x").kept);
    assert_eq!(one.fingerprint("x"), one.fingerprint("x"));
    assert_ne!(one.fingerprint("x").key, other.fingerprint("x").key);
}
