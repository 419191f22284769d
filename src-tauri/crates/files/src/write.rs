//! Writing a file that a person names.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::kind::Kind;
use crate::read;

/// As much of a file is looked at to recognise it.
const RECOGNISED_BY: u64 = 64 * 1024;

/// What becomes of a file that is there already. Only a regular file is ever replaced: a link, a pipe,
/// a device or a folder is refused whatever is asked.
#[derive(Clone, Copy)]
pub enum Existing<'a> {
    /// It stays, and the writing is refused.
    Keep,
    /// It is replaced if its beginning (64 KiB) shows that it is an earlier writing of the same thing.
    Own(&'a dyn Fn(&str) -> bool),
    /// It is replaced: somebody said so.
    Replace,
}

/// Who may read the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readers {
    /// Its owner alone (0600).
    #[default]
    Owner,
    /// Everybody on this computer (0644).
    Everybody,
}

/// Why a file was not written, in words that follow "it was not written:".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// Another file stands there.
    #[error("there is already a file of this name")]
    Exists,
    /// It is no regular file.
    #[error("there is already {0} of this name")]
    Not(Kind),
    /// The folder is not there.
    #[error("there is no such folder")]
    NoFolder,
    /// No right to write in the folder.
    #[error("you may not write in its folder")]
    Denied,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The disk takes no writing.
    #[error("the disk is read-only")]
    ReadOnly,
    /// The system's own word for anything else.
    #[error("the disk gave an error ({0})")]
    Disk(ErrorKind),
}

impl Unwritten {
    /// What to do about it. `force` is the flag with which a file is replaced, where there is one.
    #[must_use]
    pub fn mend(self, force: Option<&str>) -> String {
        match (self, force) {
            (Self::Exists, Some(force)) => {
                format!("Give another name, or {force} to replace that file.")
            }
            (Self::Exists, None) => "Give the name of a new file, or move the old one away.".to_owned(),
            (Self::Not(_), _) => "Give the name of a new file: only a file is ever replaced.".to_owned(),
            (Self::Full, _) => "Free some space, or name a file on another disk.".to_owned(),
            (Self::NoFolder | Self::Denied | Self::ReadOnly | Self::Disk(_), _) => {
                "Name a file in a folder that is there and that you may write to.".to_owned()
            }
        }
    }
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::AlreadyExists => Self::Exists,
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFolder,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            kind => Self::Disk(kind),
        }
    }
}

/// A file in the making: beside its place, under a random name that nobody else uses (`O_EXCL`). It
/// goes away by itself unless it is kept.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
    to: PathBuf,
}

impl Draft {
    /// Begins a file. What stands at its place is looked at now, and again when it is kept.
    ///
    /// # Errors
    /// As [`Unwritten`] says; then nothing was made.
    pub fn new(to: &Path, existing: Existing<'_>, readers: Readers) -> Result<Self, Unwritten> {
        replaced(to, existing)?;
        let folder = folder_of(to);
        let file = tempfile::Builder::new()
            .prefix(".switchback-")
            .suffix(".draft")
            .tempfile_in(folder)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = match readers {
                Readers::Owner => 0o600,
                Readers::Everybody => 0o644,
            };
            file.as_file()
                .set_permissions(std::fs::Permissions::from_mode(mode))?;
        }
        #[cfg(not(unix))]
        let _ = readers;
        Ok(Self {
            file,
            to: to.to_owned(),
        })
    }

    /// The open file, to be written to.
    #[must_use]
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Puts the file in its place, whole and durable.
    ///
    /// # Errors
    /// As [`Unwritten`] says; then what stood there still stands there.
    pub fn keep(self, existing: Existing<'_>) -> Result<(), Unwritten> {
        let Self { file, to } = self;
        file.as_file().sync_all()?;
        if replaced(&to, existing)? {
            file.persist(&to).map_err(|error| Unwritten::from(error.error))?;
        } else if let Err(refused) = file.persist_noclobber(&to) {
            // A disk that knows neither way to make a name only if it is new, such as a FAT stick: looked at
            // right before instead.
            if refused.error.kind() == ErrorKind::AlreadyExists || replaced(&to, existing)? {
                return Err(refused.error.into());
            }
            refused
                .file
                .persist(&to)
                .map_err(|error| Unwritten::from(error.error))?;
        }
        // The name as well, where the system lets a folder be synced.
        if let Ok(folder) = File::open(folder_of(&to)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a whole file, or none.
///
/// # Errors
/// As [`Unwritten`] says; then what stood there still stands there.
pub fn write(to: &Path, bytes: &[u8], existing: Existing<'_>, readers: Readers) -> Result<(), Unwritten> {
    let mut draft = Draft::new(to, existing, readers)?;
    draft.write_all(bytes)?;
    draft.keep(existing)
}

fn folder_of(to: &Path) -> &Path {
    match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether a file stands at the place that may be replaced; an error where something else does.
fn replaced(to: &Path, existing: Existing<'_>) -> Result<bool, Unwritten> {
    let found: Metadata = match to.symlink_metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    if let Some(kind) = Kind::of(found.file_type()) {
        return Err(Unwritten::Not(kind));
    }
    match existing {
        Existing::Keep => Err(Unwritten::Exists),
        Existing::Replace => Ok(true),
        Existing::Own(is_own) => {
            let mut beginning = Vec::new();
            let read = read::open(to)
                .ok()
                .map(|file| file.take(RECOGNISED_BY).read_to_end(&mut beginning));
            // What can't be read can't be recognised.
            match read {
                Some(Ok(_)) if is_own(&String::from_utf8_lossy(&beginning)) => Ok(true),
                _ => Err(Unwritten::Exists),
            }
        }
    }
}
