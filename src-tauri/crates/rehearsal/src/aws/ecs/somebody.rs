//! What happens to the service behind the operator's back.

use super::seed::{CLUSTER_NAME, SERVICE_NAME};
use super::update::{self, Update};
use super::{name, roll};
use crate::aws::AwsError;
use crate::aws::cognito::REGION;
use crate::core::Core;
use crate::log::{Caller, Outcome};

/// Rolls the service as anybody may who is allowed to.
pub(crate) fn somebody_rolls(core: &Core) -> Result<(), AwsError> {
    let caller = Caller {
        region: REGION.to_owned(),
        ..Caller::somebody_else("RolledBySomebody")
    };
    let asked = Update {
        cluster: Some(CLUSTER_NAME.to_owned()),
        service: SERVICE_NAME.to_owned(),
        force_new_deployment: Some(true),
        ..Update::default()
    };
    core.commit(|state, now| update::update(state, &caller, &asked, now))
        .map(drop)
}

/// The oldest running task dies, and ECS starts another one now.
pub(crate) fn task_is_replaced(core: &Core) -> Result<(), AwsError> {
    let caller = Caller::somebody_else("TaskReplaced");
    core.commit(|state, now| {
        let none = || AwsError::new("InvalidParameterException", "no task runs");
        let (service, _) = state.ecs.parts(SERVICE_NAME).ok_or_else(none)?;
        let id = roll::lose_a_task(service, now).ok_or_else(none)?;
        let entry = crate::log::LogEntry {
            comment: Some(name::task_arn(&id)),
            ..caller.entry(Outcome::Committed)
        };
        // The other one is there when this is on disk.
        state.settle(now);
        Ok(((), entry))
    })
    .map(drop)
}
