//! `waf.rule_action` and `apigateway.throttle` there and back by our binary, on other people's emulators, read by boto3.

use serde_json::{Value, json};

use crate::sandbox::{Emulator, Sandbox, venv};

const RUNBOOK: &str = include_str!("restriction.toml");

/// The key of a method in a stage's settings, whichever way an emulator spells it.
fn settings<'a>(dump: &'a Value, path: &str) -> Option<&'a Value> {
    let all = dump["settings"].as_object().unwrap();
    all.iter()
        .find(|(key, _)| key.replace("~1", "/").trim_start_matches('/') == path.trim_start_matches('/'))
        .map(|(_, settings)| settings)
}

fn there_and_back(name: &str) {
    let Some(venv) = venv(name) else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, name);
    let made = place.restriction(&["create"]);
    let target = place.target_of_caller(&made);
    // moto answers the removal of a key and keeps it (API Gateway API reference, "Patch operations", Stage: it is gone), so
    // that the way back of a new key is not proven there, and the console says so.
    let paths: &[&str] = match name {
        "ministack" => &["createUser/POST", "users/POST"],
        _ => &["users/POST"],
    };
    let methods: Vec<String> = paths
        .iter()
        .map(|path| path.rsplit_once('/').unwrap())
        .map(|(path, method)| format!("{method} /{path}"))
        .collect();
    let values = format!(
        "\n[values]\nweb_acl_id = {}\napi = {}\nmethods = {methods:?}\n",
        made["web_acl_id"], made["api"]
    );
    let text = std::fs::read_to_string(&target).unwrap() + &values;
    std::fs::write(&target, text).unwrap();
    let runbook = place.path("restriction.toml");
    std::fs::write(&runbook, RUNBOOK).unwrap();
    let runbook = runbook.display().to_string();
    let start = place.restriction(&["dump"]);
    assert_eq!(start["rules"]["writes"], json!({"Count": {}}));
    let opened = place.switchback(0, &["run", "new", &runbook, "--target", &target]);
    let run = opened["run"].as_str().unwrap();

    // Somebody else edits another rule after the preview: our approval holds, and theirs survives.
    let digest = place.preview(run, "rule");
    place.restriction(&["edit"]);
    let edited = place.restriction(&["dump"]);
    assert_ne!(edited["statements"], start["statements"]);
    let did = place.apply(0, run, "rule", &digest);
    assert_eq!(did["state"], "done", "{did}");
    let digest = place.preview(run, "methods");
    let did = place.apply(0, run, "methods", &digest);
    assert_eq!(did["state"], "done", "{did}");

    let there = place.restriction(&["dump"]);
    let block = json!({"Block": {"CustomResponse": {"ResponseCode": 503,
        "ResponseHeaders": [{"Name": "x-restricted", "Value": "firewall"}]}}});
    assert_eq!(there["rules"]["writes"], block, "{name}");
    assert_eq!(there["rules"]["known-bad"], edited["rules"]["known-bad"]);
    assert_eq!(
        there["statements"], edited["statements"],
        "{name}: an edit of another rule is lost"
    );
    assert_eq!(there["rest"], edited["rest"], "{name}");
    for path in paths {
        let now = settings(&there, path).unwrap_or_else(|| panic!("{name}: {path} of {}", there["settings"]));
        assert_eq!(
            (
                now["throttlingRateLimit"].as_f64(),
                now["throttlingBurstLimit"].as_i64()
            ),
            (Some(0.0), Some(0))
        );
    }
    assert_eq!(settings(&there, "*/*"), settings(&start, "*/*"));

    let back = place.switchback(7, &["rollback", run, "--all", "--confirm", "test"]);
    assert_eq!(back["state"], "completed", "{back}");
    let end = place.restriction(&["dump"]);
    assert_eq!(end["rules"], start["rules"], "{name}");
    assert_eq!(end["statements"], edited["statements"], "{name}");
    assert_eq!(
        settings(&end, "users/POST"),
        settings(&start, "users/POST"),
        "{name}"
    );
    // moto answers the removal of a key and keeps the key (API reference, "Patch operations", Stage: it is gone).
    if name == "ministack" {
        assert_eq!(end["settings"], start["settings"]);
    }
    place.switchback(0, &["journal", "verify", "--allow-unproven", run]);
    println!(
        "{name}: a rule and {} methods, there and back, 4 writes",
        paths.len()
    );
}

#[test]
fn ministack_takes_a_restriction_and_gives_it_back() {
    there_and_back("ministack");
}

#[test]
fn moto_takes_a_restriction_and_gives_it_back() {
    there_and_back("moto_server");
}
