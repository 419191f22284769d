//! Reading a file that a person names.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use crate::kind::Kind;

/// Why a file could not be read, in words that follow "it can't be read:".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Nothing is there.
    #[error("there is none of that name")]
    NotThere,
    /// No right to it.
    #[error("you may not open it")]
    Denied,
    /// A part of the path is a file.
    #[error("a part of its path is a file, not a folder")]
    NoFolder,
    /// It is no regular file.
    #[error("it is {0}, not a file")]
    Not(Kind),
    /// It has more bytes than what it should be ever has.
    #[error("it is larger than {}", size(*.0))]
    TooLarge(u64),
    /// It is not UTF-8.
    #[error("it is not text in UTF-8")]
    NotText,
    /// The system's own word for anything else.
    #[error("the disk gave an error ({0})")]
    Disk(ErrorKind),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotThere,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::NotADirectory => Self::NoFolder,
            ErrorKind::IsADirectory => Self::Not(Kind::Folder),
            kind => Self::Disk(kind),
        }
    }
}

/// Bytes in words.
fn size(bytes: u64) -> String {
    match bytes {
        b if b >= 1 << 20 && b.is_multiple_of(1 << 20) => format!("{} MiB", b >> 20),
        b if b >= 1 << 10 && b.is_multiple_of(1 << 10) => format!("{} KiB", b >> 10),
        b => format!("{b} bytes"),
    }
}

/// Opens a regular file, through links to one. A pipe, a device, a socket or a folder is refused at
/// once: nothing is waited for, and no device is touched.
///
/// # Errors
/// As [`Unread`] says.
pub fn open(path: &Path) -> Result<File, Unread> {
    // Before it is opened: opening a device may already do something.
    refuse(std::fs::metadata(path)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Somebody may have put a pipe there meanwhile: then this does not wait for its writer.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    refuse(file.metadata()?.file_type())?;
    Ok(file)
}

fn refuse(found: std::fs::FileType) -> Result<(), Unread> {
    Kind::of(found).map_or(Ok(()), |kind| Err(Unread::Not(kind)))
}

/// The bytes of a regular file that has at most `most` of them.
///
/// # Errors
/// As [`Unread`] says.
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    // One more than allowed tells that there are more without reading the rest.
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(Unread::TooLarge(most));
    }
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
/// As [`Unread`] says.
pub fn text(path: &Path, most: u64) -> Result<String, Unread> {
    String::from_utf8(bytes(path, most)?).map_err(|_| Unread::NotText)
}
