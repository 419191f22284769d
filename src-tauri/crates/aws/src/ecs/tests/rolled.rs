//! The request, and what comes back.

use serde_json::{Value as Json, json};
use switchback_engine::ports::{Action as _, ProviderErrorKind as Kind};
use switchback_model::event::Receipt;
use switchback_model::{Image, Parameter, Service as Content, Witness};

use super::{
    ARN, CLUSTER, PROFILES, SERVICE, TEN, body, content, definition, deployment, described, image, image_of,
    listed, ok, operations, refusal, roll, roll_at, service, services, spec, still, task, tasks, with,
};
use crate::ecs::RollChange;
use crate::tests::aws;
use crate::tests::server::{Play, server};
use crate::{Against, Change as _, Op};

fn rolled() -> Json {
    let mut told = service(&[
        deployment("ecs-svc/2", "PRIMARY", "IN_PROGRESS", 0.25),
        deployment("ecs-svc/1", "ACTIVE", "COMPLETED", -3_600.0),
    ]);
    told["runningCount"] = 2.into();
    told
}

async fn sent(
    play: Play,
) -> (
    Result<Receipt, switchback_engine::ports::ProviderError>,
    Vec<String>,
) {
    let server = server(vec![play]).await;
    let answer = aws(&server.url)
        .roll_service(&spec(&[]), &content(), Some("ecs-svc/1"))
        .await;
    (answer, server.requests())
}

#[test]
fn a_roll_is_a_request_although_no_image_changes() {
    let preview = roll_at("http://127.0.0.1:9", &[PROFILES])
        .plan(&image(), None)
        .unwrap();
    assert_eq!(preview.from, preview.to);
    let [call] = &*preview.calls else {
        panic!("one request: {preview:?}")
    };
    assert_eq!(
        call.parameters,
        json!({"cluster": CLUSTER, "service": SERVICE, "taskDefinition": definition(7), "forceNewDeployment": true})
    );
    assert!(
        call.as_cli()
            .starts_with("aws ecs update-service --cli-input-json ")
    );
    let [change] = preview.changes.as_slice() else {
        panic!("one change")
    };
    assert_ne!(change.before, change.after);
    assert_eq!(
        change.before.first().unwrap(),
        "tasks that know /tis/usermanagement/profiles as it was when they started"
    );
    assert_eq!(
        change.after.first().unwrap(),
        "new tasks of the same, which read /tis/usermanagement/profiles as it is now"
    );
    // Once more is the same request.
    let again = roll().plan(&preview.to, Some(&preview.from)).unwrap();
    assert_eq!(again.calls, preview.calls);
}

#[test]
fn people_are_told_of_no_guard_and_of_tags() {
    let caution = |content: Content| {
        let preview = roll().plan(&image_of(content), None).unwrap();
        preview.changes[0].caution.clone().unwrap()
    };
    let tagged = caution(content());
    assert!(tagged.starts_with("AWS has no guard here"), "{tagged}");
    assert!(tagged.contains("the image of web by a tag"), "{tagged}");
    assert!(!tagged.contains("hands"), "{tagged}");
    let strange = caution(Content {
        not_handed: vec![PROFILES.to_owned()],
        ..content()
    });
    assert!(
        strange.contains("to no container: unless the program reads it by itself"),
        "{strange}"
    );
    let pinned = caution(Content {
        by_tag: Vec::new(),
        ..content()
    });
    assert!(
        pinned.starts_with("AWS has no guard here") && !pinned.contains("tag"),
        "{pinned}"
    );
    assert_eq!(RollChange::AGAINST, Against::Nothing);
}

