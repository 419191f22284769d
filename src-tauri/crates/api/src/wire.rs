//! The wire schema: what crosses the boundary to a window or to a script. Generated into
//! TypeScript; a drift between the two fails the tests.
//!
//! Times are RFC 3339 in UTC. Ages are not sent as truth: a reading carries `observed_at` and
//! `believable_s`, and the reader turns it into Unknown by its own clock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::mirror::MirrorView;

/// The version of every JSON document that this program prints.
pub const SCHEMA_VERSION: u32 = 1;

/// What a reading or an answer means to a tired engineer. Order = rank, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum Tone {
    /// As expected.
    Passing,
    /// The target has no observer for it.
    NotApplicable,
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
    #[ts(type = "string | null")]
    pub observed_at: Option<Timestamp>,
    /// Seconds since, at `RunSnapshot::now`.
    #[ts(type = "number | null")]
    pub age_s: Option<u64>,
    /// Seconds after which it is Unknown.
    pub believable_s: u32,
    /// For Waiting: when it is expected to pass.
    #[ts(type = "string | null")]
    pub until: Option<Timestamp>,
    /// How to mend it.
    pub mend: Option<String>,
}

/// One object's change in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ChangeView {
    /// The object.
    pub object: String,
    /// Lines now.
    pub before: Vec<String>,
    /// Lines then.
    pub after: Vec<String>,
}

/// One API call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct CallView {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The parameters.
    #[ts(type = "unknown")]
    pub parameters: serde_json::Value,
    /// The same as an AWS CLI command.
    pub cli: String,
}

/// The exact preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct PreviewView {
    /// What an approval names.
    pub digest: String,
    /// The changes.
    pub changes: Vec<ChangeView>,
    /// The calls.
    pub calls: Vec<CallView>,
}

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
    #[ts(type = "string")]
    pub started_at: Timestamp,
    /// What became of it, in words.
    pub outcome: String,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// What inspection found, in one word.
    pub finding: Option<String>,
    /// What went wrong, in one sentence.
    pub problem: Option<String>,
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
    /// The state's name: `to_do`, `checking` …
    pub state: String,
    /// The state in the window's words.
    pub state_words: String,
    /// What happened or is to be done, in one sentence; empty where the state says all.
    pub note: String,
    /// Counts reopenings.
    pub generation: u32,
    /// Why the step exists.
    pub why: String,
    /// Who is in charge.
    pub owner: Option<String>,
    /// Whom it affects.
    pub affects: Option<String>,
    /// Planned seconds.
    pub expected_s: Option<u32>,
    /// How it is taken back, in words.
    pub reversibility: String,
    /// Its edges.
    pub needs: Vec<String>,
    /// Its order.
    pub after: Vec<String>,
    /// When its last change happened.
    #[ts(type = "string | null")]
    pub changed_at: Option<Timestamp>,
    /// Before-checks.
    pub before: Vec<ReadingView>,
    /// The change.
    pub preview: Option<PreviewView>,
    /// When the preview was read.
    #[ts(type = "string | null")]
    pub preview_at: Option<Timestamp>,
    /// The undo, built and proven.
    pub undo: Option<PreviewView>,
    /// What the undo needs, probed.
    pub undo_before: Vec<ReadingView>,
    /// What the undo loses; empty = nothing.
    pub undo_loses: Vec<String>,
    /// After-checks (of the apply, or of the undo once that began).
    pub verify: Vec<ReadingView>,
    /// Numbered tries, oldest first.
    pub attempts: Vec<AttemptView>,
    /// Somebody changed the object since.
    pub drifted: Option<String>,
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
    /// Steps finished.
    pub done: u32,
    /// Its steps.
    pub steps: Vec<StepView>,
}

/// The banner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct BannerView {
    /// `rehearsal`, `test`, `preproduction` or `production`.
    pub kind: String,
    /// `REHEARSAL`, `TEST`, `PREPROD` or `PRODUCTION`.
    pub word: String,
    /// The target's name.
    pub target: String,
    /// The last four digits of the account.
    pub account_tail: String,
    /// The region.
    pub region: String,
    /// The role.
    pub role: Option<String>,
    /// A custom endpoint is in use: TEST ENDPOINT.
    pub test_endpoint: bool,
    /// World seconds per real second; 1 outside a rehearsal.
    pub speed: u32,
}

/// One of the two answers that must be readable at two metres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Answer {
    /// Passing, Failing or Unknown.
    pub tone: Tone,
    /// The headline.
    pub headline: String,
    /// One line below.
    pub note: String,
}

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

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct DecisionView {
    /// Its id.
    pub id: String,
    /// The question.
    pub question: String,
    /// `minutes`, `yes_no` or `one_of`.
    pub kind: String,
    /// For `one_of`.
    pub choices: Vec<String>,
    /// The value; absent = undecided.
    pub value: Option<String>,
    /// By whom; absent = by the target file.
    pub by: Option<String>,
    /// Steps that wait for it.
    pub blocks: Vec<String>,
}

