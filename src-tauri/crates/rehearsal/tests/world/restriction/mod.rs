//! The freeze of user management: the firewall and the gateway, and what requests meet there.

mod faults;
mod firewall;
mod gateway;
mod requests;

use std::time::Duration;

use serde_json::{Value, json};
use switchback_rehearsal::{API_ID, API_STAGE, FREEZE_RULE, Site, WEB_ACL_ID, WEB_ACL_NAME, World};
use tokio::net::TcpStream;

use crate::support::{Reply, exchange, json_as, patches, rest, rest_as, rest_refusal, rest_sent};

const WAF: (&str, &str) = ("wafv2", "AWSWAF_20190729");
const STAGE: &str = "arn:aws:apigateway:eu-west-2::/restapis/a1b2c3d4e5/stages/prod";

/// One request to WAF as the world's operator; nothing where no answer comes.
async fn waf_sent(world: &World, operation: &str, body: &Value) -> Option<Reply> {
    json_as(world, WAF, "AKIAREHEARSAL", "eu-west-2", operation, body).await
}

/// One request to WAF that must be answered well.
async fn waf(world: &World, operation: &str, body: Value) -> Value {
    let reply = waf_sent(world, operation, &body).await.unwrap();
    assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

/// The code with which WAF refuses a request.
async fn waf_refusal(world: &World, operation: &str, body: Value) -> String {
    let reply = waf_sent(world, operation, &body).await.unwrap();
    code_of(&reply)
}

fn code_of(reply: &Reply) -> String {
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    let code = said["__type"].as_str().unwrap().to_owned();
    assert_eq!(
        (reply.status, reply.header("x-amzn-errortype")),
        (400, Some(code.as_str()))
    );
    code
}

/// The names by which an update and a read know the web ACL.
fn named() -> Value {
    json!({"Name": WEB_ACL_NAME, "Scope": "REGIONAL", "Id": WEB_ACL_ID})
}

/// What GetWebACL answers.
async fn acl(world: &World) -> Value {
    waf(world, "GetWebACL", named()).await
}

/// The update that changes nothing of what GetWebACL answered: whole, but for what only answers have.
fn echo(mut got: Value) -> Value {
    let mut update = got["WebACL"].take();
    let members = update.as_object_mut().unwrap();
    for only in [
        "ARN",
        "Capacity",
        "LabelNamespace",
        "ManagedByFirewallManager",
        "RetrofittedByFirewallManager",
        "PreProcessFirewallManagerRuleGroups",
        "PostProcessFirewallManagerRuleGroups",
    ] {
        members.shift_remove(only);
    }
    if members["Description"] == "" {
        members.shift_remove("Description");
    }
    update["Scope"] = json!("REGIONAL");
    update["LockToken"] = got["LockToken"].take();
    update
}

fn rule<'a>(acl: &'a mut Value, name: &str) -> &'a mut Value {
    let rules = acl["Rules"].as_array_mut().unwrap();
    rules.iter_mut().find(|rule| rule["Name"] == name).unwrap()
}

/// What the console sends.
fn block() -> Value {
    json!({"Block": {"CustomResponse": {"ResponseCode": 503, "ResponseHeaders": [
        {"Name": "x-tis-restricted", "Value": "firewall"},
        {"Name": "access-control-allow-origin", "Value": "*"},
    ]}}})
}

/// Sets the action of the freeze rule, and nothing else.
async fn act(world: &World, action: Value) {
    let mut update = echo(acl(world).await);
    rule(&mut update, FREEZE_RULE)["Action"] = action;
    waf(world, "UpdateWebACL", update).await;
}

fn stage_line(method: &str) -> String {
    format!("{method} /restapis/{API_ID}/stages/{API_STAGE}")
}

async fn stage(world: &World) -> Value {
    rest(world, &stage_line("GET"), Value::Null).await
}

async fn patch(world: &World, operations: &[&str]) -> Value {
    rest(world, &stage_line("PATCH"), patches(operations)).await
}

/// One raw request to a site; `line` is a method and the path as it is sent.
async fn ask(world: &World, site: Site, line: &str, headers: &str) -> Reply {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}",
        site.host()
    );
    let addr = world.handle().stand_in(site.address()).unwrap();
    let stream = TcpStream::connect(addr).await.unwrap();
    exchange(stream, &request).await.unwrap()
}

/// The status of a request to user management below a site's own prefix, without credentials.
async fn status(world: &World, site: Site, line: &str) -> u16 {
    ask(world, site, &at(site, line), "").await.status
}

/// A line below user management as a site has it.
fn at(site: Site, line: &str) -> String {
    let (method, path) = line.split_once(' ').unwrap();
    let prefix = if site == Site::Gateway { "/prod" } else { "" };
    format!("{method} {prefix}/usermanagement{path}")
}

/// The handlers that a write reached.
fn written(world: &World) -> Vec<String> {
    let log = world.log().into_iter();
    log.filter(|entry| entry.service == "usermanagement")
        .map(|entry| entry.operation)
        .collect()
}

/// Sleeps until so much world time has passed.
async fn pass(world: &World, time: Duration) {
    // A little more, because both ends of the span are rounded to milliseconds.
    tokio::time::sleep(world.handle().clock.sleep_for(time) + Duration::from_millis(2)).await;
}