#[test]
fn what_ecs_would_not_roll_is_refused_before() {
    let of = |now: Image, restore: Option<Image>| roll().plan(&now, restore.as_ref()).unwrap_err();
    let by = |controller: &str| {
        image_of(Content {
            controller: controller.to_owned(),
            ..content()
        })
    };
    let other = image_of(Content {
        definition: definition(6),
        ..content()
    });
    let elsewhere = match image() {
        Image::Service { service, content, .. } => Image::Service {
            cluster: "tis-preprod".to_owned(),
            service,
            content,
        },
        other => other,
    };
    let parameter = Image::Parameter {
        name: PROFILES.to_owned(),
        content: Box::new(Parameter {
            kind: "String".to_owned(),
            tier: "Standard".to_owned(),
            data_type: "text".to_owned(),
            value: "prod".to_owned(),
            description: None,
            allowed_pattern: None,
            key_id: None,
        }),
    };
    for (error, words) in [
        (of(by("CODE_DEPLOY"), None), "made by CODE_DEPLOY"),
        (of(by("EXTERNAL"), None), "made by EXTERNAL"),
        (of(image(), Some(other)), "the one that was seen then is another"),
        (of(elsewhere, None), "another object"),
        (of(parameter, None), "another object"),
    ] {
        assert_eq!(error.kind, Kind::Refused, "{error}");
        assert!(error.message.contains(words) && !error.sent, "{error}");
    }
}

#[tokio::test]
async fn what_was_approved_is_sent_to_the_byte() {
    let (answer, requests) = sent(ok(&json!({"service": rolled()}))).await;
    let receipt = answer.unwrap();
    assert_eq!(receipt.change_id.as_deref(), Some("ecs-svc/2"));
    assert_eq!(receipt.request_id.as_deref(), Some("request-1"));
    assert_eq!(receipt.server_date.as_second(), TEN);
    assert_eq!(receipt.version, None);
    let [request] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert!(request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains("AmazonEC2ContainerServiceV20141113.UpdateService"),
        "{request}"
    );
    assert_eq!(
        body(request),
        format!(
            "{{\"cluster\":\"{CLUSTER}\",\"service\":\"{SERVICE}\",\"taskDefinition\":\"{}\",\"forceNewDeployment\":true}}",
            definition(7)
        )
    );
    // What was shown is what was sent.
    let preview = roll().plan(&image(), None).unwrap();
    let sent: Json = serde_json::from_str(body(request)).unwrap();
    assert_eq!(preview.calls[0].parameters, sent);
}

#[tokio::test]
async fn an_answer_that_shows_no_new_deployment_may_have_been_one() {
    let answered = |told: Json| ok(&json!({ "service": told }));
    for (play, words) in [
        // The former is still the PRIMARY.
        (answered(still()), "holds no new PRIMARY deployment"),
        (
            answered(with(still(), "/deployments", json!([]))),
            "holds no new PRIMARY",
        ),
        (
            answered(with(rolled(), "/deployments/0/id", json!(null))),
            "holds no new PRIMARY",
        ),
        (
            answered(with(rolled(), "/deployments/1/status", json!("PRIMARY"))),
            "two PRIMARY",
        ),
        (
            answered(with(rolled(), "/serviceName", json!("tis-reval"))),
            "answered tis-reval",
        ),
        (
            answered(with(
                rolled(),
                "/clusterArn",
                json!(format!("{ARN}:cluster/tis-preprod")),
            )),
            "of cluster tis-preprod",
        ),
        (ok(&json!({})), "holds no service"),
        (ok(&json!({"service": null})), "holds no service"),
        (Play::Answer(200, "[]".to_owned()), ""),
        (
            Play::Answer(200, "<html>Sign in to the network</html>".to_owned()),
            "",
        ),
    ] {
        let (answer, requests) = sent(play).await;
        let error = answer.unwrap_err();
        assert!(error.may_have_applied() && error.sent, "{error}");
        assert!(error.message.contains(words), "{words}: {error}");
        assert_eq!(requests.len(), 1);
    }
}

