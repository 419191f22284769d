//! API Gateway's interface to what guards Reval's API: authorisers, deployments, the stage and the HTTP API.

use serde_json::{Value, json};
use switchback_rehearsal::{
    ADMINS_POOL, API_ID, OLD_POOL, Outcome, REVAL_API, REVAL_API_NAME, REVAL_AUTHORIZER, REVAL_DEPLOYMENT,
    REVAL_STAGE,
};

use super::tokens::{api, arn, deploy, edit, edit_pool, point};
use crate::support::{patches, rest, rest_refusal, rest_sent, world};

fn authorizer(method: &str) -> String {
    api(method, &format!("/authorizers/{REVAL_AUTHORIZER}"))
}

fn stage(method: &str) -> String {
    api(method, &format!("/stages/{REVAL_STAGE}"))
}

#[tokio::test]
async fn the_authoriser_is_read_and_its_pools_are_added_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let read = rest(&world, &api("GET", ""), Value::Null).await;
    assert_eq!(
        (&read["id"], &read["name"]),
        (&json!(REVAL_API), &json!(REVAL_API_NAME))
    );
    let whole = json!({
        "id": REVAL_AUTHORIZER,
        "name": "reval-users",
        "type": "COGNITO_USER_POOLS",
        "providerARNs": [arn(OLD_POOL)],
        "authType": "cognito_user_pools",
        "identitySource": "method.request.header.Authorization",
        "authorizerResultTtlInSeconds": 300,
    });
    assert_eq!(rest(&world, &authorizer("GET"), Value::Null).await, whole);
    let all = rest(&world, &api("GET", "/authorizers"), Value::Null).await;
    assert_eq!(all, json!({"item": [whole.clone()]}));
    let none = rest(
        &world,
        &format!("GET /restapis/{API_ID}/authorizers"),
        Value::Null,
    )
    .await;
    assert_eq!(none, json!({"item": []}));
    // The methods say by which they are guarded.
    let resources = rest(&world, &api("GET", "/resources?embed=methods"), Value::Null).await;
    let of = |path: &str| {
        let items = resources["item"].as_array().unwrap();
        let found = items.iter().find(|one| one["path"] == path);
        found.unwrap()["resourceMethods"].clone()
    };
    for path in ["/profile/api/userinfo", "/api/doctors"] {
        let methods = of(path);
        assert_eq!(
            (
                &methods["GET"]["authorizationType"],
                &methods["GET"]["authorizerId"]
            ),
            (&json!("COGNITO_USER_POOLS"), &json!(REVAL_AUTHORIZER))
        );
        assert_eq!(methods["OPTIONS"]["authorizationType"], "NONE");
    }

    let both = json!([arn(OLD_POOL), arn(ADMINS_POOL)]);
    assert_eq!(edit_pool(&world, "add").await["providerARNs"], both);
    // Twice is as once.
    assert_eq!(edit_pool(&world, "add").await["providerARNs"], both);
    assert_eq!(
        rest(&world, &authorizer("GET"), Value::Null).await["providerARNs"],
        both
    );
    assert_eq!(edit_pool(&world, "remove").await, whole);
    let other = edit(
        &world,
        &[
            &format!("add /providerARNs {}", arn(ADMINS_POOL)),
            &format!("remove /providerARNs {}", arn(OLD_POOL)),
            "replace /authorizerResultTtlInSeconds 60",
        ],
    )
    .await;
    assert_eq!(
        (&other["providerARNs"], &other["authorizerResultTtlInSeconds"]),
        (&json!([arn(ADMINS_POOL)]), &json!(60))
    );
    let entry = world
        .log()
        .into_iter()
        .rfind(|entry| entry.outcome == Outcome::Committed);
    let entry = entry.unwrap();
    assert_eq!(
        (entry.operation.as_str(), entry.left),
        ("UpdateAuthorizer", Some(other))
    );
    assert!(
        entry
            .comment
            .unwrap()
            .ends_with("replace /authorizerResultTtlInSeconds 60")
    );
}

