//! Pools in memory that count what they are asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::directory::{Filter, LookupBy, Personal, PoolId, PoolRules};

use crate::desk::*;
use crate::{Broken, Found, UserPage, Walk};

/// Pools in memory that count what they are asked.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) accounts: Vec<Account>,
    pub(crate) more: bool,
    pub(crate) stopped: bool,
    /// Answers everybody, whatever is asked.
    pub(crate) deaf: bool,
    /// What each pool says of itself; nothing where nobody may ask.
    pub(crate) rules: Option<PoolRules>,
    pub(crate) described: AtomicUsize,
    pub(crate) fails: Vec<(&'static str, ProviderErrorKind)>,
    /// Whether the pool that fails does so because its pages have no end.
    pub(crate) endless: bool,
    pub(crate) lists: AtomicUsize,
    pub(crate) details: AtomicUsize,
    /// Pages of whole pools that were given.
    pub(crate) pages: AtomicUsize,
    /// After so many pages the process dies: no page comes any more.
    pub(crate) dies_after: Option<usize>,
    pub(crate) died: tokio::sync::Notify,
    /// So many tokens are no longer taken.
    pub(crate) stale_tokens: AtomicUsize,
    /// What each pool says of how many people it has.
    pub(crate) people: Option<usize>,
    pub(crate) rate: Option<u32>,
    /// Lets go once so many pools are being asked at the same time.
    pub(crate) together: Option<tokio::sync::Barrier>,
}

impl Fake {
    pub(crate) fn with(accounts: Vec<Account>) -> Self {
        Self {
            accounts,
            ..Self::default()
        }
    }
}

fn failing(kind: ProviderErrorKind) -> ProviderError {
    ProviderError {
        kind,
        operation: "ListUsers".to_owned(),
        message: "AWS said no".to_owned(),
        hint: None,
        request_id: None,
        sent: false,
    }
}

#[async_trait]
impl UserPools for Fake {
    async fn list(&self, pool: &PoolId, filter: &Filter, limit: usize) -> Result<Found, ProviderError> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        if let Some(together) = &self.together {
            together.wait().await;
        }
        if let Some((_, kind)) = self.fails.iter().find(|(id, _)| *id == pool.as_str()) {
            return Err(failing(*kind));
        }
        let wanted = filter.value().revealed();
        let of = |account: &&Account| {
            account.pool == pool.as_str()
                && (self.deaf
                    || match filter.by() {
                        LookupBy::Email => account.email.as_ref().is_some_and(|v| v.revealed() == wanted),
                        LookupBy::Sub => account.sub.as_ref().is_some_and(|v| v.revealed() == wanted),
                        LookupBy::Username => account.username.revealed() == wanted,
                        LookupBy::UsernamePrefix => account.username.revealed().starts_with(wanted),
                        LookupBy::EmailPrefix => account
                            .email
                            .as_ref()
                            .is_some_and(|v| v.revealed().starts_with(wanted)),
                        LookupBy::GivenNamePrefix => account
                            .given_name
                            .as_ref()
                            .is_some_and(|v| v.revealed().starts_with(wanted)),
                        LookupBy::FamilyNamePrefix => account
                            .family_name
                            .as_ref()
                            .is_some_and(|v| v.revealed().starts_with(wanted)),
                    })
        };
        let accounts: Vec<Account> = self.accounts.iter().filter(of).take(limit).cloned().collect();
        Ok(Found {
            accounts,
            more: self.more,
            stopped: self.stopped,
        })
    }

    async fn rules(&self, _pool: &PoolId) -> Result<PoolRules, ProviderError> {
        self.described.fetch_add(1, Ordering::Relaxed);
        self.rules.ok_or_else(|| ProviderError {
            kind: ProviderErrorKind::Denied,
            operation: "DescribeUserPool".to_owned(),
            message: "no".to_owned(),
            hint: None,
            request_id: None,
            sent: false,
        })
    }

    async fn about(&self, pool: &PoolId) -> Result<(PoolRules, Option<usize>), ProviderError> {
        match (self.people, self.rules) {
            // Who may ask for one thing may ask for the other.
            (Some(people), None) => {
                let rules = PoolRules {
                    letter_case_counts: false,
                    invitation_lives: None,
                };
                Ok((rules, Some(people)))
            }
            (people, _) => Ok((self.rules(pool).await?, people)),
        }
    }

    fn rate(&self) -> Option<u32> {
        self.rate
    }

    async fn everybody(
        &self,
        pool: &PoolId,
        walk: &mut Walk,
        page: &mut (dyn FnMut(UserPage, usize) + Send),
    ) -> Result<(), Broken> {
        let all: Vec<Account> = (self.accounts.iter())
            .filter(|account| account.pool == pool.as_str())
            .cloned()
            .collect();
        while !walk.has_ended() {
            let from: usize = walk.token().map_or(0, |token| token.parse().unwrap());
            let stale = |left: usize| left.checked_sub(1);
            if from > 0
                && self
                    .stale_tokens
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, stale)
                    .is_ok()
            {
                let error = failing(ProviderErrorKind::Refused);
                return Err(Broken {
                    token: true,
                    ..error.into()
                });
            }
            if self.dies_after == Some(self.pages.load(Ordering::Relaxed)) {
                self.died.notify_one();
                std::future::pending::<()>().await;
            }
            self.pages.fetch_add(1, Ordering::Relaxed);
            let to = all.len().min(from + 60);
            let fails = self.fails.iter().find(|(id, _)| *id == pool.as_str());
            let read = UserPage {
                users: all[from..to].to_vec(),
                next: (to < all.len() || fails.is_some()).then(|| to.to_string()),
            };
            let known = walk.take(&read);
            if !(read.users.is_empty() && fails.is_some()) {
                page(read, known);
            }
            if let (Some((_, kind)), true) = (fails, to == all.len()) {
                return Err(Broken {
                    endless: self.endless,
                    ..failing(*kind).into()
                });
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn detail(&self, _pool: &PoolId, username: &Personal) -> Result<Option<Account>, ProviderError> {
        self.details.fetch_add(1, Ordering::Relaxed);
        let found = self.accounts.iter().find(|account| account.username == *username);
        Ok(found.cloned().map(|account| Account {
            mfa: Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]),
            ..account
        }))
    }
}
