//! What a driver leaves that ends before all is settled: said as it is, with the command that goes on with it.

use switchback_engine::run::{Outcome, RollbackState, Run};
use switchback_model::{RunState, StepId, StepState};

use crate::wire::ApiError;

/// Whether nothing is being sent, and nothing that was sent is in doubt: a driver may end here, and what spreads by itself
/// loses nothing by it. What was refused and waits to be tried again is not on its way either.
#[must_use]
pub fn is_at_rest(run: &Run) -> bool {
    match run.in_flight() {
        Some(step) => waits_to_be_tried(run, step),
        None => true,
    }
}

/// The error with which a driver ends, of the code `unknown`. `why`: one sentence that says why it ends.
#[must_use]
pub fn left(why: &str, run: &Run) -> ApiError {
    let said = [in_flight(run), unverified(run), set_aside(run), rollback(run)];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let said = match said.is_empty() {
        true => "No change is under way.".to_owned(),
        false => said.join(" "),
    };
    ApiError::new(
        "unknown",
        format!("{why} {said}"),
        goes_on(run),
        format!("run {}", run.id),
    )
}

fn in_flight(run: &Run) -> Option<String> {
    let step = run.in_flight()?;
    Some(match waits_to_be_tried(run, step) {
        true => format!("The change of step {step} was not made; it would have been tried again."),
        false => format!("Step {step} is in doubt: it is not known whether its call was applied."),
    })
}

fn waits_to_be_tried(run: &Run, step: &StepId) -> bool {
    let attempt = run.steps.get(step).and_then(|state| state.current());
    attempt.is_some_and(|attempt| matches!(attempt.outcome, Outcome::Refused(Some(_))))
}

/// "1 change is accepted and not verified: lower-ttl."; none where there is none.
#[must_use]
pub fn unverified(run: &Run) -> Option<String> {
    let under_way = |state: StepState| {
        matches!(
            state,
            StepState::Verifying { .. } | StepState::UndoVerifying { .. }
        )
    };
    // As the plan names them, which is the order in which people know them.
    let steps: Vec<&str> = run
        .plan
        .steps()
        .filter(|step| run.steps.get(&step.id).is_some_and(|of| under_way(of.state)))
        .map(|step| step.id.as_str())
        .collect();
    match steps.as_slice() {
        [] => None,
        [one] => Some(format!("1 change is accepted and not verified: {one}.")),
        more => Some(format!(
            "{} changes are accepted and not verified: {}.",
            more.len(),
            more.join(", ")
        )),
    }
}

fn set_aside(run: &Run) -> Option<String> {
    let (step, _) = run.set_aside()?;
    Some(format!(
        "Step {step} is in doubt: AWS refused its call, and it was not seen since."
    ))
}

fn rollback(run: &Run) -> Option<String> {
    let rollback = run.rollback.as_ref()?;
    if rollback.state != RollbackState::Running {
        return None;
    }
    Some(match rollback.item() {
        Some(item) => format!("The rollback stands at {}.", item.id),
        None => "Every item of the rollback is finished.".to_owned(),
    })
}

/// The command that goes on with it.
fn goes_on(run: &Run) -> String {
    let id = &run.id;
    if run.rollback_active() {
        return format!("switchback rollback {id} --retry goes on with it; nothing is repeated blindly.");
    }
    match run.state {
        RunState::Stopped => {
            format!("switchback run resume {id} --reason TEXT goes on with it; nothing is repeated blindly.")
        }
        // What is in doubt is found out first, by whichever command comes next.
        RunState::Open | RunState::Held | RunState::Stopping => {
            "The next command on this run looks at the world again; nothing is repeated blindly.".to_owned()
        }
    }
}
