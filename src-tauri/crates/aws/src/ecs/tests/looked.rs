//! The check.

use jiff::Timestamp;
use serde_json::json;
use switchback_model::{CheckId, CheckKind, CheckReading, CheckSpec, ServiceCheck, Verdict};

use super::{
    ARN, CLUSTER, SERVICE, definition, deployment, described, missing, ok, refusal, service, services, still,
    with,
};
use crate::AnyLook as _;
use crate::ecs::ServiceLook;
use crate::tests::aws;
use crate::tests::server::{Play, server};

async fn looked(plays: Vec<Play>) -> CheckReading {
    let check = ServiceCheck {
        cluster: CLUSTER.to_owned(),
        service: SERVICE.to_owned(),
    };
    let spec = CheckSpec {
        id: CheckId::new("service").unwrap(),
        title: "Service".to_owned(),
        kind: CheckKind::Identity,
        believable_s: 60,
        within_s: None,
        mend: None,
    };
    let server = server(plays).await;
    ServiceLook(&check)
        .reading(&aws(&server.url), &spec, Timestamp::UNIX_EPOCH)
        .await
}

#[tokio::test]
async fn a_service_that_stands_still_passes() {
    let unsaid = with(still(), "/deployments/0/rolloutState", json!(null));
    let no_controller = with(still(), "/deploymentController", json!(null));
    // One that is replaced altogether is told for a while.
    let past = service(&[
        deployment("ecs-svc/1", "PRIMARY", "COMPLETED", -60.0),
        deployment("ecs-svc/0", "INACTIVE", "COMPLETED", -900.0),
    ]);
    for told in [still(), unsaid, no_controller, past] {
        let reading = looked(vec![services(&told), described("ACTIVE", "web:1")]).await;
        assert_eq!(reading.verdict, Verdict::Pass, "{reading:?}");
        assert!(
            reading
                .observed
                .starts_with("2 of 2 tasks run; deployment ecs-svc/1 of usermanagement:7"),
            "{reading:?}"
        );
        assert_eq!(reading.source, "ecs:DescribeServices, ecs:DescribeTaskDefinition");
        assert!(reading.mend.is_none());
    }
}

#[tokio::test]
async fn each_fault_has_its_own_words() {
    let two = service(&[
        deployment("ecs-svc/2", "PRIMARY", "IN_PROGRESS", 0.0),
        deployment("ecs-svc/1", "ACTIVE", "COMPLETED", -3_600.0),
    ]);
    let failed = with(
        with(still(), "/deployments/0/rolloutState", json!("FAILED")),
        "/deployments/0/rolloutStateReason",
        json!("tasks failed to start."),
    );
    let in_progress = with(still(), "/deployments/0/rolloutState", json!("IN_PROGRESS"));
    let unsaid = with(
        with(still(), "/deployments/0/rolloutState", json!(null)),
        "/runningCount",
        json!(1),
    );
    let none = with(
        with(still(), "/desiredCount", json!(0)),
        "/runningCount",
        json!(0),
    );
    let mut mends = std::collections::BTreeSet::new();
    for (told, observed) in [
        (
            with(still(), "/status", json!("DRAINING")),
            "the service is DRAINING",
        ),
        (
            with(still(), "/deploymentController/type", json!("CODE_DEPLOY")),
            "made by CODE_DEPLOY, not by ECS",
        ),
        (with(still(), "/deployments", json!([])), "it has no deployment"),
        (
            two,
            "2 deployments are in flight: ecs-svc/2 of usermanagement:7, in progress; ecs-svc/1 of \
             usermanagement:7, completed",
        ),
        (failed, "its deployment failed: tasks failed to start."),
        (in_progress, "its deployment is in progress: 2 of 2 tasks run"),
        (none, "its desired count is 0"),
        (with(still(), "/runningCount", json!(1)), "1 of 2 tasks runs"),
        (with(still(), "/runningCount", json!(3)), "3 of 2 tasks run"),
        (unsaid, "1 of 2 tasks runs"),
        (
            with(still(), "/pendingCount", json!(1)),
            "2 of 2 tasks run, 1 more are being started",
        ),
    ] {
        let reading = looked(vec![services(&told), described("ACTIVE", "web:1")]).await;
        assert_eq!(reading.verdict, Verdict::Fail, "{observed}: {reading:?}");
        assert!(reading.observed.contains(observed), "{observed}: {reading:?}");
        mends.insert(reading.mend.unwrap());
    }
    assert!(mends.len() > 7, "{mends:?}");
    for status in ["INACTIVE", "DELETE_IN_PROGRESS"] {
        let reading = looked(vec![services(&still()), described(status, "web:1")]).await;
        assert_eq!(reading.verdict, Verdict::Fail, "{reading:?}");
        let words = format!("its task definition usermanagement:7 is {status}");
        assert_eq!(reading.observed, words);
        assert!(reading.mend.unwrap().contains("register it anew"));
    }
}

