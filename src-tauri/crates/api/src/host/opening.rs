//! Which run the window opens on by itself, and where each run of the list stands.

use std::sync::PoisonError;

use switchback_engine::chosen::is_left_out;
use switchback_engine::ports::Lease;
use switchback_engine::run::Run;
use switchback_journal::Life;
use switchback_model::{RunId, StepState};

use super::Core;
use crate::view::interrupted;
use crate::wire::{ApiError, InterruptedView, Lead, RunPage, RunStanding};

/// A run that was left in the middle.
pub struct Opening {
    /// The run.
    pub run: RunId,
    /// The page of it that tells what was interrupted.
    pub lead: Lead,
    /// What was found, by the journal.
    pub interrupted: InterruptedView,
}

impl Core {
    /// The run that was interrupted and that nobody drives now: one of a real target before one of a rehearsal, then
    /// the newest. Of rehearsals only the last one counts: the world of those before it is gone.
    ///
    /// # Errors
    /// Where the list of runs can't be read. A run that can't be read itself is passed over: the list says so.
    pub fn opening(&self) -> Result<Option<Opening>, ApiError> {
        let mut rehearsed = None;
        let mut rehearsals = false;
        for row in self.store.runs()?.into_iter().rev() {
            let is_rehearsal = row.banner == "REHEARSAL";
            if is_rehearsal && std::mem::replace(&mut rehearsals, true) {
                continue;
            }
            let Some(opening) = self.left_in_the_middle(&row.id, row.head_seq) else {
                continue;
            };
            match is_rehearsal {
                true => rehearsed = Some(opening),
                false => return Ok(Some(opening)),
            }
        }
        Ok(rehearsed)
    }

    /// Whether who holds a lease still lives, as far as this machine can tell.
    #[must_use]
    pub fn life(&self, run: &RunId, lease: &Lease) -> Life {
        self.store.life(run, lease, &crate::core::host_name())
    }

    fn left_in_the_middle(&self, id: &RunId, head_seq: u64) -> Option<Opening> {
        let held = self.store.holder(id).ok()?;
        let ended = held.map(|lease| self.life(id, &lease) == Life::Ended);
        // Somebody is at work in it.
        if ended == Some(false) {
            return None;
        }
        let standing = self.standing(id, head_seq);
        let look = match standing {
            RunStanding::Interrupted => true,
            RunStanding::Open => ended == Some(true),
            RunStanding::Finished | RunStanding::Unknown => false,
        };
        let run = self.folded(id).filter(|_| look)?;
        let interrupted = interrupted::found(&run).unwrap_or_else(interrupted::ended);
        let to = match &interrupted.step {
            Some(step) => RunPage::Step { step: step.clone() },
            None if run.rollback_active() => RunPage::Rollback,
            None => RunPage::Run,
        };
        Some(Opening {
            run: id.clone(),
            lead: Lead {
                run: id.to_string(),
                to,
                problem: None,
            },
            interrupted,
        })
    }

    fn folded(&self, id: &RunId) -> Option<Run> {
        let told = match self.store.read_page(id, 0, usize::MAX) {
            Ok(events) => Run::replay(&events).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        told.inspect_err(|error| tracing::warn!(run = %id, %error, "a run of the list can't be read"))
            .ok()
    }

    /// Where a run stands by its journal, whose last event is that one. It is remembered: a list is shown often.
    pub(crate) fn standing(&self, id: &RunId, head_seq: u64) -> RunStanding {
        let known = self
            .standings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .copied();
        if let Some((_, standing)) = known.filter(|(seq, _)| *seq == head_seq) {
            return standing;
        }
        let standing = self.folded(id).map_or(RunStanding::Unknown, |run| of(&run));
        let mut standings = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
        standings.insert(id.clone(), (head_seq, standing));
        standing
    }
}

fn of(run: &Run) -> RunStanding {
    if run.unsettled().is_some() || run.rollback_active() {
        return RunStanding::Interrupted;
    }
    let finished = run.steps.iter().all(|(id, step)| {
        matches!(step.state, StepState::Done { .. } | StepState::Skipped) || is_left_out(run, id)
    });
    match finished {
        true => RunStanding::Finished,
        false => RunStanding::Open,
    }
}
