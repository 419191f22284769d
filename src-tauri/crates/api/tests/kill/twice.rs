//! What the server's own log says was made more than once.

use std::collections::{BTreeMap, BTreeSet};

use switchback_rehearsal::{LogEntry, Outcome};

/// Changes of one step, generation and way that the server carried out more than once. The change
/// comment names them: `switchback RUN STEP gN apply|undo n digest`.
pub fn doubles(log: &[LogEntry]) -> Vec<String> {
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for entry in log {
        if entry.operation == "ChangeResourceRecordSets"
            && matches!(entry.outcome, Outcome::Committed | Outcome::Lost)
        {
            let comment = entry.comment.clone().unwrap_or_default();
            let words: Vec<&str> = comment.split(' ').collect();
            assert!(words.len() >= 6, "a change without our comment: {comment:?}");
            *made.entry(words[2..5].join(" ")).or_default() += 1;
        }
    }
    made.into_iter()
        .filter(|(_, n)| *n > 1)
        .map(|(what, n)| format!("{what}: {n} times"))
        .collect()
}

/// The same of a parameter and a roll, which carry no comment: a value that was there already, a roll of what was not
/// written since the last one, and what the journal knows no intent of.
pub fn published_twice(log: &[LogEntry], (writes_meant, rolls_meant): (usize, usize)) -> Vec<String> {
    let mut twice = Vec::new();
    let (mut puts, mut rolls) = (0, 0);
    let (mut value, mut written) = (None, false);
    for entry in log {
        // Not what a fault has somebody else do.
        let ours = matches!(entry.service.as_str(), "ssm" | "ecs")
            && matches!(entry.outcome, Outcome::Committed | Outcome::Lost);
        if let Some(put) = entry.parameter.as_ref().filter(|_| ours) {
            puts += 1;
            if value.is_some() && value == put.value {
                twice.push(format!("{} was written twice: {:?}", put.name, put.value));
            }
            (value, written) = (put.value.clone(), true);
        }
        if entry.rolled.is_some() && ours {
            rolls += 1;
            if !written {
                twice.push(format!("rolled with nothing written since: {:?}", entry.rolled));
            }
            written = false;
        }
    }
    for (what, made, meant) in [("writes", puts, writes_meant), ("rolls", rolls, rolls_meant)] {
        if made > meant {
            twice.push(format!("{made} {what} of {meant} intents"));
        }
    }
    twice
}

/// The same of what is replaced whole: what was left there already, and what the journal knows no intent of.
pub fn left_twice(log: &[LogEntry], meant: usize) -> Vec<String> {
    let mut twice = Vec::new();
    let mut made = 0;
    let mut last: BTreeMap<&str, &serde_json::Value> = BTreeMap::new();
    for entry in log {
        let ours = matches!(entry.service.as_str(), "wafv2" | "apigateway")
            && matches!(entry.outcome, Outcome::Committed | Outcome::Lost);
        let Some(left) = entry.left.as_ref().filter(|_| ours) else {
            continue;
        };
        made += 1;
        if last.insert(&entry.service, left) == Some(left) {
            twice.push(format!("{} was left so twice: {left}", entry.service));
        }
    }
    if made > meant {
        twice.push(format!("{made} changes of {meant} intents"));
    }
    twice
}

/// The same of what an API serves: an authoriser that was left so already, a stage that pointed there already, two
/// deployments of one token, and what the journal knows no intent of. A flush made twice harms nobody, but by its intents.
pub fn deployed_twice(log: &[LogEntry], (changes_meant, flushes_meant): (usize, usize)) -> Vec<String> {
    let mut twice = Vec::new();
    let (mut changes, mut flushes) = (0, 0);
    let mut last: BTreeMap<&str, String> = BTreeMap::new();
    let mut tokens: BTreeSet<String> = BTreeSet::new();
    for entry in log {
        if entry.service != "apigateway" || !matches!(entry.outcome, Outcome::Committed | Outcome::Lost) {
            continue;
        }
        let left = || entry.left.as_ref().map(ToString::to_string).unwrap_or_default();
        let what = match entry.operation.as_str() {
            "UpdateAuthorizer" => left(),
            "UpdateStage" => entry.comment.clone().unwrap_or_default(),
            "CreateDeployment" => {
                changes += 1;
                let told = entry.left.as_ref().and_then(|left| left["description"].as_str());
                let token = told.unwrap_or_default().to_owned();
                if !tokens.insert(token.clone()) {
                    twice.push(format!("two deployments of {token}"));
                }
                continue;
            }
            "FlushStageAuthorizersCache" => {
                flushes += 1;
                continue;
            }
            _ => continue,
        };
        changes += 1;
        if last.insert(&entry.operation, what.clone()).as_ref() == Some(&what) {
            twice.push(format!("{} left it so twice: {what}", entry.operation));
        }
    }
    for (what, made, meant) in [
        ("changes", changes, changes_meant),
        ("flushes", flushes, flushes_meant),
    ] {
        if made > meant {
            twice.push(format!("{made} {what} of {meant} intents"));
        }
    }
    twice
}

