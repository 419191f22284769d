//! The canary of a pool, as an action and as a check.

use super::errors;

/// The codes that a step with this action gets, or a check of a step.
fn codes(action: &str) -> Vec<String> {
    let before = "[[phase.step]]\nid = \"switch\"";
    let step = format!(
        "[[phase.step]]\nid = \"canary\"\ntitle = \"T\"\nplan_ref = \"9\"\nkind = \"action\"\nwhy = \"W\"\n\
         reversibility = {{ kind = \"undo\" }}\n[phase.step.action]\nkind = \"cognito.canary\"\n{action}\n\n{before}"
    );
    of(&errors(&[(before, &step)]))
}

fn checked(check: &str) -> Vec<String> {
    let before = "[[phase.step.before]]";
    let check = format!(
        "[[phase.step.before]]\nid = \"new\"\ntitle = \"T\"\nkind = \"cognito.canary\"\n{check}\n\n{before}"
    );
    of(&errors(&[(before, &check)]))
}

fn of(said: &str) -> Vec<String> {
    let codes = said.lines().filter_map(|line| line.split(' ').nth(1));
    codes.map(|code| code.trim_end_matches(':').to_owned()).collect()
}

const POOL: &str = "pool_id = \"eu-west-2_EXAMPLE\"\n";
const ARN: &str = "arn:aws:lambda:eu-west-2:123456789012:function";

fn action(client: &str, migrate: &str, token: &str, claims: &str) -> String {
    format!(
        "{POOL}client_id = {client}\nmigrate_trigger = \"{migrate}\"\ntoken_trigger = \"{token}\"\nclaims = {claims}"
    )
}

#[test]
fn a_sign_in_names_its_functions_and_what_the_token_must_hold() {
    let (migrate, token) = (format!("{ARN}:migrate"), format!("{ARN}:token:live"));
    let claims = "[\"preferred_username\", \"cognito:groups\"]";
    assert_eq!(codes(&action("\"1example\"", &migrate, &token, claims)), [""; 0]);
    let many: Vec<String> = (0..21).map(|at| format!("\"c{at}\"")).collect();
    let many = format!("[{}]", many.join(", "));
    for wrong in ["[]", "[\"a\", \"a\"]", "[\"a b\"]", many.as_str()] {
        let found = codes(&action("\"1example\"", &migrate, &token, wrong));
        assert_eq!(found, ["invalid-claims"], "{wrong}");
    }
    for wrong in [
        "migrate",
        "arn:aws:lambda:eu-west-2:123456789012:layer:x:1",
        "arn:aws:iam::123456789012:role/x",
        "arn:aws:lambda:eu-west-2:123456789012:function:a:b:c",
        "arn:aws:lambda:eu-west-2:123456789012:function:a b",
    ] {
        assert_eq!(
            codes(&action("\"1example\"", wrong, &token, claims)),
            ["invalid-arn"],
            "{wrong}"
        );
    }
    assert_eq!(codes(&action("\"a b\"", &migrate, &token, claims)), ["aws-name"]);
    // No user and no password is ever a key.
    let more = action("\"1example\"", &migrate, &token, claims) + "\nuser = \"somebody\"";
    assert_eq!(codes(&more), ["unknown-key"]);
}

#[test]
fn a_look_at_a_canary_says_which_token_is_right_or_that_there_is_none() {
    let of = format!("{POOL}client_id = \"1example\"\n");
    for right in ["claims = [\"email\"]", "absent = true"] {
        assert_eq!(checked(&format!("{of}{right}")), [""; 0], "{right}");
    }
    for (wrong, code) in [
        ("claims = [\"email\"]\nabsent = true", "either-key"),
        ("absent = false", "either-key"),
        ("", "missing-key"),
        ("claims = []", "invalid-claims"),
    ] {
        assert_eq!(checked(&format!("{of}{wrong}")), [code], "{wrong}");
    }
    assert_eq!(checked(&format!("{POOL}absent = true")), ["missing-key"]);
    let elsewhere = "pool_id = \"no pool\"\nclient_id = \"1example\"\nabsent = true";
    assert_eq!(checked(elsewhere), ["invalid-pool"]);
}
