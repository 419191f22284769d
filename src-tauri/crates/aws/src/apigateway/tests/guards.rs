//! Whether every method asks the authoriser.

use switchback_model::ApiCheck;

use super::*;
use crate::apigateway::ApiLook;
use crate::look::{Found, Is, Look as _, Mend};

const ORIGIN: &str = "https://apps.example.nhs.test";

fn guarded() -> Value {
    json!({"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "au1"})
}

fn open() -> Value {
    json!({"authorizationType": "NONE"})
}

/// The resource and the summary of `/users`, with these methods.
async fn looked(edited: Value, served: Value, refusals: Vec<Play>, canary: bool) -> Found {
    let mut told = json!({"stageName": "prod", "deploymentId": "d1"});
    if canary {
        told["canarySettings"] = json!({"percentTraffic": 10.0});
    }
    let mut plays = vec![
        answer(&told),
        answer(
            &json!({"item": [{"id": "r0", "path": "/"}, {"id": "r1", "path": "/users", "resourceMethods": edited}]}),
        ),
        answer(&json!({"id": "d1", "apiSummary": {"/users": served}})),
    ];
    plays.extend(refusals);
    let played = server(plays).await;
    let look = check();
    let look = ApiLook(&look);
    let told = look.ask(&aws(&played.url)).await.unwrap();
    let asked: Vec<String> = played.requests()[3..]
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect();
    let kinds = ["UNAUTHORIZED", "ACCESS_DENIED", "EXPIRED_TOKEN", "DEFAULT_4XX"];
    let wanted = kinds.map(|kind| format!("GET /restapis/a1b2c3d4e5/gatewayresponses/{kind} HTTP/1.1"));
    assert_eq!(asked, wanted[..asked.len()]);
    assert!(asked.len() >= 3, "{asked:?}");
    look.judge(&told)
}

fn check() -> ApiCheck {
    ApiCheck {
        on: ApiStage {
            api: "a1b2c3d4e5".to_owned(),
            stage: "prod".to_owned(),
        },
        authorizer: "au1".to_owned(),
        origin: Some(ORIGIN.to_owned()),
    }
}

/// A type of refusal that nobody set: as AWS begins with it.
fn unset(kind: &str) -> Play {
    let template = json!({"application/json": "{\"message\":$context.error.messageString}"});
    answer(
        &json!({"responseType": kind, "responseParameters": {}, "responseTemplates": template, "defaultResponse": true}),
    )
}

/// One that somebody set.
fn set(kind: &str, parameters: &Value) -> Play {
    answer(&json!({"responseType": kind, "responseParameters": parameters, "defaultResponse": false}))
}

/// What the types say of which nobody set one, and the one of all.
fn default(parameters: &Value) -> Vec<Play> {
    vec![
        unset("UNAUTHORIZED"),
        unset("ACCESS_DENIED"),
        unset("EXPIRED_TOKEN"),
        set("DEFAULT_4XX", parameters),
    ]
}

async fn refused(refusals: Vec<Play>) -> Found {
    let sound = json!({"GET": guarded(), "OPTIONS": open()});
    looked(sound.clone(), sound, refusals, false).await
}

fn read_by(origin: &str) -> Value {
    json!({"gatewayresponse.header.Access-Control-Allow-Origin": origin})
}

#[tokio::test]
async fn an_api_whose_methods_all_ask_is_right() {
    let sound = json!({"GET": guarded(), "OPTIONS": open()});
    for origin in ["'https://apps.example.nhs.test'", "'*'"] {
        let found = looked(sound.clone(), sound.clone(), default(&read_by(origin)), false).await;
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
        let found = looked(edited, served, default(&refusals), canary).await;
        assert!(matches!(found.is, Is::Wrong(_)), "{said}: {found:?}");
        assert!(found.observed.contains(said), "{said}: {}", found.observed);
    }
}

const OURS: &str = "'https://apps.example.nhs.test'";

/// API Gateway developer guide, "Gateway response types for API Gateway": what is set for one type takes the place of
/// `DEFAULT_4XX`, so that a page may read the one and not the other.
#[tokio::test]
async fn a_type_of_refusal_that_was_set_by_itself_is_judged_by_itself() {
    let ours = read_by(OURS);
    let other = read_by("'https://other.example.nhs.test'");
    for (refusals, said) in [
        (
            vec![
                unset("UNAUTHORIZED"),
                unset("ACCESS_DENIED"),
                set("EXPIRED_TOKEN", &json!({})),
                set("DEFAULT_4XX", &ours),
            ],
            "no page may read a refusal: EXPIRED_TOKEN has no Access-Control-Allow-Origin",
        ),
        (
            vec![
                set("UNAUTHORIZED", &other),
                unset("ACCESS_DENIED"),
                unset("EXPIRED_TOKEN"),
                set("DEFAULT_4XX", &ours),
            ],
            "refusals of type UNAUTHORIZED are read by https://other.example.nhs.test",
        ),
        (
            vec![
                set("UNAUTHORIZED", &ours),
                set("ACCESS_DENIED", &ours),
                unset("EXPIRED_TOKEN"),
                set("DEFAULT_4XX", &json!({})),
            ],
            "no page may read a refusal: DEFAULT_4XX has no Access-Control-Allow-Origin",
        ),
    ] {
        let found = refused(refusals).await;
        assert_eq!(found.observed, said);
        let Is::Wrong(Mend::Besides(mend)) = &found.is else {
            panic!("{found:?}");
        };
        let kind = said
            .split(' ')
            .find(|word| word.contains('_') || *word == "UNAUTHORIZED");
        assert!(
            mend.contains(&format!("gateway response {}", kind.unwrap())),
            "{mend}"
        );
    }
    // Where each of them was set, the one of all refuses none of theirs.
    let all = ["UNAUTHORIZED", "ACCESS_DENIED", "EXPIRED_TOKEN"].map(|kind| set(kind, &ours));
    let found = refused(all.into()).await;
    assert_eq!(found.is, Is::Right, "{found:?}");
}

/// An origin that is given back is one that the page may read; a `*` beside credentials is none (Fetch standard, "CORS
/// protocol and credentials"); what another mapping puts there can't be told.
#[tokio::test]
async fn an_origin_that_is_given_back_is_readable_and_a_wildcard_with_credentials_is_not() {
    for mapped in ["method.request.header.Origin", "method.request.header.origin"] {
        let found = refused(default(&read_by(mapped))).await;
        assert_eq!(found.is, Is::Right, "{found:?}");
        assert_eq!(
            found.observed,
            "1 methods ask au1; all of it is deployed; refusals are read by every page, as DEFAULT_4XX gives back the \
             origin of the request"
        );
    }
    let with = |origin: &str, credentials: &str| {
        let mut parameters = read_by(origin);
        parameters["gatewayresponse.header.access-control-allow-credentials"] = json!(credentials);
        refused(default(&parameters))
    };
    let found = with("'*'", "'true'").await;
    assert!(matches!(found.is, Is::Wrong(_)), "{found:?}");
    assert!(found.observed.contains("allows credentials too"), "{found:?}");
    for (origin, credentials) in [
        ("'*'", "'false'"),
        (OURS, "'true'"),
        ("method.request.header.Origin", "'true'"),
    ] {
        assert_eq!(
            with(origin, credentials).await.is,
            Is::Right,
            "{origin} {credentials}"
        );
    }
    for mapped in ["stageVariables.origin", "https://apps.example.nhs.test"] {
        let found = refused(default(&read_by(mapped))).await;
        assert!(matches!(found.is, Is::Untold(_)), "{found:?}");
        assert!(found.observed.contains(mapped), "{found:?}");
    }
}

/// API Gateway developer guide, "Set up gateway responses": a response answers with whatever status was set for it.
#[tokio::test]
async fn a_refusal_whose_status_is_none_is_wrong() {
    let with = |kind: &str, status: &Value| {
        answer(
            &json!({"responseType": kind, "statusCode": status, "responseParameters": read_by(OURS), "defaultResponse": false}),
        )
    };
    for (status, wrong) in [
        (json!("401"), false),
        (json!("403"), false),
        (json!(null), false),
        (json!("200"), true),
        (json!(302), true),
        (json!("500"), true),
        (json!("399"), true),
    ] {
        for kind in ["UNAUTHORIZED", "ACCESS_DENIED", "EXPIRED_TOKEN", "DEFAULT_4XX"] {
            let all = ["UNAUTHORIZED", "ACCESS_DENIED", "EXPIRED_TOKEN", "DEFAULT_4XX"];
            let refusals = all.into_iter().map(|one| match one == kind {
                true => with(one, &status),
                false if one == "DEFAULT_4XX" => set(one, &read_by(OURS)),
                false => unset(one),
            });
            let found = refused(refusals.collect()).await;
            assert_eq!(
                matches!(found.is, Is::Wrong(_)),
                wrong,
                "{kind} {status}: {found:?}"
            );
            assert_eq!(
                found.observed.contains(&format!("{kind} answers with HTTP ")),
                wrong,
                "{found:?}"
            );
        }
    }
    let found = refused(vec![
        set(
            "UNAUTHORIZED",
            &read_by("'Sup3rS3cret!pw anna.smith@example.nhs.test'"),
        ),
        unset("ACCESS_DENIED"),
        unset("EXPIRED_TOKEN"),
        set("DEFAULT_4XX", &read_by(OURS)),
    ])
    .await;
    assert_eq!(
        found.observed,
        "refusals of type UNAUTHORIZED are read by (not repeated: no origin)"
    );
}

#[tokio::test]
async fn a_refusal_that_is_no_answer_to_what_was_asked_proves_nothing() {
    let ours = read_by(OURS);
    for refusals in [
        vec![unset("DEFAULT_4XX")],
        vec![answer(
            &json!({"responseType": "UNAUTHORIZED", "responseParameters": ours}),
        )],
        vec![set("UNAUTHORIZED", &json!([OURS]))],
        vec![answer(
            &json!({"responseType": "UNAUTHORIZED", "responseParameters": ours, "defaultResponse": false, "statusCode": "often"}),
        )],
        vec![set(
            "UNAUTHORIZED",
            &json!({"gatewayresponse.header.Access-Control-Allow-Origin": 1}),
        )],
    ] {
        let mut plays = vec![
            answer(&json!({"stageName": "prod", "deploymentId": "d1"})),
            answer(&json!({"item": [{"id": "r1", "path": "/users", "resourceMethods": {"GET": guarded()}}]})),
            answer(&json!({"id": "d1", "apiSummary": {"/users": {"GET": guarded()}}})),
        ];
        plays.extend(refusals);
        let played = server(plays).await;
        let check = check();
        let error = ApiLook(&check).ask(&aws(&played.url)).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Untrue, "{error}");
    }
}
