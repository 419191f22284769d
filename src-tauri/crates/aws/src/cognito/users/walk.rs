//! Everybody in a pool, page by page, from the beginning or from where an earlier process stood.
//!
//! What can go wrong at the one await, a page:
//! * It is refused because of the pace: it is asked for again, later and later, five times in all; then the walk stops,
//!   and stands where it stood.
//! * No answer, or a connection that breaks: the same. A page is read whole or not at all, and the token moves on only
//!   with it.
//! * The sign-in runs out: the walk stops, and stands.
//! * AWS no longer takes the token (how long one lives it does not say): [`Broken::token`]. Where one stood can't be
//!   said any more, so who walks begins anew.
//! * The future is dropped: nothing was changed anywhere, and the walk stands where it stood. The page that was on its
//!   way is given up with it.
//!
//! A page is asked for, read and understood by a task of its own while whoever walks deals with the page before it: the
//! service is not kept waiting for that.

use std::panic::resume_unwind;

use switchback_engine::ports::ProviderError;
use switchback_model::directory::{Account, PoolId};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::pages::{NOBODY_NEW, Pages, ROUND};
use super::{Aws, LIST, incomplete};

/// A page of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// The accounts, in the pool's order. Somebody who was changed meanwhile may be on two pages.
    pub users: Vec<Account>,
    /// By what AWS gives the next page; none at the end.
    pub next: Option<String>,
}

/// Where one stands in a pool.
#[derive(Default)]
pub struct Walk {
    pages: Pages,
    token: Option<String>,
    ended: bool,
}

impl Walk {
    /// Takes a page that was read before, by which one goes on from there, and says how many accounts are known by now:
    /// who is on two pages is one.
    pub fn take(&mut self, page: &UserPage) -> usize {
        self.pages.take(&page.users, page.next.as_deref());
        self.token.clone_from(&page.next);
        self.ended = page.next.is_none();
        self.pages.people()
    }

    /// By what the next page is asked for; none at the beginning.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Whether every page was read.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }
}

/// Why a walk broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What was answered.
    pub error: ProviderError,
    /// Whether AWS refused the token of the next page: one can only begin anew.
    pub token: bool,
    /// Whether the pages have no end: going on from there would end there, too.
    pub endless: bool,
}

impl From<ProviderError> for Broken {
    fn from(error: ProviderError) -> Self {
        Self {
            error,
            token: false,
            endless: false,
        }
    }
}

impl Aws {
    /// Goes on to the end of a pool, for as long as pages bring somebody new. `page` gets each page as it comes, while the
    /// next one is on its way, with how many accounts are known by now.
    ///
    /// # Errors
    /// As [`Self::list_users`], and `Untrue` where the pages go round or have no end. What was read until then stays
    /// read: the walk stands behind the last page that `page` got.
    pub async fn every_user(
        &self,
        pool: &PoolId,
        walk: &mut Walk,
        page: &mut (dyn FnMut(UserPage, usize) + Send),
    ) -> Result<(), Broken> {
        self.is_here(LIST.operation, pool)?;
        if walk.ended {
            return Ok(());
        }
        let mut on_its_way = OnItsWay::default();
        on_its_way.ask(self, pool, walk);
        loop {
            let read = on_its_way.come().await?;
            let known = walk.take(&read);
            let lacks = match (walk.pages.go_round(), walk.pages.have_no_end()) {
                _ if walk.ended => None,
                (true, _) => Some(ROUND),
                (false, true) => Some(NOBODY_NEW),
                (false, false) => None,
            };
            let goes_on = !walk.ended && lacks.is_none();
            if goes_on {
                on_its_way.ask(self, pool, walk);
            }
            page(read, known);
            if let Some(lacks) = lacks {
                return Err(Broken {
                    endless: true,
                    ..incomplete(LIST.operation, lacks).into()
                });
            }
            if !goes_on {
                return Ok(());
            }
        }
    }
}

/// The page that is on its way; it is given up when this is dropped.
#[derive(Default)]
struct OnItsWay(JoinSet<Result<UserPage, Broken>>);

impl OnItsWay {
    /// Asks for the page at which a walk stands.
    fn ask(&mut self, aws: &Aws, pool: &PoolId, walk: &Walk) {
        let (aws, pool, token) = (aws.clone(), pool.clone(), walk.token.clone());
        let page = async move {
            let (users, next) = aws.users_page(&pool, None, token).await?;
            Ok(UserPage { users, next })
        };
        self.0.spawn(page.in_current_span());
    }

    async fn come(&mut self) -> Result<UserPage, Broken> {
        match self.0.join_next().await {
            Some(Ok(page)) => page,
            Some(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
            // Nobody gives it up while it is waited for, except the whole program, which ends.
            Some(Err(_)) | None => Err(incomplete(LIST.operation, "end: this program is ending").into()),
        }
    }
}
