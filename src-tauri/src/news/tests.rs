#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

/// A run in which all is well; names, values and addresses that must never be told are in it.
fn quiet() -> Value {
    let reading = json!({
        "id": "site", "title": "Admins-UI", "tone": "passing", "observed": "200 from 192.0.2.10",
        "expected": "200", "source": "https://apps.example.nhs.test", "observed_at": null, "age_s": null,
        "believable_s": 60, "until": null, "mend": null,
    });
    let times = json!({"planned_s": null, "started_at": null, "ended_at": null, "actual_s": null});
    let step = json!({
        "id": "switch", "title": "Switch Admins-UI DNS", "plan_ref": "mid.3", "kind": "action", "why_not_automated": null,
        "state": "applying", "state_words": "Running", "note": "by m.example", "generation": 1, "why": "",
        "look_at": [], "risks": [], "owner": "m.example", "affects": null, "expected_s": null,
        "times": times, "reversibility": "", "needs": [], "after": [], "changed_at": null, "before": [],
        "preview": null, "preview_at": null, "undo": null, "undo_before": [], "undo_loses": [],
        "undo_takes": {"slowest_s": null, "tries": 0, "rehearsals": 0, "caches_s": null}, "verify": [],
        "attempts": [], "drifted": null, "resources": [], "offers": [],
    });
    json!({
        "schema_version": 1, "run": "r", "title": "TIS to Cognito", "state": "open", "plan_digest": "d",
        "seq": 1, "now": "2026-08-06T18:00:00Z", "opened_at": "2026-08-06T17:00:00Z",
        "banner": {"kind": "production", "word": "PRODUCTION", "target": "tis-prod", "account_tail": "9012",
            "region": "eu-west-2", "role": null, "test_endpoint": false, "speed": 1},
        "driver": null, "watching": null, "lost": null, "sign_in_until": null, "t0": null, "times": times,
        "phases": [{"id": "mid", "title": "Mid migration", "t0": true, "gate": null, "times": times,
            "done": 0, "of": 1, "steps": [step]}],
        "monitors": [reading],
        "users": {"tone": "passing", "headline": "Users all right", "note": ""},
        "name_answers": [], "ways": [],
        "way_back": {"answer": {"tone": "passing", "headline": "Can go back", "note": ""}, "missing": [],
            "something_to_undo": true, "proposal": null, "order": [], "undoes": [], "loses": [],
            "takes": {"slowest_s": null, "tries": 0, "rehearsals": 0, "caches_s": null},
            "sheet": {"exported_at": null, "seq": null, "file": null, "stale": null}},
        "rollback": null, "decisions": [], "deadlines": [], "breaches": [], "status": "",
        "stopped_by": null, "mirror": null,
    })
}

fn snapshot(edit: impl FnOnce(&mut Value)) -> RunSnapshot {
    let mut value = quiet();
    edit(&mut value);
    serde_json::from_value(value).unwrap()
}

fn deadline(due: bool) -> Value {
    json!([{"id": "R3", "kind": "rule", "rule": "R3", "title": "Admins-UI is failing", "since": null,
        "at": null, "due": due, "open_decision": null, "note": "said by m.example", "extended": [],
        "extendable": true}])
}

#[test]
fn what_matters_is_told_once() {
    let before = snapshot(|_| {});
    let cases: [(&str, RunSnapshot); 6] = [
        (
            "PRODUCTION · a monitor is failing",
            snapshot(|s| s["monitors"][0]["tone"] = json!("failing")),
        ),
        (
            "PRODUCTION · decision due",
            snapshot(|s| s["deadlines"] = deadline(true)),
        ),
        (
            "PRODUCTION · the rollback stopped",
            snapshot(
                |s| s["rollback"] = json!({"state": "halted", "scope": "all", "title": "Roll back", "items": [], "why": "by m.example"}),
            ),
        ),
        (
            "PRODUCTION · a step needs you",
            snapshot(|s| {
                s["phases"][0]["steps"][0]["state"] = json!("in_doubt");
                s["phases"][0]["steps"][0]["state_words"] = json!("In doubt");
            }),
        ),
        (
            "PRODUCTION · everything is stopped",
            snapshot(|s| s["stopped_by"] = json!("/home/m.example is full")),
        ),
        (
            "PRODUCTION · the run was taken over",
            snapshot(|s| s["lost"] = json!({"at": "2026-08-06T18:00:00Z", "sentence": "s.example took it"})),
        ),
    ];
    for (title, after) in &cases {
        let told = news(&before, after);
        assert_eq!(told.len(), 1, "{title}: {told:?}");
        assert_eq!(told[0].title, *title);
        // The same state again is no news.
        assert_eq!(news(after, after), [], "{title}");
    }
}

#[test]
fn what_is_as_planned_is_not_told() {
    let before = snapshot(|_| {});
    for quiet in [
        snapshot(|_| {}),
        snapshot(|s| s["phases"][0]["steps"][0]["state"] = json!("done")),
        snapshot(|s| s["monitors"][0]["tone"] = json!("unknown")),
        snapshot(|s| s["deadlines"] = deadline(false)),
        snapshot(|s| {
            s["rollback"] =
                json!({"state": "running", "scope": "all", "title": "Roll back", "items": [], "why": null})
        }),
    ] {
        assert_eq!(news(&before, &quiet), []);
    }
}

#[test]
fn no_name_value_or_address_leaves_the_window() {
    let before = snapshot(|_| {});
    let after = snapshot(|s| {
        s["monitors"][0]["tone"] = json!("failing");
        s["deadlines"] = deadline(true);
        s["rollback"] = json!({"state": "halted", "scope": "all", "title": "Roll back", "items": [], "why": "by m.example"});
        s["phases"][0]["steps"][0]["state"] = json!("failed");
        s["stopped_by"] = json!("/home/m.example is full");
    });
    let told = news(&before, &after);
    assert_eq!(told.len(), 5);
    for one in told {
        let text = format!("{} {}", one.title, one.body);
        for secret in ["m.example", "192.0.2.10", "9012", "https://", "/home"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
