//! The source list: a CSV of the people who are to be moved, exported from where they are now.
//!
//! What is wrong with it is told by line and column, never by content: a file without a header line
//! would otherwise put its first person into an error.

use std::collections::HashMap;

use switchback_model::directory::Personal;

mod columns;
mod faults;
mod text;

pub use columns::Column;
pub use faults::{NotASource, RowFault};

use self::text::Text;
use crate::address::{self, Reading};
use crate::letters::{self, Odd};
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
    /// What they are called, where the list has a name beside the address or the user name.
    pub called: Option<Personal>,
    /// The given name.
    pub given_name: Option<Personal>,
    /// The family name.
    pub family_name: Option<Personal>,
    /// Whether the person is active; `None` = the list does not say.
    pub active: Option<bool>,
    /// Whether it is a machine user, by name or role.
    pub machine: bool,
    /// A letter of the address that may be taken for another.
    pub odd: Option<Odd>,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    rows: Vec<Row>,
    faults: Vec<RowFault>,
    /// Counted once: each row's verdict asks for them.
    nameless: usize,
    left_out: u64,
    swallowed: Option<RowFault>,
}

impl Source {
    /// Reads a CSV file: UTF-8 with or without byte order mark, any line end, `,`, `;`, `|` or tabs between
    /// cells, with or without Excel's `sep=` line.
    ///
    /// # Errors
    /// [`NotASource`] where nothing of it can be used; single rows are told in [`Self::faults`].
    pub fn read(bytes: &[u8]) -> Result<Self, NotASource> {
        if bytes.len() > LARGEST {
            return Err(NotASource::TooLarge);
        }
        let text = Text::of(bytes)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(text.delimiter)
            .from_reader(text.text.as_bytes());
        let mut header: Option<(columns::Columns, text::Quotes)> = None;
        let mut source = Self::default();
        for record in reader.records() {
            // The text is UTF-8 and rows may have any length: reading from memory can't fail.
            let Ok(record) = record else { continue };
            let line = line_of(&record, &text);
            let Some((columns, quotes)) = &header else {
                if text::quotes(&text, &[])
                    .get(&line)
                    .is_some_and(|quote| quote.swallows)
                {
                    return Err(NotASource::OpenHeading { line });
                }
                let (columns, passed_over) = columns::columns(&record, line)?;
                let passed_over = passed_over.into_iter();
                source
                    .faults
                    .extend(passed_over.map(|(column, read)| RowFault::PassedOver { line, column, read }));
                let quotes = text::quotes(&text, &columns);
                header = Some((columns, quotes));
                continue;
            };
            match quotes.get(&line).filter(|quote| quote.swallows) {
                Some(quote) => source.faults.push(RowFault::OpenQuote {
                    line: quote.opened,
                    first: line,
                    last: quote.last,
                }),
                None => source.take(columns, &record, line),
            }
        }
        if header.is_none() {
            return Err(NotASource::Empty);
        }
        source.find_duplicates();
        source.faults.sort_by_key(|fault| fault.line());
        source.nameless = source.rows.iter().filter(|row| row.email.is_none()).count();
        let left_out = source.faults.iter().filter_map(|fault| fault.left_out());
        let mut faults = source.faults.iter().copied();
        source.swallowed = faults.find(|fault| matches!(fault, RowFault::OpenQuote { .. }));
        source.left_out = left_out.map(|lines| lines.end() - lines.start() + 1).sum();
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
        self.left_out == 0
    }

    /// How many lines were left out.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The first quote that swallows lines: anybody may stand on them.
    #[must_use]
    pub fn swallowed(&self) -> Option<RowFault> {
        self.swallowed
    }

    /// The rows that have no e-mail address: nobody can be looked for in them by address.
    #[must_use]
    pub fn without_email(&self) -> usize {
        self.nameless
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
        let same = |cell: &Option<Personal>| cell.as_ref().is_some_and(|cell| key(cell) == wanted);
        let begins = |text: String| !text.is_empty() && text.starts_with(wanted);
        let matches = |row: &&Row| match query.matched_by() {
            MatchedBy::Sub => false,
            MatchedBy::Email | MatchedBy::Username => same(&row.email) || same(&row.name),
            MatchedBy::Name => {
                let given = row.given_name.as_ref().map(key).unwrap_or_default();
                let family = row.family_name.as_ref().map(key).unwrap_or_default();
                same(&row.name)
                    || row.called.as_ref().map(key).is_some_and(&begins)
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
            called: None,
            given_name: None,
            family_name: None,
            active: None,
            machine: false,
            odd: None,
        };
        for (column, given) in columns.iter().zip(record) {
            let (Some(column), cell) = (*column, given.trim()) else {
                continue;
            };
            if is_empty(cell) {
                continue;
            }
            if cell.starts_with(['=', '+', '-', '@']) {
                self.faults.push(RowFault::Formula { line, column });
                return;
            }
            let mut text = cell;
            if column.names_somebody() {
                // White space is part of the cell here: what of it was taken off is told.
                match address::read(given) {
                    Ok(Reading {
                        text: read,
                        taken_off,
                        odd,
                    }) => {
                        if !taken_off.is_empty() {
                            let what = taken_off;
                            self.faults.push(RowFault::TakenOff { line, column, what });
                        }
                        text = read;
                        row.odd = row.odd.or(odd);
                    }
                    Err(why) => {
                        self.faults.push(RowFault::Unfit { line, column, why });
                        return;
                    }
                }
            }
            match column {
                Column::Email => row.email = Some(Personal::new(text)),
                Column::UserName => row.name = Some(Personal::new(text)),
                Column::DisplayName => row.called = Some(Personal::new(cell)),
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
        let named = [&row.email, &row.name, &row.called];
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
            let seen = *first.entry(key(email)).or_insert(row.line);
            if seen != row.line {
                self.faults.push(RowFault::Duplicate {
                    line: row.line,
                    first: seen,
                });
            }
        }
    }
}

/// The reader counts the empty lines before a row as part of it; a person looks for the row itself.
fn line_of(record: &csv::StringRecord, text: &Text<'_>) -> u64 {
    record.position().map_or(0, |position| {
        let rest = usize::try_from(position.byte())
            .ok()
            .and_then(|byte| text.text.as_bytes().get(byte..));
        let empty = rest
            .unwrap_or_default()
            .iter()
            .take_while(|byte| **byte == b'\n')
            .count();
        position.line() + empty as u64 + text.from - 1
    })
}

fn key(cell: &Personal) -> String {
    letters::compared(cell.revealed())
}

/// Nothing, or one of the ways in which people write nothing.
fn is_empty(cell: &str) -> bool {
    let dashes = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    cell.chars().all(dashes) || cell.eq_ignore_ascii_case("n/a")
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
