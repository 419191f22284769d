//! The actor of one open run: the only owner of its driver. Commands come in, snapshots go out.

use std::sync::Arc;
use std::time::Duration;

use switchback_engine::chosen::is_left_out;
use switchback_engine::driver::{Driver, SubmitError, Turn};
use switchback_engine::monitor::MonitorRun;
use switchback_engine::ports::{Clock, World};
use switchback_engine::run::Run;
use switchback_model::plan::Monitor;
use switchback_model::{Command, Operator, Plan, RollbackScope, StepState, Submission};
use tokio::sync::{mpsc, oneshot, watch};

use crate::mirror::MirrorSource;
use crate::observing::{Observation, look_back, watch_monitors};
use crate::run_facts::RunFacts;
use crate::servers::watch_servers;
use crate::view::{Live, rollback_plan_view, snapshot};
use crate::wire::{ApiError, RollbackPlanView, RunSnapshot};

/// How often a snapshot goes out although nothing happened, so that a window knows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(3);

enum Message {
    Submit(Box<Submission>, oneshot::Sender<Result<u64, ApiError>>),
    Observation(Observation),
    RunFacts(Box<RunFacts>),
    Close(oneshot::Sender<()>),
}

impl From<Observation> for Message {
    fn from(seen: Observation) -> Self {
        Self::Observation(seen)
    }
}

/// A handle on a running actor; cheap to clone.
#[derive(Clone)]
pub struct Actor {
    inbox: mpsc::Sender<Message>,
    /// The run as last folded.
    run: watch::Receiver<Arc<Run>>,
    snapshots: watch::Receiver<Arc<RunSnapshot>>,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
}

impl Actor {
    /// Starts the actor, its monitors and its look at the way back.
    #[must_use]
    pub fn start(
        driver: Driver,
        world: Arc<dyn World>,
        clock: Arc<dyn Clock>,
        speed: u32,
        mirror: MirrorSource,
    ) -> Self {
        let live = Live {
            speed,
            ours: true,
            mirror: Some(mirror),
            ..Live::default()
        };
        let run = Arc::new(driver.run().clone());
        let first = Arc::new(snapshot(&run, &live, clock.now()));
        let (inbox, messages) = mpsc::channel(64);
        let (run_tx, run_rx) = watch::channel(run);
        let (snap_tx, snap_rx) = watch::channel(first);
        let mut state = State {
            driver,
            world: world.clone(),
            clock: clock.clone(),
            live,
            run: run_tx,
            snapshots: snap_tx,
        };
        tokio::spawn(async move { state.work(messages).await });
        let weak = inbox.downgrade();
        tokio::spawn(watch_monitors(
            weak.clone(),
            run_rx.clone(),
            world.clone(),
            clock.clone(),
        ));
        tokio::spawn(watch_servers(
            weak.clone(),
            run_rx.clone(),
            world.clone(),
            clock.clone(),
        ));
        tokio::spawn(look_back(
            weak,
            run_rx.clone(),
            snap_rx.clone(),
            world.clone(),
            clock.clone(),
        ));
        Self {
            inbox,
            run: run_rx,
            snapshots: snap_rx,
            world,
            clock,
        }
    }

    /// Submits a command; answers once it is journalled, not once its work is done.
    pub async fn submit(&self, submission: Submission) -> Result<u64, ApiError> {
        crate::screen::submission(&submission)?;
        let (reply, answer) = oneshot::channel();
        self.inbox
            .send(Message::Submit(Box::new(submission), reply))
            .await
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Tells what is known besides the run's own journal.
    pub async fn tell(&self, known: RunFacts) {
        let _ = self.inbox.send(Message::RunFacts(Box::new(known))).await;
    }

    /// Whether the actor still drives its run.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.inbox.is_closed()
    }

    /// Tells whether somebody still holds the actor, without holding it.
    #[must_use]
    pub fn watched(&self) -> Watched {
        Watched(self.inbox.downgrade())
    }

