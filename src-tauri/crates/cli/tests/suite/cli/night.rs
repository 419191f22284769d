//! A run there and back by commands, and one driver at a time.

use std::process::Command;

use serde_json::json;

use super::Home;
use crate::shared::{Did, until};

#[test]
fn a_run_goes_forward_and_back_by_commands() {
    let home = Home::new();
    let world = home.serve();
    let run = home.new_run(&["--target", "rehearsal"]);
    let run = run.as_str();
    assert_eq!(home.json(&["run", "list"]).code(0).json()["runs"][0]["run"], run);

    let checked = home.json(&["step", "check", run, "lower-ttl"]).code(0).json();
    assert_eq!(checked["ready"], true);
    let preview = home.json(&["step", "preview", run, "lower-ttl"]).code(0).json();
    let digest = preview["digest"].as_str().unwrap().to_owned();
    assert_eq!(preview["calls"][0]["operation"], "ChangeResourceRecordSets");
    assert!(
        preview["changes"][0]["after"][0]
            .as_str()
            .unwrap()
            .contains("TTL 60 s")
    );
    assert!(
        preview["undo"]["changes"][0]["after"][0]
            .as_str()
            .unwrap()
            .contains("TTL 300 s")
    );

    // Nothing is applied without the target's name, a preview and the right digest.
    let apply = ["step", "apply", run, "lower-ttl"];
    let with = |more: &[&str]| home.json(&[&apply, more].concat());
    assert_eq!(with(&["--preview", &digest]).code(5).error()["code"], "guard");
    assert_eq!(
        with(&["--preview", &digest, "--confirm", "production"])
            .code(5)
            .error()["code"],
        "guard"
    );
    assert_eq!(
        with(&["--confirm", "rehearsal", "--no-input"]).code(2).error()["code"],
        "usage"
    );
    let other = "0".repeat(64);
    assert_eq!(
        with(&["--confirm", "rehearsal", "--preview", &other])
            .code(5)
            .error()["code"],
        "stale_screen"
    );
    let shown = home.json(&["run", "show", run]).code(0).json();
    assert_eq!(
        Home::step(&shown, "lower-ttl")["attempts"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    // A way back that nothing needs yet is not a failure.
    let rule = &shown["rollback"][0];
    assert_eq!(
        (&rule["ready"], &rule["something_to_undo"]),
        (&json!(false), &json!(false))
    );
    let words = home.run(&["run", "show", run]).code(0).out;
    assert!(words.contains("○ not needed") && !words.contains('✗'), "{words}");

    let done = with(&["--confirm", "rehearsal", "--preview", &digest])
        .code(0)
        .json();
    assert_eq!(done["state"], "done");
    assert_eq!(done["attempts"][0]["id"], "lower-ttl/1/apply/1");

    // The longer TTL must have run out first.
    let waiting = home.json(&["step", "check", run, "switch"]).code(3);
    let wait = waiting.json()["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["id"] == "ttl-wait")
        .unwrap()
        .clone();
    assert_eq!(wait["tone"], "waiting");
    until("the longer TTL has run out", || {
        let did = home.json(&["step", "check", run, "switch"]);
        (did.code == 0).then_some(())
    });
    let preview = home.json(&["step", "preview", run, "switch"]).code(0).json();
    let digest = preview["digest"].as_str().unwrap();
    let args = [
        "step",
        "apply",
        run,
        "switch",
        "--confirm",
        "rehearsal",
        "--preview",
        digest,
    ];
    assert_eq!(home.json(&args).code(0).json()["state"], "done");

    let sheet = home.path().join("sheet.sh");
    home.run(&["run", "sheet", run, "--out", sheet.to_str().unwrap()])
        .code(0);
    let sheet = std::fs::read_to_string(sheet).unwrap();
    assert!(sheet.contains("aws route53 change-resource-record-sets --cli-input-json"));
    assert!(sheet.contains("192.0.2.10") && sheet.contains("aws sts get-caller-identity"));

    let shown = home.json(&["run", "show", run]).code(0).json();
    assert_eq!(shown["state"], "open");
    assert!(shown["driver"].is_null());
    let rule = &shown["rollback"][0];
    assert_eq!(rule["rule"], "R3");
    assert_eq!(rule["ready"], true, "{rule}");
    assert_eq!(rule["something_to_undo"], true, "{rule}");
    assert_eq!(rule["order"][0], "switch");
    for monitor in shown["monitors"].as_array().unwrap() {
        assert!(
            monitor["value"].is_string() && monitor["age_s"].is_u64(),
            "{monitor}"
        );
    }

    // The way back: shown, refused with a wrong name or digest, then gone.
    let plan = home.json(&["rollback", run, "--rule", "R3"]).code(0).json();
    assert_eq!(plan["items"][0]["step"], "switch");
    assert_eq!(plan["items"][0]["kind"], "undo");
    assert!(plan["items"][0]["preconditions"].is_array() && plan["breaches"].is_array());
    home.json(&["rollback", run, "--rule", "R3", "--confirm", "production"])
        .code(5);
    home.json(&[
        "rollback",
        run,
        "--rule",
        "R3",
        "--confirm",
        "rehearsal",
        "--plan",
        &other,
    ])
    .code(5);
    let digest = plan["digest"].as_str().unwrap();
    let back = home
        .json(&[
            "rollback",
            run,
            "--rule",
            "R3",
            "--confirm",
            "rehearsal",
            "--plan",
            digest,
        ])
        .code(7)
        .json();
    assert_eq!(back["state"], "completed");
    home.json(&["rollback", run, "--all", "--confirm", "rehearsal"])
        .code(7);
    let shown = home.json(&["run", "show", run]).code(0).json();
    assert_eq!(Home::step(&shown, "lower-ttl")["state"], "undone");
    assert_eq!(Home::step(&shown, "switch")["state"], "undone");

    // The journal verifies here and as a file, and a change in the file is found.
    home.json(&["journal", "verify", run]).code(0);
    let file = home.path().join("run.jsonl");
    let name = file.to_str().unwrap();
    home.json(&["journal", "export", run, "--out", name]).code(0);
    assert_eq!(
        home.json(&["journal", "verify", name]).code(0).json()["valid"],
        true
    );
    let lines = std::fs::read_to_string(&file).unwrap();
    let changed = home.path().join("changed.jsonl");
    std::fs::write(&changed, lines.replace("198.51.100.20", "198.51.100.21")).unwrap();
    home.json(&["journal", "verify", changed.to_str().unwrap()])
        .code(3);
    let events = home.json(&["journal", "show", run]).code(0).json();
    assert_eq!(
        events["events"].as_array().unwrap().len() as u64,
        events["head"].as_u64().unwrap()
    );
    let watched = home.run(&["watch", run, "--json", "--count", "1"]).code(0);
    assert_eq!(watched.json()["run"], run);

    // Another workstation goes on from the file.
    let second = Home::new();
    let imported = second
        .json(&["journal", "import", name, "--takeover", "--reason", "laptop lost"])
        .code(0)
        .json();
    assert_eq!(imported["run"], run);
    drop(world);
}

#[test]
fn one_driver_at_a_time_and_an_honest_stop() {
    let home = Home::new();
    let world = home.serve();
    let run = home.new_run(&["--target", "rehearsal"]);
    let run = run.as_str();
    let preview = home.json(&["step", "preview", run, "lower-ttl"]).code(0).json();
    // The change takes 10 s of real time to be everywhere: the lease is held as long.
    world.inject("insync-slow:600");
    let digest = preview["digest"].as_str().unwrap();
    let driver = home.spawn(&[
        "step",
        "apply",
        run,
        "lower-ttl",
        "--confirm",
        "rehearsal",
        "--preview",
        digest,
        "--json",
    ]);
    until("the call is answered", || {
        let shown = home.json(&["run", "show", run, "--offline"]).json();
        (Home::step(&shown, "lower-ttl")["state"] == "verifying").then_some(())
    });
    let refused = home.json(&["run", "hold", run, "--reason", "me too"]).code(8);
    assert_eq!(refused.error()["code"], "locked");
    // Looking is never refused.
    home.json(&["run", "show", run]).code(0);
    home.json(&["step", "preview", run, "lower-ttl"]).code(0);
    home.json(&["rollback", run, "--all"]).code(0);
    #[cfg(unix)]
    {
        let pid = driver.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
    }
    let did = Did::of(driver.wait_with_output().unwrap());
    #[cfg(unix)]
    {
        // Nothing is being sent: it ends at once, and whoever goes on waits for the rest.
        did.code(4);
        let shown = home.json(&["run", "show", run, "--offline"]).code(0).json();
        assert_eq!(shown["state"], "stopped");
        assert_eq!(Home::step(&shown, "lower-ttl")["state"], "verifying");
        home.json(&["run", "resume", run, "--reason", "go on"]).code(0);
    }
    #[cfg(not(unix))]
    did.code(0);
    let shown = home.json(&["run", "show", run, "--offline"]).code(0).json();
    assert_eq!(Home::step(&shown, "lower-ttl")["state"], "done");
    home.json(&["run", "hold", run, "--reason", "a pause"]).code(0);
    let decisions = home.json(&["decide", run, "--list"]).code(0).json();
    assert_eq!(decisions["decisions"][0]["id"], "rollback-after");
    home.json(&["decide", run, "rollback-after", "soon", "--reason", "x"])
        .code(2);
    let decided = home
        .json(&[
            "decide",
            run,
            "rollback-after",
            "20",
            "--reason",
            "agreed",
            "--by",
            "lead",
        ])
        .code(0);
    assert_eq!(decided.json()["decisions"][0]["value"], "20");
}
