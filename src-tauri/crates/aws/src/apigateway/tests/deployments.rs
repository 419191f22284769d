//! Snapshots, the stage's pointer, flushes, and APIs that are no REST APIs.

use jiff::Timestamp;
use switchback_engine::ports::{Observed, ProviderErrorKind, Sent};
use switchback_model::event::Receipt;
use switchback_model::{
    Finding, FlushStage, Image, PointStage, Snapshot, SnapshotApi, StageCheck, StepId, Way,
};

use super::*;
use crate::apigateway::{FlushChange, PointerChange, SnapshotChange, StageLook};
use crate::change::Change as _;
use crate::look::{Is, Look as _};

fn on() -> ApiStage {
    ApiStage {
        api: "a1b2c3d4e5".to_owned(),
        stage: "prod".to_owned(),
    }
}

fn sent<'a>(token: &'a str, receipt: Option<&'a Receipt>) -> Sent<'a> {
    Sent {
        way: Way::Apply,
        token,
        at: Timestamp::UNIX_EPOCH,
        witness: None,
        mark: None,
        receipt,
    }
}

fn receipt(id: Option<&str>) -> Receipt {
    Receipt {
        request_id: None,
        change_id: id.map(str::to_owned),
        version: None,
        proven: Vec::new(),
        server_date: Timestamp::UNIX_EPOCH,
    }
}

fn api() -> Value {
    json!({"id": "a1b2c3d4e5", "name": "admins"})
}

fn missing() -> Play {
    Play::Answer(
        404,
        r#"{"__type": "NotFoundException", "message": "Invalid API identifier specified"}"#.to_owned(),
    )
}

#[tokio::test]
async fn a_snapshot_is_found_by_the_token_that_it_carries() {
    let page = json!({"item": [{"id": "d1"}, {"id": "d2", "description": "other"}], "position": "n x"});
    let last = json!({"item": [{"id": "d3", "description": "switchback r step g1 apply 1 abcd"}]});
    let played = server(vec![
        answer(&api()),
        Play::Answer(201, json!({"id": "d3"}).to_string()),
        answer(&api()),
        answer(&page),
        answer(&last),
        answer(&api()),
        answer(&json!({"item": [{"id": "d1"}]})),
    ])
    .await;
    let change = Bound::new(
        aws(&played.url),
        SnapshotChange(SnapshotApi {
            api: "a1b2c3d4e5".to_owned(),
        }),
    );
    let token = "switchback r step g1 apply 1 abcd";
    let now = change.read(None).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    assert_eq!(preview.calls[0].operation, "CreateDeployment");
    // No stage: nobody may meet it.
    assert_eq!(preview.calls[0].parameters, json!({"restApiId": "a1b2c3d4e5"}));
    let receipt = change.change.create(&aws(&played.url), token).await.unwrap();
    assert_eq!(receipt.change_id.as_deref(), Some("d3"));
    // The answer was lost: it is found all the same, and where it is not, it was not made.
    let lost = sent(token, None);
    let found = change.read(Some(&lost)).await.unwrap();
    assert_eq!(change.judge(&found, &now, &now, Some(&lost)), Finding::After);
    let none = change.read(Some(&lost)).await.unwrap();
    assert_eq!(change.judge(&none, &now, &now, Some(&lost)), Finding::Before);
    // One that was answered and is not shown is in doubt.
    let answered = sent(token, Some(&receipt));
    let finding = change.judge(&none, &now, &now, Some(&answered));
    assert!(matches!(finding, Finding::Unclear { .. }), "{finding:?}");
    let requests = played.requests();
    assert!(requests[1].starts_with("POST /restapis/a1b2c3d4e5/deployments "));
    assert!(
        requests[1].ends_with(&json!({"description": token}).to_string()),
        "{}",
        requests[1]
    );
    assert!(requests[4].contains("position=n%20x"), "{}", requests[4]);
}

fn pointer(deployment: Snapshot, url: &str) -> Bound<PointerChange> {
    Bound::new(aws(url), PointerChange(PointStage { on: on(), deployment }))
}

fn from(token: Option<&str>) -> Snapshot {
    Snapshot::From {
        step: StepId::new("snapshot").unwrap(),
        token: token.map(str::to_owned),
    }
}

fn served(deployment: &str) -> Value {
    json!({"stageName": "prod", "deploymentId": deployment, "methodSettings": {}})
}

