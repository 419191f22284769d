//! Commands: what a person asks of a run. The window sends these very types, so TypeScript has them from here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::digest::Digest;
use crate::field::FieldChoices;
use crate::ids::{CheckId, DecisionId, Operator, PhaseId, RuleId, StepId};
use crate::plan::Plan;
use crate::rollback::RollbackScope;

/// How a person resolves a doubt, with evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Resolution {
    /// The world is as before the action.
    Before,
    /// The world is as after the action.
    After,
    /// Somebody else's change stays.
    Keep,
    /// The before-image is restored over somebody else's change.
    Restore,
}

/// What a person asks. Serialised with a `do` tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export_to = "wire.ts", rename = "RunCommand")]
pub enum Command {
    /// Run the before-checks of a step.
    Check {
        /// The step.
        step: StepId,
    },
    /// Read and record checks that nobody has to attend, one after the other: the first that does not pass ends
    /// it. They stand in one row in one phase.
    RecordChecks {
        /// The checks, in the plan's order.
        steps: Vec<StepId>,
    },
    /// Apply a step; the basis is the preview's digest.
    Apply {
        /// The step.
        step: StepId,
    },
    /// Apply a step although a guard stands in the way that may be overridden; needs a reason. The
    /// basis is the preview's digest.
    ApplyOverriding {
        /// The step.
        step: StepId,
        /// The guards overridden by name.
        overrides: Vec<CheckId>,
    },
    /// Say that an attested step is so.
    Attest {
        /// The step.
        step: StepId,
    },
    /// Leave a step out.
    Skip {
        /// The step.
        step: StepId,
    },
    /// The same of a publication that is due: what nobody knows to be seen is named, step by step.
    SkipUnseen {
        /// The step.
        step: StepId,
        /// The steps whose change stays unseen.
        unseen: Vec<StepId>,
    },
    /// Accept what verification could not prove.
    Accept {
        /// The step.
        step: StepId,
    },
    /// Start a step anew, in the next generation.
    Reopen {
        /// The step.
        step: StepId,
    },
    /// Resolve a doubt or somebody else's change.
    Resolve {
        /// The step.
        step: StepId,
        /// How.
        as_: Resolution,
    },
    /// Choose, field by field, what becomes of somebody else's change; the basis is the digest of
    /// the exact change that comes of it.
    ResolveFields {
        /// The step.
        step: StepId,
        /// What becomes of each field that is not as before.
        fields: FieldChoices,
        /// Preconditions of the undo overridden by name.
        #[serde(default)]
        overrides: Vec<CheckId>,
    },
    /// Inspect a step's object now.
    Inspect {
        /// The step.
        step: StepId,
    },
    /// Take over what somebody did by hand.
    Adopt {
        /// The step.
        step: StepId,
    },
    /// Take a decision, or revise it.
    Decide {
        /// The decision.
        decision: DecisionId,
        /// The value as text, of the decision's type.
        value: String,
    },
    /// Read the checks of a phase's gate.
    CheckGate {
        /// The phase.
        phase: PhaseId,
    },
    /// Say go or no-go at a phase's gate; for go, the basis is the digest of what was seen of it.
    Gate {
        /// The phase.
        phase: PhaseId,
        /// Go, or no-go.
        go: bool,
        /// Who takes the part of each role that the gate names.
        #[serde(default)]
        people: BTreeMap<String, Operator>,
    },
    /// Move the deadline of a rollback rule whose trigger fails.
    ExtendDeadline {
        /// The rule.
        rule: RuleId,
        /// By how many minutes.
        minutes: u32,
    },
    /// Put another plan in the place of the run's; the basis is the digest of what differs. The
    /// plan comes from a runbook that the host has read, resolved and linted. No window sends this: it names the
    /// runbook, and the host refuses a plan from outside.
    #[ts(skip)]
    Amend {
        /// The plan that is to be.
        plan: Box<Plan>,
    },
    /// No new applies for now.
    Hold,
    /// Stop honestly: resolve what is in flight, then no new applies.
    Stop,
    /// Go on after a hold or a stop.
    Resume,
    /// Roll back; the basis is the rollback plan's digest.
    Rollback {
        /// What to take back.
        scope: RollbackScope,
        /// Preconditions overridden by name.
        #[serde(default)]
        overrides: Vec<CheckId>,
        /// Breaches accepted by name.
        #[serde(default)]
        accept_breaches: Vec<String>,
    },
    /// Try the item again at which the rollback stopped.
    RollbackRetry,
    /// The item was done by hand.
    RollbackDone {
        /// The item.
        item: String,
    },
    /// Give the rollback up; each step stays in its true state.
    RollbackAbandon,
}

impl Command {
    /// The command in one word, for rejections and spans.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Check { .. } => "check",
            Self::RecordChecks { .. } => "record checks",
            Self::Apply { .. } | Self::ApplyOverriding { .. } => "apply",
            Self::Attest { .. } => "attest",
            Self::Skip { .. } | Self::SkipUnseen { .. } => "skip",
            Self::Accept { .. } => "accept",
            Self::Reopen { .. } => "reopen",
            Self::Resolve { .. } => "resolve",
            Self::ResolveFields { .. } => "resolve by fields",
            Self::Inspect { .. } => "inspect",
            Self::Adopt { .. } => "adopt",
            Self::Decide { .. } => "decide",
            Self::CheckGate { .. } => "check the gate",
            Self::Gate { go: true, .. } => "say go",
            Self::Gate { go: false, .. } => "say no-go",
            Self::ExtendDeadline { .. } => "extend the deadline",
            Self::Amend { .. } => "amend",
            Self::Hold => "hold",
            Self::Stop => "stop",
            Self::Resume => "resume",
            Self::Rollback { .. } => "rollback",
            Self::RollbackRetry => "rollback-retry",
            Self::RollbackDone { .. } => "rollback-done",
            Self::RollbackAbandon => "rollback-abandon",
        }
    }

    /// What it asks for, in words that a person may read after "to".
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Rollback { .. } => "go back",
            Self::RollbackRetry => "try the way back again",
            Self::RollbackDone { .. } => "say that an item is done",
            Self::RollbackAbandon => "give the way back up",
            Self::Check { .. }
            | Self::RecordChecks { .. }
            | Self::Apply { .. }
            | Self::ApplyOverriding { .. }
            | Self::Attest { .. }
            | Self::Skip { .. }
            | Self::SkipUnseen { .. }
            | Self::Accept { .. }
            | Self::Reopen { .. }
            | Self::Resolve { .. }
            | Self::ResolveFields { .. }
            | Self::Inspect { .. }
            | Self::Adopt { .. }
            | Self::Decide { .. }
            | Self::CheckGate { .. }
            | Self::Gate { .. }
            | Self::ExtendDeadline { .. }
            | Self::Amend { .. }
            | Self::Hold
            | Self::Stop
            | Self::Resume => self.word(),
        }
    }
}

/// A command with what the person saw, who they are and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Submission {
    /// What is asked.
    pub command: Command,
    /// Digest of what the person saw; needed for apply, a choice by fields, go, amend and rollback.
    #[serde(default)]
    pub basis: Option<Digest>,
    /// Who asks.
    pub by: Operator,
    /// Why; needed for people's decisions.
    #[serde(default)]
    pub reason: Option<String>,
}
