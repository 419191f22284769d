//! Rollbacks: proposed, planned, under way.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::change::PreviewView;
use super::reading::ReadingView;
use super::run::Answer;

/// Whether and how the run can go back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct WayBack {
    /// The headline: "Can go back", "Can go back: 2 things not proven", "Nothing to undo yet".
    pub answer: Answer,
    /// What is not proven, each with its mend.
    pub missing: Vec<String>,
    /// Whether there is anything to undo: the button is there whenever this is true.
    pub something_to_undo: bool,
    /// What the button proposes, for `rollback_plan` and `submit_run`.
    pub proposal: Option<ScopeView>,
    /// The steps that it would undo, in order.
    pub order: Vec<String>,
}

/// What to take back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum ScopeView {
    /// One step.
    Step(String),
    /// A rule.
    Rule(String),
    /// Everything with an effect.
    All,
}

/// One item of a rollback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RollbackItemView {
    /// Its id.
    pub id: String,
    /// The step.
    pub step: Option<String>,
    /// One line.
    pub title: String,
    /// `undo`, `manual` or `notice`.
    pub kind: String,
    /// What it restores, line by line.
    pub restores: Vec<String>,
    /// What is there now, line by line.
    pub now: Vec<String>,
    /// Where the object is not as Switchback left it: what it had left there, line by line.
    pub changed_outside: Option<Vec<String>>,
    /// What is lost; empty = nothing.
    pub loses: Vec<String>,
    /// Why it is in the set.
    pub because: String,
    /// What must hold before.
    pub preconditions: Vec<ReadingView>,
    /// The exact calls.
    pub preview: Option<PreviewView>,
    /// `to_do`, `running`, `done` or `stopped`; always `to_do` in a plan not yet confirmed.
    pub state: String,
}

/// A breach of coherence that the rollback would leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct BreachView {
    /// Its id.
    pub id: String,
    /// Why it is wrong.
    pub because: String,
    /// Steps to undo as well.
    pub repair: Vec<String>,
}

/// A rollback's plan, as shown before the confirm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RollbackPlanView {
    /// What the confirm names.
    pub digest: String,
    /// What was asked.
    pub scope: ScopeView,
    /// The items in order.
    pub items: Vec<RollbackItemView>,
    /// Breaches.
    pub breaches: Vec<BreachView>,
    /// Preconditions that do not hold: each must be overridden by name (check id).
    pub unproven: Vec<String>,
    /// Steps left as they are, in words.
    pub stays: Vec<String>,
    /// Steps in flight in the set: stopped and resolved first.
    pub in_flight: Vec<String>,
    /// Longest time until compliant caches are back, in seconds.
    #[ts(type = "number")]
    pub caches_s: u64,
}

/// A rollback under way or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RollbackProgress {
    /// `running`, `halted`, `completed` or `abandoned`.
    pub state: String,
    /// The items.
    pub items: Vec<RollbackItemView>,
    /// Why it stopped.
    pub why: Option<String>,
}
