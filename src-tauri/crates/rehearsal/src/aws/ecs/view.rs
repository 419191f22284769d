//! The services as the control plane shows them.

use jiff::Timestamp;

use super::part::{Deployment, Ecs, Service, Task};
use super::{name, seed, show};
use crate::snapshot::{DeploymentView, ServiceView, TaskView};

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

impl Ecs {
    pub(crate) fn views(&self) -> Vec<ServiceView> {
        self.services.iter().map(Service::view).collect()
    }
}

impl Service {
    fn view(&self) -> ServiceView {
        let tasks = self.tasks.iter().filter(|task| task.stopped_ms.is_none());
        ServiceView {
            name: self.name.clone(),
            arn: name::service_arn(&self.name),
            cluster: seed::CLUSTER_NAME.to_owned(),
            status: if self.active { "ACTIVE" } else { "INACTIVE" }.to_owned(),
            desired: self.desired,
            deployments: self.listed().map(|one| self.deployment(one)).collect(),
            tasks: tasks.map(Task::view).collect(),
        }
    }

    fn deployment(&self, one: &Deployment) -> DeploymentView {
        DeploymentView {
            id: one.id(),
            status: show::status(self, one).to_owned(),
            task_definition: name::definition_arn(one.definition),
            digest: one.digest.clone(),
            rollout: one.rollout.word().to_owned(),
            reason: one.reason.clone(),
            created_at: time(one.created_ms),
            running: self.count(Some(&one.number), Task::runs),
        }
    }
}

impl Task {
    fn view(&self) -> TaskView {
        let read =
            |field: fn(&crate::usermanagement::Read) -> &String| self.read.as_ref().map(field).cloned();
        TaskView {
            arn: name::task_arn(&self.id),
            deployment: format!("ecs-svc/{}", self.deployment),
            status: self.status().to_owned(),
            task_definition: name::definition_arn(self.definition),
            digest: self.digest.clone(),
            created_at: time(self.created_ms),
            started_at: self.started_ms.map(time),
            profiles: read(|read| &read.profiles),
            under_maintenance: read(|read| &read.under_maintenance),
        }
    }
}
