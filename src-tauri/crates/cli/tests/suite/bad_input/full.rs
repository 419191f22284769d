//! Output that can't be written: `/dev/full` refuses every byte, as a full disk does.
#![cfg(target_os = "linux")]

use std::fs::OpenOptions;
use std::process::{Output, Stdio};

use super::support::{Closed, TestHome};

fn into_full(place: &TestHome, args: &[&str]) -> Output {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    place
        .command()
        .args(args)
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

#[test]
fn what_does_not_reach_stdout_is_an_error() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    for args in [
        ["plan", "tis-cognito", "--target", "rehearsal", "--json"].as_slice(),
        &["plan", "dns-switch", "--target", "rehearsal"],
        &["journal", "show", &run],
        &["journal", "export", &run],
        &["run", "show", &run],
        &["run", "list", "--json"],
        &["report", &run, "--json"],
        &["users", "audit", "--json"],
        &["runbook", "schema"],
        &["completions", "bash"],
        // Without --count: it ends at the first look that can't be written.
        &["watch", &run, "--json"],
        &["--help"],
        &["run", "--help"],
        &["--version"],
    ] {
        let output = into_full(&place, args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(
            said.contains("The output could not be written: "),
            "{args:?}: {said}"
        );
        if args.contains(&"--json") {
            let error: serde_json::Value = serde_json::from_str(&said).unwrap();
            assert_eq!(error["error"]["code"], "output", "{said}");
        } else {
            assert!(said.contains("fix: "), "{said}");
        }
    }
    // What went wrong before is said first.
    let output = into_full(&place, &["run", "show", "nosuch"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nosuch"));
}
