//! The whole source list against the pools: read-only, recorded, into a file that only its owner may
//! read.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use switchback_directory::{Gap, Line, PoolAnswer, Read, Reconciliation, Source, WhyNot, reconcile};
use switchback_model::Operator;
use switchback_model::directory::{Account, Personal, Pool, PoolRole};

use super::{Desk, Place, UserPools, audit, port, purpose, view};
use crate::wire::ApiError;

/// Pools that are read at the same time: all of them share the account's quota.
const POOLS_AT_ONCE: usize = 2;
/// After so many people of a pool somebody who waits hears of it.
const TOLD_EVERY: usize = 3_000;

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

/// What a person asks.
pub struct Reconcile<'a> {
    /// The list.
    pub source: &'a Source,
    /// Why, where somebody said; whole addresses need it.
    pub purpose: Option<&'a str>,
    /// Whether the addresses stand in the file as they are, and not masked.
    pub reveal: bool,
    /// Who asks.
    pub by: &'a Operator,
    /// Hears how far a pool has been read, in words that name nobody.
    pub progress: &'a (dyn Fn(String) + Sync),
}

/// What was found, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Rows of the list, those that could not be read among them.
    pub rows: usize,
    /// Rows by verdict.
    pub verdicts: BTreeMap<String, usize>,
    /// Whether every pool was read to its end.
    pub complete: bool,
    /// Accounts of the new pools that are of no row; none where that can't be told.
    pub not_on_list: Option<usize>,
    /// Each pool's answer.
    pub pools: Vec<PoolRead>,
    /// What else one should know.
    pub notes: Vec<String>,
}

/// How far one pool was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolRead {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its side of the move.
    pub role: String,
    /// Accounts that were read.
    pub accounts: usize,
    /// `whole`, `cut`, or why nothing was read.
    pub state: String,
    /// What it answered.
    pub says: String,
    /// What to do about it.
    pub mend: Option<String>,
}

