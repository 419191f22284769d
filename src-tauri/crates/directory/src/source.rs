//! The source list: a CSV of the people who are to be moved, exported from where they are now.
//!
//! What is wrong with it is told by line and column, never by content: a file without a header line
//! would otherwise put its first person into an error.

use std::collections::HashMap;

use switchback_model::directory::Personal;

use crate::machine::{self, MACHINE_ROLE};
use crate::query::{MatchedBy, Query};

/// The largest file that is read, in bytes: room for 500,000 people.
pub const LARGEST: usize = 64 * 1024 * 1024;

/// One person on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line at which the row begins, counted from 1.
    pub line: u64,
    /// The e-mail address; where the list has no such column, its user name.
    pub email: Option<Personal>,
    /// The user name.
    pub name: Option<Personal>,
    /// The given name.
    pub given_name: Option<Personal>,
    /// The family name.
    pub family_name: Option<Personal>,
    /// Whether the person is active; `None` = the list does not say.
    pub active: Option<bool>,
    /// Whether it is a machine user, by name or role.
    pub machine: bool,
}

/// A column that is read. Others are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// `email`, `e-mail address`, `mail`.
    Email,
    /// `name`, `username`, `user name`.
    Name,
    /// `given_name`, `first name`, `forename`.
    GivenName,
    /// `family_name`, `last name`, `surname`.
    FamilyName,
    /// `active`, `enabled`: yes or no.
    Active,
    /// `role`, `roles`.
    Role,
}

impl Column {
    fn from_header(header: &str) -> Option<Self> {
        let plain: String = header.chars().filter(|c| c.is_alphanumeric()).collect();
        match plain.to_lowercase().as_str() {
            "email" | "emailaddress" | "mail" => Some(Self::Email),
            "name" | "username" => Some(Self::Name),
            "givenname" | "firstname" | "forename" => Some(Self::GivenName),
            "familyname" | "lastname" | "surname" => Some(Self::FamilyName),
            "active" | "enabled" => Some(Self::Active),
            "role" | "roles" => Some(Self::Role),
            _ => None,
        }
    }

    /// The column's name in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Active => "active",
            Self::Role => "role",
        }
    }
}

