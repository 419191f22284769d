//! Elastic Container Service (JSON 1.1): one cluster with the service of user management, whose tasks read their
//! parameters when they are started.
//!
//! Not rehearsed, and refused by name: tags, everything of UpdateService but a task definition and a new deployment,
//! and all operations that make or delete clusters, services, tasks and task definitions.

mod breaker;
mod definition;
mod name;
mod part;
mod roll;
mod seed;
mod services;
mod show;
mod somebody;
mod tasks;
#[cfg(test)]
mod tests;
mod update;
mod view;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use part::Ecs;
pub(crate) use roll::Around;
pub use seed::{
    CLUSTER_NAME, DELETED_SERVICE_NAME, IMAGE_DIGEST, INACTIVE_TASK_REVISION, OLDER_TASK_REVISION,
    OTHER_IMAGE_DIGEST, SERVICE_NAME, TASK_FAMILY, TASK_REVISION,
};
pub(crate) use somebody::{somebody_rolls, task_is_replaced};

use super::cognito::REGION;
use super::json::{self, read};
use super::service::{Face, Wire, operation_itself};
use super::{AwsError, Call, Refused, Served};
use crate::core::Core;
use crate::log::{Caller, Outcome};

pub(super) const FACE: Face = Face {
    scope: seed::SCOPE,
    wire: Wire::Json {
        target: "AmazonEC2ContainerServiceV20141113",
    },
    throttled: "ThrottlingException",
    operation: json::operation,
    action: operation_itself,
    resource: |caller, call| Some(resource(caller, call)),
    serve,
};

/// Answers one operation.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let refused = |error| Box::new((error, caller.entry(Outcome::Refused)));
    if caller.operation == "UpdateService" {
        let asked = read(&call.body).map_err(refused)?;
        let committed = core
            .commit(|state, now| update::update(state, caller, &asked, now))
            .map_err(refused)?;
        return Ok(Served {
            answer: json::answer(&committed.made),
            entry: None,
            lost: committed.lost,
        });
    }
    let now = core.now_ms();
    let ecs = core.read(|state| state.ecs_at(now));
    match answer(&ecs, caller, &call.body) {
        Ok(body) => Ok(Served {
            answer: json::answer(&body),
            entry: Some(caller.entry(Outcome::Read)),
            lost: false,
        }),
        Err(error) => Err(refused(error)),
    }
}

/// Answers an operation that changes nothing.
fn answer(ecs: &Ecs, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    match caller.operation.as_str() {
        "DescribeServices" => services::describe(ecs, caller, &read(body)?),
        "DescribeServiceRevisions" => services::revisions(ecs, caller, &read(body)?),
        "ListTasks" => tasks::list(ecs, caller, &read(body)?),
        "DescribeTasks" => tasks::describe(ecs, caller, &read(body)?),
        "DescribeTaskDefinition" => definition::describe(caller, &read(body)?),
        other => Err(AwsError::not_rehearsed(other)),
    }
}

/// That the cluster is the caller's: another account and another region have none.
fn cluster(caller: &Caller, asked: Option<&str>) -> Result<(), AwsError> {
    let is_here = caller.account == crate::seed::ACCOUNT && caller.region == REGION;
    name::cluster(asked.filter(|_| is_here))
}

/// What IAM names in a denial (service authorization reference, "Elastic Container Service"): ListTasks stands on
/// container instances, also where there are none.
fn resource(caller: &Caller, call: &Call) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        cluster: Option<String>,
        service: Option<String>,
        services: Option<Vec<String>>,
        tasks: Option<Vec<String>>,
    }
    let named = serde_json::from_slice::<Named>(&call.body).ok();
    let last = |text: Option<String>| {
        let text = text.unwrap_or_default();
        text.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let first = |all: Option<Vec<String>>| all.and_then(|all| all.into_iter().next());
    let Some(named) = named else {
        return "*".to_owned();
    };
    let cluster = match last(named.cluster) {
        none if none.is_empty() => "default".to_owned(),
        some => some,
    };
    let rest = match caller.operation.as_str() {
        "DescribeServices" => format!("service/{cluster}/{}", last(first(named.services))),
        "UpdateService" => format!("service/{cluster}/{}", last(named.service)),
        "DescribeTasks" => format!("task/{cluster}/{}", last(first(named.tasks))),
        "ListTasks" => format!("container-instance/{cluster}/*"),
        _ => return "*".to_owned(),
    };
    format!("arn:aws:ecs:{}:{}:{rest}", caller.region, caller.account)
}

/// A parameter that is not valid.
fn invalid(message: &str) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

/// A client's mistake.
fn client(message: &str) -> AwsError {
    AwsError::new("ClientException", message)
}

/// A failure beside what was found.
fn missing(arn: &str) -> Value {
    serde_json::json!({"arn": arn, "reason": "MISSING"})
}
