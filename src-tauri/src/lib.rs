//! The desktop shell: one window over the host that the command line uses too. It opens the home,
//! hands the window's commands to the host, and gives every run's lock back when it ends.

mod account;
mod commands;
mod lookup;
mod news;
mod outside;
mod planning;
mod state;
mod stream;
mod watchdog;

use std::{ffi::OsString, process::ExitCode, time::Duration};

use tauri::{AppHandle, Manager as _, RunEvent};

use crate::state::{Options, Shell};

/// The window's label, as in `tauri.conf.json` and the capability file.
const WINDOW: &str = "console";

/// How long the runs may take to finish the call in hand when the window is closed.
const CLOSING: Duration = Duration::from_secs(15);

/// Runs the console until its window is closed.
///
/// `arguments` are those after the program's name: `[--rehearse] [--run ID] [--home DIR]
/// [--fault NAME]…`. The code is 0, 2 for a wrong argument, or 1 if no window could be opened.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    watchdog::hide_panic_messages();
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("switchback-console: {message}\n{}", state::USAGE);
            return ExitCode::from(2);
        }
    };
    watchdog::avoid_blank_window();

    let mut builder = tauri::Builder::default().invoke_handler(tauri::generate_handler![
        commands::app_info,
        commands::run_list,
        commands::run_snapshot,
        commands::journal_page,
        commands::rollback_plan,
        commands::rehearsal_view,
        planning::runbooks,
        planning::runbook_view,
        planning::amendment,
        planning::field_plan,
        planning::dns_truth,
        commands::subscribe,
        commands::ui_ready,
        commands::submit_run,
        commands::take_run,
        commands::export_sheet,
        commands::submit_rehearsal,
        lookup::users_place,
        lookup::users_find,
        lookup::users_detail,
        lookup::users_forget,
        lookup::submit_support,
        planning::open_runbook,
        planning::amend_run,
        outside::choose_runbook,
        outside::open_resource,
        account::profile_list,
        account::connection_check,
        account::report_view,
        account::export_report,
        outside::set_zoom,
    ]);
    // Used from Rust alone: no window is granted any command of theirs.
    builder = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::init());
    if options.is_the_usual_home() && !watchdog::under_automation() {
        // Only where all instances share one home; elsewhere the lock on each run is what counts.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| {
            to_front(app)
        }));
    }
    // A second instance ends in `build`, before it could touch the home.
    let app = match builder.build(tauri::generate_context!()) {
        Ok(app) => app,
        Err(error) => {
            eprintln!("switchback-console: the window could not be prepared: {error}");
            return ExitCode::FAILURE;
        }
    };
    app.manage(tauri::async_runtime::block_on(Shell::open(options)));
    watchdog::start(app.handle());
    end_on_signal(app.handle());
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            let closed = tauri::async_runtime::block_on(in_time(app.state::<Shell>().close()));
            if !closed {
                eprintln!(
                    "switchback-console: a call was still in flight; the run shows it as in doubt when it is opened again"
                );
            }
        }
    });
    ExitCode::SUCCESS
}

/// True if the work ended in time.
async fn in_time(work: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(CLOSING, work).await.is_ok()
}

fn to_front(app: &AppHandle) {
    let Some(window) = app.get_webview_window(WINDOW) else {
        return;
    };
    let shown = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// A terminated console gives its locks back as a closed one does.
#[cfg(unix)]
fn end_on_signal(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    });
}

#[cfg(not(unix))]
fn end_on_signal(_app: &AppHandle) {}
