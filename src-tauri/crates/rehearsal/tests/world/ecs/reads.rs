//! What is told of the service, its tasks and its definition, and what is refused.

use serde_json::{Value, json};
use switchback_rehearsal::{
    CLUSTER_NAME, DELETED_SERVICE_NAME, IMAGE_DIGEST, MAINTENANCE_PARAMETER, PROFILES_PARAMETER, SERVICE_NAME,
};

use super::{ECS, ecs, listed, refusal, service, tasks};
use crate::support::{json_as, world};

const ARN: &str = "arn:aws:ecs:eu-west-2:123456789012";

#[tokio::test]
async fn a_service_at_rest() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let service = service(&world).await;
    for (field, value) in [
        (
            "serviceArn",
            json!(format!("{ARN}:service/{CLUSTER_NAME}/{SERVICE_NAME}")),
        ),
        ("clusterArn", json!(format!("{ARN}:cluster/{CLUSTER_NAME}"))),
        ("status", json!("ACTIVE")),
        ("desiredCount", json!(2)),
        ("runningCount", json!(2)),
        ("pendingCount", json!(0)),
        (
            "taskDefinition",
            json!(format!("{ARN}:task-definition/tis-usermanagement:7")),
        ),
        ("deploymentController", json!({"type": "ECS"})),
        (
            "deploymentConfiguration",
            json!({
                "deploymentCircuitBreaker": {"enable": true, "rollback": true},
                "maximumPercent": 150,
                "minimumHealthyPercent": 100,
                "strategy": "ROLLING",
            }),
        ),
    ] {
        assert_eq!(service[field], value, "{field}");
    }
    let deployments = service["deployments"].as_array().unwrap();
    assert_eq!(deployments.len(), 1);
    let id = deployments[0]["id"].as_str().unwrap();
    assert!(id.starts_with("ecs-svc/") && id.len() == 27, "{id}");
    assert_eq!(deployments[0]["status"], "PRIMARY");
    assert_eq!(deployments[0]["rolloutState"], "COMPLETED");
    assert_eq!(
        deployments[0]["rolloutStateReason"],
        format!("ECS deployment {id} completed.")
    );
    let created = deployments[0]["createdAt"].as_f64().unwrap();
    for task in tasks(&world).await {
        assert_eq!(task["startedBy"], id);
        assert_eq!(task["lastStatus"], "RUNNING");
        assert!(task["startedAt"].as_f64().unwrap() > created);
        assert_eq!(task["taskDefinitionArn"], service["taskDefinition"]);
        let container = &task["containers"][0];
        assert_eq!(container["imageDigest"], IMAGE_DIGEST);
        let image = "123456789012.dkr.ecr.eu-west-2.amazonaws.com/tis-usermanagement:stable";
        assert_eq!(container["image"], image);
    }
    let revision = &service["currentServiceRevisions"][0]["arn"];
    let found = ecs(
        &world,
        "DescribeServiceRevisions",
        json!({"serviceRevisionArns": [revision, "arn:none"]}),
    )
    .await;
    let images = &found["serviceRevisions"][0]["containerImages"];
    assert_eq!(images[0]["imageDigest"], IMAGE_DIGEST);
    assert_eq!(
        found["failures"],
        json!([{"arn": "arn:none", "reason": "MISSING"}])
    );
}

#[tokio::test]
async fn what_is_missing_is_a_failure_and_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let long = format!("{ARN}:service/{CLUSTER_NAME}/{SERVICE_NAME}");
    let far = long.replace(CLUSTER_NAME, "tis");
    let body = json!({
        "cluster": format!("{ARN}:cluster/{CLUSTER_NAME}"),
        "services": [long, format!("{ARN}:service/{SERVICE_NAME}"), DELETED_SERVICE_NAME, "tis-profile", far],
    });
    let answer = ecs(&world, "DescribeServices", body).await;
    let found = answer["services"].as_array().unwrap().iter();
    let found: Vec<_> = found
        .map(|one| {
            (
                one["serviceName"].as_str().unwrap(),
                one["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (SERVICE_NAME, "ACTIVE"),
            (SERVICE_NAME, "ACTIVE"),
            (DELETED_SERVICE_NAME, "INACTIVE")
        ]
    );
    assert_eq!(
        answer["failures"],
        json!([
            {"arn": format!("{ARN}:service/tis-profile"), "reason": "MISSING"},
            {"arn": far, "reason": "MISSING"},
        ])
    );
    let (arns, pages) = listed(&world, json!({"serviceName": SERVICE_NAME, "maxResults": 100})).await;
    assert_eq!((arns.len(), pages), (2, 2), "a reader must page");
    let id = arns[0].rsplit('/').next().unwrap();
    let none = "0123456789abcdef0123456789abcdef";
    let body = json!({"cluster": CLUSTER_NAME, "tasks": [id, arns[1], none]});
    let answer = ecs(&world, "DescribeTasks", body).await;
    assert_eq!(answer["tasks"][0]["taskArn"], arns[0]);
    assert_eq!(answer["tasks"][1]["taskArn"], arns[1]);
    assert_eq!(
        answer["failures"],
        json!([{"arn": format!("{ARN}:task/{CLUSTER_NAME}/{none}"), "reason": "MISSING"}])
    );
    let by = answer["tasks"][0]["startedBy"].clone();
    for (filter, count) in [
        (json!({}), 2),
        (json!({"startedBy": by}), 2),
        (json!({"startedBy": "ecs-svc/1"}), 0),
        (
            json!({"family": "tis-usermanagement", "launchType": "FARGATE"}),
            2,
        ),
        (json!({"family": "tis-profile"}), 0),
        (json!({"launchType": "EC2"}), 0),
        (json!({"serviceName": DELETED_SERVICE_NAME}), 0),
        (
            json!({"serviceName": SERVICE_NAME, "desiredStatus": "STOPPED"}),
            0,
        ),
        (
            json!({"serviceName": SERVICE_NAME, "desiredStatus": "PENDING"}),
            0,
        ),
    ] {
        assert_eq!(listed(&world, filter.clone()).await.0.len(), count, "{filter}");
    }
}

#[tokio::test]
async fn definitions_are_told_with_where_they_read_their_parameters() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (asked, revision, status) in [
        ("tis-usermanagement".to_owned(), 7, "ACTIVE"),
        ("tis-usermanagement:7".to_owned(), 7, "ACTIVE"),
        ("tis-usermanagement:6".to_owned(), 6, "INACTIVE"),
        (format!("{ARN}:task-definition/tis-usermanagement:5"), 5, "ACTIVE"),
    ] {
        let answer = ecs(&world, "DescribeTaskDefinition", json!({"taskDefinition": asked})).await;
        let found = &answer["taskDefinition"];
        assert_eq!(found["revision"], revision, "{asked}");
        assert_eq!(found["status"], status, "{asked}");
        let arn = |name: &str| format!("arn:aws:ssm:eu-west-2:123456789012:parameter{name}");
        assert_eq!(
            found["containerDefinitions"][0]["secrets"],
            json!([
                {"name": "SPRING_PROFILES_ACTIVE", "valueFrom": arn(PROFILES_PARAMETER)},
                {"name": "UNDER_MAINTENANCE", "valueFrom": arn(MAINTENANCE_PARAMETER)},
            ])
        );
    }
}

