//! A trail: an append-only, hash-chained file beside the journal of runs, for what belongs to no run.
//!
//! One line for each entry: 64 hex digits, a space, and a JSON document. The digits are SHA-256 over the
//! line before and the document as it stands, so a line that was changed, removed or put in breaks every
//! line after it. A trail whose end was cut off is still a trail: only a copy elsewhere shows that.
//!
//! What an entry is about can be named by a [`Fingerprint`]: whoever holds the trail can tell that two
//! entries are about the same person, but not about whom.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use switchback_engine::ports::JournalError;

use crate::crypto::{Secret, feed, mac};
use crate::fault::{io_not_read, io_not_written};
use crate::keyring::KeyRing;

const DOMAIN: &str = "switchback/trail/1";
const FINGERPRINT: &str = "switchback/trail/fingerprint";
/// The key's name in the key ring.
const KEY: &str = "trail";
/// The longest line that is written, in bytes, so that the last one is found in one read.
const LONGEST: u64 = 16 * 1024;

/// One entry of a trail, as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link<T> {
    /// Its number, counted from 1.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub entry: T,
}

/// What names something without saying it: a keyed hash, and which key it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The first 16 bytes of HMAC-SHA-256, in hex.
    pub hash: String,
    /// The key's name. Two fingerprints can be compared only where it is the same.
    pub key: String,
    /// Whether the key is kept. Without a keychain it lives as long as the program.
    pub kept: bool,
}

/// How a trail stands after it was read from end to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEnd {
    /// How many entries it has.
    pub entries: u64,
    /// The last line's hash, in hex: noted elsewhere, it also shows an end that was cut off.
    pub hash: String,
}

/// The file.
pub struct Trail {
    path: PathBuf,
    keys: Arc<dyn KeyRing>,
    key: Mutex<Option<(Secret, bool)>>,
}

impl std::fmt::Debug for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trail")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Trail {
    /// A trail at this path; the file is made at the first entry.
    #[must_use]
    pub fn new(path: PathBuf, keys: Arc<dyn KeyRing>) -> Self {
        Self {
            path,
            keys,
            key: Mutex::default(),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names a text. The first call of a process may wait for the keychain; call it where that holds
    /// nobody up.
    #[must_use]
    pub fn fingerprint(&self, text: &str) -> Fingerprint {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, kept) = key.get_or_insert_with(|| self.find_key());
        Fingerprint {
            hash: hex::encode(&mac(key, FINGERPRINT, &[text.as_bytes()])[..16]),
            key: key.id(),
            kept: *kept,
        }
    }

    /// The key of the key ring, made where there is none; one of this process where there is no ring.
    fn find_key(&self) -> (Secret, bool) {
        match self.keys.get(KEY) {
            Ok(Some(key)) => return (key, true),
            Ok(None) => {
                let key = Secret::random();
                // Some stores lose it without a word.
                let kept = self.keys.put(KEY, &key).and_then(|()| self.keys.get(KEY));
                if let Ok(Some(kept)) = kept {
                    return (kept, true);
                }
            }
            Err(problem) => tracing::warn!(?problem, "fingerprints of the trail are for this process only"),
        }
        (Secret::random(), false)
    }

    /// Adds an entry and syncs it to the disk.
    ///
    /// # Errors
    /// Where it is not on the disk, or the trail ends with a line that is not its own.
    pub fn append<T: Serialize>(&self, at: Timestamp, entry: &T) -> Result<u64, JournalError> {
        let failed = io_not_written(&self.path);
        let mut file = open(&self.path).map_err(&failed)?;
        file.lock().map_err(&failed)?;
        let (seq, previous) = match self.last(&mut file)? {
            None => (1, String::new()),
            Some((hash, seq)) => (seq + 1, hash),
        };
        let json = serde_json::to_string(&Link { seq, at, entry })
            .map_err(|_| JournalError::NotWritten(self.say("the entry can't be written as JSON")))?;
        let line = format!("{} {json}\n", chained(&previous, &json));
        if line.len() as u64 > LONGEST {
            return Err(JournalError::NotWritten(self.say("the entry is too long")));
        }
        file.write_all(line.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(&failed)?;
        Ok(seq)
    }

    /// The last whole line's hash and number. What stands behind it was cut short by a crash and never
    /// acknowledged: it is taken off, and the file stands at its end.
    fn last(&self, file: &mut File) -> Result<Option<(String, u64)>, JournalError> {
        let failed = io_not_written(&self.path);
        let length = file.seek(SeekFrom::End(0)).map_err(&failed)?;
        let from = length.saturating_sub(2 * LONGEST);
        file.seek(SeekFrom::Start(from)).map_err(&failed)?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).map_err(&failed)?;
        let whole = tail
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        if whole < tail.len() {
            file.set_len(from + whole as u64).map_err(&failed)?;
        }
        file.seek(SeekFrom::End(0)).map_err(&failed)?;
        let lines = &tail[..whole.saturating_sub(1)];
        if whole == 0 {
            return Ok(None);
        }
        let start = lines
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        parse::<serde_json::Value>(&lines[start..])
            .map(|(hash, _, link)| Some((hash.to_owned(), link.seq)))
            .ok_or_else(|| JournalError::Tampered(self.say("the last line is not one of this program's")))
    }

    /// Every entry, each checked against the one before.
    ///
    /// # Errors
    /// Names the first line that does not follow from the one before.
    pub fn read<T: DeserializeOwned>(&self) -> Result<(Vec<Link<T>>, TrailEnd), JournalError> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(io_not_read(&self.path)(error)),
        };
        let mut links = Vec::new();
        let mut previous = String::new();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at);
        let lines = bytes[..whole].split(|byte| *byte == b'\n').filter(|_| whole > 0);
        for (at, line) in lines.enumerate() {
            let broken = || {
                let number = at + 1;
                JournalError::Tampered(
                    self.say(&format!("line {number} does not follow from the one before")),
                )
            };
            let (hash, json, link) = parse::<T>(line).ok_or_else(broken)?;
            if hash != chained(&previous, json) || link.seq != links.len() as u64 + 1 {
                return Err(broken());
            }
            hash.clone_into(&mut previous);
            links.push(link);
        }
        let entries = links.len() as u64;
        Ok((
            links,
            TrailEnd {
                entries,
                hash: previous,
            },
        ))
    }

    fn say(&self, what: &str) -> String {
        format!("{}: {what}", self.path.display())
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Option<(&str, &str, Link<T>)> {
    let (hash, json) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let link = serde_json::from_str(json).ok()?;
    (hash.len() == 64).then_some((hash, json, link))
}

fn chained(previous: &str, json: &str) -> String {
    let mut sha = Sha256::new();
    feed(
        |part| sha.update(part),
        DOMAIN,
        &[previous.as_bytes(), json.as_bytes()],
    );
    hex::encode(sha.finalize())
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests;
