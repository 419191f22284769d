//! Lambda from outside: what the API says of the triggers, what they compute, and how a sign-in calls them.

mod api;
mod faults;
mod sign_in;

use serde_json::{Value, json};
use switchback_rehearsal::{ADMINS_CLIENT, SECRET_KEY, World};
use tokio::net::TcpStream;

use crate::support::{Reply, Signing, exchange};

/// One request to Lambda, as an access key and in a region.
async fn lambda_as(
    world: &World,
    (key, region): (&str, &str),
    line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let signing = Signing {
        key,
        secret: SECRET_KEY,
        token: None,
        region,
        service: "lambda",
    };
    let addr = world.handle().aws_addr();
    let request = signing.request(addr, line, headers, body);
    exchange(TcpStream::connect(addr).await.unwrap(), &request)
        .await
        .unwrap()
}

/// The world's operator.
const MINE: (&str, &str) = ("AKIAREHEARSAL", "eu-west-2");

/// One read, of which the answer is JSON.
async fn look(world: &World, path: &str) -> (u16, Value) {
    let reply = lambda_as(world, MINE, &format!("GET {path}"), &[], "").await;
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

/// The status and the code with which Lambda refuses, and its words.
async fn refused(world: &World, who: (&str, &str), line: &str) -> (u16, String, String) {
    let reply = lambda_as(world, who, line, &[], "").await;
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    let code = reply.header("x-amzn-errortype").unwrap().to_owned();
    let whose = if reply.status >= 500 { "Service" } else { "User" };
    assert_eq!(said["Type"], whose);
    (reply.status, code, said["Message"].as_str().unwrap().to_owned())
}

/// An invocation of a kind.
async fn invoke(world: &World, of: &str, kind: &str, event: &Value) -> Reply {
    let line = format!("POST /2015-03-31/functions/{of}/invocations");
    let headers = [("x-amz-invocation-type", kind)];
    lambda_as(world, MINE, &line, &headers, &event.to_string()).await
}

/// The event of somebody who signs in and is absent.
fn migration(user: &str, password: &str) -> Value {
    json!({
        "version": "1",
        "triggerSource": "UserMigration_Authentication",
        "userName": user,
        "request": {"password": password},
        "response": {},
    })
}

/// Somebody signs in to the new pool with a password.
fn password(user: &str, password: &str) -> Value {
    json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": ADMINS_CLIENT,
        "AuthParameters": {"USERNAME": user, "PASSWORD": password},
    })
}
