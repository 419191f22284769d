//! What names something must name what there is.

use std::collections::{BTreeMap, BTreeSet};

use switchback_model::StepId;

use super::{Index, steps, steps_mut};
use crate::draft::{Draft, DraftStep};
use crate::notes::{Located, Notes, suggestion};

/// Decisions and monitors that steps, rules and monitors name.
pub(super) fn references(notes: &mut Notes<'_>, draft: &mut Draft, index: &Index) {
    let decisions: BTreeSet<String> = draft
        .decisions
        .iter()
        .map(|d| d.decision.id.to_string())
        .collect();
    let monitors: BTreeSet<String> = draft.monitors.iter().map(|m| m.monitor.id.to_string()).collect();
    let unknown = |notes: &mut Notes<'_>, what: &str, code, id: &str, at, known: &BTreeSet<String>| {
        let words: Vec<&str> = known.iter().map(String::as_str).collect();
        notes.error(
            code,
            at,
            format!("There is no {what} `{id}`."),
            suggestion(id, &words),
        );
    };
    for step in steps_mut(draft) {
        for decision in &step.decisions {
            if decisions.contains(decision.value.as_str()) {
                step.step.decisions.push(decision.value.clone());
            } else {
                unknown(
                    notes,
                    "decision",
                    "unknown-decision",
                    decision.value.as_str(),
                    decision.at,
                    &decisions,
                );
            }
        }
    }
    for rule in &mut draft.rules {
        for trigger in &rule.triggers {
            if !monitors.contains(trigger.value.as_str()) {
                unknown(
                    notes,
                    "monitor",
                    "unknown-monitor",
                    trigger.value.as_str(),
                    trigger.at,
                    &monitors,
                );
            }
            let named = trigger.value.clone();
            if rule.rule.triggers().any(|one| *one == named) {
                continue;
            }
            match rule.rule.trigger {
                None => rule.rule.trigger = Some(named),
                Some(_) => rule.rule.also_triggers.push(named),
            }
        }
        if let Some(decision) = &rule.decision {
            if !decisions.contains(decision.value.as_str()) {
                unknown(
                    notes,
                    "decision",
                    "unknown-decision",
                    decision.value.as_str(),
                    decision.at,
                    &decisions,
                );
            }
            rule.rule.decision = Some(decision.value.clone());
        }
    }
    for monitor in &mut draft.monitors {
        for look in &mut monitor.looks {
            let mut one = |name: &Option<Located<String>>| {
                let name = name.as_ref()?;
                let steps = index.resolve(notes, name);
                if steps.len() > 1 {
                    let message = format!("`{}` means several steps; a monitor follows one.", name.value);
                    notes.error("several-steps", name.at, message, "Name the step.");
                }
                steps.into_iter().next()
            };
            let (while_done, until_done) = (one(&look.while_done), one(&look.until_done));
            if let Some(check) = look.check.spec.take() {
                let look = switchback_model::plan::MonitorCheck {
                    while_done,
                    until_done,
                    check,
                };
                monitor.monitor.checks.push(look);
            }
        }
    }
}

/// The set and, for each member that joined, whom it needs: undoing X undoes what needs X, and who publishes X
/// publishes once more.
pub(crate) fn dependants(draft: &Draft, set: &[StepId]) -> BTreeMap<StepId, Option<StepId>> {
    let mut closed: BTreeMap<StepId, Option<StepId>> = set.iter().map(|id| (id.clone(), None)).collect();
    let mut needing: BTreeMap<&StepId, Vec<&DraftStep>> = BTreeMap::new();
    for step in steps(draft) {
        for need in &step.step.needs {
            needing.entry(need).or_default().push(step);
        }
    }
    let mut reached: Vec<StepId> = set.to_vec();
    while !reached.is_empty() {
        let next = reached.iter().filter_map(|id| needing.get(id)).flatten();
        let mut joins: BTreeMap<StepId, Option<StepId>> = next
            .filter(|step| !closed.contains_key(&step.step.id))
            .filter_map(|step| {
                let need = step.step.needs.iter().find(|need| closed.contains_key(*need))?;
                Some((step.step.id.clone(), Some(need.clone())))
            })
            .collect();
        // Who publishes what is taken back publishes it once more; and who takes a publication back takes back what it
        // made seen.
        for step in steps(draft).filter(|step| step.step.is_publisher()) {
            let (own, shown) = (&step.step.id, &step.step.publishes);
            if let Some(gone) = shown.iter().find(|id| closed.contains_key(*id))
                && !closed.contains_key(own)
            {
                joins.entry(own.clone()).or_insert_with(|| Some(gone.clone()));
            }
            if set.contains(own) {
                for id in shown.iter().filter(|id| !closed.contains_key(*id)) {
                    joins.entry(id.clone()).or_insert_with(|| Some(own.clone()));
                }
            }
        }
        reached = joins.keys().cloned().collect();
        closed.extend(joins);
    }
    closed
}