fn summary(id: &str, methods: Value) -> Value {
    json!({"id": id, "apiSummary": methods})
}

#[tokio::test]
async fn a_stage_points_at_what_a_step_made_and_names_what_is_another() {
    let guarded = json!({"authorizationType": "COGNITO_USER_POOLS", "apiKeyRequired": false});
    let open = json!({"authorizationType": "NONE", "apiKeyRequired": false});
    let played = server(vec![
        answer(&served("d1")),
        answer(&json!({"item": [{"id": "d9", "description": "ours"}]})),
        answer(&summary(
            "d9",
            json!({"/users": {"GET": guarded, "POST": open}, "/a": {"GET": open}, "/c": {"PUT": {}}}),
        )),
        answer(&summary(
            "d1",
            json!({"/users": {"GET": guarded}, "/a": {"GET": guarded}, "/b": {"PUT": open}}),
        )),
        // What was read at last, right before the request.
        answer(&served("d1")),
        answer(&json!({"item": [{"id": "d9", "description": "ours"}]})),
        answer(&summary("d9", json!({}))),
        answer(&summary(
            "d1",
            json!({"/b": {"PUT": {"authorizationType": "NONE"}}}),
        )),
        answer(&served("d9")),
    ])
    .await;
    let change = pointer(from(Some("ours")), &played.url);
    let now = change.read(None).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    let caution = preview.changes[0].caution.clone().unwrap();
    for words in [
        "GET /a asks for no authorisation, and asks for COGNITO_USER_POOLS now",
        "POST /users comes: it asks for no authorisation",
        "PUT /b goes",
        "PUT /c comes: it asks for what AWS does not say",
        "AWS does not show",
    ] {
        assert!(caution.contains(words), "{words}: {caution}");
    }
    assert_eq!(
        preview.calls[0].parameters["patchOperations"],
        json!([{"op": "replace", "path": "/deploymentId", "value": "d9"}])
    );
    change.as_approved(&preview).unwrap();
    change.still(None, &preview).await.unwrap();
    change.change.update(&aws(&played.url), &preview).await.unwrap();
    let requests = played.requests();
    assert!(requests[8].starts_with("PATCH /restapis/a1b2c3d4e5/stages/prod "));
    // The way back names the deployment from before, whatever the step made.
    let unresolved = pointer(from(None), "http://127.0.0.1:9");
    let back = unresolved.plan(&preview.to, Some(&preview.from)).unwrap();
    assert_eq!(
        back.calls[0].parameters["patchOperations"][0]["value"],
        json!("d1")
    );
}

/// A try that was refused is planned anew from the look that tells what became of it.
#[tokio::test]
async fn what_was_refused_can_be_tried_again() {
    let ours = json!({"item": [{"id": "d9", "description": "ours"}]});
    let open = json!({"/a": {"GET": {"authorizationType": "NONE"}}});
    let played = server(vec![
        answer(&served("d1")),
        answer(&ours),
        answer(&summary("d9", open.clone())),
        answer(&summary(
            "d1",
            json!({"/b": {"PUT": {"authorizationType": "NONE"}}}),
        )),
        // What was made is gone: what became of the try is told all the same.
        answer(&served("d9")),
        answer(&json!({"item": []})),
        // Of the way back nothing but the stage is asked.
        answer(&served("d1")),
    ])
    .await;
    let change = pointer(from(Some("ours")), &played.url);
    let tried = sent("t", None);
    let now = change.read(Some(&tried)).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    assert_eq!(
        preview.calls[0].parameters["patchOperations"][0]["value"],
        json!("d9")
    );
    let caution = preview.changes[0].caution.clone().unwrap();
    assert!(caution.contains("GET /a comes"), "{caution}");
    let landed = change.read(Some(&tried)).await.unwrap();
    assert_eq!(
        change.judge(&landed, &preview.from, &preview.to, Some(&tried)),
        Finding::After
    );
    let back = Sent {
        way: Way::Undo,
        ..sent("t", None)
    };
    let there = change.read(Some(&back)).await.unwrap();
    assert_eq!(
        change.judge(&there, &preview.to, &preview.from, Some(&back)),
        Finding::After
    );
    assert_eq!(played.requests().len(), 7);
}

