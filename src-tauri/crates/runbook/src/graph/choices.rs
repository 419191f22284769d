//! Steps that are carried out by a choice: the decision is there, has that value, and is waited for.

use switchback_model::OnlyIf;
use switchback_model::plan::DecisionType;

use super::steps_mut;
use crate::draft::Draft;
use crate::notes::{Notes, suggestion};

/// Puts the choices into the steps. A step waits for the decision that it is chosen by, as if it named it.
pub(super) fn link(notes: &mut Notes<'_>, draft: &mut Draft) {
    let decisions: Vec<_> = draft.decisions.iter().map(|one| one.decision.clone()).collect();
    for step in steps_mut(draft) {
        let Some((decision, is)) = step.only_if.clone() else {
            continue;
        };
        let Some(spec) = decisions.iter().find(|one| one.id == decision.value) else {
            let known: Vec<&str> = decisions.iter().map(|one| one.id.as_str()).collect();
            notes.error(
                "unknown-decision",
                decision.at,
                format!("There is no decision `{}`.", decision.value),
                suggestion(decision.value.as_str(), &known),
            );
            continue;
        };
        let values: Vec<&str> = match &spec.kind {
            DecisionType::OneOf { choices } => choices.iter().map(String::as_str).collect(),
            DecisionType::YesNo => vec!["yes", "no"],
            DecisionType::Minutes => Vec::new(),
        };
        if !values.contains(&is.value.as_str()) {
            let (message, fix) = match values.is_empty() {
                true => (
                    format!(
                        "The decision `{}` is a number of minutes: no step is chosen by it.",
                        spec.id
                    ),
                    "Name a decision of type one_of or yes_no.".to_owned(),
                ),
                false => (
                    format!("The decision `{}` can't be {:?}.", spec.id, is.value),
                    suggestion(&is.value, &values),
                ),
            };
            notes.error("unknown-choice", is.at, message, fix);
            continue;
        }
        if !step.decisions.iter().any(|one| one.value == decision.value) {
            step.decisions.push(decision.clone());
        }
        step.step.only_if = Some(OnlyIf {
            decision: decision.value,
            is: is.value,
        });
    }
}
