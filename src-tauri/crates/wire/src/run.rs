//! The whole run as a screen needs it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::interrupted::{InterruptedView, RunStanding};
use super::lead::Lead;
use super::mirror::MirrorView;

use super::gate::{Deadline, T0View, TimesView};
use super::name_answers::NameAnswers;
use super::reading::{ReadingView, Tone};
use super::rollback::{BreachView, RollbackProgress, WayBack};
use super::step::PhaseView;
use super::time::Time;
use super::way::RequestWay;

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

/// What is known of the process that holds the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum DriverLife {
    /// It gives signs of life.
    AtWork,
    /// It has given none for a while: frozen, or its machine sleeps.
    Silent,
    /// Its process, on this machine, has ended.
    Ended,
    /// It can't be told from here.
    Unknown,
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
    /// Since when, by the run's clock.
    #[ts(as = "Option<Time>")]
    pub since: Option<Timestamp>,
    /// Why a person took it, where one did.
    pub reason: Option<String>,
    /// Whether it is at work.
    pub life: DriverLife,
    /// Real seconds without a sign of life, where it is silent.
    #[ts(type = "number | null")]
    pub silent_s: Option<u64>,
}

/// This program drove the run, and somebody took it over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct LostView {
    /// When this program found out, by the run's clock.
    #[ts(as = "Time")]
    pub at: Timestamp,
    /// By whom, where the driver of this home's journal does not tell: on another workstation.
    pub sentence: Option<String>,
}

/// Who holds up what is new, since when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct BarredView {
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Since when.
    #[ts(as = "Time")]
    pub at: Timestamp,
}

/// The whole run as a screen needs it: sent after every event and at every reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RunSnapshot {
    /// [`SCHEMA_VERSION`].
    #[ts(type = "1")]
    pub schema_version: u32,
    /// The run's id.
    pub run: String,
    /// The runbook's title.
    pub title: String,
    /// `open`, `held`, `stopping` or `stopped`.
    pub state: String,
    /// Who put it on hold or stopped it; absent = it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub barred: Option<BarredView>,
    /// The plan's digest.
    pub plan_digest: String,
    /// The last event.
    #[ts(type = "number")]
    pub seq: u64,
    /// The run's clock when this was made.
    #[ts(as = "Time")]
    pub now: Timestamp,
    /// When the run was opened.
    #[ts(as = "Time")]
    pub opened_at: Timestamp,
    /// The banner.
    pub banner: BannerView,
    /// Who drives it; absent = nobody.
    pub driver: Option<DriverView>,
    /// Why nothing can be done from here: somebody else drives the run, or nobody does. Absent = this
    /// program drives it.
    pub watching: Option<String>,
    /// This program drove the run until somebody took it over.
    pub lost: Option<LostView>,
    /// When the sign-in ends, on the clock of whoever issued it; absent = not known.
    #[ts(as = "Option<Time>")]
    pub sign_in_until: Option<Timestamp>,
    /// T0: when the first step of the phase that says so took effect; absent = it has not.
    pub t0: Option<T0View>,
    /// Planned time against actual, of the whole run.
    pub times: TimesView,
    /// The phases with their steps.
    pub phases: Vec<PhaseView>,
    /// Monitors, worst first.
    pub monitors: Vec<ReadingView>,
    /// What every server answered last, for each name that a DNS check of the plan asks about; empty where none
    /// does, or the target has no DNS observer.
    pub name_answers: Vec<NameAnswers>,
    /// The way of a request, for each name that a step of the plan switches.
    pub ways: Vec<RequestWay>,
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
    /// Combinations that the plan forbids and that are there now.
    pub breaches: Vec<BreachView>,
    /// Where the run stands, in three lines of plain text for the team's chat: no person, no account, nothing that
    /// was observed.
    pub status: String,
    /// What was under way when whoever drives now took the run up, and what was found; absent = nothing was, or
    /// something else was begun since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub interrupted: Option<InterruptedView>,
    /// What stops everything (journal, lease), in one sentence with its mend.
    pub stopped_by: Option<String>,
    /// What a newer program wrote in the run's journal and this one does not know, each in words: nothing new
    /// is begun then. Absent = everything is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub not_known: Option<Vec<String>>,
    /// The mirror folder; absent = none is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mirror: Option<MirrorView>,
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
    #[ts(as = "Time")]
    pub opened_at: Timestamp,
    /// Where it stands.
    pub standing: RunStanding,
}

/// Which window a page is in. The core says so: a page's address could be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum WindowKind {
    /// Drives runs.
    Console,
    /// Looks people up, and nothing else.
    Support,
}

/// What every window knows of itself, whatever it may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct WindowInfo {
    /// Which window it is.
    pub window: WindowKind,
    /// The program's version.
    pub version: String,
    /// The operator's name, as the system knows it.
    pub operator: String,
}

/// What the console knows at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AppInfo {
    /// The program's version.
    pub version: String,
    /// The operator's name, as the system knows it.
    pub operator: String,
    /// The run to show at once.
    pub run: Option<String>,
    /// The page of it to show first, where one was asked for; absent = the run's own.
    pub lead: Option<Lead>,
    /// What was found of `run`, where it is shown because it was interrupted.
    pub interrupted: Option<InterruptedView>,
    /// All runs, newest first.
    pub runs: Vec<RunRow>,
}

/// What happened to the world, or to the run: one update of the stream.
///
/// @discriminator type
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
