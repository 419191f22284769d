//! How a task is started, why it may not start, and the circuit breaker that counts those that did not (developer
//! guide, "How the Amazon ECS deployment circuit breaker detects failures"): three in a row, before any has run.
//!
//! A rollback starts tasks of its own, and they read the parameters as they are then: people who watched one saw
//! a PRIMARY with pending tasks under the id that the reason names. That the breaker does not save a rollback whose
//! tasks fail too is not proven; nobody but the old tasks is left then.

use super::part::{Deployment, Rollout, Stopped, Task};
use super::roll::{DIES_MS, Rolling, begin};
use crate::aws::ssm::{MAINTENANCE_PARAMETER, PROFILES_PARAMETER};
use crate::usermanagement::{self, Read};

/// The circuit breaker's least threshold, which holds for every service below seven tasks.
const BREAKS_AFTER: u32 = 3;
/// The longest pause before a task that did not start is tried again (developer guide, "Service throttle logic").
const LONGEST_PAUSE_MS: i64 = 27 * 60 * 1_000;
impl Rolling<'_> {
    /// A new task. It reads its parameters here, and never again.
    pub(super) fn start(&mut self, at: i64, of: &Deployment) -> Task {
        let value = |name: &str| {
            self.around.parameters.value(name).map(str::to_owned).ok_or_else(|| Stopped {
                code: "TaskFailedToStart".to_owned(),
                reason: format!(
                    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource \
                     retrieval failed: unable to retrieve secrets from ssm: invalid parameters: {name}"
                ),
                exit: None,
            })
        };
        let exits = || Stopped {
            code: "EssentialContainerExited".to_owned(),
            reason: "Essential container in task exited".to_owned(),
            exit: Some(1),
        };
        let read = value(PROFILES_PARAMETER).and_then(|profiles| {
            let under_maintenance = value(MAINTENANCE_PARAMETER)?;
            Ok(Read {
                profiles,
                under_maintenance,
            })
        });
        let (read, dies_of) = match read {
            Err(why) => (None, Some(why)),
            Ok(read) => {
                let starts = !of.fails && usermanagement::starts(&read);
                (Some(read), (!starts).then(exits))
            }
        };
        Task {
            id: self.ids.hex(),
            deployment: of.number.clone(),
            definition: of.definition,
            digest: of.digest.clone(),
            created_ms: at,
            read,
            dies_of,
            started_ms: None,
            stopping_ms: None,
            stopped_ms: None,
            stopped: None,
        }
    }

    pub(super) fn deployment(&mut self, number: &str) -> Option<&mut Deployment> {
        let mut all = self.service.deployments.iter_mut();
        all.find(|deployment| deployment.number == number)
    }

    /// A task of a deployment did not start; too many of them, and the circuit breaker ends it.
    pub(super) fn died(&mut self, at: i64, number: &str) {
        let Some(deployment) = self.deployment(number) else {
            return;
        };
        deployment.failed += 1;
        let more = deployment.failed.saturating_sub(BREAKS_AFTER).min(10);
        deployment.next_try_ms = match deployment.failed < BREAKS_AFTER {
            true => at,
            false => at + (DIES_MS << more).min(LONGEST_PAUSE_MS),
        };
        deployment.updated_ms = at;
        if deployment.rollout != Rollout::InProgress || deployment.ran || deployment.failed < BREAKS_AFTER {
            return;
        }
        deployment.rollout = Rollout::Failed;
        deployment.reason = "ECS deployment circuit breaker: tasks failed to start.".to_owned();
        let (id, back) = (deployment.id(), !deployment.rolls_back);
        self.say(
            at,
            &format!("(deployment {id}) deployment failed: tasks failed to start."),
        );
        if back {
            self.roll_back(at);
        }
    }

    /// The last deployment that completed is made again, under an id of its own.
    fn roll_back(&mut self, at: i64) {
        let mut all = self.service.deployments.iter();
        let completed = all.find(|deployment| deployment.rollout == Rollout::Completed);
        let Some(completed) = completed.cloned() else {
            return;
        };
        begin(
            self.service,
            &mut self.ids,
            at,
            completed.definition,
            &completed.digest,
        );
        if let Some(back) = self.service.deployments.first_mut() {
            back.rolls_back = true;
            back.reason = format!(
                "ECS deployment circuit breaker: rolling back to deploymentId {}.",
                back.id()
            );
            let message = format!("rolling back to deployment {}.", back.id());
            self.say(at, &message);
        }
    }
}
