//! What an answer of the look-up means, for colours and next steps.

use serde::Serialize;
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
