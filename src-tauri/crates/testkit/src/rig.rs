//! A driver with an operator in front of it: submits with the right basis, settles, restarts.

use std::sync::Arc;
use std::time::Duration;

use switchback_engine::driver::SubmitError;
use switchback_engine::ports::{Clock, World};
use switchback_engine::run::RollbackState;
use switchback_engine::{DriveError, Driver, Rejection, RejectionCode, Run, Turn};
use switchback_model::{
    Command, Digest, Plan, RollbackPlan, RollbackScope, StepId, StepState, Submission, Verdict,
};
use tokio::sync::Notify;

use crate::clock::ManualClock;
use crate::conformance::Oracle;
use crate::faulty::FaultyWorld;
use crate::journal::{MemoryJournal, operator};
use crate::plans::{id, labels, seed};
use crate::store::RecordStore;
use crate::world::FakeWorld;

/// Turns after which a run that does not settle is reported.
const TURNS: usize = 1_500;

/// How settling ended.
#[derive(Debug)]
pub enum Settled {
    /// Only a command brings it further.
    Idle,
    /// A fault killed the process: restart.
    Killed,
    /// A full stop: restart.
    Stopped(DriveError),
    /// It went on for thousands of turns.
    Endless,
}

/// A driver and all that it needs.
pub struct Rig {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The journal.
    pub journal: Arc<MemoryJournal>,
    /// The world as the engine sees it.
    pub world: Arc<dyn World>,
    /// The driver.
    pub driver: Driver,
    killed: Arc<Notify>,
}

/// A desk over the fake world, with the parts at hand.
pub struct FakeRig {
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// The store, for a second writer and for the server's log.
    pub store: Arc<RecordStore>,
    /// The scripted world.
    pub fake: Arc<FakeWorld>,
    /// The failure injector in front of it.
    pub faulty: Arc<FaultyWorld>,
    /// The desk.
    pub desk: Rig,
}

impl FakeRig {
    /// A fresh run of a plan over a store with the old addresses.
    pub async fn open(plan: &Plan) -> Self {
        let clock = ManualClock::new();
        let journal = MemoryJournal::open(plan, clock.now());
        let store = Arc::new(RecordStore::new(clock.clone()));
        let labels = labels(plan);
        seed(&store, &labels.iter().map(String::as_str).collect::<Vec<_>>());
        for step in plan.steps() {
            if let Some(switchback_model::ActionSpec::RollService(roll)) = &step.action {
                store.start_tasks(&roll.reads);
            }
        }
        Self::over(clock, journal, store).await
    }

    /// A desk over a journal and a store that are there already.
    pub async fn over(clock: Arc<ManualClock>, journal: Arc<MemoryJournal>, store: Arc<RecordStore>) -> Self {
        let fake = FakeWorld::new(store.clone(), clock.clone());
        let oracle: Arc<dyn Oracle> = Arc::new(crate::store::StoreOracle::new(store.clone()));
        let faulty = FaultyWorld::new(fake.clone(), Some(oracle));
        let desk = Rig::start(clock.clone(), journal, faulty.clone(), faulty.killed())
            .await
            .unwrap();
        Self {
            clock,
            store,
            fake,
            faulty,
            desk,
        }
    }
}

impl Rig {
    /// Starts a driver over a journal.
    pub async fn start(
        clock: Arc<dyn Clock>,
        journal: Arc<MemoryJournal>,
        world: Arc<dyn World>,
        killed: Arc<Notify>,
    ) -> Result<Self, DriveError> {
        let lease = journal.lease();
        let driver = Driver::start(journal.clone(), clock.clone(), world.clone(), lease, false).await?;
        Ok(Self {
            clock,
            journal,
            world,
            driver,
            killed,
        })
    }

