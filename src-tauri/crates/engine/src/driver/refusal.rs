//! What a refusal means: nothing, before the object was looked at. Something on the way to AWS may have
//! repeated a request whose first try was carried out, and a refusal may come after a commit.

use std::time::Duration;

use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use switchback_model::event::CallProblem;
use switchback_model::{AttemptId, EventKind, Finding, RunState, StepId, Way};

use super::inspect::{MAY_LAND, look};
use super::{DriveError, Driver};
use crate::canaries::with_own;
use crate::ports::Action;
use crate::run::{Attempt, RollbackState};

/// How long the look after a refusal is tried for, before the step is in doubt.
const LOOK_FOR: Duration = Duration::from_secs(10);
/// Between two tries of that look.
const AGAIN: Duration = Duration::from_secs(1);
/// Between two tries of the late look, which nobody waits for.
const LATER: Duration = Duration::from_secs(30);

impl Driver {
    /// Looks whether what AWS says it refused is indeed not there, and says what follows from it.
    pub(super) async fn weigh(&mut self, id: &AttemptId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(&id.step) else {
            return Ok(());
        };
        let (Some(spec), Some(attempt)) = (step.action.clone(), state.current().cloned()) else {
            return Ok(());
        };
        let now = self.clock.monotonic();
        let began = match &self.pace.weighing {
            Some((of, began)) if of == id => *began,
            _ => now,
        };
        self.pace.weighing = Some((id.clone(), began));
        // Of real time where time is scaled: it is a request that is waited for.
        let patience = LOOK_FOR.max(self.clock.tolerance());
        let left = patience.saturating_sub(now.saturating_sub(began));
        let spec = with_own(&self.run, &id.step, &spec);
        let finding = self.look_within(left, &*self.world.action(&spec), &attempt).await;
        let ended = self.clock.monotonic();
        // A look that took its time is no sleep of the machine.
        self.pace.clock = Some((self.clock.now(), ended));
        if matches!(finding, Finding::Unclear { .. }) && ended.saturating_sub(began) + AGAIN < patience {
            self.wait(AGAIN);
            return Ok(());
        }
        self.pace.weighing = None;
        self.judge_refusal(&attempt, finding).await
    }

    /// The table of what a refusal and a look mean together.
    pub(super) async fn judge_refusal(
        &mut self,
        attempt: &Attempt,
        finding: Finding,
    ) -> Result<(), DriveError> {
        let id = attempt.id.clone();
        let Some(problem) = attempt.problem.clone() else {
            return Ok(());
        };
        let doubt = |words: &str| EventKind::Lost {
            attempt: id.clone(),
            problem: CallProblem {
                message: format!("{words} {}", problem.message),
                ..problem.clone()
            },
        };
        if let Finding::Unclear { .. } = finding {
            let unseen = EventKind::Inspected {
                attempt: id.clone(),
                finding,
            };
            return self
                .append(vec![doubt("AWS refused it; not seen since."), unseen])
                .await;
        }
        let doubtful = if attempt.landed(&finding) {
            doubt("AWS refused it, yet the change is there.")
        } else if !attempt.left_no_trace(&finding) {
            // Somebody else wrote, or a part of it is there.
            return self
                .append(vec![EventKind::Inspected { attempt: id, finding }])
                .await;
        } else if attempt.is_explained() {
            let retry_at = match self.may_try_again(attempt) {
                true => self.retry_at(&id, is_retryable(&problem)),
                false => None,
            };
            return self
                .append(vec![EventKind::Refused {
                    attempt: id,
                    problem,
                    retry_at,
                }])
                .await;
        } else {
            doubt(
                "AWS refused it, yet nothing stands against it: it is watched until nothing can still land.",
            )
        };
        self.append(vec![doubtful]).await?;
        // The look that was just taken is the first of the two.
        self.pace.last_look = Some((id, self.clock.monotonic(), finding));
        self.wait(super::inspect::APART);
        Ok(())
    }

    /// A hold, a stop or a rollback that came while the refusal was looked at ends the tries by itself.
    fn may_try_again(&self, attempt: &Attempt) -> bool {
        let rollback = self.run.rollback.as_ref().filter(|r| r.is_active());
        match attempt.id.way {
            Way::Apply => self.run.state == RunState::Open && rollback.is_none(),
            Way::Undo | Way::Publish => rollback.is_none_or(|r| r.asked_seq < attempt.seq),
        }
    }

