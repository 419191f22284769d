//! The wrappers that die at a given point, count, and tell the parent what is done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_engine::doubt::Doubt;
use switchback_engine::ports::{
    Action, History, Identity, Journal, JournalError, Lease, Observed, ProviderError, Sent, SyncState, World,
};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{
    ActionSpec, CheckReading, CheckSpec, Event, EventKind, Finding, Image, Preview, Target,
};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::child::tell;

/// Dies as if by kill -9 once its counter reaches the point.
pub struct Fuse {
    kind: String,
    at: usize,
    /// For commits: the kinds of its events, of which `at` counts.
    about: String,
    alike: AtomicUsize,
    pub commits: AtomicUsize,
    pub calls: AtomicUsize,
}

impl Fuse {
    /// One for the whole process: the way there and the way back are counted together.
    pub fn of_process() -> Arc<Self> {
        static FUSE: OnceLock<Arc<Fuse>> = OnceLock::new();
        FUSE.get_or_init(Self::from_env).clone()
    }

    fn from_env() -> Arc<Self> {
        let spec = std::env::var("SWITCHBACK_KILL_AT").unwrap_or_default();
        let (kind, at) = spec.split_once(':').unwrap_or(("never", "0"));
        let (at, about) = at.split_once(':').unwrap_or((at, ""));
        Arc::new(Self {
            kind: kind.to_owned(),
            at: at.parse().unwrap_or(0),
            about: about.to_owned(),
            alike: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
        })
    }

    /// Counts a commit; how many of its sort there have been, if it is of the sort to die at, else 0.
    fn commit(&self, about: &str) -> usize {
        self.commits.fetch_add(1, Ordering::SeqCst);
        if about == self.about {
            self.alike.fetch_add(1, Ordering::SeqCst) + 1
        } else {
            0
        }
    }

    fn burn(&self, kind: &str, count: usize, what: &str) {
        if self.kind == kind && self.at == count {
            tell(&format!("died {what}"));
            std::process::abort();
        }
    }
}

/// What a commit is about: the kinds of its events.
fn about(events: &[EventKind]) -> String {
    let word = |kind: &EventKind| {
        let text = format!("{kind:?}");
        let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
        text[..end].to_owned()
    };
    events.iter().map(word).collect::<Vec<_>>().join(" + ")
}

pub struct FusedJournal {
    pub inner: Arc<dyn Journal>,
    pub fuse: Arc<Fuse>,
    pub behind: Option<WriteBehind>,
}

/// The planted bug "acknowledged before it is on disk": an intent is written a while later, in the
/// background.
#[derive(Default)]
pub struct WriteBehind(Mutex<Option<JoinHandle<()>>>);

impl WriteBehind {
    const LATER: Duration = Duration::from_millis(200);

    pub fn planted() -> Option<Self> {
        let planted = std::env::var("SWITCHBACK_KILL_PLANT").is_ok_and(|bug| bug == "write-behind");
        planted.then(Self::default)
    }

    async fn append(
        &self,
        inner: &Arc<dyn Journal>,
        lease: &Lease,
        at: Timestamp,
        events: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError> {
        let mut pending = self.0.lock().await;
        if let Some(write) = pending.take() {
            write.await.unwrap();
        }
        if !events
            .iter()
            .any(|kind| matches!(kind, EventKind::Intended { .. }))
        {
            return inner.append(lease, at, events).await;
        }
        let head = inner.read(0).await?.last().map_or(0, |event| event.seq);
        let told = (head + 1..)
            .zip(events.clone())
            .map(|(seq, kind)| Event { seq, at, kind })
            .collect();
        let (inner, lease) = (inner.clone(), lease.clone());
        *pending = Some(tokio::spawn(async move {
            tokio::time::sleep(Self::LATER).await;
            inner.append(&lease, at, events).await.unwrap();
        }));
        Ok(told)
    }
}

#[async_trait]
impl Journal for FusedJournal {
    async fn append(
        &self,
        lease: &Lease,
        at: Timestamp,
        events: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError> {
        let about = about(&events);
        tell(&format!("commit {about}"));
        let n = self.fuse.commit(&about);
        self.fuse.burn("before-commit", n, &about);
        let written = match &self.behind {
            Some(behind) => behind.append(&self.inner, lease, at, events).await?,
            None => self.inner.append(lease, at, events).await?,
        };
        self.fuse.burn("after-commit", n, &about);
        // The acknowledgement: the parent counts what must still be there.
        for event in &written {
            tell(&format!("ack {}", event.seq));
        }
        Ok(written)
    }
    async fn read(&self, after_seq: u64) -> Result<Vec<Event>, JournalError> {
        self.inner.read(after_seq).await
    }
    async fn doubt(&self) -> Result<Option<Doubt>, JournalError> {
        self.inner.doubt().await
    }
    async fn holds(&self, lease: &Lease) -> Result<(), JournalError> {
        self.inner.holds(lease).await
    }
}

pub struct FusedWorld {
    pub inner: Arc<dyn World>,
    pub fuse: Arc<Fuse>,
}

struct FusedAction {
    inner: Box<dyn Action>,
    fuse: Arc<Fuse>,
}

#[async_trait]
impl Action for FusedAction {
    async fn read(&self, since: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        self.inner.read(since).await
    }
    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        self.inner.plan(from, restore)
    }
    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        self.inner.judge(now, before, after, sent)
    }
    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        let n = self.fuse.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.fuse.burn("before-send", n, "the call");
        let answer = self.inner.call(cx, approved).await;
        self.fuse.burn("after-accept", n, "the call");
        answer
    }
    fn spreads(&self) -> bool {
        self.inner.spreads()
    }
    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        self.inner.sync(receipt).await
    }
}

#[async_trait]
impl World for FusedWorld {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        Box::new(FusedAction {
            inner: self.inner.action(spec),
            fuse: self.fuse.clone(),
        })
    }
    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        self.inner.identity(target).await
    }
    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        self.inner.check(spec, history).await
    }

    async fn lacks(&self, spec: &CheckSpec) -> Option<CheckReading> {
        self.inner.lacks(spec).await
    }
}
