//! Checks that a person asked to read and record together, one by one. What is left is never journalled: what was
//! recorded before a crash is recorded, and the rest is asked for again.

use std::collections::VecDeque;

use switchback_model::{Command, Operator, StepId, StepState, Submission};

use super::{DriveError, Driver, Turn};
use crate::decide::{Facts, decide};
use crate::next::Work;
use crate::together::goes_on;

/// What is left of a row of checks.
#[derive(Debug)]
pub(super) struct Recording {
    /// The one that is read now, and those behind it.
    left: VecDeque<StepId>,
    by: Operator,
}

impl Recording {
    pub(super) fn of(steps: &[StepId], by: &Operator) -> Self {
        Self {
            left: steps.iter().cloned().collect(),
            by: by.clone(),
        }
    }
}

impl Driver {
    /// Whether the next check of a row has its turn: what was read of it is there, and nothing is more urgent.
    pub(super) fn records_now(&self, work: Option<&Work>) -> bool {
        self.recording.is_some() && matches!(work, None | Some(Work::Verify(_) | Work::StartVerify(_)))
    }

    /// Records the check that was read, as the click on its own page does, and has the next one read. The first
    /// that does not pass ends it, and so does whatever would refuse that click.
    pub(super) async fn record_next(&mut self) -> Result<Turn, DriveError> {
        let Some(mut row) = self.recording.take() else {
            return Ok(Turn::Idle);
        };
        let Some(step) = row.left.pop_front().filter(|_| goes_on(&self.run)) else {
            return Ok(Turn::Worked);
        };
        if self.run.steps.get(&step).map(|step| step.state) != Some(StepState::Ready) {
            tracing::info!(%step, "a check does not pass: those behind it are not read");
            return Ok(Turn::Worked);
        }
        if !self.in_name_of(&row.by, Command::Apply { step }).await? {
            return Ok(Turn::Worked);
        }
        let Some(next) = row.left.front().cloned() else {
            return Ok(Turn::Worked);
        };
        if self.in_name_of(&row.by, Command::Check { step: next }).await? {
            self.recording = Some(row);
        }
        Ok(Turn::Worked)
    }

    /// The same events as of that command by itself; false where it is refused.
    async fn in_name_of(&mut self, by: &Operator, command: Command) -> Result<bool, DriveError> {
        let submission = Submission {
            command,
            basis: None,
            by: by.clone(),
            reason: None,
        };
        match decide(&self.run, &submission, self.clock.now(), &Facts::default()) {
            Ok(events) => {
                self.append(events).await?;
                Ok(true)
            }
            Err(refused) => {
                tracing::info!(%refused, "checks are not recorded any further");
                Ok(false)
            }
        }
    }
}
