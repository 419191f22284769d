//! The thin driver: carries out what `next` says, one unit at a time, and writes every fact to the
//! journal before it is believed.

mod apply;
mod check;
mod inspect;
mod undo;
mod verify;

pub use inspect::watch as watch_objects;
pub use undo::{plan as plan_rollback, plan_seen as plan_rollback_seen, see};

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use switchback_model::rollback::Precondition;
use switchback_model::{
    AttemptId, CheckReading, Command, Event, EventKind, Finding, MonitorId, RollbackPlan, RollbackScope,
    Submission,
};

use crate::decide::{Facts, decide};
use crate::evolve::{IllegalEvent, evolve};
use crate::next::{Work, next};
use crate::ports::{Clock, Journal, JournalError, Lease, World};
use crate::rejection::Rejection;
use crate::run::Run;

/// A tick later than this, unscaled, means that the process slept.
const SLEPT: SignedDuration = SignedDuration::from_secs(10);
/// Wall and monotonic clock apart by more than this means that one of them jumped.
const JUMPED: SignedDuration = SignedDuration::from_secs(3);

/// A full stop: nothing more is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// The journal can't be written or read, or the lease is lost.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal tells a story that this engine can't have written.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
}

/// Why a submission was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Not accepted, by name.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Full stop.
    #[error(transparent)]
    Drive(#[from] DriveError),
}

impl From<JournalError> for SubmitError {
    fn from(error: JournalError) -> Self {
        Self::Drive(error.into())
    }
}

/// What one turn did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Something: turn again.
    Worked,
    /// Nothing to do before this moment.
    Waiting(Timestamp),
    /// Nothing to do until a command comes.
    Idle,
}

/// What the driver remembers between turns; never needed for correctness, so never journalled.
#[derive(Debug, Default)]
struct Pace {
    not_before: Option<Timestamp>,
    last_look: Option<(AttemptId, Timestamp, Finding)>,
    next_sync: Option<Timestamp>,
    next_checks: Option<Timestamp>,
    clock: Option<(Timestamp, Duration)>,
}

/// Drives one run under one lease.
pub struct Driver {
    run: Run,
    journal: Arc<dyn Journal>,
    lease: Lease,
    clock: Arc<dyn Clock>,
    world: Arc<dyn World>,
    pace: Pace,
}

impl Driver {
    /// Folds the journal and starts to drive under `lease`. What was in flight becomes in doubt
    /// and is inspected, never repeated.
    pub async fn start(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        world: Arc<dyn World>,
        lease: Lease,
        taken: bool,
    ) -> Result<Self, DriveError> {
        Self::start_because(journal, clock, world, lease, taken, None).await
    }

    /// As [`Self::start`], with a person's reason for taking the run.
    pub async fn start_because(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        world: Arc<dyn World>,
        lease: Lease,
        taken: bool,
        reason: Option<String>,
    ) -> Result<Self, DriveError> {
        let events = journal.read(0).await?;
        let run = Run::replay(&events)?;
        let mut driver = Self {
            run,
            journal,
            clock,
            world,
            pace: Pace::default(),
            lease,
        };
        let started = EventKind::DriverStarted {
            holder: driver.lease.holder.clone(),
            fence: driver.lease.fence,
            taken,
            reason,
        };
        driver.append(vec![started]).await?;
        Ok(driver)
    }

    /// The run as the journal says it.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The lease under which it drives.
    #[must_use]
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Takes a command: reads what it needs of the world, decides, journals. The work itself is
    /// done by [`Self::turn`].
    pub async fn submit(&mut self, submission: &Submission) -> Result<u64, SubmitError> {
        // Idle time that lies before the click must not count against what is approved by it.
        self.watch_clock().await?;
        let facts = self.facts(&submission.command).await?;
        let events = decide(&self.run, submission, self.clock.now(), &facts)?;
        if !events.is_empty() {
            self.append(events).await?;
            self.pace.not_before = None;
        }
        Ok(self.run.seq)
    }

    async fn facts(&self, command: &Command) -> Result<Facts, Rejection> {
        let mut facts = Facts::default();
        match command {
            Command::Rollback { scope, .. } => facts.rollback = Some(self.plan_rollback(scope).await?),
            Command::Adopt { step } => facts.adopt = self.wished(step).await,
            _ => {}
        }
        Ok(facts)
    }

