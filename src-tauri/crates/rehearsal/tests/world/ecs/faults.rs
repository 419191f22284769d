//! ECS when things go wrong.

use serde_json::json;
use switchback_rehearsal::{CLUSTER_NAME, IMAGE_DIGEST, OTHER_IMAGE_DIGEST, Outcome, SERVICE_NAME, World};

use super::{ecs_sent, forced, modes, profiles, refusal, roll, running, service, settled, tasks};
use crate::support::{until, world};

fn inject(world: &World, fault: &str) {
    world.inject(fault.parse().unwrap()).unwrap();
}

/// How the deployments stand, newest first.
async fn states(world: &World) -> Vec<String> {
    let service = service(world).await;
    let all = service["deployments"].as_array().unwrap().iter();
    all.map(|one| one["rolloutState"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_faults_of_every_service_are_this_ones_too() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (fault, code) in [
        ("throttle:UpdateService", "ThrottlingException"),
        ("error-before:UpdateService:ServerException", "ServerException"),
        ("error-before:UpdateService:AccessDenied", "AccessDeniedException"),
    ] {
        inject(&world, fault);
        assert_eq!(
            refusal(&world, "UpdateService", forced()).await.0,
            code,
            "{fault}"
        );
        assert!(world.snapshot().faults.is_empty(), "{fault} is used up");
    }
    inject(&world, "error-before:UpdateService:ServerException");
    let reply = ecs_sent(&world, "UpdateService", forced()).await.unwrap();
    assert_eq!(reply.status, 500);
    for (operation, body, on) in [
        (
            "UpdateService",
            forced(),
            "arn:aws:ecs:eu-west-2:123456789012:service/tis-rehearsal/tis-usermanagement",
        ),
        (
            "DescribeServices",
            json!({"cluster": CLUSTER_NAME, "services": [SERVICE_NAME]}),
            "arn:aws:ecs:eu-west-2:123456789012:service/tis-rehearsal/tis-usermanagement",
        ),
        (
            "ListTasks",
            json!({"cluster": CLUSTER_NAME}),
            "arn:aws:ecs:eu-west-2:123456789012:container-instance/tis-rehearsal/*",
        ),
        (
            "DescribeTasks",
            json!({"cluster": CLUSTER_NAME, "tasks": ["1"]}),
            "arn:aws:ecs:eu-west-2:123456789012:task/tis-rehearsal/1",
        ),
        ("DescribeTaskDefinition", json!({"taskDefinition": "x"}), "*"),
    ] {
        inject(&world, &format!("denied:{operation}"));
        let (code, words) = refusal(&world, operation, body).await;
        assert_eq!(code, "AccessDeniedException");
        assert!(
            words.contains(&format!("ecs:{operation} on resource: {on} because")),
            "{words}"
        );
    }
    world.lift("denied").unwrap();
    inject(&world, "expired-credentials");
    assert_eq!(
        refusal(&world, "UpdateService", forced()).await.0,
        "ExpiredTokenException"
    );
    world.lift("expired-credentials").unwrap();
    assert_eq!(states(&world).await, ["COMPLETED"]);

    // What is done is done, whatever the answer; and a repeat is another deployment.
    inject(&world, "lost-response:UpdateService");
    assert!(ecs_sent(&world, "UpdateService", forced()).await.is_none());
    assert_eq!(states(&world).await, ["IN_PROGRESS", "COMPLETED"]);
    inject(&world, "repeated:UpdateService");
    let answered = roll(&world).await;
    let rolls: Vec<_> = world
        .log()
        .into_iter()
        .filter_map(|entry| Some((entry.outcome, entry.rolled?.deployment)))
        .collect();
    assert_eq!(rolls.len(), 3);
    assert_eq!(rolls[0].0, Outcome::Lost);
    assert_eq!(rolls[2].1, answered, "the answer is the second one's");
    inject(&world, "error-after:UpdateService:ServerException");
    assert_eq!(
        refusal(&world, "UpdateService", forced()).await.0,
        "ServerException"
    );
    assert_eq!(world.counts()["ecs:UpdateService"], 10);
}

#[tokio::test]
async fn a_stuck_roll_leaves_both_modes_in_turn() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    inject(&world, "roll-stuck");
    profiles(&world, "prod,cognito").await;
    roll(&world).await;
    until("the first task", || async {
        running(&world).len() == 2 && running(&world)[1] != "prod"
    })
    .await;
    let seen = modes(&world, 6).await;
    assert!(
        seen == [200, 500, 200, 500, 200, 500] || seen == [500, 200, 500, 200, 500, 200],
        "{seen:?}"
    );
    assert_eq!(states(&world).await, ["IN_PROGRESS", "COMPLETED"]);
    world.lift("roll-stuck").unwrap();
    settled(&world).await;
    assert_eq!(modes(&world, 4).await, [200; 4]);
}

#[tokio::test]
async fn a_failed_roll_is_taken_back_and_reads_the_new_value_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    inject(&world, "roll-fails");
    // So that the rollback waits until it was looked at.
    inject(&world, "roll-stuck");
    profiles(&world, "prod,cognito").await;
    let id = roll(&world).await;
    until("the breaker", || async {
        states(&world).await == ["IN_PROGRESS", "FAILED", "COMPLETED"]
    })
    .await;
    let shown = service(&world).await;
    assert_eq!(shown["deployments"][1]["id"], id);
    assert_eq!(
        shown["deployments"][0]["taskDefinition"],
        shown["deployments"][2]["taskDefinition"]
    );
    world.lift("roll-stuck").unwrap();
    settled(&world).await;
    assert_ne!(service(&world).await["deployments"][0]["id"], id);
    assert_eq!(running(&world), ["prod,cognito", "prod,cognito"]);
    assert!(world.snapshot().faults.is_empty());
}

