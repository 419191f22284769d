//! Events: the facts of which a run is the fold.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::amend::PlanDiff;
use crate::attempt::{AttemptId, Finding};
use crate::check::CheckReading;
use crate::command::Resolution;
use crate::digest::Digest;
use crate::field::FieldChoices;
use crate::frozen::Frozen;
use crate::ids::{CheckId, DecisionId, MonitorId, Operator, PhaseId, RuleId, RunId, StepId};
use crate::image::Captured;
use crate::preview::Preview;
use crate::rollback::RollbackPlan;
use crate::tagged::{Reader, Writer, from_tree};
use crate::unknown::Unknown;
use crate::witness::Witness;

/// What a monitor says, after hysteresis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorState {
    /// It passes, steadily.
    Passing,
    /// It fails.
    Failing,
    /// It can't be told, or it changes back and forth.
    Unknown,
}

/// Who vouches that a journal or a copy says what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vouched {
    /// The key that this home keeps in the keychain.
    Keychain,
    /// The run's recovery code.
    Code,
    /// Nobody: the links hold, and whoever can write the file can have made them.
    None,
}

impl Vouched {
    /// In one word, as it stands in the command line's documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::Code => "code",
            Self::None => "none",
        }
    }
}

/// Who holds the lease: the single driver of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The operator at the keyboard.
    pub by: Operator,
    /// The host's name.
    pub host: String,
    /// The process id.
    pub pid: u32,
}

/// What a mutating call brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// AWS's request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The change's id, to be polled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
    /// The version that the write made, where the API says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// What was proven on the way to it, each in a sentence without its full stop; nothing of it names anybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proven: Vec<String>,
    /// The server's Date header, or our clock where it sent none.
    pub server_date: Timestamp,
}

/// What stands in the journal right before a request leaves whose own call asks much on the way to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What was proven by then, as in [`Receipt::proven`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proven: Vec<String>,
    /// What the last look showed, which found the object as it was approved.
    pub last_look: Witness,
}

/// What is known of a call that did not succeed. No source text: only what is safe to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallProblem {
    /// The kind, in one word: `throttled`, `refused`, `timeout` …
    pub kind: String,
    /// The operation.
    pub operation: String,
    /// One sentence for people.
    pub message: String,
    /// AWS's request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// One fact.
