//! Reading a service.

use serde_json::{Value as Json, json};
use switchback_engine::ports::{Action as _, Observed, ProviderError, ProviderErrorKind, RolloutState, Sent};
use switchback_model::{Image, Way, Witness};

use super::{
    ARN, PROFILES, TEN, deployment, described, image, image_of, listed, missing, ok, operations, refusal,
    roll_at, service, services, still, task, task_arn, tasks, with,
};
use crate::tests::server::{Play, server};

async fn read(
    plays: Vec<Play>,
    reads: &[&str],
    sent: bool,
) -> (Result<Observed, ProviderError>, Vec<String>) {
    let server = server(plays).await;
    let witness = Witness::Deployment {
        id: "ecs-svc/1".to_owned(),
    };
    let since = Sent {
        way: Way::Apply,
        token: "t",
        at: jiff::Timestamp::UNIX_EPOCH,
        witness: Some(&witness),
        mark: None,
        receipt: None,
    };
    let found = roll_at(&server.url, reads).read(sent.then_some(&since)).await;
    (found, server.requests())
}

fn written(names: &[(&str, f64)]) -> Play {
    let all: Vec<Json> = names
        .iter()
        .map(|(name, at)| json!({"Name": name, "Type": "String", "Version": 3, "LastModifiedDate": at}))
        .collect();
    ok(&json!({ "Parameters": all }))
}

/// Of a service that stands still, with two tasks.
fn plays() -> Vec<Play> {
    let both = [
        task(1, "ecs-svc/1", "sha256:aa"),
        task(2, "ecs-svc/1", "sha256:aa"),
    ];
    vec![
        services(&still()),
        described("ACTIVE", "web:1"),
        listed(1..3, None),
        tasks(&both),
    ]
}

#[tokio::test]
async fn a_service_is_read_with_what_its_tasks_have() {
    let mut all = plays();
    all.push(written(&[(PROFILES, 1_767_261_000.25)]));
    let (found, requests) = read(all, &[PROFILES], false).await;
    let found = found.unwrap();
    assert_eq!(found.image, image());
    let id = "ecs-svc/1".to_owned();
    assert_eq!(found.witness, Some(Witness::Deployment { id: id.clone() }));
    let rollout = found.rollout.unwrap();
    assert_eq!(
        (rollout.primary.id, rollout.primary.state),
        (id, RolloutState::Completed)
    );
    assert_eq!(rollout.primary.created_at.as_second(), TEN - 3_600);
    assert_eq!(
        (rollout.desired, rollout.running, rollout.others.len()),
        (2, 2, 0)
    );
    assert_eq!(rollout.tasks.len(), 2);
    assert_eq!(rollout.at.as_second(), TEN);
    assert_eq!(rollout.written[PROFILES].as_millisecond(), 1_767_261_000_250);
    // The parameter last: what is written in between makes it look later, never earlier.
    let asked = [
        "DescribeServices",
        "DescribeTaskDefinition",
        "ListTasks",
        "DescribeTasks",
        "DescribeParameters",
    ];
    assert_eq!(operations(&requests), asked);
    // Its value is never asked for.
    assert!(!requests.iter().any(|request| request.contains("GetParameter")));
}

#[tokio::test]
async fn tasks_are_read_page_by_page_and_a_hundred_at_once() {
    let all: Vec<Json> = (0..130).map(|n| task(n, "ecs-svc/1", "sha256:aa")).collect();
    let (found, requests) = read(
        vec![
            services(&still()),
            described("ACTIVE", "web:1"),
            listed(0..100, Some("more")),
            // The same once more, and the rest.
            listed(99..130, None),
            tasks(&all[..100]),
            tasks(&all[100..]),
        ],
        &[],
        false,
    )
    .await;
    assert_eq!(found.unwrap().rollout.unwrap().tasks.len(), 130);
    assert!(requests[3].contains("\"nextToken\":\"more\""), "{}", requests[3]);
    assert_eq!(requests[4].matches(":task/").count(), 100);
    assert_eq!(requests[5].matches(":task/").count(), 30);
}