#[tokio::test]
async fn a_bad_value_leaves_the_old_tasks_and_a_failed_rollback() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    inject(&world, "parameter-changed");
    roll(&world).await;
    until("both breakers", || async {
        states(&world).await == ["FAILED", "FAILED", "COMPLETED"]
    })
    .await;
    assert_eq!(running(&world), ["prod", "prod"]);
    assert_eq!(modes(&world, 2).await, [500, 500]);
    profiles(&world, "prod,cognito").await;
    roll(&world).await;
    settled(&world).await;
    assert_eq!(modes(&world, 2).await, [200, 200]);
}

#[tokio::test]
async fn the_tag_means_another_image() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    let before = world.snapshot().objects();
    inject(&world, "roll-other-image");
    let digests = async || -> Vec<String> {
        let all = tasks(&world).await;
        let digest = |task: &serde_json::Value| task["containers"][0]["imageDigest"].clone();
        all.iter()
            .map(digest)
            .map(|one| one.as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(digests().await, [IMAGE_DIGEST; 2]);
    assert_eq!(world.snapshot().objects(), before);
    roll(&world).await;
    settled(&world).await;
    assert_eq!(digests().await, [OTHER_IMAGE_DIGEST; 2]);
    assert_ne!(
        world.snapshot().objects(),
        before,
        "the digest is no less a difference"
    );
}

#[tokio::test]
async fn a_task_is_replaced_and_reads_what_nobody_rolled() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    let before = world.snapshot().objects();
    profiles(&world, "prod,cognito").await;
    let id = service(&world).await["deployments"][0]["id"].clone();
    inject(&world, "task-replaced");
    assert_eq!(world.lift("task-replaced").unwrap(), 0);
    until("the other task", || async { running(&world).len() == 2 }).await;
    assert_eq!(running(&world), ["prod", "prod,cognito"]);
    assert_eq!(service(&world).await["deployments"][0]["id"], id);
    assert_eq!(states(&world).await, ["COMPLETED"]);
    let mut seen = modes(&world, 2).await;
    seen.sort_unstable();
    assert_eq!(seen, [200, 500]);
    // The parameter alone, put back, does not take it back.
    profiles(&world, "prod").await;
    assert_ne!(world.snapshot().objects(), before);
    let entry = world
        .log()
        .into_iter()
        .find(|one| one.operation == "TaskReplaced");
    assert_eq!(entry.unwrap().service, "second-writer");
}

#[tokio::test]
async fn somebody_else_rolls() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    inject(&world, "roll-fails");
    inject(&world, "lost-response:UpdateService");
    let mine = service(&world).await["deployments"][0]["id"].clone();
    profiles(&world, "prod,cognito").await;
    inject(&world, "rolled-by-somebody");
    assert_eq!(world.lift("rolled-by-somebody").unwrap(), 0);
    settled(&world).await;
    let shown = service(&world).await;
    assert_ne!(shown["deployments"][0]["id"], mine);
    assert_eq!(running(&world), ["prod,cognito", "prod,cognito"]);
    let entry = world
        .log()
        .into_iter()
        .find_map(|one| Some((one.service, one.rolled?)));
    let (by, rolled) = entry.unwrap();
    assert_eq!(by, "second-writer");
    assert_eq!(shown["deployments"][0]["id"], rolled.deployment);
    // What is meant for the operator's next request is still there.
    assert_eq!(world.snapshot().faults.len(), 2);
}
