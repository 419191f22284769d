//! What ECS keeps: a service, its deployments and its tasks.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::seed;
use crate::usermanagement::Read;

/// What ECS keeps. Everything after [`Ecs::settled_ms`] is computed when somebody asks; see [`super::roll`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ecs {
    /// From this and a count every id is made, so that whoever computes what has happened since finds the same ids.
    pub(super) salt: String,
    pub(super) made: u64,
    /// World time up to which all that happened is in here.
    pub(super) settled_ms: i64,
    pub(super) services: Vec<Service>,
}

/// A service of the one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Service {
    pub name: String,
    /// A deleted service is INACTIVE, and can be described for a while (API reference, DeleteService).
    pub active: bool,
    pub desired: u32,
    pub created_ms: i64,
    /// Newest first; those that are over are kept, because one of them may be rolled back to.
    pub deployments: Vec<Deployment>,
    /// Oldest first.
    pub tasks: Vec<Task>,
    /// Oldest first.
    pub events: Vec<Event>,
}

/// The state of a deployment's rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

impl Rollout {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

/// One roll of a service, whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deployment {
    /// The number in `ecs-svc/…`.
    pub number: String,
    /// The revision of the task definition.
    pub definition: u32,
    /// The image's digest, which the tag meant when the deployment began; all its tasks run this one (developer
    /// guide, "Container image resolution").
    pub digest: String,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub rollout: Rollout,
    pub reason: String,
    /// Tasks in a row that did not start.
    pub failed: u32,
    /// Not before this is another task started.
    pub next_try_ms: i64,
    /// Whether a task of it ever ran: from then on the circuit breaker looks away (API reference, Deployment:
    /// `failedTasks`).
    pub ran: bool,
    /// Whether a fault lets none of its tasks start.
    pub fails: bool,
    /// Whether the circuit breaker made it.
    pub rolls_back: bool,
    /// INACTIVE: replaced completely, and listed no more.
    pub over: bool,
}

impl Deployment {
    pub(super) fn id(&self) -> String {
        format!("ecs-svc/{}", self.number)
    }
}

/// Why a task stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stopped {
    /// One of the words of `stopCode`.
    pub code: String,
    pub reason: String,
    /// The exit code of its container, where that ever ran.
    pub exit: Option<i32>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    /// 32 hex digits.
    pub id: String,
    /// The number of its deployment.
    pub deployment: String,
    pub definition: u32,
    pub digest: String,
    pub created_ms: i64,
    /// What it read of the parameters when it was started; nothing where one could not be read. It keeps this, whatever
    /// the parameters say later (developer guide, "Pass Systems Manager parameters through Amazon ECS environment
    /// variables").
    pub read: Option<Read>,
    /// Why it will not run, where it won't.
    pub dies_of: Option<Stopped>,
    pub started_ms: Option<i64>,
    /// From then on it gets no new requests.
    pub stopping_ms: Option<i64>,
    pub stopped_ms: Option<i64>,
    pub stopped: Option<Stopped>,
}

impl Task {
    /// Whether ECS wants it to run.
    pub(super) fn is_wanted(&self) -> bool {
        self.stopping_ms.is_none()
    }

    /// Whether it runs and gets requests.
    pub(super) fn runs(&self) -> bool {
        self.is_wanted() && self.started_ms.is_some()
    }

    /// PENDING, RUNNING, DEACTIVATING (its load balancer lets go of it) or STOPPED; the shorter states of Fargate are
    /// left out (developer guide, "Task lifecycle").
    pub(super) fn status(&self) -> &'static str {
        match (self.started_ms, self.stopping_ms, self.stopped_ms) {
            (_, _, Some(_)) => "STOPPED",
            (_, Some(_), None) => "DEACTIVATING",
            (Some(_), None, None) => "RUNNING",
            (None, None, None) => "PENDING",
        }
    }
}

/// What a service says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    pub id: String,
    pub at_ms: i64,
    pub message: String,
}

/// Makes ids: all that is random, without chance.
#[derive(Debug)]
pub(super) struct Ids<'a> {
    pub salt: &'a str,
    pub made: &'a mut u64,
}

impl Ids<'_> {
    fn next(&mut self) -> Vec<u8> {
        *self.made += 1;
        Sha256::digest(format!("{}:{}", self.salt, self.made)).to_vec()
    }

    /// As of a task: 32 hex digits.
    pub(super) fn hex(&mut self) -> String {
        hex::encode(self.next().get(..16).unwrap_or_default())
    }

    /// As of a deployment: 19 digits.
    pub(super) fn number(&mut self) -> String {
        let digits = self.next().into_iter().map(|byte| char::from(b'0' + byte % 10));
        format!("4{}", digits.take(18).collect::<String>())
    }
}

impl Ecs {
    /// Whether it was ever given its seeds.
    pub(crate) fn is_seeded(&self) -> bool {
        !self.services.is_empty()
    }

    pub(super) fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The world's service, and what makes its ids.
    pub(super) fn parts(&mut self, name: &str) -> Option<(&mut Service, Ids<'_>)> {
        let ids = Ids {
            salt: &self.salt,
            made: &mut self.made,
        };
        let service = self.services.iter_mut().find(|service| service.name == name)?;
        Some((service, ids))
    }

    /// What the running tasks of user management have read, oldest task first: who answers, in turn.
    pub(crate) fn answering(&self) -> Vec<&Read> {
        let service = self.service(seed::SERVICE_NAME);
        let tasks = service.into_iter().flat_map(|service| &service.tasks);
        tasks
            .filter(|task| task.runs())
            .filter_map(|task| task.read.as_ref())
            .collect()
    }
}

impl Service {
    /// The deployment that the tasks should be of.
    pub(super) fn primary(&self) -> Option<&Deployment> {
        self.deployments.first()
    }

    /// The deployments that are not over, newest first.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Deployment> {
        self.deployments.iter().filter(|deployment| !deployment.over)
    }

    /// How many tasks a test holds for; of one deployment or of all.
    pub(super) fn count(&self, of: Option<&str>, test: impl Fn(&Task) -> bool) -> usize {
        let mine = |task: &&Task| of.is_none_or(|number| task.deployment == number);
        self.tasks.iter().filter(mine).filter(|task| test(task)).count()
    }
}
