//! A plan: a runbook bound to a target, fully resolved and frozen, with a digest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::action::ActionSpec;
use crate::check::{CheckSpec, Observers};
use crate::digest::Digest;
use crate::directory::Pool;
use crate::dns::DnsName;
use crate::ids::{DecisionId, MonitorId, PhaseId, RuleId, StepId, TargetName};
use crate::unknown::Unknown;

/// What kind of environment a target is; it decides the banner, the friction and what is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// The embedded closed world.
    Rehearsal,
    /// An emulator or a throw-away account.
    Test,
    /// A rehearsal on real systems.
    Preproduction,
    /// Real users.
    Production,
}

impl TargetKind {
    /// The word of the banner.
    #[must_use]
    pub fn banner(self) -> &'static str {
        match self {
            Self::Rehearsal => "REHEARSAL",
            Self::Test => "TEST",
            Self::Preproduction => "PREPROD",
            Self::Production => "PRODUCTION",
        }
    }
}

/// An environment and its asserted identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name, typed to confirm.
    pub name: TargetName,
    /// Its kind.
    pub kind: TargetKind,
    /// The twelve digits of the AWS account that the caller must be in.
    pub account: String,
    /// The AWS region.
    pub region: String,
    /// The role name that the caller must have assumed; absent = any identity of the account
    /// (refused on production).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The AWS profile to use; absent = the environment's credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Which observers it has.
    #[serde(default)]
    pub observers: Observers,
    /// Resolvers to ask, as `name=address`; the rehearsal has its own.
    #[serde(default)]
    pub resolvers: BTreeMap<String, std::net::SocketAddr>,
    /// Name servers, by zone, that the target's author knows to serve that zone although they stand under
    /// names of their own. They are believed where DNS can't tell, never against what DNS does tell.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub name_servers: BTreeMap<DnsName, Vec<DnsName>>,
    /// The user pools in which people are looked up, by name. Nothing of a run depends on them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<String, Pool>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// Only looks.
    Check,
    /// One mutating request.
    Action,
    /// A person says that it is so.
    Attest,
    /// A message to people.
    Notice,
}

/// How a step is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reversibility {
    /// By the action's own undo.
    Undo,
    /// By a person, in these words.
    Manual {
        /// What the person does.
        words: String,
    },
    /// Not taken back but corrected by a notice.
    Correct {
        /// The notice's words.
        notice: String,
    },
    /// It has no effect.
    NoneNeeded,
    /// It can't be taken back.
    PointOfNoReturn,
    /// In a way that this program does not know: by hand, or by the newer program.
    #[serde(untagged)]
    Unknown(Unknown),
}

/// One of the values of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlyIf {
    /// The decision.
    pub decision: DecisionId,
    /// The value.
    pub is: String,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its id, unique in the plan.
    pub id: StepId,
    /// Its title.
    pub title: String,
    /// The item of the written plan that it carries out.
    pub plan_ref: String,
    /// What it is.
    pub kind: StepKind,
    /// Whether the program does it.
    pub automated: bool,
    /// Why not, where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not_automated: Option<String>,
    /// Why the step exists.
    pub why: String,
    /// What a notice says, where the runbook holds its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What to look at while it runs and after it, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub look_at: Vec<String>,
    /// What can go wrong, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<String>,
    /// Who is in charge of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whom it affects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affects: Option<String>,
    /// How long it takes as planned, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_s: Option<u32>,
    /// How it is taken back.
    pub reversibility: Reversibility,
    /// Its effect is wrong without theirs.
    pub needs: Vec<StepId>,
    /// It comes after them.
    pub after: Vec<StepId>,
    /// What it makes seen: readers of what these steps wrote read again. It comes after them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub publishes: Vec<StepId>,
    /// Decisions that must be taken first.
    pub decisions: Vec<DecisionId>,
    /// The choice by which it is carried out; until then, and where another was made, it counts as absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<OnlyIf>,
    /// Checks before.
    pub before: Vec<CheckSpec>,
    /// The mutating request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionSpec>,
    /// Checks after, from outside.
    pub verify: Vec<CheckSpec>,
    /// What must hold before the undo is made: the old side answers.
    pub undo_before: Vec<CheckSpec>,
    /// What must hold after the undo.
    pub undo_verify: Vec<CheckSpec>,
    /// What an undo loses, in words; empty = nothing.
    pub undo_loses: Vec<String>,
    /// Whether a person must accept that loss by name before it is undone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accept_loss: bool,
}

