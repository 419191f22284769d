//! How long the sign-in lasts: when a person has to sign in again.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::connect::Aws;

/// The end of the sign-in whose credentials were used last. It is noted in passing, never asked for:
/// asking could start a program of the person's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignInEnd(Arc<Mutex<Option<Timestamp>>>);

impl SignInEnd {
    pub(crate) fn note(&self, end: Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

impl Aws {
    /// When a person has to sign in again, on the clock of whoever issued the sign-in. `None` = not
    /// known: no call was made yet, the credentials do not say (access keys), or they are renewed
    /// without a person.
    #[must_use]
    pub fn sign_in_until(&self) -> Option<Timestamp> {
        *self.sign_in.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
