//! What is allowed but likely a mistake.

use std::collections::BTreeSet;

use switchback_model::plan::Reversibility;

use crate::draft::{Draft, DraftStep};
use crate::graph::steps;
use crate::notes::Notes;
use crate::reader::Reader;

/// Adds every lint of a linked draft.
pub(crate) fn lint(reader: &mut Reader<'_>, draft: &Draft) {
    let unused: Vec<_> = reader
        .values
        .0
        .iter()
        .filter(|(name, _)| !reader.used.contains(*name))
        .map(|(name, declared)| (name.clone(), declared.at))
        .collect();
    let notes = &mut reader.notes;
    for (name, at) in unused {
        let message = format!("Nothing uses the value `{name}`.");
        notes.lint(
            "unused-value",
            at,
            message,
            format!("Remove it, or write ${{{name}}} where it belongs."),
        );
    }
    for step in steps(draft) {
        lint_step(notes, step);
    }
    lint_order(notes, draft);
    let asked: BTreeSet<_> = steps(draft)
        .flat_map(|s| &s.step.decisions)
        .chain(draft.rules.iter().filter_map(|r| r.rule.decision.as_ref()))
        .collect();
    for decision in draft.decisions.iter().filter(|d| !asked.contains(&d.decision.id)) {
        let message = format!(
            "No step and no rule waits for the decision `{}`.",
            decision.decision.id
        );
        notes.lint(
            "unused-decision",
            decision.at,
            message,
            "Name it in `decisions` of a step, or remove it.",
        );
    }
}

fn lint_step(notes: &mut Notes<'_>, step: &DraftStep) {
    let Some(action) = step.action else { return };
    let id = &step.step.id;
    if step.verify == 0 {
        let message = format!("Nothing is checked after the action of `{id}`.");
        notes.lint(
            "no-verify",
            step.id_at,
            message,
            "Add [[phase.step.verify]] that looks from outside.",
        );
    }
    if action == "route53.switch" && !step.before.contains(&"dns.ttl_wait") {
        let message = format!("`{id}` switches a record without waiting for the old TTL to run out.");
        notes.lint(
            "no-ttl-wait",
            step.id_at,
            message,
            "Add a `dns.ttl_wait` check under [[phase.step.before]].",
        );
    }
    if step.step.reversibility == Reversibility::Undo {
        if step.undo_before == 0 {
            let message = format!("Nothing is checked before `{id}` is undone.");
            notes.lint(
                "undo-without-before",
                step.id_at,
                message,
                "Add [[phase.step.undo_before]]: does the old side answer?",
            );
        }
        if step.undo_verify == 0 {
            let message = format!("Nothing is checked after `{id}` is undone.");
            notes.lint(
                "undo-without-verify",
                step.id_at,
                message,
                "Add [[phase.step.undo_verify]].",
            );
        }
    }
}

/// A step that stands before what it waits for surprises the reader.
fn lint_order(notes: &mut Notes<'_>, draft: &Draft) {
    let order: Vec<_> = steps(draft).map(|s| &s.step.id).collect();
    for (place, step) in steps(draft).enumerate() {
        for other in step.step.needs.iter().chain(&step.step.after) {
            if order
                .iter()
                .position(|id| *id == other)
                .is_some_and(|p| p > place)
            {
                let message = format!("`{}` stands before `{other}`, which it waits for.", step.step.id);
                notes.lint(
                    "order",
                    step.id_at,
                    message,
                    "Put the steps in the order in which they run.",
                );
            }
        }
    }
}
