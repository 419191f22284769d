//! The look-up as a script sees it: the real binary against the closed world's user pools.

mod killed;
mod paced;
mod people;
mod reconcile;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shared::{Did, Served, program};
use serde_json::json;

const EMAIL: &str = "kate.lane@example.nhs.test";

/// A home with a served closed world; both end with the test.
struct TestHome {
    folder: tempfile::TempDir,
    world: Served,
}

impl TestHome {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Served::by(command(folder.path()));
        Self { folder, world }
    }

    fn run(&self, args: &[&str]) -> Did {
        Did::of(command(self.folder.path()).args(args).output().unwrap())
    }

    /// Compares a list with the pools, into a file of this name in the home's folder.
    fn compare(&self, list: &str, out: &str, more: &[&str]) -> Did {
        let words = comparison(list, &self.folder.path().join(out), more);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.run(&words)
    }

    /// In the pools of the rehearsal's target.
    fn find(&self, args: &[&str]) -> Did {
        self.run(&[&["users", "find", "--target", "rehearsal", "--json"], args].concat())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn counts(&self) -> BTreeMap<String, u64> {
        self.world.control(async |client| client.counts().await.unwrap())
    }
}

/// The words that compare a list with the pools of the rehearsal's target, into a file.
fn comparison(list: &str, out: &Path, more: &[&str]) -> Vec<String> {
    let out = out.display().to_string();
    let fixed = [
        "users",
        "reconcile",
        "--target",
        "rehearsal",
        "--source",
        list,
        "--out",
        &out,
    ];
    fixed.iter().chain(more).map(|word| (*word).to_owned()).collect()
}

/// With a log that would show whatever slips into it.
fn command(folder: &Path) -> Command {
    let mut command = program(folder);
    command.env("SWITCHBACK_LOG", "trace");
    command
}

#[test]
fn every_seeded_person_gets_the_verdict_of_their_state() {
    let place = TestHome::new();
    let expected = [
        ("anna.baker", "confirmed"),
        ("ben.carter", "email_not_verified"),
        ("omar.penn", "email_not_verified"),
        ("chloe.davis", "invitation_open"),
        ("dan.evans", "invitation_expired"),
        ("ella.fox", "reset_required"),
        ("finn.gray", "unconfirmed"),
        ("grace.hill", "external_provider"),
        ("hugo.irwin", "disabled"),
        ("ISLA.JONES", "several"),
        ("jack.kent", "escalate"),
        ("liam.moss", "escalate"),
        ("nora.owen", "not_migrated_known"),
        // The old pool has this person twice, however the address is typed.
        ("sam.lee", "several"),
        ("Sam.Lee", "several"),
        ("SAM.LEE", "several"),
        ("nobody.here", "not_migrated"),
        ("core_etl", "machine_user"),
    ];
    for (name, verdict) in expected {
        let found = place.find(&[&format!("{name}@example.nhs.test")]).code(0).json();
        assert_eq!(found["verdict"], verdict, "{name}: {found}");
        assert!(!found["sentence"].as_str().unwrap().is_empty());
        assert!(!found["next_step"].as_str().unwrap().is_empty());
    }
    let counts = place.counts();
    assert_eq!(counts.get("cognito-idp:AdminGetUser"), None);
    // The new pool is asked whether letter case counts for the two who are not in it, and how long an
    // invitation lives for the two who were invited.
    assert_eq!(counts["cognito-idp:DescribeUserPool"], 4);
    // One question to the new pool and two to the old one; one more to each for the addresses in capitals,
    // but for "Sam.Lee", which the old pool is asked for anyway.
    assert_eq!(counts["cognito-idp:ListUsers"], 3 * expected.len() as u64 + 5);
}

#[test]
fn names_are_searched_by_their_beginning_with_quotes_and_backslashes() {
    let place = TestHome::new();
    for (typed, verdict) in [
        ("Pat \"Pad", "confirmed"),
        ("Back\\sla", "confirmed"),
        ("o'neil", "confirmed"),
        ("Anna Baker", "confirmed"),
        ("Nora", "old_pool_only"),
        ("Zzz", "no_such_name"),
    ] {
        let found = place.find(&[typed]);
        let found = found.code(if verdict == "old_pool_only" { 4 } else { 0 }).json();
        assert_eq!(
            (found["verdict"].as_str().unwrap(), found["matched_by"].as_str()),
            (verdict, Some("name_prefix"))
        );
    }
    let many = place
        .world
        .control(async |client| client.add_users("eu-west-2_REHEARSAL1", 5_000).await.unwrap());
    assert_eq!(many, 5_000);
    let found = place.find(&["User"]).code(0).json();
    assert_eq!(found["verdict"], "several");
    assert!(found["sentence"].as_str().unwrap().contains("at least 60"));
    assert_eq!(found["accounts"].as_array().unwrap().len(), 50);
    let one = place.find(&["user004999@example.nhs.test"]).code(0).json();
    assert_eq!(
        (one["verdict"].as_str(), one["matches"].as_u64()),
        (Some("confirmed"), Some(1))
    );
}

