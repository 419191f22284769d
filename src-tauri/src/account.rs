//! What the window asks about the account: profiles, the connection, and a run's report. All of it looks;
//! only a report is written, to this computer.

use switchback_api::wire::{
    ApiError, ConnectionAsk, ConnectionView, ProfilesView, ReportExported, ReportView,
};
use switchback_model::RunId;
use tauri::State;

use crate::state::Shell;

/// The AWS profiles of this computer, without a secret.
#[tauri::command]
pub(crate) async fn profile_list(shell: State<'_, Shell>) -> Result<ProfilesView, ApiError> {
    Ok(shell.host()?.profiles(None).await)
}

/// Checks the connection for a run's target, or for a profile in a region.
#[tauri::command]
pub(crate) async fn connection_check(
    shell: State<'_, Shell>,
    run: Option<String>,
    profile: Option<String>,
    region: Option<String>,
) -> Result<ConnectionView, ApiError> {
    let ask = ConnectionAsk { run, profile, region };
    shell.host()?.connection_check(&ask).await
}

/// The report of a run as it is now.
#[tauri::command]
pub(crate) async fn report_view(shell: State<'_, Shell>, run: String) -> Result<ReportView, ApiError> {
    shell.host()?.report(&RunId::new(run)?).await
}

/// Writes the report of a run to the home.
#[tauri::command]
pub(crate) async fn export_report(shell: State<'_, Shell>, run: String) -> Result<ReportExported, ApiError> {
    shell.host()?.export_report(&RunId::new(run)?, None).await
}
