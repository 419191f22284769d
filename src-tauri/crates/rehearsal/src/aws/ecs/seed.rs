//! The cluster, the services and the task definitions of a new world. Every name and digest is made up.

use super::part::{Deployment, Ecs, Ids, Rollout, Service, Task};
use crate::faults::Fault;
use crate::usermanagement::Read;

/// The cluster.
pub const CLUSTER_NAME: &str = "tis-rehearsal";
/// The service of user management.
pub const SERVICE_NAME: &str = "tis-usermanagement";
/// A service that was deleted: it is INACTIVE.
pub const DELETED_SERVICE_NAME: &str = "tis-usermanagement-old";
/// The family of the task definitions; [`TASK_REVISION`] is its newest revision.
pub const TASK_FAMILY: &str = "tis-usermanagement";
/// The revision of the task definition that the service runs.
pub const TASK_REVISION: u32 = 7;
/// A revision that is INACTIVE: nothing can be started from it.
pub const INACTIVE_TASK_REVISION: u32 = 6;
/// An older revision that is still ACTIVE.
pub const OLDER_TASK_REVISION: u32 = 5;
/// What the image's tag means.
pub const IMAGE_DIGEST: &str = "sha256:1e5ca1ab1e0000000000000000000000000000000000000000000000000000a7";
/// What it means while the fault `roll-other-image` lasts.
pub const OTHER_IMAGE_DIGEST: &str =
    "sha256:0ddba11000000000000000000000000000000000000000000000000000000b7b";

/// The name of the service in the scope of a signature.
pub(super) const SCOPE: &str = "ecs";
/// The container of a task.
pub(super) const CONTAINER: &str = "usermanagement";
/// Tasks that the service wants.
const DESIRED: u32 = 2;

const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// A task definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Definition {
    pub revision: u32,
    pub active: bool,
    /// The tag of its image.
    pub tag: &'static str,
}

impl Definition {
    /// The image as the definition names it: by a tag, which may come to mean another image.
    pub(super) fn image(self) -> String {
        format!(
            "{}.dkr.ecr.eu-west-2.amazonaws.com/{TASK_FAMILY}:{}",
            crate::seed::ACCOUNT,
            self.tag
        )
    }
}

/// All revisions, the newest first.
pub(super) const DEFINITIONS: [Definition; 3] = [
    Definition {
        revision: TASK_REVISION,
        active: true,
        tag: "stable",
    },
    Definition {
        revision: INACTIVE_TASK_REVISION,
        active: false,
        tag: "stable",
    },
    Definition {
        revision: OLDER_TASK_REVISION,
        active: true,
        tag: "stable",
    },
];

/// What the tag means now.
pub(super) fn digest(faults: &[Fault]) -> &'static str {
    match faults.contains(&Fault::RollOtherImage) {
        true => OTHER_IMAGE_DIGEST,
        false => IMAGE_DIGEST,
    }
}

impl Ecs {
    /// The services as at the beginning of a world; the tasks have read `read`.
    pub(crate) fn seeded(now: i64, read: &Read) -> Self {
        let mut seeded = Self {
            salt: uuid::Uuid::new_v4().simple().to_string(),
            made: 0,
            settled_ms: now,
            services: Vec::new(),
        };
        let mut ids = Ids {
            salt: &seeded.salt,
            made: &mut seeded.made,
        };
        let number = ids.number();
        let began = now - 14 * DAY_MS + 3_600_000;
        let task = |ids: &mut Ids<'_>, started_ms: i64| Task {
            id: ids.hex(),
            deployment: number.clone(),
            definition: TASK_REVISION,
            digest: IMAGE_DIGEST.to_owned(),
            created_ms: started_ms - super::roll::STARTS_MS,
            read: Some(read.clone()),
            dies_of: None,
            started_ms: Some(started_ms),
            stopping_ms: None,
            stopped_ms: None,
            stopped: None,
        };
        let tasks = vec![
            task(&mut ids, began + super::roll::STARTS_MS),
            task(&mut ids, began + 2 * super::roll::STARTS_MS),
        ];
        let service = |name: &str| Service {
            name: name.to_owned(),
            active: false,
            desired: 0,
            created_ms: now - 400 * DAY_MS,
            deployments: Vec::new(),
            tasks: Vec::new(),
            events: Vec::new(),
        };
        let deployment = Deployment {
            definition: TASK_REVISION,
            digest: IMAGE_DIGEST.to_owned(),
            created_ms: began,
            updated_ms: began + 2 * super::roll::STARTS_MS + super::roll::DRAINS_MS,
            rollout: Rollout::Completed,
            reason: format!("ECS deployment ecs-svc/{number} completed."),
            failed: 0,
            next_try_ms: began,
            ran: true,
            fails: false,
            rolls_back: false,
            over: false,
            number,
        };
        seeded.services = vec![
            Service {
                active: true,
                desired: DESIRED,
                deployments: vec![deployment],
                tasks,
                ..service(SERVICE_NAME)
            },
            service(DELETED_SERVICE_NAME),
        ];
        seeded
    }
}
