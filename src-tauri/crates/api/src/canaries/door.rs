//! Where a canary signs in.

use async_trait::async_trait;
use switchback_aws::Aws;
use switchback_aws::cognito::{Credentials, NotSignedIn};
use switchback_engine::ports::ProviderError;
use switchback_journal::Canary;
use switchback_model::directory::{Personal, PoolId};
use switchback_probes::IdToken;

/// A look whether somebody is there, and one sign-in, tried once.
#[async_trait]
pub(crate) trait Door: Send + Sync {
    /// Whether the pool has this canary. A sign-in to one that does not would make it there.
    async fn has(&self, pool: &PoolId, canary: &Canary) -> Result<bool, ProviderError>;
    /// Whether the pool has the user of this `sub`, whatever the name is.
    async fn has_sub(&self, pool: &PoolId, sub: &str) -> Result<bool, ProviderError>;
    /// The ID token of a canary of this pool.
    async fn sign_in(&self, pool: &PoolId, canary: &Canary) -> Result<IdToken, NotSignedIn>;
}

#[async_trait]
impl Door for Aws {
    async fn has(&self, pool: &PoolId, canary: &Canary) -> Result<bool, ProviderError> {
        self.has_user(pool, &Personal::new(canary.user().to_owned()))
            .await
    }

    async fn has_sub(&self, pool: &PoolId, sub: &str) -> Result<bool, ProviderError> {
        self.has_user(pool, &Personal::new(sub.to_owned())).await
    }

    async fn sign_in(&self, pool: &PoolId, canary: &Canary) -> Result<IdToken, NotSignedIn> {
        let who = Credentials {
            client: canary.client(),
            user: canary.user(),
            password: canary.password(),
        };
        let mut token = self.sign_in_to(pool.as_str(), who).await?;
        Ok(IdToken::new(std::mem::take(&mut *token)))
    }
}
