//! How long the sign-in lasts, as the credentials themselves say.

use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use jiff::Timestamp;

use crate::connect::Aws;

/// The end of the credentials that were used last. It is noted in passing, never asked for: asking
/// could start a program of the person's own, or a prompt for a second factor.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignInEnd(Arc<Mutex<Option<Timestamp>>>);

/// A provider that notes when the credentials end which it hands on.
#[derive(Debug)]
struct Noting {
    inner: SharedCredentialsProvider,
    end: SignInEnd,
}

impl SignInEnd {
    /// The same credentials, with their end noted here.
    pub fn noting(&self, inner: SharedCredentialsProvider) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Noting {
            inner,
            end: self.clone(),
        })
    }

    fn note(&self, end: Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

impl ProvideCredentials for Noting {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let given = self.inner.provide_credentials().await?;
            self.end
                .note(given.expiry().and_then(|end| Timestamp::try_from(end).ok()));
            Ok(given)
        })
    }
}

impl Aws {
    /// When the sign-in ends, on the clock of whoever issued it. `None` = not known: no call was
    /// made yet, or the credentials do not say (access keys, some programs).
    #[must_use]
    pub fn sign_in_until(&self) -> Option<Timestamp> {
        *self.sign_in.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::{Duration, UNIX_EPOCH};

    use aws_credential_types::Credentials;

    use super::*;

    async fn noted(expiry: Option<Duration>) -> Option<Timestamp> {
        let end = SignInEnd::default();
        let fixed = Credentials::new("EXAMPLE", "example", None, expiry.map(|e| UNIX_EPOCH + e), "test");
        let provider = end.noting(SharedCredentialsProvider::new(fixed));
        assert_eq!(
            provider.provide_credentials().await.unwrap().access_key_id(),
            "EXAMPLE"
        );
        *end.0.lock().unwrap()
    }

    #[tokio::test]
    async fn the_end_is_noted_where_the_credentials_say_it() {
        let end = Timestamp::from_second(1_790_000_000).unwrap();
        assert_eq!(noted(Some(Duration::from_secs(1_790_000_000))).await, Some(end));
        assert_eq!(noted(None).await, None);
    }
}
