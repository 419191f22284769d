//! The actor of one open run: the only owner of its driver. Commands come in, snapshots go out.

use std::sync::Arc;
use std::time::Duration;

use switchback_engine::driver::{Driver, SubmitError, Turn};
use switchback_engine::monitor;
use switchback_engine::ports::{Clock, World};
use switchback_engine::run::Run;
use switchback_model::plan::Monitor;
use switchback_model::{
    CheckReading, Command, Finding, MonitorId, Operator, Plan, RollbackScope, StepId, StepState, Submission,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::mirror::MirrorSource;
use crate::view::{Live, Readiness, rollback_plan_view, scope_model, snapshot};
use crate::wire::{ApiError, RollbackPlanView, RunSnapshot};

/// How often a snapshot goes out although nothing happened, so that a window knows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// How often, in world time, the way back is looked at.
const LOOK_BACK_EVERY: Duration = Duration::from_secs(20);

enum Message {
    Submit(Box<Submission>, oneshot::Sender<Result<u64, ApiError>>),
    Reading(MonitorId, CheckReading),
    Readiness(Vec<Readiness>),
    /// What was found of a step's object, and the last event when the look began.
    Looked(u64, StepId, Finding),
    Close(oneshot::Sender<()>),
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
        let (reply, answer) = oneshot::channel();
        self.inbox
            .send(Message::Submit(Box::new(submission), reply))
            .await
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
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
    pub async fn rollback_plan(&self, scope: &RollbackScope) -> Result<RollbackPlanView, ApiError> {
        let run = self.run();
        let now = self.clock.now();
        let (plan, preconditions) =
            switchback_engine::driver::plan_rollback(&run, &*self.world, now, scope).await?;
        Ok(rollback_plan_view(&run, &plan, &preconditions, self.clock.now()))
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
            });
            if !(open && reachable) || state.approval.is_some() {
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
            Message::Reading(id, reading) => {
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
                let changed = self
                    .live
                    .monitors
                    .entry(id.clone())
                    .or_default()
                    .take(&monitor, reading.clone());
                if changed {
                    self.driver.keep_reading(&id, reading).await?;
                }
            }
            Message::Readiness(readiness) => self.live.readiness = readiness,
            // A look that began before something happened may speak of the past: the next one tells.
            Message::Looked(seq, step, finding) => {
                if seq == self.driver.run().seq {
                    self.driver.note_drift(&step, finding).await?;
                }
            }
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

    fn publish(&self) {
        let run = self.driver.run();
        if self.run.borrow().seq != run.seq {
            self.run.send_replace(Arc::new(run.clone()));
        }
        self.snapshots
            .send_replace(Arc::new(snapshot(run, &self.live, self.clock.now())));
    }
}

/// Reads every monitor on its schedule, apart from the driver, so that a slow site never holds up
/// a rollback.
async fn watch_monitors(
    inbox: mpsc::WeakSender<Message>,
    run: watch::Receiver<Arc<Run>>,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
) {
    let mut plans = run.clone();
    loop {
        let plan = plans.borrow_and_update().plan_digest;
        let monitors = run.borrow().plan.monitors.clone();
        // Dropped, they end: an amended plan has its own.
        let mut tasks = JoinSet::new();
        for monitor in monitors {
            let (inbox, run, world, clock) = (inbox.clone(), run.clone(), world.clone(), clock.clone());
            tasks.spawn(async move {
                loop {
                    let now_run = run.borrow().clone();
                    if let Some(reading) = monitor::read(&now_run, &monitor, &*world).await {
                        let Some(inbox) = inbox.upgrade() else { return };
                        if inbox
                            .send(Message::Reading(monitor.id.clone(), reading))
                            .await
                            .is_err()
                        {
                            return;
                        }
                    }
                    if inbox.upgrade().is_none() {
                        return;
                    }
                    clock
                        .sleep(Duration::from_secs(u64::from(monitor.every_s.max(1))))
                        .await;
                }
            });
        }
        if plans.wait_for(|run| run.plan_digest != plan).await.is_err() {
            return;
        }
    }
}

/// Looks at the way back again and again, so that drift and breaches are known before the
/// emergency.
async fn look_back(
    inbox: mpsc::WeakSender<Message>,
    mut run: watch::Receiver<Arc<Run>>,
    mut snapshots: watch::Receiver<Arc<RunSnapshot>>,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
) {
    loop {
        let now_run = run.borrow_and_update().clone();
        let proposed = snapshots.borrow_and_update().way_back.proposal.clone();
        // Every rule too: the proposal changes the moment that a monitor fails, and by then the way
        // back must have been looked at.
        let rules = now_run
            .plan
            .rules
            .iter()
            .map(|rule| RollbackScope::Rule(rule.id.clone()));
        let scopes = proposed
            .as_ref()
            .and_then(|scope| scope_model(scope).ok())
            .into_iter()
            .chain(rules);
        let seen = switchback_engine::driver::see(&now_run, &*world).await;
        let mut readiness: Vec<Readiness> = Vec::new();
        for scope in scopes {
            if readiness.iter().any(|known| known.plan.scope == scope) {
                continue;
            }
            let planned =
                switchback_engine::driver::plan_rollback_seen(&now_run, &*world, clock.now(), &scope, &seen)
                    .await;
            if let Ok((plan, preconditions)) = planned {
                readiness.push(Readiness {
                    plan,
                    preconditions,
                    at: clock.now(),
                });
            }
        }
        let Some(sender) = inbox.upgrade() else { return };
        if sender.send(Message::Readiness(readiness)).await.is_err() {
            return;
        }
        // Only while nothing is under way: a look that began before a call would speak of the past.
        let quiet = now_run.in_flight().is_none() && !now_run.rollback_active();
        if quiet {
            for (step, finding) in switchback_engine::driver::watch_objects(&now_run, &*world).await {
                let looked = Message::Looked(now_run.seq, step, finding);
                if sender.send(looked).await.is_err() {
                    return;
                }
            }
        }
        drop(sender);
        // Again at once when an effect comes, goes or changes its state, or when a failing monitor
        // makes another proposal; not at every event, because the driver needs the same requests.
        let effects_before = effects(&now_run);
        let other_effects = async {
            while run.changed().await.is_ok() {
                if effects(&run.borrow_and_update()) != effects_before {
                    return true;
                }
            }
            false
        };
        let other_proposal = async {
            while snapshots.changed().await.is_ok() {
                if snapshots.borrow_and_update().way_back.proposal != proposed {
                    return;
                }
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            alive = other_effects => if !alive { return },
            () = other_proposal => {}
            () = clock.sleep(LOOK_BACK_EVERY) => {}
        }
    }
}

/// The steps that may have an effect, with their states.
fn effects(run: &Run) -> Vec<(StepId, StepState)> {
    run.steps
        .iter()
        .filter(|(_, step)| step.state.may_have_effect())
        .map(|(id, step)| (id.clone(), step.state))
        .collect()
}
