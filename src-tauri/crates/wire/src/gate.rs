//! Gates, T0, planned against actual, and decision deadlines.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::reading::ReadingView;
use super::step::Offer;
use super::time::Time;

/// Where a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum GateState {
    /// Nobody has decided, and something stands in the way of go.
    Closed,
    /// Nobody has decided, and go may be said once the people are named.
    Ready,
    /// The checks are being read.
    Checking,
    /// People said go: the phase is open.
    Go,
    /// People said no-go: the phase is closed.
    NoGo,
    /// People said go, and an amendment made it void.
    Void,
}

/// Who takes part in a gate's decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct GatePerson {
    /// The role, such as "Incident lead".
    pub role: String,
    /// Who it was, in the last decision.
    pub name: Option<String>,
}

/// A decision at a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct GateDecision {
    /// Go, or no-go.
    pub go: bool,
    /// Who wrote it down.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    #[ts(as = "Time")]
    pub at: Timestamp,
    /// Why it does not hold any more, in one sentence; absent = it holds.
    pub void: Option<String>,
}

/// The go or no-go decision that stands before a phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct GateView {
    /// Its title; once a rollback brought the night back, the question whether to start again.
    pub title: String,
    /// What a rollback took back since people last said go before it, in one or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub again: Option<String>,
    /// Where it stands.
    pub state: GateState,
    /// Where it stands, in the window's words.
    pub state_words: String,
    /// Seconds for which a reading counts for go.
    pub fresh_s: u32,
    /// What must pass, with the last readings; older than `fresh_s` is Unknown.
    pub checks: Vec<ReadingView>,
    /// What else stands in the way of go, a sentence each: steps, decisions.
    pub open: Vec<String>,
    /// Who must be named.
    pub people: Vec<GatePerson>,
    /// The last decision.
    pub decision: Option<GateDecision>,
    /// Those before it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<GateDecision>>", optional)]
    pub earlier: Vec<GateDecision>,
    /// The basis of a decision: the digest of what this shows.
    pub basis: String,
    /// `gate-check`, `gate-go` and `gate-no-go`: what can be done now, or why not.
    pub offers: Vec<Offer>,
}

/// Planned time against actual, of a step or a phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct TimesView {
    /// Planned seconds; absent = the plan does not say, or for a phase: says it of no step.
    #[ts(type = "number | null")]
    pub planned_s: Option<u64>,
    /// When the first thing was done.
    #[ts(as = "Option<Time>")]
    pub started_at: Option<Timestamp>,
    /// When it was finished; absent = it is not.
    #[ts(as = "Option<Time>")]
    pub ended_at: Option<Timestamp>,
    /// Seconds from start to end, or until now.
    #[ts(type = "number | null")]
    pub actual_s: Option<u64>,
}

/// T0 of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct T0View {
    /// When.
    #[ts(as = "Time")]
    pub at: Timestamp,
    /// The step whose effect it was.
    pub step: String,
    /// The phase.
    pub phase: String,
}

/// A deadline was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ExtensionView {
    /// By how many minutes.
    pub minutes: u32,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it was moved.
    #[ts(as = "Time")]
    pub at: Timestamp,
}

/// What a deadline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum DeadlineKind {
    /// A rollback rule whose trigger fails.
    Rule,
    /// A monitor that fails.
    Monitor,
    /// A step whose after-checks did not pass in time.
    Step,
}

/// A deadline: says "Decision due", never acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Deadline {
    /// The id of the rule, monitor or step.
    pub id: String,
    /// What it is about.
    pub kind: DeadlineKind,
    /// The rule's id, where it is a rule's.
    pub rule: Option<String>,
    /// What it is about, in words.
    pub title: String,
    /// The monitor on which its clock hangs, by its id in `RunSnapshot::monitors`; absent = on none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub monitor: Option<String>,
    /// Since when its clock runs; absent = it does not run: nothing fails.
    #[ts(as = "Option<Time>")]
    pub since: Option<Timestamp>,
    /// When a decision is due; absent = there is no deadline now.
    #[ts(as = "Option<Time>")]
    pub at: Option<Timestamp>,
    /// Whether it has passed.
    pub due: bool,
    /// The open decision without which there is no deadline.
    pub open_decision: Option<String>,
    /// One sentence on where it stands.
    pub note: String,
    /// How it was moved, oldest first.
    pub extended: Vec<ExtensionView>,
    /// Whether it may be moved now.
    pub extendable: bool,
}
