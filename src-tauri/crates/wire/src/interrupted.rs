//! What was under way when a console ended before its time.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was interrupted, and what was found of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct InterruptedView {
    /// What was interrupted, in one line without a full stop.
    pub title: String,
    /// What really happened, or that it is being looked at, in a sentence or two.
    pub sentence: String,
    /// The step that was in flight; absent = none was.
    pub step: Option<String>,
    /// Whether it is known what really happened.
    pub settled: bool,
}

/// Where a run of the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum RunStanding {
    /// A call is in flight or in doubt, or a rollback is not at its end.
    Interrupted,
    /// There is something left to do.
    Open,
    /// Every step is finished.
    Finished,
    /// Its journal can't be read.
    Unknown,
}
