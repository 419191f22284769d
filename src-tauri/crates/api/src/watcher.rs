//! The watcher of a run that somebody else drives: it follows the journal as it is written, reads
//! the world for itself, and tells who drives and whether they give signs of life. It holds no
//! lease and writes nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use switchback_engine::evolve::evolve;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::ports::{Clock, Journal, Lease, World};
use switchback_engine::run::Run;
use switchback_journal::{Life, RunJournal, SIGN_OF_LIFE, Store};
use switchback_model::{Event, EventKind, Holder};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::host::Surroundings;
use crate::observing::{Observation, look_back, watch_monitors};
use crate::run_facts::RunFacts;
use crate::servers::watch_servers;
use crate::view::{Live, Watch, snapshot};
use crate::wire::{ApiError, DriverLife, DriverView, LostView, RunSnapshot};

/// How often the journal is read, in real time.
const TAIL: Duration = Duration::from_millis(400);
/// A holder without a sign of life for so long is called silent: frozen, or asleep.
const SILENT: Duration = Duration::from_secs(SIGN_OF_LIFE.as_secs() * 5);

/// Where the run stands for this program, which does not drive it.
pub(crate) struct Standing {
    /// The journal file.
    pub store: Store,
    /// The name of this machine.
    pub host: String,
    /// That this program drove the run and lost it.
    pub lost: Option<LostView>,
    /// What does not come from the run's own journal.
    pub known: RunFacts,
}

/// A run under watch; it ends with this value.
pub(crate) struct Watcher {
    run: watch::Receiver<Arc<Run>>,
    snapshots: watch::Receiver<Arc<RunSnapshot>>,
    inbox: mpsc::Sender<Message>,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
    _tasks: JoinSet<()>,
}

enum Message {
    Observation(Observation),
    RunFacts(Box<RunFacts>),
}

impl From<Observation> for Message {
    fn from(seen: Observation) -> Self {
        Self::Observation(seen)
    }
}

impl Watcher {
    /// Starts to watch a run whose journal holds these events.
    pub async fn start(
        run: Run,
        events: &[Event],
        around: Surroundings,
        standing: Standing,
    ) -> Result<Self, ApiError> {
        let journal = standing.store.journal(&run.id)?;
        let mut state = State {
            journal,
            live: Live {
                speed: around.speed,
                known: standing.known.clone(),
                ..Live::default()
            },
            started: None,
            sign: None,
            run,
            standing,
            clock: around.clock.clone(),
            world: around.world.clone(),
        };
        for event in events {
            state.note(event);
        }
        state.look_at_holder().await?;
        let (run_tx, run) = watch::channel(Arc::new(state.run.clone()));
        let (snap_tx, snapshots) = watch::channel(Arc::new(state.snapshot()));
        let (inbox, messages) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        let weak = inbox.downgrade();
        let (world, clock) = (around.world, around.clock);
        tasks.spawn(watch_monitors(
            weak.clone(),
            run.clone(),
            world.clone(),
            clock.clone(),
        ));
        tasks.spawn(watch_servers(
            weak.clone(),
            run.clone(),
            world.clone(),
            clock.clone(),
        ));
        tasks.spawn(look_back(
            weak,
            run.clone(),
            snapshots.clone(),
            world.clone(),
            clock.clone(),
        ));
        tasks.spawn(async move { state.work(messages, &run_tx, &snap_tx).await });
        Ok(Self {
            run,
            snapshots,
            inbox,
            world,
            clock,
            _tasks: tasks,
        })
    }

    /// The stream of snapshots: the newest only, never a backlog.
    pub fn snapshots(&self) -> watch::Receiver<Arc<RunSnapshot>> {
        self.snapshots.clone()
    }

    /// Whether the journal is still followed.
    pub fn is_alive(&self) -> bool {
        !self.inbox.is_closed()
    }

    /// Tells what does not come from the run's own journal.
    pub async fn tell(&self, known: RunFacts) {
        let _ = self.inbox.send(Message::RunFacts(Box::new(known))).await;
    }

    /// The run as last read, with what it acts on.
    pub fn watched(&self) -> Watched {
        Watched {
            run: self.run.borrow().clone(),
            world: self.world.clone(),
            clock: self.clock.clone(),
        }
    }
}

/// A watched run: enough to plan a rollback, which needs no lease.
pub(crate) struct Watched {
    pub run: Arc<Run>,
    pub world: Arc<dyn World>,
    pub clock: Arc<dyn Clock>,
}

fn broken(why: &str) -> ApiError {
    ApiError::new(
        "journal",
        format!("The journal can't be followed: {why}."),
        "Verify the journal, and take over from the mirror or an export.",
        "the journal",
    )
}

