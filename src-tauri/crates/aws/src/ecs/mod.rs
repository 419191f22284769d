//! Elastic Container Service: the tasks of a service, and starting them anew.
//!
//! It has no compare-and-swap and no token (API reference, UpdateService): every request makes another deployment,
//! which harms nobody. What a roll did is told by the deployment that came of it, never by its task definition.

mod judge;
mod motion;
mod read;
mod reread;
mod roll;
mod service;
mod tasks;

#[cfg(test)]
mod tests;

pub use reread::RereadLook;
pub use roll::RollChange;
pub use service::ServiceLook;

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part, words};
use crate::service::Service;

/// Tells a service's deployments.
pub const DESCRIBE: Op = Op::reads(Service::Ecs, "DescribeServices", On::Object);
/// Tells whether a task definition may still be started, and how it names its images. IAM has no resource for it
/// (Service Authorization Reference, "Actions, resources, and condition keys for Amazon ECS").
pub const DEFINITION: Op = Op::reads(Service::Ecs, "DescribeTaskDefinition", On::Everything);
/// Finds the tasks of a service. IAM grants it on the container instances of a cluster, of which Fargate has none
/// (Service Authorization Reference, as above).
pub const TASKS: Op = Op::reads(Service::Ecs, "ListTasks", On::Everything);
/// Tells which deployment started a task, and of which image. IAM grants it on tasks, whose ids nobody knows before.
pub const TASK: Op = Op::reads(Service::Ecs, "DescribeTasks", On::Everything);
/// Starts its tasks anew.
pub const UPDATE: Op = Op::changes(Service::Ecs, "UpdateService", On::Object);

/// A service of a cluster.
#[must_use]
pub fn service(cluster: &str, service: &str) -> Resource {
    Resource {
        id: format!("service:{cluster}/{service}"),
        title: format!("Service {service} of cluster {cluster}"),
        granted: Granted {
            service: Service::Ecs.id(),
            stands: Stands::InAccount,
            rest: format!("service/{cluster}/{service}"),
            name: None,
        },
        command: words([
            "ecs",
            "describe-services",
            "--cluster",
            cluster,
            "--services",
            service,
        ]),
        global: false,
        page: format!(
            "ecs/v2/clusters/{}/services/{}/health?region={{region}}",
            part(cluster),
            part(service)
        ),
    }
}

/// The name at the end of an ARN, or of a shorter form of one: `arn:aws:ecs:eu-west-2:111122223333:cluster/tis` is
/// `tis` (ECS developer guide, "Amazon Resource Names (ARNs) and IDs").
fn last(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}
