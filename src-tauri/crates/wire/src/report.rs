//! The report of a run: what happened, planned against actual, who decided what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::time::Time;

/// A line of a report: when, who, what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportLine {
    /// Its event.
    #[ts(type = "number")]
    pub seq: u64,
    /// When, in UTC.
    pub at: String,
    /// The step's id.
    pub step: Option<String>,
    /// Who; absent = the console.
    pub who: Option<String>,
    /// One sentence.
    pub what: String,
}

/// A step, planned against actual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportStep {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The item of the written plan.
    pub plan_ref: String,
    /// Who is in charge.
    pub owner: Option<String>,
    /// Its state in words.
    pub state: String,
    /// Planned time, in words.
    pub planned: String,
    /// Actual time, in words.
    pub actual: String,
    /// When it was finished.
    pub ended: String,
}

/// A phase with its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportPhase {
    /// Its title.
    pub title: String,
    /// Planned time, in words.
    pub planned: String,
    /// Actual time, in words.
    pub actual: String,
    /// Go or no-go, who said it and why; absent = it has no gate, or nobody decided.
    pub gate: Option<String>,
    /// Its steps.
    pub steps: Vec<ReportStep>,
}

/// A decision of the runbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportDecision {
    /// The question.
    pub question: String,
    /// The value; absent = undecided.
    pub value: Option<String>,
    /// Who; absent = the target's file.
    pub who: Option<String>,
}

/// A decision deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportDeadline {
    /// What it is about.
    pub title: String,
    /// Where it stands.
    pub note: String,
}

/// A rollback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportRollback {
    /// When it was confirmed, in UTC.
    pub at: String,
    /// By whom.
    pub who: String,
    /// Why.
    pub why: Option<String>,
    /// What it took back, in order.
    pub items: Vec<String>,
    /// What was overridden or accepted by name.
    pub overridden: Vec<String>,
    /// What became of it.
    pub outcome: String,
    /// How long it took, in words.
    pub took: String,
}

/// The report of a run. Nothing that is sealed is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportView {
    /// [`super::SCHEMA_VERSION`].
    #[ts(type = "1")]
    pub schema_version: u32,
    /// The run's id.
    pub run: String,
    /// The runbook's title.
    pub title: String,
    /// The target's name.
    pub target: String,
    /// The word of the target's banner.
    pub word: String,
    /// Account (its last digits), region, role and endpoint.
    pub place: String,
    /// The outcome in one sentence.
    pub summary: String,
    /// When the run was opened, in UTC.
    pub opened: String,
    /// When the report was made, in UTC.
    pub made: String,
    /// The same as a moment.
    #[ts(as = "Time")]
    pub made_at: Timestamp,
    /// The digest of the plan.
    pub plan_digest: String,
    /// From when on users are affected.
    pub t0: Option<String>,
    /// Up to which event it knows the run.
    #[ts(type = "number")]
    pub to_seq: u64,
    /// The digest of the journal's last event, which binds all before it.
    pub journal_digest: String,
    /// What the chain of the journal proves.
    pub journal_sentence: String,
    /// Planned time of the whole run, in words.
    pub planned: String,
    /// Actual time of the whole run, in words.
    pub actual: String,
    /// What a reader wants to know first.
    pub story: Vec<ReportLine>,
    /// The phases.
    pub phases: Vec<ReportPhase>,
    /// The decisions of the runbook.
    pub decisions: Vec<ReportDecision>,
    /// What people decided: approvals, attestations, holds, and what they overrode.
    pub people: Vec<ReportLine>,
    /// The decision deadlines.
    pub deadlines: Vec<ReportDeadline>,
    /// The rollbacks.
    pub rollbacks: Vec<ReportRollback>,
    /// Every event.
    pub timeline: Vec<ReportLine>,
}

/// A report that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ReportExported {
    /// The file.
    pub file: String,
    /// Up to which event it knows the run.
    #[ts(type = "number")]
    pub to_seq: u64,
}
