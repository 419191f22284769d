//! `ssm.parameter` there and back by our binary, on other people's Parameter Stores, read by boto3.

use serde_json::{Value, json};

use crate::sandbox::{Emulator, Sandbox, venv};

const RUNBOOK: &str = include_str!("profiles.toml");

const APPENDING: &str = include_str!("profiles_append.toml");

fn there_and_back(name: &str) {
    let Some(venv) = venv(name) else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, name);
    let target = place.target_of_caller(&place.profile(&["create"]));
    let runbook = place.path("profiles.toml");
    std::fs::write(&runbook, RUNBOOK).unwrap();
    let runbook = runbook.display().to_string();
    let start = place.profile(&["dump"]);
    assert_eq!(start["versions"], json!(["prod"]));
    let opened = place.switchback(0, &["run", "new", &runbook, "--target", &target]);
    let run = opened["run"].as_str().unwrap();

    // What somebody else writes after the preview is not overwritten, although nothing at AWS would refuse it.
    let preview = place.switchback(0, &["step", "preview", run, "profiles"]);
    assert!(preview.to_string().contains("AWS has no guard here"), "{preview}");
    let digest = preview["digest"].as_str().unwrap();
    place.profile(&["set", "prod,debug"]);
    place.apply(5, run, "profiles", digest);
    assert_eq!(
        place.profile(&["dump"])["versions"],
        json!(["prod", "prod,debug"])
    );
    place.profile(&["set", "prod"]);

    let digest = place.preview(run, "profiles");
    let did = place.apply(0, run, "profiles", &digest);
    assert_eq!(did["state"], "done", "{did}");
    let there = place.profile(&["dump"]);
    let versions = json!(["prod", "prod,debug", "prod", "prod,cognito"]);
    assert_eq!(there["versions"], versions, "one write made it");
    let others = |dump: &Value, value: &str| {
        let mut all = dump["parameters"].clone();
        for one in all.as_array_mut().unwrap() {
            if one["Name"] == "/tis/usermanagement/profiles" {
                one["Value"] = value.into();
            }
        }
        all
    };
    assert_eq!(there["parameters"], others(&start, "prod,cognito"), "{name}");

    let back = place.switchback(7, &["rollback", run, "--all", "--confirm", "test"]);
    assert_eq!(back["state"], "completed", "{back}");
    let end = place.profile(&["dump"]);
    assert_eq!(end["parameters"], start["parameters"], "does not end as it began");
    assert_eq!(end["versions"].as_array().unwrap().len(), 5, "{end}");
    place.switchback(0, &["journal", "verify", "--allow-unproven", run]);
    println!("{name}: there and back, 2 writes");
}

/// One item more, and that item out again, with what somebody else appends in between.
fn appended(name: &str) {
    let Some(venv) = venv(name) else {
        return;
    };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, name);
    let target = place.target_of_caller(&place.profile(&["create"]));
    let runbook = place.path("profiles_append.toml");
    std::fs::write(&runbook, APPENDING).unwrap();
    let runbook = runbook.display().to_string();
    let start = place.profile(&["dump"]);
    let opened = place.switchback(0, &["run", "new", &runbook, "--target", &target]);
    let run = opened["run"].as_str().unwrap();
    let digest = place.preview(run, "profiles");
    let did = place.apply(0, run, "profiles", &digest);
    assert_eq!(did["state"], "done", "{did}");
    place.profile(&["set", "prod,cognito,debug"]);
    let back = place.switchback(7, &["rollback", run, "--all", "--confirm", "test"]);
    assert_eq!(back["state"], "completed", "{back}");
    let end = place.profile(&["dump"]);
    assert_eq!(
        end["versions"],
        json!(["prod", "prod,cognito", "prod,cognito,debug", "prod,debug"])
    );
    // Once theirs is taken out, all is as it was.
    place.profile(&["set", "prod"]);
    assert_eq!(
        place.profile(&["dump"])["parameters"],
        start["parameters"],
        "{name}"
    );
    place.switchback(0, &["journal", "verify", "--allow-unproven", run]);
    println!("{name}: appended and taken out, 2 writes");
}

#[test]
fn ministack_takes_an_item_and_keeps_that_of_others() {
    appended("ministack");
}

#[test]
fn moto_takes_an_item_and_keeps_that_of_others() {
    appended("moto_server");
}

#[test]
fn ministack_takes_a_parameter_and_gives_it_back() {
    there_and_back("ministack");
}

#[test]
fn moto_takes_a_parameter_and_gives_it_back() {
    there_and_back("moto_server");
}
