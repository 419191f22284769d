//! The thin driver: carries out what `next` says, one unit at a time, and writes every fact to the
//! journal before it is believed.

mod apply;
mod check;
mod clock;
mod everywhere;
mod fields;
mod inspect;
mod mark;
mod publish;
mod record;
mod refusal;
mod sealing;
mod stands;
mod undo;
mod unread;
mod verify;

pub use fields::plan_fields;
pub use inspect::{watch as watch_objects, watched};
pub use sealing::open_images;
pub use undo::{plan as plan_rollback, plan_seen as plan_rollback_seen, see};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use switchback_model::event::MonitorState;
use switchback_model::rollback::Precondition;
use switchback_model::{
    AttemptId, CheckReading, Command, Event, EventKind, Finding, MonitorId, Resolution, RollbackPlan,
    RollbackScope, RunState, StepId, Submission,
};

use tracing::{Instrument as _, Span};

use crate::deadline::announce;
use crate::decide::{Facts, decide};
use crate::doubt::Doubt;
use crate::evolve::{IllegalEvent, evolve};
use crate::next::{Work, next};
use crate::ports::{Clock, Journal, JournalError, Lease, NoKey, World};
use crate::rejection::Rejection;
use crate::run::Run;

/// A full stop: nothing more is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// The journal can't be written or read, or the lease is lost.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal tells a story that this engine can't have written.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
    /// An event can't be sealed, so it is not journalled either.
    #[error("what happened must be sealed: {0}")]
    NoKey(#[from] NoKey),
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
    last_look: Option<(AttemptId, Duration, Finding)>,
    /// The refusal that is looked at, and since when.
    weighing: Option<(AttemptId, Duration)>,
    /// Not before this moment is a late look tried again.
    next_late: Option<Timestamp>,
    next_sync: Option<Timestamp>,
    next_checks: Option<Timestamp>,
    /// Whose the two are.
    verifying: Option<AttemptId>,
    /// What the provider answered of a step where it did not say whether its change is everywhere.
    unsaid: BTreeMap<StepId, everywhere::Unsaid>,
    /// Steps that told nothing in this round of looks after a takeover.
    round: BTreeSet<StepId>,
    /// What a publication waits for that spreads.
    spreads: publish::Spreading,
    /// The looks at each step that told nothing, since one did.
    unread: BTreeMap<StepId, unread::Unread>,
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
    /// When this driver started, by both clocks.
    started: (Timestamp, Duration),
    /// The request that this driver sent last, and when by the monotonic clock.
    sent: Option<(AttemptId, Duration)>,
    /// Checks that are read and recorded one after the other.
    recording: Option<record::Recording>,
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
        let mut run = journal.fold().await??;
        if let Some(problem) = open_images(&mut run, journal.vault()).await {
            tracing::warn!(%problem, "some images stay sealed");
        }
        let mut driver = Self {
            started: (clock.now(), clock.monotonic()),
            sent: None,
            recording: None,
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
        let doubt = driver.journal.doubt().await?.map(Doubt::event);
        driver
            .append(std::iter::once(started).chain(doubt).collect())
            .await?;
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
        let span = self.span();
        self.take(submission).instrument(span).await
    }

    /// Everything that is logged in it carries the run.
    fn span(&self) -> Span {
        tracing::info_span!("run", run = %self.run.id, fence = self.lease.fence)
    }

    async fn take(&mut self, submission: &Submission) -> Result<u64, SubmitError> {
        // Idle time that lies before the click must not count against what is approved by it.
        self.watch_clock().await?;
        self.open_what_is_sealed().await;
        if let Command::Rollback { .. } = &submission.command {
            self.look_before_rollback().await?;
        }
        if let Command::Rollback { .. } | Command::RollbackRetry = &submission.command {
            self.look_where_events_are_missing().await?;
        }
        let facts = self.facts(&submission.command).await?;
        let events = decide(&self.run, submission, self.clock.now(), &facts)?;
        if let Command::Apply { step } | Command::ApplyOverriding { step, .. } | Command::Adopt { step } =
            &submission.command
        {
            self.can_seal(step)
                .await
                .map_err(|why| sealing::refused(step, &why))?;
        }
        // Whatever a person asks for, what can't be read is looked at anew for it.
        self.pace.unread.clear();
        self.pace.unsaid.clear();
        if !events.is_empty() || matches!(submission.command, Command::Inspect { .. }) {
            self.pace.not_before = None;
        }
        if !events.is_empty() {
            self.append(events).await?;
        }
        if let Command::RecordChecks { steps } = &submission.command {
            self.recording = Some(record::Recording::of(steps, &submission.by));
        }
        Ok(self.run.seq)
    }

    async fn facts(&self, command: &Command) -> Result<Facts, Rejection> {
        let mut facts = Facts::default();
        match command {
            Command::Rollback { scope, .. } => facts.rollback = Some(self.plan_rollback(scope).await?),
            Command::ResolveFields { step, fields, .. } => {
                facts.fields = Some(self.plan_fields(step, fields).await?);
            }
            Command::Adopt { step } => facts.adopt = self.wished(step).await,
            Command::RollbackDone { item } => facts.stands = self.stands(item).await,
            Command::Accept { step } => facts.stands = self.stands_accepted(step).await,
            Command::Resolve {
                step,
                as_: Resolution::Before,
            } => facts.stands = self.stands_unchanged(step).await,
            Command::Apply { .. } | Command::ApplyOverriding { .. } => {
                facts.sign_in = self.world.signed_in().await;
            }
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
        state: MonitorState,
    ) -> Result<(), DriveError> {
        self.append(vec![EventKind::MonitorRead {
            monitor: monitor.clone(),
            reading,
            state: Some(state),
        }])
        .await
    }

    /// Does one unit of work.
    pub async fn turn(&mut self) -> Result<Turn, DriveError> {
        let span = self.span();
        self.work().instrument(span).await
    }

    async fn work(&mut self) -> Result<Turn, DriveError> {
        self.watch_clock().await?;
        let now = self.clock.now();
        // Said, whatever else is waited for; nothing acts on it.
        let due = announce(&self.run, now);
        if !due.is_empty() {
            self.append(due).await?;
            return Ok(Turn::Worked);
        }
        if self.look_late().await? {
            return Ok(Turn::Worked);
        }
        if let Some(at) = self.pace.not_before
            && at > now
        {
            return Ok(Turn::Waiting(at));
        }
        self.pace.not_before = None;
        let work = next(&self.run);
        if self.records_now(work.as_ref()) {
            return self.record_next().await;
        }
        let Some(work) = work else {
            return Ok(Turn::Idle);
        };
        if let Work::Retry { at, .. } = &work
            && *at > now
        {
            return Ok(Turn::Waiting(*at));
        }
        if let Work::Inspect(attempt) = &work
            && self.looks_no_more(&attempt.step)
        {
            return Ok(Turn::Idle);
        }
        let span = match work.step() {
            Some(step) => tracing::info_span!("step", %step),
            None => Span::none(),
        };
        self.carry_out(work).instrument(span).await?;
        Ok(Turn::Worked)
    }

    async fn carry_out(&mut self, work: Work) -> Result<(), DriveError> {
        tracing::debug!(?work, "turn");
        match work {
            Work::Retry { attempt, .. } => self.retry(&attempt).await?,
            Work::Apply(step) => self.apply(&step).await?,
            Work::Restore(step) => self.restore(&step).await?,
            Work::Weigh(attempt) => self.weigh(&attempt).await?,
            Work::Inspect(attempt) => self.inspect(&attempt).await?,
            Work::Verify(attempt) => {
                let attempt = self.in_turn(attempt);
                self.verify(&attempt).await?;
            }
            Work::StartVerify(attempt) => {
                self.append(vec![EventKind::VerifyAgain { attempt }]).await?;
            }
            Work::Check(step) => self.check(&step).await?,
            Work::CheckGate(phase) => self.check_gate(&phase).await?,
            Work::Reinspect(_) => self.reinspect().await?,
            Work::FinishStop => self.append(vec![EventKind::Stopped]).await?,
            Work::Undo { item, step } => self.undo(&item, &step).await?,
            Work::Publish { item, step } => self.publish(&item, &step).await?,
            Work::LookAgain { item, step } => self.look_at_made(&item, &step).await?,
            Work::ItemDone(item) => {
                self.append(vec![EventKind::RollbackItemDone { item, by_hand: None }])
                    .await?;
            }
            Work::Halt { item, why } => self.halt(&item, why, Vec::new()).await?,
            Work::Complete => self.append(vec![EventKind::RollbackCompleted]).await?,
        }
        Ok(())
    }

    /// Ends a stop that was asked for, without anything that would still be looked at: whoever drives next goes on with
    /// that. Nothing where no stop was asked for, or while a call is in flight.
    ///
    /// # Errors
    /// Where the journal can't be written.
    pub async fn leave(&mut self) -> Result<(), DriveError> {
        if self.run.state == RunState::Stopping && self.run.in_flight().is_none() {
            self.append(vec![EventKind::Stopped]).await?;
        }
        Ok(())
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
        let (believed, journalled) = self.forms(events).await?;
        let mut written: Vec<Event> = self
            .journal
            .append(&self.lease, self.clock.now(), journalled)
            .await?;
        for (event, kind) in written.iter_mut().zip(believed) {
            event.kind = kind;
        }
        // From here on the events are on the disk: the log's own time says when.
        if let Some(last) = written.last() {
            tracing::info!(seq = last.seq, "journalled");
        }
        for event in &written {
            evolve(&mut self.run, event)?;
        }
        Ok(())
    }
}
