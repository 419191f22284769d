//! Which reading of an account counts, where it stands on several pages: who is changed while the pages are read does.

use std::collections::{HashMap, HashSet};

use switchback_model::directory::{Account, Personal};

use super::looked_at;

/// What a reading is, beside the other readings of the same account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Another one says the same.
    Repeated,
    /// The one at this place came later.
    Outdated(usize),
    /// Another one says something else, and no date tells which came later.
    Torn(Which),
}

/// One of several readings that contradict each other, each with another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    First,
    Another,
}

/// The readings of those accounts that stand on several pages, but for the one that counts. Where a date is missing, or
/// two are equal, only readings that say the same count as one.
pub(super) fn settled(accounts: &[Account]) -> HashMap<usize, Standing> {
    let mut first: HashMap<&Personal, usize> = HashMap::with_capacity(accounts.len());
    let mut again: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, account) in accounts.iter().enumerate() {
        looked_at(1);
        let known = *first.entry(&account.username).or_insert(at);
        if known != at {
            again.entry(known).or_insert_with(|| vec![known]).push(at);
        }
    }
    let mut standing = HashMap::new();
    for readings in again.values() {
        settle(accounts, readings, &mut standing);
    }
    standing
}

fn settle(accounts: &[Account], readings: &[usize], standing: &mut HashMap<usize, Standing>) {
    looked_at(readings.len());
    let modified = |at: usize| accounts.get(at).and_then(|account| account.modified_at);
    let latest = readings.iter().filter_map(|at| modified(*at)).max();
    let may_count = |at: &&usize| modified(**at).is_none_or(|when| Some(when) == latest);
    let candidates: Vec<usize> = readings.iter().filter(may_count).copied().collect();
    let dated = candidates.iter().rfind(|at| modified(**at).is_some());
    let Some(counts) = dated.or(candidates.last()).copied() else {
        return;
    };
    for at in readings.iter().filter(|at| !may_count(at)) {
        standing.insert(*at, Standing::Outdated(counts));
    }
    let says = |at: usize| accounts.get(at).map(said);
    if candidates.iter().all(|at| says(*at) == says(counts)) {
        let others = candidates.iter().filter(|at| **at != counts);
        standing.extend(others.map(|at| (*at, Standing::Repeated)));
        return;
    }
    // Each address has one of them: the account is one, wherever it is found.
    let mut addresses: HashSet<Option<&Personal>> = HashSet::new();
    for at in candidates {
        let which = match addresses.is_empty() {
            true => Which::First,
            false => Which::Another,
        };
        let address = accounts.get(at).and_then(|account| account.email.as_ref());
        standing.insert(
            at,
            match addresses.insert(address) {
                true => Standing::Torn(which),
                false => Standing::Repeated,
            },
        );
    }
}

/// What of an account a verdict rests on, besides its dates.
fn said(account: &Account) -> impl PartialEq + '_ {
    (
        account.email.as_ref(),
        account.email_verified,
        account.status,
        account.enabled,
    )
}
