//! Elastic Container Service: the tasks of a service, and starting them anew.
//!
//! It has no compare-and-swap and no token (API reference, UpdateService): every request makes another deployment,
//! which harms nobody. What a roll did is told by the deployment that came of it, never by its task definition.

mod roll;
mod service;

pub use roll::RollChange;
pub use service::ServiceLook;

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, part, words};
use crate::service::Service;

/// Tells a service's deployments.
pub const DESCRIBE: Op = Op::reads(Service::Ecs, "DescribeServices", On::Object);
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
            regional: true,
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
