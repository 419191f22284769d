//! Rolls over the scaled clock.

use serde_json::json;
use switchback_rehearsal::{Outcome, PROFILES_PARAMETER, SERVICE_NAME, World, WorldOptions};

use super::{ecs, forced, listed, modes, profiles, roll, running, service, settled, tasks};
use crate::support::{ssm, until, world};

#[tokio::test]
async fn a_new_value_is_read_by_a_roll_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 20).await;
    let before = world.snapshot().objects();
    profiles(&world, "prod,cognito").await;
    assert_eq!(running(&world), ["prod", "prod"]);
    assert_eq!(modes(&world, 2).await, [500, 500]);
    let old = service(&world).await["deployments"][0]["id"].clone();

    let id = roll(&world).await;
    assert_ne!(old, id);
    let shown = service(&world).await;
    assert_eq!(shown["deployments"][0]["status"], "PRIMARY");
    assert_eq!(shown["deployments"][0]["rolloutState"], "IN_PROGRESS");
    assert_eq!(shown["deployments"][1]["id"], old);
    assert_eq!(shown["deployments"][1]["status"], "ACTIVE");
    settled(&world).await;
    assert_eq!(running(&world), ["prod,cognito", "prod,cognito"]);
    assert_eq!(modes(&world, 3).await, [200, 200, 200]);
    let shown = service(&world).await;
    let created = shown["deployments"][0]["createdAt"].as_f64().unwrap();
    let took = shown["deployments"][0]["updatedAt"].as_f64().unwrap() - created;
    assert!((took - 45.0).abs() < 0.01, "{took}");
    let parameter = ssm(&world, "GetParameter", json!({"Name": PROFILES_PARAMETER})).await;
    assert!(parameter["Parameter"]["LastModifiedDate"].as_f64().unwrap() <= created);
    for task in tasks(&world).await {
        assert_eq!(task["startedBy"], id);
        assert!(task["startedAt"].as_f64().unwrap() > created);
    }
    let (stopped, _) = listed(
        &world,
        json!({"serviceName": SERVICE_NAME, "desiredStatus": "STOPPED"}),
    )
    .await;
    assert_eq!(stopped.len(), 2);
    let entry = world
        .log()
        .into_iter()
        .find(|entry| entry.rolled.is_some())
        .unwrap();
    let rolled = entry.rolled.unwrap();
    assert_eq!(
        (entry.operation.as_str(), entry.outcome),
        ("UpdateService", Outcome::Committed)
    );
    assert_eq!(rolled.deployment, id);
    assert!(rolled.task_definition.ends_with(":7"));

    // With the parameter alone put back, the world is not as it began; with another roll it is.
    profiles(&world, "prod").await;
    assert_ne!(world.snapshot().objects(), before);
    roll(&world).await;
    settled(&world).await;
    assert_eq!(world.snapshot().objects(), before);
}

#[tokio::test]
async fn every_request_makes_a_deployment_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    let first = roll(&world).await;
    let second = roll(&world).await;
    assert_ne!(first, second);
    settled(&world).await;
    assert_eq!(service(&world).await["deployments"][0]["id"], second);
    for task in tasks(&world).await {
        assert_eq!(task["startedBy"], second);
    }
    // Another definition needs no force.
    let body = json!({
        "cluster": "tis-rehearsal", "service": SERVICE_NAME, "taskDefinition": "tis-usermanagement:5",
    });
    let answer = ecs(&world, "UpdateService", body.clone()).await;
    let arn = &answer["service"]["taskDefinition"];
    assert!(arn.as_str().unwrap().ends_with("tis-usermanagement:5"));
    settled(&world).await;
    assert_eq!(tasks(&world).await[0]["taskDefinitionArn"], *arn);
    // And one that changes nothing makes nothing.
    let id = service(&world).await["deployments"][0]["id"].clone();
    ecs(&world, "UpdateService", body).await;
    assert_eq!(service(&world).await["deployments"][0]["id"], id);
}

#[tokio::test]
async fn a_roll_goes_on_while_nobody_serves_the_world() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 60).await;
    profiles(&first, "prod,cognito").await;
    let id = roll(&first).await;
    let mine = tasks(&first).await.pop().unwrap();
    drop(first);
    let second = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let again = tasks(&second).await;
    assert!(again.iter().any(|task| task["taskArn"] == mine["taskArn"]));
    settled(&second).await;
    assert_eq!(service(&second).await["deployments"][0]["id"], id);
    assert_eq!(running(&second), ["prod,cognito", "prod,cognito"]);
    second.reset().unwrap();
    assert_eq!(running(&second), ["prod", "prod"]);
    assert_ne!(service(&second).await["deployments"][0]["id"], id);
}

#[tokio::test]
async fn a_parameter_that_is_deleted_is_missed_by_the_next_task_alone() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    ssm(&world, "DeleteParameter", json!({"Name": PROFILES_PARAMETER})).await;
    assert_eq!(modes(&world, 2).await, [500, 500]);
    ecs(&world, "UpdateService", forced()).await;
    until("the breaker", || async {
        let service = service(&world).await;
        service["deployments"][0]["rolloutState"] == "FAILED"
    })
    .await;
    let shown = service(&world).await;
    assert_eq!(shown["deployments"].as_array().unwrap().len(), 3);
    let (stopped, _) = listed(&world, json!({"desiredStatus": "STOPPED"})).await;
    let body = json!({"cluster": "tis-rehearsal", "tasks": stopped});
    let dead = ecs(&world, "DescribeTasks", body).await;
    assert_eq!(dead["tasks"][0]["stopCode"], "TaskFailedToStart");
    assert_eq!(running(&world), ["prod", "prod"]);
}
