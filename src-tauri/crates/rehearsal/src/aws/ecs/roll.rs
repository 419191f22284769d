//! How a service rolls, computed from the world's clock when somebody asks: nothing runs in the background, and
//! whoever asks twice finds the same tasks.
//!
//! The rules are those of rolling updates (developer guide, "Deploy Amazon ECS services by replacing tasks"): at
//! least 100 % and at most 150 % of the desired tasks run, so of two one after the other is replaced. Tasks
//! that do not start are the matter of [`super::breaker`].

use super::part::{Deployment, Ecs, Event, Ids, Rollout, Service, Stopped, Task};
use crate::aws::ssm::Ssm;

/// World time from a task's creation to RUNNING.
pub(super) const STARTS_MS: i64 = 20_000;
/// World time from the end of its requests to STOPPED.
pub(super) const DRAINS_MS: i64 = 5_000;
/// World time after which a task that can't start has stopped.
pub(super) const DIES_MS: i64 = 10_000;
/// So many per cent of the desired tasks may be there at once, rounded down.
pub(super) const MOST_PER_CENT: u32 = 150;
/// So many per cent of the desired tasks must run, rounded up.
pub(super) const LEAST_PER_CENT: u32 = 100;
/// Stopped tasks are shown for an hour at least (API reference, DescribeTasks).
const REMEMBERED_MS: i64 = 3_600_000;
/// So many events are kept (API reference, Service).
const MOST_EVENTS: usize = 100;

/// What a roll sees of the rest of the world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    /// The parameters that its tasks read.
    pub parameters: &'a Ssm,
    /// Whether the last task of a roll finds no room.
    pub stuck: bool,
}

impl Ecs {
    /// Lets happen what happens until a moment, with the world around as it has been since it was last called.
    pub(crate) fn settle(&mut self, now: i64, around: &Around<'_>) {
        let from = self.settled_ms;
        if now < from {
            return;
        }
        for service in &mut self.services {
            let mut rolling = Rolling {
                ids: Ids {
                    salt: &self.salt,
                    made: &mut self.made,
                },
                service,
                around,
            };
            let mut at = from;
            rolling.schedule(at);
            while let Some(next) = rolling.next(at).filter(|next| *next <= now) {
                at = next.max(at);
                rolling.happen(at);
                rolling.schedule(at);
            }
            service
                .tasks
                .retain(|task| task.stopped_ms.is_none_or(|ms| now - ms < REMEMBERED_MS));
        }
        self.settled_ms = now;
    }
}

/// One service while it is brought up to date.
pub(super) struct Rolling<'a> {
    pub service: &'a mut Service,
    pub ids: Ids<'a>,
    pub around: &'a Around<'a>,
}

/// Begins a deployment: it is PRIMARY from now on, and what was in flight is ACTIVE.
pub(super) fn begin(
    service: &mut Service,
    ids: &mut Ids<'_>,
    now: i64,
    definition: u32,
    digest: &str,
) -> String {
    let number = ids.number();
    service.deployments.insert(
        0,
        Deployment {
            definition,
            digest: digest.to_owned(),
            created_ms: now,
            updated_ms: now,
            rollout: Rollout::InProgress,
            reason: format!("ECS deployment ecs-svc/{number} in progress."),
            failed: 0,
            next_try_ms: now,
            ran: false,
            fails: false,
            rolls_back: false,
            over: false,
            number: number.clone(),
        },
    );
    number
}