    /// Power off and on: what was not synced is gone, a new driver takes over.
    pub async fn restart(&mut self) -> Result<(), DriveError> {
        self.journal.power_cut();
        let lease = self.journal.lease();
        let (journal, clock, world) = (self.journal.clone(), self.clock.clone(), self.world.clone());
        self.driver = Driver::start(journal, clock, world, lease, false).await?;
        Ok(())
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &Run {
        self.driver.run()
    }

    /// A step's state.
    #[must_use]
    pub fn state(&self, step: &str) -> StepState {
        self.run().steps[&id(step)].state
    }

    /// Where the rollback stands, in one word and why.
    #[must_use]
    pub fn rollback_state(&self) -> String {
        match self.run().rollback.as_ref().map(|r| &r.state) {
            None => "none".to_owned(),
            Some(RollbackState::Running) => "running".to_owned(),
            Some(RollbackState::Halted { why, .. }) => format!("halted: {why}"),
            Some(RollbackState::Completed) => "completed".to_owned(),
            Some(RollbackState::Abandoned) => "abandoned".to_owned(),
        }
    }

    /// Submits a command with a reason.
    pub async fn submit(&mut self, command: Command, basis: Option<Digest>) -> Result<u64, SubmitError> {
        let submission = Submission {
            command,
            basis,
            by: operator(),
            reason: Some("test".to_owned()),
        };
        self.driver.submit(&submission).await
    }

    /// Submits a command that needs no basis; gives the rejection's code and message where there is
    /// one.
    pub async fn ask(&mut self, command: Command) -> Result<(), Rejection> {
        match self.submit(command, None).await {
            Ok(_) => Ok(()),
            Err(SubmitError::Rejected(rejection)) => Err(rejection),
            Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
        }
    }

    /// Turns until only a command brings the run further.
    pub async fn settle(&mut self) -> Settled {
        let killed = self.killed.clone();
        tokio::select! {
            biased;
            () = killed.notified() => Settled::Killed,
            settled = self.turns() => settled,
        }
    }

    async fn turns(&mut self) -> Settled {
        for _ in 0..TURNS {
            match self.driver.turn().await {
                Ok(Turn::Worked) => {}
                // As a program does that stays open: it looks once more at what was refused.
                Ok(Turn::Idle) => match self.driver.looks_again_at() {
                    Some(at) => {
                        let span = at.duration_since(self.clock.now());
                        let span = Duration::try_from(span).unwrap_or_default();
                        self.clock.sleep(span.max(Duration::from_millis(1))).await;
                    }
                    None => return Settled::Idle,
                },
                Ok(Turn::Waiting(at)) => {
                    let span = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
                    self.clock.sleep(span).await;
                }
                Err(error) => return Settled::Stopped(error),
            }
        }
        Settled::Endless
    }

    /// Takes a few turns, sleeping where it must and restarting after a death.
    pub async fn some_turns(&mut self, turns: usize) -> Result<(), String> {
        for _ in 0..turns {
            let killed = self.killed.clone();
            let turn = tokio::select! {
                biased;
                () = killed.notified() => None,
                turn = self.driver.turn() => Some(turn),
            };
            match turn {
                None | Some(Err(DriveError::Journal(_))) => {
                    self.restart().await.map_err(|e| e.to_string())?;
                }
                Some(Err(error)) => return Err(error.to_string()),
                Some(Ok(Turn::Waiting(at))) => {
                    let span = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
                    self.clock.sleep(span).await;
                }
                Some(Ok(_)) => {}
            }
        }
        Ok(())
    }

    /// Settles, restarting after each death. Gives an error where it never settles.
    pub async fn settle_through(&mut self) -> Result<(), String> {
        for _ in 0..8 {
            match self.settle().await {
                Settled::Idle => return Ok(()),
                Settled::Endless => break,
                Settled::Killed | Settled::Stopped(DriveError::Journal(_)) => {
                    self.restart().await.map_err(|e| e.to_string())?;
                }
                Settled::Stopped(error) => return Err(error.to_string()),
            }
        }
        Err("does not settle".to_owned())
    }

    /// Settles where nothing may go wrong.
    pub async fn idle(&mut self) {
        let settled = self.settle().await;
        assert!(matches!(settled, Settled::Idle), "{settled:?}");
    }

    /// The digest of the preview that is shown.
    #[must_use]
    pub fn preview(&self, step: &StepId) -> Option<Digest> {
        let preview = self.run().steps[step].checks.as_ref()?.preview.as_ref()?;
        Some(self.run().basis_of_preview(step, preview))
    }

    /// Checks a step and waits for a TTL to run out where it must.
    pub async fn check(&mut self, step: &str) -> Result<(), Rejection> {
        for _ in 0..3 {
            self.ask(Command::Check { step: id(step) }).await?;
            self.settle_through().await.unwrap();
            let waiting = self.run().steps[&id(step)].checks.as_ref().and_then(|checks| {
                checks.readings.iter().find_map(|reading| match reading.verdict {
                    Verdict::Waiting { until } => Some(until),
                    _ => None,
                })
            });
            let Some(until) = waiting else { break };
            let span = Duration::try_from(until.duration_since(self.clock.now())).unwrap_or_default();
            self.clock.sleep(span).await;
        }
        Ok(())
    }

    /// Checks and applies a step and settles.
    pub async fn apply(&mut self, step: &str) -> Result<(), Rejection> {
        self.check(step).await?;
        self.approve(step).await?;
        self.settle_through().await.unwrap();
        Ok(())
    }

    /// Clicks Apply with what is shown.
    pub async fn approve(&mut self, step: &str) -> Result<(), Rejection> {
        let basis = self.preview(&id(step));
        match self.submit(Command::Apply { step: id(step) }, basis).await {
            Ok(_) => Ok(()),
            Err(SubmitError::Rejected(rejection)) => Err(rejection),
            Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
        }
    }

    /// Plans and confirms a rollback with these overrides and accepted breaches; does not settle.
    pub async fn confirm(
        &mut self,
        scope: RollbackScope,
        overrides: &[&str],
        accept: &[&str],
    ) -> Result<RollbackPlan, Rejection> {
        let killed = self.killed.clone();
        let confirmed = tokio::select! {
            biased;
            () = killed.notified() => None,
            confirmed = self.confirm_alive(scope, overrides, accept) => Some(confirmed),
        };
        if let Some(confirmed) = confirmed {
            return confirmed;
        }
        self.restart().await.unwrap();
        Err(Rejection::new(
            RejectionCode::NotNow,
            "The process was killed.",
            "Ask again.",
        ))
    }

    async fn confirm_alive(
        &mut self,
        scope: RollbackScope,
        overrides: &[&str],
        accept: &[&str],
    ) -> Result<RollbackPlan, Rejection> {
        let (plan, _) = self.driver.plan_rollback(&scope).await?;
        let command = Command::Rollback {
            scope,
            overrides: overrides.iter().map(|text| text.parse().unwrap()).collect(),
            accept_breaches: accept.iter().map(|&text| text.to_owned()).collect(),
        };
        let basis = self.run().basis_of_rollback(&plan);
        match self.submit(command, Some(basis)).await {
            Ok(_) => Ok(plan),
            Err(SubmitError::Rejected(rejection)) => Err(rejection),
            Err(SubmitError::Drive(error)) => panic!("full stop: {error}"),
        }
    }

    /// Confirms a rollback and settles; gives its plan.
    pub async fn roll_back(&mut self, scope: RollbackScope) -> Result<RollbackPlan, Rejection> {
        let plan = self.confirm(scope, &[], &[]).await?;
        self.settle_through().await.unwrap();
        Ok(plan)
    }
}
