#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use switchback_engine::ports::{Action as _, ProviderError, ProviderErrorKind};
use switchback_model::event::Receipt;
use switchback_model::{ApiStage, Image, Preview, SetThrottle, ThrottleWish};

use super::ThrottleChange;
use super::read::{key_of, settings_of};
use crate::Bound;
use crate::tests::aws;
use crate::tests::server::{Play, server};

mod authorizer;
mod deployments;
mod guards;

fn change(url: &str, methods: &[&str], wish: ThrottleWish) -> Bound<ThrottleChange> {
    let change = ThrottleChange(SetThrottle {
        on: ApiStage {
            api: "a1b2c3d4e5".to_owned(),
            stage: "prod".to_owned(),
        },
        methods: methods.iter().map(|method| method.parse().unwrap()).collect(),
        wish,
    });
    Bound::new(aws(url), change)
}

/// As a driver has it made, after approval.
async fn sent(
    change: &Bound<ThrottleChange>,
    url: &str,
    preview: &Preview,
) -> Result<Receipt, ProviderError> {
    change.as_approved(preview)?;
    change.still(None, preview).await?;
    change.change.update(&aws(url), preview).await
}

fn none() -> ThrottleWish {
    ThrottleWish::Limit {
        rate: "0".to_owned(),
        burst: 0,
    }
}

const METHODS: [&str; 2] = ["DELETE /users/{u}", "POST /users"];

fn stage() -> Value {
    json!({"stageName": "prod", "deploymentId": "d1", "methodSettings": {
        "*/*": {"metricsEnabled": true, "loggingLevel": "ERROR", "throttlingRateLimit": 100.0, "throttlingBurstLimit": 200},
        "~1users/POST": {"throttlingRateLimit": 5.5, "throttlingBurstLimit": 7, "metricsEnabled": false},
        "~1users/GET": {"throttlingRateLimit": 1.0, "unknown": 1},
    }})
}

fn resources() -> Value {
    json!({"item": [
        {"id": "r", "path": "/"},
        {"id": "a", "path": "/users", "resourceMethods": {"GET": {}, "POST": {}, "OPTIONS": {}}},
        {"id": "b", "path": "/users/{u}", "resourceMethods": {"DELETE": {}}},
        {"id": "c", "path": "/any", "resourceMethods": {"ANY": {}}},
    ]})
}

fn answer(body: &Value) -> Play {
    Play::Answer(200, body.to_string())
}

#[tokio::test]
async fn a_new_key_is_written_whole_and_an_old_one_where_it_differs() {
    let server = server(vec![
        answer(&resources()),
        answer(&stage()),
        answer(&resources()),
        answer(&stage()),
        answer(&stage()),
    ])
    .await;
    let change = change(&server.url, &METHODS, none());
    let now = change.read(None).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    assert_eq!(
        preview.changes[0].before,
        [
            "DELETE /users/{u}: as the whole stage",
            "POST /users: rate 5.5, burst 7, logging/loglevel OFF, metrics/enabled false"
        ]
    );
    assert_eq!(
        preview.changes[0].after,
        [
            "DELETE /users/{u}: rate 0, burst 0, caching/dataEncrypted false, caching/enabled false, \
             caching/requireAuthorizationForCacheControl true, caching/ttlInSeconds 300, \
             caching/unauthorizedCacheControlHeaderStrategy SUCCEED_WITH_RESPONSE_HEADER, logging/dataTrace false, \
             logging/loglevel ERROR, metrics/enabled true",
            "POST /users: rate 0, burst 0, logging/loglevel OFF, metrics/enabled false"
        ]
    );
    assert!(
        preview.changes[0]
            .caution
            .as_deref()
            .unwrap()
            .starts_with("AWS has no guard here")
    );
    let patch = json!([
        {"op": "replace", "path": "/~1users~1{u}/DELETE/caching/dataEncrypted", "value": "false"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/caching/enabled", "value": "false"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/caching/requireAuthorizationForCacheControl", "value": "true"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/caching/ttlInSeconds", "value": "300"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/caching/unauthorizedCacheControlHeaderStrategy",
            "value": "SUCCEED_WITH_RESPONSE_HEADER"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/logging/dataTrace", "value": "false"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/logging/loglevel", "value": "ERROR"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/metrics/enabled", "value": "true"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/throttling/burstLimit", "value": "0"},
        {"op": "replace", "path": "/~1users~1{u}/DELETE/throttling/rateLimit", "value": "0"},
        {"op": "replace", "path": "/~1users/POST/throttling/burstLimit", "value": "0"},
        {"op": "replace", "path": "/~1users/POST/throttling/rateLimit", "value": "0"},
    ]);
    assert_eq!(preview.calls[0].parameters["patchOperations"], patch);
    sent(&change, &server.url, &preview).await.unwrap();
    let requests = server.requests();
    assert!(
        requests[0].starts_with("GET /restapis/a1b2c3d4e5/resources?embed=methods&limit=500 "),
        "{}",
        requests[0]
    );
    assert!(requests[0].contains("/eu-west-2/apigateway/aws4_request"));
    let last = requests.last().unwrap();
    assert!(
        last.starts_with("PATCH /restapis/a1b2c3d4e5/stages/prod "),
        "{last}"
    );
    let body: Value = serde_json::from_str(last.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body, json!({"patchOperations": patch}));

    // The way back takes a key away that was not there, and gives the other one its own numbers again.
    let back = change.plan(&preview.to, Some(&now)).unwrap();
    assert_eq!(
        back.calls[0].parameters["patchOperations"],
        json!([
            {"op": "remove", "path": "/~1users~1{u}/DELETE"},
            {"op": "replace", "path": "/~1users/POST/throttling/burstLimit", "value": "7"},
            {"op": "replace", "path": "/~1users/POST/throttling/rateLimit", "value": "5.5"},
        ])
    );
}

