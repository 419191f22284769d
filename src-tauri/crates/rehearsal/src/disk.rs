//! Files that survive a kill: whole-file replacement and a line log.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Replaces a file so that a reader, also after a power cut, sees the old or the new text, whole.
pub(crate) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // The handle holds the control token and the state holds the key of the certificate authority.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(text)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&temporary, path)?;
    // A directory can't be opened for syncing on Windows; the rename is journalled there.
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

/// Takes the lock that only one process at a time can hold; the system frees it when the process dies.
pub(crate) fn lock(dir: &Path) -> io::Result<Option<File>> {
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join("world.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(e)) => Err(e),
    }
}

/// A file of JSON lines that only grows.
#[derive(Debug)]
pub(crate) struct LineLog {
    file: File,
}

impl LineLog {
    /// Opens the file and reads the lines that are whole; a torn last line is cut off.
    pub(crate) fn open<T: DeserializeOwned>(path: &Path) -> io::Result<(Self, Vec<T>)> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut entries = Vec::new();
        let mut whole = 0;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            let Ok(entry) = serde_json::from_slice(line) else {
                break;
            };
            if line.last() != Some(&b'\n') {
                break;
            }
            entries.push(entry);
            whole += line.len();
        }
        let end = u64::try_from(whole).map_err(io::Error::other)?;
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        Ok((Self { file }, entries))
    }

    /// Adds one line; with `durable` it is on disk when the call returns.
    pub(crate) fn append<T: Serialize>(&mut self, entry: &T, durable: bool) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        if durable {
            self.file.sync_data()?;
        }
        Ok(())
    }

    /// Empties the file.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_torn_last_line_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::fs::write(&path, "1\n2\n{\"half").unwrap();
        let (mut log, lines) = LineLog::open::<u32>(&path).unwrap();
        assert_eq!(lines, [1, 2]);
        log.append(&3, true).unwrap();
        drop(log);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n2\n3\n");
    }
}
