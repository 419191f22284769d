#![expect(clippy::unwrap_used, reason = "tests")]

mod asked;
mod judged;
mod looked;
mod motion;
mod reread;
mod rolled;

use serde_json::{Value as Json, json};
use switchback_model::{Image, RollService, Service as Content};

use super::RollChange;
use crate::Bound;
use crate::tests::aws;
use crate::tests::server::Play;

const CLUSTER: &str = "tis-prod";
const SERVICE: &str = "tis-usermanagement";
const PROFILES: &str = "/tis/usermanagement/profiles";
const ARN: &str = "arn:aws:ecs:eu-west-2:123456789012";
/// 1 January 2026, 10:00:00, as the scripted server's Date.
const TEN: i64 = super::super::tests::server::DATE_S;

fn definition(revision: u8) -> String {
    format!("{ARN}:task-definition/usermanagement:{revision}")
}

fn spec(reads: &[&str]) -> RollService {
    RollService {
        cluster: CLUSTER.to_owned(),
        service: SERVICE.to_owned(),
        reads: reads.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn roll_at(url: &str, reads: &[&str]) -> Bound<RollChange> {
    Bound::new(aws(url), RollChange(spec(reads)))
}

fn roll() -> Bound<RollChange> {
    roll_at("http://127.0.0.1:9", &[])
}

fn content() -> Content {
    Content {
        definition: definition(7),
        controller: "ECS".to_owned(),
        images: [("web".to_owned(), "sha256:aa".to_owned())].into(),
        by_tag: vec!["web".to_owned()],
        not_handed: Vec::new(),
    }
}

fn image_of(content: Content) -> Image {
    Image::Service {
        cluster: CLUSTER.to_owned(),
        service: SERVICE.to_owned(),
        content: Box::new(content),
    }
}

fn image() -> Image {
    image_of(content())
}

/// A deployment as ECS tells it, made some seconds after ten.
fn deployment(id: &str, status: &str, state: &str, made: f64) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let made = TEN as f64 + made;
    json!({
        "id": id, "status": status, "rolloutState": state, "createdAt": made, "taskDefinition": definition(7),
        "desiredCount": 2, "runningCount": 2, "pendingCount": 0,
    })
}

/// A service as ECS tells it.
fn service(deployments: &[Json]) -> Json {
    json!({
        "serviceArn": format!("{ARN}:service/{CLUSTER}/{SERVICE}"),
        "serviceName": SERVICE, "clusterArn": format!("{ARN}:cluster/{CLUSTER}"), "status": "ACTIVE",
        "desiredCount": 2, "runningCount": 2, "pendingCount": 0, "taskDefinition": definition(7),
        "deploymentController": {"type": "ECS"}, "deployments": deployments,
    })
}

/// One that stands still.
fn still() -> Json {
    service(&[deployment("ecs-svc/1", "PRIMARY", "COMPLETED", -3_600.0)])
}

fn with(mut of: Json, path: &str, value: Json) -> Json {
    let (parent, key) = path.rsplit_once('/').unwrap();
    let parent = of.pointer_mut(parent).unwrap();
    match parent {
        Json::Array(all) => all[key.parse::<usize>().unwrap()] = value,
        other => {
            let fields = other.as_object_mut().unwrap();
            match value.is_null() {
                true => drop(fields.remove(key)),
                false => drop(fields.insert(key.to_owned(), value)),
            }
        }
    }
    of
}

fn ok(body: &Json) -> Play {
    Play::Answer(200, body.to_string())
}

fn services(service: &Json) -> Play {
    ok(&json!({"services": [service], "failures": []}))
}

fn missing() -> Play {
    let arn = format!("{ARN}:service/{CLUSTER}/{SERVICE}");
    ok(&json!({"services": [], "failures": [{"arn": arn, "reason": "MISSING"}]}))
}

fn described(status: &str, image: &str) -> Play {
    ok(&json!({"taskDefinition": {
        "taskDefinitionArn": definition(7), "status": status,
        "containerDefinitions": [
            {"name": "web", "image": image, "secrets": [{"name": "SPRING_PROFILES_ACTIVE", "valueFrom": PROFILES}]},
            {"name": "log", "image": "log@sha256:bb"},
        ],
    }}))
}

fn refusal(code: &str) -> Play {
    Play::Answer(400, json!({"__type": code, "message": "no"}).to_string())
}

fn task_arn(n: usize) -> String {
    format!("{ARN}:task/{CLUSTER}/{n:032}")
}

fn listed(tasks: std::ops::Range<usize>, next: Option<&str>) -> Play {
    let arns: Vec<String> = tasks.map(task_arn).collect();
    let mut page = json!({ "taskArns": arns });
    if let Some(next) = next {
        page["nextToken"] = next.into();
    }
    ok(&page)
}

/// A task that runs, with the digest of its image.
fn task(n: usize, started_by: &str, digest: &str) -> Json {
    json!({
        "taskArn": task_arn(n), "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "startedBy": started_by,
        "createdAt": TEN - 3_590, "startedAt": TEN - 3_580,
        "containers": [{"name": "web", "imageDigest": digest, "lastStatus": "RUNNING"},
                       {"name": "log", "lastStatus": "RUNNING"}],
    })
}

fn tasks(all: &[Json]) -> Play {
    ok(&json!({"tasks": all, "failures": []}))
}

/// The last part of every request's target, in their order.
fn operations(requests: &[String]) -> Vec<String> {
    let target = |request: &String| {
        let line = request
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("x-amz-target:"));
        line.unwrap().rsplit_once('.').unwrap().1.to_owned()
    };
    requests.iter().map(target).collect()
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}
