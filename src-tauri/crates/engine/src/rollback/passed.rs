//! Items that a rollback has passed already, by what is there.

use std::collections::BTreeSet;

use switchback_model::{Captured, Image, StepId};

use super::ObjectsRead;
use crate::run::Run;

/// Where an object is as a later item of the plan restores it, though not as this run left it, the items on it
/// before that one would put back what the later one takes away again: users would see the new side once more.
/// They leave it as it is. A run that lacks events shows its own undo so.
pub(super) fn passed(run: &Run, order: &[StepId], seen: &ObjectsRead) -> BTreeSet<StepId> {
    let before = |id: &StepId| -> Option<&Image> {
        let effect = run.steps.get(id)?.effect.as_ref()?;
        effect.before.as_ref().and_then(Captured::readable)
    };
    let is_passed = |at: usize, id: &StepId| {
        let now = &seen.get(id)?.as_ref().ok()?.image;
        let own = before(id)?;
        let as_left = run.last_left(&now.object())?.same_as(now);
        let restored = order
            .iter()
            .rposition(|later| before(later).is_some_and(|image| image.same_as(now)))?;
        (own.object() == now.object() && !own.same_as(now) && !as_left && restored > at).then_some(())
    };
    let passed = order
        .iter()
        .enumerate()
        .filter(|(at, id)| is_passed(*at, id).is_some());
    passed.map(|(_, id)| id.clone()).collect()
}
