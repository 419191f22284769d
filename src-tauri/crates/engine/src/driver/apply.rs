//! Applying: identity, fresh read, digest, write-ahead, the one call.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join;
use jiff::{SignedDuration, Timestamp};
use switchback_model::{AttemptId, EventKind, Preview, StepId, Way, Witness};
use tracing::Instrument as _;

use super::inspect::told_by;
use super::mark::InJournal;
use super::sealing::Ahead;
use super::{DriveError, Driver};
use crate::ports::{Action, Observed, ProviderError, token};
use crate::proof::WriteCx;
use crate::run::Attempt;
use crate::snapshots::resolved;

/// Tries by itself within [`RETRY_SPAN`], the first included.
const TRIES: u32 = 5;
const RETRY_SPAN: SignedDuration = SignedDuration::from_secs(60);

impl Driver {
    pub(super) async fn apply(&mut self, id: &StepId) -> Result<(), DriveError> {
        if self.waits_for_spread(id) {
            return Ok(());
        }
        let Some((step, state)) = self.run.step(id) else {
            return Ok(());
        };
        let (Some(spec), Some(approval)) = (step.action.clone(), state.approval.clone()) else {
            return Ok(());
        };
        let attempt = AttemptId {
            step: id.clone(),
            generation: state.generation,
            way: Way::Apply,
            n: state.next_n(Way::Apply),
        };
        let held = state.held_refused().cloned();
        let action = self.world.action(&resolved(&self.run, id, &spec));
        let fresh = async {
            let sent = held.as_ref().and_then(Attempt::sent);
            // A read changes nothing, so it need not wait for the proof of who we are. Without that proof the read's
            // answer, and its failure, count for nothing: nothing is planned, said or sent by them.
            let proof = async {
                self.world.identity(&self.run.plan.target).await?;
                tracing::info!(step = %id, "identity proven");
                Ok::<_, ProviderError>(())
            };
            let ((), from) = try_join(proof, async { Ok(action.read(sent.as_ref()).await) }).await?;
            let from = from?;
            tracing::info!(step = %id, "read anew");
            let known = held.and_then(|held| landed_since(&*action, &held, &from));
            Ok::<_, ProviderError>((known, action.plan(&from.image, None)?, from.witness))
        };
        let fresh = match fresh.await {
            // An earlier try that AWS had refused is there after all: it is ours, with its way back.
            Ok((Some(landed), ..)) => return self.append(vec![landed]).await,
            Ok((None, preview, witness)) => Ok((preview, witness)),
            Err(error) => Err(error),
        };
        match fresh {
            Err(error) => {
                self.append(vec![EventKind::ApprovalVoided {
                    step: id.clone(),
                    why: error.sentence(),
                    preview: None,
                    problem: Some(error.problem()),
                }])
                .await
            }
            Ok((preview, _)) if preview.digest() != approval.preview => {
                let why = format!("The {} changed since you saw the preview.", preview.from.noun());
                self.void(id, why, Some(preview)).await
            }
            Ok((preview, witness)) => match self.ahead(id, &preview).await {
                // It is so already, by a reading of this moment: only the call is left out.
                Ok(ahead) if preview.is_empty() => {
                    self.append(vec![EventKind::NothingToChange {
                        attempt,
                        preview: ahead.digest,
                        found: ahead.before,
                        by: approval.by,
                    }])
                    .await
                }
                Ok(ahead) => self.call(action, attempt, &preview, ahead, witness).await,
                Err(why) => {
                    let why = format!("Nothing was sent: the image must be sealed. {why}");
                    self.void(id, why, None).await
                }
            },
        }
    }

    /// Tries again what is proven not applied: same preview, fresh read.
    pub(super) async fn retry(&mut self, last: &AttemptId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(&last.step) else {
            return Ok(());
        };
        let (Some(spec), Some(record)) = (step.action.clone(), state.current().cloned()) else {
            return Ok(());
        };
        let attempt = AttemptId {
            n: last.n + 1,
            ..last.clone()
        };
        let action = self.world.action(&resolved(&self.run, &last.step, &spec));
        let (Some(before), Some(after)) = (
            record.before.readable().cloned(),
            record.after.readable().cloned(),
        ) else {
            return Ok(());
        };
        let fresh = async {
            self.world.identity(&self.run.plan.target).await?;
            let from = action.read(record.sent().as_ref()).await?;
            let told = told_by(&*action, &record, &from).filter(|told| !record.left_no_trace(told));
            let preview = match last.way {
                Way::Apply | Way::Publish => action.plan(&from.image, None),
                Way::Undo => action.plan(&from.image, Some(&after)),
            };
            Ok::<_, ProviderError>((told.filter(|_| record.heard), preview?, from.witness))
        };
        let fresh = match fresh.await {
            Ok((Some(told), ..)) => return self.judge_refusal(&record, told).await,
            Ok((None, preview, witness)) => Ok((preview, witness)),
            Err(error) => Err(error),
        };
        match fresh {
            Ok((preview, witness)) if preview.from.same_as(&before) && preview.to.same_as(&after) => {
                match self.ahead(&last.step, &preview).await {
                    Ok(ahead) => self.call(action, attempt, &preview, ahead, witness).await,
                    Err(why) => {
                        let mut problem = record.problem.clone().unwrap_or_else(|| changed().problem());
                        problem.message = format!("It was not tried again: the image must be sealed. {why}");
                        self.append(vec![EventKind::Refused {
                            attempt: last.clone(),
                            problem,
                            retry_at: None,
                        }])
                        .await
                    }
                }
            }
            Ok((preview, _)) => {
                let mut problem = record.problem.clone().unwrap_or_else(|| changed().problem());
                problem.message = format!(
                    "The {} changed before it could be tried again.",
                    preview.from.noun()
                );
                self.append(vec![EventKind::Refused {
                    attempt: last.clone(),
                    problem,
                    retry_at: None,
                }])
                .await
            }
            Err(error) => {
                let retry_at = self.retry_at(last, error.is_retryable());
                self.append(vec![EventKind::Refused {
                    attempt: last.clone(),
                    problem: error.problem(),
                    retry_at,
                }])
                .await
            }
        }
    }

