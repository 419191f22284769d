//! What the window asks about the account: profiles, the connection, a run's report, and pages of the AWS
//! console. All of it looks; only a report is written, to this computer.

use switchback_api::resource::{console_url, is_console};
use switchback_api::wire::{
    ApiError, ConnectionAsk, ConnectionView, ProfilesView, ReportExported, ReportView,
};
use switchback_model::RunId;
use tauri::{State, WebviewWindow};
use tauri_plugin_opener::OpenerExt as _;

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

/// Opens a resource of a run's plan in the AWS console, with the system's browser. The window names the
/// resource; the address is made by the core, and no other is ever opened.
#[tauri::command]
pub(crate) async fn open_in_console(
    window: WebviewWindow,
    shell: State<'_, Shell>,
    run: String,
    resource: String,
) -> Result<(), ApiError> {
    let run = shell.host()?.load(&RunId::new(run)?).await?;
    let url = console_url(&run.plan, run.endpoint.is_some(), &resource).filter(|url| is_console(url));
    let Some(url) = url else {
        return Err(ApiError::new(
            "guard",
            "The plan of this run names no such thing in the AWS console, so nothing was opened.",
            "Copy the AWS CLI command instead.",
            "open_in_console",
        ));
    };
    window.opener().open_url(url, None::<&str>).map_err(|error| {
        ApiError::new(
            "internal",
            format!("The browser could not be started: {error}."),
            "Copy the AWS CLI command instead.",
            "open_in_console",
        )
    })
}
