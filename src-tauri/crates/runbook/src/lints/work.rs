//! Lints of what the steps do: restrictions, the same work twice, choices that are still open.

use std::collections::BTreeSet;

use switchback_model::StepId;
use switchback_model::plan::{DecisionType, StepKind};

use super::words::Work;
use super::{Course, changes, restriction, title, words};
use crate::draft::{DraftStep, Part, PeopleText};
use crate::notes::{Notes, suggestion};

pub(super) fn lint(notes: &mut Notes<'_>, plan: &Course<'_>) {
    restrictions(notes, plan);
    twice(notes, plan);
    alternatives(notes, plan);
}

/// What is restricted for the time of the work is lifted by a later step.
fn restrictions(notes: &mut Notes<'_>, plan: &Course<'_>) {
    let mut declared = BTreeSet::new();
    for (place, step) in plan.steps.iter().enumerate() {
        let id = &step.step.id;
        for what in step.restricts.iter().flatten() {
            declared.insert(what.value.as_str());
            // One that is not chosen counts as absent, so it lifts what was chosen by the same choice only.
            let together = |later: &DraftStep| {
                let choice = |one: &DraftStep| {
                    one.only_if
                        .as_ref()
                        .map(|(decision, is)| (decision.value.clone(), is.value.clone()))
                };
                later.only_if.is_none() || choice(later) == choice(step)
            };
            let lifted = |later: &&DraftStep| {
                later.lifts.iter().any(|name| name.value == what.value) && together(later)
            };
            if !plan.steps[place + 1..].iter().any(&lifted) {
                let too_early = plan.steps[..place].iter().find(|step| lifted(step));
                let message = match too_early {
                    Some(early) => format!(
                        "`{id}` restricts `{}`, and only the earlier step `{}` lifts it.",
                        what.value, early.step.id
                    ),
                    None => format!("`{id}` restricts `{}`, and no later step lifts it.", what.value),
                };
                let fix = format!("Add a step with `lifts = [\"{}\"]` after it.", what.value);
                notes.lint("restriction-not-lifted", what.at, message, fix);
            }
        }
        let by_words = step.restricts.is_none() && changes(step) && restriction::restricts(title(step));
        let lifted = || {
            plan.steps[place + 1..].iter().any(|later| {
                let by_words = changes(later) && restriction::lifts_that_of(title(later), title(step));
                !later.lifts.is_empty() || by_words
            })
        };
        if by_words && !lifted() {
            let message = format!("`{id}` restricts something by its title, and no later step lifts it.");
            notes.lint(
                "restriction-not-lifted",
                step.id_at,
                message,
                "Add a step that lifts it and name both: `restricts = [\"writes\"]` here, `lifts = [\"writes\"]` there. Write `restricts = []` if it restricts nothing.",
            );
        }
    }
    let known: Vec<&str> = declared.iter().copied().collect();
    for step in &plan.steps {
        for name in step
            .lifts
            .iter()
            .filter(|name| !declared.contains(name.value.as_str()))
        {
            let message = format!(
                "`{}` lifts `{}`, which no step restricts.",
                step.step.id, name.value
            );
            notes.lint("lifts-nothing", name.at, message, suggestion(&name.value, &known));
        }
    }
}

/// The same work in two places: in two phases by its title, anywhere by its action.
fn twice(notes: &mut Notes<'_>, plan: &Course<'_>) {
    let titles: Vec<Work> = plan.steps.iter().map(|step| Work::of(title(step))).collect();
    for (place, later) in plan.steps.iter().enumerate() {
        let same = plan.steps[..place].iter().enumerate().find(|(at, earlier)| {
            let on_purpose = || {
                let mut names = later.repeats.iter();
                names
                    .any(|name| name.value == earlier.step.id.as_str() || name.value == earlier.step.plan_ref)
            };
            is_same(plan, &titles, *at, place) && !on_purpose()
        });
        if let Some((_, earlier)) = same {
            let (id, first): (&StepId, &StepId) = (&later.step.id, &earlier.step.id);
            let message = format!("`{id}` does the same work as the earlier step `{first}`.");
            let fix = format!(
                "Keep it where it belongs, or say that it is done once more on purpose: `repeats = [\"{first}\"]`."
            );
            notes.lint("same-work-twice", later.id_at, message, fix);
        }
    }
}

