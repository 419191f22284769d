//! Onlookers of the rehearsal that share no code with it: boto3 at its stages, and a process that watches
//! all the time.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, venv};
use crate::{addresses, difference};

/// What an onlooker saw at a stage, by what it looked at.
type StageView = serde_json::Map<String, Value>;

const OBSERVE_PY: &str = include_str!("observe.py");
const WATCH_PY: &str = include_str!("watch.py");

/// A record set as both boto3 and the scripted operator say it.
fn as_line(set: &Value) -> (String, String, Value, Vec<String>) {
    let word = |one: &str, other: &str| {
        let value = if set[one].is_null() {
            &set[other]
        } else {
            &set[one]
        };
        value.as_str().unwrap().to_owned()
    };
    let ttl = if set["TTL"].is_null() {
        &set["ttl"]
    } else {
        &set["TTL"]
    };
    let mut values = match set["values"].as_array() {
        Some(values) => values.iter().map(|v| v.as_str().unwrap().to_owned()).collect(),
        None => addresses(set).into_iter().map(str::to_owned).collect::<Vec<_>>(),
    };
    values.sort();
    (word("Name", "name"), word("Type", "type"), ttl.clone(), values)
}

#[test]
fn boto3_sees_the_rehearsal_go_there_and_back() {
    let Some(venv) = venv("rehearsal") else {
        return;
    };
    let place = Sandbox::new(&venv);
    let observer = place.path("observe.py");
    let interpreter = venv.join("bin/python");
    let draft = place.path("observe.draft");
    std::fs::write(&draft, format!("#!{}\n{OBSERVE_PY}", interpreter.display())).unwrap();
    crate::shared::put_program(&draft, &observer);

    let observe = observer.display().to_string();
    for (runbook, speed) in [("dns-switch", "60"), ("tis-cognito", "80")] {
        let rehearse = [
            "rehearse",
            "--auto",
            "--runbook",
            runbook,
            "--speed",
            speed,
            "--observe",
            &observe,
        ];
        there_and_back(&place, runbook, &place.switchback(0, &rehearse));
    }
}

