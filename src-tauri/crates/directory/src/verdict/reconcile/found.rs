//! Who is on the list, and whose accounts they are.

use std::collections::HashMap;

use indexmap::IndexMap;
use switchback_model::directory::{Account, Personal, PoolRole};

use super::settled::{Standing, Which, settled};
use super::{compared, key, looked_at};
use crate::query::MatchedBy;
use crate::source::{Row, Source};
use crate::verdict::PoolAnswer;
use crate::verdict::hints::{Elsewhere, Hints};

/// Somebody on the list: their rows, and their accounts with the number of the pool, in the order of pools.
#[derive(Default)]
pub(super) struct Person<'a> {
    pub(super) rows: Vec<&'a Row>,
    pub(super) accounts: Vec<(usize, &'a Account)>,
    pub(super) hints: Hints,
}

/// The accounts that have a user name which stands on the list beside an address, or have it as their address.
#[derive(Default)]
pub(super) struct Named<'a> {
    pub(super) accounts: Vec<(usize, &'a Account)>,
    /// Whether the new pools have one.
    new: bool,
    /// Whether the old ones have.
    old: bool,
}

/// Everybody on the list, by the address or the user name of their rows, and by the user name beside an address.
pub(super) struct People<'a> {
    by_key: IndexMap<String, Person<'a>>,
    /// Whom each row of the list is about, by their place in `by_key`: nobody is looked for a second time.
    of_row: Vec<Option<usize>>,
    pub(super) by_name: HashMap<String, Named<'a>>,
    /// Accounts whose user name is somebody's on the list, though they say that they have another address.
    pub(super) elsewhere: Vec<(usize, &'a Account)>,
}

/// The user name of a row, as it is compared, where it stands beside another e-mail address.
pub(super) fn name_beside(row: &Row) -> Option<String> {
    let (email, name) = (row.email.as_ref()?, row.name.as_ref()?);
    (email != name).then(|| compared(name))
}

/// What a key is: a list without addresses has user names.
pub(super) fn matched_by_key(key: &str) -> MatchedBy {
    if key.contains('@') {
        MatchedBy::Email
    } else {
        MatchedBy::Username
    }
}

impl<'a> People<'a> {
    /// Each row and each account is looked at once.
    pub(super) fn of(source: &'a Source, pools: &'a [PoolAnswer]) -> Self {
        let mut people = Self {
            by_key: IndexMap::with_capacity(source.rows().len()),
            of_row: Vec::with_capacity(source.rows().len()),
            by_name: HashMap::new(),
            elsewhere: Vec::new(),
        };
        for row in source.rows() {
            looked_at(1);
            let person = key(row).map(|key| {
                let entry = people.by_key.entry(key);
                let at = entry.index();
                entry.or_default().rows.push(row);
                at
            });
            people.of_row.push(person);
            if let Some(name) = name_beside(row) {
                people.by_name.entry(name).or_default();
            }
        }
        for (number, pool) in pools.iter().enumerate() {
            let accounts = pool.read.accounts();
            let standing = settled(accounts);
            for (at, account) in accounts.iter().enumerate() {
                looked_at(1);
                match standing.get(&at) {
                    None => people.take((number, pool.role), account, None),
                    Some(Standing::Torn(which)) => people.take((number, pool.role), account, Some(*which)),
                    Some(Standing::Repeated) => {}
                    Some(Standing::Outdated(by)) => {
                        let now = accounts.get(*by).and_then(|account| account.email.as_ref());
                        people.left_behind(pool.role, account, now);
                    }
                }
            }
        }
        people
    }

    /// Whom a row is about, by its place in the list: their number, their key, and what is known of them.
    pub(super) fn of_row(&self, row: usize) -> Option<(usize, &str, &Person<'a>)> {
        let at = (*self.of_row.get(row)?)?;
        let (key, person) = self.by_key.get_index(at)?;
        Some((at, key, person))
    }

    /// Everybody on the list.
    pub(super) fn all(&self) -> impl Iterator<Item = &Person<'a>> {
        self.by_key.values()
    }

    /// Takes an account for those who have its address, or its user name where they have no address or that is one.
    /// Of a torn one each address has a reading, and the user name the first.
    fn take(&mut self, (number, role): (usize, PoolRole), account: &'a Account, torn: Option<Which>) {
        let (email, name) = (account.email.as_ref().map(compared), compared(&account.username));
        let by_email = email.as_ref().filter(|email| email.contains('@'));
        if let Some(person) = by_email.and_then(|email| self.by_key.get_mut(email)) {
            person.accounts.push((number, account));
            person.hints.of(role).torn |= torn.is_some();
        }
        if by_email != Some(&name)
            && torn != Some(Which::Another)
            && let Some(person) = self.by_key.get_mut(&name)
        {
            // A user name that is an address is one of theirs, unless the account says that it has another.
            if matched_by_key(&name) == MatchedBy::Email && email.is_some() {
                person.hints.of(role).elsewhere = Some(Elsewhere::UserName);
                self.elsewhere.push((number, account));
            } else {
                person.accounts.push((number, account));
                person.hints.of(role).torn |= torn.is_some();
            }
        }
        // A user name on the list may be an account's address, as everybody may sign in by it.
        let names = [Some(&name), by_email.filter(|email| **email != name)];
        for name in names.into_iter().flatten() {
            if let Some(named) = self.by_name.get_mut(name) {
                named.accounts.push((number, account));
                match role {
                    PoolRole::New => named.new = true,
                    PoolRole::Old => named.old = true,
                }
            }
        }
    }

    /// Takes what an account was before, which has this address now.
    fn left_behind(&mut self, role: PoolRole, before: &Account, now: Option<&Personal>) {
        let Some(email) = before.email.as_ref().map(compared) else {
            return;
        };
        if Some(&email) != now.map(compared).as_ref()
            && let Some(person) = self.by_key.get_mut(&email)
        {
            person.hints.of(role).elsewhere.get_or_insert(Elsewhere::Moved);
        }
    }
}

impl Named<'_> {
    /// Whether the pools on one side of the move have somebody of this name.
    pub(super) fn is_in(&self, role: PoolRole) -> bool {
        match role {
            PoolRole::New => self.new,
            PoolRole::Old => self.old,
        }
    }
}
