//! Lints of coherence rules: whether a combination that must not be can be reached all the same.

use std::collections::BTreeSet;

use switchback_model::StepId;
use switchback_model::plan::Reversibility;

use super::{Course, has_effect, list};
use crate::draft::{DraftCoherence, DraftRule};
use crate::graph::dependants;
use crate::notes::Notes;

pub(super) fn lint(notes: &mut Notes<'_>, plan: &Course<'_>) {
    for entry in &plan.draft.coherence {
        void(notes, plan, entry);
        forward(notes, plan, entry);
    }
    for rule in &plan.draft.rules {
        after_rule(notes, plan, rule);
    }
}

type Done = BTreeSet<StepId>;

/// Whether the combination is there: all of the one without an effect, all of the other with one.
fn breached(entry: &DraftCoherence, done: &Done) -> bool {
    let (without, with) = (&entry.coherence.undone, &entry.coherence.done);
    !without.is_empty()
        && !with.is_empty()
        && without.iter().all(|id| !done.contains(id))
        && with.iter().all(|id| done.contains(id))
}

/// The steps with an effect among the first so many.
fn first(plan: &Course<'_>, count: usize) -> Done {
    let steps = plan.steps[..count].iter();
    steps
        .filter(|step| has_effect(step))
        .map(|step| step.step.id.clone())
        .collect()
}

/// A combination of steps that never have an effect says nothing, or is always there.
fn void(notes: &mut Notes<'_>, plan: &Course<'_>, entry: &DraftCoherence) {
    let idle = |ids: &'_ [StepId]| -> Vec<StepId> {
        let idle = ids
            .iter()
            .filter(|id| plan.step(id).is_some_and(|step| !has_effect(step)));
        idle.cloned().collect()
    };
    let id = &entry.coherence.id;
    let (never_done, always_undone) = (idle(&entry.coherence.done), idle(&entry.coherence.undone));
    for (steps, why) in [
        (never_done, "it can never be breached"),
        (always_undone, "they count as undone even when they are done"),
    ] {
        if !steps.is_empty() {
            let message = format!(
                "The coherence rule `{id}` names {}, without an effect: {why}.",
                list(&steps)
            );
            notes.lint(
                "coherence-void",
                entry.id_at,
                message,
                "Name steps that leave something behind, or give these a `reversibility`.",
            );
        }
    }
}

/// The combination is there on the way forward, in the order of the file.
fn forward(notes: &mut Notes<'_>, plan: &Course<'_>, entry: &DraftCoherence) {
    let reached = (0..=plan.steps.len()).find(|count| breached(entry, &first(plan, *count)));
    let Some(last) = reached.and_then(|count| plan.steps.get(count.checked_sub(1)?)) else {
        return;
    };
    let message = format!(
        "The combination `{}` is there on the way forward, as soon as `{}` is done.",
        entry.coherence.id, last.step.id
    );
    notes.lint(
        "incoherent-ending",
        entry.id_at,
        message,
        "Put the steps of `undone` before those of `done`, and let these need them.",
    );
}

/// A rule that leaves the combination behind, at some point of the way, and whose repair does not
/// mend it.
fn after_rule(notes: &mut Notes<'_>, plan: &Course<'_>, rule: &DraftRule) {
    let mut told = BTreeSet::new();
    for count in 0..=plan.steps.len() {
        let before = first(plan, count);
        if !rule.rule.undo.iter().any(|id| before.contains(id)) {
            continue;
        }
        let mut left = without(plan, &before, &rule.rule.undo);
        let mut repaired = BTreeSet::new();
        while let Some(entry) = plan
            .draft
            .coherence
            .iter()
            .find(|entry| breached(entry, &left) && !repaired.contains(&entry.coherence.id))
        {
            repaired.insert(entry.coherence.id.clone());
            match repair(plan, rule, entry, &left) {
                Ok(mended) => left = mended,
                Err(why) => {
                    if told.insert(entry.coherence.id.clone()) {
                        let message = format!(
                            "The rule `{}` can leave the combination `{}` behind: {why}.",
                            rule.rule.id, entry.coherence.id
                        );
                        notes.lint(
                            "incoherent-ending",
                            rule.undo_at,
                            message,
                            "Undo more in the rule, keep less, or give the coherence rule a repair that can be undone.",
                        );
                    }
                    break;
                }
            }
        }
    }
}

/// What is left after the repair, or why it does not mend the breach.
fn repair(plan: &Course<'_>, rule: &DraftRule, entry: &DraftCoherence, left: &Done) -> Result<Done, String> {
    let steps: Vec<StepId> = entry
        .coherence
        .repair
        .iter()
        .filter(|id| left.contains(*id))
        .cloned()
        .collect();
    let goes: Done = dependants(plan.draft, &steps)
        .into_keys()
        .filter(|id| left.contains(id))
        .collect();
    let kept: Vec<_> = goes.iter().filter(|id| rule.rule.keep.contains(id)).collect();
    if !kept.is_empty() {
        return Err(format!("the rule keeps {}", list(kept)));
    }
    let final_steps: Vec<_> = goes
        .iter()
        .filter(|id| {
            plan.step(id)
                .is_some_and(|step| step.step.reversibility == Reversibility::PointOfNoReturn)
        })
        .collect();
    if !final_steps.is_empty() {
        return Err(format!("{} can't be taken back", list(final_steps)));
    }
    let mended: Done = left.difference(&goes).cloned().collect();
    if breached(entry, &mended) {
        return Err("its repair does not mend it".to_owned());
    }
    Ok(mended)
}

/// What is left after some steps and all that need them are undone.
fn without(plan: &Course<'_>, done: &Done, undo: &[StepId]) -> Done {
    let goes = dependants(plan.draft, undo);
    done.iter()
        .filter(|id| !goes.contains_key(*id))
        .cloned()
        .collect()
}
