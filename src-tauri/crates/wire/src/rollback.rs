//! Rollbacks: proposed, planned, under way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::change::PreviewView;
use super::reading::ReadingView;
use super::run::Answer;
use super::step::WayBackByName;
use super::time::Time;

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
    /// The ready-made ways back that would take something back now, in the plan's order; the proposed one among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<WayBackByName>>", optional)]
    pub rules: Vec<WayBackByName>,
    /// The titles of what it would take back, in order.
    pub order: Vec<String>,
    /// The ids of the steps that it would take back, in order.
    pub undoes: Vec<String>,
    /// What is lost by that, each once.
    pub loses: Vec<String>,
    /// The titles of steps that stand behind it, which nobody takes back without a loss.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub further_back: Vec<String>,
    /// How long that takes.
    pub takes: UndoTimeView,
    /// What that costs in work and time: "7 items, 1 by hand, 1 to tell, about 21 min". Empty = not known yet.
    #[serde(default)]
    pub price: String,
    /// What of it is proven, in the same words wherever it is said: "every condition proven", "1 thing not proven, 1 loss
    /// to accept". Empty where there is nothing to undo.
    #[serde(default)]
    pub proof: String,
    /// The break-glass sheet.
    pub sheet: SheetView,
}

/// How long going back takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct UndoTimeView {
    /// Seconds from the first call to the last after-check, the slowest of the tries that this home's
    /// journals tell of; absent = never measured here.
    #[ts(type = "number | null")]
    pub slowest_s: Option<u64>,
    /// Tries behind it.
    pub tries: u32,
    /// How many of them were rehearsals.
    pub rehearsals: u32,
    /// Longest time until compliant caches are back, in seconds; absent = not known yet.
    #[ts(type = "number | null")]
    pub caches_s: Option<u64>,
    /// Seconds that people need besides, for what is taken back by hand: as long as the plan gives them for doing it;
    /// absent = nothing is taken back by hand, or the plan gives no time. Not part of what was measured.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub by_hand_s: Option<u64>,
    /// Seconds for what the console takes back where not all of it was measured here: what was, and of the rest the time
    /// that the plan gives for doing it. Absent = all was measured, or the plan gives no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub planned_s: Option<u64>,
}

/// The break-glass sheet: the way back as AWS CLI commands, for the day on which this program can't
/// be used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct SheetView {
    /// When it was last exported; absent = never.
    #[ts(as = "Option<Time>")]
    pub exported_at: Option<Timestamp>,
    /// Up to which event it knows the run.
    #[ts(type = "number | null")]
    pub seq: Option<u64>,
    /// The file.
    pub file: Option<String>,
    /// Why it can't be relied on; absent = it is as new as the last change, or nothing was changed.
    pub stale: Option<String>,
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
    /// `undo`, `publish`, `manual` or `notice`.
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
    /// `to_do`, `running`, `done`, `stopped`; `your_turn` of an item of people; `unproven` of one that was made and whose
    /// check from outside did not pass in time; `failed` of one that went on beside that and whose call failed; `kept` where
    /// a person said that what stands there stays. Always `to_do` in a plan not yet confirmed.
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
    /// What it is called: the rule's own title, the step's; "everything".
    #[serde(default)]
    pub title: String,
    /// The items in order.
    pub items: Vec<RollbackItemView>,
    /// Breaches.
    pub breaches: Vec<BreachView>,
    /// Preconditions that do not hold: each must be overridden by name (check id).
    pub unproven: Vec<String>,
    /// What of these two is open, in the words of [`WayBack::proof`]; empty where nothing is.
    #[serde(default)]
    pub open: String,
    /// The decision that the rule waits for, where nobody has taken it: named, and no bar to the
    /// rollback.
    pub open_decision: Option<String>,
    /// Steps left as they are, in words.
    pub stays: Vec<String>,
    /// Steps in flight in the set: stopped and resolved first.
    pub in_flight: Vec<String>,
    /// Longest time until compliant caches are back, in seconds.
    #[ts(type = "number")]
    pub caches_s: u64,
    /// How long all of it takes.
    pub takes: UndoTimeView,
    /// What it costs in work and time, in the words of [`WayBack::price`].
    #[serde(default)]
    pub price: String,
}

/// A rollback under way or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RollbackProgress {
    /// `running`, `halted`, `completed` or `abandoned`.
    pub state: String,
    /// The event by which it was confirmed, or last asked to try again: tells it from the one before it.
    #[serde(default)]
    #[ts(type = "number")]
    pub asked_seq: u64,
    /// What was asked.
    pub scope: ScopeView,
    /// What it is called: the rule's own title, the step's; "everything".
    #[serde(default)]
    pub title: String,
    /// The items.
    pub items: Vec<RollbackItemView>,
    /// Why it stopped.
    pub why: Option<String>,
    /// It stands at an item that a person does: nothing failed.
    #[serde(default)]
    pub your_turn: bool,
    /// What was seen from outside of each change that was taken back.
    #[serde(default)]
    pub seen: Vec<SeenView>,
    /// What is left for people, in order: what they do, and what they look at.
    #[serde(default)]
    pub left: Vec<String>,
    /// Of one that is complete: what users still can't do because it is closed on purpose, by the monitors that look.
    #[serde(default)]
    pub restricted: Vec<RestrictedView>,
    /// Of one that is complete: titles of the steps that were left in place, by the journal.
    #[serde(default)]
    pub stays: Vec<String>,
}

/// What is closed to users on purpose, and the monitor that looks whether it is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RestrictedView {
    /// The steps that closed it, by their titles.
    pub by: Vec<String>,
    /// The monitor that looks at it, by its id in `RunSnapshot::monitors`.
    pub monitor: String,
    /// What is so while it passes, without a full stop.
    pub sentence: String,
}

/// What was seen from outside of a change that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct SeenView {
    /// The step.
    pub step: String,
    /// Its title.
    pub title: String,
    /// Servers, resolvers, the site's own answer, by when the rest.
    pub sentence: String,
}
