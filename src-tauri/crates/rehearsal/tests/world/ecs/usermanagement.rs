//! User management behind both sites, as whoever probes it sees it.

use switchback_rehearsal::{MAINTENANCE_PARAMETER, Outcome, Site, World};

use super::{ask, modes, profiles, put, roll, settled};
use crate::support::world;

const WRITES: [&str; 9] = [
    "POST /createUser",
    "POST /updateUser",
    "POST /updatePassword",
    "POST /deleteUser",
    "POST /api/users",
    "PUT /api/users/anna",
    "DELETE /api/users/anna",
    "POST /api/users/anna/mfa/reset",
    "POST /api/users/anna/trigger-password-reset",
];

/// The handlers that a write reached.
fn written(world: &World) -> Vec<String> {
    let log = world.log().into_iter();
    log.filter(|entry| entry.service == "usermanagement")
        .map(|entry| entry.operation)
        .collect()
}

#[tokio::test]
async fn both_sides_lead_to_the_one_service() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    for site in [Site::Old, Site::New] {
        for line in ["GET /api/users", "GET /allUsers"] {
            let reply = ask(&world, site, line).await;
            assert_eq!(reply.status, 200, "{line}");
            assert!(reply.body.contains("anna.baker@example.nhs.test"));
        }
        let reply = ask(&world, site, "GET /api/users/anna/authevents").await;
        assert_eq!(reply.status, 500);
        assert!(reply.header("date").is_some());
    }
    // The rest of the host is what it was, and Reval has no such application: its page, as for every path.
    let page = ask(&world, Site::Reval, "GET /api/users").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html"))
    );
    assert_eq!(ask(&world, Site::New, "GET x/version.json").await.status, 404);
    // What is wrong with a site is wrong with what stands behind it.
    world.inject("site-down:old".parse().unwrap()).unwrap();
    assert_eq!(ask(&world, Site::Old, "GET /api/users").await.status, 503);
    assert_eq!(ask(&world, Site::New, "GET /api/users").await.status, 200);
    world.lift("site-down").unwrap();
    profiles(&world, "prod,cognito").await;
    roll(&world).await;
    settled(&world).await;
    assert_eq!(modes(&world, 2).await, [200, 200]);
    let reply = ask(&world, Site::Old, "GET /api/users/anna/authevents").await;
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&reply.body).is_ok());
}

#[tokio::test]
async fn writes_are_counted_where_they_reach_a_handler() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    for line in WRITES {
        assert_eq!(ask(&world, Site::New, line).await.status, 202, "{line}");
    }
    for line in [
        "GET /api/users",
        "OPTIONS /createUser",
        "GET /createUser",
        "POST /none",
    ] {
        ask(&world, Site::New, line).await;
    }
    assert_eq!(
        written(&world),
        WRITES.map(|line| line.replace("anna", "{u}")),
        "and nothing else"
    );
    let entry = world.log().pop().unwrap();
    assert_eq!(entry.outcome, Outcome::Committed);
    let path = "/usermanagement/api/users/anna/trigger-password-reset";
    assert_eq!(entry.comment.as_deref(), Some(path));
    assert_eq!(world.counts()["usermanagement:POST /createUser"], 1);
}

#[tokio::test]
async fn maintenance_leaks_as_it_was_shipped() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    put(&world, MAINTENANCE_PARAMETER, "true").await;
    // Nothing is closed before the tasks have read it.
    assert_eq!(ask(&world, Site::New, "POST /createUser").await.status, 202);
    roll(&world).await;
    settled(&world).await;
    for (at, line) in WRITES.iter().enumerate() {
        let status = ask(&world, Site::New, line).await.status;
        assert_eq!(status, if at < 4 { 503 } else { 202 }, "{line}");
    }
    assert_eq!(written(&world).len(), 6);
    assert_eq!(ask(&world, Site::New, "GET /api/users").await.status, 200);
}
