//! What the window asks of the desktop: the dialog that chooses a file, the system's browser, its zoom.

use std::path::PathBuf;

use switchback_api::resource::{console_url, is_console};
use switchback_api::wire::{ApiError, SourceListView};
use switchback_model::RunId;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;
use tokio::sync::oneshot;

use crate::state::Shell;

/// Shows the system's dialog for a runbook file; none = the person closed it.
#[tauri::command]
pub(crate) async fn choose_runbook(window: WebviewWindow) -> Result<Option<String>, ApiError> {
    let chosen = chosen(&window, "Open a runbook", "Runbook (TOML)", "toml").await?;
    Ok(chosen.map(|path| path.display().to_string()))
}

/// Shows the system's dialog for a source list and reads what was chosen; none = the person closed it. The
/// page names no path, so it can have no other file read.
#[tauri::command]
pub(crate) async fn choose_source(
    window: WebviewWindow,
    shell: State<'_, Shell>,
) -> Result<Option<SourceListView>, ApiError> {
    let host = shell.host()?;
    match chosen(&window, "Choose a source list", "Source list (CSV)", "csv").await? {
        Some(path) => host.users().choose_source(&path).await.map(Some),
        None => Ok(None),
    }
}

/// Shows the system's dialog for one file.
async fn chosen(
    window: &WebviewWindow,
    title: &str,
    kind: &str,
    ending: &str,
) -> Result<Option<PathBuf>, ApiError> {
    let (tell, told) = oneshot::channel();
    window
        .dialog()
        .file()
        .set_parent(window)
        .set_title(title)
        .add_filter(kind, &[ending])
        .pick_file(move |file| {
            // Nobody waits any more if the page was loaded again.
            let _ = tell.send(file);
        });
    let Some(file) = told.await.ok().flatten() else {
        return Ok(None);
    };
    file.into_path().map(Some).map_err(|_| {
        ApiError::new(
            "bad_input",
            "That is not a file on this machine.",
            "Choose a file on a disk of this machine.",
            "the file dialog",
        )
    })
}

/// Opens the AWS console at a thing that the run's plan names, in the system's browser. The page says which
/// thing, never where: the address is made here.
#[tauri::command]
pub(crate) async fn open_resource(
    window: WebviewWindow,
    shell: State<'_, Shell>,
    run: String,
    id: String,
) -> Result<(), ApiError> {
    let run = shell.host()?.load(&RunId::new(run)?).await?;
    let url = console_url(&run.plan, run.endpoint.is_some(), &id)
        .filter(|url| is_console(url))
        .ok_or_else(|| {
            ApiError::new(
                "guard",
                "This run has no page of that name in the AWS console, so nothing was opened.",
                "A rehearsal and a custom endpoint have none; use the AWS CLI command instead.",
                "open_resource",
            )
        })?;
    window.opener().open_url(url, None::<&str>).map_err(|error| {
        ApiError::new(
            "internal",
            format!("The browser could not be started: {error}."),
            "Use the AWS CLI command instead.",
            "open_resource",
        )
    })
}

/// Sets the size of everything in the window, in percent, as a browser's zoom does.
#[tauri::command]
pub(crate) async fn set_zoom(window: WebviewWindow, percent: u32) -> Result<(), ApiError> {
    let factor = f64::from(percent.clamp(50, 400)) / 100.0;
    window.set_zoom(factor).map_err(|error| {
        ApiError::new(
            "internal",
            format!("The window could not be zoomed: {error}."),
            "Use the system's own text size.",
            "set_zoom",
        )
    })
}
