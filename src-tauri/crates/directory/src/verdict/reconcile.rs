//! Every row of the source list against whole pools, by the verdicts of the look-up. Pure.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use switchback_model::directory::{Account, Personal, PoolRole, PoolRules};

use super::{Answer, Facts, PoolAnswer, Read, Verdict, accounts};
use crate::letters;
use crate::query::MatchedBy;
use crate::source::{Row, RowFault, Source};

/// The verdict on one line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line, counted from 1.
    pub line: u64,
    /// The row; none where it could not be read.
    pub row: Option<&'a Row>,
    /// The verdict; none where the row could not be read, which says nothing about anybody.
    pub answer: Option<Answer>,
    /// What is wrong with the row, where something is.
    pub fault: Option<RowFault>,
    /// The accounts of the new pools that match.
    pub new: Arc<[&'a Account]>,
    /// How many accounts of the old pools match.
    pub old: usize,
}

impl Line<'_> {
    /// The verdict's word; `row_not_read` where the row could not be read.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.answer
            .as_ref()
            .map_or("row_not_read", |answer| answer.verdict.word())
    }
}

/// What the list and the pools say of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation<'a> {
    /// Every line of the list, in its order, those that could not be read among them.
    pub lines: Vec<Line<'a>>,
    /// How many accounts of the new pools are of no row; none where the list or a pool was not wholly
    /// read, because then nobody can tell.
    pub not_on_list: Option<usize>,
}

/// Judges every row. Each pool's answer holds everybody who could be read of it: where one is not whole,
/// nobody is called absent.
#[must_use]
pub fn reconcile<'a>(source: &'a Source, pools: &'a [PoolAnswer], now: Timestamp) -> Reconciliation<'a> {
    let pools: Vec<Indexed<'a>> = pools.iter().map(Indexed::of).collect();
    let mut same: HashMap<String, Vec<&'a Row>> = HashMap::with_capacity(source.rows().len());
    for row in source.rows() {
        if let Some(key) = key(row) {
            same.entry(key).or_default().push(row);
        }
    }
    // The first fault of a line is the one that is told with it.
    let faults: HashMap<u64, RowFault> = source.faults().iter().rev().map(|f| (f.line(), *f)).collect();
    // Rows of one person have one answer: each is judged once, however often the list has them.
    let judged: HashMap<&str, Judged<'a>> = same
        .iter()
        .map(|(key, rows)| (key.as_str(), judge_rows(key, rows, &pools, source, now)))
        .collect();
    let of_row = |row: &'a Row| {
        let fault = faults.get(&row.line).copied();
        match key(row).and_then(|key| judged.get(key.as_str())) {
            Some(judged) => Line {
                line: row.line,
                row: Some(row),
                answer: Some(judged.answer.clone()),
                fault,
                new: Arc::clone(&judged.new),
                old: judged.old,
            },
            None => Line {
                line: row.line,
                row: Some(row),
                answer: Some(nobody_to_look_for()),
                fault,
                new: Arc::default(),
                old: 0,
            },
        }
    };
    let mut lines: Vec<Line<'a>> = source.rows().iter().map(of_row).collect();
    let unread = source.faults().iter().filter(|fault| fault.leaves_out());
    lines.extend(unread.flat_map(|fault| {
        fault.left_out().into_iter().flatten().map(|line| Line {
            line,
            row: None,
            answer: None,
            fault: Some(*fault),
            new: Arc::default(),
            old: 0,
        })
    }));
    lines.sort_by_key(|line| line.line);
    let new = || pools.iter().filter(|pool| pool.answer.role == PoolRole::New);
    let told = source.is_whole() && new().all(|pool| pool.answer.read.is_whole());
    let not_on_list = told.then(|| {
        // A user name is unique in its pool, and in no other.
        let who = |account: &'a Account| (account.pool.as_str(), &account.username);
        let listed: HashSet<(&str, &Personal)> = judged
            .values()
            .flat_map(|judged| judged.new.iter().map(|account| who(account)))
            .collect();
        let pools = new().flat_map(|pool| pool.answer.read.accounts());
        let others: HashSet<(&str, &Personal)> = pools.map(who).filter(|who| !listed.contains(who)).collect();
        others.len()
    });
    Reconciliation { lines, not_on_list }
}

