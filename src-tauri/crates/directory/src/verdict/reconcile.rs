//! Every row of the source list against whole pools, by the verdicts of the look-up. Pure.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use switchback_model::directory::{Account, Personal, PoolRole, PoolRules};

use self::found::{Named, People, Person};
use super::hints::{Elsewhere, Hints};
use super::{Answer, Facts, PoolAnswer, Read, Verdict};
use crate::letters;
use crate::source::{Row, RowFault, Source};

mod found;
mod settled;

/// The verdict on one line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line, counted from 1.
    pub line: u64,
    /// The row; none where it could not be read.
    pub row: Option<&'a Row>,
    /// The verdict; none where the row could not be read, which says nothing about anybody.
    pub answer: Option<Arc<Answer>>,
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

/// What the list and the pools say of each other. It holds each person's key, and besides that only where rows and
/// accounts stand: verdicts are made as they are asked for, and kept for none but those who are on the list twice.
///
/// All of it is linear in accounts and rows: each account is looked at once to find whose it is, each row once to find
/// who it is, and both once more for the one verdict on their person.
pub struct Reconciliation<'a> {
    source: &'a Source,
    pools: &'a [PoolAnswer],
    now: Timestamp,
    people: People<'a>,
    /// The first fault of a line is the one that is told with it.
    faults: HashMap<u64, RowFault>,
    /// The lines that could not be read, in their order.
    unread: Vec<(u64, RowFault)>,
}

/// Finds the accounts of every row. Each pool's answer holds everybody who could be read of it: where one is not whole,
/// nobody is called absent.
#[must_use]
pub fn reconcile<'a>(source: &'a Source, pools: &'a [PoolAnswer], now: Timestamp) -> Reconciliation<'a> {
    let people = People::of(source, pools);
    let faults = source.faults().iter();
    let unread = faults.clone().filter(|fault| fault.leaves_out());
    let lines = |fault: &'a RowFault| fault.left_out().into_iter().flatten().map(|line| (line, *fault));
    let mut unread: Vec<(u64, RowFault)> = unread.flat_map(lines).collect();
    unread.sort_by_key(|(line, _)| *line);
    Reconciliation {
        source,
        pools,
        now,
        people,
        faults: faults.rev().map(|fault| (fault.line(), *fault)).collect(),
        unread,
    }
}

impl<'a> Reconciliation<'a> {
    /// Every line of the list with its verdict, in the list's order, those that could not be read among them.
    pub fn lines(&self) -> impl Iterator<Item = Line<'a>> + '_ {
        let mut rows = self.source.rows().iter().enumerate().peekable();
        let mut unread = self.unread.iter().peekable();
        // Rows of one person have one answer: each is judged once, however often the list has them.
        let mut judged: HashMap<usize, Judged<'a>> = HashMap::new();
        std::iter::from_fn(move || {
            let of_row = rows.peek().map(|(_, row)| row.line);
            match unread.next_if(|(line, _)| of_row.is_none_or(|row| *line < row)) {
                Some((line, fault)) => Some(Line {
                    line: *line,
                    row: None,
                    answer: None,
                    fault: Some(*fault),
                    new: Arc::default(),
                    old: 0,
                }),
                None => rows.next().map(|(at, row)| self.line(at, row, &mut judged)),
            }
        })
    }