/// Who drives the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct DriverView {
    /// The operator.
    pub by: String,
    /// The host.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Whether it is this program.
    pub ours: bool,
}

/// A deadline: says "Decision due", never acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Deadline {
    /// What it is about.
    pub title: String,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Whether it has passed.
    pub due: bool,
}

/// The whole run as a screen needs it: sent after every event and at every reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RunSnapshot {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The run's id.
    pub run: String,
    /// The runbook's title.
    pub title: String,
    /// `open`, `held`, `stopping` or `stopped`.
    pub state: String,
    /// The plan's digest.
    pub plan_digest: String,
    /// The last event.
    #[ts(type = "number")]
    pub seq: u64,
    /// The run's clock when this was made.
    #[ts(type = "string")]
    pub now: Timestamp,
    /// When the run was opened.
    #[ts(type = "string")]
    pub opened_at: Timestamp,
    /// The banner.
    pub banner: BannerView,
    /// Who drives it; absent = nobody.
    pub driver: Option<DriverView>,
    /// The phases with their steps.
    pub phases: Vec<PhaseView>,
    /// Monitors, worst first.
    pub monitors: Vec<ReadingView>,
    /// Are users all right?
    pub users: Answer,
    /// Can we go back?
    pub way_back: WayBack,
    /// A rollback under way or the last one.
    pub rollback: Option<RollbackProgress>,
    /// The decisions.
    pub decisions: Vec<DecisionView>,
    /// Deadlines, soonest first.
    pub deadlines: Vec<Deadline>,
    /// What stops everything (journal, lease), in one sentence with its mend.
    pub stopped_by: Option<String>,
    /// The mirror folder; absent = none is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mirror: Option<MirrorView>,
}

/// One event as the timeline shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct EventView {
    /// Its place.
    #[ts(type = "number")]
    pub seq: u64,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// The event's name.
    pub kind: String,
    /// The step that it is about.
    pub step: Option<String>,
    /// Who.
    pub actor: Option<String>,
    /// One sentence.
    pub sentence: String,
}

/// A page of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct JournalPage {
    /// The events, oldest first.
    pub events: Vec<EventView>,
    /// The last sequence number of the run.
    #[ts(type = "number")]
    pub head: u64,
}

/// One run in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RunRow {
    /// Its id.
    pub run: String,
    /// The runbook's title.
    pub title: String,
    /// The target's name.
    pub target: String,
    /// The target's kind.
    pub kind: String,
    /// When it was opened.
    #[ts(type = "string")]
    pub opened_at: Timestamp,
}

/// What the window knows at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AppInfo {
    /// The program's version.
    pub version: String,
    /// The operator's name, as the system knows it.
    pub operator: String,
    /// The run to show at once.
    pub run: Option<String>,
    /// All runs, newest first.
    pub runs: Vec<RunRow>,
}

/// What happened to the world, or to the run: one update of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum Update {
    /// The whole run, as it is now.
    Snapshot {
        /// The run.
        snapshot: Box<RunSnapshot>,
    },
    /// The stream ended and why; the window shows it and stops trusting what it has.
    Ended {
        /// Why.
        why: String,
    },
}

/// A command of the rehearsal panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export, export_to = "wire.ts")]
pub enum RehearsalCommand {
    /// Start a rehearsal run (and the world, if it is not there).
    Start,
    /// Inject a fault by its name.
    Inject {
        /// The name, from `RehearsalView::faults`.
        fault: String,
    },
    /// Take a fault away.
    Lift {
        /// The name.
        fault: String,
    },
}

/// One fault switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct FaultView {
    /// Its name.
    pub name: String,
    /// What it does, in one sentence.
    pub sentence: String,
    /// Whether it is on.
    pub on: bool,
}

/// The rehearsal world as its panel shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RehearsalView {
    /// Its endpoint, for `aws --endpoint-url`.
    pub endpoint: String,
    /// World seconds per real second.
    pub speed: u32,
    /// The world's parts: name, address, what it serves now.
    pub parts: Vec<RehearsalPart>,
    /// The fault switches.
    pub faults: Vec<FaultView>,
}

/// One part of the rehearsal world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RehearsalPart {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// What it does or serves now.
    pub state: String,
}

/// The answer to a submission that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Accepted {
    /// The last event after it was accepted.
    #[ts(type = "number")]
    pub seq: u64,
}

/// An error at the boundary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ApiError {
    /// A code that the window or a script branches on: `stale_screen`, `rejected`, `guard`,
    /// `sign_in`, `locked`, `not_found`, `bad_input`, `journal`, `internal`.
    pub code: String,
    /// What happened, in one sentence.
    pub message: String,
    /// How to mend it.
    pub hint: String,
    /// Where: a file, a step, an operation.
    #[serde(rename = "where")]
    pub place: String,
}
