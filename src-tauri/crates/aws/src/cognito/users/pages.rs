//! When pages have no end: what nothing that answers as AWS should do, and a search must not wait for.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use switchback_model::directory::Account;

use super::MOST_PAGES;

/// After so many pages one after the other with people of whom all are known already there is no end.
const MOST_STALE: usize = 3;
/// The most people that are read of a pool: AWS's own limit (Cognito quotas, "Users per user pool").
const MOST_PEOPLE: usize = 40_000_000;
/// What an answer lacks whose pages go round.
pub(super) const ROUND: &str = "next page, though it says that there is one: its pages go round";
/// What an answer lacks that has the same people, or nobody, page after page.
pub(super) const NOBODY_NEW: &str = "end, though page after page has nobody new";

/// What the pages that were read say of their end.
#[derive(Default)]
pub(super) struct Pages {
    /// Every token and every user name, as hashes: a pool of a million people has many.
    tokens: HashSet<u64>,
    people: HashSet<u64>,
    hash: RandomState,
    stale: usize,
    empty: usize,
    round: bool,
}

impl Pages {
    /// Takes a page and the token of the next one.
    pub(super) fn take(&mut self, found: &[Account], next: Option<&str>) {
        if found.is_empty() {
            self.empty += 1;
        } else {
            self.empty = 0;
            let mut new = false;
            for account in found {
                new |= self
                    .people
                    .insert(self.hash.hash_one(account.username.revealed()));
            }
            self.stale = if new { 0 } else { self.stale + 1 };
        }
        if let Some(token) = next {
            self.round |= !self.tokens.insert(self.hash.hash_one(token));
        }
    }

    /// Whether a token came a second time.
    pub(super) fn go_round(&self) -> bool {
        self.round
    }

    /// Whether page after page has somebody, and nobody new.
    pub(super) fn are_stale(&self) -> bool {
        self.stale >= MOST_STALE
    }

    /// How many accounts they had.
    pub(super) fn people(&self) -> usize {
        self.people.len()
    }

    /// Whether the pages of a whole pool have no end. While they bring new people they may have one, however many there
    /// should be.
    pub(super) fn have_no_end(&self) -> bool {
        self.are_stale() || self.empty >= MOST_PAGES || self.people() > MOST_PEOPLE
    }
}
