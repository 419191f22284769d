//! What an amendment may change. Pure: the run says which steps have an effect.
//!
//! A step without an effect may change in anything. A step with one may change in its words, its
//! owner, its after-checks and its deadlines; never in its action, in what it needs, or in how it is
//! taken back: what a rollback restores was proven for the step as it was. For the same reason the
//! rollback and coherence rules keep what they say of such steps. The target is the run's identity.

use std::collections::BTreeSet;

use serde_json::Value;
use switchback_model::{PhaseId, Plan, PlanChange, PlanDiff, Reversibility, Step, StepId, Subject};

use crate::publish::unseen;
use crate::rollback::has_effect;
use crate::run::Run;

/// Fields of a step that may change although it has an effect: words, owner, deadlines,
/// after-checks. A field that is not named here, also one that a later version adds, may not.
pub const SOFT: [&str; 13] = [
    "affects",
    "expected_s",
    "look_at",
    "owner",
    "phase",
    "plan_ref",
    "risks",
    "title",
    "undo_loses",
    "undo_verify",
    "verify",
    "why",
    "why_not_automated",
];

/// Fields of a target that may change: none decides what is written, or whether a check counts. Name servers
/// that are vouched for are how a person goes on where DNS can't tell whose they are.
pub const TARGET: [&str; 4] = ["name_servers", "pools", "profile", "resolvers"];

/// One change that is refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which change, by its place in the diff.
    pub at: usize,
    /// What it is about.
    pub subject: Subject,
    /// The field; none where the whole part was removed.
    pub field: Option<String>,
    /// Why, in one sentence that names both.
    pub why: String,
}

/// Every change of the diff that is refused now.
#[must_use]
pub fn refusals(run: &Run, to: &Plan, diff: &PlanDiff) -> Vec<Refused> {
    diff.changes
        .iter()
        .enumerate()
        .filter_map(|(at, change)| {
            let (field, why) = refusal(run, to, change)?;
            Some(Refused {
                at,
                subject: change.subject().clone(),
                field: field.map(str::to_owned),
                why,
            })
        })
        .collect()
}

/// Steps without an effect of which more than the words changes: they start anew.
#[must_use]
pub fn anew(run: &Run, to: &Plan) -> Vec<StepId> {
    run.plan
        .steps()
        .filter(|step| !has_effect(run, &step.id))
        .filter_map(|before| Some((before, to.step(&before.id)?)))
        .filter(|(before, after)| {
            let mut fields = switchback_model::amend::step_fields(before, after).into_iter();
            fields.any(|field| !is_soft(before, after, &field))
        })
        .map(|(before, _)| before.id.clone())
        .collect()
}

type Why<'a> = Option<(Option<&'a str>, String)>;

fn refusal<'a>(run: &Run, to: &Plan, change: &'a PlanChange) -> Why<'a> {
    match change {
        PlanChange::Added { .. } => None,
        PlanChange::Removed { subject } => match subject {
            Subject::Step(id) if has_effect(run, id) => Some((
                None,
                format!("Step {id} has an effect: it can't be taken out of the plan."),
            )),
            Subject::Step(id) => shows(run, id, &[]).map(|shown| {
                let why = format!(
                    "Step {id} publishes {shown}, which was changed: it can't be taken out of the plan."
                );
                (None, why)
            }),
            Subject::Rule(_) | Subject::Coherence(_) => {
                let named = named(run, &run.plan, subject);
                let step = named.first()?;
                Some((
                    None,
                    format!("The {subject} speaks of step {step}, which has an effect: it can't be removed."),
                ))
            }
            _ => None,
        },
        PlanChange::Changed { subject, field, .. } => {
            let why = match subject {
                Subject::Plan => plan(run, change),
                Subject::Target if TARGET.contains(&field.as_str()) => None,
                Subject::Target => Some(format!("The target's {field} can't be amended.")),
                Subject::Step(id) => step(run, to, id, field),
                Subject::Rule(_) | Subject::Coherence(_) => rule(run, to, subject, field),
                Subject::Phase(id) => phase(run, id, field, change),
                Subject::Monitor(_) | Subject::Decision(_) => None,
            };
            why.map(|why| (Some(field.as_str()), why))
        }
    }
}

fn plan(run: &Run, change: &PlanChange) -> Option<String> {
    let PlanChange::Changed {
        field, before, after, ..
    } = change
    else {
        return None;
    };
    match field.as_str() {
        "runbook" => Some(format!(
            "This run carries out the runbook {}: another runbook is another run.",
            run.plan.runbook
        )),
        "order" => {
            // Where the edges say nothing, a rollback goes by the order of the plan.
            let with_effect = |order: &Value| -> Vec<StepId> {
                serde_json::from_value::<Vec<StepId>>(order.clone())
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|id| has_effect(run, id))
                    .collect()
            };
            let (before, after) = (with_effect(before), with_effect(after));
            let moved = before.iter().zip(&after).find(|(one, two)| one != two);
            moved.map(|(step, _)| {
                format!("Step {step} has an effect: its place in the order of such steps can't be amended.")
            })
        }
        _ => None,
    }
}

