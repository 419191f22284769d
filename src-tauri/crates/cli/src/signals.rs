//! Ctrl-C and the end signal, counted. A call in flight is never cut off: what waits looks here
//! between two units of work.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Who asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A person, with Ctrl-C.
    AtTheKeyboard,
    /// The system or another program, with SIGTERM.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no such signal"))]
    FromOutside,
}

impl Asked {
    /// Why a run stops by it, for its journal.
    pub fn reason(self) -> &'static str {
        match self {
            Self::AtTheKeyboard => "interrupted at the keyboard",
            Self::FromOutside => "this program was told to end (SIGTERM)",
        }
    }
}

/// How often somebody asked to stop, and who did last.
#[derive(Debug, Clone)]
pub struct Signals(watch::Receiver<(u32, Option<Asked>)>);

impl Signals {
    /// Starts to listen; from then on Ctrl-C no longer ends the process by itself.
    pub fn listen() -> Self {
        let (count, receiver) = watch::channel((0, None));
        // Registered here and not in the task: a signal that comes before the task runs is heard, too.
        let mut ears = Ears::open();
        tokio::spawn(async move {
            while let Some(asked) = ears.next().await {
                count.send_modify(|(n, last)| {
                    *n += 1;
                    *last = Some(asked);
                });
            }
            // Without signal handling nothing is ever counted; the sender must live on all the same.
            std::future::pending::<()>().await;
        });
        Self(receiver)
    }

    /// How often so far.
    pub fn count(&self) -> u32 {
        self.0.borrow().0
    }

    /// Who asked last; none where nobody did.
    pub fn asked(&self) -> Option<Asked> {
        self.0.borrow().1
    }

    /// Waits for the next time.
    pub async fn next(&mut self) {
        let so_far = self.count();
        // The sender lives as long as the runtime.
        let _ = self.0.wait_for(|(n, _)| *n > so_far).await;
    }

    /// Waits until somebody has asked, if nobody did.
    pub async fn first(&mut self) {
        // The sender lives as long as the runtime.
        let _ = self.0.wait_for(|(n, _)| *n > 0).await;
    }
}

/// What is listened to; once, so that none is missed between two.
#[cfg(unix)]
struct Ears {
    keyboard: Option<Signal>,
    outside: Option<Signal>,
}

#[cfg(unix)]
impl Ears {
    fn open() -> Self {
        Self {
            keyboard: signal(SignalKind::interrupt()).ok(),
            outside: signal(SignalKind::terminate()).ok(),
        }
    }

    async fn next(&mut self) -> Option<Asked> {
        tokio::select! {
            heard = heard(&mut self.keyboard) => heard.map(|()| Asked::AtTheKeyboard),
            heard = heard(&mut self.outside) => heard.map(|()| Asked::FromOutside),
        }
    }
}

#[cfg(unix)]
async fn heard(signal: &mut Option<Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
        // It can't be listened to: the other one may still come.
        None => std::future::pending().await,
    }
}

#[cfg(not(unix))]
struct Ears;

#[cfg(not(unix))]
impl Ears {
    fn open() -> Self {
        Self
    }

    async fn next(&mut self) -> Option<Asked> {
        tokio::signal::ctrl_c().await.ok().map(|()| Asked::AtTheKeyboard)
    }
}