#[tokio::test]
async fn failures_say_whether_a_deployment_may_have_been_made() {
    let of = |status: u16, code: &str| {
        Play::Answer(
            status,
            json!({"__type": format!("com.amazonaws.ecs#{code}"), "message": "no"}).to_string(),
        )
    };
    for (play, kind) in [
        (Play::Lost, Kind::NoAnswer),
        (Play::Reset, Kind::NoAnswer),
        (Play::Half, Kind::Unclear),
        (refusal("ServiceNotFoundException"), Kind::NotFound),
        (refusal("ClusterNotFoundException"), Kind::NotFound),
        (refusal("ServiceNotActiveException"), Kind::Refused),
        (refusal("InvalidParameterException"), Kind::Refused),
        (refusal("ClientException"), Kind::Refused),
        (
            refusal("PlatformTaskDefinitionIncompatibilityException"),
            Kind::Refused,
        ),
        (refusal("PlatformUnknownException"), Kind::Refused),
        (refusal("NamespaceNotFoundException"), Kind::Refused),
        (refusal("UnsupportedFeatureException"), Kind::Refused),
        (refusal("BlockedException"), Kind::Refused),
        (refusal("AccessDeniedException"), Kind::Denied),
        (refusal("ThrottlingException"), Kind::Throttled),
        (refusal("UpdateInProgressException"), Kind::Busy),
        (refusal("ConflictException"), Kind::Busy),
        (refusal("ExpiredTokenException"), Kind::Credentials),
        (of(400, "ServiceNotFoundException"), Kind::NotFound),
        (of(500, "ServerException"), Kind::Unclear),
        (of(503, "ServiceUnavailableException"), Kind::Unclear),
        (
            Play::Answer(502, "<html>Bad gateway</html>".to_owned()),
            Kind::Unclear,
        ),
        (
            Play::Answer(400, "{\"__type\":\"ClientExc".to_owned()),
            Kind::Unclear,
        ),
    ] {
        let (answer, requests) = sent(play).await;
        let error = answer.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.sent && error.operation == "UpdateService", "{error}");
        assert_eq!(requests.len(), 1, "never repeated by itself: {error}");
    }
}

#[tokio::test]
async fn a_deployment_of_a_moment_before_is_not_rolled_over() {
    let witness = Witness::Deployment {
        id: "ecs-svc/1".to_owned(),
    };
    let approved = roll().plan(&image(), None).unwrap();
    let with_primary = |id: &str, digest: &str| {
        vec![
            services(&service(&[deployment(id, "PRIMARY", "COMPLETED", -3_600.0)])),
            described("ACTIVE", "web:1"),
            listed(1..2, None),
            tasks(&[task(1, id, digest)]),
        ]
    };
    let server_of = |plays| async {
        let server = server(plays).await;
        let answer = roll_at(&server.url, &[]).still(Some(&witness), &approved).await;
        (answer, server.requests())
    };
    let (answer, _) = server_of(with_primary("ecs-svc/1", "sha256:aa")).await;
    answer.unwrap();
    for plays in [
        with_primary("ecs-svc/9", "sha256:aa"),
        // The tag means another image by now, and a task was replaced.
        with_primary("ecs-svc/1", "sha256:cc"),
    ] {
        let (answer, requests) = server_of(plays).await;
        let error = answer.unwrap_err();
        assert_eq!(error.kind, Kind::Conflict, "{error}");
        assert!(
            !error.sent && error.message.contains("nothing was sent"),
            "{error}"
        );
        assert!(!operations(&requests).contains(&"UpdateService".to_owned()));
    }
}

#[test]
fn what_it_asks_is_granted_where_iam_can_grant_it() {
    let granted: Vec<(String, crate::On)> = RollChange::OPS.iter().map(|op| (op.action(), op.on)).collect();
    let on = |action: &str| granted.iter().find(|(known, _)| known == action).unwrap().1;
    for action in ["ecs:DescribeServices", "ecs:UpdateService"] {
        assert_eq!(on(action), crate::On::Object);
    }
    for action in [
        "ecs:DescribeTaskDefinition",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "ssm:DescribeParameters",
    ] {
        assert_eq!(on(action), crate::On::Everything);
    }
    let mutating: Vec<&Op> = RollChange::OPS.iter().filter(|op| op.mutates).collect();
    assert_eq!(mutating, [&crate::ecs::UPDATE]);
    let resource = RollChange(spec(&[])).resource();
    assert_eq!(
        resource.arn("eu-west-2", "123456789012"),
        format!("{ARN}:service/{CLUSTER}/{SERVICE}")
    );
}
