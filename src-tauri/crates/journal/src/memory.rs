//! What a home remembers of mirror folders, so that it holds when the folder is not there: the mark of a
//! takeover that was seen in one, and which folder held which run.
//!
//! Both stand in files beside the journal, not in its chain. The taker's copy begins with the old home's
//! events, so an event about the takeover would make the old home diverge from the copy by which it is to be
//! taken back (ADR 0009).

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use switchback_engine::ports::JournalError;
use switchback_files::{Existing, Readers};
use switchback_model::RunId;

use crate::fault::{io_not_written, unwritten};
use crate::mirror_folder::Mark;

/// No record of ours is longer.
const LONGEST: u64 = 64 * 1024;

/// The records of one home.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    home: PathBuf,
}

/// Where a run was mirrored to.
#[derive(Serialize, Deserialize)]
struct Held {
    run: RunId,
    folder: PathBuf,
}

impl Memory {
    pub fn new(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
        }
    }

    /// The mark of another workstation's takeover that was seen last.
    pub fn mark(&self, run: &RunId) -> Result<Option<Mark>, JournalError> {
        let path = self.mark_path(run);
        match read(&path) {
            Ok(mark) => Ok(mark),
            // Nobody but us writes there: what can't be read was a mark once.
            Err(()) => Err(JournalError::Fenced(format!(
                "another workstation took this run over, but what this home noted of it can't be read: {}. Look who \
                 drives the run, then take it over from a copy",
                path.display()
            ))),
        }
    }

    /// Keeps a mark that was seen. What can't be kept is said: the mark itself still holds.
    pub fn keep_mark(&self, mark: &Mark) {
        let path = self.mark_path(&mark.run);
        let known = read::<Mark>(&path).ok().flatten();
        let same = |known: &Mark| (&known.store, known.fence) == (&mark.store, mark.fence);
        if known.as_ref().is_some_and(same) {
            return;
        }
        if let Err(error) = keep(&path, mark) {
            tracing::warn!(run = %mark.run, %error, "the mark of a takeover is not remembered");
        }
    }

    /// This home took the run over itself.
    pub fn forget_mark(&self, run: &RunId) {
        let _ = fs::remove_file(self.mark_path(run));
    }

    /// Keeps that a folder holds a run.
    pub fn hold(&self, run: &RunId, folder: &Path) {
        let path = self.home.join("mirrored").join(format!("{run}.json"));
        let held = Held {
            run: run.clone(),
            folder: folder.to_owned(),
        };
        if read::<Held>(&path)
            .ok()
            .flatten()
            .is_some_and(|known| known.folder == folder)
        {
            return;
        }
        if let Err(error) = keep(&path, &held) {
            tracing::warn!(%run, %error, "where this run is mirrored to is not remembered");
        }
    }

    /// The runs that a folder held.
    pub fn held_by(&self, folder: &Path) -> Vec<RunId> {
        let entries = fs::read_dir(self.home.join("mirrored"))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter_map(|entry| read::<Held>(&entry.path()).ok().flatten())
            .filter(|held| held.folder == folder)
            .map(|held| held.run)
            .collect()
    }

    fn mark_path(&self, run: &RunId) -> PathBuf {
        self.home.join("taken").join(format!("{run}.json"))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ()> {
    match switchback_files::bytes(path, LONGEST) {
        Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|_| ()),
        Err(switchback_files::Unread::NotThere) => Ok(None),
        Err(_) => Err(()),
    }
}

fn keep(path: &Path, value: &impl Serialize) -> Result<(), JournalError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io_not_written(folder))?;
    }
    let json = serde_json::to_vec(value).map_err(|_| {
        JournalError::NotWritten("a record can't be written as JSON. Report this fault".to_owned())
    })?;
    switchback_files::write(path, &json, Existing::Replace, Readers::Owner).map_err(unwritten(path))
}
