//! `ecs.roll` there and back by our binary, and its judgement by our adapter, on other people's ECS, read by boto3.
//! Where an emulator is not as AWS, its lie is named with the document that decides.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use switchback_aws::ecs::{RollChange, ServiceLook};
use switchback_aws::{AnyLook as _, Aws, AwsOptions, Bound};
use switchback_engine::ports::{Action as _, Observed, ProviderErrorKind, Sent};
use switchback_model::{
    CheckId, CheckKind, CheckReading, CheckSpec, Finding, Image, RollService, ServiceCheck, Verdict, Way,
};

use crate::sandbox::{Emulator, Sandbox, venv};

const RUNBOOK: &str = include_str!("roll.toml");
/// ministack tells deployments in whole seconds and parameters in parts of one, so that a roll in the second of a write
/// looks older than it. ECS and Systems Manager tell both to the millisecond (API references, Deployment and
/// ParameterMetadata: `Timestamp`).
const A_SECOND: Duration = Duration::from_millis(1_100);

/// A run of the runbook on this emulator.
fn opened(place: &Sandbox) -> String {
    let target = place.target_of_caller(&place.service(&["create"]));
    let runbook = place.path("roll.toml");
    std::fs::write(&runbook, RUNBOOK).unwrap();
    let runbook = runbook.display().to_string();
    let opened = place.switchback(0, &["run", "new", &runbook, "--target", &target]);
    opened["run"].as_str().unwrap().to_owned()
}

fn primary(dump: &Value) -> &str {
    dump["deployments"][0]["id"].as_str().unwrap()
}

fn aws(place: &Sandbox) -> Aws {
    Aws::connect(&AwsOptions {
        endpoint: Some(place.endpoint().to_owned()),
        region: "eu-west-2".to_owned(),
        rehearsal_credentials: Some(("test".to_owned(), "test".to_owned())),
        ..AwsOptions::default()
    })
    .unwrap()
}

fn roll(place: &Sandbox) -> Bound<RollChange> {
    let spec = RollService {
        cluster: "tis".to_owned(),
        service: "usermanagement".to_owned(),
        reads: vec!["/tis/usermanagement/profiles".to_owned()],
    };
    Bound::new(aws(place), RollChange(spec))
}

async fn stands(place: &Sandbox, service: &str) -> CheckReading {
    let check = ServiceCheck {
        cluster: "tis".to_owned(),
        service: service.to_owned(),
    };
    let spec = CheckSpec {
        id: CheckId::new("stands").unwrap(),
        title: "The service stands still".to_owned(),
        kind: CheckKind::Service(check.clone()),
        believable_s: 60,
        within_s: None,
        mend: None,
    };
    ServiceLook(&check)
        .reading(&aws(place), &spec, Timestamp::UNIX_EPOCH)
        .await
}

/// What is there now, judged by a roll that was sent when all was as `before` says, and whose answer was lost.
async fn judged(action: &Bound<RollChange>, before: &Observed) -> Finding {
    let sent = Sent {
        way: Way::Apply,
        token: "t",
        at: Timestamp::UNIX_EPOCH,
        witness: before.witness.as_ref(),
        mark: None,
        receipt: None,
    };
    let now = action.read(Some(&sent)).await.unwrap();
    action.judge(&now, &before.image, &before.image, Some(&sent))
}

