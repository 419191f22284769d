//! The log: every mutating call can be found by its run, step, attempt and request id, and no secret
//! that was put in comes out anywhere.

use std::fs;

use serde_json::Value;

use super::support::{Closed, SECRETS, TestHome, applying, harmless};

/// A field of a line's spans.
fn of_spans<'a>(line: &'a Value, name: &str) -> Option<&'a str> {
    line["spans"]
        .as_array()?
        .iter()
        .find_map(|span| span[name].as_str())
}

fn lines(place: &TestHome) -> Vec<Value> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(place.home().join("logs")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        lines.extend(
            text.lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap()),
        );
    }
    lines
}

/// The lines of the answers to mutating calls, each with all that identifies it.
fn mutations(place: &TestHome) -> Vec<(String, String, String, String)> {
    lines(place)
        .iter()
        .filter(|line| {
            line["fields"]["message"] == "answered"
                && of_spans(line, "operation") == Some("ChangeResourceRecordSets")
        })
        .map(|line| {
            let field = |name: &str| {
                let value = of_spans(line, name).unwrap_or_else(|| panic!("no {name}: {line}"));
                value.to_owned()
            };
            assert_eq!(line["level"], "INFO");
            (field("run"), field("step"), field("attempt"), field("request_id"))
        })
        .collect()
}

#[test]
fn every_change_is_in_the_log_with_its_run_step_attempt_and_request() {
    let place = TestHome::new().set("SWITCHBACK_LOG", "debug");
    let did = place
        .run(&["rehearse", "--auto", "--speed", "100", "--json"])
        .code(0);
    let outcome = did.json();
    let run = outcome["run"].as_str().unwrap();
    let found = mutations(&place);
    // Three changes forward and three back, by the journal.
    let journal = place.json(&["journal", "show", run]);
    let answered: Vec<String> = journal["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| {
            event["sentence"]
                .as_str()?
                .split("accepted by AWS, request ")
                .nth(1)
        })
        .map(str::to_owned)
        .collect();
    assert!(answered.len() >= 6, "{answered:?}");
    assert_eq!(found.len(), answered.len());
    for (of, step, attempt, request) in &found {
        assert_eq!(of, run);
        assert!(attempt.starts_with(&format!("{step}/")), "{attempt} of {step}");
        assert!(answered.contains(request), "{request} is not in the journal");
    }
    let attempts: std::collections::BTreeSet<&String> = found.iter().map(|(_, _, a, _)| a).collect();
    assert_eq!(attempts.len(), found.len());
    // At this level reads are there as well, with their request too.
    let reads = lines(&place)
        .iter()
        .filter(|line| of_spans(line, "operation") == Some("ListResourceRecordSets"))
        .all(|line| of_spans(line, "request_id").is_some());
    assert!(reads);
}

#[test]
fn no_secret_that_was_put_in_comes_out() {
    let place = TestHome::new();
    let world = Closed::of(&place);
    // Everything that a person could have set, each with a secret in it.
    let place = place
        .set("AWS_ACCESS_KEY_ID", SECRETS[3])
        .set("AWS_SECRET_ACCESS_KEY", SECRETS[0])
        .set("AWS_SESSION_TOKEN", SECRETS[1])
        .set("HTTPS_PROXY", format!("http://me:{}@127.0.0.1:1", SECRETS[2]))
        .set("AWS_ENDPOINT_URL", &world.handle.endpoint);
    let target = place.test_target("");
    let run = place.new_run(&target, &[]);
    let digest = place.seen(&run);
    let apply = applying(&run, "test", &digest);
    harmless(&place.run(&apply).code(0));
    for code in [
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "AccessDenied",
        "InternalFailure",
    ] {
        world.inject(&format!("error-before:ListResourceRecordSets:{code}:3"));
        harmless(&place.run(&["step", "check", &run, "switch"]));
        harmless(&place.run(&["rollback", &run, "--all"]));
        world.lift("error-before");
    }
    place
        .run(&["rollback", &run, "--all", "--confirm", "test"])
        .code(7);
    assert_eq!(mutations(&place).len(), 2);
    place.ok(&[
        "journal",
        "export",
        &run,
        "--out",
        place.home().join("copy.jsonl").to_str().unwrap(),
    ]);
    place.ok(&[
        "run",
        "sheet",
        &run,
        "--out",
        place.home().join("sheet.sh").to_str().unwrap(),
    ]);
    place.holds_no_secret();
    // The signed requests themselves are in no log either.
    for line in lines(&place) {
        let text = line.to_string().to_ascii_lowercase();
        for word in ["aws4-hmac", "authorization", "x-amz-security-token"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}