/// What boto3 saw at the start, the far point and the end, against what the outcome says.
fn there_and_back(place: &Sandbox, runbook: &str, rehearsed: &Value) {
    assert_eq!(rehearsed["as_it_began"], true, "{rehearsed}");

    let seen = |stage: &str| -> StageView {
        let text = std::fs::read_to_string(place.path(&format!("{stage}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let (whole_start, whole_far, end) = (seen("start"), seen("far"), seen("end"));
    assert_eq!(whole_start.len(), 11, "{:?}", whole_start.keys());
    for (what, is) in &whole_start {
        assert_eq!(
            *is, end[what],
            "boto3 sees other {what} at the end than at the start"
        );
    }
    let moved: Vec<&str> = whole_start
        .iter()
        .filter(|(what, is)| **is != whole_far[*what])
        .map(|(what, _)| what.as_str())
        .collect();
    // The restriction is lifted by then, and the tasks are of the same definition.
    let expected: &[&str] = match runbook {
        "tis-cognito" => &[
            "authorizers",
            "edges",
            "parameters",
            "routes",
            "served",
            "tokens",
            "zones",
        ],
        _ => &["zones"],
    };
    assert_eq!(moved, expected, "{runbook}");
    let events = |of: &StageView| {
        let routes = of["routes"].as_object().unwrap();
        let events = routes.iter().filter(|(route, _)| route.contains("authevents"));
        events
            .map(|(_, answers)| answers[0].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    // Whoever reads Keycloak can't tell of them, whoever reads Cognito can: what each running task knows.
    assert_eq!(events(&whole_start), ["500"; 3]);
    if runbook == "tis-cognito" {
        assert_eq!(events(&whole_far), ["200"; 3]);
    }
    reval(&whole_start, &whole_far, runbook == "tis-cognito");
    println!(
        "{runbook}: {} routes, {} sections, moved: {moved:?}",
        whole_start["routes"].as_object().unwrap().len(),
        whole_start.len()
    );
    let (start, far) = (
        whole_start["zones"].as_object().unwrap(),
        whole_far["zones"].as_object().unwrap(),
    );
    assert!(!start.is_empty() && start.keys().eq(far.keys()));

    // What boto3 sees to differ at the far point is what the outcome says, and nothing else.
    let mut by_boto3 = Vec::new();
    for (zone_id, sets) in start {
        let (gone, new) = difference(sets.as_array().unwrap(), far[zone_id].as_array().unwrap());
        by_boto3.extend(gone.into_iter().map(|set| ('-', as_line(set))));
        by_boto3.extend(new.into_iter().map(|set| ('+', as_line(set))));
    }
    let by_us: Vec<_> = rehearsed["outcome"]["far_difference"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| {
            let (sign, set) = line.as_str().unwrap().split_once(' ').unwrap();
            let set: Value = serde_json::from_str(set).unwrap();
            // What became of everything else is told above.
            let is_record = ["name", "ttl"].iter().all(|key| set.get(key).is_some());
            is_record.then(|| (sign.chars().next().unwrap(), as_line(&set)))
        })
        .collect();
    assert_eq!(by_boto3, by_us);
    assert_eq!(by_us.len(), 2, "one record set is replaced: {by_us:?}");
    assert_eq!(by_us[0].1.0, by_us[1].1.0, "it is one name's");
}

/// What boto3 and a browser saw of Reval: it is moved from one pool to the other, or stands as it did.
fn reval(start: &StageView, far: &StageView, moves: bool) {
    let pool = |number: u8| format!("eu-west-2_REHEARSAL{number}");
    let arn = |number: u8| {
        format!(
            "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/{}",
            pool(number)
        )
    };
    let said = |pool: &str| json!(["200", {"pool": pool, "user": "canary@example.nhs.test"}]);
    let refused = json!(["401", {"message": "Unauthorized"}]);
    for (seen, at) in [(start, 0), (far, u8::from(moves))] {
        let authorizer = &seen["authorizers"]["re7al1"];
        assert_eq!(authorizer["providerARNs"], json!([arn(at)]));
        assert_eq!(authorizer["authorizerResultTtlInSeconds"], 300);
        assert_eq!(seen["served"]["canary"], Value::Null);
        assert_eq!(seen["distribution"]["names"], json!(["reval.example.nhs.test"]));
        let (old, new) = match at {
            // Nobody has brought the canary over yet, and whoever only looks does not.
            0 => (said(&pool(0)), json!(["absent", null])),
            _ => (refused.clone(), said(&pool(1))),
        };
        assert_eq!(seen["tokens"], json!({"none": refused, "old": old, "new": new}));
        let edges: Vec<&Value> = seen["edges"].as_object().unwrap().values().collect();
        assert_eq!(edges.len(), 2, "{edges:?}");
        for edge in &edges {
            assert_eq!(edge["pools"], json!([pool(at)]), "{edge}");
            assert_eq!(*edge, edges[0], "both have the same");
        }
    }
    let pools = |seen: &StageView| {
        let edges = seen["edges"].as_object().unwrap();
        let of = edges
            .iter()
            .map(|(edge, has)| format!("{edge} {}", has["pools"][0]));
        of.collect::<Vec<_>>().join(", ")
    };
    for (seen, when) in [(start, "start"), (far, "far point")] {
        println!("Reval at the {when}: {}; {}", seen["tokens"], pools(seen));
    }
    assert_eq!(start["served"]["methods"], far["served"]["methods"]);
    // The page, its manifest and one script of it are others; what no release changes is the same.
    let hashes = |seen: &StageView| {
        let edges = seen["edges"].as_object().unwrap();
        let edge = edges.values().next().unwrap();
        edge["hashes"].as_object().unwrap().clone()
    };
    let (before, then) = (hashes(start), hashes(far));
    let kept = before.iter().filter(|(path, hash)| then.get(*path) == Some(hash));
    assert_eq!(
        kept.count(),
        if moves { 2 } else { before.len() },
        "{before:?} {then:?}"
    );
}

/// Ends with the test.
struct Watcher(std::process::Child);

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_separate_process_sees_the_change_and_its_return() {
    let Some(venv) = venv("watcher") else {
        return;
    };
    let place = Sandbox::new(&venv);
    let script = place.path("watch.py");
    std::fs::write(&script, WATCH_PY).unwrap();
    // It is there before the world is, and sees it come.
    let mut watcher = place
        .program(&venv.join("bin/python"))
        .arg(&script)
        .arg(place.path("home/rehearsal/handle.json"))
        .stdout(Stdio::piped())
        .spawn()
        .map(Watcher)
        .unwrap();
    let mut lines = BufReader::new(watcher.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with("watching, process "), "{first}");

    let rehearsed = place.switchback(0, &["rehearse", "--auto", "--speed", "60"]);
    assert_eq!(rehearsed["as_it_began"], true, "{rehearsed}");

    let told: Vec<String> = lines.map(Result::unwrap).collect();
    println!("{first}\n{}", told.join("\n"));
    assert!(watcher.0.wait().unwrap().success());
    let whole: Value = serde_json::from_str(told.last().unwrap()).unwrap();
    let seen = whole["seen"].as_object().unwrap();
    // Four name servers, two resolvers and the site; nothing went wrong in between.
    assert_eq!(seen.len(), 7, "{whole}");
    for (who, story) in seen {
        let story: Vec<&str> = story
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["saw"].as_str().unwrap())
            .collect();
        let expected = match who.as_str() {
            "site" => ["7d19", "8f2c", "7d19"],
            _ => ["192.0.2.10", "198.51.100.20", "192.0.2.10"],
        };
        assert_eq!(story, expected, "{who}");
    }
    assert!(whole["looks"].as_u64().unwrap() > 50, "it hardly looked: {whole}");
}
