//! The states of a step and of a run.

use serde::{Deserialize, Serialize};

/// How a step came to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoneHow {
    /// Applied and verified.
    Verified,
    /// Nothing to change, or a step without an action.
    WithoutEffect,
    /// A person accepted what verification could not prove.
    Accepted,
    /// A person said that it is so.
    Attested,
    /// The undo failed, or took back other fields only, and a person keeps the effect.
    Kept,
}

/// The state of a step. The transitions are in `architecture.md`, "Engine".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StepState {
    /// Nothing has happened.
    ToDo,
    /// Its before-checks run.
    Checking,
    /// A before-check stands in the way.
    Blocked,
    /// Every before-check passed.
    Ready,
    /// Try `n` is in flight, or waits to be tried again.
    Applying {
        /// The try.
        n: u32,
    },
    /// Applied; looked at from outside.
    Verifying {
        /// The try.
        n: u32,
    },
    /// Done.
    Done {
        /// How.
        how: DoneHow,
    },
    /// Applied, but an after-check did not pass in time.
    Unverified,
    /// Not applied: the world is as before.
    Failed,
    /// It is not known whether try `n` was applied.
    InDoubt {
        /// The try.
        n: u32,
    },
    /// Somebody else changed the object.
    Foreign,
    /// Found done by hand.
    Adopted,
    /// Undo try `n` is in flight, or waits to be tried again.
    Undoing {
        /// The try.
        n: u32,
    },
    /// Undone; looked at from outside.
    UndoVerifying {
        /// The try.
        n: u32,
    },
    /// Taken back.
    Undone {
        /// By a person's word rather than proof.
        accepted: bool,
    },
    /// Not undone: the world is as after.
    UndoFailed,
    /// Undone, but an after-check did not pass in time.
    UndoUnverified,
    /// It is not known whether undo try `n` was applied.
    UndoInDoubt {
        /// The try.
        n: u32,
    },
    /// Somebody else changed the object while it was undone.
    UndoForeign,
    /// Left out, with a reason.
    Skipped,
}

impl StepState {
    /// Whether an effect of the step may exist in the world.
    #[must_use]
    pub fn may_have_effect(self) -> bool {
        match self {
            Self::ToDo
            | Self::Checking
            | Self::Blocked
            | Self::Ready
            | Self::Failed
            | Self::Skipped
            | Self::Undone { .. } => false,
            Self::Done { how } => how != DoneHow::WithoutEffect,
            Self::Applying { .. }
            | Self::Verifying { .. }
            | Self::Unverified
            | Self::InDoubt { .. }
            | Self::Foreign
            | Self::Adopted
            | Self::Undoing { .. }
            | Self::UndoVerifying { .. }
            | Self::UndoFailed
            | Self::UndoUnverified
            | Self::UndoInDoubt { .. }
            | Self::UndoForeign => true,
        }
    }

    /// Whether a call may be on its way.
    #[must_use]
    pub fn is_in_flight(self) -> bool {
        matches!(
            self,
            Self::Applying { .. } | Self::InDoubt { .. } | Self::Undoing { .. } | Self::UndoInDoubt { .. }
        )
    }

    /// The state in the words of the window.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ToDo => "To do",
            Self::Checking => "Checking",
            Self::Blocked => "Blocked",
            Self::Ready => "Ready",
            Self::Applying { .. } => "Running",
            Self::Verifying { .. } => "Verifying",
            Self::Done { .. } => "Done",
            Self::Unverified => "Not verified",
            Self::Failed => "Failed",
            Self::InDoubt { .. } => "In doubt",
            Self::Foreign | Self::UndoForeign => "Changed by somebody else",
            Self::Adopted => "Adopted",
            Self::Undoing { .. } => "Undoing",
            Self::UndoVerifying { .. } => "Verifying undo",
            Self::Undone { .. } => "Undone",
            Self::UndoFailed => "Undo failed",
            Self::UndoUnverified => "Undo not verified",
            Self::UndoInDoubt { .. } => "Undo in doubt",
            Self::Skipped => "Skipped",
        }
    }
}

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Commands are taken.
    Open,
    /// No new applies until a person resumes.
    Held,
    /// Stopping: a call in flight is being resolved.
    Stopping,
    /// Stopped; no new applies until a person resumes.
    Stopped,
}
