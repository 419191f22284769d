//! Phases and steps, with everything that a step's page shows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::change::{PreviewView, ResourceView};
use super::gate::{GateView, TimesView};
use super::reading::ReadingView;
use super::rollback::UndoTimeView;
use super::time::Time;

/// Something that a person may do with a step now, or why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Offer {
    /// The command's word: `check`, `apply`, `skip`, `accept`, `reopen`, `inspect`,
    /// `resolve-before` …
    pub command: String,
    /// The button's words.
    pub label: String,
    /// Whether it is the step's main button.
    pub primary: bool,
    /// Whether a reason must be given.
    pub needs_reason: bool,
    /// Why it can't be done now; absent = it can.
    pub refused: Option<String>,
}

/// One numbered try.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AttemptView {
    /// `step/generation/way/n`.
    pub id: String,
    /// `apply` or `undo`.
    pub way: String,
    /// When it was written ahead.
    #[ts(as = "Time")]
    pub started_at: Timestamp,
    /// What became of it, in words.
    pub outcome: String,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// What inspection found, in one word.
    pub finding: Option<String>,
    /// What went wrong, in one sentence.
    pub problem: Option<String>,
    /// What was proven on the way to it, each in a sentence without its full stop.
    pub proven: Vec<String>,
}

/// A ready-made way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct WayBackByName {
    /// The rule's id, for `rollback_plan`.
    pub rule: String,
    /// What it is called by those who wrote the plan.
    pub title: String,
}

/// One step with everything that its page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct StepView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The item of the written plan.
    pub plan_ref: String,
    /// check, action, attest or notice.
    pub kind: String,
    /// Why a person carries it out; absent = the console does.
    pub why_not_automated: Option<String>,
    /// The state's name: `to_do`, `checking` …
    pub state: String,
    /// The state in the window's words.
    pub state_words: String,
    /// What happened or is to be done, in one sentence; empty where the state says all.
    pub note: String,
    /// The ready-made ways back that take this step back, where it did not come off; empty where it did.
    #[serde(default)]
    pub ways_back: Vec<WayBackByName>,
    /// Where the step can't be taken back alone: the ids of the steps that are taken back instead, and with which it
    /// goes. Absent = it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub undone_with: Option<Vec<String>>,
    /// Counts reopenings.
    pub generation: u32,
    /// Why the step exists.
    pub why: String,
    /// What a notice says; absent where the runbook holds no words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub notice: Option<String>,
    /// What to look at.
    pub look_at: Vec<String>,
    /// What can go wrong.
    pub risks: Vec<String>,
    /// Who is in charge.
    pub owner: Option<String>,
    /// Whom it affects.
    pub affects: Option<String>,
    /// Planned seconds.
    pub expected_s: Option<u32>,
    /// Planned time against actual, of the current generation.
    pub times: TimesView,
    /// How it is taken back, in words.
    pub reversibility: String,
    /// Its edges.
    pub needs: Vec<String>,
    /// Its order.
    pub after: Vec<String>,
    /// Steps whose change it makes seen; empty = it publishes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub publishes: Vec<String>,
    /// Of those, the ones whose change nobody knows to be seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub unseen: Vec<String>,
    /// The checks that can be read and recorded together now, this one first; empty where there are not two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub together: Vec<String>,
    /// People chose another in its place: it counts as absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub left_out: bool,
    /// It could begin by itself, and its gate is not open or another step comes first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub waits: bool,
    /// A notice that went out, and people were told the contrary since: it is to be told again before the run goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub tell_again: bool,
    /// When its last change happened.
    #[ts(as = "Option<Time>")]
    pub changed_at: Option<Timestamp>,
    /// Before-checks.
    pub before: Vec<ReadingView>,
    /// The change.
    pub preview: Option<PreviewView>,
    /// When the preview was read.
    #[ts(as = "Option<Time>")]
    pub preview_at: Option<Timestamp>,
    /// The undo, built and proven.
    pub undo: Option<PreviewView>,
    /// What the undo needs, probed.
    pub undo_before: Vec<ReadingView>,
    /// What the undo loses; empty = nothing.
    pub undo_loses: Vec<String>,
    /// How long the undo takes.
    pub undo_takes: UndoTimeView,
    /// After-checks (of the apply, or of the undo once that began).
    pub verify: Vec<ReadingView>,
    /// Numbered tries, oldest first.
    pub attempts: Vec<AttemptView>,
    /// Somebody changed the object since.
    pub drifted: Option<String>,
    /// Why the step is taken back by hand only: a newer program wrote what this one does not know of it. Absent =
    /// all that its way back needs is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub not_known: Option<String>,
    /// What it looks at or changes, at AWS.
    pub resources: Vec<ResourceView>,
    /// What can be done now.
    pub offers: Vec<Offer>,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct PhaseView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// T0 of the run is the moment when the first step of this phase took effect.
    pub t0: bool,
    /// What people decide before any of its steps.
    pub gate: Option<GateView>,
    /// Planned time against actual.
    pub times: TimesView,
    /// Steps finished; none of those that people did not choose.
    pub done: u32,
    /// How many of its steps count: all but those that people did not choose.
    pub of: u32,
    /// Its steps.
    pub steps: Vec<StepView>,
}
