//! The window's commands: each reads its arguments, asks the host, and answers with wire types or
//! an `ApiError`. What the window may call stands in `src-tauri/permissions`.

use switchback_api::wire::{
    Accepted, ApiError, AppInfo, JournalPage, RehearsalAnswer, RehearsalCommand, RehearsalView,
    RollbackPlanView, RunRow, RunSnapshot, ScopeView, SheetExported, Update, WindowInfo, WindowKind,
};
use switchback_model::{Operator, RunId, Submission};
use tauri::{State, WebviewWindow, ipc::Channel};

use crate::{state::Shell, unread::Unread};

/// Which window the page is in; it answers also where the home can't be used.
#[tauri::command]
pub(crate) fn window_info(shell: State<'_, Shell>) -> WindowInfo {
    WindowInfo {
        window: shell.window(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        operator: switchback_api::operator_name().to_string(),
    }
}

/// The version, the operator, the runs, and where to open.
#[tauri::command]
pub(crate) async fn app_info(shell: State<'_, Shell>) -> Result<AppInfo, ApiError> {
    shell.host()?.app_info(shell.run().as_ref(), shell.lead())
}

/// All runs, newest first.
#[tauri::command]
pub(crate) async fn run_list(shell: State<'_, Shell>) -> Result<Vec<RunRow>, ApiError> {
    shell.host()?.run_list()
}

/// A run as it is now.
#[tauri::command]
pub(crate) async fn run_snapshot(shell: State<'_, Shell>, run: String) -> Result<RunSnapshot, ApiError> {
    shell.host()?.run_snapshot(&RunId::new(run)?).await
}

/// A page of a run's journal.
#[tauri::command]
pub(crate) async fn journal_page(
    shell: State<'_, Shell>,
    run: String,
    after_seq: u64,
    limit: usize,
) -> Result<JournalPage, ApiError> {
    shell
        .host()?
        .journal_page(&RunId::new(run)?, after_seq, limit)
        .await
}

/// What a rollback would do, from a fresh look at the world.
#[tauri::command]
pub(crate) async fn rollback_plan(
    shell: State<'_, Shell>,
    run: String,
    scope: Unread<ScopeView>,
) -> Result<RollbackPlanView, ApiError> {
    let scope = scope.read("scope")?;
    shell.host()?.rollback_plan(&RunId::new(run)?, &scope).await
}

/// The rehearsal world's parts and fault switches.
#[tauri::command]
pub(crate) async fn rehearsal_view(shell: State<'_, Shell>) -> Result<RehearsalView, ApiError> {
    shell.host()?.rehearsal_view().await
}

/// The stream of a run's snapshots; it replaces the window's stream before.
#[tauri::command]
pub(crate) async fn subscribe(
    window: WebviewWindow,
    shell: State<'_, Shell>,
    run: String,
    from_seq: u64,
    channel: Channel<Update>,
) -> Result<(), ApiError> {
    let run = RunId::new(run)?;
    let snapshots = shell.host()?.subscribe(&run).await?;
    shell.streams.forward(snapshots, from_seq, channel, window);
    shell.shows(run);
    Ok(())
}

/// The window shows something. An error means that it came so late that the runs were given back.
#[tauri::command]
pub(crate) async fn ui_ready(shell: State<'_, Shell>) -> Result<(), ApiError> {
    let in_time = shell.watchdog.window_came();
    // The support window had no run that could have been given back.
    if shell.window() == WindowKind::Support {
        return Ok(());
    }
    in_time
}

/// A command to a run.
#[tauri::command]
pub(crate) async fn submit_run(
    shell: State<'_, Shell>,
    run: String,
    submission: Unread<Submission>,
) -> Result<Accepted, ApiError> {
    let submission = submission.read("submission")?;
    shell.host()?.submit_run(&RunId::new(run)?, submission).await
}

/// A person takes the run over, from whoever holds it.
#[tauri::command]
pub(crate) async fn take_run(
    shell: State<'_, Shell>,
    run: String,
    by: String,
    reason: Option<String>,
) -> Result<(), ApiError> {
    let by = Operator::new(&by)?;
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    shell.host()?.take(&RunId::new(run)?, by, reason).await
}

/// Writes the break-glass sheet anew.
#[tauri::command]
pub(crate) async fn export_sheet(shell: State<'_, Shell>, run: String) -> Result<SheetExported, ApiError> {
    shell.host()?.export_sheet(&RunId::new(run)?, None).await
}

/// A command to the rehearsal's closed world.
#[tauri::command]
pub(crate) async fn submit_rehearsal(
    shell: State<'_, Shell>,
    command: Unread<RehearsalCommand>,
) -> Result<RehearsalAnswer, ApiError> {
    let command = command.read("command")?;
    let run = shell.host()?.submit_rehearsal(command).await?;
    Ok(RehearsalAnswer {
        run: run.map(String::from),
    })
}
