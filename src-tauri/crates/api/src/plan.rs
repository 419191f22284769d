//! Runbooks and targets into plans, with their errors brought to the boundary.

use switchback_model::{Plan, Target};
use switchback_runbook::Problem;

use crate::wire::ApiError;

/// Loads and resolves a runbook (a folder, a file or a bundled name) on one of its targets.
pub fn resolve(runbook: &str, target: &str) -> Result<Plan, ApiError> {
    let loaded = switchback_runbook::load(runbook, Some(target)).map_err(|error| one(&error.problem(), 1))?;
    let Some(target) = &loaded.target else {
        return Err(ApiError::new(
            "bad_input",
            "The runbook has no such target.",
            "Choose one of the files in its folder targets.",
            runbook,
        ));
    };
    switchback_runbook::resolve(&loaded.runbook, target).map_err(|problems| match problems.first() {
        Some(first) => one(first, problems.len()),
        None => ApiError::internal("a runbook was refused without a problem"),
    })
}

/// Reads a target without a runbook, for a look-up: a `.toml` file, or the name of a built-in one.
pub fn target(name: &str) -> Result<Target, ApiError> {
    let source = switchback_runbook::load_target(name).map_err(|error| one(&error.problem(), 1))?;
    switchback_runbook::read_target(&source).map_err(|problems| match problems.first() {
        Some(first) => one(first, problems.len()),
        None => ApiError::internal("a target was refused without a problem"),
    })
}

fn one(problem: &Problem, all: usize) -> ApiError {
    let message = match all {
        1 => problem.message.clone(),
        n => format!(
            "{} ({} more: see `switchback runbook check`)",
            problem.message,
            n - 1
        ),
    };
    ApiError::new("bad_input", message, problem.fix.clone(), problem.place())
}