impl Rolling<'_> {
    /// The next moment at which something happens by itself.
    fn next(&self, at: i64) -> Option<i64> {
        let tasks = self.service.tasks.iter().filter_map(due);
        // A task is still wanted where the last one has not started.
        let again = self.service.primary().filter(|primary| self.wants_more(primary));
        let again = again.map(|primary| primary.next_try_ms).filter(|next| *next > at);
        tasks.chain(again).min()
    }

    fn wants_more(&self, primary: &Deployment) -> bool {
        let mine = self.service.count(Some(&primary.number), Task::is_wanted);
        let all = self.service.count(None, Task::is_wanted);
        let mut wanted = self.service.desired as usize;
        let most = wanted * MOST_PER_CENT as usize / 100;
        if self.around.stuck && primary.rollout == Rollout::InProgress {
            wanted = wanted.saturating_sub(1);
        }
        primary.rollout != Rollout::Failed && mine < wanted && all < most
    }

    /// What the scheduler does at a moment: stops what is too much, starts what is missing, and says when all is
    /// well.
    fn schedule(&mut self, at: i64) {
        let Some(primary) = self.service.primary().cloned() else {
            return;
        };
        if primary.rollout != Rollout::Failed {
            self.make_room(at, &primary.number);
        }
        while self.wants_more(&primary) && primary.next_try_ms <= at {
            let task = self.start(at, &primary);
            self.say(at, &format!("has started 1 tasks: (task {}).", task.id));
            self.service.tasks.push(task);
        }
        self.complete(at, &primary);
        for deployment in self.service.deployments.iter_mut().skip(1) {
            let alive = |task: &Task| task.deployment == deployment.number && task.stopped_ms.is_none();
            let shown = deployment.rollout == Rollout::Failed || self.service.tasks.iter().any(alive);
            deployment.over |= !shown;
        }
    }

    /// Stops tasks of older deployments: those that have not started, and of the others as many as there are more
    /// than must run, the oldest first.
    fn make_room(&mut self, at: i64, primary: &str) {
        let least = (self.service.desired * LEAST_PER_CENT).div_ceil(100) as usize;
        let mut running = self.service.count(None, Task::runs);
        let mut stopped = Vec::new();
        for task in &mut self.service.tasks {
            if task.deployment == primary || !task.is_wanted() {
                continue;
            }
            if task.started_ms.is_some() && running <= least {
                continue;
            }
            task.stopping_ms = Some(at);
            task.stopped = Some(Stopped {
                code: "ServiceSchedulerInitiated".to_owned(),
                reason: format!(
                    "Scaling activity initiated by (deployment ecs-svc/{})",
                    task.deployment
                ),
                exit: None,
            });
            match task.started_ms {
                Some(_) => running -= 1,
                None => task.stopped_ms = Some(at),
            }
            stopped.push(task.id.clone());
        }
        for id in stopped {
            self.say(at, &format!("has stopped 1 running tasks: (task {id})."));
        }
    }

    /// The service is as the deployment wants it, and nothing else is left.
    fn complete(&mut self, at: i64, primary: &Deployment) {
        let mine = self.service.count(Some(&primary.number), Task::runs);
        let left = self.service.count(None, |task| task.stopped_ms.is_none());
        let desired = self.service.desired as usize;
        if primary.rollout != Rollout::InProgress || mine < desired || left > desired {
            return;
        }
        for deployment in self.service.deployments.iter_mut().skip(1) {
            deployment.over = true;
        }
        if let Some(primary) = self.service.deployments.first_mut() {
            primary.rollout = Rollout::Completed;
            primary.reason = format!("ECS deployment {} completed.", primary.id());
            primary.updated_ms = at;
        }
        self.say(
            at,
            &format!("(deployment {}) deployment completed.", primary.id()),
        );
        self.say(at, "has reached a steady state.");
    }

    /// Lets happen what is due.
    fn happen(&mut self, at: i64) {
        let (mut ran, mut died) = (Vec::new(), Vec::new());
        for task in &mut self.service.tasks {
            if due(task).is_none_or(|due| due > at) {
                continue;
            }
            match (task.stopping_ms, task.dies_of.clone()) {
                (Some(_), _) => task.stopped_ms = Some(at),
                (None, Some(why)) => {
                    (task.stopping_ms, task.stopped_ms) = (Some(at), Some(at));
                    task.stopped = Some(why);
                    died.push(task.deployment.clone());
                }
                (None, None) => {
                    task.started_ms = Some(at);
                    ran.push(task.deployment.clone());
                }
            }
        }
        for number in ran {
            if let Some(deployment) = self.deployment(&number) {
                (deployment.ran, deployment.failed, deployment.updated_ms) = (true, 0, at);
            }
        }
        for number in died {
            self.died(at, &number);
        }
    }

    pub(super) fn say(&mut self, at: i64, message: &str) {
        let id = self.ids.hex();
        self.service.events.push(Event {
            id,
            at_ms: at,
            message: format!("(service {}) {message}", self.service.name),
        });
        let more = self.service.events.len().saturating_sub(MOST_EVENTS);
        self.service.events.drain(..more);
    }
}

/// When something happens to a task by itself.
fn due(task: &Task) -> Option<i64> {
    match (task.stopped_ms, task.stopping_ms, task.started_ms) {
        (Some(_), _, _) => None,
        (None, Some(at), _) => Some(at + DRAINS_MS),
        (None, None, Some(_)) => None,
        (None, None, None) if task.dies_of.is_some() => Some(task.created_ms + DIES_MS),
        (None, None, None) => Some(task.created_ms + STARTS_MS),
    }
}

/// The oldest running task stops at once, as when its host is lost; the scheduler starts another one.
pub(super) fn lose_a_task(service: &mut Service, now: i64) -> Option<String> {
    let task = service.tasks.iter_mut().find(|task| task.runs())?;
    (task.stopping_ms, task.stopped_ms) = (Some(now), Some(now));
    task.stopped = Some(Stopped {
        code: "InfrastructureHealth".to_owned(),
        reason: "The host of the task is gone".to_owned(),
        exit: None,
    });
    Some(task.id.clone())
}
