//! The pools as the look-up sees them.

use async_trait::async_trait;
use switchback_directory::WhyNot;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::directory::{Account, Filter, Personal, PoolId, PoolRules};

/// Some of the accounts that a filter means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Whether the pool holds more that match, or may.
    pub more: bool,
    /// Whether the search was given up after many pages, before its end.
    pub stopped: bool,
}

/// Everybody in a pool, as far as they could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Everybody {
    /// The accounts that were read.
    pub accounts: Vec<Account>,
    /// Why the rest was not; only without it is nobody missing.
    pub ended: Option<ProviderError>,
}

/// Reads user pools. Nothing of it changes anything.
#[async_trait]
pub trait UserPools: Send + Sync {
    /// Whom a filter means, up to `limit` accounts (ListUsers, which costs nothing).
    async fn list(&self, pool: &PoolId, filter: &Filter, limit: usize) -> Result<Found, ProviderError>;

    /// What a pool's description says (DescribeUserPool): asked only where a verdict rests on it, which is
    /// where somebody would be called absent for a capital letter, or was invited.
    async fn rules(&self, pool: &PoolId) -> Result<PoolRules, ProviderError>;

    /// Everybody, page by page (ListUsers without a filter); `page` hears how many are known so far.
    async fn everybody(&self, pool: &PoolId, page: &(dyn Fn(usize) + Sync)) -> Everybody;

    /// One account with its second factors (AdminGetUser, which makes the user count as active in this
    /// month's bill): only on a person's request for this account.
    async fn detail(&self, pool: &PoolId, username: &Personal) -> Result<Option<Account>, ProviderError>;
}

/// Why there is no answer, as the verdict needs it.
pub(super) fn why_not(error: &ProviderError) -> WhyNot {
    match error.kind {
        ProviderErrorKind::Throttled => WhyNot::Throttled,
        ProviderErrorKind::Denied => WhyNot::Denied,
        ProviderErrorKind::Credentials => WhyNot::SignIn,
        // A pool of another region is refused before anything is sent.
        ProviderErrorKind::NotFound | ProviderErrorKind::Guard | ProviderErrorKind::Aside => {
            WhyNot::NoSuchPool
        }
        ProviderErrorKind::Connect | ProviderErrorKind::Tls | ProviderErrorKind::NoAnswer => {
            WhyNot::Unreachable
        }
        ProviderErrorKind::Busy
        | ProviderErrorKind::Refused
        | ProviderErrorKind::Conflict
        | ProviderErrorKind::Unclear
        | ProviderErrorKind::Untrue => WhyNot::Other,
    }
}
