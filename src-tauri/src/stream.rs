//! The stream: the newest snapshot of one run, forwarded to the window, and the word that it ended.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use switchback_api::wire::{RunSnapshot, Update};
use tauri::{WebviewWindow, async_runtime::JoinHandle, ipc::Channel};
use tauri_plugin_notification::NotificationExt as _;
use tokio::sync::watch;

use crate::news::news;
use crate::watchdog::under_automation;

/// The shortest time between two snapshots: nobody reads faster, and a rehearsal's clock runs fast.
const PAUSE: Duration = Duration::from_millis(100);

/// Said where the run itself gave no reason.
const CLOSED: &str = "This window does not drive the run any more. Open the run again.";

/// The window's one stream. A page that was loaded again, or that shows another run, subscribes
/// anew; nobody listens to the stream before.
#[derive(Default)]
pub(crate) struct Streams(Mutex<Option<JoinHandle<()>>>);

impl Streams {
    /// Forwards a run's snapshots, from `from_seq` on, until the run is not driven any more.
    pub(crate) fn forward(
        &self,
        snapshots: watch::Receiver<Arc<RunSnapshot>>,
        from_seq: u64,
        channel: Channel<Update>,
        window: WebviewWindow,
    ) {
        let task = tauri::async_runtime::spawn(async move {
            let title = |snapshot: &RunSnapshot| {
                let banner = &snapshot.banner;
                let endpoint = if banner.test_endpoint {
                    " · TEST ENDPOINT"
                } else {
                    ""
                };
                let _ = window.set_title(&format!(
                    "{}{endpoint} · {} · Switchback",
                    banner.word, banner.target
                ));
            };
            let send = |update| channel.send(update).is_ok();
            let changed = |before: &RunSnapshot, after: &RunSnapshot| notify(&window, before, after);
            pump(snapshots, from_seq, title, changed, send).await;
        });
        let before = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(task);
        if let Some(before) = before {
            before.abort();
        }
    }
}

/// Tells the desktop what somebody must hear about while this window is behind another one.
fn notify(window: &WebviewWindow, before: &RunSnapshot, after: &RunSnapshot) {
    // In front, the window says it itself, aloud too. A test must not write on the desktop.
    if under_automation() || window.is_focused().unwrap_or(false) {
        return;
    }
    for one in news(before, after) {
        let shown = window
            .notification()
            .builder()
            .title(one.title)
            .body(one.body)
            .show();
        if let Err(error) = shown {
            tracing::warn!(%error, "the desktop showed no notification");
        }
    }
}

/// Sends the newest snapshot and skips those it missed; ends when the run does or nobody takes them.
async fn pump(
    mut snapshots: watch::Receiver<Arc<RunSnapshot>>,
    from_seq: u64,
    first: impl Fn(&RunSnapshot),
    changed: impl Fn(&RunSnapshot, &RunSnapshot),
    send: impl Fn(Update) -> bool,
) {
    first(&snapshots.borrow());
    let mut shown = snapshots.borrow().clone();
    loop {
        let newest = snapshots.borrow_and_update().clone();
        changed(&shown, &newest);
        shown = newest.clone();
        // The window never goes back in time.
        let wanted = newest.seq >= from_seq;
        if wanted
            && !send(Update::Snapshot {
                snapshot: Box::new((*newest).clone()),
            })
        {
            return;
        }
        if snapshots.changed().await.is_err() {
            let why = newest.stopped_by.clone().unwrap_or_else(|| CLOSED.to_owned());
            send(Update::Ended { why });
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
