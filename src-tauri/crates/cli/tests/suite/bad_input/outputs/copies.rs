//! Forged copies, and a takeover that was seen.

use std::fs;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::text;
use crate::bad_input::support::{Closed, TestHome, applying};

fn body(line: &mut Value, from: &str, to: &str) {
    let body = line["body"].as_str().unwrap();
    assert!(body.contains(from), "{body}");
    line["body"] = json!(body.replacen(from, to, 1));
}

/// What a forger changes of an event.
type Change = Box<dyn Fn(&mut Value)>;

/// A copy with one event changed and every link made anew, as a forger does.
fn forged(copy: &str, seq: usize, change: impl FnOnce(&mut Value)) -> String {
    let mut lines: Vec<Value> = copy
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let run = lines[0]["run"].as_str().unwrap().to_owned();
    change(&mut lines[seq]);
    let mut prev = vec![0_u8; 32];
    for line in &mut lines[1..] {
        let mut sha = Sha256::new();
        for field in [
            b"switchback/journal/event".as_slice(),
            &1_u32.to_be_bytes(),
            run.as_bytes(),
            &line["seq"].as_u64().unwrap().to_be_bytes(),
            line["at"].as_str().unwrap().as_bytes(),
            &line["fence"].as_u64().unwrap().to_be_bytes(),
            &prev,
            line["body"].as_str().unwrap().as_bytes(),
        ] {
            sha.update((field.len() as u64).to_be_bytes());
            sha.update(field);
        }
        prev = sha.finalize().to_vec();
        line["hash"] = json!(hex::encode(&prev));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_forged_copy_that_no_driver_could_go_on_from_is_refused_with_its_place() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    let seen = place.seen(&run);
    place.ok(&applying(&run, "rehearsal", &seen));
    let copy = place.ok(&["journal", "export", &run]).out;
    let share = place.path().join("share");
    let second = TestHome::new().set("SWITCHBACK_MIRROR", share.display());
    let last = copy.lines().count() - 1;
    let cases: [(&str, usize, Change); 5] = [
        (
            "a fence of 2^64-1",
            2,
            Box::new(|line| line["fence"] = json!(u64::MAX)),
        ),
        (
            "a fence of 2^63-1",
            last,
            Box::new(|line| line["fence"] = json!(i64::MAX)),
        ),
        (
            "a time at the end of time",
            2,
            Box::new(|line| line["at"] = json!("9999-12-30T22:00:00Z")),
        ),
        (
            "another plan",
            1,
            Box::new(|line| body(line, "\"title\":\"Lower", "\"title\":\"Raise")),
        ),
        (
            "a step that is not there",
            last,
            Box::new(|line| body(line, "lower-ttl", "lower-tll")),
        ),
    ];
    for (title, seq, change) in cases {
        let file = second.write("forged.jsonl", forged(&copy, seq, change));
        let said = second.bad(
            1,
            &["journal", "import", text(&file), "--takeover", "--reason", "x"],
        );
        assert!(said.contains(&format!("vent {seq}")), "{title}: {said}");
        assert_eq!(second.json(&["run", "list"])["runs"], json!([]), "{title}");
        let marked = fs::read_dir(&share).map_or(0, Iterator::count);
        assert_eq!(marked, 0, "{title}: the share was marked");
    }
    // White space around the lines is no change.
    let spaced = format!("\u{feff}{}\r\n\n", copy.replace('\n', "\r\n"));
    let file = second.write("spaced.jsonl", spaced);
    second.ok(&["journal", "verify", text(&file)]);
    second.ok(&["journal", "import", text(&file), "--takeover", "--reason", "x"]);
    second.verify(&run);
}

#[test]
fn a_takeover_that_was_seen_holds_and_says_the_true_way_back() {
    let shares = TestHome::new();
    let (share, away) = (shares.path().join("share"), shares.path().join("away"));
    let first = TestHome::new().set("SWITCHBACK_MIRROR", share.display());
    let _world = Closed::of(&first);
    let run = first.new_run("rehearsal", &[]);
    first.ok(&["run", "hold", &run, "--reason", "x"]);
    let file = share.join(format!("{run}.jsonl"));
    let second = TestHome::new().set("SWITCHBACK_MIRROR", share.display());
    second.ok(&[
        "journal",
        "import",
        text(&file),
        "--takeover",
        "--reason",
        "laptop lost",
    ]);
    let fenced = first.bad(8, &["run", "resume", &run, "--reason", "x"]);
    assert!(
        fenced.contains("on another workstation") && !fenced.contains("run take"),
        "{fenced}"
    );
    assert!(fenced.contains("switchback journal import"), "{fenced}");
    // The share goes away; what was seen holds, for `run take` as well, and nothing is filled in.
    fs::rename(&share, &away).unwrap();
    for args in [
        &["run", "resume", &run, "--reason", "x"][..],
        &["run", "take", &run, "--reason", "x"],
        &[
            "step",
            "apply",
            &run,
            "lower-ttl",
            "--confirm",
            "rehearsal",
            "--preview",
            &"0".repeat(64),
        ],
    ] {
        let fenced = first.bad(8, args);
        assert!(fenced.contains("connect the mirror folder"), "{args:?}: {fenced}");
    }
    assert!(!share.exists());
    // Another run of this home is not mirrored onto the local disk either, until a person says so.
    let other = first.new_run("rehearsal", &[]);
    let shown = first.json(&["run", "show", &other, "--offline"]);
    let problem = shown["mirror"]["problem"].as_str().unwrap();
    assert!(problem.contains("--new-mirror"), "{problem}");
    assert!(!share.exists());
    first.ok(&["run", "hold", &other, "--reason", "x", "--new-mirror"]);
    assert!(share.join(format!("{other}.jsonl")).exists());
    // The way that it said.
    fs::remove_dir_all(&share).unwrap();
    fs::rename(&away, &share).unwrap();
    first.ok(&[
        "journal",
        "import",
        text(&file),
        "--takeover",
        "--reason",
        "found again",
    ]);
    first.ok(&["run", "resume", &run, "--reason", "x"]);
}
