//! Whether every method asks the authoriser.

use switchback_model::ApiCheck;

use super::*;
use crate::apigateway::ApiLook;
use crate::look::{Found, Is, Look as _};

const ORIGIN: &str = "https://apps.example.nhs.test";

fn guarded() -> Value {
    json!({"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "au1"})
}

fn open() -> Value {
    json!({"authorizationType": "NONE"})
}

/// The resource and the summary of `/users`, with these methods.
async fn looked(edited: Value, served: Value, refusals: Value, canary: bool) -> Found {
    let mut told = json!({"stageName": "prod", "deploymentId": "d1"});
    if canary {
        told["canarySettings"] = json!({"percentTraffic": 10.0});
    }
    let played = server(vec![
        answer(&told),
        answer(&json!({"item": [{"id": "r0", "path": "/"}, {"id": "r1", "path": "/users", "resourceMethods": edited}]})),
        answer(&json!({"id": "d1", "apiSummary": {"/users": served}})),
        answer(&json!({"responseType": "DEFAULT_4XX", "responseParameters": refusals})),
    ])
    .await;
    let check = ApiCheck {
        on: ApiStage {
            api: "a1b2c3d4e5".to_owned(),
            stage: "prod".to_owned(),
        },
        authorizer: "au1".to_owned(),
        origin: Some(ORIGIN.to_owned()),
    };
    let look = ApiLook(&check);
    let told = look.ask(&aws(&played.url)).await.unwrap();
    look.judge(&told)
}

fn read_by(origin: &str) -> Value {
    json!({"gatewayresponse.header.Access-Control-Allow-Origin": origin})
}

#[tokio::test]
async fn an_api_whose_methods_all_ask_is_right() {
    let sound = json!({"GET": guarded(), "OPTIONS": open()});
    for origin in ["'https://apps.example.nhs.test'", "'*'"] {
        let found = looked(sound.clone(), sound.clone(), read_by(origin), false).await;
        assert_eq!(found.is, Is::Right, "{found:?}");
        assert_eq!(found.observed, "1 methods ask au1; all of it is deployed");
    }
}

#[tokio::test]
async fn what_is_open_undeployed_or_unreadable_is_named() {
    let sound = json!({"GET": guarded(), "OPTIONS": open()});
    let ours = || read_by("'https://apps.example.nhs.test'");
    let other = json!({"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "au2"});
    let iam = json!({"authorizationType": "AWS_IAM"});
    for (edited, served, refusals, canary, said) in [
        (
            json!({"GET": open()}),
            json!({"GET": open()}),
            ours(),
            false,
            "GET /users asks for nothing",
        ),
        (
            json!({"GET": other}),
            json!({"GET": other}),
            ours(),
            false,
            "GET /users asks authoriser au2",
        ),
        (
            json!({"GET": iam}),
            json!({"GET": iam}),
            ours(),
            false,
            "GET /users asks for AWS_IAM",
        ),
        (
            json!({"GET": guarded(), "POST": guarded()}),
            sound.clone(),
            ours(),
            false,
            "POST /users is not deployed; OPTIONS /users is deployed and was deleted since",
        ),
        (
            json!({"GET": guarded()}),
            json!({"GET": open()}),
            ours(),
            false,
            "GET /users is deployed as one that asks for no authorisation",
        ),
        (
            sound.clone(),
            sound.clone(),
            json!({}),
            false,
            "no page may read a refusal",
        ),
        (
            sound.clone(),
            sound.clone(),
            read_by("'https://other.example.nhs.test'"),
            false,
            "refusals are read by https://other.example.nhs.test",
        ),
        (
            sound.clone(),
            sound.clone(),
            ours(),
            true,
            "a canary beside the stage's deployment",
        ),
        (
            json!({"OPTIONS": open()}),
            json!({"OPTIONS": open()}),
            ours(),
            false,
            "it has no method",
        ),
    ] {
        let found = looked(edited, served, refusals, canary).await;
        assert!(matches!(found.is, Is::Wrong(_)), "{said}: {found:?}");
        assert!(found.observed.contains(said), "{said}: {}", found.observed);
    }
}
