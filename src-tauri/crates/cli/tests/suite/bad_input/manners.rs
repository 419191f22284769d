//! Odd ways to call the program: names that are paths, homes with odd names, readers that go away.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::support::{Closed, TestHome, harmless};
use crate::shared::until;

/// A digest in its form.
const NEVER_SHOWN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn what_is_listed_says_its_state_and_that_it_is_empty() {
    let place = TestHome::new();
    let run = place.new_run("rehearsal", &[]);
    let listed = place.ok(&["run", "list"]).out;
    assert!(listed.lines().next().unwrap().contains("STATE"), "{listed}");
    assert!(listed.contains(&run) && listed.contains("open"), "{listed}");
    place.ok(&["run", "hold", &run, "--reason", "lunch"]);
    assert_eq!(place.json(&["run", "list"])["runs"][0]["state"], "held");
    let shown = place.ok(&["decide", &run]).out;
    assert_eq!(shown, place.ok(&["decide", &run, "--list"]).out);
    assert!(shown.contains("rollback-after"), "{shown}");
}

#[test]
fn names_that_are_none_are_refused_and_near_ones_proposed() {
    let place = TestHome::new();
    let run = place.new_run("rehearsal", &[]);
    let mut all = String::new();
    for (title, code, args) in [
        ("a run that is a path", 2, ["run", "show", "../x"].as_slice()),
        ("a run with a blank", 2, &["run", "show", "a b"]),
        ("no such run", 1, &["run", "show", "nosuch"]),
        (
            "neither a run nor a file",
            1,
            &["journal", "verify", "nosuch.jsonl"],
        ),
        (
            "a step that is nearly one",
            1,
            &["step", "check", &run, "lower-tll"],
        ),
        ("a step that is none", 1, &["step", "check", &run, "x"]),
        (
            "an item that several steps carry out",
            1,
            &["step", "check", &run, "mid.3"],
        ),
        ("a rule that is none", 1, &["rollback", &run, "--rule", "R9"]),
        (
            "another target's name",
            5,
            &["step", "apply", &run, "lower-ttl", "--confirm", "prod"],
        ),
        (
            "a digest that is none",
            2,
            &[
                "step",
                "apply",
                &run,
                "lower-ttl",
                "--confirm",
                "rehearsal",
                "--preview",
                "xyz",
            ],
        ),
        (
            "a digest that was never shown",
            5,
            &[
                "step",
                "apply",
                &run,
                "lower-ttl",
                "--confirm",
                "rehearsal",
                "--preview",
                NEVER_SHOWN,
            ],
        ),
        (
            "a step is not verified by a command",
            2,
            &["step", "verify", &run, "lower-ttl"],
        ),
        (
            "a step is undone by rollback",
            2,
            &["step", "rollback", &run, "lower-ttl"],
        ),
        (
            "a decision without its value",
            2,
            &["decide", &run, "rollback-after"],
        ),
        ("a reason that is missing", 2, &["run", "hold", &run]),
        (
            "a reason that is empty",
            2,
            &["run", "hold", &run, "--reason", " "],
        ),
        (
            "a name that holds an escape",
            2,
            &["run", "hold", &run, "--reason", "x", "--by", "\u{1b}[2Jme"],
        ),
        (
            "a decision that is none",
            1,
            &["decide", &run, "nosuch", "1", "--reason", "x"],
        ),
        (
            "a decision that does not fit",
            2,
            &["decide", &run, "rollback-after", "-1", "--reason", "x"],
        ),
        ("a speed of 0", 2, &["rehearse", "--serve", "--speed", "0"]),
        (
            "a fault that is none",
            2,
            &["rehearse", "--auto", "--fault", "nosuch"],
        ),
    ] {
        let json = place.run(&[args, &["--json"]].concat()).code(code);
        place.bad_json(&json);
        let text = place.run(args).code(code);
        all.push_str(&format!("## {title}\n{}\n", place.error_of(&text)));
    }
    insta::assert_snapshot!("names", all);
    place.verify(&run);
}

#[test]
fn a_home_may_be_relative_or_have_an_odd_name() {
    let place = TestHome::new();
    let mut homes: Vec<OsString> = vec!["a relative/home".into(), place.path().join("w\u{fc}rde").into()];
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let mut bytes = place.path().as_os_str().as_encoded_bytes().to_vec();
        bytes.extend_from_slice(b"/\xff\xfe home");
        homes.push(OsString::from_vec(bytes));
    }
    for home in homes {
        let run = |args: &[&str]| {
            let output = place
                .command()
                .env("SWITCHBACK_HOME", &home)
                .args(args)
                .output()
                .unwrap();
            crate::shared::Did::of(output)
        };
        let id = run(&["run", "new", "dns-switch", "--target", "rehearsal"])
            .code(0)
            .out;
        let id = id.trim();
        run(&["journal", "verify", id, "--json"]).code(0);
        // A world of its own is served for it, and its files are named in the answer.
        let checked = run(&["step", "check", id, "lower-ttl", "--json"]).code(0);
        assert_eq!(checked.json()["ready"], true);
        let folder: PathBuf = place.path().join(&home);
        assert!(folder.join("journal.db").is_file() && folder.join("rehearsal").is_dir());
        let exported = folder.join("copy.jsonl");
        let output = place
            .command()
            .env("SWITCHBACK_HOME", &home)
            .args(["journal", "export", id, "--json", "--out"])
            .arg(&exported)
            .output()
            .unwrap();
        let did = crate::shared::Did::of(output).code(0);
        assert!(did.json()["file"].is_string());
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_a_usage_error() {
    use std::os::unix::ffi::OsStringExt as _;
    let place = TestHome::new();
    let odd = OsString::from_vec(vec![0xff, 0xfe]);
    let said = place.bad(2, &[OsString::from("run"), "show".into(), odd]);
    insta::assert_snapshot!("no-text", said);
}

#[test]
fn a_reader_that_goes_away_is_no_crash_and_ends_a_stream() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    for args in [
        ["journal", "show", &run].as_slice(),
        &["run", "show", &run],
        &["plan", "dns-switch", "--target", "rehearsal", "--json"],
        &["completions", "bash"],
        &["--help"],
    ] {
        let mut child = place.spawn(args);
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {output:?}");
    }
    // `watch | head -1` ends.
    let mut child = place.spawn(&["watch", &run, "--json"]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.starts_with("{\"schema_version\":1"));
    let started = Instant::now();
    until("the watch has ended", || child.try_wait().unwrap());
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn an_error_that_nobody_reads_keeps_its_exit_code() {
    let place = TestHome::new();
    for json in [&[][..], &["--json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let args = [&["run", "show", "nosuch"][..], json].concat();
        let status = place
            .command()
            .args(args)
            .stdout(Stdio::null())
            .stderr(writer)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(1));
    }
    let did = place.run(&["run", "show", "nosuch", "--json"]).code(1);
    harmless(&did);
    assert!(did.out.is_empty());
}
