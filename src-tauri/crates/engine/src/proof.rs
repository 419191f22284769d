//! The capability to mutate, as a type: only the driver can make one, after approval, lease and
//! target identity are proven.

use std::fmt;
use std::sync::Arc;

use switchback_model::{AttemptId, Witness};

use crate::ports::Marks;

/// Proof that the engine allows one mutating request now. It can't be made outside this crate.
pub struct WriteCx {
    attempt: AttemptId,
    token: String,
    witness: Option<Witness>,
    marks: Arc<dyn Marks>,
    _made_by_the_engine: Private,
}

struct Private;

impl fmt::Debug for WriteCx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteCx")
            .field("attempt", &self.attempt)
            .field("token", &self.token)
            .field("witness", &self.witness)
            .finish_non_exhaustive()
    }
}

impl WriteCx {
    pub(crate) fn new(
        attempt: AttemptId,
        token: String,
        witness: Option<Witness>,
        marks: Arc<dyn Marks>,
    ) -> Self {
        Self {
            attempt,
            token,
            witness,
            marks,
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

    /// Where it is written down that the request leaves now.
    #[must_use]
    pub fn marks(&self) -> &dyn Marks {
        &*self.marks
    }

    /// Run, step and attempt in one line, for the change comment.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}