#[test]
fn details_need_a_purpose_name_their_cost_and_are_asked_for_once() {
    let place = TestHome::new();
    let show = ["users", "show", EMAIL, "--target", "rehearsal"];
    place.run(&show).code(2);
    let shown = place
        .run(&[&show[..], &["--purpose", "Ticket 4711"]].concat())
        .code(0);
    assert!(shown.err.contains("active this month"), "{}", shown.err);
    assert!(shown.out.contains("k•••@example.nhs.test") && !shown.out.contains(EMAIL));
    let reveal = [
        "--purpose",
        "Ticket 4711",
        "--reveal",
        "email,family_name",
        "--json",
    ];
    let shown = place.run(&[&show[..], &reveal[..]].concat()).code(0).json();
    assert_eq!(shown["accounts"][0]["revealed"]["email"], EMAIL);
    assert_eq!(shown["accounts"][0]["revealed"]["family_name"], "Lane");
    assert!(shown["accounts"][0]["mfa"].is_array());
    assert_eq!(place.counts()["cognito-idp:AdminGetUser"], 2);
    // Two of the same address: nobody is chosen by chance.
    let twins = [
        "users",
        "show",
        "isla.jones@example.nhs.test",
        "--target",
        "rehearsal",
        "--purpose",
        "T",
    ];
    place.run(&twins).code(4);
    assert_eq!(place.counts()["cognito-idp:AdminGetUser"], 2);
    let audit = place.run(&["users", "audit", "--json"]).code(0).json();
    let did: Vec<&str> = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["did"].as_str().unwrap())
        .collect();
    assert_eq!(
        did,
        ["find", "reveal", "reveal", "detail", "find", "detail", "find"]
    );
}

#[test]
fn the_source_list_is_joined_in_and_its_faults_are_told_by_line() {
    let place = TestHome::new();
    let list = place.file(
        "list.csv",
        "\u{FEFF}email,given_name,active\r\nnew.person@example.nhs.test,Newa,yes\r\nleaver@example.nhs.test,Lea,no\r\n=1+1,Bad,yes\r\n",
    );
    let on = |who: &str| place.find(&[who, "--source", &list]).code(0).json();
    assert_eq!(on("new.person@example.nhs.test")["verdict"], "not_migrated_known");
    assert_eq!(on("new.person@example.nhs.test")["source"]["lines"][0], 2);
    assert_eq!(on("leaver@example.nhs.test")["verdict"], "not_migrated_leaver");
    let other = on("other@example.nhs.test");
    // A row could not be read: nobody is called missing from the list.
    assert_eq!(other["verdict"], "not_migrated");
    let warned = other["warnings"][0].as_str().unwrap();
    assert_eq!(
        warned,
        "source list: line 4, column email: the cell begins like a formula; the row is left out."
    );
    let refused = place
        .find(&[EMAIL, "--source", &place.file("x.csv", "a,b\n1,2\n")])
        .code(3);
    assert!(
        refused.error()["hint"]
            .as_str()
            .unwrap()
            .contains("must name the columns")
    );
}

#[test]
fn bad_input_is_refused_by_name_before_anything_is_asked() {
    let place = TestHome::new();
    let long = "x".repeat(10_240);
    for typed in [
        "",
        "x",
        "a b@example.nhs.test",
        "\u{202E}kate@example.nhs.test",
        "kate\u{7}@example.nhs.test",
        &long,
    ] {
        let refused = place.find(&[typed]).code(2).error();
        assert_eq!(refused["code"], "usage");
        assert!(
            typed.len() < 3 || !refused.to_string().contains(typed),
            "{refused}"
        );
    }
    place.find(&[EMAIL, "--purpose", &format!("for {EMAIL}")]).code(2);
    place.find(&[EMAIL, "--reveal", "email"]).code(2);
    place.find(&[EMAIL, "--pool", "nowhere"]).code(1);
    place.run(&["users", "find", EMAIL, "--json"]).code(2);
    assert_eq!(place.counts().get("cognito-idp:ListUsers"), None);
    // A pool of another region, and one that is not there, are holes and not answers.
    let away = ["users", "find", EMAIL, "--pool", "eu-west-2_NOTTHERE1", "--json"];
    let endpoint = ["--aws-endpoint", &place.world.handle.endpoint];
    let mut ask = command(place.folder.path());
    ask.args(away)
        .args(endpoint)
        .env("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", "rehearsal");
    let found = Did::of(ask.output().unwrap()).code(4).json();
    assert_eq!(
        (found["verdict"].as_str(), found["pools"][0]["state"].as_str()),
        (Some("cant_tell"), Some("no_such_pool"))
    );
}

