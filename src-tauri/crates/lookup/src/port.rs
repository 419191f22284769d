//! The pools as the look-up sees them.

use async_trait::async_trait;
use switchback_aws::cognito::{Broken, UserPage, Walk};
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

/// Reads user pools. Nothing of it changes anything.
#[async_trait]
pub trait UserPools: Send + Sync {
    /// Whom a filter means, up to `limit` accounts (ListUsers, which costs nothing).
    async fn list(&self, pool: &PoolId, filter: &Filter, limit: usize) -> Result<Found, ProviderError>;

    /// What a pool's description says (DescribeUserPool): asked only where a verdict rests on it, which is
    /// where somebody would be called absent for a capital letter, or was invited.
    async fn rules(&self, pool: &PoolId) -> Result<PoolRules, ProviderError>;

    /// What a pool's description says, with about how many people it has (DescribeUserPool); none where it does not
    /// say.
    async fn about(&self, pool: &PoolId) -> Result<(PoolRules, Option<usize>), ProviderError>;

    /// How many pages of whole pools are asked for a second at most, over all of them; none where nothing holds them up.
    fn rate(&self) -> Option<u32>;

    /// Goes on to the end of a pool (ListUsers without a filter). `page` gets each page while the next is on its way, with how
    /// many accounts are known by now; where it breaks off, the walk stands behind the last one.
    async fn everybody(
        &self,
        pool: &PoolId,
        walk: &mut Walk,
        page: &mut (dyn FnMut(UserPage, usize) + Send),
    ) -> Result<(), Broken>;

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
        ProviderErrorKind::Busy | ProviderErrorKind::Unclear => WhyNot::Failing,
        ProviderErrorKind::Refused | ProviderErrorKind::Conflict | ProviderErrorKind::Untrue => WhyNot::Other,
    }
}

/// Why a pool broke off.
pub(super) fn why_broken(broken: &Broken) -> WhyNot {
    match broken.endless {
        true => WhyNot::Endless,
        false => why_not(&broken.error),
    }
}
