//! `step check` of the pool's steps as a script and as a person see it, with each fault of the rehearsal's
//! pool on: what was expected, what was found, and the Terraform that mends it.

use serde_json::Value;

use crate::shared::{Did, Served, program};

/// A fault, the step that finds it, its check, and what is read in expected, found and mend.
const FAULTS: [(&str, &str, &str, &str, &str, &str); 5] = [
    (
        "partial-policy",
        "pool-settings",
        "password-policy",
        "requires lowercase, uppercase, numbers, symbols",
        "requires lowercase, temporary",
        "require_symbols                  = true # found false",
    ),
    (
        "missing-trigger",
        "pool-triggers",
        "triggers",
        "arn:aws:lambda",
        "none",
        "lambda_config",
    ),
    (
        "wrong-client-flow",
        "pool-client",
        "client",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "explicit_auth_flows",
    ),
    (
        "domain-creating",
        "pool-client",
        "domain",
        "ACTIVE",
        "CREATING",
        "Wait",
    ),
    (
        "default-mail",
        "pool-email",
        "email",
        "DEVELOPER",
        "COGNITO_DEFAULT",
        "email_configuration",
    ),
];

fn reading<'a>(document: &'a Value, id: &str) -> &'a Value {
    let all = document["checks"].as_array().unwrap();
    all.iter()
        .find(|reading| reading["id"] == id)
        .unwrap_or_else(|| panic!("{id}: {document:#}"))
}

#[test]
fn each_fault_of_the_pool_is_told_with_what_was_expected_found_and_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = Served::by(program(folder.path()));
    let run = |args: &[&str]| Did::of(program(folder.path()).args(args).output().unwrap());
    let opened = run(&["run", "new", "tis-cognito", "--target", "rehearsal", "--json"])
        .code(0)
        .json();
    let id = opened["run"].as_str().unwrap();
    let check = |step: &str, more: &[&str]| run(&[&["step", "check", id, step], more].concat());
    let mut missing = Vec::new();
    for (fault, step, name, expected, found, mend) in FAULTS {
        let sound = check(step, &["--json"]).code(0).json();
        assert_eq!(reading(&sound, name)["tone"], "passing", "{fault}: {sound:#}");
        world.inject(fault);
        let document = check(step, &["--json"]).code(3).json();
        let failed = reading(&document, name);
        assert_eq!(failed["tone"], "failing", "{fault}: {failed:#}");
        for (field, part) in [("expected", expected), ("observed", found), ("mend", mend)] {
            let text = failed[field].as_str().unwrap_or_default();
            if !text.contains(part) {
                missing.push(format!("{fault}: {part:?} in {field}: {text}"));
            }
        }
        // A person reads the same.
        let said = check(step, &[]).code(3);
        for part in [expected, found, mend] {
            if !said.out.contains(part) && !said.err.contains(part) {
                missing.push(format!(
                    "{fault}: {part:?} in what a person reads: {} {}",
                    said.out, said.err
                ));
            }
        }
        world.control(async |client| client.lift(fault).await.unwrap());
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
