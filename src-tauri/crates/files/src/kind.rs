//! What stands at a path, where it is no file.

use std::fmt;
use std::fs::FileType;

/// Something that is no regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A pipe with a name: reading it waits for a writer.
    Pipe,
    /// A device, such as a terminal.
    Device,
    /// A socket.
    Socket,
    /// A symbolic link, where only the thing itself will do.
    Link,
    /// Something else.
    Other,
}

impl Kind {
    /// What a type is; none for a regular file.
    pub(crate) fn of(found: FileType) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt as _;
            if found.is_fifo() {
                return Some(Self::Pipe);
            }
            if found.is_socket() {
                return Some(Self::Socket);
            }
            if found.is_char_device() || found.is_block_device() {
                return Some(Self::Device);
            }
        }
        match (found.is_file(), found.is_dir(), found.is_symlink()) {
            (true, ..) => None,
            (_, true, _) => Some(Self::Folder),
            (.., true) => Some(Self::Link),
            _ => Some(Self::Other),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "a folder",
            Self::Pipe => "a pipe",
            Self::Device => "a device",
            Self::Socket => "a socket",
            Self::Link => "a symbolic link",
            Self::Other => "no file",
        })
    }
}
