//! The seat of a window at a run: it drives the run, or it watches while somebody else does. The
//! window listens to one stream, whoever drives; who lost the lease goes on as a watcher.

use std::sync::{Arc, Weak};
use std::time::Duration;

use switchback_engine::ports::{Journal as _, JournalError, Lease};
use switchback_model::{Operator, RunId};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::actor::Actor;
use crate::core::host_name;
use crate::host::{Claim, Host};
use crate::run_facts::RunFacts;
use crate::watcher::{Standing, Watched, Watcher};
use crate::wire::{ApiError, LostView, RunSnapshot};

/// How often, in real time, a driver looks whether the lease is still its own. It could not write
/// without it anyway; this is so that it says so at once.
const STILL_OURS: Duration = Duration::from_millis(500);

/// One run that a window has open.
pub(crate) struct RunSession {
    /// What the window listens to.
    out: Arc<watch::Sender<Arc<RunSnapshot>>>,
    role: Role,
    feed: JoinHandle<()>,
}

enum Role {
    Driving(Actor, Lease),
    Watching(Watcher),
}

impl RunSession {
    fn is_alive(&self) -> bool {
        match &self.role {
            Role::Driving(actor, _) => actor.is_alive(),
            Role::Watching(watcher) => watcher.is_alive(),
        }
    }
}

impl Drop for RunSession {
    fn drop(&mut self) {
        self.feed.abort();
    }
}

impl Host {
    /// Opens a run for a window: drives it where nobody does, else watches.
    pub async fn subscribe(
        self: &Arc<Self>,
        id: &RunId,
    ) -> Result<watch::Receiver<Arc<RunSnapshot>>, ApiError> {
        let mut seats = self.seats.lock().await;
        if let Some(seat) = seats.get(id).filter(|seat| seat.is_alive()) {
            return Ok(seat.out.subscribe());
        }
        seats.remove(id);
        let (role, first) = match self.drive(id, false).await {
            Ok(actor) => self.driving(id, actor).await?,
            Err(error) if error.code == "locked" => self.watching(id, None).await?,
            Err(error) => return Err(error),
        };
        let (out, listening) = watch::channel(first);
        let out = Arc::new(out);
        let feed = self.feed(id, &role, &out);
        seats.insert(id.clone(), RunSession { out, role, feed });
        Ok(listening)
    }

    /// A person takes the run over, from whoever holds it: `run take`. The holder can write
    /// nothing more; what it had in flight is looked at, never repeated.
    pub async fn take(
        self: &Arc<Self>,
        id: &RunId,
        by: Operator,
        reason: Option<String>,
    ) -> Result<(), ApiError> {
        let mut seats = self.seats.lock().await;
        if let Some(Role::Driving(actor, lease)) = seats.get(id).map(|seat| &seat.role) {
            if actor.is_alive() && self.store.journal(id)?.holds(lease).await.is_ok() {
                return Ok(());
            }
            self.forget(id).await;
        }
        let actor = self.drive(id, Claim::Person { by, reason }).await?;
        let (role, first) = self.driving(id, actor).await?;
        match seats.get_mut(id) {
            Some(seat) => {
                seat.feed.abort();
                seat.out.send_replace(first);
                seat.feed = self.feed(id, &role, &seat.out);
                seat.role = role;
            }
            None => {
                let out = Arc::new(watch::channel(first).0);
                let feed = self.feed(id, &role, &out);
                seats.insert(id.clone(), RunSession { out, role, feed });
            }
        }
        Ok(())
    }

    /// Why nothing can be submitted from here; none where this program drives the run.
    pub(crate) async fn watching_reason(&self, id: &RunId) -> Option<ApiError> {
        let seats = self.seats.lock().await;
        let seat = seats.get(id)?;
        if matches!(seat.role, Role::Driving(..)) {
            return None;
        }
        let why = seat.out.borrow().watching.clone()?;
        Some(ApiError::new(
            "locked",
            why,
            "Nothing was changed.",
            format!("run {id}"),
        ))
    }

    /// The last snapshot of a run that a window has open.
    pub(crate) async fn seated_snapshot(&self, id: &RunId) -> Option<RunSnapshot> {
        let seats = self.seats.lock().await;
        let seat = seats.get(id).filter(|seat| seat.is_alive())?;
        Some((**seat.out.borrow()).clone())
    }

    /// A run that this program watches, with what it acts on.
    pub(crate) async fn watched(&self, id: &RunId) -> Option<Watched> {
        match &self.seats.lock().await.get(id)?.role {
            Role::Watching(watcher) => Some(watcher.watched()),
            Role::Driving(..) => None,
        }
    }

    /// Tells whoever shows the run what is known besides its journal.
    pub(crate) async fn tell(&self, id: &RunId) {
        let known = self.known(id).await;
        match self.seats.lock().await.get(id).map(|seat| &seat.role) {
            Some(Role::Driving(actor, _)) => actor.tell(known).await,
            Some(Role::Watching(watcher)) => watcher.tell(known).await,
            None => {}
        }
    }

    async fn driving(&self, id: &RunId, actor: Actor) -> Result<(Role, Arc<RunSnapshot>), ApiError> {
        let lease = self.lease_of(id).await?;
        actor.tell(self.known(id).await).await;
        let first = actor.snapshots().borrow().clone();
        Ok((Role::Driving(actor, lease), first))
    }

