//! Answers of API Gateway that are lost or refused by a fault, and the API that is none of its.

use serde_json::{Value, json};
use switchback_rehearsal::{HTTP_API, REVAL_API, REVAL_AUTHORIZER, REVAL_STAGE};

use super::tokens::{api, deploy, move_to};
use crate::support::{rest, rest_as, rest_refusal, rest_sent, world};

#[tokio::test]
async fn a_flush_that_is_lost_is_made_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let line = api("DELETE", &format!("/stages/{REVAL_STAGE}/cache/authorizers"));
    world
        .inject("lost-response:FlushStageAuthorizersCache".parse().unwrap())
        .unwrap();
    assert!(rest_sent(&world, &line, &Value::Null).await.is_none());
    world
        .inject("lost-response:CreateDeployment".parse().unwrap())
        .unwrap();
    let body = json!({"description": "lost"});
    assert!(
        rest_sent(&world, &api("POST", "/deployments"), &body)
            .await
            .is_none()
    );
    // Nothing tells a deployment that is made twice from another one but what it is said to be.
    world
        .inject("repeated:CreateDeployment".parse().unwrap())
        .unwrap();
    deploy(&world).await;
    let all = rest(&world, &api("GET", "/deployments"), Value::Null).await;
    let said = |words: &str| {
        let items = all["item"].as_array().unwrap();
        items.iter().filter(|one| one["description"] == words).count()
    };
    assert_eq!((said("lost"), said("switchback")), (1, 2));
    world
        .inject("denied:FlushStageAuthorizersCache".parse().unwrap())
        .unwrap();
    let (status, code, words) = rest_refusal(&world, &line, Value::Null).await;
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    let right = "perform: apigateway:DELETE on resource: \
                 arn:aws:apigateway:eu-west-2::/restapis/r3v4l5a6p7/stages/prod/cache/authorizers because";
    assert!(words.contains(right), "{words}");
}

#[tokio::test]
async fn an_http_api_is_another_services() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let one = rest(&world, &format!("GET /v2/apis/{HTTP_API}"), Value::Null).await;
    assert_eq!(
        (&one["apiId"], &one["protocolType"]),
        (&json!(HTTP_API), &json!("HTTP"))
    );
    let all = rest(&world, "GET /v2/apis", Value::Null).await;
    assert_eq!(all, json!({"items": [one]}));
    for line in [
        format!("GET /v2/apis/{REVAL_API}"),
        "GET /v2/apis/none".to_owned(),
        format!("GET /restapis/{HTTP_API}"),
        format!("GET /restapis/{HTTP_API}/authorizers"),
    ] {
        let (status, code, words) = rest_refusal(&world, &line, Value::Null).await;
        assert_eq!((status, code.as_str()), (404, "NotFoundException"), "{line}");
        assert!(
            words.starts_with("Invalid API identifier specified 123456789012:"),
            "{words}"
        );
    }
    for (key, region) in [
        ("AKIAREHEARSAL", "us-east-1"),
        ("AKIAREHEARSALOTHER", "eu-west-2"),
    ] {
        for line in [
            format!("GET /v2/apis/{HTTP_API}"),
            api("GET", &format!("/authorizers/{REVAL_AUTHORIZER}")),
            api("GET", "/deployments"),
        ] {
            let reply = rest_as(&world, key, region, &line, &Value::Null).await;
            assert_eq!(reply.unwrap().status, 404, "{key} {region} {line}");
        }
    }
    // What a world says survives its end.
    let id = deploy(&world).await;
    move_to(&world, &id).await;
    let before = world.snapshot();
    drop(world);
    let again = self::world(dir.path(), 1).await;
    assert_eq!(again.snapshot().apis, before.apis);
}
