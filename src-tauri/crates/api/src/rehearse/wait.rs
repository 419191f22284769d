//! How the operator waits, and ends where who looks on asks for it: between two units of work, and never while a call is on
//! its way.

use std::time::Duration;

use switchback_engine::driver::{SubmitError, Turn};
use switchback_model::{Command, Submission};

use super::ScriptedOperator;
use crate::left::{is_at_rest, left};
use crate::wire::ApiError;

impl ScriptedOperator<'_> {
    /// Works until only a command can bring the run further.
    ///
    /// # Errors
    /// What is left, where the rehearsal was asked to end.
    pub(super) async fn settle(&mut self) -> Result<(), ApiError> {
        loop {
            self.ends_if_asked().await?;
            match self.driver.turn().await? {
                Turn::Worked => {}
                Turn::Idle => return Ok(()),
                Turn::Waiting(at) => {
                    let span = at.duration_since(self.around.clock.now());
                    self.sleep(Duration::try_from(span).unwrap_or(Duration::ZERO))
                        .await;
                }
            }
        }
    }

    /// Sleeps in the run's time.
    ///
    /// # Errors
    /// What is left, where the rehearsal was asked to end.
    pub(super) async fn pause(&mut self, span: Duration) -> Result<(), ApiError> {
        self.sleep(span).await;
        self.ends_if_asked().await
    }

    async fn sleep(&mut self, span: Duration) {
        // Who was asked already waits for what is in flight.
        match self.audience.ends() {
            Some(_) => self.around.clock.sleep(span).await,
            None => tokio::select! {
                () = self.around.clock.sleep(span) => {}
                () = self.audience.until_ends() => {}
            },
        }
    }

    async fn ends_if_asked(&mut self) -> Result<(), ApiError> {
        let Some(why) = self.audience.ends() else {
            return Ok(());
        };
        if !self.ended {
            self.ended = true;
            let submission = Submission {
                command: Command::Stop,
                basis: None,
                by: self.host.operator().clone(),
                reason: Some(why.to_owned()),
            };
            match self.driver.submit(&submission).await {
                // Stopped or stopping already.
                Ok(_) | Err(SubmitError::Rejected(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if !is_at_rest(self.driver.run()) {
            return Ok(());
        }
        self.driver.leave().await?;
        Err(left("Stopped.", self.driver.run()))
    }
}
