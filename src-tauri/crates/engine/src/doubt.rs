//! Whether the journal of a run is believed: what its keeper says against it, and what a person must accept by
//! name before something of it is restored.

use jiff::Timestamp;
use switchback_model::event::Vouched;
use switchback_model::{CheckId, CheckReading, EventKind, Plan, TargetKind, Verdict};

use crate::rejection::{Rejection, RejectionCode};
use crate::run::Run;

/// Why a journal is not believed as it stands, though its links hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Events that were acknowledged are not there.
    Missing {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// The note of what was acknowledged is there and can't be read: nobody knows how far it went.
    NoteLost {
        /// The last event that is there.
        end: u64,
    },
    /// It says otherwise than what was acknowledged.
    Contradicted {
        /// The last event that was acknowledged.
        seq: u64,
        /// What, and how to find out more, in one sentence.
        why: String,
    },
}

/// What a lost note means, in one sentence.
pub const NOTE_LOST: &str =
    "this home's note of what was acknowledged can't be read, so events may be missing";

impl Doubt {
    /// What is journalled of it, first of all.
    #[must_use]
    pub fn event(self) -> EventKind {
        match self {
            Self::Missing { from, to } => EventKind::JournalDoubted {
                acknowledged: to,
                contradicted: false,
                why: if from == to {
                    format!("event {to} is missing, which was acknowledged")
                } else {
                    format!("events {from} to {to} are missing, which were acknowledged")
                },
            },
            Self::NoteLost { end } => EventKind::JournalDoubted {
                acknowledged: end,
                contradicted: false,
                why: NOTE_LOST.to_owned(),
            },
            Self::Contradicted { seq, why } => EventKind::JournalDoubted {
                acknowledged: seq,
                contradicted: true,
                why,
            },
        }
    }
}

/// That the journal of a run was not believed as it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubted {
    /// It said otherwise than what was acknowledged; if not, events were missing from its end.
    pub contradicted: bool,
    /// In one sentence.
    pub why: String,
}

impl Doubted {
    /// Keeps the graver of two: what contradicts is never forgotten over what is missing.
    pub(crate) fn note(known: &mut Option<Self>, contradicted: bool, why: &str) {
        if !known.as_ref().is_some_and(|known| known.contradicted) {
            *known = Some(Self {
                contradicted,
                why: why.to_owned(),
            });
        }
    }
}

/// A rehearsal has nothing to lose by a journal that nobody vouches for.
fn matters(plan: &Plan) -> bool {
    plan.target.kind != TargetKind::Rehearsal
}

/// Why nobody proves what would be restored: the journal says otherwise than what was acknowledged, or the run
/// continues from a copy that nobody vouches for.
#[must_use]
pub fn unproven(run: &Run) -> Option<String> {
    if !matters(&run.plan) {
        return None;
    }
    match (&run.doubt, run.vouched) {
        (Some(doubt), _) if doubt.contradicted => Some(format!("the journal is not believed: {}", doubt.why)),
        (_, Some(Vouched::None)) => Some("the run continues from a copy that nobody vouches for".to_owned()),
        (_, Some(Vouched::Keychain | Vouched::Code) | None) => None,
    }
}

/// The precondition "somebody vouches for what is restored", by the name under which it is overridden; none
/// where somebody does.
pub(crate) fn precondition(run: &Run, now: Timestamp) -> Option<CheckReading> {
    Some(CheckReading {
        check: CheckId::new("journal").expect("a word is an id"),
        verdict: Verdict::Fail,
        observed: unproven(run)?,
        expected: "a journal that this home's key or the run's recovery code vouches for".to_owned(),
        source: "the journal".to_owned(),
        observed_at: now,
        believable_s: 60,
        mend: Some(
            "Compare what would be restored with what you know was there, then go back all the same by this name."
                .to_owned(),
        ),
        answers: None,
    })
}

/// Nothing new is built upon a journal that says otherwise than what was acknowledged.
pub(crate) fn is_believed(run: &Run) -> Result<(), Rejection> {
    match &run.doubt {
        Some(doubt) if doubt.contradicted && matters(&run.plan) => Err(Rejection::new(
            RejectionCode::Guard,
            format!("The journal of this run is not believed: {}.", doubt.why),
            "Go back from here if you must; to go on, open a new run and adopt what is there.",
        )),
        _ => Ok(()),
    }
}
