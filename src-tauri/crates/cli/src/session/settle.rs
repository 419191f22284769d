//! Working until there is nothing to do, and ending in between where a signal asks for it.

use std::time::Duration;

use switchback_api::left::{is_at_rest, left};
use switchback_api::wire::ApiError;
use switchback_engine::driver::{SubmitError, Turn};
use switchback_engine::next::{Work, next};
use switchback_engine::run::Run;
use switchback_model::{Command, Submission};
use tokio::time::Instant;

use super::Session;
use crate::signals::Asked;

/// How long a look may still take once a signal asked for the end.
const GRACE: Duration = Duration::from_secs(2);

impl Session<'_> {
    /// Works until only a command can bring the run further. The first signal asks for an honest stop: what is in
    /// flight is resolved, and then it ends at once, whatever still spreads. The second gives up waiting for that, too,
    /// and leaves it to the next driver.
    pub async fn settle(&mut self) -> Result<(), ApiError> {
        loop {
            self.ends_if_asked().await?;
            if Instant::now() >= self.deadline {
                return Err(left("The time to wait is over.", self.run()));
            }
            match self.turn().await? {
                Turn::Worked => self.tell(),
                Turn::Idle => return Ok(()),
                Turn::Waiting(at) => {
                    let span = at.duration_since(self.clock.now());
                    let span = Duration::try_from(span).unwrap_or(Duration::ZERO);
                    tokio::select! {
                        () = self.clock.sleep(span) => {}
                        () = self.signals.next() => {}
                        () = tokio::time::sleep_until(self.deadline) => {}
                    }
                }
            }
        }
    }

    /// One unit of work. One that only looks is left where a signal comes and it takes long: an endpoint that does not
    /// answer holds nobody up. One that may send is never cut off.
    async fn turn(&mut self) -> Result<Turn, ApiError> {
        let looks = only_looks(self.driver.run());
        let signals = &mut self.signals;
        let told_to_end = async {
            signals.next().await;
            // Most looks end by themselves; what they told is kept then.
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            turn = self.driver.turn() => Ok(turn?),
            () = told_to_end, if looks => Ok(Turn::Worked),
        }
    }

    /// The error with which it ends, where a signal asked for it and nothing is being sent.
    pub(super) async fn ends_if_asked(&mut self) -> Result<(), ApiError> {
        let Some(asked) = self.signals.asked() else {
            return Ok(());
        };
        self.ask_to_stop(asked).await?;
        if self.signals.count() > 1 {
            return Err(left("You stopped waiting.", self.run()));
        }
        if is_at_rest(self.run()) {
            self.driver.leave().await?;
            return Err(left("Stopped.", self.run()));
        }
        Ok(())
    }

    /// Asks the run to stop, once.
    async fn ask_to_stop(&mut self, asked: Asked) -> Result<(), ApiError> {
        if self.stopping {
            return Ok(());
        }
        self.stopping = true;
        if !is_at_rest(self.run()) {
            self.cx.out.say(
                "Stopping: what is in flight is resolved first. Ctrl-C again leaves it to the next driver.",
            );
        }
        let submission = Submission {
            command: Command::Stop,
            basis: None,
            by: self.cx.operator()?,
            reason: Some(asked.reason().to_owned()),
        };
        match self.driver.submit(&submission).await {
            // Stopped or stopping already.
            Ok(_) | Err(SubmitError::Rejected(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether what comes next sends nothing that changes anything.
fn only_looks(run: &Run) -> bool {
    match next(run) {
        Some(
            Work::Weigh(_)
            | Work::Inspect(_)
            | Work::Verify(_)
            | Work::LookAgain { .. }
            | Work::Check(_)
            | Work::CheckGate(_)
            | Work::Reinspect(_),
        ) => true,
        Some(
            Work::Apply(_)
            | Work::Restore(_)
            | Work::Retry { .. }
            | Work::StartVerify(_)
            | Work::FinishStop
            | Work::Undo { .. }
            | Work::Publish { .. }
            | Work::ItemDone(_)
            | Work::Halt { .. }
            | Work::Complete,
        )
        | None => false,
    }
}
