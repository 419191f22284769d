//! When pages have no end: what nothing that answers as AWS should do, and a search must not wait for.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use switchback_model::directory::Account;

use super::{MOST_PAGES, PAGE};

/// After so many pages one after the other with people of whom all are known already there is no end.
const MOST_STALE: usize = 3;
/// After so many pages of a whole pool it is asked how many people it has.
const FIRST: usize = 40;
/// The most pages of a pool that does not say how many people it has: room for 600,000.
const LAST: usize = 10_000;
/// What an answer lacks whose pages go round.
pub(super) const ROUND: &str = "next page, though it says that there is one: its pages go round";

/// What the pages that were read say of their end.
#[derive(Default)]
pub(super) struct Pages {
    read: usize,
    most: Option<usize>,
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
        self.read += 1;
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

    /// Whether they are so many that it is worth asking how many there should be.
    pub(super) fn are_many(&self) -> bool {
        self.read >= FIRST && self.most.is_none()
    }

    /// Takes how many people there should be: pages for twice as many may come, and some for nobody.
    pub(super) fn expect(&mut self, people: Option<usize>) {
        let page = usize::try_from(PAGE).unwrap_or(1);
        let most = people.map_or(LAST, |people| people * 2 / page + 2 * FIRST);
        self.most = Some(most);
    }

    /// Whether the pages of a whole pool have no end.
    pub(super) fn have_no_end(&self) -> bool {
        self.are_stale() || self.empty >= MOST_PAGES || self.read >= self.most.unwrap_or(LAST)
    }
}