    /// The write-ahead and the one mutating request.
    pub(super) async fn call(
        &mut self,
        action: Box<dyn Action>,
        attempt: AttemptId,
        preview: &Preview,
        ahead: Ahead,
        witness: Option<Witness>,
    ) -> Result<(), DriveError> {
        let token = token(self.run.id.as_str(), &attempt, &ahead.digest);
        self.append(vec![EventKind::Intended {
            attempt: attempt.clone(),
            preview: ahead.digest,
            before: ahead.before,
            after: ahead.after,
            token: token.clone(),
            witness: witness.clone(),
        }])
        .await?;
        // The fence may have risen since: a fenced-out driver must not act.
        self.journal.holds(&self.lease).await?;
        let marks = Arc::new(InJournal::of(self, &attempt));
        let cx = WriteCx::new(attempt.clone(), token, witness, marks.clone());
        let started = self.clock.monotonic();
        self.sent = Some((attempt.clone(), started));
        let span = tracing::info_span!("attempt", %attempt);
        let outcome = action.call(&cx, preview).instrument(span.clone()).await;
        span.in_scope(|| {
            let (request_id, problem) = match &outcome {
                Ok(receipt) => (receipt.request_id.as_deref(), None),
                Err(error) => (error.request_id.as_deref(), Some(error.kind)),
            };
            let ms = self.clock.monotonic().saturating_sub(started).as_millis();
            tracing::info!(ms, request_id, ?problem, "call ended");
        });
        self.pace = super::Pace {
            clock: self.pace.clock,
            ..super::Pace::default()
        };
        self.fold_mark(&marks)?;
        let event = match outcome {
            Ok(receipt) => EventKind::Answered { attempt, receipt },
            Err(error) if error.may_have_applied() => EventKind::Lost {
                attempt,
                problem: error.problem(),
            },
            Err(error) if error.is_hearsay() => EventKind::RefusalHeard {
                attempt,
                problem: error.problem(),
            },
            Err(error) => EventKind::Refused {
                retry_at: self.retry_at(&attempt, error.is_retryable()),
                attempt,
                problem: error.problem(),
            },
        };
        // A call that outlived the machine's sleep is judged by what it brought back.
        self.pace.clock = Some((self.clock.now(), self.clock.monotonic()));
        self.append(vec![event]).await
    }

    /// When to try again by itself: only what is proven not applied and retryable, at most five
    /// tries in 60 s, 1, 2, 4 and 8 s apart. What a person asks for anew has its own five tries.
    pub(super) fn retry_at(&self, attempt: &AttemptId, retryable: bool) -> Option<Timestamp> {
        let attempts = &self.run.steps.get(&attempt.step)?.attempts;
        let series = attempts.iter().find(|a| a.id == *attempt)?.series;
        let first = attempts
            .iter()
            .find(|a| a.id.generation == attempt.generation && a.id.way == attempt.way && a.id.n == series)?;
        let tries = attempt.n.saturating_sub(series) + 1;
        if !retryable || tries >= TRIES {
            return None;
        }
        let pause = Duration::from_secs(1 << (tries - 1).min(4));
        let at = self.clock.now().checked_add(pause).ok()?;
        // Each try waits for a look, and looks take real time where time is scaled.
        let slack = SignedDuration::try_from(self.clock.tolerance()).unwrap_or(RETRY_SPAN);
        (at.duration_since(first.intended_at) <= RETRY_SPAN.max(slack)).then_some(at)
    }

    async fn void(&mut self, id: &StepId, why: String, preview: Option<Preview>) -> Result<(), DriveError> {
        self.append(vec![EventKind::ApprovalVoided {
            step: id.clone(),
            why,
            preview,
            problem: None,
        }])
        .await
    }
}

fn changed() -> ProviderError {
    ProviderError {
        kind: crate::ports::ProviderErrorKind::Conflict,
        operation: "read".to_owned(),
        message: String::new(),
        hint: None,
        request_id: None,
        sent: false,
    }
}

/// That an earlier try, held to be refused, is there after all.
pub(super) fn landed_since(action: &dyn Action, held: &Attempt, now: &Observed) -> Option<EventKind> {
    let finding = told_by(action, held, now).filter(|finding| held.landed(finding))?;
    Some(EventKind::LookedLate {
        attempt: held.id.clone(),
        finding,
    })
}
