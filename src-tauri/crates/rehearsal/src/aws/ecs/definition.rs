//! DescribeTaskDefinition: what a task is, and where it reads its parameters.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::json::seconds;
use super::seed::{CONTAINER, Definition, TASK_FAMILY};
use super::{client, name};
use crate::aws::AwsError;
use crate::aws::cognito::REGION;
use crate::aws::ssm::{MAINTENANCE_PARAMETER, PROFILES_PARAMETER};
use crate::log::Caller;

/// The family's first revision was registered a month before this, 2023-01-01; a revision a month.
const REGISTERED_MS: i64 = 1_672_531_200_000;
const MONTH_MS: i64 = 30 * 24 * 3_600 * 1_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Describe {
    task_definition: String,
    include: Option<Vec<Value>>,
}

/// One definition, ACTIVE or not.
pub(super) fn describe(caller: &Caller, asked: &Describe) -> Result<Value, AwsError> {
    if asked.include.as_ref().is_some_and(|include| !include.is_empty()) {
        return Err(AwsError::not_rehearsed("DescribeTaskDefinition with include"));
    }
    let is_here = caller.account == crate::seed::ACCOUNT && caller.region == REGION;
    let found = name::definition(&asked.task_definition).filter(|_| is_here);
    // As AWS words it (sil-org/ecs-deploy#145).
    let found = found.ok_or_else(|| client("Unable to describe task definition."))?;
    Ok(json!({ "taskDefinition": shown(found), "tags": [] }))
}

fn shown(definition: Definition) -> Value {
    let secret = |name: &str, parameter: &str| {
        let account = crate::seed::ACCOUNT;
        let arn = format!("arn:aws:ssm:{REGION}:{account}:parameter{parameter}");
        json!({ "name": name, "valueFrom": arn })
    };
    json!({
        "taskDefinitionArn": name::definition_arn(definition.revision),
        "family": TASK_FAMILY,
        "revision": definition.revision,
        "status": if definition.active { "ACTIVE" } else { "INACTIVE" },
        "registeredAt": seconds(REGISTERED_MS + i64::from(definition.revision) * MONTH_MS),
        "containerDefinitions": [{
            "name": CONTAINER,
            "image": definition.image(),
            "cpu": 0,
            "essential": true,
            "environment": [],
            "mountPoints": [],
            "volumesFrom": [],
            "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
            "secrets": [
                secret("SPRING_PROFILES_ACTIVE", PROFILES_PARAMETER),
                secret("UNDER_MAINTENANCE", MAINTENANCE_PARAMETER),
            ],
        }],
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "compatibilities": ["EC2", "FARGATE"],
        "cpu": "512",
        "memory": "2048",
        "volumes": [],
        "placementConstraints": [],
    })
}
