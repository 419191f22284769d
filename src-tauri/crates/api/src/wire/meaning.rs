//! What an answer of the look-up means, for colours and next steps.

use serde::Serialize;
use switchback_directory::{Meaning, Stage};
use ts_rs::TS;

/// What a verdict means for somebody who wants to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum LookupMeaning {
    /// They can sign in.
    CanSignIn,
    /// They can sign in, but there is something that they must do, or can't.
    CanBut,
    /// They can't, before somebody else does something.
    CantSignIn,
    /// It can't be told.
    CantTell,
    /// They have not been moved yet.
    NotMigratedYet,
    /// A program signs in with it.
    NotAPerson,
}

impl From<Meaning> for LookupMeaning {
    fn from(meaning: Meaning) -> Self {
        match meaning {
            Meaning::CanSignIn => Self::CanSignIn,
            Meaning::CanBut => Self::CanBut,
            Meaning::CantSignIn => Self::CantSignIn,
            Meaning::CantTell => Self::CantTell,
            Meaning::NotMigratedYet => Self::NotMigratedYet,
            Meaning::NotAPerson => Self::NotAPerson,
        }
    }
}

/// How far a run has come with what people notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum RunStage {
    /// Nothing that people notice has been done.
    Before,
    /// It has been done, and not all of it was taken back.
    Switched,
    /// All of it was taken back.
    RolledBack,
}

impl From<Stage> for RunStage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Before => Self::Before,
            Stage::Switched => Self::Switched,
            Stage::RolledBack => Self::RolledBack,
        }
    }
}
