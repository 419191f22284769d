//! Rejections: a command that is not accepted, by name. A neutral notice, not a failure.

use std::fmt;

/// Why a command was not accepted; hosts branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectionCode {
    /// What the person saw is not what is there now.
    StaleScreen,
    /// The command does not fit the state.
    NotNow,
    /// A rollback that was asked for would restore nothing: a fact, no failure.
    NothingToUndo,
    /// A reading is too old to act on.
    Unknown,
    /// A check stands in the way.
    CheckFailed,
    /// A rule of the plan or of the target refuses it.
    Guard,
    /// A reason must be given.
    NeedsReason,
    /// The plan has no such thing.
    NotFound,
    /// The value is not of the type asked for.
    BadValue,
}

/// A command that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why, for programs.
    pub code: RejectionCode,
    /// Why, in one sentence.
    pub message: String,
    /// What to do instead.
    pub hint: String,
}

impl Rejection {
    /// Puts the three together.
    pub fn new(code: RejectionCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message, self.hint)
    }
}

impl std::error::Error for Rejection {}
