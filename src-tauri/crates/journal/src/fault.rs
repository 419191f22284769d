//! From the causes of SQLite and the file system to [`JournalError`]: where, and how to mend it.
//! The cause's own text stays out of the sentence; it goes to the log.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;
use switchback_engine::ports::JournalError;
use switchback_files::{Unread, Unwritten};

const DAMAGED: &str = "the file is damaged or cut short. Keep it as it is, and continue from the mirror \
                       folder or an export with: switchback journal import --takeover";

/// A failed write through SQLite.
pub(crate) fn not_written(path: &Path) -> impl Fn(rusqlite::Error) -> JournalError + '_ {
    move |error| sqlite(path, &error, true)
}

/// A failed read through SQLite.
pub(crate) fn not_read(path: &Path) -> impl Fn(rusqlite::Error) -> JournalError + '_ {
    move |error| sqlite(path, &error, false)
}

fn sqlite(path: &Path, error: &rusqlite::Error, writing: bool) -> JournalError {
    tracing::warn!(path = %path.display(), %error, "SQLite refused");
    let at = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => JournalError::NotWritten(format!(
            "{at}: the disk is full. Free some space, then give the command again: what was acknowledged is kept, and \
             what was in flight is looked at first"
        )),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => JournalError::NotWritten(format!(
            "{at}: the file or its folder is read-only. Give yourself the right to write there, or choose \
             another home"
        )),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            JournalError::NotRead(format!("{at}: {DAMAGED}"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => JournalError::NotWritten(format!(
            "{at}: another process has been writing to it for more than 10 seconds. Close it, then try again"
        )),
        Some(ErrorCode::CannotOpen) => JournalError::NotRead(format!(
            "{at}: the file could not be opened. Check that the folder exists and that you may write in it"
        )),
        Some(ErrorCode::SystemIoFailure) if writing => JournalError::NotWritten(format!(
            "{at}: the disk did not take it. Free some space or check the disk, then give the command again: what was \
             acknowledged is kept, and what was in flight is looked at first"
        )),
        Some(ErrorCode::SystemIoFailure) => JournalError::NotRead(format!(
            "{at}: the disk did not serve it. Free some space or check the disk, then give the command again: what \
             was acknowledged is kept"
        )),
        _ if writing => JournalError::NotWritten(format!("{at}: SQLite refused the write. The log says why")),
        _ => JournalError::NotRead(format!("{at}: SQLite could not read it. The log says why")),
    }
}

/// A failed write through the file system.
pub(crate) fn io_not_written(path: &Path) -> impl Fn(io::Error) -> JournalError + '_ {
    move |error| JournalError::NotWritten(format!("{}: {}", path.display(), io_sentence(&error)))
}

/// A failed read through the file system.
pub(crate) fn io_not_read(path: &Path) -> impl Fn(io::Error) -> JournalError + '_ {
    move |error| JournalError::NotRead(format!("{}: {}", path.display(), io_sentence(&error)))
}

/// A file that a person named and that can't be read as one.
pub(crate) fn unread(path: &Path) -> impl Fn(Unread) -> JournalError + '_ {
    move |why| match why {
        Unread::NotThere => io_not_read(path)(io::ErrorKind::NotFound.into()),
        Unread::Denied => io_not_read(path)(io::ErrorKind::PermissionDenied.into()),
        Unread::NoFolder => io_not_read(path)(io::ErrorKind::NotADirectory.into()),
        Unread::Disk(kind) => io_not_read(path)(kind.into()),
        why @ (Unread::Not(_) | Unread::TooLarge(_) | Unread::NotText) => {
            JournalError::NotRead(format!("{}: {why}. Give the file itself", path.display()))
        }
    }
}

/// A file that a person named and that was not written.
pub(crate) fn unwritten(path: &Path) -> impl Fn(Unwritten) -> JournalError + '_ {
    move |why| {
        let mend = why.mend(None);
        JournalError::NotWritten(format!(
            "{}: {why}. {}",
            path.display(),
            mend.trim_end_matches('.')
        ))
    }
}

/// What happened and how to mend it, in one sentence.
pub(crate) fn io_sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder. Check the path".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "you may not open it. Give yourself the right to it, or choose another place".to_owned()
        }
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only. Choose another place".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full. Free some space, then try again".to_owned()
        }
        io::ErrorKind::NotADirectory => {
            "a part of the path is a file, not a folder. Check the path".to_owned()
        }
        io::ErrorKind::AlreadyExists => "there is already a file. Choose another name".to_owned(),
        io::ErrorKind::InvalidData => "it is not text. Check that it is a journal copy".to_owned(),
        kind => format!("{kind}. Check the disk, then try again"),
    }
}

/// A damaged file.
pub(crate) fn damaged(path: &Path) -> JournalError {
    JournalError::NotRead(format!("{}: {DAMAGED}", path.display()))
}
