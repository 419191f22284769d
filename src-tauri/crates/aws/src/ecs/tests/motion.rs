//! Somebody's deployment under way, right before a roll of ours.

use serde_json::{Value as Json, json};
use switchback_engine::ports::{Action as _, ProviderErrorKind as Kind};
use switchback_model::Witness;

use super::{
    SERVICE, deployment, described, image, listed, operations, roll, roll_at, service, services, task, tasks,
    with,
};
use crate::tests::server::{Play, server};

const THEIRS: &str = "ecs-svc/9";

/// A service with these deployments; one task of two is of the newest, and both run what was approved.
fn half_way(deployments: &[Json]) -> Vec<Play> {
    let mut new = task(1, THEIRS, "sha256:aa");
    new["createdAt"] = json!(super::TEN);
    vec![
        services(&service(deployments)),
        described("ACTIVE", "web:1"),
        listed(1..3, None),
        tasks(&[new, task(2, "ecs-svc/1", "sha256:aa")]),
    ]
}

fn theirs(state: &str) -> Json {
    deployment(THEIRS, "PRIMARY", state, -59.75)
}

fn former(status: &str, state: &str) -> Json {
    deployment("ecs-svc/1", status, state, -3_600.0)
}

/// The driver read right before the intent, so that what it noted is theirs already: nothing but the deployment itself shows
/// that a roll would end it.
#[tokio::test]
async fn a_deployment_that_is_under_way_is_not_rolled_over_although_the_service_looks_as_approved() {
    let witness = Witness::Deployment {
        id: THEIRS.to_owned(),
    };
    let approved = roll().plan(&image(), None).unwrap();
    let unsaid = |running: u32| {
        let told = service(&[with(theirs("COMPLETED"), "/rolloutState", Json::Null)]);
        let mut plays = half_way(&[theirs("COMPLETED")]);
        plays[0] = services(&with(told, "/runningCount", json!(running)));
        plays
    };
    let failed = |running: u32| {
        let other = with(former("ACTIVE", "FAILED"), "/runningCount", json!(running));
        half_way(&[theirs("COMPLETED"), other])
    };
    for (plays, how) in [
        (
            half_way(&[theirs("IN_PROGRESS"), former("ACTIVE", "COMPLETED")]),
            Some("in progress"),
        ),
        (half_way(&[theirs("IN_PROGRESS")]), Some("in progress")),
        (
            half_way(&[theirs("COMPLETED"), former("ACTIVE", "COMPLETED")]),
            Some("not alone yet"),
        ),
        (unsaid(1), Some("not complete")),
        (failed(1), Some("not alone yet")),
        (unsaid(2), None),
        (failed(0), None),
        (half_way(&[theirs("COMPLETED")]), None),
        (
            half_way(&[theirs("COMPLETED"), former("INACTIVE", "COMPLETED")]),
            None,
        ),
    ] {
        let server = server(plays).await;
        let change = roll_at(&server.url, &[]);
        let answer = change.still_with_room(Some(&witness), &approved).await;
        assert!(!operations(&server.requests()).contains(&"UpdateService".to_owned()));
        match (answer, how) {
            (Ok(()), None) => {}
            (Err(error), Some(how)) => {
                assert_eq!((error.kind, error.sent), (Kind::Conflict, false), "{error}");
                assert_eq!(
                    error.message,
                    format!(
                        "Another deployment of the service {SERVICE} is under way: ecs-svc/9 of usermanagement:7, made at \
                         2026-01-01T09:59:00Z, {how}, 1 of 2 tasks that run are its own; nothing was sent"
                    )
                );
                assert!(error.hint.unwrap().contains("CloudTrail"));
            }
            (answer, how) => panic!("{how:?}: {answer:?}"),
        }
    }
    // The way back is not held up: a roll of ours of a moment before may still be under way.
    let server = server(half_way(&[theirs("IN_PROGRESS"), former("ACTIVE", "COMPLETED")])).await;
    let change = roll_at(&server.url, &[]);
    change.still(Some(&witness), &approved).await.unwrap();
}
