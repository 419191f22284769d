#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::keyring::MemoryKeyRing;

const SEEDED: &[u8] = b"seeded.person@example.nhs.test";

fn kept(folder: &Path, keys: &dyn KeyRing) -> (Spool, Vec<Vec<u8>>) {
    let mut spool = Spool::open(folder, "one", keys).unwrap();
    let mut frames = Vec::new();
    spool
        .replay(|frame| {
            frames.push(frame.to_vec());
            true
        })
        .unwrap();
    (spool, frames)
}

/// As a killed process leaves it.
fn with(folder: &Path, keys: &dyn KeyRing, frames: &[&[u8]]) -> PathBuf {
    let (mut spool, before) = kept(folder, keys);
    assert!(before.is_empty());
    for frame in frames {
        spool.append(frame).unwrap();
    }
    spool.path.clone()
}

#[test]
fn what_was_kept_comes_back_in_its_order_and_nothing_of_it_is_in_the_clear() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), MemoryKeyRing::default());
    let path = with(folder.path(), &keys, &[SEEDED, b"", b"three"]);
    let bytes = fs::read(&path).unwrap();
    assert!(!bytes.windows(6).any(|part| part == b"seeded"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (mut spool, frames) = kept(folder.path(), &keys);
    assert_eq!(frames, [SEEDED, b"", b"three"]);
    spool.append(b"four").unwrap();
    drop(spool);
    let (spool, frames) = kept(folder.path(), &keys);
    assert_eq!(frames.last().unwrap(), b"four");
    spool.remove().unwrap();
    assert!(!path.exists());
}

#[test]
fn a_frame_that_was_cut_changed_or_moved_ends_what_is_believed() {
    let keys = MemoryKeyRing::default();
    let harmed = |harm: &dyn Fn(&mut Vec<u8>)| {
        let folder = tempfile::tempdir().unwrap();
        let path = with(folder.path(), &keys, &[b"one", b"two", b"six"]);
        let mut bytes = fs::read(&path).unwrap();
        harm(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let (mut spool, frames) = kept(folder.path(), &keys);
        // It can be gone on from, wherever it ends.
        spool.append(b"more").unwrap();
        drop(spool);
        let (_, again) = kept(folder.path(), &keys);
        assert_eq!(again.len(), frames.len() + 1);
        frames.len()
    };
    let head = MAGIC.len() + SALT;
    let frame = 4 + NONCE + 3 + 16;
    assert_eq!(harmed(&|_| ()), 3);
    assert_eq!(harmed(&|bytes| bytes.truncate(head + 2 * frame + 9)), 2);
    assert_eq!(harmed(&|bytes| bytes.truncate(head + 2 * frame + 2)), 2);
    assert_eq!(harmed(&|bytes| bytes[head + frame + 40] ^= 1), 1);
    assert_eq!(harmed(&|bytes| bytes[head + 3] = 0xff), 0);
    assert_eq!(harmed(&|bytes| drop(bytes.drain(head..head + frame))), 0);
    assert_eq!(
        harmed(&|bytes| bytes[head..head + 2 * frame].rotate_left(frame)),
        0
    );
    assert_eq!(harmed(&|bytes| bytes[MAGIC.len()] ^= 1), 0);
    assert_eq!(harmed(&|bytes| bytes.truncate(7)), 0);
    assert_eq!(harmed(&Vec::clear), 0);
}

#[test]
fn what_is_kept_for_one_work_opens_for_no_other_and_says_so() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), MemoryKeyRing::default());
    let path = with(folder.path(), &keys, &[b"one", b"two"]);
    let opened = |name: &str| {
        let mut frames = Vec::new();
        let mut spool = Spool::open(folder.path(), name, &keys).unwrap();
        let opened = spool
            .replay(|frame| {
                frames.push(frame.to_vec());
                true
            })
            .unwrap();
        // It can be gone on from.
        spool.append(b"more").unwrap();
        (opened, frames.len())
    };
    assert_eq!(opened("two"), (Opened::Empty, 0));
    fs::rename(&path, folder.path().join("three.spool")).unwrap();
    assert_eq!(opened("three"), (Opened::Nothing, 0));
    assert_eq!(opened("three"), (Opened::Frames, 1));
    fs::write(folder.path().join("four.spool"), "something else").unwrap();
    assert_eq!(opened("four"), (Opened::Nothing, 0));
    // A frame of the first version was bound to its number alone.
    let mut spool = Spool::open(folder.path(), "old", &keys).unwrap();
    spool.clear().unwrap();
    let number: u64 = 0;
    let first = encoded(DOMAIN, &[&number.to_le_bytes()]);
    let Boxed { nonce, ciphertext } = encrypt(spool.seal.as_ref().unwrap(), &first, b"one");
    let length = u32::try_from(NONCE + ciphertext.len()).unwrap();
    let frame = [&length.to_le_bytes()[..], &nonce, &ciphertext].concat();
    spool.file.write_all(&frame).unwrap();
    drop(spool);
    assert_eq!(opened("old"), (Opened::Nothing, 0));
}

#[test]
fn whoever_takes_no_more_goes_on_from_there() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), MemoryKeyRing::default());
    with(folder.path(), &keys, &[b"one", b"two", b"six"]);
    let mut spool = Spool::open(folder.path(), "one", &keys).unwrap();
    spool.replay(|frame| frame == b"one").unwrap();
    spool.append(b"new").unwrap();
    drop(spool);
    assert_eq!(kept(folder.path(), &keys).1, [b"one", b"new"]);
}

#[test]
fn without_a_keychain_nothing_is_kept_and_what_was_is_thrown_away() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), MemoryKeyRing::default());
    let path = with(folder.path(), &keys, &[SEEDED]);
    let none = MemoryKeyRing::failing(KeyRingProblem::Absent);
    let (mut spool, frames) = kept(folder.path(), &none);
    assert_eq!((frames.len(), spool.unkept()), (0, Some(KeyRingProblem::Absent)));
    spool.append(SEEDED).unwrap();
    assert_eq!(fs::read(&path).unwrap().len(), 0);
    drop(spool);
    // Another key opens nothing.
    with(folder.path(), &MemoryKeyRing::default(), &[SEEDED]);
    assert_eq!(kept(folder.path(), &keys).1.len(), 0);
}

#[test]
fn a_second_process_is_told() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), MemoryKeyRing::default());
    let (first, _) = kept(folder.path(), &keys);
    let second = Spool::open(folder.path(), "one", &keys);
    assert!(matches!(second, Err(SpoolError::Busy)), "{second:?}");
    assert!(Spool::open(folder.path(), "two", &keys).is_ok());
    drop(first);
    assert!(Spool::open(folder.path(), "one", &keys).is_ok());
}

#[test]
fn what_nobody_came_back_for_is_swept_away() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), MemoryKeyRing::default());
    let path = with(folder.path(), &keys, &[SEEDED]);
    let other = folder.path().join("mine.txt");
    fs::write(&other, "mine").unwrap();
    let written: Timestamp = fs::metadata(&path)
        .unwrap()
        .modified()
        .unwrap()
        .try_into()
        .unwrap();
    let hour = SignedDuration::from_hours(1);
    let after = |minutes: i64| written + SignedDuration::from_mins(minutes);
    Spool::sweep(folder.path(), after(59), hour);
    assert!(path.exists());
    let held = Spool::open(folder.path(), "one", &keys).unwrap();
    Spool::sweep(folder.path(), after(61), hour);
    assert!(path.exists());
    drop(held);
    Spool::sweep(folder.path(), after(61), hour);
    assert!(!path.exists() && other.exists());
}
