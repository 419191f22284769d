//! The pace of a comparison, and what is said of it before and meanwhile.

use std::process::Stdio;

use super::{TestHome, command, comparison};
use crate::shared::{Did, until};

const LIST: &str = "email\nuser000007@example.nhs.test\n";

/// Every number as `#`: how many people the world has is its own matter.
fn numbers_apart(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if out.ends_with('#') => {}
            true => out.push('#'),
            false => out.push(c),
        }
    }
    out.replace("#.#", "#")
}

fn compare(place: &TestHome, name: &str, more: &[&str]) -> Did {
    let list = place.file("paced.csv", LIST);
    place.compare(&list, name, more)
}

#[test]
fn a_pace_above_the_quota_is_refused_with_the_quota_and_nothing_is_asked() {
    let place = TestHome::new();
    let error = compare(&place, "a.csv", &["--rate", "31", "--json"])
        .code(2)
        .error();
    assert_eq!(
        (
            error["message"].as_str().unwrap(),
            error["hint"].as_str().unwrap()
        ),
        (
            "31 requests a second are too many: AWS allows 30 requests of this kind a second (ListUsers, its quota \
             UserList), for all pools of an account and region together.",
            "Give a whole number from 1 to 30. Without --rate it is 3 a second, which leaves the rest to others."
        )
    );
    compare(&place, "a.csv", &["--rate", "0"]).code(2);
    compare(&place, "a.csv", &["--rate", "-1"]).code(2);
    compare(&place, "a.csv", &["--rate", "2.5"]).code(2);
    assert_eq!(place.counts().get("cognito-idp:ListUsers"), None);
    compare(&place, "a.csv", &["--rate", "30", "--json"]).code(0);
}

#[test]
fn before_the_first_page_it_says_how_long_it_takes_and_then_how_far_it_is() {
    let place = TestHome::new();
    let pool = "eu-west-2_REHEARSAL1";
    place
        .world
        .control(async |client| client.add_users(pool, 3_000).await.unwrap());
    let did = compare(&place, "a.csv", &["--rate", "20"]).code(0);
    let said = numbers_apart(&did.err);
    let said: Vec<&str> = said.lines().collect();
    insta::assert_snapshot!(said[..2].join("\n"), @r"
    About # accounts in all: about # requests to read them, at most # a second, so about a minute or less.
    No keychain answers, so nothing is kept of what is read: if this is interrupted, it begins anew.
    ");
    // Without a terminal there is a line now and then, and no bar: fifty pages at twenty a second take longer than the first
    // of them needs.
    assert!(
        !did.err.contains('\r') && !did.err.contains('\x1b'),
        "{}",
        did.err
    );
    assert!(!said[2..].is_empty(), "{}", did.err);
    for line in &said[2..] {
        assert_eq!(
            line.replace(" seconds left", " second left"),
            "# of about # accounts read; # requests a second, about # second left.",
            "{}",
            did.err
        );
    }
    assert!(did.out.contains("accounts, from 20"), "{}", did.out);
    // Readers of JSON find the same in the one document, and nothing on stderr.
    let did = compare(&place, "b.csv", &["--json"]).code(0);
    assert_eq!(did.err, "");
    let done = did.json();
    let plan = &done["plan"];
    let number = |key: &str| plan[key].as_u64().unwrap();
    assert!((3_000..3_100).contains(&number("accounts")), "{plan}");
    assert!((51..56).contains(&number("requests")), "{plan}");
    assert_eq!(
        (&plan["rate"], &plan["minutes"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
    assert_eq!((&plan["kept"], number("read_before")), (&false.into(), 0));
    let counts: u64 = done["pools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pool| pool["requests"].as_u64().unwrap())
        .sum();
    assert_eq!(counts, number("requests"));
    assert!(done["pools"][0]["read_from"].is_string() && done["pools"][0]["read_to"].is_string());
}

/// After the first pages: what was read stands in the file, and whoever reads the exit code signs in again.
#[test]
fn a_sign_in_that_ends_meanwhile_is_said_and_has_its_own_exit_code() {
    let place = TestHome::new();
    let pool = "eu-west-2_REHEARSAL1";
    place
        .world
        .control(async |client| client.add_users(pool, 3_000).await.unwrap());
    let list = place.file("list.csv", LIST);
    let out = place.folder.path().join("out.csv");
    let words = comparison(&list, &out, &["--rate", "10", "--json"]);
    let child = command(place.folder.path())
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pages = || {
        place
            .counts()
            .get("cognito-idp:ListUsers")
            .copied()
            .unwrap_or_default()
    };
    until("a few pages", || (pages() >= 5).then_some(()));
    place.world.inject("expired-credentials");
    let did = Did::of(child.wait_with_output().unwrap()).code(6);
    let error = did.error();
    assert_eq!(error["code"], "sign_in");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("Not read to its end: the sign-in has ended, after "),
        "{message}"
    );
    assert_eq!(
        error["hint"],
        "Sign in again, move the result away and give the same command again: it begins anew, because nothing of it is kept."
    );
    assert!(out.exists());
}

/// A list with a row that can't be read is no pool that was not read.
#[test]
fn who_is_not_on_the_list_is_left_open_by_what_was_not_read() {
    let place = TestHome::new();
    let list = place.file("list.csv", &format!("{LIST}=1+1\n"));
    let did = place.compare(&list, "a.csv", &[]).code(4);
    assert!(
        did.out.contains(
            "Who is in the new pool and not on the list can't be told: a row of the list could not be read."
        ),
        "{}",
        did.out
    );
}