#[test]
fn a_deployment_made_twice_is_found() {
    let entry = |operation: &str, body: &str| {
        let words = format!(
            r#"{{"seq":0,"world_time":"1970-01-01T00:00:00Z","service":"apigateway","operation":"{operation}",
               "request_id":"","account":"","outcome":"committed",{body}}}"#
        );
        serde_json::from_str::<LogEntry>(&words).unwrap()
    };
    let made = |token: &str| {
        entry(
            "CreateDeployment",
            &format!(r#""left":{{"description":"{token}"}}"#),
        )
    };
    let points = |at: &str| {
        entry(
            "UpdateStage",
            &format!(r#""comment":"replace /deploymentId {at}""#),
        )
    };
    let flush = || entry("FlushStageAuthorizersCache", r#""left":null"#);
    let found = |log: &[LogEntry]| deployed_twice(log, (4, 2)).len();
    assert_eq!(
        found(&[made("a"), points("1"), flush(), points("0"), flush(), made("b")]),
        0
    );
    assert_eq!(found(&[made("a"), made("a")]), 1);
    assert_eq!(found(&[points("1"), points("1")]), 1);
    assert_eq!(found(&[flush(), flush(), flush()]), 1);
}

#[test]
fn what_is_left_twice_is_found() {
    let left = |service: &str, left: u32| {
        let words = format!(
            r#"{{"seq":0,"world_time":"1970-01-01T00:00:00Z","service":"{service}","operation":"","request_id":"",
               "account":"","outcome":"committed","left":{left}}}"#
        );
        serde_json::from_str::<LogEntry>(&words).unwrap()
    };
    let found = |log: &[LogEntry]| left_twice(log, 4).len();
    assert_eq!(
        found(&[
            left("wafv2", 1),
            left("apigateway", 1),
            left("wafv2", 2),
            left("apigateway", 2)
        ]),
        0
    );
    assert_eq!(
        found(&[left("wafv2", 1), left("apigateway", 2), left("wafv2", 1)]),
        1
    );
    assert_eq!(left_twice(&[left("wafv2", 1), left("wafv2", 2)], 1).len(), 1);
    assert_eq!(found(&[left("second-writer", 1), left("second-writer", 1)]), 0);
}

#[test]
fn a_value_written_twice_and_a_roll_made_twice_are_found() {
    let entry = |service: &str, body: &str| {
        let words = format!(
            r#"{{"seq":0,"world_time":"1970-01-01T00:00:00Z","service":"{service}","operation":"","request_id":"",
               "account":"","outcome":"committed",{body}}}"#
        );
        serde_json::from_str::<LogEntry>(&words).unwrap()
    };
    let put = |value: &str| {
        let body = format!(r#""parameter":{{"name":"p","version":1,"value":"{value}"}}"#);
        entry("ssm", &body)
    };
    let roll = || {
        entry(
            "ecs",
            r#""rolled":{"service":"s","deployment":"d","task_definition":"t"}"#,
        )
    };
    let found = |log: &[LogEntry]| published_twice(log, (2, 2)).len();
    assert_eq!(found(&[put("a,b"), roll(), put("a"), roll()]), 0);
    assert_eq!(found(&[put("a,b"), put("a"), roll()]), 0);
    assert_eq!(found(&[put("a,b"), put("a,b"), roll()]), 1);
    assert_eq!(found(&[put("a,b"), roll(), roll()]), 1);
    assert_eq!(found(&[put("a,b"), put("a"), put("a,b"), roll()]), 1);
    // Somebody else's are no concern of ours.
    let theirs = LogEntry {
        service: "second-writer".to_owned(),
        ..roll()
    };
    assert_eq!(found(&[put("a,b"), roll(), theirs, put("a"), roll()]), 0);
}
