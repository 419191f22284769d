//! A file as read: its text within limits, and the way from a byte to a line and a column.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use switchback_files::Unread;

use crate::problem::RunbookError;

/// The most bytes that a runbook or target file may have: 1 MiB. A file is refused before it is
/// parsed.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The most characters that one string of a file may have.
pub const MAX_STRING: usize = 10_000;

/// How many bytes lie at most between two marked places of a text.
const APART: usize = 256;

/// One runbook or target file.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name shown in messages: the path as given, or `built-in:…`.
    pub file: String,
    /// The whole text.
    pub text: String,
    /// The texts of the files in `notices/` beside it, by name without `.txt`; empty for a target.
    pub notices: BTreeMap<String, String>,
    /// The places of the text, marked when one is first asked for.
    places: OnceLock<Vec<Mark>>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (&self.file, &self.text, &self.notices) == (&other.file, &other.text, &other.notices)
    }
}

impl Eq for Source {}

/// A byte of a text with its line and column, both from 1.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: usize,
    line: usize,
    column: usize,
}

impl Source {
    /// A text that is already in memory.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            text: text.into(),
            notices: BTreeMap::new(),
            places: OnceLock::new(),
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
        let bytes = switchback_files::bytes(path, MAX_BYTES as u64).map_err(|why| match why {
            Unread::TooLarge(_) => RunbookError::TooLarge { file: file.clone() },
            why => RunbookError::Unreadable {
                file: file.clone(),
                why,
            },
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(file, text)),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
                let (line, column) = Self::new("", before).position(good);
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
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        // A file may have as many problems as lines: none of them counts from its beginning.
        let places = self.places.get_or_init(|| places(&self.text));
        let before = places.partition_point(|mark| mark.at <= end);
        let mark = before.checked_sub(1).and_then(|at| places.get(at));
        let &Mark { at, line, column } = mark.unwrap_or(&START);
        let column = column + self.text.get(at..end).map_or(0, |text| text.chars().count());
        // A file has at most MAX_BYTES, so neither can exceed 32 bits.
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(column).unwrap_or(u32::MAX),
        )
    }
}

const START: Mark = Mark {
    at: 0,
    line: 1,
    column: 1,
};

/// Marks each beginning of a line, and places within long ones.
fn places(text: &str) -> Vec<Mark> {
    let mut marks = vec![START];
    let (mut last, mut line, mut column) = (0, 1, 1);
    for (at, c) in text.char_indices() {
        if at >= last + APART {
            marks.push(Mark { at, line, column });
            last = at;
        }
        column += 1;
        if c == '\n' {
            (last, line, column) = (at + 1, line + 1, 1);
            marks.push(Mark {
                at: last,
                line,
                column,
            });
        }
    }
    marks
}
