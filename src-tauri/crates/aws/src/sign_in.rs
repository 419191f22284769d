//! How long the sign-in lasts: when a person has to sign in again.

use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::provider::ProvideCredentials as _;
use switchback_engine::sign_in::SignIn;

use crate::connect::Aws;

/// The end of the sign-in whose credentials were used last. It is noted in passing, never asked for:
/// asking could start a program of the person's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignInEnd(Arc<Mutex<Option<SignIn>>>);

impl SignInEnd {
    pub(crate) fn note(&self, end: Option<SignIn>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

impl SignInEnd {
    pub(crate) fn get(&self) -> Option<SignIn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Aws {
    /// When a person has to sign in again, on the clock of whoever issued the sign-in, and how. `None` =
    /// not known: no call was made yet, the credentials do not say (access keys), or they are renewed
    /// without a person.
    #[must_use]
    pub fn sign_in(&self) -> Option<SignIn> {
        self.sign_in.get()
    }

    /// The same with the credentials loaded where they never were. That they can't be loaded is told by
    /// the first call.
    pub async fn signed_in(&self) -> Option<SignIn> {
        if let Some(chain) = &self.credentials {
            let _ = chain.provide_credentials().await;
        }
        self.sign_in.get()
    }
}
