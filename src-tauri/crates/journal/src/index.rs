//! Small files of a home beside the journal: what lies in the key ring, which can't list it on every platform.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use switchback_engine::ports::JournalError;

use crate::copy::create_new;
use crate::fault::io_not_written;
use crate::schema::create_private;

/// One writer at a time, whatever process it is in; until the file is dropped.
pub(crate) fn lock(path: &Path) -> Result<File, JournalError> {
    let gate = create_private(path)?;
    if let Err(error) = gate.lock() {
        tracing::warn!(%error, "this file system has no locks; going on without one");
    }
    Ok(gate)
}

/// Writes an index whole or not at all, under its lock.
pub(crate) fn write(path: &Path, json: &[u8]) -> Result<(), JournalError> {
    let draft = path.with_extension("json.new");
    let _ = fs::remove_file(&draft);
    let mut file = create_new(&draft)?;
    file.write_all(json)
        .and_then(|()| file.sync_all())
        .map_err(io_not_written(&draft))?;
    fs::rename(&draft, path).map_err(io_not_written(path))
}
