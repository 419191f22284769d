//! What guards against a blank window and against panics that tell too much. A blank window must
//! not mean that nobody can roll back: the runs are given back so that the command line can.

use std::{
    backtrace::Backtrace,
    panic,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use switchback_api::wire::{ApiError, WindowKind};
use switchback_model::RunId;
use tauri::{AppHandle, Manager as _};
use tokio::sync::Notify;

use crate::state::Shell;

/// How long the window may take to show something.
const PATIENCE: Duration = Duration::from_secs(10);

/// Turns off WebKit's DMA-BUF renderer, which leaves the window blank with some graphics drivers.
const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Knows whether the window ever showed something.
#[derive(Default)]
pub(crate) struct Watchdog {
    came: Notify,
    gave_up: AtomicBool,
}

impl Watchdog {
    /// The window shows something; an error, once, if the runs had been given back before.
    pub(crate) fn window_came(&self) -> Result<(), ApiError> {
        self.came.notify_one();
        tracing::info!("the window shows something");
        if !self.gave_up.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        Err(ApiError::new(
            "late_window",
            format!(
                "The window took more than {} seconds to appear, so every run was given back.",
                PATIENCE.as_secs()
            ),
            "If nobody took them since, this window drives them again. The timeline shows what was done in between.",
            "the window",
        ))
    }

    /// Waits for the window; false if it did not come.
    async fn wait(&self, patience: Duration) -> bool {
        let came = tokio::time::timeout(patience, self.came.notified()).await.is_ok();
        if !came {
            self.gave_up.store(true, Ordering::SeqCst);
        }
        came
    }
}

/// Starts to wait for the window. If it stays blank, the runs are given back and the terminal says
/// how to mend it and how to go on without it.
pub(crate) fn start(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let shell = app.state::<Shell>();
        if shell.watchdog.wait(PATIENCE).await {
            return;
        }
        if shell.window() == WindowKind::Support {
            tracing::error!("the window stayed blank");
            eprintln!("{}", look_up_advice());
            return;
        }
        tracing::error!("the window stayed blank; every run is given back");
        if let Ok(host) = shell.host() {
            host.release_all().await;
        }
        eprintln!("{}", advice(shell.run().as_ref().map(RunId::as_str)));
    });
}

fn look_up_advice() -> String {
    format!(
        "switchback-console: the window is still blank after {} s. The command line looks people up too; it reads\n\
         from the terminal, so that nothing personal is in the shell's history:\n\n  \
         switchback users find -\n\n{}",
        PATIENCE.as_secs(),
        mend()
    )
}

fn mend() -> String {
    format!(
        "To mend the window: close it, then start it with {RENDERER}=1. If it is blank with that too, the\n\
         graphics driver is the cause: try WEBKIT_DISABLE_COMPOSITING_MODE=1, or LIBGL_ALWAYS_SOFTWARE=1."
    )
}

fn advice(run: Option<&str>) -> String {
    let run_word = run.unwrap_or("RUN");
    let list = if run.is_some() {
        ""
    } else {
        "  switchback run list\n"
    };
    format!(
        "switchback-console: the window is still blank after {} s. Every run was given back, so the command line\n\
         can go on with it:\n\n\
         {list}  switchback run show {run_word}\n  switchback rollback {run_word} --all\n\n{}",
        PATIENCE.as_secs(),
        mend()
    )
}

/// Whether a test drives the window.
pub(crate) fn under_automation() -> bool {
    std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

/// On Linux, turns the renderer off that leaves windows blank, unless the person chose, or a test drives the
/// window: its screenshots hang without that renderer. Only good before the program has a second thread.
pub(crate) fn avoid_blank_window() {
    #[cfg(target_os = "linux")]
    {
        if std::env::var_os(RENDERER).is_some() || under_automation() {
            return;
        }
        // Not by starting anew with the variable: that loads WebKit twice, for a tenth of a second.
        if let Err(error) = glib::setenv(RENDERER, "1", false) {
            // Then the window may be blank, and the watchdog sees that.
            eprintln!("switchback-console: {RENDERER}=1 could not be set: {error}");
        }
    }
}

/// A panic's message may hold what must not reach a log: only its place and its backtrace are told.
pub(crate) fn hide_panic_messages() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if OPENING.load(Ordering::SeqCst) {
            // The toolkit's way to say that there is no display; `opening` says it to the person.
            tracing::error!(place, "no window could be opened");
            return;
        }
        let backtrace = Backtrace::force_capture();
        eprintln!("switchback-console: stopped unexpectedly at {place}\n{backtrace}");
        tracing::error!(place, "panic");
    }));
}

/// While the window's toolkit starts.
static OPENING: AtomicBool = AtomicBool::new(false);

/// What a person reads who starts the console where no window can be.
pub(crate) const NO_DISPLAY: &str = "switchback-console: no window can be opened, because there is no display here. \
    Start it in a desktop session, or use the command line instead: switchback run list.";

/// Whether the environment names a display; only X11 and Wayland need it to.
pub(crate) fn has_display() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .into_iter()
            .any(named)
}

/// Starts the window's toolkit; none where it gives up, as GTK does if the display that is named does not
/// answer.
pub(crate) fn opening<T>(start: impl FnOnce() -> T) -> Option<T> {
    OPENING.store(true, Ordering::SeqCst);
    let started = panic::catch_unwind(panic::AssertUnwindSafe(start));
    OPENING.store(false, Ordering::SeqCst);
    started.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_window_in_time_is_no_news() {
        let watchdog = Watchdog::default();
        assert!(watchdog.window_came().is_ok());
        assert!(watchdog.wait(PATIENCE).await);
    }

    #[tokio::test]
    async fn a_late_window_is_told_once() {
        let watchdog = Watchdog::default();
        assert!(!watchdog.wait(Duration::from_millis(1)).await);
        assert_eq!(
            watchdog.window_came().map_err(|error| error.code),
            Err("late_window".to_owned())
        );
        assert!(watchdog.window_came().is_ok());
    }

    #[test]
    fn a_toolkit_that_gives_up_is_no_crash() {
        assert_eq!(opening(|| 7), Some(7));
        assert_eq!(opening::<u8>(|| panic!("no display")), None);
        assert!(!OPENING.load(Ordering::SeqCst));
        assert_eq!(NO_DISPLAY.lines().count(), 1);
    }

    #[test]
    fn the_advice_names_the_way_back() {
        assert!(advice(Some("r-1")).contains("switchback rollback r-1 --all"));
        assert!(advice(None).contains("switchback run list"));
        let support = look_up_advice();
        assert!(support.contains("switchback users find -") && support.contains(RENDERER));
        assert!(!support.contains("rollback"), "support has no run: {support}");
    }
}
