//! A file as read: its text within limits, and the way from a byte to a line and a column.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use crate::problem::RunbookError;

/// The most bytes that a runbook or target file may have: 1 MiB. A file is refused before it is
/// parsed.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The most characters that one string of a file may have.
pub const MAX_STRING: usize = 10_000;

/// One runbook or target file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name shown in messages: the path as given, or `built-in:…`.
    pub file: String,
    /// The whole text.
    pub text: String,
    /// The texts of the files in `notices/` beside it, by name without `.txt`; empty for a target.
    pub notices: BTreeMap<String, String>,
}

impl Source {
    /// A text that is already in memory.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            text: text.into(),
            notices: BTreeMap::new(),
        }
    }

    /// The same with the notices that stand beside it, which `${notice:NAME}` brings in.
    #[must_use]
    pub fn with_notices(mut self, notices: impl IntoIterator<Item = (String, String)>) -> Self {
        self.notices = notices.into_iter().collect();
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it can't be read, has more than [`MAX_BYTES`], or is not UTF-8 (with the place of the
    /// first bad byte).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, RunbookError> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let unreadable = |source| RunbookError::Unreadable {
            file: file.clone(),
            source,
        };
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(path).map_err(unreadable)?;
        // One byte more than allowed tells "too large" without reading the rest.
        opened
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() > MAX_BYTES {
            return Err(RunbookError::TooLarge { file });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(file, text)),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
                let (line, column) = position(&before, before.len());
                Err(RunbookError::NotUtf8 {
                    file,
                    line,
                    column,
                    offset: good,
                })
            }
        }
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    #[must_use]
    pub fn position(&self, offset: usize) -> (u32, u32) {
        position(&self.text, offset)
    }
}

fn position(text: &str, offset: usize) -> (u32, u32) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    // A file has at most MAX_BYTES, so neither can exceed 32 bits.
    (
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}
