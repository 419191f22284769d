//! The order of a rollback: what was done last goes first, by the declared edges.

use std::collections::{BTreeMap, BTreeSet};

use switchback_model::{Edges, Plan, Reversibility, Step, StepId};

use super::set::changed_since;
use crate::run::Run;

/// Whether people take the step back, not the console.
fn is_of_people(step: &Step) -> bool {
    match step.reversibility {
        Reversibility::Manual { .. } | Reversibility::Correct { .. } | Reversibility::Unknown(_) => true,
        Reversibility::Undo => step.action.is_none(),
        Reversibility::NoneNeeded | Reversibility::PointOfNoReturn => false,
    }
}

/// Reverse topological order over needs and after; where they say nothing, what the console takes back comes
/// before what people do, so that nobody waits for a person who is busy, and then the reverse of the plan's
/// order.
#[must_use]
pub fn reverse_order(plan: &Plan, set: &BTreeSet<StepId>) -> Vec<StepId> {
    let edges = Edges::of(plan);
    reverse(plan, set, |id| {
        edges.back_after(id).into_iter().cloned().collect()
    })
}

/// As [`reverse_order`]; and of two changes of one object the later one goes first.
pub(super) fn order_of(run: &Run, set: &BTreeSet<StepId>) -> Vec<StepId> {
    let edges = Edges::of(&run.plan);
    reverse(&run.plan, set, |id| {
        let same = set.iter().filter(|earlier| changed_since(run, id, earlier));
        same.chain(edges.back_after(id)).cloned().collect()
    })
}

fn reverse(
    plan: &Plan,
    set: &BTreeSet<StepId>,
    earlier: impl Fn(&StepId) -> BTreeSet<StepId>,
) -> Vec<StepId> {
    let before: BTreeMap<&StepId, BTreeSet<StepId>> = set.iter().map(|id| (id, earlier(id))).collect();
    let mut left: Vec<&StepId> = plan
        .steps()
        .map(|step| &step.id)
        .filter(|id| set.contains(*id))
        .collect();
    let by_hand: BTreeSet<&StepId> = plan
        .steps()
        .filter(|step| is_of_people(step))
        .map(|step| &step.id)
        .collect();
    let publishers: BTreeSet<&StepId> = plan
        .steps()
        .filter(|step| step.is_publisher())
        .map(|step| &step.id)
        .collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        // A step may go once nothing that is left came after it.
        let free: Vec<usize> = (0..left.len())
            .rev()
            .filter(|&i| left.iter().all(|other| !before[*other].contains(left[i])))
            .collect();
        let console = |i: &usize| !by_hand.contains(left[*i]);
        // As soon as what it publishes is back: until then readers keep the new value.
        let publication = |i: &usize| console(i) && publishers.contains(left[*i]);
        // What people do goes first only where the console can't go on without it.
        let holds_up = |i: &usize| {
            left.iter()
                .any(|other| !by_hand.contains(other) && before[left[*i]].contains(*other))
        };
        let next = free
            .iter()
            .copied()
            .find(publication)
            .or_else(|| free.iter().copied().find(console))
            .or_else(|| free.iter().copied().find(holds_up));
        // The edges have no cycle (the runbook is refused otherwise); the last one is taken all the same
        // rather than to loop.
        let at = next.or(free.first().copied()).unwrap_or(left.len() - 1);
        order.push(left.remove(at).clone());
    }
    order
}