#[test]
fn without_a_sign_in_the_exit_code_says_so() {
    let place = TestHome::new();
    let ask = [
        "users",
        "find",
        EMAIL,
        "--pool",
        "eu-west-2_REHEARSAL1",
        "--json",
        "--aws-endpoint",
    ];
    let found = place.run(&[&ask[..], &[&place.world.handle.endpoint]].concat());
    let found = found.code(6);
    let (error, found) = (found.error(), found.json());
    assert_eq!(found["pools"][0]["state"], "sign_in");
    // The answer is the bad news: JSON has it as an error too, and words say it once.
    assert_eq!(
        (&error["code"], &error["message"], &error["hint"]),
        (&json!("sign_in"), &found["sentence"], &found["next_step"])
    );
    let words = [&ask[..5], &["--aws-endpoint", &place.world.handle.endpoint]].concat();
    let said = place.run(&words);
    let sentence = found["sentence"].as_str().unwrap();
    let said = said.code(6);
    assert!(
        said.out.starts_with(sentence) && !said.err.contains(sentence),
        "{} {}",
        said.out,
        said.err
    );
}

/// What names a person is on stdout only where somebody asked for it, and nowhere else at all.
#[test]
fn no_file_log_or_message_holds_what_was_looked_for_or_found() {
    let place = TestHome::new();
    let seeded = ["kate", "Lane", "Kate"];
    let sub = place.run(&[
        "users",
        "show",
        EMAIL,
        "--target",
        "rehearsal",
        "--purpose",
        "T 1",
        "--reveal",
        "sub,email",
        "--json",
    ]);
    let sub = sub.code(0).json()["accounts"][0]["revealed"]["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut said = String::new();
    for typed in [EMAIL, "KATE.LANE@example.nhs.test", "Kate Lane", "Lane", &sub] {
        let found = place.find(&[typed, "--purpose", "T 2"]).code(0);
        said.push_str(&found.out);
        said.push_str(&found.err);
    }
    let mut ask = command(place.folder.path());
    ask.args(["users", "find", "-", "--target", "rehearsal"])
        .stdin(Stdio::piped());
    let mut child = ask.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(EMAIL.as_bytes()).unwrap();
    let found = Did::of(child.wait_with_output().unwrap()).code(0);
    said.push_str(&(found.out + &found.err));
    said.push_str(&place.run(&["users", "audit"]).code(0).out);
    let mut files = Vec::new();
    gather(&place.folder.path().join("home"), &mut files);
    assert!(files.iter().any(|file| file.ends_with("lookups.log")));
    assert!(files.iter().any(|file| file.to_string_lossy().contains("logs")));
    for word in seeded.into_iter().chain([sub.as_str()]) {
        assert!(!said.contains(word), "{word} was said: {said}");
        for file in &files {
            let bytes = fs::read(file).unwrap();
            let hit = bytes
                .windows(word.len())
                .any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
            assert!(!hit, "{word} is in {}", file.display());
        }
    }
}

/// Every file of the home but the closed world's own, which is where the people are.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("rehearsal") {
            gather(&path, files);
        } else if path.is_file() {
            files.push(path);
        }
    }
}

#[test]
fn a_sign_in_for_another_account_than_the_targets_is_refused_before_anybody_is_named() {
    let place = TestHome::new();
    let target = place.file(
        "elsewhere.toml",
        "name = \"elsewhere\"\nkind = \"test\"\naccount = \"123456789012\"\nregion = \"eu-west-2\"\n\
         [observers]\ndns = \"none\"\nhttp = \"none\"\n\
         [pools.new]\nid = \"eu-west-2_REHEARSAL1\"\ntitle = \"Admins pool\"\nrole = \"new\"\n",
    );
    let find = |key: &str| {
        let mut command = command(place.folder.path());
        command
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal")
            .args(["--aws-endpoint", &place.world.handle.endpoint])
            .args(["users", "find", EMAIL, "--json", "--target", &target]);
        Did::of(command.output().unwrap())
    };
    let error = find(switchback_rehearsal::OTHER_ACCESS_KEY).code(5).error();
    assert_eq!(error["code"], "guard");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("is account …9012. Nobody was looked up."),
        "{message}"
    );
    assert!(
        !message.contains(switchback_rehearsal::OTHER_ACCOUNT),
        "{message}"
    );
    assert_eq!(place.counts().get("cognito-idp:ListUsers"), None);
    let found = find(switchback_rehearsal::ACCESS_KEY).code(0).json();
    assert_eq!(found["matches"], 1);
    assert_eq!(place.counts()["cognito-idp:ListUsers"], 1);
}
