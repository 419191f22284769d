//! Lints of rollback rules: deadlines, what they forget, whom they tell.

use std::collections::BTreeSet;

use switchback_model::StepId;
use switchback_model::plan::StepKind;

use super::{Course, changes, list, words};
use crate::draft::{DraftRule, Part};
use crate::graph::references::dependants;
use crate::notes::Notes;

pub(super) fn lint(notes: &mut Notes<'_>, plan: &Course<'_>, has_target: bool) {
    for rule in &plan.draft.rules {
        inverse(notes, plan, rule);
        deadline(notes, plan, rule, has_target);
        forgets(notes, plan, rule);
        untold(notes, plan, rule);
    }
}

/// A rule of which nobody knows how it is carried out.
fn inverse(notes: &mut Notes<'_>, plan: &Course<'_>, rule: &DraftRule) {
    let unsaid = rule.rule.undo.iter().filter(|id| {
        plan.step(id)
            .is_some_and(|step| step.step.kind == StepKind::Attest && !step.says_way_back)
    });
    let unsaid: Vec<_> = unsaid.collect();
    if !unsaid.is_empty() {
        let message = format!(
            "The rule `{}` undoes {}, and nothing says how.",
            rule.rule.id,
            list(unsaid)
        );
        notes.lint(
            "rule-without-inverse",
            rule.undo_at,
            message,
            "Give each of these steps a `reversibility` with the words of its way back.",
        );
    }
}

const ADD_DECISION: &str = "Add a [[decision]] of type minutes, name it as the rule's `decision`, and in `decisions` of the step that the rule undoes.";

fn deadline(notes: &mut Notes<'_>, plan: &Course<'_>, rule: &DraftRule, has_target: bool) {
    let id = &rule.rule.id;
    let Some(decision) = &rule.decision else {
        let unsure = rule
            .said
            .iter()
            .find(|said| said.part == Part::Title && words::unsure_duration(&said.text.value));
        if let Some(said) = unsure {
            let message = format!("The deadline of the rule `{id}` is not decided: its title asks.");
            notes.lint("undecided-deadline", said.text.at, message, ADD_DECISION);
        }
        return;
    };
    let found = plan
        .draft
        .decisions
        .iter()
        .find(|d| d.decision.id == decision.value);
    if found.is_none_or(|found| found.decision.decided.is_some()) {
        return;
    }
    let waits = rule.rule.undo.iter().any(|id| {
        plan.step(id)
            .is_some_and(|step| step.step.decisions.contains(&decision.value))
    });
    let message = match (waits, has_target) {
        (true, false) => return,
        (true, true) => format!(
            "The deadline of the rule `{id}` is undecided on this target: its steps wait until somebody takes the decision `{}`.",
            decision.value
        ),
        (false, _) => format!(
            "The deadline of the rule `{id}` is undecided, and no step that it undoes waits for the decision `{}`.",
            decision.value
        ),
    };
    let fix = match waits {
        true => format!(
            "Decide it in the target (`[decisions]`, {} = minutes), or in the run.",
            decision.value
        ),
        false => format!(
            "Add `decisions = [\"{}\"]` to a step that the rule undoes.",
            decision.value
        ),
    };
    notes.lint("undecided-deadline", decision.at, message, fix);
}

/// Later changes of which a rule says nothing: neither undone, nor kept, nor guarded by a coherence
/// rule. Where the runbook has no edges at all, the order of its steps stands for them.
fn forgets(notes: &mut Notes<'_>, plan: &Course<'_>, rule: &DraftRule) {
    let undo = &rule.rule.undo;
    let goes: BTreeSet<StepId> = dependants(plan.draft, undo).into_keys().collect();
    let later = plan.later(undo);
    let first = undo.iter().filter_map(|id| plan.place(id)).min();
    let by_edges = plan.has_edges();
    let comes_after = |place: usize| match by_edges {
        true => later[place],
        false => first.is_some_and(|undone| undone < place),
    };
    let named = |id: &StepId| undo.contains(id) || rule.rule.keep.contains(id);
    // Who publishes goes with what it publishes, named or not.
    let spoken_of = |id: &StepId| {
        named(id)
            || plan
                .step(id)
                .is_some_and(|step| step.step.publishes.iter().any(named))
    };
    // What is guarded, with all that needs it: taken back by the same repair.
    let guards = plan.draft.coherence.iter().map(|rule| &rule.coherence);
    let done: Vec<StepId> = guards
        .filter(|rule| rule.undone.iter().any(|id| goes.contains(id)))
        .flat_map(|rule| rule.done.clone())
        .collect();
    let guarded = dependants(plan.draft, &done);
    let forgotten: Vec<&StepId> = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(place, step)| {
            let id = &step.step.id;
            changes(step) && !spoken_of(id) && comes_after(*place) && !guarded.contains_key(id)
        })
        .map(|(_, step)| &step.step.id)
        .collect();
    if forgotten.is_empty() {
        return;
    }
    let joins = forgotten.iter().all(|id| goes.contains(*id));
    let what = match joins {
        true => "need what it undoes and go first",
        false => "come after what it undoes",
    };
    let message = format!(
        "The rule `{}` says nothing of {}, which {what}.",
        rule.rule.id,
        list(forgotten)
    );
    notes.lint(
        "rule-forgets-dependant",
        rule.undo_at,
        message,
        "Name each in `undo` or `keep` of the rule, or guard it by a [[coherence]] rule.",
    );
}

/// Users who were told that it starts are told that it was taken back.
fn untold(notes: &mut Notes<'_>, plan: &Course<'_>, rule: &DraftRule) {
    let last = rule.rule.undo.iter().filter_map(|id| plan.place(id)).max();
    let Some(last) = last else { return };
    let told = plan.steps[..last]
        .iter()
        .find(|step| step.step.kind == StepKind::Notice);
    if let Some(told) = told.filter(|_| rule.then == 0) {
        let message = format!(
            "`{}` tells people that it happens, and after the rule `{}` nobody tells them that it was taken back.",
            told.step.id, rule.rule.id
        );
        notes.lint(
            "rollback-untold",
            rule.id_at,
            message,
            "Add `then = [\"…\"]` with the words of that notice.",
        );
    }
}
