//! Names that nothing uses.

use std::collections::BTreeSet;

use crate::draft::Draft;
use crate::graph::steps;
use crate::notes::At;
use crate::reader::Reader;

pub(super) fn lint(reader: &mut Reader<'_>, draft: &Draft) {
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
    for name in notes.source().notices.keys() {
        if !reader.used_notices.contains(name) {
            let message = format!("Nothing uses the file notices/{name}.txt.");
            notes.lint(
                "unused-notice",
                At::default(),
                message,
                format!("Remove it, or write ${{notice:{name}}} where it belongs."),
            );
        }
    }
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