    async fn watching(
        &self,
        id: &RunId,
        lost: Option<LostView>,
    ) -> Result<(Role, Arc<RunSnapshot>), ApiError> {
        let run = self.load(id).await?;
        let around = self.surroundings(&run).await?;
        let events = self.store.journal(id)?.read(0).await?;
        let standing = Standing {
            store: self.store.clone(),
            host: host_name(),
            lost,
            known: self.known(id).await,
        };
        let watcher = Watcher::start(run, &events, around, standing).await?;
        let first = watcher.snapshots().borrow().clone();
        Ok((Role::Watching(watcher), first))
    }

    /// Carries snapshots from whoever makes them to whoever listens.
    fn feed(
        self: &Arc<Self>,
        id: &RunId,
        role: &Role,
        out: &Arc<watch::Sender<Arc<RunSnapshot>>>,
    ) -> JoinHandle<()> {
        let (id, out) = (id.clone(), out.clone());
        match role {
            Role::Watching(watcher) => {
                let (snapshots, host) = (watcher.snapshots(), Arc::downgrade(self));
                tokio::spawn(async move {
                    carry(snapshots, &out, std::future::pending()).await;
                    leave(&host, &id).await;
                })
            }
            Role::Driving(actor, lease) => {
                let snapshots = actor.snapshots();
                let (lease, host, store) = (lease.clone(), Arc::downgrade(self), self.store.clone());
                tokio::spawn(async move {
                    let fenced = async {
                        loop {
                            tokio::time::sleep(STILL_OURS).await;
                            let Ok(journal) = store.journal(&id) else { continue };
                            if let Err(JournalError::Fenced(by)) = journal.holds(&lease).await {
                                return by;
                            }
                        }
                    };
                    let by = carry(snapshots, &out, fenced).await;
                    // Fenced in the middle of a write, the actor ends before the lease is looked at.
                    let by = match (by, store.journal(&id)) {
                        (None, Ok(journal)) => match journal.holds(&lease).await {
                            Err(JournalError::Fenced(by)) => Some(by),
                            _ => None,
                        },
                        (by, _) => by,
                    };
                    match by {
                        Some(by) => step_aside(&host, id, lease.fence, by),
                        None => leave(&host, &id).await,
                    }
                })
            }
        }
    }

    /// This program was fenced out: it stops driving, says so and goes on as a watcher.
    async fn fenced_out(self: &Arc<Self>, id: &RunId, fence: u64, by: &str) {
        let mut seats = self.seats.lock().await;
        let Some(seat) = seats.get_mut(id) else { return };
        if !matches!(&seat.role, Role::Driving(_, lease) if lease.fence == fence) {
            return;
        }
        tracing::warn!(run = %id, %by, "fenced out: this program watches now");
        // Without its handles the actor ends after the unit of work in hand, of which it can
        // write nothing.
        self.forget(id).await;
        let now = seat.out.borrow().now;
        let at = self.load(id).await.map_or(now, |run| self.now_of(&run));
        let lost = LostView {
            at,
            sentence: elsewhere(by),
        };
        match self.watching(id, Some(lost)).await {
            Ok((role, first)) => {
                seat.out.send_replace(first);
                seat.feed = self.feed(id, &role, &seat.out);
                seat.role = role;
            }
            Err(error) => {
                tracing::error!(run = %id, %error, "the run can't be watched");
                let mut last = (**seat.out.borrow()).clone();
                last.stopped_by = Some(format!("The lease was lost to {by}. {}", error.message));
                seat.out.send_replace(Arc::new(last));
                seats.remove(id);
            }
        }
    }

    /// What is known of a run besides its own journal; nothing where that could not be read.
    pub async fn known(&self, id: &RunId) -> RunFacts {
        let known = RunFacts::read(&self.store, &self.home, id).await;
        known.unwrap_or_else(|error| {
            tracing::warn!(run = %id, %error, "what other runs tell could not be read");
            RunFacts::default()
        })
    }

    async fn lease_of(&self, id: &RunId) -> Result<Lease, ApiError> {
        self.open
            .lock()
            .await
            .get(id)
            .map(|open| open.lease.clone())
            .ok_or_else(|| ApiError::internal("a driven run has no lease"))
    }
}

/// A takeover on another workstation is told by its mark, in a whole sentence; one in this home by
/// the lease, which the snapshot shows anyway.
fn elsewhere(by: &str) -> Option<String> {
    by.contains("on another workstation").then(|| format!("{by}."))
}

/// Until the maker of the snapshots ends, or the other future does.
async fn carry(
    mut snapshots: watch::Receiver<Arc<RunSnapshot>>,
    out: &watch::Sender<Arc<RunSnapshot>>,
    fenced: impl Future<Output = String>,
) -> Option<String> {
    tokio::pin!(fenced);
    loop {
        out.send_replace(snapshots.borrow_and_update().clone());
        tokio::select! {
            changed = snapshots.changed() => if changed.is_err() {
                out.send_replace(snapshots.borrow().clone());
                return None;
            },
            by = &mut fenced => return Some(by),
        }
    }
}

/// In a task of its own, because the feed that found out is replaced by it.
fn step_aside(host: &Weak<Host>, id: RunId, fence: u64, by: String) {
    if let Some(host) = host.upgrade() {
        tokio::spawn(async move { host.fenced_out(&id, fence, &by).await });
    }
}

/// The run stopped for good: the stream ends, and with it the seat.
async fn leave(host: &Weak<Host>, id: &RunId) {
    if let Some(host) = host.upgrade() {
        let mut seats = host.seats.lock().await;
        if seats.get(id).is_some_and(|seat| !seat.is_alive()) {
            seats.remove(id);
        }
    }
}