    /// One look, given up after `left`.
    async fn look_within(&self, left: Duration, action: &dyn Action, attempt: &Attempt) -> Finding {
        let (looking, over) = (look(action, attempt), self.clock.sleep(left));
        futures_util::pin_mut!(looking, over);
        match select(looking, over).await {
            Either::Left((finding, _)) => finding,
            Either::Right(_) => Finding::Unclear {
                why: "Reading it took too long. It is read again.".to_owned(),
            },
        }
    }

    /// Looks once more at what AWS refused, when nothing of it could still land. Whether there was
    /// something to look at now.
    pub(super) async fn look_late(&mut self) -> Result<bool, DriveError> {
        let rollback = self.run.rollback.as_ref();
        let busy = self.run.in_flight().is_some()
            || rollback.is_some_and(|rollback| rollback.state == RollbackState::Running);
        if busy || self.pace.next_late.is_some_and(|at| at > self.clock.now()) {
            return Ok(false);
        }
        let due = self.run.steps.iter().find_map(|(id, step)| {
            let attempt = step.late_look()?;
            (self.late_look_at(attempt) <= self.clock.now()).then(|| (id.clone(), attempt.clone()))
        });
        let Some((step, attempt)) = due else {
            return Ok(false);
        };
        self.pace.next_late = self.clock.now().checked_add(LATER).ok();
        let finding = self.look_at_step(&step, &attempt).await;
        if matches!(finding, Finding::Unclear { .. }) {
            return Ok(false);
        }
        self.pace.next_late = None;
        self.append(vec![EventKind::LookedLate {
            attempt: attempt.id,
            finding,
        }])
        .await?;
        Ok(true)
    }

    /// When an object that AWS refused to change is to be looked at once more; none where nothing is.
    #[must_use]
    pub fn looks_again_at(&self) -> Option<Timestamp> {
        let due = self.run.steps.values().filter_map(|step| step.late_look());
        let first = due.map(|attempt| self.late_look_at(attempt)).min()?;
        Some(first.max(self.pace.next_late.unwrap_or(first)))
    }

    /// By the monotonic clock for what this driver sent, else by the journal's time: the look is a
    /// precaution, and where a clock was set wrong a rollback still looks before it plans.
    fn late_look_at(&self, attempt: &Attempt) -> Timestamp {
        let now = self.clock.now();
        let left = match &self.sent {
            Some((of, at)) if *of == attempt.id => {
                MAY_LAND.saturating_sub(self.clock.monotonic().saturating_sub(*at))
            }
            _ => {
                let passed = now.duration_since(attempt.left_at());
                let whole = SignedDuration::try_from(MAY_LAND).unwrap_or(SignedDuration::MAX);
                Duration::try_from(whole.saturating_sub(passed)).unwrap_or(Duration::ZERO)
            }
        };
        now.checked_add(left.min(MAY_LAND)).unwrap_or(Timestamp::MAX)
    }

    async fn look_at_step(&mut self, step: &StepId, attempt: &Attempt) -> Finding {
        let spec = self.run.plan.step(step).and_then(|step| step.action.clone());
        let Some(spec) = spec else {
            return Finding::Unclear {
                why: "The plan has no such action any more.".to_owned(),
            };
        };
        let spec = with_own(&self.run, step, &spec);
        let patience = LOOK_FOR.max(self.clock.tolerance());
        let finding = self
            .look_within(patience, &*self.world.action(&spec), attempt)
            .await;
        self.pace.clock = Some((self.clock.now(), self.clock.monotonic()));
        finding
    }

    /// Before a rollback is decided: what is held to be refused, and is there after all, is taken back too.
    pub(super) async fn look_before_rollback(&mut self) -> Result<(), DriveError> {
        let held: Vec<(StepId, Attempt)> = self
            .run
            .steps
            .iter()
            .filter_map(|(id, step)| Some((id.clone(), step.held_refused()?.clone())))
            .collect();
        for (step, attempt) in held {
            let finding = self.look_at_step(&step, &attempt).await;
            if attempt.landed(&finding) {
                self.append(vec![EventKind::LookedLate {
                    attempt: attempt.id,
                    finding,
                }])
                .await?;
            }
        }
        Ok(())
    }
}

fn is_retryable(problem: &CallProblem) -> bool {
    matches!(problem.kind.as_str(), "throttled" | "busy" | "connect")
}
