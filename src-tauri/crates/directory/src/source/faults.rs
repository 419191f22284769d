//! What is wrong with a list or with one row of it: told by line and column, never by content.

use super::Column;
use crate::address::{TakenOff, Unfit};

/// Why the whole file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASource {
    /// More than [`super::LARGEST`] bytes.
    #[error(
        "The file is larger than 64 MB. Export only the columns email, name, given_name, family_name, active and role."
    )]
    TooLarge,
    /// Not UTF-8.
    #[error(
        "Line {line} is not UTF-8 text, from its character {position} on. Export the file as \"CSV UTF-8\"."
    )]
    NotText {
        /// The line, counted from 1.
        line: u64,
        /// The character, counted from 1.
        position: usize,
    },
    /// UTF-16 or UTF-32, or no text at all.
    #[error(
        "Line {line} is not UTF-8 text: its character {position} is NUL, as UTF-16 and UTF-32 have it. Export the file as \"CSV UTF-8\"."
    )]
    Wide {
        /// The line, counted from 1.
        line: u64,
        /// The character, counted from 1.
        position: usize,
    },
    /// No line.
    #[error("The file is empty.")]
    Empty,
    /// The quote of a heading swallows the people below.
    #[error(
        "Line {line}, which names the columns, has a quote that does not end in it. Close or remove the quote."
    )]
    OpenHeading {
        /// The line, counted from 1.
        line: u64,
    },
    /// No column names a person.
    #[error(
        "Line {line} has no column \"email\" or \"name\". The first line must name the columns: email, name, given_name, family_name, active, role."
    )]
    NoPersonColumn {
        /// The line, counted from 1.
        line: u64,
    },
    /// A column twice.
    #[error(
        "Line {line} has two columns for the {}: \"{}\" (column {}) and \"{}\" (column {}). Keep one, or give the other another heading.",
        column.word(), first.1, first.0, second.1, second.0
    )]
    TwiceTheColumn {
        /// The line, counted from 1.
        line: u64,
        /// What both are.
        column: Column,
        /// The first: its place, counted from 1, and its heading.
        first: (usize, String),
        /// The second.
        second: (usize, String),
    },
}

/// What is wrong with one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// More or fewer cells than the first line: nobody can tell which cell is which.
    #[error("line {line} has {found} cells, the first line has {expected}; the row is left out")]
    Ragged {
        /// The line, counted from 1.
        line: u64,
        /// Its cells.
        found: usize,
        /// The first line's cells.
        expected: usize,
    },
    /// A quote that does not end where its cell does, so that what stands below is read as part of it.
    #[error("line {line}: {}", swallows(*line, *first, *last))]
    OpenQuote {
        /// The line of the quote, counted from 1.
        line: u64,
        /// The first line that is left out for it.
        first: u64,
        /// The last.
        last: u64,
    },
    /// A cell that a spreadsheet would run (OWASP, "CSV Injection").
    #[error("line {line}, column {}: the cell begins like a formula; the row is left out", column.word())]
    Formula {
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: Column,
    },
    /// A cell that can't be who is meant.
    #[error("line {line}, column {}: {why}; the row is left out", column.word())]
    Unfit {
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: Column,
        /// Why.
        why: Unfit,
    },
    /// A cell that holds more than the address.
    #[error("line {line}, column {}: read without {what}", column.word())]
    TakenOff {
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: Column,
        /// What was taken off.
        what: TakenOff,
    },
    /// Neither yes nor no.
    #[error("line {line}, column active: neither yes nor no; taken as not known")]
    NotYesOrNo {
        /// The line, counted from 1.
        line: u64,
    },
    /// A row that names nobody.
    #[error("line {line} has neither an e-mail address nor a name; the row is left out")]
    Nobody {
        /// The line, counted from 1.
        line: u64,
    },
    /// The same person again.
    #[error("line {line} has the same e-mail address as line {first}; both are kept")]
    Duplicate {
        /// The line, counted from 1.
        line: u64,
        /// The line that had it first.
        first: u64,
    },
    /// A column that another one stands for.
    #[error("line {line}: column {column} is not read, because column {read} says the same better")]
    PassedOver {
        /// The line of the headings, counted from 1.
        line: u64,
        /// The column, counted from 1.
        column: usize,
        /// The one that is read.
        read: usize,
    },
}

fn swallows(line: u64, first: u64, last: u64) -> String {
    let below = match last - line {
        0 => String::new(),
        1 => format!(" and swallows line {last}"),
        _ => format!(" and swallows lines {} to {last}", line + 1),
    };
    let left_out = match first == last {
        true => format!("line {last} is left out"),
        false => format!("lines {first} to {last} are left out"),
    };
    format!("a quote begins here that does not end with its cell{below}; {left_out}")
}

impl RowFault {
    /// Whether the row is not in the list, so that nobody may be called missing from it.
    #[must_use]
    pub fn leaves_out(self) -> bool {
        self.left_out().is_some()
    }

    /// The lines that are left out for it.
    #[must_use]
    pub fn left_out(self) -> Option<std::ops::RangeInclusive<u64>> {
        match self {
            Self::OpenQuote { first, last, .. } => Some(first..=last),
            Self::Ragged { line, .. }
            | Self::Formula { line, .. }
            | Self::Unfit { line, .. }
            | Self::Nobody { line } => Some(line..=line),
            Self::TakenOff { .. }
            | Self::NotYesOrNo { .. }
            | Self::Duplicate { .. }
            | Self::PassedOver { .. } => None,
        }
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(self) -> u64 {
        match self {
            Self::Ragged { line, .. }
            | Self::OpenQuote { line, .. }
            | Self::Formula { line, .. }
            | Self::Unfit { line, .. }
            | Self::TakenOff { line, .. }
            | Self::NotYesOrNo { line }
            | Self::Nobody { line }
            | Self::Duplicate { line, .. }
            | Self::PassedOver { line, .. } => line,
        }
    }
}