/// By what a row's person is found: the e-mail address, or the user name that stands for it.
fn key(row: &Row) -> Option<String> {
    row.email.as_ref().map(compared)
}

/// What is said of every row of one person.
struct Judged<'a> {
    answer: Answer,
    new: Arc<[&'a Account]>,
    old: usize,
}

fn judge_rows<'a>(
    key: &str,
    rows: &[&'a Row],
    pools: &[Indexed<'a>],
    source: &Source,
    now: Timestamp,
) -> Judged<'a> {
    let matched_by = if key.contains('@') {
        MatchedBy::Email
    } else {
        MatchedBy::Username
    };
    let found: Vec<(PoolRole, Vec<&'a Account>)> = pools
        .iter()
        .map(|pool| {
            let accounts = pool.of_key(matched_by).get(key).cloned();
            (pool.answer.role, accounts.unwrap_or_default())
        })
        .collect();
    let answers: Vec<PoolAnswer> = pools
        .iter()
        .zip(&found)
        .map(|(pool, (_, accounts))| pool.narrowed(accounts))
        .collect();
    let facts = Facts {
        typed: key,
        matched_by,
        new: accounts(&answers, PoolRole::New),
        old: accounts(&answers, PoolRole::Old),
        pools: &answers,
        odd: rows.iter().find_map(|row| row.odd),
        rows: rows.to_vec(),
        source: Some(source),
        now,
        listed: false,
    };
    let answer = facts.answer(key);
    let of = |role: PoolRole| found.iter().filter(move |(of, _)| *of == role);
    Judged {
        answer,
        new: of(PoolRole::New)
            .flat_map(|(_, accounts)| accounts.iter().copied())
            .collect(),
        old: of(PoolRole::Old).map(|(_, accounts)| accounts.len()).sum(),
    }
}

fn nobody_to_look_for() -> Answer {
    Answer {
        verdict: Verdict::CantTell,
        clear: false,
        sentence: "Can't tell: the row has neither an e-mail address nor a user name.".to_owned(),
        next_step: "Add the e-mail address to the list, then reconcile it again.".to_owned(),
        notes: Vec::new(),
    }
}

/// A pool whose people are found without going through all of them.
struct Indexed<'a> {
    answer: &'a PoolAnswer,
    by_email: HashMap<String, Vec<&'a Account>>,
    by_username: HashMap<String, Vec<&'a Account>>,
}

impl<'a> Indexed<'a> {
    fn of(answer: &'a PoolAnswer) -> Self {
        let accounts = answer.read.accounts();
        let mut by_email: HashMap<String, Vec<&Account>> = HashMap::with_capacity(accounts.len());
        let mut by_username: HashMap<String, Vec<&Account>> = HashMap::with_capacity(accounts.len());
        let mut known: HashSet<&Personal> = HashSet::with_capacity(accounts.len());
        for account in accounts {
            // Who was changed while the pages were read may stand on two of them.
            if !known.insert(&account.username) {
                continue;
            }
            if let Some(email) = &account.email {
                by_email.entry(compared(email)).or_default().push(account);
            }
            by_username
                .entry(compared(&account.username))
                .or_default()
                .push(account);
        }
        Self {
            answer,
            by_email,
            by_username,
        }
    }

    fn of_key(&self, matched_by: MatchedBy) -> &HashMap<String, Vec<&'a Account>> {
        match matched_by {
            MatchedBy::Username => &self.by_username,
            _ => &self.by_email,
        }
    }

    /// The same answer with those accounts alone.
    fn narrowed(&self, accounts: &[&Account]) -> PoolAnswer {
        let accounts: Vec<Account> = accounts.iter().map(|account| (*account).clone()).collect();
        PoolAnswer {
            pool: self.answer.pool.clone(),
            title: self.answer.title.clone(),
            role: self.answer.role,
            // Everybody was read, and is compared here whatever the letters.
            rules: Some(PoolRules {
                letter_case_counts: false,
                invitation_lives: self.answer.invitation_lives(),
            }),
            read: match self.answer.read {
                Read::Whole(_) => Read::Whole(accounts),
                Read::Cut(_, gap) => Read::Cut(accounts, gap),
                Read::Failed(why) => Read::Failed(why),
            },
        }
    }
}

fn compared(value: &Personal) -> String {
    letters::compared(value.revealed())
}

#[cfg(test)]
mod tests;