#[tokio::test]
async fn what_an_authoriser_refuses_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let before = rest(&world, &authorizer("GET"), Value::Null).await;
    let good = format!("add /providerARNs {}", arn(ADMINS_POOL));
    for (wrong, status) in [
        ("add /providerARNs eu-west-2_REHEARSAL1".to_owned(), 400),
        ("add /providerARNs".to_owned(), 400),
        (format!("remove /providerARNs {}", arn("eu-west-2_NONE")), 400),
        ("replace /authorizerResultTtlInSeconds 3601".to_owned(), 400),
        ("replace /authorizerResultTtlInSeconds never".to_owned(), 400),
        ("add /authorizerResultTtlInSeconds 60".to_owned(), 400),
        ("replace /tags/one 1".to_owned(), 400),
        (format!("replace /providerARNs {}", arn(ADMINS_POOL)), 501),
        (format!("replace /providerARNs/0 {}", arn(ADMINS_POOL)), 501),
        ("replace /name other".to_owned(), 501),
    ] {
        let body = patches(&[good.as_str(), wrong.as_str()]);
        let (found, code, words) = rest_refusal(&world, &authorizer("PATCH"), body).await;
        let right = if status == 400 {
            "BadRequestException"
        } else {
            "NotRehearsed"
        };
        assert_eq!((found, code.as_str()), (status, right), "{wrong}: {words}");
    }
    let last = patches(&[&format!("remove /providerARNs {}", arn(OLD_POOL))]);
    let (_, _, words) = rest_refusal(&world, &authorizer("PATCH"), last).await;
    assert!(words.starts_with("At least one provider ARN"), "{words}");
    assert_eq!(rest(&world, &authorizer("GET"), Value::Null).await, before);
    for (line, words) in [
        (
            api("GET", "/authorizers/none"),
            "Invalid Authorizer identifier specified",
        ),
        (
            api("PATCH", "/authorizers/none"),
            "Invalid Authorizer identifier specified",
        ),
        (
            api("GET", "/deployments/none"),
            "Invalid Deployment identifier specified",
        ),
        (
            api("DELETE", "/stages/none/cache/authorizers"),
            "Invalid stage identifier specified",
        ),
        (
            "POST /restapis/none/deployments".to_owned(),
            "Invalid API identifier specified 123456789012:none",
        ),
    ] {
        let right = (404, "NotFoundException".to_owned(), words.to_owned());
        let body = match line.starts_with("PATCH") {
            true => patches(&[]),
            false => Value::Null,
        };
        assert_eq!(rest_refusal(&world, &line, body).await, right, "{line}");
    }
}