#[tokio::test]
async fn a_list_without_end_is_given_up() {
    let mut all = vec![services(&still()), described("ACTIVE", "web:1")];
    all.extend((0..60).map(|_| listed(0..1, Some("more"))));
    let (found, requests) = read(all, &[], false).await;
    assert!(found.unwrap_err().message.contains("holds no end"));
    assert_eq!(requests.len(), 62);
}

async fn images(of: &[Json]) -> Vec<(String, String)> {
    let (found, _) = read(
        vec![
            services(&still()),
            described("ACTIVE", "web:1"),
            listed(0..of.len(), None),
            tasks(of),
        ],
        &[],
        false,
    )
    .await;
    match found.unwrap().image {
        Image::Service { content, .. } => content.images.into_iter().collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_image_is_known_by_the_tasks_of_the_primary_that_run() {
    let digest = |n, by: &str, digest: &str| task(n, by, digest);
    let web = |digest: &str| vec![("web".to_owned(), digest.to_owned())];
    let stopped = with(
        digest(1, "ecs-svc/1", "sha256:cc"),
        "/lastStatus",
        json!("STOPPED"),
    );
    // One of another deployment, older than the PRIMARY.
    let old = with(
        with(
            digest(1, "ecs-svc/0", "sha256:cc"),
            "/createdAt",
            json!(TEN - 9_000),
        ),
        "/startedAt",
        json!(TEN - 8_990),
    );
    assert_eq!(
        images(&[digest(0, "ecs-svc/1", "sha256:aa"), stopped]).await,
        web("sha256:aa")
    );
    assert_eq!(
        images(&[digest(0, "ecs-svc/1", "sha256:aa"), old]).await,
        web("sha256:aa")
    );
    // Tasks of one deployment disagree: both stand there.
    let both = [
        digest(0, "ecs-svc/1", "sha256:cc"),
        digest(1, "ecs-svc/1", "sha256:aa"),
    ];
    assert_eq!(images(&both).await, web("sha256:aa or sha256:cc"));
    assert_eq!(images(&[]).await, []);
    let none = with(task(0, "ecs-svc/1", "x"), "/containers", json!([{"name": "web"}]));
    assert_eq!(images(&[none]).await, []);
}

#[tokio::test]
async fn a_task_that_ended_in_between_is_no_fault() {
    let gone = json!({"tasks": [task(1, "ecs-svc/1", "sha256:aa")],
                      "failures": [{"arn": task_arn(2), "reason": "MISSING"}]});
    let mut all = plays();
    all[3] = ok(&gone);
    let (found, _) = read(all, &[], false).await;
    assert_eq!(found.unwrap().rollout.unwrap().tasks.len(), 1);
}

#[tokio::test]
async fn what_can_t_be_rolled_is_refused_before_and_told_after() {
    let none = with(still(), "/desiredCount", json!(0));
    let other = with(
        still(),
        "/taskDefinition",
        json!(format!("{ARN}:task-definition/usermanagement:8")),
    );
    let of_eight = ok(&json!({"taskDefinition": {
        "taskDefinitionArn": format!("{ARN}:task-definition/usermanagement:8"), "status": "ACTIVE"}}));
    for (told, definition, words) in [
        (
            with(still(), "/status", json!("DRAINING")),
            described("ACTIVE", "web:1"),
            "is DRAINING",
        ),
        (none, described("ACTIVE", "web:1"), "shall have no task"),
        (other, of_eight, "names another task definition"),
        (
            still(),
            described("INACTIVE", "web:1"),
            "usermanagement:7 is INACTIVE",
        ),
        (
            still(),
            described("DELETE_IN_PROGRESS", "web:1"),
            "is DELETE_IN_PROGRESS",
        ),
    ] {
        for sent in [false, true] {
            let mut all = plays();
            all[0] = services(&told);
            let again = match &definition {
                Play::Answer(status, body) => Play::Answer(*status, body.clone()),
                _ => unreachable!(),
            };
            all[1] = again;
            let (found, _) = read(all, &[], sent).await;
            match (sent, found) {
                (true, found) => assert!(found.unwrap().rollout.is_some(), "{words}"),
                (false, found) => {
                    let error = found.unwrap_err();
                    assert_eq!(error.kind, ProviderErrorKind::Refused, "{error}");
                    assert!(error.message.contains(words) && error.hint.is_some(), "{error}");
                }
            }
        }
    }
    for controller in ["CODE_DEPLOY", "EXTERNAL"] {
        let told = with(still(), "/deploymentController/type", json!(controller));
        // They keep their tasks in task sets, and the service has neither.
        let told = with(
            with(told, "/deployments", json!([])),
            "/taskDefinition",
            json!(null),
        );
        let (found, requests) = read(vec![services(&told)], &[], false).await;
        let error = found.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Refused);
        assert!(error.message.contains(controller), "{error}");
        assert_eq!(requests.len(), 1);
    }
}

#[tokio::test]
async fn what_is_missing_or_wrong_in_an_answer_is_said() {
    let mut strange = plays();
    strange[3] = tasks(&[task(1, "ecs-svc/1", "a"), task(9, "ecs-svc/1", "a")]);
    let mut silent = plays();
    silent[3] = tasks(&[task(1, "ecs-svc/1", "a")]);
    let mut empty = plays();
    empty.push(written(&[]));
    let mut timeless = plays();
    timeless.push(ok(&json!({"Parameters": [{"Name": PROFILES, "Version": 3}]})));
    let mut no_primary = plays();
    no_primary[0] = services(&with(still(), "/deployments/0/status", json!("ACTIVE")));
    let garbage = [
        "",
        "[]",
        "null",
        "{",
        "<html>",
        "{\"services\": 1}",
        "{\"services\": [null]}",
        "\u{1f}\u{8b}",
    ];
    let mut table = vec![
        (strange, "not asked for"),
        (silent, "told nothing of the task"),
        (empty, "There is no parameter /tis/usermanagement/profiles"),
        (timeless, "holds no moment of the last write"),
        (no_primary, ""),
        (
            vec![missing()],
            "There is no service tis-usermanagement in cluster tis-prod",
        ),
        (
            vec![refusal("ClusterNotFoundException")],
            "There is no such cluster",
        ),
        (
            vec![services(&still()), refusal("ClientException")],
            "ECS does not know",
        ),
    ];
    table.extend(garbage.map(|body| (vec![Play::Answer(200, body.to_owned())], "")));
    for (plays, words) in table {
        let (found, _) = read(plays, &[PROFILES], false).await;
        let error = found.unwrap_err();
        assert!(error.message.contains(words), "{words}: {error}");
        assert!(!error.message.contains("123456789012"), "{error}");
    }
}

#[tokio::test]
async fn what_stands_beside_the_primary_is_told() {
    let told = service(&[
        deployment("ecs-svc/2", "PRIMARY", "IN_PROGRESS", 0.5),
        deployment("ecs-svc/1", "ACTIVE", "COMPLETED", -60.0),
        deployment("ecs-svc/0", "INACTIVE", "COMPLETED", -900.0),
    ]);
    let mut all = plays();
    all[0] = services(&told);
    let (found, _) = read(all, &[], true).await;
    let found = found.unwrap();
    let rollout = found.rollout.unwrap();
    assert_eq!(rollout.primary.state, RolloutState::InProgress);
    let others: Vec<&str> = rollout.others.iter().map(|other| other.id.as_str()).collect();
    assert_eq!(others, ["ecs-svc/1"]);
    // No task of the new one runs yet, so nothing is known of its images.
    let without = image_of(switchback_model::Service {
        images: std::collections::BTreeMap::new(),
        ..super::content()
    });
    assert_eq!(found.image, without);
}
