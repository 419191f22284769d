//! Ctrl-C and the end signal, counted. A call in flight is never cut off: what waits looks here
//! between two units of work.

use tokio::sync::watch;

/// How often the person asked to stop.
#[derive(Debug, Clone)]
pub struct Signals(watch::Receiver<u32>);

impl Signals {
    /// Starts to listen; from then on Ctrl-C no longer ends the process by itself.
    pub fn listen() -> Self {
        let (count, receiver) = watch::channel(0);
        tokio::spawn(async move {
            while once().await {
                count.send_modify(|n| *n += 1);
            }
            // Without signal handling nothing is ever counted; the sender must live on all the same.
            std::future::pending::<()>().await;
        });
        Self(receiver)
    }

    /// How often so far.
    pub fn count(&self) -> u32 {
        *self.0.borrow()
    }

    /// Waits for the next time.
    pub async fn next(&mut self) {
        let so_far = self.count();
        // The sender lives as long as the runtime.
        let _ = self.0.wait_for(|n| *n > so_far).await;
    }
}

#[cfg(unix)]
async fn once() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt.is_ok(),
        _ = term.recv() => true,
    }
}

#[cfg(not(unix))]
async fn once() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
