//! Services, deployments, revisions and tasks as the API shows them.

use serde_json::{Value, json};

use super::super::json::seconds;
use super::name::{self, cluster_arn, definition_arn, revision_arn, service_arn, task_arn};
use super::part::{Deployment, Rollout, Service, Task};
use super::roll::{LEAST_PER_CENT, MOST_PER_CENT};
use super::seed::{CONTAINER, Definition, TASK_FAMILY};

/// All tasks run here.
const PLATFORM: &str = "1.4.0";

/// How many tasks of a deployment there should be: all of the PRIMARY's, what is left of an older one's, none of a
/// failed one's.
fn desired(service: &Service, deployment: &Deployment) -> usize {
    let is_primary = service.primary().map(|primary| &primary.number) == Some(&deployment.number);
    match (is_primary, deployment.rollout) {
        (true, _) => service.desired as usize,
        (false, Rollout::Failed) => 0,
        (false, _) => service.count(Some(&deployment.number), Task::is_wanted),
    }
}

fn pending(task: &Task) -> bool {
    task.status() == "PENDING"
}

/// PRIMARY is the newest deployment, ACTIVE an older one of which something is left (API reference, Deployment).
pub(super) fn status(service: &Service, deployment: &Deployment) -> &'static str {
    match service.primary() {
        Some(primary) if primary.number == deployment.number => "PRIMARY",
        Some(_) | None if deployment.over => "INACTIVE",
        Some(_) | None => "ACTIVE",
    }
}

fn deployment(service: &Service, one: &Deployment) -> Value {
    let count = |test: fn(&Task) -> bool| service.count(Some(&one.number), test);
    json!({
        "id": one.id(),
        "status": status(service, one),
        "taskDefinition": definition_arn(one.definition),
        "desiredCount": desired(service, one),
        "pendingCount": count(pending),
        "runningCount": count(Task::runs),
        "failedTasks": one.failed,
        "createdAt": seconds(one.created_ms),
        "updatedAt": seconds(one.updated_ms),
        "launchType": "FARGATE",
        "platformVersion": PLATFORM,
        "platformFamily": "Linux",
        "rolloutState": one.rollout.word(),
        "rolloutStateReason": one.reason,
    })
}

pub(super) fn service(service: &Service) -> Value {
    let revisions = service.listed().map(|one| {
        json!({
            "arn": revision_arn(&service.name, &one.number),
            "requestedTaskCount": desired(service, one),
            "runningTaskCount": service.count(Some(&one.number), Task::runs),
            "pendingTaskCount": service.count(Some(&one.number), pending),
        })
    });
    let events = service.events.iter().rev().map(|event| {
        json!({
            "id": event.id,
            "createdAt": seconds(event.at_ms),
            "message": event.message,
        })
    });
    let definition = service.primary().map(|one| one.definition);
    let definition =
        definition.or_else(|| name::definition(TASK_FAMILY).map(|definition| definition.revision));
    json!({
        "serviceArn": service_arn(&service.name),
        "serviceName": service.name,
        "clusterArn": cluster_arn(),
        "loadBalancers": [],
        "serviceRegistries": [],
        "status": if service.active { "ACTIVE" } else { "INACTIVE" },
        "desiredCount": service.desired,
        "runningCount": service.count(None, Task::runs),
        "pendingCount": service.count(None, pending),
        "launchType": "FARGATE",
        "platformVersion": PLATFORM,
        "platformFamily": "Linux",
        "taskDefinition": definition_arn(definition.unwrap_or_default()),
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": true, "rollback": true},
            "maximumPercent": MOST_PER_CENT,
            "minimumHealthyPercent": LEAST_PER_CENT,
            "strategy": "ROLLING",
        },
        "deploymentController": {"type": "ECS"},
        "deployments": service.listed().map(|one| deployment(service, one)).collect::<Vec<_>>(),
        "currentServiceRevisions": revisions.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
        "createdAt": seconds(service.created_ms),
        "placementConstraints": [],
        "placementStrategy": [],
        "schedulingStrategy": "REPLICA",
        "enableECSManagedTags": false,
        "propagateTags": "NONE",
        "enableExecuteCommand": false,
    })
}

/// The image that a revision of the task definition names.
fn image(revision: u32) -> String {
    let definition = name::definition(&format!("{TASK_FAMILY}:{revision}"));
    definition.map(Definition::image).unwrap_or_default()
}

pub(super) fn revision(service: &Service, one: &Deployment) -> Value {
    json!({
        "serviceRevisionArn": revision_arn(&service.name, &one.number),
        "serviceArn": service_arn(&service.name),
        "clusterArn": cluster_arn(),
        "taskDefinition": definition_arn(one.definition),
        "launchType": "FARGATE",
        "platformVersion": PLATFORM,
        "platformFamily": "Linux",
        "containerImages": [{
            "containerName": CONTAINER,
            "image": image(one.definition),
            "imageDigest": one.digest,
        }],
        "guardDutyEnabled": false,
        "createdAt": seconds(one.created_ms),
    })
}

/// A task; nothing of what it has read shows.
pub(super) fn task(service: &Service, task: &Task) -> Value {
    let arn = task_arn(&task.id);
    let status = task.status();
    let mut container = json!({
        "containerArn": format!("{}/{}", arn.replace(":task/", ":container/"), &task.id[..8.min(task.id.len())]),
        "taskArn": arn,
        "name": CONTAINER,
        "image": image(task.definition),
        "lastStatus": status,
        "healthStatus": "UNKNOWN",
        "networkInterfaces": [],
    });
    // It is known once the image was pulled.
    if task.started_ms.is_some() || task.stopped_ms.is_some() {
        container["imageDigest"] = json!(task.digest);
    }
    let mut shown = json!({
        "taskArn": arn,
        "clusterArn": cluster_arn(),
        "taskDefinitionArn": definition_arn(task.definition),
        "createdAt": seconds(task.created_ms),
        "startedBy": format!("ecs-svc/{}", task.deployment),
        "group": format!("service:{}", service.name),
        "lastStatus": status,
        "desiredStatus": if task.is_wanted() { "RUNNING" } else { "STOPPED" },
        "launchType": "FARGATE",
        "platformVersion": PLATFORM,
        "platformFamily": "Linux",
        "availabilityZone": "eu-west-2a",
        "cpu": "512",
        "memory": "2048",
        "healthStatus": "UNKNOWN",
        "enableExecuteCommand": false,
        "attachments": [],
        "attributes": [],
        "tags": [],
        "overrides": {"containerOverrides": [{"name": CONTAINER}]},
        "version": 1 + u8::from(task.started_ms.is_some()) + u8::from(task.stopping_ms.is_some()),
    });
    for (field, at) in [
        ("startedAt", task.started_ms),
        ("stoppingAt", task.stopping_ms),
        ("stoppedAt", task.stopped_ms),
    ] {
        if let Some(at) = at {
            shown[field] = seconds(at);
        }
    }
    if let Some(stopped) = &task.stopped {
        shown["stopCode"] = json!(stopped.code);
        shown["stoppedReason"] = json!(stopped.reason);
        if let Some(exit) = stopped.exit {
            container["exitCode"] = json!(exit);
        }
    }
    shown["containers"] = json!([container]);
    shown
}
