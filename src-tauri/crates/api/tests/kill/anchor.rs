//! The file that says how far a run was acknowledged, as a kill or a bug leaves it.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use switchback_model::RunId;

/// The file of the one run's anchor: two slots, each `<sum> <json>` and newlines up to its end.
pub fn file(home: &Path) -> PathBuf {
    let mut files = fs::read_dir(home.join("heads")).unwrap();
    files.next().unwrap().unwrap().path()
}

/// The one run that was ever acknowledged here.
pub fn run(home: &Path) -> Option<RunId> {
    let entry = fs::read_dir(home.join("heads")).ok()?.next()?.ok()?;
    RunId::new(entry.file_name().to_str()?).ok()
}

const SLOT: usize = 4096;

/// The slots of an anchor's file with the number of their writing, the later one last.
fn slots(bytes: &[u8]) -> Vec<(usize, serde_json::Value)> {
    let mut slots: Vec<(usize, serde_json::Value)> = bytes
        .chunks(SLOT)
        .enumerate()
        .filter_map(|(at, slot)| {
            let line = slot.split(|byte| *byte == b'\n').next()?;
            let json = line.splitn(2, |byte| *byte == b' ').nth(1)?;
            Some((at, serde_json::from_slice(json).ok()?))
        })
        .collect();
    slots.sort_by_key(|(_, anchor)| anchor["n"].as_u64());
    slots
}

/// How far the run was acknowledged.
pub fn seq(home: &Path) -> u64 {
    let bytes = fs::read(file(home)).unwrap();
    let (_, last) = slots(&bytes).pop().unwrap();
    last["seq"].as_u64().unwrap()
}

/// The link of the last event that was acknowledged.
pub fn last_link(home: &Path) -> Vec<u8> {
    let bytes = fs::read(file(home)).unwrap();
    let (_, last) = slots(&bytes).pop().unwrap();
    hex::decode(last["hash"].as_str().unwrap()).unwrap()
}

/// The later slot as if it had not been written: what a kill between the transaction and its anchor leaves.
pub fn forget_last(home: &Path) -> bool {
    let path = file(home);
    let mut bytes = fs::read(&path).unwrap();
    let mut slots = slots(&bytes);
    let (Some((later, _)), Some(_)) = (slots.pop(), slots.pop()) else {
        return false;
    };
    bytes[later * SLOT..][..SLOT].fill(b'\n');
    fs::write(path, bytes).unwrap();
    true
}

/// Every slot without the key that vouched then and its MAC, its sum made to fit.
pub fn without_promise(home: &Path) {
    let path = file(home);
    let mut bytes = fs::read(&path).unwrap();
    for (at, mut anchor) in slots(&bytes) {
        let fields = anchor.as_object_mut().unwrap();
        fields.remove("key");
        fields.remove("mac");
        let json = anchor.to_string();
        let mut slot = format!("{} {json}", hex::encode(Sha256::digest(&json))).into_bytes();
        slot.resize(SLOT, b'\n');
        bytes[at * SLOT..][..SLOT].copy_from_slice(&slot);
    }
    fs::write(path, bytes).unwrap();
}
