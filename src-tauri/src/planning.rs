//! The window's commands about plans: runbooks to choose from, a run of one, an amendment, a choice by
//! fields, and who answers what in DNS.

use std::collections::BTreeMap;

use switchback_api::host::runbooks;
use switchback_api::wire::{Accepted, AmendmentView, ApiError, FieldPlanView, RunbookView};
use switchback_model::{Digest, FieldChoice, Operator, RunId, StepId};
use tauri::State;

use crate::state::Shell;
use crate::unread::Unread;

/// The built-in runbooks.
#[tauri::command]
pub(crate) async fn runbooks(shell: State<'_, Shell>) -> Result<Vec<RunbookView>, ApiError> {
    // A home that can't be used is said here too, before a person chooses in vain.
    shell.host()?;
    Ok(runbooks::built_in())
}

/// A runbook with its targets, read and checked.
#[tauri::command]
pub(crate) async fn runbook_view(runbook: String) -> Result<RunbookView, ApiError> {
    runbooks::view(&runbook)
}

/// Opens a run of a runbook on one of its targets; answers its id.
#[tauri::command]
pub(crate) async fn open_runbook(
    shell: State<'_, Shell>,
    runbook: String,
    target: String,
    by: String,
) -> Result<String, ApiError> {
    let by = Operator::new(&by)?;
    let run = shell.host()?.open_runbook(&runbook, &target, &by).await?;
    Ok(run.into())
}

/// What would change if the plan of this runbook took the place of the run's.
#[tauri::command]
pub(crate) async fn amendment(
    shell: State<'_, Shell>,
    run: String,
    runbook: String,
    target: Option<String>,
) -> Result<AmendmentView, ApiError> {
    let run = RunId::new(run)?;
    let from = (runbook.as_str(), target.as_deref());
    shell.host()?.amendment_from(&run, from).await
}

/// Puts it in its place, if it still differs as the person saw.
#[tauri::command]
pub(crate) async fn amend_run(
    shell: State<'_, Shell>,
    run: String,
    runbook: String,
    basis: Unread<Digest>,
    by: String,
    reason: String,
    target: Option<String>,
) -> Result<Accepted, ApiError> {
    let run = RunId::new(run)?;
    let basis = basis.read("basis")?;
    let by = Operator::new(&by)?;
    let from = (runbook.as_str(), target.as_deref());
    shell.host()?.amend(&run, from, basis, (by, &reason)).await
}

/// The three-way preview of a step that somebody else changed.
#[tauri::command]
pub(crate) async fn field_plan(
    shell: State<'_, Shell>,
    run: String,
    step: String,
    choices: Unread<BTreeMap<String, FieldChoice>>,
) -> Result<FieldPlanView, ApiError> {
    let choices = choices.read("choices")?;
    let step = StepId::new(step)?;
    shell.host()?.field_plan(&RunId::new(run)?, &step, &choices).await
}
