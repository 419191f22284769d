//! Readings: what was seen, against what was expected.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::time::Time;

/// What a reading or an answer means to a tired engineer. Order = rank, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum Tone {
    /// As expected.
    Passing,
    /// The target has no observer for it.
    NotApplicable,
    /// A change is on its way to users: old and new are both right.
    Switching,
    /// Time alone mends it.
    Waiting,
    /// Being looked at.
    Running,
    /// Not as expected.
    Failing,
    /// It can't be told; the worst rank.
    Unknown,
}

/// One check or monitor with its last reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReadingView {
    /// The check's or monitor's id.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// What it means now.
    pub tone: Tone,
    /// What was seen.
    pub observed: String,
    /// What was expected.
    pub expected: String,
    /// Where it was read.
    pub source: String,
    /// When; absent = never read.
    #[ts(as = "Option<Time>")]
    pub observed_at: Option<Timestamp>,
    /// Seconds since, at `RunSnapshot::now`.
    #[ts(type = "number | null")]
    pub age_s: Option<u64>,
    /// Seconds after which it is Unknown.
    pub believable_s: u32,
    /// For Waiting: when it is expected to pass.
    #[ts(as = "Option<Time>")]
    pub until: Option<Timestamp>,
    /// How to mend it.
    pub mend: Option<String>,
    /// Of one that is Unknown now: when it was last read failing, where nothing has told since that it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Time>")]
    pub last_failing: Option<Timestamp>,
    /// `observed_at` is of the last reading that was written down, and it is old: this program has read nothing since it
    /// opened the run. Only changes are written down, so when it was last read is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub before_opening: bool,
}
