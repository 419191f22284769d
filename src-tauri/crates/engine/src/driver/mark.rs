//! The mark right before a request leaves: written by the call itself through a port, folded when the call is over.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use switchback_model::event::Mark;
use switchback_model::{AttemptId, Event, EventKind};

use super::{DriveError, Driver};
use crate::evolve::evolve;
use crate::ports::{Clock, Journal, JournalError, Lease, Marks, NotMarked};

/// What became of the mark of one attempt.
#[derive(Default)]
struct Written {
    /// The event, with the monotonic time at which it was on the disk.
    event: Option<(Event, Duration)>,
    /// Why there is none, or why nothing may leave in spite of it.
    failed: Option<JournalError>,
}

/// Writes the mark of one attempt to the run's journal. The run itself is the driver's, who waits for the call.
pub(super) struct InJournal {
    journal: Arc<dyn Journal>,
    lease: Lease,
    clock: Arc<dyn Clock>,
    attempt: AttemptId,
    written: Mutex<Written>,
}

impl InJournal {
    pub(super) fn of(driver: &Driver, attempt: &AttemptId) -> Self {
        Self {
            journal: driver.journal.clone(),
            lease: driver.lease.clone(),
            clock: driver.clock.clone(),
            attempt: attempt.clone(),
            written: Mutex::default(),
        }
    }

    /// No value in it can be half changed.
    fn with<T>(&self, of: impl FnOnce(&mut Written) -> T) -> T {
        of(&mut self.written.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Marks for InJournal {
    async fn mark(&self, mark: Mark) -> Result<(), NotMarked> {
        if self.with(|written| written.event.is_some() || written.failed.is_some()) {
            return Err(NotMarked("A request leaves once".to_owned()));
        }
        let attempt = self.attempt.clone();
        let event = EventKind::Marked { attempt, mark };
        let appended = self
            .journal
            .append(&self.lease, self.clock.now(), vec![event])
            .await;
        let on_disk = self.clock.monotonic();
        // What was asked on the way took its time: a fenced-out driver must not act.
        let held = match appended {
            Ok(events) => {
                let event = events.into_iter().next().map(|event| (event, on_disk));
                self.with(|written| written.event = event);
                self.journal.holds(&self.lease).await
            }
            Err(error) => Err(error),
        };
        held.map_err(|error| {
            let why = NotMarked(error.to_string());
            self.with(|written| written.failed = Some(error));
            why
        })
    }
}

impl Driver {
    /// Believes the mark that a call wrote; one that could not be written is a full stop, as is any other event.
    pub(super) fn fold_mark(&mut self, marks: &InJournal) -> Result<(), DriveError> {
        let (event, failed) = marks.with(|written| (written.event.take(), written.failed.take()));
        if let Some((event, on_disk)) = event {
            tracing::info!(seq = event.seq, "marked: the request left after it");
            evolve(&mut self.run, &event)?;
            self.sent = Some((marks.attempt.clone(), on_disk));
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}
