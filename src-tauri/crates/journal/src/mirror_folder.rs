//! What is done in the mirror folder itself: only files, nothing of the database. It runs with a
//! limit of time, because the folder may lie on a share that hangs.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use switchback_engine::ports::JournalError;
use switchback_files::{Existing, Readers};
use switchback_model::{Operator, RunId};

use crate::chain::Hash;
use crate::copy::{Around, scan};
use crate::fault::{io_not_read, io_not_written, unwritten};

/// No mark of ours is longer; more is not read into memory.
const LONGEST_MARK: u64 = 64 * 1024;

/// Says in the mirror folder which store continues a run. Every other store stops at it.
#[derive(Serialize, Deserialize, Clone)]
pub(crate) struct Mark {
    pub store: String,
    pub run: RunId,
    pub fence: u64,
    pub from_seq: u64,
    pub by: Operator,
    pub reason: String,
    pub at: Timestamp,
}

/// How a run's file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// How many bytes are whole lines.
    pub length: u64,
    pub seq: u64,
    pub hash: Hash,
}

/// What stands in the place of a run's file.
pub(crate) enum There {
    Nothing,
    /// A copy of the run that holds.
    Copy(End),
    /// Something else of this length, and what is wrong with it.
    Other(u64, JournalError),
}

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(pub PathBuf);

impl Folder {
    pub fn path(&self, run: &RunId) -> PathBuf {
        self.0.join(format!("{run}.jsonl"))
    }

    fn mark_path(&self, run: &RunId) -> PathBuf {
        self.0.join(format!("{run}.takeover.json"))
    }

    /// Looks at a run's file. One that is as long as when it was last written is not read again.
    pub fn look(&self, run: &RunId, known: Option<End>) -> Result<There, JournalError> {
        let path = self.path(run);
        let length = match fs::metadata(&path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(There::Nothing),
            Err(error) => return Err(io_not_read(&path)(error)),
        };
        if let Some(known) = known.filter(|known| known.length == length && known.seq > 0) {
            return Ok(There::Copy(known));
        }
        Ok(match self.scanned(run) {
            Ok(end) => There::Copy(end),
            Err(error) => There::Other(length, error),
        })
    }

    /// Reads a run's file to its last whole line, verifying it.
    pub fn scanned(&self, run: &RunId) -> Result<End, JournalError> {
        let path = self.path(run);
        let found = scan(&path, Around::Nothing, |_| Ok(()))?;
        if found.header.run != *run {
            return Err(JournalError::NotWritten(format!(
                "{}: it holds another run. Set the file aside",
                path.display()
            )));
        }
        Ok(End {
            length: found.length,
            seq: found.seq,
            hash: found.hash,
        })
    }

    /// Appends whole lines after `length` bytes, and syncs.
    pub fn append(&self, run: &RunId, length: u64, lines: &[u8]) -> Result<(), JournalError> {
        let path = self.path(run);
        let mut file = OpenOptions::new()
            .write(true)
            .open(&path)
            .map_err(io_not_written(&path))?;
        // Drops the unfinished line of a writer that was killed.
        file.set_len(length)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .and_then(|_| file.write_all(lines))
            .and_then(|()| file.sync_all())
            .map_err(io_not_written(&path))
    }

    /// Puts a whole file in the place of a run's.
    pub fn put(&self, run: &RunId, bytes: &[u8]) -> Result<(), JournalError> {
        self.put_at(&self.path(run), bytes)
    }

    fn put_at(&self, path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
        self.make()?;
        switchback_files::write(path, bytes, Existing::Replace, Readers::Owner).map_err(unwritten(path))
    }

    /// Makes the folder itself, never its parents: the place of a disk that is not there must not be
    /// filled in on this one.
    fn make(&self) -> Result<(), JournalError> {
        match fs::create_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && self.0.is_dir() => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(io_not_written(&self.0)(ErrorKind::NotADirectory.into()))
            }
            made => made.map_err(io_not_written(&self.0)),
        }
    }

    /// Keeps what an old driver wrote under another name.
    pub fn set_aside(&self, run: &RunId, length: u64) -> Result<(), JournalError> {
        let path = self.path(run);
        let aside = (0_u32..)
            .map(|n| self.0.join(format!("{run}.superseded-{length}-{n}.jsonl")))
            .find(|aside| !aside.exists())
            .unwrap_or_else(|| path.with_extension("superseded"));
        fs::rename(&path, &aside).map_err(io_not_written(&path))?;
        tracing::warn!(aside = %aside.display(), "the old driver's mirror was set aside");
        Ok(())
    }

    /// The mark: `None` where there is none or the folder can't be reached (a mirror never stops a
    /// run by being away).
    pub fn mark(&self, run: &RunId) -> Result<Option<Mark>, JournalError> {
        let path = self.mark_path(run);
        let mut json = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LONGEST_MARK).read_to_end(&mut json));
        match read {
            Ok(_) => serde_json::from_slice(&json).map(Some).map_err(|_| {
                JournalError::Fenced(format!(
                    "another workstation took this run over, but its mark can't be read: {}. Look who drives the run, \
                     then remove the file or take the run over",
                    path.display()
                ))
            }),
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    tracing::warn!(path = %path.display(), %error, "the mirror folder can't be reached");
                }
                Ok(None)
            }
        }
    }

    /// Places our mark, whole or not at all.
    pub fn place_mark(&self, mark: &Mark) -> Result<(), JournalError> {
        let json = serde_json::to_vec(mark).map_err(|_| {
            JournalError::NotWritten("the mark can't be written as JSON. Report this fault".to_owned())
        })?;
        self.put_at(&self.mark_path(&mark.run), &json)
    }
}