    /// The run as last folded.
    #[must_use]
    pub fn run(&self) -> Arc<Run> {
        self.run.borrow().clone()
    }

    /// The stream of snapshots: the newest only, never a backlog.
    #[must_use]
    pub fn snapshots(&self) -> watch::Receiver<Arc<RunSnapshot>> {
        self.snapshots.clone()
    }

    /// The plan of a rollback, from a fresh look at the world.
    pub async fn rollback_plan(
        &self,
        scope: &RollbackScope,
        known: &RunFacts,
    ) -> Result<RollbackPlanView, ApiError> {
        let run = self.run();
        let now = self.clock.now();
        let (plan, preconditions) =
            switchback_engine::driver::plan_rollback(&run, &*self.world, now, scope).await?;
        Ok(rollback_plan_view(
            &run,
            &plan,
            &preconditions,
            known,
            self.clock.now(),
        ))
    }

    /// Ends the actor after the unit of work in hand; the lease is then free to release.
    pub async fn close(&self) {
        let (done, ended) = oneshot::channel();
        if self.inbox.send(Message::Close(done)).await.is_ok() {
            let _ = ended.await;
        }
    }
}

/// See [`Actor::watched`].
pub struct Watched(mpsc::WeakSender<Message>);

impl Watched {
    /// Whether the actor is alive and held by somebody.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.0.upgrade().is_some_and(|inbox| !inbox.is_closed())
    }
}

fn gone() -> ApiError {
    ApiError::new(
        "journal",
        "The run is not driven any more.",
        "The window says why it stopped. Open the run again.",
        "the run",
    )
}

struct State {
    driver: Driver,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
    live: Live,
    run: watch::Sender<Arc<Run>>,
    snapshots: watch::Sender<Arc<RunSnapshot>>,
}