#[expect(clippy::large_enum_variant, reason = "events are few and short-lived")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum EventKind {
    /// The run exists, with its frozen plan.
    RunOpened {
        /// The run's id.
        run: RunId,
        /// The plan.
        plan: Frozen,
        /// Its digest.
        plan_digest: Digest,
        /// The custom endpoint, if one was given: marks the run TEST ENDPOINT.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<String>,
        /// By whom.
        by: Operator,
    },
    /// A driver took the lease. Approvals are void, checks in progress start over, and calls
    /// that were in flight are in doubt.
    DriverStarted {
        /// Who.
        holder: Holder,
        /// The fence, rising with each lease.
        fence: u64,
        /// Taken from another holder by a person's command.
        taken: bool,
        /// Why a person took it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The clock jumped or the process slept: as [`Self::DriverStarted`] for what was in flight.
    Resumed {
        /// How long, in milliseconds.
        gap_ms: i64,
    },
    /// A copy was imported and continues here: every step with an action is inspected.
    TakenOver {
        /// Who.
        by: Operator,
        /// Why.
        reason: String,
        /// The last event of the copy.
        from_seq: u64,
        /// Who vouched for the copy's content; absent in journals from before this was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vouched: Option<Vouched>,
    },
    /// The journal's chain holds, but it is not what this home acknowledged. As after a takeover, every step
    /// with an action is inspected.
    JournalDoubted {
        /// The last event that was acknowledged.
        acknowledged: u64,
        /// Whether the chain says otherwise than what was acknowledged; if not, its end is missing.
        contradicted: bool,
        /// In one sentence.
        why: String,
    },
    /// Before-checks run.
    ChecksStarted {
        /// The step.
        step: StepId,
    },
    /// Before-checks ended.
    ChecksFinished {
        /// The step.
        step: StepId,
        /// What was read.
        readings: Vec<CheckReading>,
        /// The preview built from a fresh read, where the step has an action and could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<Preview>,
        /// The undo, built from that read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undo: Option<Preview>,
        /// What the undo needs, probed.
        undo_readings: Vec<CheckReading>,
        /// Why the preview could not be built.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<CallProblem>,
    },
    /// A person approved a preview by its digest.
    Approved {
        /// The step.
        step: StepId,
        /// What was approved.
        preview: Digest,
        /// By whom.
        by: Operator,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Guards overridden by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        overrides: Vec<CheckId>,
    },
    /// A person chose, field by field, what becomes of somebody else's change. One undo writes it.
    FieldsChosen {
        /// The step.
        step: StepId,
        /// What was chosen for each field.
        fields: FieldChoices,
        /// The exact change that was approved by it.
        preview: Digest,
        /// The touched fields as they will be.
        to: Captured,
        /// Fields that are not as before and stay so.
        kept: Vec<String>,
        /// Whether one of the kept fields is as the step left it: then its effect is still there.
        effect_stays: bool,
        /// Preconditions overridden by name.
        overrides: Vec<CheckId>,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// The world differs from what was approved, or a guard refused, before any call was made.
    ApprovalVoided {
        /// The step.
        step: StepId,
        /// Why, in one sentence.
        why: String,
        /// The plan as it would be now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<Preview>,
        /// What failed, where nothing could be told of the world.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<CallProblem>,
    },
    /// The write-ahead: durable before the request leaves.
    Intended {
        /// The attempt.
        attempt: AttemptId,
        /// What is about to be applied.
        preview: Digest,
        /// The touched fields as they are.
        before: Captured,
        /// The touched fields as they will be.
        after: Captured,
        /// A token that the request carries where the API has room for one.
        token: String,
        /// What tells this write from another's, as it was read last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        witness: Option<Witness>,
    },
    /// The request of an attempt leaves right after this, and not before: durable before it does. Only kinds write it
    /// that ask much on the way to their request. One of theirs that has no mark was never sent.
    Marked {
        /// The attempt.
        attempt: AttemptId,
        /// What was proven and seen by then.
        mark: Mark,
    },
    /// The call succeeded.
    Answered {
        /// The attempt.
        attempt: AttemptId,
        /// What it brought back.
        receipt: Receipt,
    },
    /// The call is proven not to have been applied.
    Refused {
        /// The attempt.
        attempt: AttemptId,
        /// What happened.
        problem: CallProblem,
        /// When it is tried again by itself; none = not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
    },
    /// AWS says that it refused the call, which had been sent. Whether that is so is not known before
    /// the object was looked at: [`Self::Refused`], [`Self::Lost`] or [`Self::Inspected`] follows.
    RefusalHeard {
        /// The attempt.
        attempt: AttemptId,
        /// What AWS said.
        problem: CallProblem,
    },
    /// An object was looked at once more, when nothing of a refused call could still land.
    LookedLate {
        /// The attempt that was refused.
        attempt: AttemptId,
        /// What was found.
        finding: Finding,
    },
    /// An approved apply found by a fresh look that there is nothing to change. No call was made; what
    /// users see is verified as after one.
    NothingToChange {
        /// The attempt that was left out.
        attempt: AttemptId,
        /// What was approved.
        preview: Digest,
        /// What is there: as the step would leave it.
        found: Captured,
        /// Who approved it.
        by: Operator,
    },
    /// The call may have been applied.
    Lost {
        /// The attempt.
        attempt: AttemptId,
        /// What happened.
        problem: CallProblem,
    },
    /// The world was looked at to settle an attempt, or because a person asked.
    Inspected {
        /// The attempt whose object was read.
        attempt: AttemptId,
        /// What was found.
        finding: Finding,
    },
    /// The change is on every authoritative server.
    InSync {
        /// The attempt.
        attempt: AttemptId,
        /// The server's Date when it said so.
        server_date: Timestamp,
    },
    /// After-checks were read and do not all pass yet; journalled when the set of verdicts changes.
    VerifyProgress {
        /// The attempt.
        attempt: AttemptId,
        /// What was read.
        readings: Vec<CheckReading>,
    },
    /// Every after-check passed.
    Verified {
        /// The attempt.
        attempt: AttemptId,
        /// What was read.
        readings: Vec<CheckReading>,
    },
    /// An after-check did not pass in time: a decision is due.
    VerificationExpired {
        /// The attempt.
        attempt: AttemptId,
        /// What was read.
        readings: Vec<CheckReading>,
    },
    /// Verification starts (again): after an adoption, or because a person asked.
    VerifyAgain {
        /// The attempt.
        attempt: AttemptId,
    },
    /// A rollback found the step's object already as before: nothing to undo.
    UndoNotNeeded {
        /// The step.
        step: StepId,
        /// Whether what users see is still to be verified, as after an undo of our own; a person who
        /// did it by hand has said so.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        verify: bool,
        /// Whether a person's word is all there is: the object was not seen to be as before. Journals from before this
        /// was kept do not tell it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_word: bool,
    },
    /// After a takeover, the object of a step was looked at, whatever its recorded state.
    Reinspected {
        /// The step.
        step: StepId,
        /// What was found, compared with the last attempt's images (or with the plan's wish where
        /// there was no attempt: then `After` is offered for adoption).
        finding: Finding,
    },
    /// The step needed no change, or has no action.
    DoneWithoutEffect {
        /// The step.
        step: StepId,
        /// By whom.
        by: Operator,
    },
    /// A person said that it is so.
    Attested {
        /// The step.
        step: StepId,
        /// By whom.
        by: Operator,
        /// What they say.
        reason: String,
    },
    /// Left out.
    Skipped {
        /// The step.
        step: StepId,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// A person accepts what could not be proven.
    Accepted {
        /// The step.
        step: StepId,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// A person settled a doubt.
    Resolved {
        /// The step.
        step: StepId,
        /// How.
        resolution: Resolution,
        /// By whom.
        by: Operator,
        /// On what evidence.
        reason: String,
    },
    /// A person took over what was done by hand.
    AdoptedByHand {
        /// The step.
        step: StepId,
        /// The last image seen before, "seen, not captured".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Captured>,
        /// What is there.
        after: Captured,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// The step starts anew.
    Reopened {
        /// The step.
        step: StepId,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// The object of a done step is not as the step left it.
    Drifted {
        /// The step.
        step: StepId,
        /// What was found.
        finding: Finding,
    },
    /// It is again as the step left it.
    DriftCleared {
        /// The step.
        step: StepId,
    },
    /// A decision was taken or revised.
    Decided {
        /// The decision.
        decision: DecisionId,
        /// The value.
        value: String,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// The checks of a gate are read.
    GateCheckStarted {
        /// The phase.
        phase: PhaseId,
    },
    /// The checks of a gate were read.
    GateChecked {
        /// The phase.
        phase: PhaseId,
        /// What was read.
        readings: Vec<CheckReading>,
    },
    /// People said go or no-go at a gate.
    GateDecided {
        /// The phase.
        phase: PhaseId,
        /// Go, or no-go.
        go: bool,
        /// Who took the part of each role.
        people: BTreeMap<String, Operator>,
        /// What they saw: the verdicts, the steps before, the open decisions.
        basis: Digest,
        /// Who wrote it down.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// A deadline passed: a decision is due. Nothing acts on it.
    DecisionDue {
        /// The rollback rule whose deadline it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<RuleId>,
        /// The monitor whose deadline it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        monitor: Option<MonitorId>,
        /// Since when it fails.
        since: Timestamp,
        /// When the decision was due.
        due: Timestamp,
    },
    /// A person moved the deadline of a rule.
    DeadlineExtended {
        /// The rule.
        rule: RuleId,
        /// By how many minutes.
        minutes: u32,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// Another plan took the place of the run's. Approvals of the steps that it touches are void.
    Amended {
        /// What differs, from which plan to which.
        diff: PlanDiff,
        /// The plan that is from now on.
        plan: Frozen,
        /// Steps without an effect of which more than the words changed: nothing that was read,
        /// approved or said of them holds any more.
        anew: Vec<StepId>,
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// No new applies.
    Held {
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// An honest stop was asked for.
    StopRequested {
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// Nothing is in flight any more.
    Stopped,
    /// The run goes on.
    Released {
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// A person confirmed a rollback; its plan is frozen.
    RollbackConfirmed {
        /// The plan.
        plan: Box<RollbackPlan>,
        /// Preconditions overridden by name.
        overrides: Vec<CheckId>,
        /// Breaches accepted by name.
        accept_breaches: Vec<String>,
        /// By whom.
        by: Operator,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An item is finished.
    RollbackItemDone {
        /// The item.
        item: String,
        /// By hand, on a person's word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_hand: Option<(Operator, String)>,
    },
    /// The rollback stopped at an item.
    RollbackHalted {
        /// The item.
        item: String,
        /// Why, in one sentence.
        why: String,
        /// What its preconditions read.
        readings: Vec<CheckReading>,
    },
    /// The item at which it stopped is tried again.
    RollbackRetried {
        /// By whom.
        by: Operator,
    },
    /// The rollback was given up.
    RollbackAbandoned {
        /// By whom.
        by: Operator,
        /// Why.
        reason: String,
    },
    /// Every item is finished.
    RollbackCompleted,
    /// A monitor's state changed, or its reading is due to be kept.
    MonitorRead {
        /// The monitor.
        monitor: MonitorId,
        /// What was read.
        reading: CheckReading,
        /// What the monitor says by it, after hysteresis; absent in journals from before this was
        /// kept: then it is what was read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<MonitorState>,
    },
    /// A fact that this program does not know, or one with parts that it does not know. What it makes of
    /// the run is not known either; see `Run::beyond` in the engine. Only [`Self::read`] makes one.
    #[serde(skip)]
    Unknown(Unknown),
}

/// The field that names an event's kind.
const TAG: &str = "event";

impl EventKind {
    /// Reads the body of a journalled event. One that this program does not know is kept as it stands.
    ///
    /// # Errors
    /// Where it is no object that names its kind.
    pub fn read(body: &str) -> Result<Self, serde_json::Error> {
        // Almost every event is known: the tree is made for the others only.
        let strict = serde_json::from_str(body);
        strict.or_else(|error| {
            let raw = serde_json::from_str(body)?;
            Unknown::of(raw, TAG).map(Self::Unknown).ok_or(error)
        })
    }
}

impl Serialize for EventKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Unknown(unknown) = self {
            return unknown.serialize(serializer);
        }
        Self::serialize(self, Writer::new(serializer, TAG))
    }
}

impl<'de> Deserialize<'de> for EventKind {
    /// Only what is known, with serde's own words for what is wrong with the rest.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(Reader::new(deserializer, TAG))
    }
}

/// One journalled fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place, from 1 without gaps.
    pub seq: u64,
    /// When it was written, by the clock of its writer.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten, deserialize_with = "from_tree")]
    pub kind: EventKind,
}
