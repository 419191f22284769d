//! A runbook as read: the plan's own types, with names not yet resolved and places remembered.

use switchback_model::dns::DnsName;
use switchback_model::ids::{DecisionId, MonitorId, PhaseId};
use switchback_model::plan::{Coherence, Decision, Gate, Monitor, Rule, Step};
use switchback_model::{ActionWord, CheckId, CheckSpec, CheckWord};

use crate::notes::{At, Located, Place};

/// Everything that a runbook says. Where a field is missing or wrong, a stand-in holds its place
/// and an error is noted, so no plan is made of it.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub id: String,
    pub title: String,
    pub version: String,
    pub phases: Vec<DraftPhase>,
    pub monitors: Vec<DraftMonitor>,
    pub rules: Vec<DraftRule>,
    pub coherence: Vec<DraftCoherence>,
    pub decisions: Vec<DraftDecision>,
}

#[derive(Debug)]
pub(crate) struct DraftPhase {
    pub id: Located<PhaseId>,
    pub title: String,
    pub t0: bool,
    pub gate: Option<Gate>,
    pub steps: Vec<DraftStep>,
}

/// Names of steps or plan items, as written.
pub(crate) type Names = Vec<Located<String>>;

/// Which of the texts of a step, a rule or a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Title,
    Why,
    /// The words of how it is taken back.
    WayBack,
    Question,
}

/// A text for people as written, placeholders and all: lints look at words, also without a target.
#[derive(Debug)]
pub(crate) struct PeopleText {
    pub part: Part,
    pub text: Located<String>,
}

#[derive(Debug)]
pub(crate) struct DraftStep {
    pub step: Step,
    pub id_at: At,
    /// Whether the id could be read; else a stand-in holds its place.
    pub named: bool,
    pub reversibility_at: At,
    /// Whether it says how it is taken back; else a stand-in holds its place.
    pub says_way_back: bool,
    pub needs: Names,
    pub after: Names,
    /// What it makes seen, and where that is written.
    pub publishes: (Names, At),
    pub decisions: Vec<Located<DecisionId>>,
    /// The choice by which it is carried out, as written.
    pub only_if: Option<(Located<DecisionId>, Located<String>)>,
    /// What it restricts until a step lifts it; `None` where it does not say.
    pub restricts: Option<Names>,
    /// Restrictions that it lifts.
    pub lifts: Names,
    /// Steps whose work it does once more on purpose.
    pub repeats: Names,
    pub said: Vec<PeopleText>,
    /// The kinds of checks as written, also of those that no target has filled yet.
    pub before: Vec<CheckWord>,
    pub undo_before: usize,
    pub undo_verify: usize,
    pub verify: usize,
    /// What its record checks expect to find before it.
    pub expects: Vec<Expected>,
    /// Where what its action shall leave is written: a TTL or record sets.
    pub wish: Option<Place>,
    /// The action's kind as written.
    pub action: Option<ActionWord>,
    /// The action's keys and values as written, to tell equal ones without a target.
    pub action_written: String,
}

/// What a `route53.record` check expects.
#[derive(Debug)]
pub(crate) struct Expected {
    pub name: DnsName,
    /// As [`switchback_model::dns::RecordSet::check_line`] writes them, sorted.
    pub lines: Vec<String>,
    /// In seconds, without those of aliases; none where the check is written without TTLs.
    pub ttls: Option<Vec<u32>>,
}

/// A check, or what stands for one.
#[derive(Debug)]
pub(crate) struct DraftCheck {
    pub id: Option<Located<CheckId>>,
    /// Absent where its word is none that there is.
    pub kind: Option<CheckWord>,
    /// Absent when it could not be read, no target fills it, or it was left out (a lint says so).
    pub spec: Option<CheckSpec>,
    /// The TTLs that a record check expects, where it takes a value of the target.
    pub ttls: Option<Vec<u32>>,
}

#[derive(Debug)]
pub(crate) struct DraftMonitor {
    pub monitor: Monitor,
    pub id: Located<MonitorId>,
    pub looks: Vec<DraftLook>,
}

#[derive(Debug)]
pub(crate) struct DraftLook {
    pub while_done: Option<Located<String>>,
    pub until_done: Option<Located<String>>,
    pub check: DraftCheck,
}

#[derive(Debug)]
pub(crate) struct DraftRule {
    pub rule: Rule,
    pub id_at: At,
    pub undo: Names,
    pub undo_at: At,
    pub keep: Names,
    pub triggers: Vec<Located<MonitorId>>,
    pub decision: Option<Located<DecisionId>>,
    /// How many notices it has as written.
    pub then: usize,
    pub said: Vec<PeopleText>,
}

#[derive(Debug)]
pub(crate) struct DraftCoherence {
    pub coherence: Coherence,
    pub id_at: At,
    pub undone: Names,
    pub done: Names,
    pub repair: Names,
    pub at: At,
}

#[derive(Debug)]
pub(crate) struct DraftDecision {
    pub decision: Decision,
    pub at: At,
    pub said: Vec<PeopleText>,
}