/// Why the whole file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASource {
    /// More than [`LARGEST`] bytes.
    #[error(
        "The file is larger than 64 MB. Export only the columns email, name, given_name, family_name, active and role."
    )]
    TooLarge,
    /// Not UTF-8.
    #[error("Line {line} is not UTF-8 text. Export the file as \"CSV UTF-8\".")]
    NotText {
        /// The line, counted from 1.
        line: u64,
    },
    /// No line.
    #[error("The file is empty.")]
    Empty,
    /// No column names a person.
    #[error(
        "Line 1 has no column \"email\" or \"name\". The first line must name the columns: email, name, given_name, family_name, active, role."
    )]
    NoPersonColumn,
    /// A column twice.
    #[error("Line 1 has the column \"{}\" twice. Keep one.", column.word())]
    TwiceTheColumn {
        /// The column.
        column: Column,
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
    /// A cell that a spreadsheet would run (OWASP, "CSV Injection").
    #[error("line {line}, column {}: the cell begins like a formula; the row is left out", column.word())]
    Formula {
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: Column,
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
}

impl RowFault {
    /// Whether the row is not in the list, so that nobody may be called missing from it.
    #[must_use]
    pub fn leaves_out(self) -> bool {
        matches!(
            self,
            Self::Ragged { .. } | Self::Formula { .. } | Self::Nobody { .. }
        )
    }
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    rows: Vec<Row>,
    faults: Vec<RowFault>,
}

impl Source {
    /// Reads a CSV file: UTF-8 with or without byte order mark, any line end, `,` or `;` between cells.
    ///
    /// # Errors
    /// [`NotASource`] where nothing of it can be used; single rows are told in [`Self::faults`].
    pub fn read(bytes: &[u8]) -> Result<Self, NotASource> {
        if bytes.len() > LARGEST {
            return Err(NotASource::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            NotASource::NotText {
                line: 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64,
            }
        })?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let first_line = text.lines().next().unwrap_or_default();
        let delimiter = if !first_line.contains(',') && first_line.contains(';') {
            b';'
        } else {
            b','
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let mut header: Option<Vec<Option<Column>>> = None;
        let mut source = Self::default();
        for record in reader.records() {
            // The text is UTF-8 and rows may have any length: reading from memory can't fail.
            let Ok(record) = record else { continue };
            match &header {
                None => header = Some(columns(&record)?),
                Some(columns) => source.take(columns, &record, line_of(&record, &text)),
            }
        }
        if header.is_none() {
            return Err(NotASource::Empty);
        }
        source.find_duplicates();
        source.faults.sort_by_key(|fault| fault.line());
        Ok(source)
    }

    /// Every row that could be read, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What is wrong with single rows, by line.
    #[must_use]
    pub fn faults(&self) -> &[RowFault] {
        &self.faults
    }

    /// Whether no row was left out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.faults.iter().any(|fault| fault.leaves_out())
    }

    /// The rows that have no e-mail address: nobody can be looked for in them by address.
    #[must_use]
    pub fn without_email(&self) -> usize {
        self.rows.iter().filter(|row| row.email.is_none()).count()
    }

    /// Whether an address that is not on the list is nobody's on it: it has rows, none was left out, and
    /// each has an address.
    #[must_use]
    pub fn has_every_address(&self) -> bool {
        !self.rows.is_empty() && self.is_whole() && self.without_email() == 0
    }

    /// The rows that a query means. A list has no `sub`, so a query by it matches none.
    #[must_use]
    pub fn find(&self, query: &Query) -> Vec<&Row> {
        let wanted = query.normal();
        let wanted = wanted.revealed();
        let same = |cell: &Option<Personal>| cell.as_ref().is_some_and(|cell| lower(cell) == wanted);
        let begins = |text: String| !text.is_empty() && text.starts_with(wanted);
        let matches = |row: &&Row| match query.matched_by() {
            MatchedBy::Sub => false,
            MatchedBy::Email | MatchedBy::Username => same(&row.email) || same(&row.name),
            MatchedBy::Name => {
                let given = row.given_name.as_ref().map(lower).unwrap_or_default();
                let family = row.family_name.as_ref().map(lower).unwrap_or_default();
                same(&row.name)
                    || begins(format!("{given} {family}").trim().to_owned())
                    || begins(format!("{family}, {given}"))
            }
        };
        self.rows.iter().filter(matches).collect()
    }

    fn take(&mut self, columns: &[Option<Column>], record: &csv::StringRecord, line: u64) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if record.len() != columns.len() {
            self.faults.push(RowFault::Ragged {
                line,
                found: record.len(),
                expected: columns.len(),
            });
            return;
        }
        let mut row = Row {
            line,
            email: None,
            name: None,
            given_name: None,
            family_name: None,
            active: None,
            machine: false,
        };
        for (column, cell) in columns.iter().zip(record) {
            let (Some(column), cell) = (*column, cell.trim()) else {
                continue;
            };
            if cell.is_empty() {
                continue;
            }
            if cell.starts_with(['=', '+', '-', '@']) {
                self.faults.push(RowFault::Formula { line, column });
                return;
            }
            match column {
                Column::Email => row.email = Some(Personal::new(cell)),
                Column::Name => row.name = Some(Personal::new(cell)),
                Column::GivenName => row.given_name = Some(Personal::new(cell)),
                Column::FamilyName => row.family_name = Some(Personal::new(cell)),
                Column::Active => match yes_or_no(cell) {
                    Some(active) => row.active = Some(active),
                    None => self.faults.push(RowFault::NotYesOrNo { line }),
                },
                Column::Role => {
                    let marks = |role: &str| role.trim().eq_ignore_ascii_case(MACHINE_ROLE);
                    row.machine |= cell.split([';', ',', '|']).any(marks);
                }
            }
        }
        // In Profile a user's name is their e-mail address (`tis.md`, "Identity").
        if row.email.is_none() {
            row.email = row.name.clone();
        }
        let named = [&row.email, &row.name];
        row.machine |= named
            .into_iter()
            .flatten()
            .any(|name| machine::is_machine(name.revealed()));
        if row.email.is_none() && row.given_name.is_none() && row.family_name.is_none() {
            self.faults.push(RowFault::Nobody { line });
        } else {
            self.rows.push(row);
        }
    }

    fn find_duplicates(&mut self) {
        let mut first: HashMap<String, u64> = HashMap::with_capacity(self.rows.len());
        for row in &self.rows {
            let Some(email) = &row.email else { continue };
            let seen = *first.entry(lower(email)).or_insert(row.line);
            if seen != row.line {
                self.faults.push(RowFault::Duplicate {
                    line: row.line,
                    first: seen,
                });
            }
        }
    }
}

impl RowFault {
    /// The line, counted from 1.
    #[must_use]
    pub fn line(self) -> u64 {
        match self {
            Self::Ragged { line, .. }
            | Self::Formula { line, .. }
            | Self::NotYesOrNo { line }
            | Self::Nobody { line }
            | Self::Duplicate { line, .. } => line,
        }
    }
}

fn columns(record: &csv::StringRecord) -> Result<Vec<Option<Column>>, NotASource> {
    let columns: Vec<Option<Column>> = record.iter().map(Column::from_header).collect();
    for (at, column) in columns.iter().enumerate() {
        if let Some(column) = *column
            && columns[..at].contains(&Some(column))
        {
            return Err(NotASource::TwiceTheColumn { column });
        }
    }
    if [Column::Email, Column::Name]
        .iter()
        .any(|column| columns.contains(&Some(*column)))
    {
        Ok(columns)
    } else {
        Err(NotASource::NoPersonColumn)
    }
}

/// The reader counts the empty lines before a row as part of it; a person looks for the row itself.
fn line_of(record: &csv::StringRecord, text: &str) -> u64 {
    record.position().map_or(0, |position| {
        let rest = usize::try_from(position.byte())
            .ok()
            .and_then(|byte| text.as_bytes().get(byte..));
        let empty = rest
            .unwrap_or_default()
            .iter()
            .take_while(|byte| **byte == b'\n')
            .count();
        position.line() + empty as u64
    })
}

fn lower(cell: &Personal) -> String {
    cell.revealed().to_lowercase()
}

fn yes_or_no(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "active" => Some(true),
        "no" | "n" | "false" | "0" | "inactive" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