#[tokio::test]
async fn a_deployment_is_a_copy_of_what_is_edited_and_says_its_methods() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let listed =
        async |query: &str| rest(&world, &api("GET", &format!("/deployments{query}")), Value::Null).await;
    let ids = |page: &Value| -> Vec<String> {
        let items = page["item"].as_array().unwrap();
        items
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = ids(&listed("").await);
    assert!(before.len() == 2 && before.contains(&REVAL_DEPLOYMENT.to_owned()));
    let id = deploy(&world).await;
    assert!(!before.contains(&id));
    let all = ids(&listed("?limit=500").await);
    let mut paged = Vec::new();
    let mut position = String::new();
    for _ in 0..all.len() {
        let page = listed(&format!("?limit=1{position}")).await;
        paged.extend(ids(&page));
        position = page["position"]
            .as_str()
            .map(|next| format!("&position={next}"))
            .unwrap_or_default();
    }
    assert_eq!((paged, position.as_str(), all.len()), (all, "", 3));

    let line = |id: &str, query: &str| api("GET", &format!("/deployments/{id}{query}"));
    let bare = rest(&world, &line(&id, ""), Value::Null).await;
    let names: Vec<&String> = bare.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "description", "createdDate"]);
    assert_eq!(bare["description"], "switchback");
    let summary = json!({
        "/profile/api/userinfo": {
            "OPTIONS": {"authorizationType": "NONE", "apiKeyRequired": false},
            "GET": {"authorizationType": "COGNITO_USER_POOLS", "apiKeyRequired": false},
        },
        "/api/doctors": {
            "OPTIONS": {"authorizationType": "NONE", "apiKeyRequired": false},
            "GET": {"authorizationType": "COGNITO_USER_POOLS", "apiKeyRequired": false},
        },
    });
    for id in [id.as_str(), REVAL_DEPLOYMENT] {
        let whole = rest(&world, &line(id, "?embed=apisummary"), Value::Null).await;
        assert_eq!(whole["apiSummary"], summary);
    }
    // It serves nobody before a stage is pointed to it.
    assert_eq!(
        rest(&world, &stage("GET"), Value::Null).await["deploymentId"],
        REVAL_DEPLOYMENT
    );
    point(&world, &id).await;
    let at = rest(&world, &stage("GET"), Value::Null).await;
    assert_eq!(at["deploymentId"], id);
    // With the name of the stage it is pointed to at once; without a body it is a deployment like any other.
    let made = rest_sent(
        &world,
        &api("POST", "/deployments"),
        &json!({"stageName": "prod"}),
    )
    .await
    .unwrap();
    let made: Value = serde_json::from_str(&made.body).unwrap();
    assert_eq!(made.get("description"), None);
    assert_eq!(
        rest(&world, &stage("GET"), Value::Null).await["deploymentId"],
        made["id"]
    );
    let reply = rest_sent(&world, &api("POST", "/deployments"), &Value::Null)
        .await
        .unwrap();
    assert_eq!(reply.status, 201);
    assert_eq!(listed("").await["item"].as_array().unwrap().len(), 5);
    for (body, status) in [
        (json!({"stageName": "new"}), 501),
        (json!({"canarySettings": {"percentTraffic": 10}}), 501),
        (json!({"other": 1}), 400),
    ] {
        let (found, _, words) = rest_refusal(&world, &api("POST", "/deployments"), body).await;
        assert_eq!(found, status, "{words}");
    }
    let (status, _, words) = rest_refusal(&world, &line(&id, "?embed=all"), Value::Null).await;
    assert_eq!(status, 400, "{words}");
    let (status, _, words) = rest_refusal(&world, &api("GET", "/deployments?limit=0"), Value::Null).await;
    assert_eq!(status, 400, "{words}");
}

#[tokio::test]
async fn the_stage_takes_only_a_deployment_that_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let before = rest(&world, &stage("GET"), Value::Null).await;
    assert!(before.get("canarySettings").is_none());
    for wrong in [
        "replace /deploymentId none",
        "add /deploymentId d3p0rv",
        "replace /deploymentId",
    ] {
        let (status, code, words) = rest_refusal(&world, &stage("PATCH"), patches(&[wrong])).await;
        assert_eq!(
            (status, code.as_str()),
            (400, "BadRequestException"),
            "{wrong}: {words}"
        );
    }
    // Each API has its own.
    let words = rest_refusal(
        &world,
        &stage("PATCH"),
        patches(&["replace /deploymentId d3p10y"]),
    )
    .await
    .2;
    assert_eq!(words, "Deployment id does not exist");
    assert_eq!(rest(&world, &stage("GET"), Value::Null).await, before);

    world.inject("stage-canary".parse().unwrap()).unwrap();
    let shown = rest(&world, &stage("GET"), Value::Null).await;
    assert_eq!(
        shown["canarySettings"],
        json!({"percentTraffic": 10.0, "deploymentId": "d3p0rv", "useStageCache": false})
    );
    let other = rest(
        &world,
        &format!("GET /restapis/{API_ID}/stages/prod"),
        Value::Null,
    )
    .await;
    assert!(other.get("canarySettings").is_none());
    world.lift("stage-canary").unwrap();
    assert_eq!(rest(&world, &stage("GET"), Value::Null).await, before);
}