    /// The plan of a rollback from a fresh look at the world, with its preconditions probed.
    pub async fn plan_rollback(
        &self,
        scope: &RollbackScope,
    ) -> Result<(RollbackPlan, Vec<Precondition>), Rejection> {
        undo::plan(&self.run, &*self.world, self.clock.now(), scope).await
    }

    /// Keeps a monitor's reading in the journal; called when its state changes.
    pub async fn keep_reading(
        &mut self,
        monitor: &MonitorId,
        reading: CheckReading,
    ) -> Result<(), DriveError> {
        self.append(vec![EventKind::MonitorRead {
            monitor: monitor.clone(),
            reading,
        }])
        .await
    }

    /// Does one unit of work.
    pub async fn turn(&mut self) -> Result<Turn, DriveError> {
        self.watch_clock().await?;
        let now = self.clock.now();
        if let Some(at) = self.pace.not_before
            && at > now
        {
            return Ok(Turn::Waiting(at));
        }
        self.pace.not_before = None;
        let Some(work) = next(&self.run) else {
            return Ok(Turn::Idle);
        };
        tracing::debug!(?work, "turn");
        match work {
            Work::Retry { attempt, at } => {
                if at > now {
                    return Ok(Turn::Waiting(at));
                }
                self.retry(&attempt).await?;
            }
            Work::Apply(step) => self.apply(&step).await?,
            Work::Inspect(attempt) => self.inspect(&attempt).await?,
            Work::Verify(attempt) => self.verify(&attempt).await?,
            Work::StartVerify(attempt) => {
                self.append(vec![EventKind::VerifyAgain { attempt }]).await?;
            }
            Work::Check(step) => self.check(&step).await?,
            Work::Reinspect(step) => self.reinspect(&step).await?,
            Work::FinishStop => self.append(vec![EventKind::Stopped]).await?,
            Work::Undo { item, step } => self.undo(&item, &step).await?,
            Work::ItemDone(item) => {
                self.append(vec![EventKind::RollbackItemDone { item, by_hand: None }])
                    .await?;
            }
            Work::Halt { item, why } => {
                self.append(vec![EventKind::RollbackHalted {
                    item,
                    why,
                    readings: Vec::new(),
                }])
                .await?;
            }
            Work::Complete => self.append(vec![EventKind::RollbackCompleted]).await?,
        }
        Ok(Turn::Worked)
    }

    /// Turns until only a command can bring the run further.
    pub async fn settle(&mut self) -> Result<(), DriveError> {
        loop {
            match self.turn().await? {
                Turn::Worked => {}
                Turn::Waiting(at) => {
                    let span = at.duration_since(self.clock.now());
                    self.clock
                        .sleep(Duration::try_from(span).unwrap_or(Duration::ZERO))
                        .await;
                }
                Turn::Idle => return Ok(()),
            }
        }
    }

    /// Journals facts and folds them.
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), DriveError> {
        let written: Vec<Event> = self.journal.append(&self.lease, self.clock.now(), events).await?;
        for event in &written {
            evolve(&mut self.run, event)?;
        }
        Ok(())
    }

    fn wait(&mut self, span: SignedDuration) {
        let at = self.clock.now().checked_add(span).unwrap_or(Timestamp::MAX);
        self.pace.not_before = Some(at);
    }

    /// A jump of a clock or a sleep of the machine: observations are unknown by their age, calls
    /// in flight are in doubt, approvals void.
    async fn watch_clock(&mut self) -> Result<(), DriveError> {
        let (now, mono) = (self.clock.now(), self.clock.monotonic());
        let last = self.pace.clock.replace((now, mono));
        let Some((then, then_mono)) = last else {
            return Ok(());
        };
        let wall = now.duration_since(then);
        let steady = SignedDuration::try_from(mono.saturating_sub(then_mono)).unwrap_or(SignedDuration::MAX);
        let apart = (wall - steady).abs();
        let busy = self.run.in_flight().is_some() || self.run.steps.values().any(|s| s.approval.is_some());
        if apart > JUMPED.max(self.clock_tolerance()) || (busy && steady > SLEPT.max(self.clock_tolerance()))
        {
            let gap_ms = i64::try_from(apart.as_millis()).unwrap_or(i64::MAX);
            self.append(vec![EventKind::Resumed { gap_ms }]).await?;
        }
        Ok(())
    }

    fn clock_tolerance(&self) -> SignedDuration {
        SignedDuration::try_from(self.clock.tolerance()).unwrap_or(SignedDuration::MAX)
    }
}
