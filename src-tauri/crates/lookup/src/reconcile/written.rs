//! The result: a new file that only its owner may read, written line by line as verdicts are made.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use switchback_directory::{Line, Reconciliation, SHOWN};
use switchback_model::directory::{Account, Personal};

use super::nameless::{self, Nameless};
use crate::wire::ApiError;

/// The head of the file.
const COLUMNS: [&str; 11] = [
    "line",
    "person",
    "verdict",
    "sentence",
    "next_step",
    "notes",
    "new_accounts",
    "old_accounts",
    "status",
    "enabled",
    "row_fault",
];

/// The result, not yet in its place, and the number of its rows by verdict.
pub(super) struct Draft {
    file: Nameless,
    /// Rows by verdict.
    pub verdicts: BTreeMap<String, usize>,
}

/// Refuses a place where no result can be made, before anybody waits for hours. `name` is this work's: what an earlier
/// version of this program left there when it was killed is removed.
///
/// # Errors
/// Says why there can be none.
pub(super) fn refuse_closed(out: &Path, name: &str) -> Result<(), ApiError> {
    nameless::remove_left(out, name)
        .and_then(|()| Nameless::beside(out))
        .map(drop)
        .map_err(|error| not_written(out, &error))
}

/// Refuses a file that is there already: what somebody made from it is not lost by a second call.
///
/// # Errors
/// Where there is one, or nobody can tell.
pub fn refuse_existing(out: &Path) -> Result<(), ApiError> {
    match out.symlink_metadata() {
        Ok(_) => Err(not_written(out, &io::ErrorKind::AlreadyExists.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(not_written(out, &error)),
    }
}

impl Draft {
    /// Writes every line into a file that has no name, so that nothing of it is left where this process ends.
    ///
    /// # Errors
    /// Where the file can't be written; then there is none.
    pub(super) fn of(found: &Reconciliation<'_>, reveal: bool, out: &Path) -> Result<Self, ApiError> {
        let failed = |error: io::Error| not_written(out, &error);
        let mut file = Nameless::beside(out).map_err(failed)?;
        let verdicts = write(found, reveal, file.writer()).map_err(failed)?;
        file.synced().map_err(failed)?;
        Ok(Self { file, verdicts })
    }

    /// Puts it in its place, where nothing may be yet. It is recorded before: from here on what it holds can be read.
    ///
    /// # Errors
    /// Where something is, or it can't be put there.
    pub(super) fn persist(self, out: &Path, name: &str) -> Result<(), ApiError> {
        let named = self.file.named(out, name);
        named.map_err(|error| not_written(out, &error))
    }
}

fn write(found: &Reconciliation<'_>, reveal: bool, file: impl Write) -> io::Result<BTreeMap<String, usize>> {
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    let mut csv = csv::Writer::from_writer(file);
    csv.write_record(COLUMNS)?;
    for line in found.lines() {
        match verdicts.get_mut(line.word()) {
            Some(rows) => *rows += 1,
            None => drop(verdicts.insert(line.word().to_owned(), 1)),
        }
        csv.write_record(cells(&line, reveal).iter().map(|cell| inert(cell)))?;
    }
    csv.flush()?;
    Ok(verdicts)
}

fn cells(line: &Line<'_>, reveal: bool) -> [String; COLUMNS.len()] {
    let row = line.row;
    let person = row.and_then(|row| row.email.as_ref());
    let shown = |person: &Personal| match reveal {
        true => person.revealed().to_owned(),
        false => person.masked(),
    };
    let answer = line.answer.as_ref();
    let count = |count: usize| {
        if answer.is_some() {
            count.to_string()
        } else {
            String::new()
        }
    };
    let each = |of: &dyn Fn(&Account) -> String| {
        // As many as a look-up shows: a list with one person a thousand times, and a pool with them a thousand times, would
        // else be a file of a million words.
        let mut words: Vec<String> = line.new.iter().take(SHOWN).map(|account| of(account)).collect();
        if line.new.len() > SHOWN {
            words.push(format!("and {} more", line.new.len() - SHOWN));
        }
        words.join(" ")
    };
    [
        line.line.to_string(),
        person.map(shown).unwrap_or_default(),
        line.word().to_owned(),
        answer.map_or_else(
            || "Nobody can tell who is meant: the row could not be read.".to_owned(),
            |answer| answer.sentence.clone(),
        ),
        answer.map_or_else(
            || "Mend the row in the list, then reconcile it again.".to_owned(),
            |answer| answer.next_step.clone(),
        ),
        answer.map(|answer| answer.notes.join(" ")).unwrap_or_default(),
        count(line.new.len()),
        count(line.old),
        each(&|account| account.status.word().to_owned()),
        each(&|account| match account.enabled {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => "not said".to_owned(),
        }),
        line.fault.map(|fault| fault.to_string()).unwrap_or_default(),
    ]
}

/// A cell that no spreadsheet runs: what begins like a formula gets an apostrophe before it (OWASP, "CSV
/// Injection").
fn inert(cell: &str) -> String {
    let first = cell.trim_start().chars().next();
    let runs = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if runs || cell.starts_with(['\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

pub(super) fn not_written(out: &Path, error: &io::Error) -> ApiError {
    let place = out.display().to_string();
    match error.kind() {
        io::ErrorKind::AlreadyExists => ApiError::new(
            "bad_input",
            "There is already a file of this name, and it is never written over.",
            "Give the name of a new file, or move the old one away.",
            place,
        ),
        kind => ApiError::new(
            "bad_input",
            format!("The result can't be written: {kind}."),
            "Name a new file in a folder that you may write to.",
            place,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn a_cell_that_begins_like_a_formula_is_made_inert() {
        for cell in ["=1+1", "+44", "-1", "@x", "\t=1", " =1", "＝1", "\rx"] {
            assert_eq!(inert(cell), format!("'{cell}"));
        }
        for cell in ["", "a=b", "12", "ann@example.nhs.test", "•••"] {
            assert_eq!(inert(cell), cell);
        }
    }
}
