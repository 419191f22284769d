//! Resolves names and edges, and refuses graphs and rules that make no sense.

use std::collections::{BTreeMap, BTreeSet};

use switchback_model::StepId;
use switchback_model::plan::{Reversibility, TargetKind};

use self::references::references;
use self::rules::{coherence, rules};
use crate::draft::{Draft, DraftStep, Names};
use crate::notes::{At, Located, Notes, suggestion};

mod choices;
mod publishing;
pub(crate) mod references;
mod rules;
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
