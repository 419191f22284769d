//! Lints of coherence rules: whether a combination that must not be can be reached all the same.

use std::collections::BTreeSet;

use switchback_model::StepId;
use switchback_model::plan::Reversibility;

use super::{Course, has_effect, list};
use crate::draft::{DraftCoherence, DraftRule, DraftStep};
use crate::graph::references::dependants;
use crate::notes::Notes;

pub(super) fn lint(notes: &mut Notes<'_>, plan: &Course<'_>) {
    for entry in &plan.draft.coherence {
        void(notes, plan, entry);
        forward(notes, plan, entry);
    }
    let entries = plan.draft.coherence.iter();
    let guards: Vec<Guard<'_>> = entries.map(|entry| Guard::of(plan, entry)).collect();
    if guards.is_empty() {
        return;
    }
    for rule in &plan.draft.rules {
        after_rule(notes, plan, rule, &guards);
    }
}

/// A coherence rule, and what its repair takes back with all that needs it.
struct Guard<'d> {
    entry: &'d DraftCoherence,
    goes: Done,
}

impl<'d> Guard<'d> {
    fn of(plan: &Course<'_>, entry: &'d DraftCoherence) -> Self {
        Self {
            entry,
            goes: closure(plan, &entry.coherence.repair),
        }
    }
}

/// Some steps and all that need them.
fn closure(plan: &Course<'_>, steps: &[StepId]) -> Done {
    let goes = dependants(plan.draft, steps);
    let all = plan.steps.iter();
    all.map(|step| goes.contains_key(&step.step.id)).collect()
}

/// Which steps have an effect, by their places.
type Done = Vec<bool>;

/// Whether the combination is there: nothing of the one, and something of the other. A look or a publication that is
/// done says nothing of it.
fn breached(plan: &Course<'_>, entry: &DraftCoherence, done: &Done) -> bool {
    let (without, with) = (&entry.coherence.undone, &entry.coherence.done);
    let has = |id: &StepId| {
        plan.place(id)
            .is_some_and(|place| done[place] && plan.steps[place].step.carries_state())
    };
    !without.is_empty() && with.iter().any(has) && !without.iter().any(has)
}

/// The steps with an effect among the first so many.
fn first(plan: &Course<'_>, count: usize) -> Done {
    let steps = plan.steps.iter().enumerate();
    steps
        .map(|(place, step)| place < count && has_effect(step))
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
    // It is there, if ever, as soon as the first of `done` is done: from then on steps of `undone` are only added.
    let carries = |place: &usize| has_effect(plan.steps[*place]) && plan.steps[*place].step.carries_state();
    let places = entry.coherence.done.iter().filter_map(|id| plan.place(id));
    let first_of = places.filter(carries).min();
    let Some(place) = first_of.filter(|place| breached(plan, entry, &first(plan, place + 1))) else {
        return;
    };
    let last = plan.steps[place];
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
fn after_rule(notes: &mut Notes<'_>, plan: &Course<'_>, rule: &DraftRule, guards: &[Guard<'_>]) {
    let mut told = BTreeSet::new();
    let goes = closure(plan, &rule.rule.undo);
    // Between two steps that a rule or a combination speaks of nothing changes.
    let named = |id: &StepId| {
        let spoken =
            |entry: &DraftCoherence| entry.coherence.undone.contains(id) || entry.coherence.done.contains(id);
        rule.rule.undo.contains(id) || guards.iter().any(|guard| spoken(guard.entry))
    };
    let bars = |place: usize, step: &DraftStep| {
        (rule.rule.keep.contains(&step.step.id) || step.step.reversibility == Reversibility::PointOfNoReturn)
            && guards.iter().any(|guard| guard.goes[place])
    };
    let counts = plan.steps.iter().enumerate().filter_map(|(place, step)| {
        let count = place + 1;
        (named(&step.step.id) || bars(place, step) || count == plan.steps.len()).then_some(count)
    });
    for count in counts {
        let before = first(plan, count);
        let undone = rule.rule.undo.iter().filter_map(|id| plan.place(id));
        if !undone.into_iter().any(|place| before[place]) {
            continue;
        }
        let mut left: Done = before
            .iter()
            .zip(&goes)
            .map(|(has, goes)| *has && !goes)
            .collect();
        let mut repaired = BTreeSet::new();
        let standing = |left: &Done, repaired: &BTreeSet<String>| {
            let mut guards = guards.iter();
            guards.find(|guard| {
                breached(plan, guard.entry, left) && !repaired.contains(&guard.entry.coherence.id)
            })
        };
        while let Some(guard) = standing(&left, &repaired) {
            let entry = guard.entry;
            repaired.insert(entry.coherence.id.clone());
            match repair(plan, rule, guard, &left) {
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
fn repair(plan: &Course<'_>, rule: &DraftRule, guard: &Guard<'_>, left: &Done) -> Result<Done, String> {
    let goes: Vec<&DraftStep> = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(place, _)| left[*place] && guard.goes[*place])
        .map(|(_, step)| *step)
        .collect();
    let ids = |of: &dyn Fn(&DraftStep) -> bool| -> Vec<&StepId> {
        let found = goes.iter().filter(|step| of(step));
        found.map(|step| &step.step.id).collect()
    };
    let kept = ids(&|step| rule.rule.keep.contains(&step.step.id));
    if !kept.is_empty() {
        return Err(format!("the rule keeps {}", list(kept)));
    }
    let last = ids(&|step| step.step.reversibility == Reversibility::PointOfNoReturn);
    if !last.is_empty() {
        return Err(format!("{} can't be taken back", list(last)));
    }
    let mended: Done = left
        .iter()
        .zip(&guard.goes)
        .map(|(left, goes)| *left && !goes)
        .collect();
    if breached(plan, guard.entry, &mended) {
        return Err("its repair does not mend it".to_owned());
    }
    Ok(mended)
}
