//! UpdateService: a new deployment, by force or because of another task definition.
//!
//! There is no compare-and-swap and no token: each repeat makes another deployment (API reference).

use serde::Deserialize;
use serde_json::{Value, json};

use super::seed::SERVICE_NAME;
use super::{client, invalid, name, roll, seed, show};
use crate::aws::AwsError;
use crate::faults::Fault;
use crate::log::{Caller, LogEntry, Outcome, ServiceRolled};
use crate::state::State;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    pub cluster: Option<String>,
    pub service: String,
    pub task_definition: Option<String>,
    pub force_new_deployment: Option<bool>,
    /// What is not rehearsed.
    #[serde(flatten)]
    pub others: serde_json::Map<String, Value>,
}

/// Updates the service, as AWS answers it: with the service as it is then.
pub(super) fn update(
    state: &mut State,
    caller: &Caller,
    asked: &Update,
    now: i64,
) -> Result<(Value, LogEntry), AwsError> {
    if let Some(other) = asked.others.keys().next() {
        return Err(AwsError::not_rehearsed(&format!("UpdateService with {other}")));
    }
    if asked.service.is_empty() {
        return Err(invalid("Service cannot be empty."));
    }
    super::cluster(caller, asked.cluster.as_deref())?;
    // As AWS words it (hashicorp/terraform#15073).
    let not_found = || AwsError::new("ServiceNotFoundException", "Service not found.");
    let found = name::service(&asked.service).and_then(|name| state.ecs.service(name));
    let found = found.ok_or_else(not_found)?;
    if !found.active {
        return Err(AwsError::new(
            "ServiceNotActiveException",
            "Service was not ACTIVE.",
        ));
    }
    let present = found.primary().map(|primary| primary.definition);
    let wanted = match &asked.task_definition {
        None => present.ok_or_else(not_found)?,
        Some(asked) => {
            let definition = name::definition(asked);
            let definition = definition.ok_or_else(|| client("TaskDefinition not found."))?;
            if !definition.active {
                return Err(client("TaskDefinition is inactive"));
            }
            definition.revision
        }
    };
    let entry = caller.entry(Outcome::Committed);
    // A request that changes nothing makes no deployment.
    if asked.force_new_deployment != Some(true) && present == Some(wanted) {
        return Ok((json!({ "service": show::service(found) }), entry));
    }
    // What somebody else does uses up no fault that is meant for the operator.
    let fails = caller.service == seed::SCOPE
        && state
            .take_fault(|fault| matches!(fault, Fault::RollFails { .. }))
            .is_some();
    let digest = seed::digest(&state.faults);
    let (service, mut ids) = state.ecs.parts(SERVICE_NAME).ok_or_else(not_found)?;
    let number = roll::begin(service, &mut ids, now, wanted, digest);
    if let Some(deployment) = service.deployments.first_mut() {
        deployment.fails = fails;
    }
    let entry = LogEntry {
        rolled: Some(ServiceRolled {
            service: name::service_arn(&service.name),
            deployment: format!("ecs-svc/{number}"),
            task_definition: name::definition_arn(wanted),
        }),
        ..entry
    };
    Ok((json!({ "service": show::service(service) }), entry))
}
