//! The connection check, row by row, on a fake AWS, in a rehearsal, and behind a proxy that is not there.

use std::time::Duration;

use serde_json::{Value, json};

use super::sign_ins::{FILES, Station};
use super::support::{Closed, SECRETS, TestHome, unserved_port};

/// The row of that id, whichever part it stands in.
#[track_caller]
pub(super) fn row(view: &Value, id: &str) -> Value {
    let rows = ["rows", "permissions"].map(|part| view[part].as_array().unwrap().clone());
    rows.concat()
        .into_iter()
        .find(|row| row["id"] == id)
        .unwrap_or_else(|| panic!("no row {id}: {view}"))
}

#[test]
fn the_connection_is_checked_row_by_row() {
    // A fast world's clock would be minutes ahead after a slow look, and the row of the clock say so.
    let desk = Station::slow().profile("keys");
    let target = desk.place.test_target("");
    let args = [
        "connection",
        "--target",
        &target,
        "--runbook",
        "dns-switch",
        "--json",
    ];
    // The environment leads to an endpoint that the target's file does not name.
    let view = desk.place.run(&args).code(3).json();
    assert_eq!(view["schema_version"], 1);
    for (id, tone) in [
        ("profile", "passing"),
        ("environment", "failing"),
        ("dns", "not_applicable"),
        ("proxy", "not_applicable"),
        ("tls", "not_applicable"),
        ("sts", "passing"),
        ("session", "passing"),
        ("GetHostedZone:Z0REHEARSALEXAMPLE1", "passing"),
        ("ListResourceRecordSets:Z0REHEARSALEXAMPLE1", "passing"),
        ("ChangeResourceRecordSets:Z0REHEARSALEXAMPLE1", "waiting"),
    ] {
        let row = row(&view, id);
        assert_eq!(row["tone"], tone, "{row}");
        assert!(row["observed_at"].is_string() && !row["source"].as_str().unwrap().is_empty());
        if matches!(tone, "failing" | "waiting") {
            assert!(row["mend"].is_string(), "{row}");
        }
    }
    assert!(
        row(&view, "environment")["observed"]
            .as_str()
            .unwrap()
            .contains("AWS_ENDPOINT_URL")
    );

    // The first that fails is the error of the exit code.
    let error = desk.place.run(&args).code(3).error();
    let environment = row(&view, "environment");
    assert_eq!(
        (&error["code"], &error["where"], &error["hint"]),
        (&json!("check_failed"), &environment["id"], &environment["mend"])
    );

    // For people: each row that does not pass is followed by what mends it, and the first comes last.
    let text = desk.place.run(&args[..args.len() - 1]).code(3).out;
    let environment = row(&view, "environment");
    let mend = environment["mend"].as_str().unwrap();
    let at = text
        .lines()
        .position(|line| line.starts_with("✗ failing") && line.contains(" environment "))
        .unwrap();
    assert_eq!(
        text.lines().nth(at + 1).unwrap(),
        format!("  fix: {mend}"),
        "{text}"
    );
    assert_eq!(text.lines().last().unwrap(), format!("First: {mend}"), "{text}");
    let parts = ["rows", "permissions"].map(|part| view[part].as_array().unwrap().clone());
    let open = parts
        .concat()
        .iter()
        .filter(|row| row["mend"].is_string())
        .count();
    assert_eq!(text.matches("\n  fix: ").count(), open, "{text}");

    // Another account's keys: found, and named.
    let other = desk.place.write(
        "other-config",
        "[profile keys]\naws_access_key_id = AKIAREHEARSALOTHER\n\
         aws_secret_access_key = SeededSecretAccessKey/0123456789+abcdef\n",
    );
    let place = desk.place.set("AWS_CONFIG_FILE", other.display());
    let view = place.run(&args).code(3).json();
    let who = row(&view, "sts");
    assert_eq!(who["tone"], "failing");
    assert!(who["observed"].as_str().unwrap().contains("…4321"), "{who}");

    // Nobody is signed in: exit 6, and nothing is said to be allowed.
    let place = place.set("AWS_PROFILE", "nosuch");
    let view = place.run(&args).code(6).json();
    assert_eq!(view["sign_in_needed"], true);
    assert_eq!(row(&view, "profile")["tone"], "failing");
    for permission in view["permissions"].as_array().unwrap() {
        assert_eq!(permission["tone"], "unknown");
    }
    place.holds_no_secret();
}

#[test]
fn a_rehearsal_has_a_connection_too() {
    let place = TestHome::new();
    let world = Closed::slow(&place);
    let run = place.new_run("rehearsal", &[]);
    let view = place.json(&["connection", "--run", &run]);
    assert_eq!(row(&view, "sts")["tone"], "passing");
    assert_eq!(row(&view, "clock")["tone"], "passing");
    assert_eq!(view["environment"].as_array().unwrap().len(), 0);
    assert!(view["keychain"].is_null(), "a rehearsal needs none: {view}");
    world.inject("expired-credentials");
    let view = place.run(&["connection", "--run", &run, "--json"]).code(6).json();
    assert_eq!(row(&view, "sts")["tone"], "failing");
    // What an answer of AWS told is told, whatever else it refused.
    assert_eq!(row(&view, "clock")["tone"], "passing");
}

/// Nothing leaves the machine: the proxy is a port at which nobody listens.
#[test]
fn a_proxy_that_is_not_there_is_named_without_its_password() {
    let place = TestHome::new();
    let config = place.write("aws-config", FILES);
    let proxy = format!("http://me:{}@127.0.0.1:{}", SECRETS[2], unserved_port());
    let place = place
        .set("AWS_CONFIG_FILE", config.display())
        .set("HTTPS_PROXY", &proxy);
    let started = std::time::Instant::now();
    let did = place.run(&["connection", "--profile", "keys", "--json"]).code(3);
    assert!(
        started.elapsed() < Duration::from_secs(25),
        "{:?}",
        started.elapsed()
    );
    let view = did.json();
    let proxy = row(&view, "proxy");
    assert_eq!(proxy["tone"], "failing");
    let said = proxy["observed"].as_str().unwrap();
    assert!(
        said.contains("HTTPS_PROXY") && said.contains("127.0.0.1") && said.contains("with a user name"),
        "{said}"
    );
    assert_eq!(row(&view, "dns")["tone"], "not_applicable");
    for id in ["tls", "reach-route53", "reach-cognito"] {
        assert_eq!(row(&view, id)["tone"], "failing");
    }
    super::support::harmless(&did);
    place.holds_no_secret();
}

#[test]
fn a_target_by_name_alone_needs_its_runbook() {
    let place = TestHome::new();
    let said = place.bad(3, &["connection", "--target", "prod"]);
    assert!(said.contains("No built-in target has the name prod"), "{said}");
    assert!(
        said.contains("--runbook") && !said.contains("preprod.example"),
        "{said}"
    );
}

/// Not even a read goes to somebody else's server in the name of production.
#[test]
fn production_is_not_checked_at_a_custom_endpoint() {
    let place = TestHome::new();
    let server = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
    server.set_nonblocking(true).unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let said = place.bad(
        5,
        &["connection", "--target", "prod.example", "--aws-endpoint", &url],
    );
    assert!(
        said.contains("A custom AWS endpoint is set, and the target is production"),
        "{said}"
    );
    assert!(server.accept().is_err(), "nothing was sent");
}
