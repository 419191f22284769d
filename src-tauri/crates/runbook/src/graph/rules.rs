//! Rollback rules and forbidden combinations.

use switchback_model::StepId;
use switchback_model::plan::Reversibility;

use super::references::dependants;
use super::{Index, steps};
use crate::draft::Draft;
use crate::notes::Notes;

pub(super) fn rules(notes: &mut Notes<'_>, draft: &mut Draft, index: &Index) {
    let mut rules = std::mem::take(&mut draft.rules);
    for rule in &mut rules {
        rule.rule.undo = index.all(notes, &rule.undo);
        rule.rule.keep = index.all(notes, &rule.keep);
        let reversibility = |id: &StepId| {
            steps(draft)
                .find(|s| s.step.id == *id)
                .map(|s| &s.step.reversibility)
        };
        let undo = &rule.rule.undo;
        if !undo.is_empty()
            && undo
                .iter()
                .all(|id| reversibility(id) == Some(&Reversibility::NoneNeeded))
        {
            let message = "This rule undoes nothing: none of its steps has an effect.";
            notes.error(
                "empty-rule",
                rule.undo_at,
                message,
                "Name a step that changes something.",
            );
        }
        for id in undo
            .iter()
            .filter(|id| reversibility(id) == Some(&Reversibility::PointOfNoReturn))
        {
            let message = format!("This rule undoes `{id}`, which is a point of no return.");
            notes.error(
                "rule-irreversible",
                rule.undo_at,
                message,
                "Remove it from `undo`.",
            );
        }
        let set = dependants(draft, undo);
        for name in &rule.keep {
            for kept in index.steps.get(&name.value).into_iter().flatten() {
                let Some(because) = set.get(kept) else { continue };
                let (code, message) = match because {
                    None => (
                        "rule-conflict",
                        format!("This rule both undoes and keeps `{kept}`."),
                    ),
                    Some(need) => (
                        "rule-keeps-dependant",
                        format!("This rule keeps `{kept}`, but undoes `{need}`, which `{kept}` needs."),
                    ),
                };
                notes.error(code, name.at, message, "Remove it from `keep`, or undo less.");
            }
        }
    }
    draft.rules = rules;
}

pub(super) fn coherence(notes: &mut Notes<'_>, draft: &mut Draft, index: &Index) {
    let mut all = std::mem::take(&mut draft.coherence);
    for entry in &mut all {
        entry.coherence.undone = index.all(notes, &entry.undone);
        entry.coherence.done = index.all(notes, &entry.done);
        entry.coherence.repair = index.all(notes, &entry.repair);
        let rule = &entry.coherence;
        if let Some(both) = rule.undone.iter().find(|id| rule.done.contains(id)) {
            let message = format!("`{both}` can't be both undone and done.");
            notes.error(
                "coherence-conflict",
                entry.at,
                message,
                "Keep it in one of the lists.",
            );
        }
        let mended = dependants(draft, &rule.repair);
        if !rule.repair.is_empty()
            && !rule.done.is_empty()
            && !rule.done.iter().any(|id| mended.contains_key(id))
        {
            notes.error(
                "repair-mends-nothing",
                entry.at,
                "Undoing the steps of `repair` undoes none of the steps of `done`, so it mends nothing.",
                "Name a step of `done` in `repair`.",
            );
        }
    }
    draft.coherence = all;
}
