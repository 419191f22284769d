//! Credentials in every shape that the AWS files and the environment know, with real files and
//! programs, against the rehearsal's STS.

use std::fs;
use std::time::Duration;

use super::support::{Closed, SECRETS, TestHome, applying, proving};
use crate::shared::until;

const FILES: &str = "
[default]
region = eu-west-2

[profile keys]
aws_access_key_id = AKIASEEDED0123456789
aws_secret_access_key = SeededSecretAccessKey/0123456789+abcdef
aws_session_token = SeededSessionToken0123456789

[profile other]
aws_access_key_id = AKIAREHEARSALOTHER
aws_secret_access_key = SeededSecretAccessKey/0123456789+abcdef

[profile role]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = keys

[profile foreign-role]
role_arn = arn:aws:iam::999999999999:role/operator
source_profile = keys

[profile lost-source]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = gone

[profile circle]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = round

[profile round]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = circle

[profile sso]
sso_session = example
sso_account_id = 123456789012
sso_role_name = operator

[profile through-sso]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = sso

[profile never-signed-in]
sso_session = other
sso_account_id = 123456789012
sso_role_name = operator

[sso-session example]
sso_region = eu-west-2
sso_start_url = https://sso.example.nhs.test/start
sso_registration_scopes = sso:account:access

[sso-session other]
sso_region = eu-west-2
sso_start_url = https://sso.example.nhs.test/other

[profile program]
credential_process = printf '{\"Version\":1,\"AccessKeyId\":\"AKIASEEDED0123456789\",\"SecretAccessKey\":\"SeededSecretAccessKey/0123456789+abcdef\"}'

[profile program-fails]
credential_process = sh -c 'echo SeededPassword0123 >&2; exit 3'

[profile program-hangs]
credential_process = sleep 60

[profile console]
login_session = arn:aws:iam::123456789012:user/me
";

/// SHA-1 of `example`, by which the SDK finds a session's token.
const EXAMPLE: &str = "c3499c2729730a7f807efb8676a92dcb6f8a3f8f";

/// A place with the files, and a run on a target of kind test at the rehearsal's endpoint.
fn signed_out() -> (TestHome, Closed, String) {
    let place = TestHome::new();
    let config = place.write("aws-config", FILES);
    place.write(
        &format!("user/.aws/sso/cache/{EXAMPLE}.json"),
        "{\"startUrl\":\"https://sso.example.nhs.test/start\",\"region\":\"eu-west-2\",\
         \"accessToken\":\"SeededSessionToken0123456789\",\"expiresAt\":\"2026-01-01T00:00:00Z\"}",
    );
    let place = place.set("AWS_CONFIG_FILE", config.display());
    let world = Closed::of(&place);
    let place = place.set("AWS_ENDPOINT_URL", &world.handle.endpoint);
    let target = place.test_target("");
    let run = place.new_run(&target, &[]);
    (place, world, run)
}

#[test]
fn every_kind_of_profile_signs_in_or_says_which_command_does() {
    let (mut place, _world, run) = signed_out();
    let check = ["step", "check", &run, "lower-ttl"];
    for good in ["keys", "role", "program"] {
        place = place.set("AWS_PROFILE", good);
        place.ok(&check);
    }
    let mut all = String::new();
    for (profile, code) in [
        ("other", 5),
        ("foreign-role", 6),
        ("lost-source", 6),
        ("circle", 6),
        ("sso", 6),
        ("through-sso", 6),
        ("never-signed-in", 6),
        ("program-fails", 6),
        ("console", 6),
        ("default", 6),
        ("nosuch", 6),
    ] {
        place = place.set("AWS_PROFILE", profile);
        all.push_str(&format!(
            "## AWS_PROFILE={profile}\n{}\n",
            place.bad(code, &check)
        ));
    }
    insta::assert_snapshot!("profiles", all);
    place.verify(&run);
    place.holds_no_secret();
}