struct State {
    journal: RunJournal,
    run: Run,
    standing: Standing,
    clock: Arc<dyn Clock>,
    world: Arc<dyn World>,
    live: Live,
    /// The last driver's start, as journalled.
    started: Option<Started>,
    /// The holder's last sign of life, and when it was first seen.
    sign: Option<(u64, SystemTime, Instant)>,
}

struct Started {
    fence: u64,
    at: Timestamp,
    reason: Option<String>,
}

impl State {
    async fn work(
        &mut self,
        mut messages: mpsc::Receiver<Message>,
        run: &watch::Sender<Arc<Run>>,
        snapshots: &watch::Sender<Arc<RunSnapshot>>,
    ) {
        let mut tail = tokio::time::interval(TAIL);
        tail.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tail.tick() => {}
                message = messages.recv() => match message {
                    None => return,
                    Some(Message::Observation(seen)) => self.see(seen),
                    Some(Message::RunFacts(known)) => self.live.known = *known,
                },
            }
            if let Err(error) = self.follow().await {
                tracing::error!(%error, "the run is not watched any more");
                self.live.stopped_by = Some(format!("{} {}", error.message, error.hint));
                snapshots.send_replace(Arc::new(self.snapshot()));
                return;
            }
            if run.borrow().seq != self.run.seq {
                run.send_replace(Arc::new(self.run.clone()));
            }
            snapshots.send_replace(Arc::new(self.snapshot()));
        }
    }

    fn see(&mut self, seen: Observation) {
        match seen {
            Observation::Reading(id, reading) => {
                if let Some(monitor) = self.run.plan.monitors.iter().find(|m| m.id == id) {
                    let known = self.run.watched.get(&id);
                    let state = self
                        .live
                        .monitors
                        .entry(id)
                        .or_insert_with(|| MonitorRun::resume(known));
                    state.take(monitor, *reading);
                }
            }
            Observation::Readiness(readiness) => self.live.readiness = readiness,
            Observation::Side(step, reading) => {
                self.live.sides.insert((step, reading.check.clone()), *reading);
            }
            Observation::Servers(asked, heard) => {
                self.live.servers.insert(asked, heard);
            }
            // Only who drives may write that an object has drifted.
            Observation::Looked(..) => {}
        }
    }

    /// Reads what was written since, and who holds the lease now.
    async fn follow(&mut self) -> Result<(), ApiError> {
        for event in self.journal.read(self.run.seq).await? {
            evolve(&mut self.run, &event).map_err(|error| broken(&error.to_string()))?;
            self.note(&event);
        }
        self.look_at_holder().await
    }

    fn note(&mut self, event: &Event) {
        if let EventKind::DriverStarted { fence, reason, .. } = &event.kind {
            self.started = Some(Started {
                fence: *fence,
                at: event.at,
                reason: reason.clone(),
            });
        }
    }

    async fn look_at_holder(&mut self) -> Result<(), ApiError> {
        let (store, run, host) = (
            self.standing.store.clone(),
            self.run.id.clone(),
            self.standing.host.clone(),
        );
        let held = tokio::task::spawn_blocking(move || {
            let lease = store.holder(&run)?;
            Ok::<_, ApiError>(lease.map(|lease| {
                let life = store.life(&run, &lease, &host);
                (lease, life)
            }))
        })
        .await
        .map_err(|_| ApiError::internal("reading the lease was interrupted"))??;
        let holder = held.map(|(lease, life)| self.holder(&lease, life));
        self.live.watch = Some(Watch {
            holder,
            lost: self.standing.lost.clone(),
        });
        Ok(())
    }

    fn holder(&mut self, lease: &Lease, life: Life) -> DriverView {
        let Holder { by, host, pid } = &lease.holder;
        let (life, silent_s) = match life {
            Life::Ended => (DriverLife::Ended, None),
            Life::Sign(None) => (DriverLife::Unknown, None),
            Life::Sign(Some(sign)) => {
                let since = match self.sign {
                    Some((fence, last, since)) if fence == lease.fence && last == sign => since,
                    _ => Instant::now(),
                };
                self.sign = Some((lease.fence, sign, since));
                let silent = since.elapsed();
                match silent >= SILENT {
                    true => (DriverLife::Silent, Some(silent.as_secs())),
                    false => (DriverLife::AtWork, None),
                }
            }
        };
        // Between the taking of the lease and the first event of its holder nothing is known yet.
        let started = self.started.as_ref().filter(|s| s.fence == lease.fence);
        DriverView {
            by: by.to_string(),
            host: host.clone(),
            pid: *pid,
            ours: false,
            since: started.map(|s| s.at),
            reason: started.and_then(|s| s.reason.clone()),
            life,
            silent_s,
        }
    }

    fn snapshot(&mut self) -> RunSnapshot {
        self.live.sign_in = self.world.sign_in();
        snapshot(&self.run, &self.live, self.clock.now())
    }
}
