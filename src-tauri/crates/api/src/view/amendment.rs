//! An amendment as a person sees it before it is made.

use switchback_engine::amend::{anew, refusals};
use switchback_engine::decide::may_amend;
use switchback_engine::run::Run;
use switchback_model::{Plan, PlanChange, PlanDiff};

use crate::wire::{AmendmentChange, AmendmentView};

mod words;

/// What would change if this plan took the place of the run's, and what stands in the way.
#[must_use]
pub fn amendment_view(run: &Run, plan: &Plan) -> AmendmentView {
    let diff = PlanDiff::between(&run.plan, plan);
    let refused = refusals(run, plan, &diff);
    let changes = diff.changes.iter().enumerate().map(|(at, change)| {
        let (kind, field, before, after) = match change {
            PlanChange::Added { .. } => ("added", None, None, None),
            PlanChange::Removed { .. } => ("removed", None, None, None),
            PlanChange::Changed {
                field, before, after, ..
            } => {
                let (before, after) = words::both(field, before, after);
                ("changed", Some(field.clone()), Some(before), Some(after))
            }
        };
        AmendmentChange {
            subject: change.subject().to_string(),
            kind: kind.to_owned(),
            label: field.as_deref().map(words::label),
            field,
            before,
            after,
            refused: refused.iter().find(|r| r.at == at).map(|r| r.why.clone()),
        }
    });
    AmendmentView {
        digest: run.basis_of_amendment(&diff).to_string(),
        from: diff.from.to_string(),
        to: diff.to.to_string(),
        changes: changes.collect(),
        anew: anew(run, plan).iter().map(ToString::to_string).collect(),
        not_now: may_amend(run).err().map(|rejection| rejection.to_string()),
    }
}
