//! A service of ECS and what its tasks run with, as a snapshot shows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A deployment of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentView {
    /// `ecs-svc/…`.
    pub id: String,
    /// `PRIMARY` or `ACTIVE`.
    pub status: String,
    /// The ARN of the task definition.
    pub task_definition: String,
    /// The digest of the image.
    pub digest: String,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub rollout: String,
    /// Why, in AWS's words.
    pub reason: String,
    /// When it was asked for, in world time.
    pub created_at: Timestamp,
    /// How many of its tasks run.
    pub running: usize,
}

/// A task that has not stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// Its ARN.
    pub arn: String,
    /// The deployment that started it.
    pub deployment: String,
    /// `PENDING`, `RUNNING` or `DEACTIVATING`.
    pub status: String,
    /// The ARN of the task definition.
    pub task_definition: String,
    /// The digest of the image.
    pub digest: String,
    /// When it was started, and so when it read its parameters, in world time.
    pub created_at: Timestamp,
    /// When it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// The profiles that it read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profiles: Option<String>,
    /// Whether it read that user management is under maintenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_maintenance: Option<String>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceView {
    /// Its name.
    pub name: String,
    /// Its ARN, which says whose it is and in which region.
    pub arn: String,
    /// The name of its cluster.
    pub cluster: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
    /// How many tasks should run.
    pub desired: u32,
    /// The deployments that are not over, newest first: the first is PRIMARY.
    pub deployments: Vec<DeploymentView>,
    /// The tasks that have not stopped, oldest first.
    pub tasks: Vec<TaskView>,
}

impl ServiceView {
    /// What a run may change of it. Ids and times only ever go on and are left out; what counts is what the service
    /// is to run, and what its running tasks run with.
    pub(super) fn object(&self) -> Value {
        let running = self.tasks.iter().filter(|task| task.status == "RUNNING");
        let mut tasks: Vec<String> = running
            .map(|task| {
                json!({
                    "task_definition": task.task_definition,
                    "digest": task.digest,
                    "profiles": task.profiles,
                    "under_maintenance": task.under_maintenance,
                })
                .to_string()
            })
            .collect();
        tasks.sort();
        let primary = self.deployments.first();
        json!({
            "service": self.arn,
            "status": self.status,
            "desired": self.desired,
            "task_definition": primary.map(|one| &one.task_definition),
            "digest": primary.map(|one| &one.digest),
            "rollout": primary.map(|one| &one.rollout),
            "running": tasks,
        })
    }
}
