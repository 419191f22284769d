//! ECS and the application that it runs, as a raw client sees them.

mod faults;
mod reads;
mod rolls;
mod usermanagement;

use serde_json::{Value, json};
use switchback_rehearsal::{CLUSTER_NAME, PROFILES_PARAMETER, SERVICE_NAME, Site, World};
use tokio::net::TcpStream;

use crate::support::{Reply, exchange, json_as, ssm, until};

const ECS: (&str, &str) = ("ecs", "AmazonEC2ContainerServiceV20141113");

/// One request as the world's operator; nothing where no answer comes.
async fn ecs_sent(world: &World, operation: &str, body: Value) -> Option<Reply> {
    json_as(world, ECS, "AKIAREHEARSAL", "eu-west-2", operation, &body).await
}

/// One request that must be answered well.
async fn ecs(world: &World, operation: &str, body: Value) -> Value {
    let reply = ecs_sent(world, operation, body).await.unwrap();
    assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

/// The code with which a request is refused, and its words.
async fn refusal(world: &World, operation: &str, body: Value) -> (String, String) {
    let reply = ecs_sent(world, operation, body).await.unwrap();
    assert_ne!(reply.status, 200, "{operation}: {}", reply.body);
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    let code = said["__type"].as_str().unwrap().to_owned();
    assert_eq!(reply.header("x-amzn-errortype"), Some(code.as_str()));
    (code, said["message"].as_str().unwrap_or_default().to_owned())
}

fn forced() -> Value {
    json!({"cluster": CLUSTER_NAME, "service": SERVICE_NAME, "forceNewDeployment": true})
}

/// Rolls, and gives the id of the deployment that came of it.
pub async fn roll(world: &World) -> String {
    let answer = ecs(world, "UpdateService", forced()).await;
    answer["service"]["deployments"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn service(world: &World) -> Value {
    let body = json!({"cluster": CLUSTER_NAME, "services": [SERVICE_NAME]});
    let mut answer = ecs(world, "DescribeServices", body).await;
    assert_eq!(answer["failures"], json!([]));
    answer["services"][0].take()
}

/// The ARNs of all pages, and how many pages there were.
async fn listed(world: &World, filter: Value) -> (Vec<String>, usize) {
    let (mut arns, mut pages, mut token) = (Vec::new(), 0, Value::Null);
    loop {
        let mut body = filter.clone();
        body["cluster"] = json!(CLUSTER_NAME);
        if !token.is_null() {
            body["nextToken"] = token;
        }
        let mut answer = ecs(world, "ListTasks", body).await;
        let page = answer["taskArns"].as_array().unwrap();
        arns.extend(page.iter().map(|arn| arn.as_str().unwrap().to_owned()));
        pages += 1;
        token = answer["nextToken"].take();
        if token.is_null() {
            return (arns, pages);
        }
    }
}

/// The tasks that should run.
async fn tasks(world: &World) -> Vec<Value> {
    let (arns, _) = listed(world, json!({"serviceName": SERVICE_NAME})).await;
    let body = json!({"cluster": CLUSTER_NAME, "tasks": arns});
    let mut answer = ecs(world, "DescribeTasks", body).await;
    answer["tasks"].as_array_mut().unwrap().drain(..).collect()
}

/// Waits until the one deployment that is left has completed.
pub async fn settled(world: &World) {
    until("the roll", || async {
        let service = service(world).await;
        let deployments = service["deployments"].as_array().unwrap();
        deployments.len() == 1 && deployments[0]["rolloutState"] == "COMPLETED"
    })
    .await;
}

pub async fn put(world: &World, name: &str, value: &str) {
    let body = json!({"Name": name, "Value": value, "Overwrite": true});
    ssm(world, "PutParameter", body).await;
}

async fn profiles(world: &World, value: &str) {
    put(world, PROFILES_PARAMETER, value).await;
}

/// What the running tasks have read, as the control plane shows it.
fn running(world: &World) -> Vec<String> {
    let services = world.snapshot().services;
    let service = services.into_iter().find(|one| one.name == SERVICE_NAME).unwrap();
    let runs = service.tasks.into_iter().filter(|task| task.status == "RUNNING");
    runs.filter_map(|task| task.profiles).collect()
}

/// One request to user management on a site, with credentials.
async fn ask(world: &World, site: Site, line: &str) -> Reply {
    let (method, path) = line.split_once(' ').unwrap();
    let body = if method == "GET" { "" } else { "{}" };
    let request = format!(
        "{method} /usermanagement{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        site.host(),
        body.len(),
    );
    let addr = world.handle().stand_in(site.address()).unwrap();
    let stream = TcpStream::connect(addr).await.unwrap();
    exchange(stream, &request).await.unwrap()
}

/// The statuses of the discriminator, so many times in a row.
async fn modes(world: &World, times: usize) -> Vec<u16> {
    let mut all = Vec::new();
    for _ in 0..times {
        let reply = ask(world, Site::New, "GET /api/users/anna/authevents").await;
        all.push(reply.status);
    }
    all
}