impl Desk {
    /// Reads every pool of a place and writes the verdict of each row to a new file.
    ///
    /// # Errors
    /// Where the file is there already, the purpose is empty, names somebody or is missing for whole
    /// addresses, no new pool could be read at all, or the audit trail or the file can't be written. Then there is no file.
    pub async fn reconcile(
        &self,
        place: &Place,
        pools: &dyn UserPools,
        ask: Reconcile<'_>,
        out: &Path,
    ) -> Result<Reconciled, ApiError> {
        let purpose = ask
            .purpose
            .map(|purpose| purpose::taken(purpose, None, None))
            .transpose()?;
        if ask.reveal && purpose.is_none() {
            return Err(purpose::refused("Whole addresses need a purpose."));
        }
        let answers: Vec<PoolAnswer> = stream::iter(&place.pools)
            .map(|pool| read(pools, pool, ask.progress))
            .buffered(POOLS_AT_ONCE)
            .collect()
            .await;
        let reads = answers.iter().map(pool_read).collect();
        let found = reconcile(ask.source, &answers, place.clock.now());
        let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
        for line in &found.lines {
            *verdicts.entry(line.word().to_owned()).or_default() += 1;
        }
        let done = Reconciled {
            rows: found.lines.len(),
            verdicts,
            complete: answers.iter().all(|answer| answer.read.is_whole()),
            not_on_list: found.not_on_list,
            pools: reads,
            notes: Vec::new(),
        };
        let failed = |answer: &PoolAnswer| matches!(answer.read, Read::Failed(_));
        if answers.iter().all(failed) {
            return Err(nothing_read(&answers));
        }
        // Made before it is recorded and kept only after: what can't be recorded is not shown.
        let draft = draft(&found, ask.reveal, out)?;
        let entry = audit::Entry {
            by: ask.by.to_string(),
            purpose,
            did: audit::Did::Reconcile {
                pools: place.pools.iter().map(|pool| pool.id.to_string()).collect(),
                rows: done.rows,
                complete: done.complete,
                revealed: ask.reveal,
            },
            subject: self.fingerprint(everybody_of(ask.source)).await,
        };
        audit::record(&self.trail, self.clock.now(), entry).await?;
        draft
            .persist_noclobber(out)
            .map_err(|error| not_written(out, &error.error))?;
        Ok(done)
    }
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

async fn read(pools: &dyn UserPools, pool: &Pool, progress: &(dyn Fn(String) + Sync)) -> PoolAnswer {
    let told = std::sync::atomic::AtomicUsize::new(0);
    let page = |known: usize| {
        use std::sync::atomic::Ordering::Relaxed;
        if known >= told.load(Relaxed) + TOLD_EVERY {
            told.store(known, Relaxed);
            progress(format!("{}: {known} accounts read so far.", pool.title));
        }
    };
    let everybody = pools.everybody(&pool.id, &page).await;
    let read = match everybody.ended {
        None => Read::Whole(everybody.accounts),
        Some(error) if everybody.accounts.is_empty() => Read::Failed(port::why_not(&error)),
        Some(error) => {
            let gap = Gap::Failed(port::why_not(&error));
            Read::Cut(everybody.accounts, gap)
        }
    };
    PoolAnswer {
        pool: pool.id.clone(),
        title: pool.title.clone(),
        role: pool.role,
        // Everybody is compared here whatever the letters; how long invitations live is the pool's to say.
        rules: match pool.role {
            PoolRole::New => pools.rules(&pool.id).await.ok(),
            PoolRole::Old => None,
        },
        read,
    }
}

fn pool_read(answer: &PoolAnswer) -> PoolRead {
    let accounts = answer.read.accounts().len();
    let (state, says, mend) = match answer.read {
        Read::Whole(_) => ("whole", format!("Read to its end: {accounts} accounts."), None),
        Read::Cut(..) => (
            "cut",
            format!("Not read to its end: it broke off after {accounts} accounts."),
            Some("Reconcile again. If it stays so, check the connection.".to_owned()),
        ),
        Read::Failed(_) => view::says(answer),
    };
    PoolRead {
        id: answer.pool.to_string(),
        title: answer.title.clone(),
        role: answer.role.word().to_owned(),
        accounts,
        state: state.to_owned(),
        says,
        mend,
    }
}

fn nothing_read(answers: &[PoolAnswer]) -> ApiError {
    let sign_in = |answer: &PoolAnswer| matches!(answer.read, Read::Failed(WhyNot::SignIn));
    let code = if answers.iter().any(sign_in) {
        "sign_in"
    } else {
        "unknown"
    };
    let first = answers.first().map(view::says);
    let (says, mend) = first.map_or_else(Default::default, |(_, says, mend)| {
        (says, mend.unwrap_or_default())
    });
    ApiError::new(
        code,
        format!("No pool could be read, so nothing was written. {says}"),
        mend,
        "the pools",
    )
}

/// The people of the list, for the keyed hash of the audit: the same list is known again.
fn everybody_of(source: &Source) -> String {
    let rows = source.rows().iter();
    let mut people: Vec<String> = rows
        .filter_map(|row| row.email.as_ref())
        .map(|email| email.revealed().to_lowercase())
        .collect();
    people.sort_unstable();
    people.join("\n")
}

/// The file beside its place, readable by its owner alone.
fn draft(found: &Reconciliation<'_>, reveal: bool, out: &Path) -> Result<tempfile::NamedTempFile, ApiError> {
    let failed = |error: &io::Error| not_written(out, error);
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".switchback-")
        .tempfile_in(folder)
        .map_err(|error| failed(&error))?;
    write(found, reveal, &mut file).map_err(|error| failed(&error))?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    Ok(file)
}

fn write(found: &Reconciliation<'_>, reveal: bool, file: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(file);
    csv.write_record(COLUMNS)?;
    for line in &found.lines {
        csv.write_record(cells(line, reveal).iter().map(|cell| inert(cell)))?;
    }
    csv.flush()
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
        let words: Vec<String> = line.new.iter().map(|account| of(account)).collect();
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

fn not_written(out: &Path, error: &io::Error) -> ApiError {
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
mod tests;
