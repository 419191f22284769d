#![expect(clippy::unwrap_used, reason = "tests")]

mod permission;
mod wire;

use serde_json::{Value, json};
use switchback_model::{Observers, Target, TargetKind, TriggerCheck};

use super::TriggerLook;
use crate::look::{Found, Is, Look as _, Mend};
use crate::tests::aws;
use crate::tests::server::{Play, Server, server};

const FUNCTION: &str = "arn:aws:lambda:eu-west-2:123456789012:function:migrate-user";
const POOL: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE";

fn target() -> Target {
    Target {
        name: "test".parse().unwrap(),
        kind: TargetKind::Test,
        account: "123456789012".to_owned(),
        region: "eu-west-2".to_owned(),
        role: None,
        profile: None,
        observers: Observers::default(),
        resolvers: std::collections::BTreeMap::default(),
        name_servers: std::collections::BTreeMap::default(),
        pools: std::collections::BTreeMap::default(),
    }
}

fn check(function: &str) -> TriggerCheck {
    TriggerCheck {
        function: function.to_owned(),
        pool_arn: POOL.to_owned(),
    }
}

/// A statement as `aws lambda add-permission` writes it.
fn statement() -> Value {
    json!({
        "Sid": "cognito",
        "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        "Condition": {"ArnLike": {"AWS:SourceArn": POOL}},
    })
}

fn policy(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string()
}

fn configuration() -> Value {
    json!({
        "FunctionName": "migrate-user",
        "FunctionArn": FUNCTION,
        "Timeout": 4,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "SomethingNew": {"of": "tomorrow"},
    })
}

fn answer(body: &Value) -> Play {
    Play::Answer(200, body.to_string())
}

fn not_found() -> Play {
    let body = json!({"__type": "ResourceNotFoundException", "Message": "The resource you requested does not exist."});
    Play::Answer(404, body.to_string())
}

/// The four answers about a sound function, in the order in which they are asked for.
fn sound() -> Vec<Play> {
    vec![
        answer(&configuration()),
        answer(&json!({"Policy": policy(&[statement()]), "RevisionId": "1"})),
        answer(&json!({})),
        Play::Answer(204, String::new()),
    ]
}

/// The same with another answer in one place.
fn with(at: usize, play: Play) -> Vec<Play> {
    let mut plays = sound();
    plays[at] = play;
    plays
}

/// What is found, and what was asked.
async fn looked_at(check: &TriggerCheck, plays: Vec<Play>) -> (Found, Server) {
    let played = server(plays).await;
    let target = target();
    let look = TriggerLook {
        check,
        target: &target,
    };
    let aws = aws(&played.url);
    let found = match look.ask(&aws).await {
        Ok(told) => look.judge(&told),
        Err(error) => look.failed(&aws, &error),
    };
    (found, played)
}

async fn looked(plays: Vec<Play>) -> Found {
    looked_at(&check(FUNCTION), plays).await.0
}

/// How a finding is mended.
fn mend(found: &Found) -> &str {
    match &found.is {
        Is::Right => "",
        Is::Wrong(mend) | Is::Untold(mend) => match mend {
            Mend::Unsaid(words) | Mend::Besides(words) | Mend::Anyway(words) => words,
        },
    }
}
