//! Deciding to put another plan in the place of the run's.

use switchback_model::{EventKind, Plan, PlanDiff, Submission};

use super::{no_rollback, reason, stale_screen};
use crate::amend::{anew, refusals};
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::Run;

/// What stands in the way of any amendment now: the same for a look at it and for the command. A
/// confirmed rollback is frozen over the plan as it is, and a call in flight is inspected by it.
pub fn may_amend(run: &Run) -> Result<(), Rejection> {
    no_rollback(run)?;
    if let Some(step) = run.unsettled() {
        return Err(Rejection::new(
            Code::NotNow,
            format!("The call of step {step} is in flight or in doubt."),
            "Amend the plan once it is resolved.",
        ));
    }
    super::looked_at_again(run, "Amend the plan once every step is inspected.")
}

pub(super) fn amend(run: &Run, submission: &Submission, plan: &Plan) -> Result<Vec<EventKind>, Rejection> {
    may_amend(run)?;
    let diff = PlanDiff::between(&run.plan, plan);
    if diff.from == diff.to {
        return Err(Rejection::new(
            Code::NotNow,
            "The amended plan is the plan of this run already.",
            "There is nothing to amend.",
        ));
    }
    let refused = refusals(run, plan, &diff);
    if !refused.is_empty() {
        let every: Vec<&str> = refused.iter().map(|refused| refused.why.as_str()).collect();
        return Err(Rejection::new(
            Code::Guard,
            every.join(" "),
            "Leave these as they are, or roll those steps back first.",
        ));
    }
    if submission.basis != Some(run.basis_of_amendment(&diff)) {
        return Err(stale_screen(submission.basis.is_some(), "amendment"));
    }
    Ok(vec![EventKind::Amended {
        anew: anew(run, plan),
        diff,
        plan: plan.clone().into(),
        by: submission.by.clone(),
        reason: reason(submission)?,
    }])
}
