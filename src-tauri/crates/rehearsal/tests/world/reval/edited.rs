//! What somebody else leaves in Reval's API.

use serde_json::{Value, json};
use switchback_rehearsal::{
    OLD_CLIENT, OLD_POOL, Outcome, REVAL_API, REVAL_AUTHORIZER, REVAL_CLIENT, REVAL_DEPLOYMENT, REVAL_STAGE,
    STAGE_SPREAD, World, WorldError,
};

use super::pass;
use super::tokens::{api, arn, call, deploy, edit, id_token, move_to, status};
use crate::support::{rest, world};

const THIRD_POOL: &str = "eu-west-2_REHEARSAL2";

fn inject(world: &World, fault: &str) -> Result<(), WorldError> {
    world.inject(fault.parse().unwrap())
}

/// The id of the deployment that the stage serves.
async fn served(world: &World) -> String {
    let shown = rest(world, &api("GET", &format!("/stages/{REVAL_STAGE}")), Value::Null).await;
    shown["deploymentId"].as_str().unwrap().to_owned()
}

/// Whether a deployment has the method that is left undeployed.
async fn has_post(world: &World, deployment: &str) -> bool {
    let line = api("GET", &format!("/deployments/{deployment}?embed=apisummary"));
    let shown = rest(world, &line, Value::Null).await;
    shown["apiSummary"]["/api/doctors"].get("POST").is_some()
}

/// Of what somebody else did last, the name and what the log says.
fn last(world: &World) -> (String, Option<String>) {
    let entry = world
        .log()
        .into_iter()
        .rfind(|entry| entry.service == "second-writer");
    let entry = entry.unwrap();
    assert_eq!(entry.outcome, Outcome::Committed);
    (entry.operation, entry.comment)
}

#[tokio::test]
async fn unfinished_work_waits_for_whoever_deploys_next() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    let before = world.snapshot().objects();
    inject(&world, "unfinished-work").unwrap();
    assert!(world.snapshot().faults.is_empty(), "there is nothing to lift");
    assert_eq!(
        last(&world),
        ("UnfinishedWork".to_owned(), Some("POST /api/doctors".to_owned()))
    );
    assert_ne!(world.snapshot().objects(), before);
    // It shows in the API, and in nothing that is deployed.
    let resources = rest(&world, &api("GET", "/resources?embed=methods"), Value::Null).await;
    let items = resources["item"].as_array().unwrap();
    let doctors = items.iter().find(|one| one["path"] == "/api/doctors").unwrap();
    assert_eq!(doctors["resourceMethods"]["POST"]["authorizationType"], "NONE");
    assert!(!has_post(&world, REVAL_DEPLOYMENT).await);
    assert_eq!(call(&world, "POST /prod/api/doctors", "").await.status, 403);
    // Twice there is nothing left to do.
    assert!(matches!(
        inject(&world, "unfinished-work"),
        Err(WorldError::RestrictionChanged { .. })
    ));
    // Whoever deploys takes it along, and then everybody may call it.
    let id = deploy(&world).await;
    assert!(has_post(&world, &id).await);
    move_to(&world, &id).await;
    assert_eq!(call(&world, "POST /prod/api/doctors", "").await.status, 200);
}

#[tokio::test]
async fn somebody_edits_the_authoriser() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let before = world.snapshot().objects();
    inject(&world, "authorizer-edited").unwrap();
    assert_eq!(
        last(&world),
        ("AuthorizerEdited".to_owned(), Some(arn(THIRD_POOL)))
    );
    let line = api("GET", &format!("/authorizers/{REVAL_AUTHORIZER}"));
    let shown = rest(&world, &line, Value::Null).await;
    assert_eq!(shown["providerARNs"], json!([arn(OLD_POOL), arn(THIRD_POOL)]));
    assert_eq!(served(&world).await, REVAL_DEPLOYMENT);
    assert!(inject(&world, "authorizer-edited").is_err());
    edit(&world, &[&format!("remove /providerARNs {}", arn(THIRD_POOL))]).await;
    assert_eq!(world.snapshot().objects(), before);
}

#[tokio::test]
async fn somebody_deploys_what_is_edited() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    let before = world.snapshot().objects();
    inject(&world, "stage-moved").unwrap();
    let first = served(&world).await;
    assert_ne!(first, REVAL_DEPLOYMENT);
    assert_eq!(last(&world), ("StageMoved".to_owned(), Some(first.clone())));
    let shown = rest(&world, &api("GET", &format!("/deployments/{first}")), Value::Null).await;
    assert_eq!(shown["description"], "somebody's release");
    // The same is served under another id, which only the view of the API says.
    assert_eq!(world.snapshot().objects(), before);
    let apis = world.snapshot().apis;
    let reval = apis.iter().find(|one| one.api == REVAL_API).unwrap();
    assert_eq!(
        (&reval.stages[0].deployment, reval.deployments.len()),
        (&first, 3)
    );

    // With what was edited in between, it is another world.
    super::tokens::edit_pool(&world, "add").await;
    inject(&world, "stage-moved").unwrap();
    assert_ne!(served(&world).await, first);
    pass(&world, STAGE_SPREAD).await;
    let (old, new) = (
        id_token(&world, OLD_CLIENT).await,
        id_token(&world, REVAL_CLIENT).await,
    );
    assert_eq!(
        (status(&world, &old).await, status(&world, &new).await),
        (200, 200)
    );
    assert_ne!(world.snapshot().objects(), before);
    world.reset().unwrap();
    assert_eq!(world.snapshot().objects(), before);
    assert_eq!(served(&world).await, REVAL_DEPLOYMENT);
}