/// A phase keeps T0 once it has come, and keeps the gate at which people said no-go.
fn phase(run: &Run, id: &PhaseId, field: &str, change: &PlanChange) -> Option<String> {
    let PlanChange::Changed { after, .. } = change else {
        return None;
    };
    let decision = run.gates.get(id).and_then(|gate| gate.decision.as_ref());
    match field {
        "t0" if run.t0.is_some() => {
            Some("T0 has come: which phase it is the start of can't be amended.".to_owned())
        }
        "gate" if after.is_null() && decision.is_some_and(|decision| !decision.go) => Some(format!(
            "People said no-go at the gate of phase {id}: it can't be taken out of the plan."
        )),
        _ => None,
    }
}

fn step(run: &Run, to: &Plan, id: &StepId, field: &str) -> Option<String> {
    let (before, after) = (run.plan.step(id)?, to.step(id)?);
    if field == "publishes"
        && let Some(shown) = shows(run, id, &after.publishes)
    {
        return Some(format!(
            "Step {shown} was changed: that {id} publishes it can't be amended, or its way back would not be seen."
        ));
    }
    (has_effect(run, id) && !is_soft(before, after, field))
        .then(|| format!("Step {id} has an effect: its {} can't be amended.", words(field)))
}

/// A step that `publisher` makes seen, that is not among `still`, and whose value may be another than at the start, or
/// is not known to be seen.
fn shows(run: &Run, publisher: &StepId, still: &[StepId]) -> Option<StepId> {
    let step = run.plan.step(publisher)?;
    let unseen = unseen(run, publisher);
    let concerned = |id: &&StepId| has_effect(run, id) || unseen.contains(id);
    let mut gone = step.publishes.iter().filter(|id| !still.contains(id));
    gone.find(concerned).cloned()
}

/// Whether the change of this field leaves untouched what the step does and how it is taken back.
fn is_soft(before: &Step, after: &Step, field: &str) -> bool {
    let words_of_the_way_back = field == "reversibility"
        && matches!(
            (&before.reversibility, &after.reversibility),
            (Reversibility::Manual { .. }, Reversibility::Manual { .. })
                | (Reversibility::Correct { .. }, Reversibility::Correct { .. })
        );
    words_of_the_way_back || SOFT.contains(&field)
}

/// A rule may gain and lose steps without an effect; what it says of the others stays.
fn rule(run: &Run, to: &Plan, subject: &Subject, field: &str) -> Option<String> {
    let lists = match field {
        "undo" | "keep" | "undone" | "done" | "repair" => true,
        // A decision that a rule waits for stands before the way back.
        "decision" => false,
        _ => return None,
    };
    if !lists {
        let named = named(run, &run.plan, subject);
        let step = named.first()?;
        return Some(format!(
            "The {subject} speaks of step {step}, which has an effect: its {field} can't be amended."
        ));
    }
    let before = list(run, &run.plan, subject, field);
    let after = list(run, to, subject, field);
    let step = before.symmetric_difference(&after).next()?;
    Some(format!(
        "Step {step} has an effect: what the {subject} says of it under {field} can't be amended."
    ))
}

/// The steps with an effect that a rule names in one of its lists.
fn list(run: &Run, plan: &Plan, subject: &Subject, field: &str) -> BTreeSet<StepId> {
    let steps: Option<&Vec<StepId>> = match subject {
        Subject::Rule(id) => plan.rule(id).and_then(|rule| match field {
            "undo" => Some(&rule.undo),
            "keep" => Some(&rule.keep),
            _ => None,
        }),
        Subject::Coherence(id) => {
            let entry = plan.coherence.iter().find(|entry| entry.id == *id);
            entry.and_then(|entry| match field {
                "undone" => Some(&entry.undone),
                "done" => Some(&entry.done),
                "repair" => Some(&entry.repair),
                _ => None,
            })
        }
        _ => None,
    };
    let steps = steps.into_iter().flatten();
    steps.filter(|id| has_effect(run, id)).cloned().collect()
}

/// The steps with an effect that a rule names at all.
fn named(run: &Run, plan: &Plan, subject: &Subject) -> Vec<StepId> {
    ["undo", "undone", "done", "repair", "keep"]
        .iter()
        .flat_map(|field| list(run, plan, subject, field))
        .collect()
}

fn words(field: &str) -> &str {
    match field {
        "before" => "before-checks",
        "undo_before" => "checks before the undo",
        "after" => "order (after)",
        "automated" => "way of being carried out",
        field => field,
    }
}
