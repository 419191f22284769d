//! Who knows the canary of a pool.

use std::fmt;

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use zeroize::Zeroizing;

use crate::error::guard;

/// A pool's canary, as it was set. It shows nothing.
pub struct Known {
    /// The app client that it was set with.
    pub client: String,
    /// The user name.
    pub user: Zeroizing<String>,
    /// The password.
    pub password: Zeroizing<String>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known(not shown)")
    }
}

/// Why there is no canary, or none that may sign in now. The words hold no user name and no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCanary {
    /// What stands in the way, as a sentence without its full stop.
    pub message: String,
    /// How to mend it.
    pub hint: String,
}

impl NoCanary {
    /// As a refusal before anything was asked.
    pub(super) fn before(self, operation: &str) -> ProviderError {
        guard(operation, &self.message, &self.hint)
    }
}

/// For as long as it lives, nobody else of this program signs the canary in, and what tokens of it were kept are gone.
#[async_trait]
pub trait Held: Send + Sync {
    /// Notes that its sign-in was refused, so that nobody of this home tries again for a while.
    async fn refused(&mut self, why: &str, mend: &str);
}

/// The canaries of one target, and who may sign them in.
#[async_trait]
pub trait Canaries: Send + Sync {
    /// The canary of a pool.
    ///
    /// # Errors
    /// Where none is set, or it can't be read.
    async fn canary(&self, pool: &str) -> Result<Known, NoCanary>;

    /// Waits until nobody signs the canary in, drops its tokens, and keeps everybody else from it.
    async fn hold(&self, pool: &str) -> Box<dyn Held>;

    /// The same, to sign it in.
    ///
    /// # Errors
    /// Where a sign-in was refused a short while ago: whoever tries again and again locks the canary out.
    async fn hold_to_sign_in(&self, pool: &str) -> Result<Box<dyn Held>, NoCanary>;
}
