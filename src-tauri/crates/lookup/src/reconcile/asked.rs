//! What a person asks of a comparison, what they hear meanwhile, and what was found, in numbers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use switchback_directory::Source;
use switchback_model::Operator;

use super::{Counts, Plan};

/// What is heard while pools are read. None of it names anybody.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// What is about to be asked, before the first page is.
    Plan(&'a Plan),
    /// A page was read.
    Read(Counts),
    /// Something that one should know, in a sentence.
    Note(&'a str),
}

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
    /// Hears what is about to be asked, and how far it is.
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// What was found, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// What was about to be asked, as it was said before the first page.
    pub plan: Plan,
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
    /// Accounts that were read; who stands on two pages is one.
    pub accounts: usize,
    /// How many of them an earlier process read.
    pub read_before: usize,
    /// Requests that this took, those of earlier processes among them.
    pub requests: usize,
    /// When the first page was read; none where none was.
    pub read_from: Option<Timestamp>,
    /// When the last page was read.
    pub read_to: Option<Timestamp>,
    /// `whole`, `cut`, or why nothing was read.
    pub state: String,
    /// Why it was not read to its end, as the word of `state` for that; none where it was.
    pub why: Option<String>,
    /// What it answered.
    pub says: String,
    /// What to do about it.
    pub mend: Option<String>,
}