#[tokio::test]
async fn refusals() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let here = |mut body: Value| {
        body["cluster"] = json!(CLUSTER_NAME);
        body
    };
    let many = |count: usize| (0..count).map(|at| at.to_string()).collect::<Vec<_>>();
    for (operation, body, code) in [
        (
            "DescribeServices",
            json!({"services": [SERVICE_NAME]}),
            "ClusterNotFoundException",
        ),
        (
            "DescribeServices",
            json!({"services": [SERVICE_NAME], "cluster": "tis"}),
            "ClusterNotFoundException",
        ),
        (
            "DescribeServices",
            here(json!({"services": []})),
            "InvalidParameterException",
        ),
        (
            "DescribeServices",
            here(json!({"services": many(11)})),
            "InvalidParameterException",
        ),
        (
            "DescribeServices",
            here(json!({"services": [SERVICE_NAME], "include": ["TAGS"]})),
            "NotRehearsed",
        ),
        ("DescribeServices", here(json!({})), "SerializationException"),
        ("ListTasks", json!({}), "ClusterNotFoundException"),
        (
            "ListTasks",
            here(json!({"serviceName": "tis-profile"})),
            "ServiceNotFoundException",
        ),
        (
            "ListTasks",
            here(json!({"maxResults": 0})),
            "InvalidParameterException",
        ),
        (
            "ListTasks",
            here(json!({"maxResults": 101})),
            "InvalidParameterException",
        ),
        (
            "ListTasks",
            here(json!({"nextToken": "x"})),
            "InvalidParameterException",
        ),
        (
            "ListTasks",
            here(json!({"desiredStatus": "DEAD"})),
            "InvalidParameterException",
        ),
        (
            "ListTasks",
            here(json!({"startedBy": "x", "serviceName": SERVICE_NAME})),
            "InvalidParameterException",
        ),
        (
            "ListTasks",
            here(json!({"containerInstance": "x"})),
            "NotRehearsed",
        ),
        (
            "DescribeTasks",
            here(json!({"tasks": []})),
            "InvalidParameterException",
        ),
        (
            "DescribeTasks",
            json!({"tasks": ["x"]}),
            "ClusterNotFoundException",
        ),
        (
            "DescribeTaskDefinition",
            json!({"taskDefinition": "tis-usermanagement:8"}),
            "ClientException",
        ),
        (
            "UpdateService",
            here(json!({"service": "tis-profile", "forceNewDeployment": true})),
            "ServiceNotFoundException",
        ),
        (
            "UpdateService",
            here(json!({"service": DELETED_SERVICE_NAME, "forceNewDeployment": true})),
            "ServiceNotActiveException",
        ),
        (
            "UpdateService",
            here(json!({"service": SERVICE_NAME, "taskDefinition": "tis-usermanagement:6"})),
            "ClientException",
        ),
        (
            "UpdateService",
            here(json!({"service": SERVICE_NAME, "desiredCount": 0})),
            "NotRehearsed",
        ),
        ("StopServiceDeployment", json!({}), "NotRehearsed"),
        ("RegisterTaskDefinition", json!({}), "NotRehearsed"),
        ("DeleteService", json!({}), "NotRehearsed"),
    ] {
        let (found, _) = refusal(&world, operation, body.clone()).await;
        assert_eq!(found, code, "{operation} {body}");
    }
    // Another region and another account have no clusters.
    let body = json!({"cluster": CLUSTER_NAME, "services": [SERVICE_NAME]});
    for (key, region) in [
        ("AKIAREHEARSAL", "eu-west-1"),
        ("AKIAREHEARSALOTHER", "eu-west-2"),
    ] {
        let reply = json_as(&world, ECS, key, region, "DescribeServices", &body).await;
        let reply = reply.unwrap();
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains("ClusterNotFoundException"), "{}", reply.body);
    }
    assert_eq!(service(&world).await["deployments"].as_array().unwrap().len(), 1);
}