    fn line(&self, at: usize, row: &'a Row, judged: &mut HashMap<usize, Judged<'a>>) -> Line<'a> {
        looked_at(1);
        let person = self.people.of_row(at);
        let found = person.map(|(number, key, person)| {
            if person.rows.len() < 2 {
                return self.judged(key, person);
            }
            let found = judged.entry(number);
            found.or_insert_with(|| self.judged(key, person)).clone()
        });
        let found = found.unwrap_or_else(|| Judged {
            answer: Arc::new(nobody_to_look_for()),
            new: Arc::default(),
            old: 0,
        });
        Line {
            line: row.line,
            row: Some(row),
            answer: Some(found.answer),
            fault: self.faults.get(&row.line).copied(),
            new: found.new,
            old: found.old,
        }
    }

    /// How many accounts of the new pools are of no row; none where the list or a pool was not wholly read, because
    /// then nobody can tell.
    #[must_use]
    pub fn not_on_list(&self) -> Option<usize> {
        let new = || self.pools.iter().filter(|pool| pool.role == PoolRole::New);
        if !self.source.is_whole() || !new().all(|pool| pool.read.is_whole()) {
            return None;
        }
        // A user name is unique in its pool, and in no other.
        let who = |account: &'a Account| (account.pool.as_str(), &account.username);
        let all: HashSet<(&str, &Personal)> = new().flat_map(|pool| pool.read.accounts()).map(who).collect();
        let listed = self.people.all().flat_map(|person| &person.accounts);
        // Who has the user name of a row is somebody of whom the list knows.
        let named = self
            .people
            .by_name
            .values()
            .flat_map(|named: &Named<'a>| &named.accounts);
        let listed = listed
            .chain(named)
            .chain(&self.people.elsewhere)
            .filter(|(pool, _)| self.pools[*pool].role == PoolRole::New);
        let listed: HashSet<(&str, &Personal)> = listed.map(|(_, account)| who(account)).collect();
        Some(all.len() - listed.len())
    }

    /// What is known of a person beside the accounts that have their address.
    fn hints(&self, person: &Person<'a>) -> Hints {
        let mut hints = person.hints;
        if self.people.by_name.is_empty() {
            return hints;
        }
        // Several accounts are told as such; of one it is asked whether it is the one that has the name.
        let theirs = |role: PoolRole| -> Vec<String> {
            let of_role = person
                .accounts
                .iter()
                .filter(|(pool, _)| self.pools[*pool].role == role);
            let names = |account: &Account| {
                let email = account.email.as_ref().map(compared);
                [Some(compared(&account.username)), email]
            };
            of_role
                .take(2)
                .flat_map(|(_, account)| names(account))
                .flatten()
                .collect()
        };
        looked_at(person.rows.len() + person.accounts.len());
        let theirs = [PoolRole::New, PoolRole::Old].map(|role| (role, theirs(role)));
        for name in person.rows.iter().filter_map(|row| found::name_beside(row)) {
            let named = self.people.by_name.get(&name);
            for (role, theirs) in &theirs {
                if named.is_some_and(|named| named.is_in(*role)) && !theirs.contains(&name) {
                    hints.of(*role).elsewhere = Some(Elsewhere::UserName);
                }
            }
        }
        hints
    }

    fn judged(&self, key: &str, person: &Person<'a>) -> Judged<'a> {
        looked_at(person.rows.len() + person.accounts.len());
        let accounts = person.accounts.as_slice();
        let answers: Vec<PoolAnswer> = (0..self.pools.len())
            .map(|number| {
                let of_pool = accounts.iter().filter(|(of, _)| *of == number);
                narrowed(
                    &self.pools[number],
                    of_pool.map(|(_, account)| (*account).clone()),
                )
            })
            .collect();
        let facts = Facts {
            typed: key,
            matched_by: found::matched_by_key(key),
            new: super::accounts(&answers, PoolRole::New),
            old: super::accounts(&answers, PoolRole::Old),
            pools: &answers,
            odd: person.rows.iter().find_map(|row| row.odd),
            rows: person.rows.clone(),
            source: Some(self.source),
            now: self.now,
            listed: false,
            hints: self.hints(person),
        };
        let of = |role: PoolRole| {
            accounts
                .iter()
                .filter(move |(of, _)| self.pools[*of].role == role)
        };
        Judged {
            answer: Arc::new(facts.answer(key)),
            new: of(PoolRole::New).map(|(_, account)| *account).collect(),
            old: of(PoolRole::Old).count(),
        }
    }
}

/// By what a row's person is found: the e-mail address, or the user name that stands for it.
fn key(row: &Row) -> Option<String> {
    row.email.as_ref().map(compared)
}

/// What is said of every row of one person.
#[derive(Clone)]
struct Judged<'a> {
    answer: Arc<Answer>,
    new: Arc<[&'a Account]>,
    old: usize,
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

/// A pool's answer with those accounts alone.
fn narrowed(pool: &PoolAnswer, accounts: impl Iterator<Item = Account>) -> PoolAnswer {
    let accounts: Vec<Account> = accounts.collect();
    PoolAnswer {
        pool: pool.pool.clone(),
        title: pool.title.clone(),
        role: pool.role,
        // Everybody was read, and is compared here whatever the letters.
        rules: Some(PoolRules {
            letter_case_counts: false,
            invitation_lives: pool.invitation_lives(),
        }),
        read: match pool.read {
            Read::Whole(_) => Read::Whole(accounts),
            Read::Cut(_, gap) => Read::Cut(accounts, gap),
            Read::Failed(why) => Read::Failed(why),
        },
    }
}

/// Counts what is looked at: the tests hold it to a line.
fn looked_at(_rows_or_accounts: usize) {
    #[cfg(test)]
    tests::LOOKED_AT.with(|count| count.set(count.get() + _rows_or_accounts));
}

fn compared(value: &Personal) -> String {
    letters::compared(value.revealed())
}

#[cfg(test)]
mod tests;
