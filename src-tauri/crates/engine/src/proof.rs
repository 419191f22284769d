//! The capability to mutate, as a type: only the driver can make one, after approval, lease and
//! target identity are proven.

use switchback_model::{AttemptId, Witness};

/// Proof that the engine allows one mutating request now. It can't be made outside this crate.
#[derive(Debug)]
pub struct WriteCx {
    attempt: AttemptId,
    token: String,
    witness: Option<Witness>,
    _made_by_the_engine: Private,
}

#[derive(Debug)]
struct Private;

impl WriteCx {
    pub(crate) fn new(attempt: AttemptId, token: String, witness: Option<Witness>) -> Self {
        Self {
            attempt,
            token,
            witness,
            _made_by_the_engine: Private,
        }
    }

    /// The attempt that this request belongs to.
    #[must_use]
    pub fn attempt(&self) -> &AttemptId {
        &self.attempt
    }

    /// What the object showed of its past when it was read last, as it was written ahead.
    #[must_use]
    pub fn witness(&self) -> Option<&Witness> {
        self.witness.as_ref()
    }

    /// Run, step and attempt in one line, for the change comment.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}