#[test]
fn ministack_starts_a_service_anew_there_and_back() {
    let Some(venv) = venv("ministack rolls") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    let run = opened(&place);
    let digest = place.preview(&run, "profiles");
    place.apply(0, &run, "profiles", &digest);
    std::thread::sleep(A_SECOND);

    // What somebody else deploys after the preview is not taken back by naming the definition of before.
    let preview = place.switchback(0, &["step", "preview", &run, "roll"]);
    let said = preview.to_string();
    assert!(said.contains("AWS has no guard here"), "{preview:#}");
    assert!(said.contains("the image of web by a tag"), "{preview:#}");
    assert!(said.contains("aws ecs update-service"), "{preview:#}");
    place.service(&["deploy"]);
    let theirs = place.service(&["dump"]);
    place.apply(5, &run, "roll", preview["digest"].as_str().unwrap());
    assert_eq!(place.service(&["dump"]), theirs, "nothing was sent");

    let digest = place.preview(&run, "roll");
    let did = place.apply(0, &run, "roll", &digest);
    assert_eq!(did["state"], "done", "{did:#}");
    let ours = place.service(&["dump"]);
    assert_ne!(primary(&ours), primary(&theirs));
    assert_eq!(ours["deployments"].as_array().unwrap().len(), 1);
    let tasks = |dump: &Value| dump["tasks"].as_array().unwrap().clone();
    assert_eq!(tasks(&ours).len(), 2, "{ours:#}");
    assert!(
        !tasks(&ours).iter().any(|task| tasks(&theirs).contains(task)),
        "all are new"
    );
    assert_eq!(ours["definition"], theirs["definition"]);
    // `startedBy` is the deployment's id (ECS API reference, Task); ministack writes the service's name. `imageDigest`
    // is told of every container that runs (API reference, Container); without Docker ministack tells none.
    assert_eq!(ours["started_by"], json!(["usermanagement"]));
    assert_eq!(ours["digests"], json!([null, null]));

    // The parameter first, and then its readers.
    let back = place.switchback(7, &["rollback", &run, "--all", "--confirm", "test"]);
    assert_eq!(back["state"], "completed", "{back:#}");
    let items: Vec<&Value> = back["items"].as_array().unwrap().iter().collect();
    let kinds: Vec<&str> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["undo", "publish"], "{back:#}");
    let end = place.service(&["dump"]);
    assert_eq!(end["versions"], json!(["prod", "prod,cognito", "prod"]));
    assert_ne!(primary(&end), primary(&ours));
    assert!(
        !tasks(&end).iter().any(|task| tasks(&ours).contains(task)),
        "all are new"
    );
    place.switchback(0, &["journal", "verify", "--allow-unproven", &run]);
    println!("ministack: there and back, 2 rolls");
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_is_judged_by_what_runs() {
    let Some(venv) = venv("ministack is judged") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    place.service(&["create"]);
    let action = roll(&place);
    let before = action.read(None).await.unwrap();
    assert_eq!(judged(&action, &before).await, Finding::Before);
    let reading = stands(&place, "usermanagement").await;
    assert_eq!(reading.verdict, Verdict::Pass, "{reading:?}");
    let reading = stands(&place, "reval").await;
    assert_eq!(reading.verdict, Verdict::Fail, "{reading:?}");
    assert_eq!(reading.observed, "there is no service reval in cluster tis");

    tokio::time::sleep(A_SECOND).await;
    // Whoever made it.
    place.service(&["roll"]);
    assert_eq!(judged(&action, &before).await, Finding::After);

    // ECS takes no inactive definition for a new deployment (developer guide, "Deregistering an Amazon ECS task
    // definition revision"); ministack does. We refuse it before.
    assert_eq!(place.service(&["retire"]), "INACTIVE");
    let error = action.read(None).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Refused, "{error}");
    assert!(error.message.contains("usermanagement:1 is INACTIVE"), "{error}");
    let reading = stands(&place, "usermanagement").await;
    assert_eq!(reading.verdict, Verdict::Fail, "{reading:?}");
    place.service(&["roll"]);
    // What became of a roll is told all the same.
    assert_eq!(judged(&action, &before).await, Finding::After);
}

/// moto starts no task, and its deployment stays in progress for ever; ECS starts as many as are desired, and completes
/// the deployment when they are steady (ECS API reference, Deployment, `rolloutState`).
#[tokio::test(flavor = "multi_thread")]
async fn moto_goes_on_for_ever() {
    let Some(venv) = venv("moto rolls") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "moto_server");
    place.service(&["create"]);
    let reading = stands(&place, "usermanagement").await;
    assert_eq!(reading.verdict, Verdict::Fail, "{reading:?}");
    assert_eq!(
        reading.observed,
        "its deployment is in progress: 0 of 2 tasks run"
    );
    let reading = stands(&place, "reval").await;
    assert_eq!(reading.observed, "there is no service reval in cluster tis");

    let action = roll(&place);
    let before = action.read(None).await.unwrap();
    let Image::Service { content, .. } = &before.image else {
        panic!("{before:?}")
    };
    assert!(content.images.is_empty(), "no task says one: {content:?}");
    assert_eq!(judged(&action, &before).await, Finding::Before);
    place.service(&["roll"]);
    let Finding::Unclear { why } = judged(&action, &before).await else {
        panic!("it is in progress")
    };
    assert!(
        why.contains("is in progress: no task of it runs, and 2 shall"),
        "{why}"
    );
}

/// Told to, moto says that two tasks run; but it lists none of them (ECS API reference, ListTasks).
#[test]
fn moto_counts_tasks_that_are_not_there() {
    let Some(venv) = venv("moto counts") else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start_with(&mut place, "moto_server", &[("MOTO_ECS_SERVICE_RUNNING", "2")]);
    let run = opened(&place);
    let digest = place.preview(&run, "profiles");
    place.apply(0, &run, "profiles", &digest);
    let start = place.service(&["dump"]);
    assert_eq!((&start["running"], &start["tasks"]), (&json!(2), &json!([])));
    let digest = place.preview(&run, "roll");
    let words = [
        "step",
        "apply",
        &run,
        "roll",
        "--confirm",
        "test",
        "--preview",
        &digest,
        "--timeout",
        "8",
    ];
    let did = place.attempt(&words);
    // Not verified when the time to wait was over.
    assert_eq!(did.status.code(), Some(4), "{did:?}");
    // It was sent once, and nothing else than a task that started since would prove it.
    let end = place.service(&["dump"]);
    assert_ne!(primary(&end), primary(&start));
    let shown = place.switchback(0, &["run", "show", &run]);
    let steps = shown["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == "roll").unwrap();
    assert_eq!(step["state"], "verifying", "{step:#}");
    assert_eq!(step["attempts"].as_array().unwrap().len(), 1, "{step:#}");
}
