//! The result: a new file that only its owner may read, written line by line as verdicts are made.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use switchback_directory::{Line, Reconciliation, SHOWN};
use switchback_model::directory::{Account, Personal};

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
    file: tempfile::NamedTempFile,
    /// Rows by verdict.
    pub verdicts: BTreeMap<String, usize>,
}

/// Where a draft lies until it is whole: beside its place, under a name of this work alone. What a killed process left
/// there is removed; nobody else is at this work, because the spool is locked.
fn beside(out: &Path, name: &str) -> io::Result<tempfile::NamedTempFile> {
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let prefix = format!(".switchback-{name}");
    match fs::remove_file(folder.join(&prefix)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    tempfile::Builder::new()
        .prefix(&prefix)
        .rand_bytes(0)
        .tempfile_in(folder)
}

/// Refuses a place where no draft can be made, before anybody waits for hours.
///
/// # Errors
/// Says why there can be none.
pub(super) fn refuse_closed(out: &Path, name: &str) -> Result<(), ApiError> {
    beside(out, name)
        .and_then(tempfile::NamedTempFile::close)
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
    /// Writes every line.
    ///
    /// # Errors
    /// Where the file can't be written; then there is none.
    pub(super) fn of(
        found: &Reconciliation<'_>,
        reveal: bool,
        out: &Path,
        name: &str,
    ) -> Result<Self, ApiError> {
        let failed = |error: &io::Error| not_written(out, error);
        let mut file = beside(out, name).map_err(|error| failed(&error))?;
        let verdicts = write(found, reveal, &mut file).map_err(|error| failed(&error))?;
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        Ok(Self { file, verdicts })
    }

    /// Puts it in its place, where nothing may be yet.
    ///
    /// # Errors
    /// Where something is, or it can't be put there.
    pub(super) fn persist(self, out: &Path) -> Result<(), ApiError> {
        let persisted = self.file.persist_noclobber(out);
        persisted
            .map(drop)
            .map_err(|error| not_written(out, &error.error))
    }
}

fn write(
    found: &Reconciliation<'_>,
    reveal: bool,
    file: &mut dyn Write,
) -> io::Result<BTreeMap<String, usize>> {
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
