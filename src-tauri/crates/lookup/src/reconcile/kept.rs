//! What of a reading is kept for the next process: each page, sealed, with no more of a person than a verdict rests on.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use switchback_aws::cognito::UserPage;
use switchback_journal::{Opened, Spool};
use switchback_model::directory::{Account, AccountStatus, Personal, Pool};
use zeroize::Zeroizing;

use super::reading::{PoolState, span};
use crate::wire::ApiError;

/// What was read longer ago is not believed, and swept away: too much of a pool may be another by then. Reading half a
/// million accounts at our usual pace takes less than an hour.
pub(super) const BELIEVED: SignedDuration = SignedDuration::from_hours(4);

/// One frame of the spool.
#[derive(Serialize, Deserialize)]
enum Frame {
    /// A page of the pool with this number.
    Page(usize, Timestamp, Option<String>, Vec<Person>),
    /// That pool began anew: its pages before this are of no use.
    Anew(usize),
}

/// An account, as far as a verdict rests on it: user name, e-mail address, whether that is verified, status, whether it
/// is enabled, when it was made and last changed.
#[derive(Serialize, Deserialize)]
struct Person(
    String,
    Option<String>,
    Option<bool>,
    String,
    Option<bool>,
    Option<Timestamp>,
    Option<Timestamp>,
);

/// Takes from accounts what no verdict rests on, so that it is held nowhere.
pub(super) fn slim(accounts: &mut [Account]) {
    for account in accounts {
        (account.sub, account.given_name, account.family_name) = (None, None, None);
    }
}

impl Person {
    fn of(account: &Account) -> Self {
        let shown = |value: &Personal| value.revealed().to_owned();
        Self(
            shown(&account.username),
            account.email.as_ref().map(shown),
            account.email_verified,
            account.status.word().to_owned(),
            account.enabled,
            account.created_at,
            account.modified_at,
        )
    }

    fn account(self, pool: &Pool) -> Account {
        let Self(username, email, email_verified, status, enabled, created_at, modified_at) = self;
        Account {
            pool: pool.id.to_string(),
            username: Personal::new(username),
            sub: None,
            email: email.map(Personal::new),
            email_verified,
            given_name: None,
            family_name: None,
            status: AccountStatus::from_api(&status),
            enabled,
            created_at,
            modified_at,
            mfa: None,
        }
    }
}

/// The spool, as long as it can be written.
pub(super) struct Kept {
    spool: Spool,
    lost: bool,
    took: Duration,
}

/// What an earlier process left.
pub(super) struct Left {
    /// Where each pool stands.
    pub states: Vec<PoolState>,
    /// Why something that was kept is of no use, in a sentence.
    pub useless: Option<String>,
}

impl Kept {
    /// Reads what an earlier process left of these pools, from each page to the next. What is too old, or of a time to
    /// come, is forgotten whole.
    pub(super) fn take_up(
        mut spool: Spool,
        pools: &[Pool],
        now: Timestamp,
    ) -> Result<(Self, Left), ApiError> {
        let mut states: Vec<PoolState> = pools.iter().map(|_| PoolState::default()).collect();
        let mut stale = None;
        let mut first = None;
        let opened = spool.replay(|frame| match serde_json::from_slice(frame) {
            Ok(Frame::Page(number, at, next, users)) => {
                let since = *first.get_or_insert(at);
                let age = now.duration_since(since);
                let (Some(state), Some(pool)) = (states.get_mut(number), pools.get(number)) else {
                    return false;
                };
                if age > BELIEVED || age.is_negative() {
                    stale = Some(since);
                    return false;
                }
                let users = users.into_iter().map(|person| person.account(pool)).collect();
                let page = UserPage { users, next };
                let known = state.walk.take(&page);
                state.take(at, page.users, known);
                true
            }
            Ok(Frame::Anew(number)) => states.get_mut(number).is_some_and(|state| {
                *state = PoolState::default();
                true
            }),
            Err(_) => false,
        })?;
        let lost = spool.unkept().is_some();
        let useless = match (stale, opened) {
            (Some(since), _) => Some(format!(
                "What was read before, {}, is not of the last {} hours, so it is read anew.",
                span((since, since)),
                BELIEVED.as_hours()
            )),
            (None, Opened::Nothing) => Some(
                "What was kept of an earlier reading does not open: it is of another comparison, another key or another \
                 version of this program, or harmed. So everything is read anew."
                    .to_owned(),
            ),
            (None, Opened::Empty | Opened::Frames) => None,
        };
        let kept = Self {
            spool,
            lost,
            took: Duration::ZERO,
        };
        Ok((kept, Left { states, useless }))
    }

    /// Whether what is read is kept.
    pub(super) fn is_kept(&self) -> bool {
        !self.lost
    }

    /// Keeps a page.
    ///
    /// # Errors
    /// Where it can't be, and none that follows either: behind a hole nothing is of use.
    pub(super) fn page(&mut self, pool: usize, at: Timestamp, page: &UserPage) -> Result<(), ApiError> {
        let began = Instant::now();
        // What an account has of a person is copied for this frame alone, and wiped with it.
        let people = page.users.iter().map(Person::of).collect();
        let kept = self.frame(&Frame::Page(pool, at, page.next.clone(), people));
        self.took += began.elapsed();
        kept
    }

    /// How long keeping the pages took, all together.
    pub(super) fn took(&self) -> Duration {
        self.took
    }

    /// Keeps that a pool began anew.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub(super) fn anew(&mut self, pool: usize) -> Result<(), ApiError> {
        self.frame(&Frame::Anew(pool))
    }

    fn frame(&mut self, frame: &Frame) -> Result<(), ApiError> {
        if self.lost {
            return Ok(());
        }
        let plain = Zeroizing::new(serde_json::to_vec(frame).unwrap_or_default());
        let kept = self.spool.append(&plain);
        self.lost = kept.is_err();
        Ok(kept?)
    }

    /// Forgets what was kept.
    pub(super) fn forget(self) {
        if let Err(error) = self.spool.remove() {
            // It is sealed, and swept away by a later comparison.
            tracing::warn!(%error, "what was kept of a reading is still there");
        }
    }
}