fn is_same(plan: &Course<'_>, titles: &[Work], earlier: usize, later: usize) -> bool {
    let (a, b) = (plan.steps[earlier], plan.steps[later]);
    // To publish once more is what a second publication is for, and a snapshot is of what is there then.
    if a.action
        .is_some_and(|word| word.is_publication() || word.leaves_nothing())
    {
        return false;
    }
    if a.action.is_some() || b.action.is_some() {
        return a.action == b.action && !a.action_written.is_empty() && a.action_written == b.action_written;
    }
    if a.step.kind != b.step.kind || plan.phase(earlier) == plan.phase(later) {
        return false;
    }
    match a.step.kind {
        StepKind::Attest => titles[earlier].is_same(&titles[later]),
        // People are told more than once, in other words.
        StepKind::Notice => title(a).trim().to_lowercase() == title(b).trim().to_lowercase(),
        // Looking twice is no work done twice.
        StepKind::Check | StepKind::Action => false,
    }
}

/// A choice that is written into a text instead of being a decision that somebody takes.
fn alternatives(notes: &mut Notes<'_>, plan: &Course<'_>) {
    for step in plan.steps.iter().filter(|step| step.decisions.is_empty()) {
        let id = &step.step.id;
        let open = step.said.iter().find_map(|said| {
            let or = said.part == Part::Title && step.step.kind != StepKind::Check;
            Some((said, open(&said.text.value, or)?))
        });
        if let Some((said, token)) = open {
            let message = format!(
                "The {} of `{id}` leaves something open: \"{token}\".",
                shown(said)
            );
            let fix =
                "Make it a [[decision]] and name it in `decisions` of this step; then say here what is done.";
            notes.lint(
                "alternatives-open",
                notes.within(said.text.at, token),
                message,
                fix,
            );
        }
    }
    for rule in plan.draft.rules.iter().filter(|rule| rule.decision.is_none()) {
        let open = rule
            .said
            .iter()
            .find_map(|said| Some((said, open(&said.text.value, true)?)));
        if let Some((said, token)) = open {
            let message = format!(
                "The {} of the rule `{}` leaves something open: \"{token}\".",
                shown(said),
                rule.rule.id
            );
            let fix =
                "Make it a [[decision]] and name it as the rule's `decision`; then say here what is done.";
            notes.lint(
                "alternatives-open",
                notes.within(said.text.at, token),
                message,
                fix,
            );
        }
    }
    for decision in &plan.draft.decisions {
        let open = match &decision.decision.kind {
            DecisionType::YesNo => decision
                .said
                .iter()
                .find_map(|said| Some((said.text.at, words::open_or(&said.text.value)?))),
            DecisionType::Minutes | DecisionType::OneOf { .. } => None,
        };
        if let Some((at, token)) = open {
            let message = format!(
                "The decision `{}` asks for yes or no, but its question names alternatives: \"{token}\".",
                decision.decision.id
            );
            let fix =
                "Set `type = \"one_of\"` and list the alternatives in `choices`, or ask about one of them.";
            notes.lint("alternatives-open", notes.within(at, token), message, fix);
        }
    }
}

fn open(text: &str, or: bool) -> Option<&str> {
    let by_or = || or.then(|| words::open_or(text)).flatten();
    words::open_question(text).or_else(by_or)
}

fn shown(said: &PeopleText) -> &'static str {
    match said.part {
        Part::Title => "title",
        Part::Why => "`why`",
        Part::WayBack => "way back",
        Part::Question => "question",
    }
}
