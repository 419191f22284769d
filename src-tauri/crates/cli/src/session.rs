//! A session: the lease of one run, from the taking to the giving back, with what happens said as it
//! happens.

mod settle;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use switchback_api::hands::Hand;
use switchback_api::host::{Claim, Host};
use switchback_api::left::unverified;
use switchback_api::screen;
use switchback_api::view::{Live, event_view, snapshot};
use switchback_api::wire::{ApiError, RunSnapshot, StepView};
use switchback_engine::driver::Driver;
use switchback_engine::expect::read;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::ports::{Clock, ProviderErrorKind, World};
use switchback_engine::run::{Run, StepRun};
use switchback_model::text::line;
use switchback_model::{Command, Digest, MonitorId, RunId, RunState, StepId, StepState, Submission};
use tokio::time::Instant;

use crate::host::{Cx, warn_of_mirror};
use crate::signals::Signals;

/// One run under our lease.
pub struct Session<'a> {
    cx: &'a Cx<'a>,
    host: &'a Host,
    driver: Driver,
    clock: Arc<dyn Clock>,
    world: Arc<dyn World>,
    speed: u32,
    said: u64,
    deadline: Instant,
    /// Ctrl-C and the end signal.
    pub signals: Signals,
    /// Whether the run was asked to stop by one of them.
    stopping: bool,
}

