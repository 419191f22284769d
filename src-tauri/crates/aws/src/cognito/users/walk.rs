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
//! * The future is dropped: nothing was changed anywhere, and the walk stands where it stood.

use switchback_engine::ports::ProviderError;
use switchback_model::directory::{Account, PoolId};

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
    /// Goes on to the end of a pool, for as long as pages bring somebody new. `page` gets each page as it comes, before the
    /// next one is asked for, with how many accounts are known by now.
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
        while !walk.ended {
            let (users, next) = self.users_page(pool, None, walk.token.clone()).await?;
            let read = UserPage { users, next };
            let known = walk.take(&read);
            page(read, known);
            if walk.ended {
                break;
            }
            let lacks = match (walk.pages.go_round(), walk.pages.have_no_end()) {
                (true, _) => Some(ROUND),
                (false, true) => Some(NOBODY_NEW),
                (false, false) => None,
            };
            if let Some(lacks) = lacks {
                return Err(Broken {
                    endless: true,
                    ..incomplete(LIST.operation, lacks).into()
                });
            }
        }
        Ok(())
    }
}