#[test]
fn the_environment_goes_before_a_profile_that_the_target_does_not_name() {
    let (place, _world, run) = signed_out();
    let check = ["step", "check", &run, "lower-ttl"];
    let mut all = format!("## nothing at all\n{}\n", place.bad(6, &check));
    let place = place
        .set("AWS_PROFILE", "keys")
        .set("AWS_ACCESS_KEY_ID", "AKIAREHEARSALOTHER");
    let half = place.set("AWS_SECRET_ACCESS_KEY", "");
    // Half of it is none of it: the profile counts.
    half.ok(&check);
    let place = half.set("AWS_SECRET_ACCESS_KEY", SECRETS[0]);
    all.push_str(&format!("## another account's keys\n{}\n", place.bad(5, &check)));
    let place = place.set("AWS_PROFILE", "").set("AWS_SECRET_ACCESS_KEY", "");
    all.push_str(&format!(
        "## a key without its secret\n{}\n",
        place.bad(6, &check)
    ));
    insta::assert_snapshot!("environment", all);
    // The target's own profile goes before the environment.
    let place = place.set("AWS_SECRET_ACCESS_KEY", SECRETS[0]);
    let target = place.test_target("profile = \"keys\"");
    let named = place.new_run(&target, &[]);
    place.ok(&["step", "check", &named, "lower-ttl"]);
    place.holds_no_secret();
}

#[test]
fn files_that_cannot_be_read_are_named_as_such() {
    let (place, _world, run) = signed_out();
    let broken = place.write("broken", "[profile keys\nx");
    let place = place
        .set("AWS_CONFIG_FILE", broken.display())
        .set("AWS_PROFILE", "keys");
    insta::assert_snapshot!(
        "broken-files",
        place.bad(6, &["step", "check", &run, "lower-ttl"])
    );
}

#[test]
fn a_program_that_hangs_costs_ten_seconds_once() {
    if !proving() {
        return;
    }
    let (place, _world, run) = signed_out();
    let place = place.set("AWS_PROFILE", "program-hangs");
    let started = std::time::Instant::now();
    let did = place.run(&["step", "check", &run, "lower-ttl"]).code(6);
    assert!(
        started.elapsed() < Duration::from_secs(14),
        "{:?}",
        started.elapsed()
    );
    insta::assert_snapshot!("a-program-that-hangs", place.error_of(&did));
}

#[test]
fn credentials_that_expire_in_the_middle_are_renewed_and_the_way_back_goes_on() {
    let (place, world, run) = signed_out();
    let place = place.set("AWS_PROFILE", "keys");
    let digest = place.seen(&run);
    let args = applying(&run, "test", &digest);
    place.ok(&args);
    world.inject("expired-credentials");
    let rollback = ["rollback", &run, "--all", "--confirm", "test"];
    let mut all = format!("## rollback\n{}\n", place.bad(6, &rollback));
    all.push_str(&format!(
        "## check\n{}\n",
        place.bad(6, &["step", "check", &run, "switch"])
    ));
    insta::assert_snapshot!("expired", all);
    assert_eq!(place.state(&run, "lower-ttl"), "done");
    // The plan itself is never refused.
    place.ok(&["rollback", &run, "--all"]);
    world.lift("expired-credentials");
    place.run(&rollback).code(7);
    assert_eq!(place.state(&run, "lower-ttl"), "undone");
    assert_eq!(world.changes(), 2);
    place.verify(&run);
    place.holds_no_secret();
}

#[test]
fn a_file_that_was_edited_is_read_again_without_a_restart() {
    let (place, world, run) = signed_out();
    let config = place.path().join("aws-config");
    let place = place.set("AWS_PROFILE", "keys");
    let digest = place.seen(&run);
    // The change takes its time to be everywhere, and its driver asks until then.
    world.inject("insync-slow:6000");
    let args = applying(&run, "test", &digest);
    let mut driver = place.spawn(&args);
    until("the change is accepted", || {
        (place.state(&run, "lower-ttl") == "verifying").then_some(())
    });
    // Another key, by which the server's log tells whether the file was read again.
    fs::write(
        &config,
        FILES.replacen("AKIASEEDED0123456789", "AKIAREHEARSALOTHER", 1),
    )
    .unwrap();
    world.inject("expired-credentials");
    until("a call was refused", || {
        world.was_refused("ExpiredToken").then_some(())
    });
    world.lift("expired-credentials");
    until("the other key is used", || {
        world.was_called_by("210987654321").then_some(())
    });
    driver.kill().unwrap();
    driver.wait().unwrap();
    fs::write(&config, FILES).unwrap();
    world.lift("insync-slow");
    place.verify(&run);
    assert_eq!(world.changes(), 1);
}