impl State {
    async fn work(&mut self, mut messages: mpsc::Receiver<Message>) {
        loop {
            let pause = match self.turn().await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "the run is not driven any more");
                    self.live.stopped_by = Some(format!("{} {}", error.message, error.hint));
                    self.live.ours = false;
                    self.publish();
                    return;
                }
            };
            self.publish();
            let message = tokio::time::timeout(pause, messages.recv()).await;
            match message {
                Err(_elapsed) => {}
                Ok(None) => return,
                Ok(Some(Message::Close(done))) => {
                    let _ = done.send(());
                    return;
                }
                Ok(Some(message)) => {
                    if let Err(error) = self.take(message).await {
                        tracing::error!(%error, "the run is not driven any more");
                        self.live.stopped_by = Some(format!("{} {}", error.message, error.hint));
                        self.live.ours = false;
                        self.publish();
                        return;
                    }
                }
            }
        }
    }

    /// One unit of work; how long to wait for a message before the next one.
    async fn turn(&mut self) -> Result<Duration, ApiError> {
        match self.driver.turn().await? {
            Turn::Worked => Ok(Duration::ZERO),
            Turn::Waiting(at) => {
                let world = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or(Duration::ZERO);
                Ok((world / self.live.speed.max(1)).min(HEARTBEAT))
            }
            Turn::Idle => {
                self.check_again().await?;
                Ok(HEARTBEAT / self.live.speed.clamp(1, 10))
            }
        }
    }

    /// Keeps the before-checks of the next step fresh, so that nobody waits for them.
    async fn check_again(&mut self) -> Result<(), ApiError> {
        let run = self.driver.run();
        if run.rollback_active() || run.in_flight().is_some() {
            return Ok(());
        }
        let now = self.clock.now();
        let due = run.plan.steps().find_map(|step| {
            let state = run.steps.get(&step.id)?;
            let open = matches!(
                state.state,
                StepState::ToDo | StepState::Blocked | StepState::Ready
            );
            let reachable = step.needs.iter().chain(&step.after).all(|edge| {
                run.steps
                    .get(edge)
                    .is_some_and(|s| matches!(s.state, StepState::Done { .. } | StepState::Skipped))
                    || is_left_out(run, edge)
            });
            if !(open && reachable) || state.approval.is_some() || is_left_out(run, &step.id) {
                return None;
            }
            let age = state.checks.as_ref().map(|c| now.duration_since(c.at).as_secs());
            let shortest = step
                .before
                .iter()
                .chain(&step.undo_before)
                .map(|s| i64::from(s.believable_s))
                .min()
                .unwrap_or(60);
            // Before the shortest-lived reading goes stale; never more often than every 5 s.
            let stale = age.is_none_or(|age| age >= (shortest * 2 / 3).max(5));
            Some((step.id.clone(), stale))
        });
        if let Some((step, true)) = due {
            let submission = Submission {
                command: Command::Check { step },
                basis: None,
                by: Operator::new("Switchback").map_err(|_| ApiError::internal("operator"))?,
                reason: None,
            };
            match self.driver.submit(&submission).await {
                Ok(_) | Err(SubmitError::Rejected(_)) => {}
                Err(SubmitError::Drive(error)) => return Err(error.into()),
            }
            self.driver.turn().await?;
        }
        Ok(())
    }

    async fn take(&mut self, message: Message) -> Result<(), ApiError> {
        match message {
            Message::Submit(submission, reply) => {
                let before = self.driver.run().plan.clone();
                let outcome = self.driver.submit(&submission).await;
                self.forget_other_monitors(&before);
                let fatal = match &outcome {
                    Err(SubmitError::Drive(error)) => Some(error.clone()),
                    _ => None,
                };
                let _ = reply.send(outcome.map_err(ApiError::from));
                if let Some(error) = fatal {
                    return Err(error.into());
                }
            }
            Message::Observation(Observation::Reading(id, reading)) => {
                let reading = *reading;
                let Some(monitor) = self
                    .driver
                    .run()
                    .plan
                    .monitors
                    .iter()
                    .find(|m| m.id == id)
                    .cloned()
                else {
                    return Ok(());
                };
                let known = self.driver.run().watched.get(&id);
                let state = self
                    .live
                    .monitors
                    .entry(id.clone())
                    .or_insert_with(|| MonitorRun::resume(known));
                if state.take(&monitor, reading.clone()) {
                    let state = state.state();
                    self.driver.keep_reading(&id, reading, state).await?;
                }
            }
            Message::Observation(Observation::Readiness(readiness)) => self.live.readiness = readiness,
            Message::Observation(Observation::Side(step, reading)) => {
                self.live.sides.insert((step, reading.check.clone()), *reading);
            }
            Message::Observation(Observation::Servers(asked, heard)) => {
                self.live.servers.insert(asked, heard);
            }
            // A look that began before something happened may speak of the past: the next one tells.
            Message::Observation(Observation::Looked(seq, step, finding)) => {
                if seq == self.driver.run().seq {
                    self.driver.note_drift(&step, finding).await?;
                }
            }
            Message::RunFacts(known) => self.live.known = *known,
            Message::Close(done) => {
                let _ = done.send(());
            }
        }
        Ok(())
    }

    /// What was read of a monitor that an amendment changed says nothing of it any more.
    fn forget_other_monitors(&mut self, before: &Plan) {
        let now = &self.driver.run().plan.monitors;
        self.live.monitors.retain(|id, _| {
            let of = |monitors: &[Monitor]| monitors.iter().find(|monitor| monitor.id == *id).cloned();
            of(now).is_some_and(|monitor| of(&before.monitors).as_ref() == Some(&monitor))
        });
    }

    fn publish(&mut self) {
        self.live.sign_in = self.world.sign_in();
        let run = self.driver.run();
        if self.run.borrow().seq != run.seq {
            self.run.send_replace(Arc::new(run.clone()));
        }
        self.snapshots
            .send_replace(Arc::new(snapshot(run, &self.live, self.clock.now())));
    }
}
