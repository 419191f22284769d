//! The page's own process. When it ends, what stands in the window is a picture that looks well and says nothing any
//! more: it is loaded again at once, and that is said.

use std::time::{Duration, Instant};

use tauri::WebviewWindow;

/// So often in [`WHILE`] it is loaded again; a page that keeps ending is left, and the terminal says how to go on.
const TIMES: usize = 3;
/// See [`TIMES`].
const WHILE: Duration = Duration::from_secs(60);

/// When the page was loaded again last.
#[derive(Debug, Default)]
struct Again(Vec<Instant>);

impl Again {
    /// Whether it may be loaded once more at this moment, which is noted.
    fn may(&mut self, now: Instant) -> bool {
        self.0.retain(|then| now.duration_since(*then) < WHILE);
        let may = self.0.len() < TIMES;
        if may {
            self.0.push(now);
        }
        may
    }
}

/// What the terminal and the log say of a page that ended.
fn said(why: &str, loads: bool) -> String {
    match loads {
        true => {
            format!("the window's page had ended ({why}); it is loaded again. The runs went on without it.")
        }
        false => format!(
            "the window's page ended {TIMES} times in a minute ({why}) and is left. Close the window and start it again, or \
             go on with the command line: switchback run list"
        ),
    }
}

/// Loads the page again whenever its process ends. Of WebKitGTK alone: on Windows and macOS the program was never built, and
/// what their engines do then is not known.
///
/// # Errors
/// Where the window has no page of its own.
#[cfg(target_os = "linux")]
pub(crate) fn load_again_when_it_ends(window: &WebviewWindow) -> tauri::Result<()> {
    use std::cell::RefCell;

    use webkit2gtk::{WebProcessTerminationReason as Reason, WebViewExt as _};

    window.with_webview(|webview| {
        let again = RefCell::new(Again::default());
        webview
            .inner()
            .connect_web_process_terminated(move |view, reason| {
                let why = match reason {
                    Reason::Crashed => "it crashed",
                    Reason::ExceededMemoryLimit => "it took too much memory",
                    Reason::TerminatedByApi => "it was ended",
                    // A reason of a later WebKit.
                    _ => "why is not known",
                };
                let loads = again.borrow_mut().may(Instant::now());
                let said = said(why, loads);
                tracing::error!("{said}");
                eprintln!("switchback-console: {said}");
                if loads {
                    view.reload();
                }
            });
    })
}

/// Nothing is done of the engines of Windows and macOS: see above.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub(crate) fn load_again_when_it_ends(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Again, Duration, Instant, TIMES, said};

    #[test]
    fn a_page_that_keeps_ending_is_left_and_one_that_ends_seldom_is_not() {
        let start = Instant::now();
        let mut again = Again::default();
        for at in 0..TIMES {
            assert!(again.may(start + Duration::from_secs(u64::try_from(at).unwrap_or(0))));
        }
        assert!(!again.may(start + Duration::from_secs(10)));
        assert!(again.may(start + Duration::from_secs(90)));
        assert!(said("it crashed", true).contains("loaded again"));
        assert!(said("it crashed", false).contains("switchback run list"));
    }
}
