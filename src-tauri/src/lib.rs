//! The desktop shell: one window over the host that the command line uses too. It opens the home,
//! hands the window's commands to the host, and gives every run's lock back when it ends.
//!
//! The window is the console, or with `--support` the one that looks people up. Each has its own label,
//! and with it its own capability file: what a page may call is Tauri's to refuse, not the page's.

mod account;
#[cfg(test)]
mod capabilities;
mod commands;
mod desktop;
mod leads;
mod lookup;
mod news;
mod page;
mod planning;
mod state;
mod stream;
mod unread;
mod watchdog;

use std::{
    ffi::OsString,
    io::{ErrorKind, Write as _},
    process::ExitCode,
    time::Duration,
};

use switchback_api::wire::WindowKind;
use tauri::{AppHandle, Manager as _, RunEvent, WebviewWindowBuilder};

use crate::state::{Options, Shell};

/// The identity of the support window's process: a console and a support window run side by side, and
/// neither's second instance brings the other to the front.
const SUPPORT: &str = "app.switchback.support";

/// How long the runs may take to finish the call in hand when the window is closed.
const CLOSING: Duration = Duration::from_secs(15);

/// Runs the console until its window is closed.
///
/// `arguments` are those after the program's name, as the usage lists them. The code is 0, 2 for a wrong
/// argument or where there is no display, or 1 if no window could be opened. `--help` and `--version` are answered without a window.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    watchdog::hide_panic_messages();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(answer) = state::asked(&arguments) {
        return match writeln!(std::io::stdout(), "{answer}") {
            Ok(()) => ExitCode::SUCCESS,
            // A reader that went away has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!(
                    "switchback-console: the answer could not be written: {}",
                    error.kind()
                );
                ExitCode::FAILURE
            }
        };
    }
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("switchback-console: {message}\n{}", state::USAGE);
            return ExitCode::from(2);
        }
    };
    if !watchdog::has_display() {
        eprintln!("{}", watchdog::NO_DISPLAY);
        return ExitCode::from(2);
    }
    watchdog::avoid_blank_window();

    let mut builder = tauri::Builder::default().invoke_handler(tauri::generate_handler![
        commands::window_info,
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
        commands::subscribe,
        leads::follow_leads,
        commands::ui_ready,
        commands::submit_run,
        commands::take_run,
        commands::export_sheet,
        commands::submit_rehearsal,
        lookup::users_places,
        lookup::users_place,
        lookup::users_find,
        lookup::users_detail,
        lookup::users_forget,
        lookup::forget_source,
        lookup::submit_support,
        planning::open_runbook,
        planning::amend_run,
        desktop::choose_runbook,
        desktop::choose_source,
        desktop::open_resource,
        account::profile_list,
        account::connection_check,
        account::report_view,
        account::export_report,
        desktop::set_zoom,
    ]);
    // Used from Rust alone: no window is granted any command of theirs.
    builder = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::init());
    let label = label(options.window());
    if options.is_the_usual_home() && !watchdog::under_automation() {
        // Only where all instances share one home; elsewhere the lock on each run is what counts.
        builder = builder.plugin(tauri_plugin_single_instance::init(
            move |app, arguments, _folder| {
                to_front(app, label);
                leads::second_start(app, arguments);
            },
        ));
    }
    let mut context = tauri::generate_context!();
    if options.support {
        // Before `build`: the single instance, and where the page's engine keeps its own, go by it.
        SUPPORT.clone_into(&mut context.config_mut().identifier);
    }
    let builder = builder.setup(move |app| open_window(app.handle(), label));
    // A second instance ends in `build`, before it could touch the home.
    let app = match watchdog::opening(|| builder.build(context)) {
        Some(Ok(app)) => app,
        None => {
            eprintln!("{}", watchdog::NO_DISPLAY);
            return ExitCode::from(2);
        }
        Some(Err(error)) => {
            eprintln!("switchback-console: the window could not be prepared: {error}");
            return ExitCode::FAILURE;
        }
    };
    app.manage(tauri::async_runtime::block_on(async {
        switchback_api::file_bound::take();
        Shell::open(options).await
    }));
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

/// The window's label, as in `tauri.conf.json` and in its capability file.
fn label(window: WindowKind) -> &'static str {
    match window {
        WindowKind::Console => "console",
        WindowKind::Support => "support",
    }
}

/// Opens the one window of this program: none of those in `tauri.conf.json` opens by itself.
fn open_window(app: &AppHandle, label: &str) -> Result<(), Box<dyn std::error::Error>> {
    let windows = &app.config().app.windows;
    let window = windows.iter().find(|window| window.label == label);
    let window = window
        .ok_or_else(|| format!("this program was built without the window {label}: install it again"))?;
    let window = WebviewWindowBuilder::from_config(app, window)?.build()?;
    page::load_again_when_it_ends(&window)?;
    Ok(())
}

/// True if the work ended in time.
async fn in_time(work: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(CLOSING, work).await.is_ok()
}

fn to_front(app: &AppHandle, label: &str) {
    let Some(window) = app.get_webview_window(label) else {
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