/// A group of steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// Its id.
    pub id: PhaseId,
    /// Its title.
    pub title: String,
    /// T0 of the run is the moment when the first step of this phase took effect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub t0: bool,
    /// What people decide before any step of it is carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// The go or no-go decision that stands before a phase: until go, no step of the phase is applied or
/// attested. It never stands before a rollback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Its title.
    pub title: String,
    /// How old, in seconds, a reading of its checks may be when people say go.
    pub fresh_s: u32,
    /// The roles for which a name must be given, such as "Incident lead".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// What must pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckSpec>,
}

/// A check on a schedule, with hysteresis and a decision deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitor {
    /// Its id.
    pub id: MonitorId,
    /// Its title.
    pub title: String,
    /// What it looks at before the named step has an effect, and after.
    pub checks: Vec<MonitorCheck>,
    /// Seconds between two looks.
    pub every_s: u32,
    /// Failures in a row until it is Failing.
    pub fail_after: u32,
    /// Passes in a row until it is Passing again.
    pub pass_after: u32,
    /// Seconds of Failing after which a decision is due; it never acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_after_s: Option<u32>,
}

/// One look of a monitor and when it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitorCheck {
    /// Applies while this step has an effect (`while_done`), or has none (`until_done`), or always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub while_done: Option<StepId>,
    /// See `while_done`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_done: Option<StepId>,
    /// The check.
    pub check: CheckSpec,
}

/// A named rollback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// Its title.
    pub title: String,
    /// The item of the written plan.
    pub plan_ref: String,
    /// Steps that it undoes; dependants by `needs` join by themselves.
    pub undo: Vec<StepId>,
    /// Steps that it leaves as they are.
    pub keep: Vec<StepId>,
    /// Notices afterwards, in words.
    pub then: Vec<String>,
    /// The monitor whose failure proposes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<MonitorId>,
    /// Further monitors whose failure proposes it as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_triggers: Vec<MonitorId>,
    /// The decision that it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
}

impl Rule {
    /// Every monitor whose failure proposes it, in the order of the runbook.
    pub fn triggers(&self) -> impl Iterator<Item = &MonitorId> {
        self.trigger.iter().chain(&self.also_triggers)
    }
}

/// A combination that must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coherence {
    /// Its name, for acceptance by name.
    pub id: String,
    /// Breached when all of these have no effect …
    pub undone: Vec<StepId>,
    /// … while all of these have one.
    pub done: Vec<StepId>,
    /// Why that is wrong.
    pub because: String,
    /// Steps whose undo mends it.
    pub repair: Vec<StepId>,
}

/// The type of a decision's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DecisionType {
    /// Whole minutes.
    Minutes,
    /// Yes or no.
    YesNo,
    /// One of these words.
    OneOf {
        /// The words.
        choices: Vec<String>,
    },
}

/// Something a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The question.
    pub question: String,
    /// The type of its value.
    #[serde(flatten)]
    pub kind: DecisionType,
    /// Pre-decided by the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
}

/// A runbook bound to a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The runbook's id.
    pub runbook: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The target.
    pub target: Target,
    /// The phases in order.
    pub phases: Vec<Phase>,
    /// The monitors.
    pub monitors: Vec<Monitor>,
    /// The rollback rules.
    pub rules: Vec<Rule>,
    /// The coherence rules.
    pub coherence: Vec<Coherence>,
    /// The decisions.
    pub decisions: Vec<Decision>,
}

impl Plan {
    /// Whether the target decided beforehand for another step in the place of this one. A run may still decide
    /// otherwise.
    #[must_use]
    pub fn is_decided_against(&self, step: &Step) -> bool {
        step.only_if.as_ref().is_some_and(|only| {
            let mut decisions = self.decisions.iter();
            let decision = decisions.find(|decision| decision.id == only.decision);
            let decided = decision.and_then(|decision| decision.decided.as_ref());
            decided.is_some_and(|decided| *decided != only.is)
        })
    }

    /// The digest of the whole plan.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }

    /// All steps in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.phases.iter().flat_map(|phase| &phase.steps)
    }

    /// One step.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps().find(|step| step.id == *id)
    }

    /// One phase.
    #[must_use]
    pub fn phase(&self, id: &PhaseId) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.id == *id)
    }

    /// The phase that a step stands in.
    #[must_use]
    pub fn phase_of(&self, step: &StepId) -> Option<&Phase> {
        let mut phases = self.phases.iter();
        phases.find(|phase| phase.steps.iter().any(|one| one.id == *step))
    }

    /// One rule.
    #[must_use]
    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == *id)
    }

    /// One decision.
    #[must_use]
    pub fn decision(&self, id: &DecisionId) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.id == *id)
    }
}
