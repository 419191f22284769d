//! What is refused before anything is asked, and what is said of it.

use serde_json::Value;

use super::Home;

#[test]
fn usage_errors_exit_2_and_help_exits_0() {
    let home = Home::new();
    home.run(&["--help"]).code(0);
    assert!(home.run(&["--version"]).code(0).out.starts_with("switchback "));
    home.run(&["run"]).code(2);
    home.run(&["rollback", "x", "--all", "--rule", "R3"]).code(2);
    home.run(&["journal", "import", "x", "--reason", "why"]).code(2);
    let error = home.json(&["run", "new"]).code(2).error();
    assert_eq!(error["code"], "usage");
    assert!(error["message"].as_str().unwrap().contains("--target"));
    assert_eq!(
        home.json(&["run", "show", "not an id"]).code(2).error()["code"],
        "usage"
    );
    assert_eq!(
        home.json(&["run", "show", "no-such-run"]).code(1).error()["code"],
        "not_found"
    );
    assert!(
        home.run(&["completions", "bash"])
            .code(0)
            .out
            .contains("_switchback")
    );
}

#[test]
fn a_broken_runbook_is_told_with_its_place_and_its_fix() {
    let home = Home::new();
    let file = home.path().join("runbook.toml");
    std::fs::write(&file, "id = \"broken\"\ntitle = \n").unwrap();
    let name = file.display().to_string();
    let did = home.json(&["runbook", "check", &name]).code(3);
    let first = did.json()["errors"][0].clone();
    assert_eq!(first["file"], name.as_str());
    assert_eq!(first["line"], 2);
    assert!(first["column"].is_u64() && first["fix"].is_string() && first["code"].is_string());
    assert_eq!(did.error()["code"], "bad_input");
    home.json(&["run", "new", &name, "--target", "rehearsal"]).code(3);
    home.json(&["plan", &name, "--target", "rehearsal"]).code(3);
    let good = home
        .json(&["runbook", "check", "dns-switch", "--target", "rehearsal"])
        .code(0)
        .json();
    assert_eq!(good["errors"].as_array().unwrap().len(), 0);
    let schema: Value = serde_json::from_str(&home.run(&["runbook", "schema"]).code(0).out).unwrap();
    assert!(schema["properties"]["phase"].is_object());
}

#[test]
fn a_target_without_endpoint_or_answer_says_how_to_mend_it() {
    let home = Home::new();
    let guard = home
        .json(&["run", "new", "dns-switch", "--target", "test"])
        .code(5)
        .error();
    assert!(guard["hint"].as_str().unwrap().contains("--aws-endpoint"));
    // A port that was free a moment ago: nobody answers.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let run = home.new_run(&["--target", "test", "--aws-endpoint", &endpoint]);
    // Another endpoint than the run was opened with is refused.
    home.json(&["step", "check", &run, "lower-ttl"]).code(5);
    let did = home.json(&["step", "check", &run, "lower-ttl", "--aws-endpoint", &endpoint]);
    assert!([4, 6].contains(&did.code), "{} {}", did.out, did.err);
    assert!(!did.error()["hint"].as_str().unwrap().is_empty());
    let shown = home
        .json(&["run", "show", &run, "--aws-endpoint", &endpoint])
        .code(0)
        .json();
    assert_eq!(shown["test_endpoint"], true);
    assert_eq!(shown["rollback"][0]["ready"], false);
}