#[tokio::test]
async fn what_is_missing_stands_in_an_answer_that_is_no_error() {
    let reading = looked(vec![missing()]).await;
    assert_eq!(reading.verdict, Verdict::Fail, "{reading:?}");
    assert_eq!(
        reading.observed,
        "there is no service tis-usermanagement in cluster tis-prod"
    );
    assert!(reading.mend.unwrap().contains("names of cluster and service"));
    let reading = looked(vec![refusal("ClusterNotFoundException")]).await;
    assert_eq!(reading.verdict, Verdict::Fail, "{reading:?}");
    assert_eq!(reading.observed, "there is no cluster tis-prod");
}

#[tokio::test]
async fn an_answer_about_something_else_tells_nothing() {
    let other = format!("{ARN}:service/{CLUSTER}/tis-reval");
    let failure =
        |arn: &str, reason: &str| ok(&json!({"services": [], "failures": [{"arn": arn, "reason": reason}]}));
    let ours = format!("{ARN}:service/{CLUSTER}/{SERVICE}");
    let changed = |path: &str, value| services(&with(still(), path, value));
    let definition_of = |revision: u8| {
        let told = json!({"taskDefinitionArn": definition(revision), "status": "ACTIVE"});
        ok(&json!({ "taskDefinition": told }))
    };
    let twice = service(&[
        deployment("ecs-svc/2", "PRIMARY", "COMPLETED", 0.0),
        deployment("ecs-svc/1", "PRIMARY", "COMPLETED", -60.0),
    ]);
    for (plays, observed) in [
        (
            vec![changed("/serviceName", json!("tis-reval"))],
            "answered tis-reval",
        ),
        (
            vec![changed(
                "/clusterArn",
                json!(format!("{ARN}:cluster/tis-preprod")),
            )],
            "of cluster tis-preprod",
        ),
        (vec![changed("/serviceName", json!(null))], "holds no name"),
        (vec![changed("/clusterArn", json!(null))], "holds no cluster"),
        (vec![changed("/status", json!(null))], "holds no status"),
        (
            vec![changed("/taskDefinition", json!(null))],
            "holds no task definition",
        ),
        (vec![changed("/desiredCount", json!(-1))], "holds no count"),
        (vec![changed("/deployments/0/id", json!(null))], "holds no id"),
        (
            vec![changed("/deployments/0/id", json!("anna.smith@example.nhs.test"))],
            "holds no id",
        ),
        (
            vec![changed(
                "/deployments/0/rolloutState",
                json!("anna.smith@example.nhs.test"),
            )],
            "in the state (not repeated: no status), which",
        ),
        (
            vec![changed("/deployments/0/createdAt", json!(null))],
            "holds no moment",
        ),
        (vec![changed("/deployments/0/createdAt", json!(1e300))], ""),
        (vec![changed("/deployments/0/createdAt", json!("yesterday"))], ""),
        (
            vec![changed("/deployments/0/rolloutState", json!("RESTING"))],
            "in the state RESTING, which Switchback does not know",
        ),
        (vec![services(&twice)], "two PRIMARY"),
        (vec![failure(&other, "MISSING")], "holds no service"),
        (
            vec![failure(&ours, "ACCESS_DENIED")],
            "tells nothing of the service",
        ),
        (vec![ok(&json!({}))], "holds no service"),
        (vec![Play::Answer(200, "[]".to_owned())], ""),
        (vec![Play::Answer(200, "<html>".to_owned())], ""),
        (
            vec![services(&still()), definition_of(8)],
            "holds no task definition",
        ),
        (
            vec![
                services(&still()),
                ok(&json!({"taskDefinition": {"taskDefinitionArn": definition(7)}})),
            ],
            "holds no status",
        ),
        (
            vec![services(&still()), ok(&json!({}))],
            "holds no task definition",
        ),
        (
            vec![services(&still()), refusal("ClientException")],
            "ECS does not know",
        ),
        // The SDK asks again where an answer may be another one then.
        (
            std::iter::repeat_with(|| refusal("AccessDeniedException"))
                .take(3)
                .collect(),
            "not allowed",
        ),
    ] {
        let reading = looked(plays).await;
        assert_eq!(reading.verdict, Verdict::Error, "{observed}: {reading:?}");
        assert!(reading.observed.contains(observed), "{observed}: {reading:?}");
        assert!(!reading.observed.contains("123456789012"), "{reading:?}");
        assert!(reading.mend.is_some());
    }
}