#[tokio::test]
async fn what_was_not_made_a_canary_and_a_deployment_that_is_gone_are_refused() {
    let mut canary = served("d1");
    canary["canarySettings"] = json!({"percentTraffic": 10.0, "deploymentId": "d0"});
    let played = server(vec![
        answer(&served("d1")),
        answer(&canary),
        answer(&summary("d9", json!({}))),
        answer(&summary("d1", json!({}))),
        answer(&served("d1")),
        answer(&json!({"item": [{"id": "d1"}]})),
        answer(&served("d1")),
        missing(),
    ])
    .await;
    let unmade = pointer(from(None), &played.url);
    let now = unmade.read(None).await.unwrap().image;
    let error = unmade.plan(&now, None).unwrap_err();
    assert!(
        error.message.contains("step snapshot makes is not there yet"),
        "{}",
        error.message
    );
    let known = pointer(Snapshot::Id("d9".to_owned()), &played.url);
    let now = known.read(None).await.unwrap().image;
    let error = known.plan(&now, None).unwrap_err();
    assert!(error.message.contains("A canary"), "{}", error.message);
    let gone = pointer(from(Some("ours")), &played.url);
    let error = gone.read(None).await.unwrap_err();
    assert!(error.message.contains("not there any more"), "{}", error.message);
    let bogus = pointer(Snapshot::Id("nope".to_owned()), &played.url);
    let error = bogus.read(None).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::NotFound);
}

#[test]
fn a_flush_is_proven_by_its_answer_alone() {
    let change = FlushChange(FlushStage { on: on() });
    let image = Image::Verdicts {
        api: "a1b2c3d4e5".to_owned(),
        stage: "prod".to_owned(),
    };
    let now = Observed::from(image.clone());
    let answered = receipt(None);
    let judge = |sent: Option<&Sent<'_>>| change.judge(&now, &image, &image, sent);
    assert_eq!(judge(Some(&sent("t", Some(&answered)))), Finding::After);
    assert_eq!(judge(Some(&sent("t", None))), Finding::Before);
    assert_eq!(judge(None), Finding::After);
}

#[tokio::test]
async fn a_flush_asks_for_the_stage_first_and_deletes_what_authorisers_keep() {
    let played = server(vec![answer(&served("d1")), Play::Answer(202, String::new())]).await;
    let change = Bound::new(aws(&played.url), FlushChange(FlushStage { on: on() }));
    let now = change.read(None).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    assert_eq!(preview.calls[0].operation, "FlushStageAuthorizersCache");
    change.change.flush(&aws(&played.url)).await.unwrap();
    let requests = played.requests();
    assert!(
        requests[1].starts_with("DELETE /restapis/a1b2c3d4e5/stages/prod/cache/authorizers "),
        "{}",
        requests[1]
    );
}

#[tokio::test]
async fn an_http_api_is_said_to_be_one() {
    let http = json!({"apiId": "a1b2c3d4e5", "protocolType": "HTTP", "name": "x"});
    let played = server(vec![
        missing(),
        answer(&http),
        missing(),
        missing(),
        missing(),
        answer(&json!({"apiId": "other", "protocolType": "HTTP"})),
    ])
    .await;
    let change = Bound::new(aws(&played.url), FlushChange(FlushStage { on: on() }));
    let error = change.read(None).await.unwrap_err();
    assert!(error.message.contains("is no REST API"), "{}", error.message);
    assert!(error.hint.unwrap().contains("one issuer each"));
    for _ in 0..2 {
        let error = change.read(None).await.unwrap_err();
        assert!(
            error.message.contains("There is no such REST API"),
            "{}",
            error.message
        );
    }
    assert!(played.requests()[1].starts_with("GET /v2/apis/a1b2c3d4e5 "));
}

#[test]
fn a_stage_is_told_with_its_canary() {
    let check = |deployment: Option<&str>| StageCheck {
        on: on(),
        deployment: deployment.map(str::to_owned),
    };
    let told = |canary| switchback_model::Pointer {
        deployment: "d1".to_owned(),
        canary,
        offered: None,
        differs: Vec::new(),
    };
    for (expected, canary, right) in [
        (Some("d1"), false, true),
        (Some("d2"), false, false),
        (None, false, true),
        (None, true, false),
        (Some("d1"), true, false),
    ] {
        let check = check(expected);
        let found = StageLook(&check).judge(&told(canary));
        assert_eq!(found.is == Is::Right, right, "{expected:?} {canary}: {found:?}");
    }
}