/// Takes the lease, does the work, and gives the lease back, whatever came of it.
pub async fn driven<T>(
    cx: &Cx<'_>,
    host: &Host,
    id: &RunId,
    force: impl Into<Claim>,
    timeout_s: u64,
    work: impl AsyncFnOnce(&mut Session<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let signals = Signals::listen();
    let (driver, around) = host.driver(id, force).await?;
    let lease = driver.lease().clone();
    let said = driver.run().seq;
    let mut session = Session {
        cx,
        host,
        driver,
        clock: around.clock,
        world: around.world,
        speed: around.speed,
        said,
        deadline: Instant::now() + Duration::from_secs(timeout_s.clamp(1, 86_400)),
        signals,
        stopping: false,
    };
    let outcome = work(&mut session).await;
    session.tell();
    match (outcome, host.release(id, &lease)) {
        (Ok(value), Ok(())) => Ok(value),
        (Ok(_), Err(error)) => Err(error),
        // Why the work failed matters more than that the lease was lost with it.
        (Err(error), _) => Err(session.left_behind(error)),
    }
}

impl Session<'_> {
    /// The run as the journal says it.
    pub fn run(&self) -> &Run {
        self.driver.run()
    }

    /// Looks at what done steps left, and keeps what was changed outside Switchback.
    pub async fn note_drifts(&mut self) -> Result<(), ApiError> {
        self.driver.note_drifts().await?;
        self.tell();
        Ok(())
    }

    /// Reads a monitor until it is steady, and keeps what changes its state: a deadline counts by the
    /// journal. One sample against what the journal says proves nothing.
    pub async fn look_at_monitor(&mut self, id: &MonitorId) -> Result<(), ApiError> {
        let monitors = &self.run().plan.monitors;
        let Some(monitor) = monitors.iter().find(|monitor| monitor.id == *id).cloned() else {
            return Ok(());
        };
        let mut state = MonitorRun::resume(self.run().watched.get(id));
        for look in 0..monitor.fail_after.max(monitor.pass_after) {
            if look > 0 {
                let every = Duration::from_secs(u64::from(monitor.every_s));
                tokio::select! {
                    () = self.clock.sleep(every) => {}
                    () = self.signals.next() => {}
                }
                self.ends_if_asked().await?;
            }
            let Some(reading) = read(self.run(), &monitor, &*self.world).await else {
                return Ok(());
            };
            let passes = reading.verdict.lets_through();
            if state.take(&monitor, reading.clone()) {
                self.driver.keep_reading(id, reading, state.state()).await?;
                self.tell();
            }
            if state.failing == Some(!passes) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The driver, for a plan of a rollback.
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// See [`Driver::look_at_the_rest`].
    pub async fn look_at_the_rest(&mut self) -> Result<bool, ApiError> {
        Ok(self.driver.look_at_the_rest().await?)
    }

    /// The run's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// One step of the run.
    pub fn step(&self, id: &StepId) -> Result<&StepRun, ApiError> {
        self.run()
            .steps
            .get(id)
            .ok_or_else(|| ApiError::internal(format!("step {id} is gone")))
    }

    /// The run as a screen would show it.
    pub fn snapshot(&self) -> RunSnapshot {
        let live = Live {
            speed: self.speed,
            ours: true,
            mirror: Some(self.host.mirror(&self.run().id)),
            ..Live::default()
        };
        snapshot(self.run(), &live, self.now())
    }

    /// One step as a screen would show it.
    pub fn view(&self, id: &StepId) -> Result<StepView, ApiError> {
        step_view(self.snapshot(), id)
    }

    /// Why nobody is signed in, where that is so; asked after something else could not be proven.
    pub async fn sign_in(&self) -> Option<ApiError> {
        let error = self.world.identity(&self.run().plan.target).await.err()?;
        (error.kind == ProviderErrorKind::Credentials).then(|| error.into())
    }

    /// A journal that can't be written ends the work wherever it is: says what is left.
    fn left_behind(&self, mut error: ApiError) -> ApiError {
        if error.code == "journal" {
            let run = self.run();
            let left = match run.in_flight() {
                Some(step) => format!("Step {step} was in flight and is in doubt until it is looked at."),
                // What was accepted is at AWS, though nothing is on its way any more.
                None => unverified(run).unwrap_or_else(|| "No call was in flight.".to_owned()),
            };
            error.message = format!("{} {left}", error.message);
            error.place = format!("run {}, after event {}", run.id, run.seq);
        }
        error
    }

    /// Submits a command in the operator's name.
    pub async fn submit(
        &mut self,
        command: Command,
        basis: Option<Digest>,
        reason: Option<String>,
    ) -> Result<(), ApiError> {
        let submission = Submission {
            command,
            basis,
            by: self.cx.operator()?,
            reason,
        };
        screen::submission(&submission)?;
        let hand = Hand::of(self.driver.run(), &submission.command);
        self.driver.submit(&submission).await?;
        if let Some(hand) = hand {
            hand.act(self.host).await?;
        }
        self.tell();
        Ok(())
    }

    /// Runs a step's before-checks and works until they have ended.
    pub async fn check(&mut self, id: &StepId) -> Result<(), ApiError> {
        self.submit(Command::Check { step: id.clone() }, None, None)
            .await?;
        self.settle().await
    }

    /// Says on stderr what was journalled since the last time.
    fn tell(&mut self) {
        let head = self.driver.run().seq;
        warn_of_mirror(self.cx, self.host, &self.driver.run().id, head, self.clock.now());
        if self.cx.out.json || self.said >= head {
            return;
        }
        match self
            .host
            .store()
            .read_page(&self.driver.run().id, self.said, 1000)
        {
            Ok(events) => {
                for event in &events {
                    let view = event_view(event);
                    let step = view.step.map(|step| format!("{step}: ")).unwrap_or_default();
                    self.cx.out.say(&format!(
                        "{}  {step}{}",
                        view.at.strftime("%H:%M:%S"),
                        line(&view.sentence)
                    ));
                }
            }
            // What is said is a courtesy; the journal's own errors come from the driver.
            Err(error) => tracing::warn!(%error, "the events could not be shown"),
        }
        self.said = head;
    }
}

/// One step out of a snapshot.
pub fn step_view(snapshot: RunSnapshot, id: &StepId) -> Result<StepView, ApiError> {
    snapshot
        .phases
        .into_iter()
        .flat_map(|phase| phase.steps)
        .find(|step| step.id == id.as_str())
        .ok_or_else(|| ApiError::internal(format!("step {id} is gone")))
}

/// What became of a step, as an error where it is not done.
pub fn verdict(run: &Run, step: &StepView, state: StepState) -> Result<(), ApiError> {
    let error = |code: &str, message: String, hint: &str| {
        Err(ApiError::new(code, message, hint, format!("step {}", step.id)))
    };
    let unchanged = |note: String| match note.contains("othing was changed") {
        true => note,
        false => format!("{note} Nothing was changed."),
    };
    let note = |words: &str| match step.note.is_empty() {
        true => format!("The step is in state \"{words}\"."),
        false => step.note.clone(),
    };
    match state {
        StepState::Done { .. } => Ok(()),
        StepState::ToDo
        | StepState::Checking
        | StepState::Blocked
        | StepState::Ready
        | StepState::Skipped => {
            let by = run
                .steps
                .iter()
                .find(|(id, _)| id.as_str() == step.id)
                .and_then(|(_, state)| state.voided_by.as_ref());
            // Nothing could be told of the world: as for any reading that failed.
            let code = match by.map(|problem| problem.kind.as_str()) {
                Some("credentials") => "sign_in",
                None | Some("guard" | "refused") => "guard",
                Some(_) => "unknown",
            };
            let hint = match run.state {
                RunState::Open if code != "guard" => "Mend what is in the way, then apply the step again.",
                RunState::Open => "Look at the preview again, then apply it with its new digest.",
                _ => "Resume the run to go on.",
            };
            error(code, unchanged(note(&step.state_words)), hint)
        }
        StepState::Failed | StepState::UndoFailed => {
            let state = run.steps.iter().find(|(id, _)| id.as_str() == step.id);
            let problem = state.and_then(|(_, state)| state.current()?.problem.as_ref());
            match problem.map(|problem| problem.kind.as_str()) {
                Some("credentials") => error(
                    "sign_in",
                    note(&step.state_words),
                    "Sign in again, then check the step again.",
                ),
                _ => error(
                    "failed",
                    note(&step.state_words),
                    "Mend it, then check the step again.",
                ),
            }
        }
        StepState::InDoubt { .. } | StepState::UndoInDoubt { .. } => error(
            "unknown",
            note(&step.state_words),
            "The next command on this run looks again. Who has looked at AWS themselves says what is there: `switchback step \
             resolve RUN STEP --as before` or `--as after`, with --reason.",
        ),
        StepState::Undone { .. } => error("failed", note("undone"), "Reopen the step to do it again."),
        _ => error(
            "unknown",
            note(&step.state_words),
            "`switchback run show` tells what is known; then inspect, resolve, accept or roll back.",
        ),
    }
}
