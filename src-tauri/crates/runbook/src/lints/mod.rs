//! What is allowed but likely a mistake. A lint rests on what the runbook declares; where it
//! declares nothing, on its words (`words`), so that a plain transcription of a plan fires as well.
//! `docs/writing-a-runbook.md` explains each code.

mod endings;
mod leftovers;
mod records;
pub(crate) mod restriction;
mod rules;
mod steps;
mod ttl;
pub(crate) mod words;
mod work;

use std::collections::HashMap;

use switchback_model::StepId;
use switchback_model::plan::{Reversibility, StepKind, TargetKind};

use crate::draft::{Draft, DraftStep, Part};
use crate::graph;
use crate::reader::Reader;

/// Every code of a lint, in the order of the document.
#[cfg(test)]
pub(crate) const CODES: &[&str] = &[
    "no-way-back",
    "rule-without-inverse",
    "rule-forgets-dependant",
    "undecided-deadline",
    "rollback-untold",
    "restriction-not-lifted",
    "lifts-nothing",
    "same-work-twice",
    "ttl-not-restored",
    "no-ttl-wait",
    "alternatives-open",
    "incoherent-ending",
    "coherence-void",
    "no-verify",
    "undo-without-before",
    "undo-without-verify",
    "no-reason",
    "order",
    "alias-answers",
    "switches-nothing",
    "undo-before-too-late",
    "roll-unguarded",
    "unpublished",
    "ttl-not-lowered",
    "unused-value",
    "unused-decision",
    "unused-notice",
    "target-name",
];

/// Adds every lint of a linked draft. `target` is the kind of the target, where there is one.
pub(crate) fn lint(reader: &mut Reader<'_>, draft: &Draft, target: Option<TargetKind>) {
    leftovers::lint(reader, draft);
    let notes = &mut reader.notes;
    let plan = Course::of(draft);
    steps::lint(notes, &plan, target);
    ttl::lint(notes, &plan);
    let asides = records::lint(notes, &plan);
    work::lint(notes, &plan);
    rules::lint(notes, &plan, target.is_some());
    endings::lint(notes, &plan);
    reader.asides.extend(asides);
}

/// The steps in the order of the file, with what the lints ask of them.
pub(crate) struct Course<'d> {
    draft: &'d Draft,
    steps: Vec<&'d DraftStep>,
    places: HashMap<&'d StepId, usize>,
    phases: Vec<usize>,
}

impl<'d> Course<'d> {
    fn of(draft: &'d Draft) -> Self {
        let steps: Vec<_> = graph::steps(draft).collect();
        let mut places = HashMap::new();
        for (place, step) in steps.iter().enumerate() {
            places.entry(&step.step.id).or_insert(place);
        }
        let numbered = draft.phases.iter().enumerate();
        let phases = numbered.flat_map(|(number, phase)| phase.steps.iter().map(move |_| number));
        Self {
            draft,
            steps,
            places,
            phases: phases.collect(),
        }
    }

    fn place(&self, id: &StepId) -> Option<usize> {
        self.places.get(id).copied()
    }

    fn step(&self, id: &StepId) -> Option<&'d DraftStep> {
        self.place(id).map(|place| self.steps[place])
    }

    /// The phase of the step at a place, by its number.
    fn phase(&self, place: usize) -> usize {
        self.phases[place]
    }

    /// Whether any step says what it needs or comes after.
    fn has_edges(&self) -> bool {
        self.steps
            .iter()
            .any(|step| !step.needs.is_empty() || !step.after.is_empty())
    }

    /// Which steps come after any of these, by needs or after, through any number of steps.
    fn later(&self, of: &[StepId]) -> Vec<bool> {
        let mut found = vec![false; self.steps.len()];
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); self.steps.len()];
        for (place, step) in self.steps.iter().enumerate() {
            for edge in step.step.needs.iter().chain(&step.step.after) {
                if let Some(earlier) = self.place(edge) {
                    after[earlier].push(place);
                }
            }
        }
        let mut open: Vec<usize> = of.iter().filter_map(|id| self.place(id)).collect();
        while let Some(next) = open.pop() {
            for &place in &after[next] {
                if !std::mem::replace(&mut found[place], true) {
                    open.push(place);
                }
            }
        }
        found
    }
}

/// Whether a step leaves something behind that a rollback may have to take back.
fn has_effect(step: &DraftStep) -> bool {
    step.step.reversibility != Reversibility::NoneNeeded
}

/// Whether a person or the program changes something in it, unlike a look or a message.
fn changes(step: &DraftStep) -> bool {
    has_effect(step) && matches!(step.step.kind, StepKind::Action | StepKind::Attest)
}

/// The title of a step as written.
fn title(step: &DraftStep) -> &str {
    let found = step.said.iter().find(|said| said.part == Part::Title);
    found.map_or("", |said| said.text.value.as_str())
}

/// "`a`", "`a` and `b`", "`a`, `b` and `c`".
fn list<'i>(ids: impl IntoIterator<Item = &'i StepId>) -> String {
    let names: Vec<String> = ids.into_iter().map(|id| format!("`{id}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