#[tokio::test]
async fn what_is_no_single_method_is_refused() {
    let mut proxy = resources();
    proxy["item"][3] = json!({"path": "/x/{proxy+}", "resourceMethods": {"ANY": {}}});
    for (methods, there, words) in [
        (vec!["POST /any"], resources(), "one method ANY"),
        (
            vec!["POST /nothing"],
            resources(),
            "There is no method POST /nothing",
        ),
        (vec!["PUT /users"], resources(), "There is no method PUT /users"),
        (vec!["PUT /x/y"], proxy, "a proxy resource answers"),
    ] {
        let server = server(vec![answer(&there)]).await;
        let error = change(&server.url, &methods, none())
            .read(None)
            .await
            .unwrap_err();
        assert!(error.message.contains(words), "{words}: {}", error.message);
        assert!(!error.sent);
    }
    let server = server(vec![
        answer(&resources()),
        Play::Answer(
            404,
            "{\"message\":\"Invalid stage identifier specified\"}".to_owned(),
        ),
    ])
    .await;
    let error = change(&server.url, &METHODS, none())
        .read(None)
        .await
        .unwrap_err();
    // A server that gives no code leaves no doubt either: nothing can be told.
    assert_eq!(error.kind, ProviderErrorKind::Unclear);
}

#[test]
fn only_the_key_that_a_method_heeds_is_read() {
    assert_eq!(key_of("PUT /users/{u}").as_deref(), Some("~1users~1{u}/PUT"));
    assert_eq!(key_of("GET /").as_deref(), Some("~1/GET"));
    let routes = [METHODS[1].parse().unwrap()];
    // AWS keeps other spellings apart, and no method heeds them.
    let apart = json!({"users/POST": {"throttlingRateLimit": 0}, "/users/GET": {"throttlingRateLimit": 0}});
    let told = settings_of(apart.as_object().unwrap(), &routes).unwrap();
    assert_eq!(told.methods["POST /users"], None);
    // What the stage does not say is what AWS begins with; a log is told only once it was set.
    assert_eq!(told.every["caching/ttlInSeconds"], "300");
    let own = json!({"~1users/POST": {"throttlingRateLimit": 7.0}});
    let told = settings_of(own.as_object().unwrap(), &routes).unwrap();
    let own = told.methods["POST /users"].as_ref().unwrap();
    assert_eq!(own["logging/loglevel"], "OFF");
    assert_eq!(own["throttling/rateLimit"], "7");
    let unknown = json!({"~1users/POST": {"later": 1}});
    let error = settings_of(unknown.as_object().unwrap(), &routes).unwrap_err();
    assert!(error.message.contains("a setting later"), "{}", error.message);
}

/// One setting alone can't be taken away: what somebody added goes with the key, and what was there comes back.
#[tokio::test]
async fn a_setting_that_was_not_there_is_gone_again() {
    let settings = |of: &[(&str, &str)]| {
        let of = of
            .iter()
            .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()));
        Some(of.collect())
    };
    let image = |own| Image::MethodSettings {
        api: "a1b2c3d4e5".to_owned(),
        stage: "prod".to_owned(),
        content: Box::new(switchback_model::MethodSettings {
            methods: [("POST /users".to_owned(), own)].into(),
            every: Default::default(),
        }),
    };
    let change = change("http://127.0.0.1:9", &["POST /users"], none());
    let now = image(settings(&[
        ("throttling/rateLimit", "0"),
        ("metrics/enabled", "true"),
    ]));
    let before = image(settings(&[("metrics/enabled", "true")]));
    let back = change.plan(&now, Some(&before)).unwrap();
    assert_eq!(
        back.calls[0].parameters["patchOperations"],
        json!([
            {"op": "remove", "path": "/~1users/POST"},
            {"op": "replace", "path": "/~1users/POST/metrics/enabled", "value": "true"},
        ])
    );
}

#[tokio::test]
async fn somebody_between_the_preview_and_the_change_stops_it() {
    let mut theirs = stage();
    theirs["methodSettings"]["~1users/POST"]["throttlingRateLimit"] = json!(50);
    let server = server(vec![
        answer(&resources()),
        answer(&stage()),
        answer(&resources()),
        answer(&theirs),
    ])
    .await;
    let change = change(&server.url, &METHODS, none());
    let now = change.read(None).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    let error = sent(&change, &server.url, &preview).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Conflict);
    // What the whole stage has is no part of it.
    let Image::MethodSettings {
        api,
        stage,
        mut content,
    } = now.clone()
    else {
        unreachable!()
    };
    content.every.clear();
    assert!(now.same_as(&Image::MethodSettings { api, stage, content }));
}
