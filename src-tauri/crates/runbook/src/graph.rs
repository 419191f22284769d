//! Resolves names and edges, and refuses graphs and rules that make no sense.

use std::collections::{BTreeMap, BTreeSet};

use switchback_model::StepId;
use switchback_model::plan::{Reversibility, TargetKind};

use crate::draft::{Draft, DraftStep, Names};
use crate::notes::{At, Located, Notes, suggestion};

mod choices;
mod publishing;
mod snapshots;

/// What an edge or rule may name: a step, or an item of the plan (all its steps).
struct Index {
    steps: BTreeMap<String, Vec<StepId>>,
    /// Whether every step's id could be read; else a name may mean the step whose id could not.
    complete: bool,
}

impl Index {
    fn resolve(&self, notes: &mut Notes<'_>, name: &Located<String>) -> Vec<StepId> {
        if let Some(steps) = self.steps.get(&name.value) {
            return steps.clone();
        }
        if !self.complete {
            return Vec::new();
        }
        let known: Vec<&str> = self.steps.keys().map(String::as_str).collect();
        let message = format!("There is no step and no plan item `{}`.", name.value);
        notes.error("unknown-step", name.at, message, suggestion(&name.value, &known));
        Vec::new()
    }

    fn all(&self, notes: &mut Notes<'_>, names: &Names) -> Vec<StepId> {
        let mut steps = Vec::new();
        for name in names {
            for step in self.resolve(notes, name) {
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
        }
        steps
    }
}

/// Puts the resolved names into the draft and reports what is wrong with them.
pub(crate) fn link(notes: &mut Notes<'_>, draft: &mut Draft, target: Option<TargetKind>) {
    unique_ids(notes, draft);
    let index = index(notes, draft);
    let edges = edges(notes, draft, &index);
    cycles(notes, draft, &edges);
    publishing::link(notes, draft);
    snapshots::link(notes, draft);
    choices::link(notes, draft);
    references(notes, draft, &index);
    rules(notes, draft, &index);
    coherence(notes, draft, &index);
    if target == Some(TargetKind::Production) {
        for step in steps(draft).filter(|s| s.step.reversibility == Reversibility::PointOfNoReturn) {
            notes.error(
                "point-of-no-return",
                step.reversibility_at,
                "A point of no return on a production target needs two people; this is not yet supported.",
                "Split the step so that each part can be taken back, or use another target.",
            );
        }
    }
}

pub(crate) fn steps(draft: &Draft) -> impl Iterator<Item = &DraftStep> {
    draft.phases.iter().flat_map(|phase| &phase.steps)
}

fn steps_mut(draft: &mut Draft) -> impl Iterator<Item = &mut DraftStep> {
    draft.phases.iter_mut().flat_map(|phase| &mut phase.steps)
}

fn unique_ids(notes: &mut Notes<'_>, draft: &Draft) {
    let phases = draft
        .phases
        .iter()
        .map(|p| ("phase", p.id.value.to_string(), p.id.at));
    let steps = steps(draft).map(|s| ("step", s.step.id.to_string(), s.id_at));
    let monitors = draft
        .monitors
        .iter()
        .map(|m| ("monitor", m.id.value.to_string(), m.id.at));
    let rules = draft
        .rules
        .iter()
        .map(|r| ("rollback rule", r.rule.id.to_string(), r.id_at));
    let coherence = draft
        .coherence
        .iter()
        .map(|c| ("coherence rule", c.coherence.id.clone(), c.id_at));
    let decisions = draft
        .decisions
        .iter()
        .map(|d| ("decision", d.decision.id.to_string(), d.at));
    let mut seen = BTreeSet::new();
    for (what, id, at) in phases
        .chain(steps)
        .chain(monitors)
        .chain(rules)
        .chain(coherence)
        .chain(decisions)
    {
        if !seen.insert((what, id.clone())) {
            let message = format!("There is already a {what} `{id}`.");
            notes.error(
                "duplicate-id",
                at,
                message,
                format!("Give each {what} its own id."),
            );
        }
    }
}

fn index(notes: &mut Notes<'_>, draft: &Draft) -> Index {
    let mut names: BTreeMap<String, Vec<StepId>> = BTreeMap::new();
    for step in steps(draft) {
        names
            .entry(step.step.plan_ref.clone())
            .or_default()
            .push(step.step.id.clone());
    }
    names.remove("");
    for step in steps(draft) {
        let only = vec![step.step.id.clone()];
        if names
            .get(step.step.id.as_str())
            .is_some_and(|of_item| *of_item != only)
        {
            notes.error(
                "ambiguous-name",
                step.id_at,
                format!("`{}` is a step and also an item of the plan.", step.step.id),
                "Give the step another id: rules may name either.",
            );
        }
        names.insert(step.step.id.to_string(), only);
    }
    Index {
        steps: names,
        complete: steps(draft).all(|step| step.named),
    }
}

type Edges = BTreeMap<StepId, Vec<(StepId, At)>>;

/// Resolves `needs` and `after`. An item of the plan means its other steps, never the step itself.
fn edges(notes: &mut Notes<'_>, draft: &mut Draft, index: &Index) -> Edges {
    let mut edges = Edges::new();
    for step in steps_mut(draft) {
        let own = step.step.id.clone();
        // What makes something seen comes after it.
        let after: Names = step.after.iter().chain(&step.publishes.0).cloned().collect();
        for (names, resolved) in [
            (&step.needs, &mut step.step.needs),
            (&after, &mut step.step.after),
        ] {
            for name in names {
                for other in index.resolve(notes, name) {
                    if other == own && name.value != own.as_str() {
                        continue;
                    }
                    edges
                        .entry(own.clone())
                        .or_default()
                        .push((other.clone(), name.at));
                    if !resolved.contains(&other) {
                        resolved.push(other);
                    }
                }
            }
        }
    }
    for step in steps_mut(draft) {
        let own = step.step.id.clone();
        for name in &step.publishes.0 {
            let known = index.steps.get(&name.value).into_iter().flatten();
            for other in known.filter(|other| **other != own) {
                if !step.step.publishes.contains(other) {
                    step.step.publishes.push(other.clone());
                }
            }
        }
    }
    edges
}

/// Reports each cycle of `needs` and `after` once, at the edge that closes it.
fn cycles(notes: &mut Notes<'_>, draft: &Draft, edges: &Edges) {
    fn visit(
        at: &StepId,
        edges: &Edges,
        path: &mut Vec<StepId>,
        done: &mut BTreeSet<StepId>,
        notes: &mut Notes<'_>,
    ) {
        path.push(at.clone());
        for (next, edge) in edges.get(at).into_iter().flatten() {
            if let Some(start) = path.iter().position(|step| step == next) {
                let mut names: Vec<&str> = path[start..].iter().map(StepId::as_str).collect();
                names.push(next.as_str());
                notes.error(
                    "cycle",
                    *edge,
                    format!("These steps wait for each other: {}.", names.join(" → ")),
                    "Remove one of these entries of `needs` or `after`.",
                );
            } else if !done.contains(next) {
                visit(next, edges, path, done, notes);
            }
        }
        path.pop();
        done.insert(at.clone());
    }
    let mut done = BTreeSet::new();
    for step in steps(draft) {
        if !done.contains(&step.step.id) {
            visit(&step.step.id, edges, &mut Vec::new(), &mut done, notes);
        }
    }
}

/// Decisions and monitors that steps, rules and monitors name.
fn references(notes: &mut Notes<'_>, draft: &mut Draft, index: &Index) {
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

fn rules(notes: &mut Notes<'_>, draft: &mut Draft, index: &Index) {
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

fn coherence(notes: &mut Notes<'_>, draft: &mut Draft, index: &Index) {
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
