//! What a comparison asks of AWS, said before it asks: from the pools' own estimates, which are about right at best.

use serde::Serialize;
use switchback_model::directory::Pool;

use super::reading::{PoolState, span};

/// The most accounts that one request gives (API reference, ListUsers, `Limit`).
pub(super) const PAGE: usize = 60;

/// What is about to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// About how many accounts all pools have; none where a pool does not say.
    pub accounts: Option<usize>,
    /// How many of them an earlier process has read, which is not asked for again.
    pub read_before: usize,
    /// About how many requests are left; none where a pool does not say how many accounts it has.
    pub requests: Option<usize>,
    /// Requests a second at most; none where nothing holds them up, as on the rehearsal.
    pub rate: Option<u32>,
    /// About how many minutes that takes at this rate, rounded up; none where one of the two is not known.
    pub minutes: Option<u64>,
    /// Whether what is read is kept, sealed, so that the same command goes on from it.
    pub kept: bool,
    /// Each pool.
    pub pools: Vec<PoolPlan>,
    /// When an earlier process read what it read, in words.
    #[serde(skip)]
    pub(super) read_when: Option<String>,
}

/// What is about to be asked of one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolPlan {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// About how many accounts it has, as it says itself.
    pub accounts: Option<usize>,
    /// How many of them an earlier process has read.
    pub read_before: usize,
    /// About how many requests are left.
    pub requests: Option<usize>,
}

impl Plan {
    /// `people` is how many accounts each pool says that it has.
    pub(super) fn of(
        pools: &[Pool],
        states: &[PoolState],
        people: &[Option<usize>],
        rate: Option<u32>,
        kept: bool,
    ) -> Self {
        let each = pools.iter().zip(states).zip(people);
        let pools: Vec<PoolPlan> = each
            .map(|((pool, state), people)| PoolPlan {
                id: pool.id.to_string(),
                title: pool.title.clone(),
                accounts: *people,
                read_before: state.known,
                requests: match state.walk.has_ended() {
                    true => Some(0),
                    // The last page is found by asking for it, so there is one at least.
                    false => people.map(|people| people.saturating_sub(state.known).div_ceil(PAGE).max(1)),
                },
            })
            .collect();
        let requests = pools.iter().map(|pool| pool.requests).sum::<Option<usize>>();
        let read = states
            .iter()
            .filter_map(|state| state.span)
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        Self {
            accounts: pools.iter().map(|pool| pool.accounts).sum(),
            read_before: pools.iter().map(|pool| pool.read_before).sum(),
            requests,
            rate,
            minutes: requests.zip(rate).map(|(requests, rate)| {
                let seconds = (requests as u64).div_ceil(u64::from(rate.max(1)));
                seconds.div_ceil(60)
            }),
            kept,
            pools,
            read_when: read.map(span),
        }
    }

    /// The same in sentences, each for a line of its own.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(when) = &self.read_when {
            said.push(format!(
                "Goes on from the {} accounts that were read before, {when}.",
                self.read_before
            ));
        }
        let rate = self.rate.map(|rate| format!("at most {rate} a second"));
        said.push(match (self.accounts, self.requests, &rate) {
            (Some(accounts), Some(0), _) => {
                format!(
                    "About {accounts} accounts in all: every page was read before, and no request is left."
                )
            }
            (Some(accounts), Some(requests), Some(rate)) => format!(
                "About {accounts} accounts in all: {}, {rate}, so about {}.",
                self.left(requests),
                match self.minutes {
                    Some(0 | 1) | None => "a minute or less".to_owned(),
                    Some(minutes) => format!("{minutes} minutes"),
                }
            ),
            (Some(accounts), Some(requests), None) => format!(
                "About {accounts} accounts in all: {}, which nothing holds up here.",
                self.left(requests)
            ),
            (_, _, rate) => {
                let silent = self.pools.iter().filter(|pool| pool.accounts.is_none());
                let silent: Vec<&str> = silent.map(|pool| pool.title.as_str()).collect();
                let how_many = match silent.len() {
                    1 => "does not say how many accounts it has",
                    _ => "do not say how many accounts they have",
                };
                format!(
                    "How long it takes is not known: {} {how_many}. A request gives up to {PAGE}{}.",
                    silent.join(" and "),
                    rate.as_ref().map(|rate| format!(", {rate}")).unwrap_or_default()
                )
            }
        });
        if !self.kept {
            said.push(
                "No keychain answers, so nothing is kept of what is read: if this is interrupted, it begins anew."
                    .to_owned(),
            );
        }
        said
    }

    fn left(&self, requests: usize) -> String {
        let (word, are) = match requests {
            1 => ("request", "is"),
            _ => ("requests", "are"),
        };
        match self.read_before {
            0 => format!("about {requests} {word} to read them"),
            _ => format!("about {requests} {word} {are} left"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::Timestamp;
    use switchback_model::directory::Account;

    use super::*;
    use crate::desk::tests::{NEW, account, place};

    #[test]
    fn where_every_page_was_read_before_no_request_is_left() {
        let mut states = [PoolState::default(), PoolState::default()];
        for state in &mut states {
            state.take(Timestamp::UNIX_EPOCH, vec![account(NEW, 0)], 1);
            state.walk.take(&crate::UserPage {
                users: Vec::new(),
                next: None,
            });
        }
        let said = Plan::of(&place().pools, &states, &[Some(1), Some(1)], Some(3), true).sentences();
        assert_eq!(
            said[1],
            "About 2 accounts in all: every page was read before, and no request is left."
        );
    }

    fn said(read: usize, people: [Option<usize>; 2], rate: Option<u32>) -> Vec<String> {
        let mut states = [PoolState::default(), PoolState::default()];
        if read > 0 {
            let users: Vec<Account> = (0..read).map(|_| account(NEW, 0)).collect();
            states[0].take(Timestamp::UNIX_EPOCH, users, read);
        }
        Plan::of(&place().pools, &states, &people, rate, true).sentences()
    }

    #[test]
    fn what_is_asked_is_said_as_far_as_it_is_known() {
        for (read, people, rate, says) in [
            (
                0,
                [Some(100_000), Some(0)],
                Some(3),
                "About 100000 accounts in all: about 1668 requests to read them, at most 3 a second, so about 10 minutes.",
            ),
            (
                0,
                [Some(100_000), Some(60)],
                None,
                "About 100060 accounts in all: about 1668 requests to read them, which nothing holds up here.",
            ),
            (
                0,
                [None, Some(60)],
                Some(3),
                "How long it takes is not known: Admins pool does not say how many accounts it has. A request gives up \
                 to 60, at most 3 a second.",
            ),
            (
                0,
                [None, None],
                None,
                "How long it takes is not known: Admins pool and Old Reval pool do not say how many accounts they have. \
                 A request gives up to 60.",
            ),
            (
                120,
                [Some(60), Some(5)],
                Some(30),
                "About 65 accounts in all: about 2 requests are left, at most 30 a second, so about a minute or less.",
            ),
        ] {
            assert_eq!(said(read, people, rate).last().unwrap(), says);
        }
        assert_eq!(
            said(120, [Some(600), Some(5)], None)[0],
            "Goes on from the 120 accounts that were read before, from 1970-01-01 00:00 to 00:00 UTC."
        );
    }
}
