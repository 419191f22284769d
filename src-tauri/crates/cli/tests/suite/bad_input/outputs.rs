//! Files that a person names, to be written and to be read; what people write that is kept for good; and
//! texts of others on their way to the terminal.
#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::support::{Closed, TestHome, applying, harmless};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_is_written_whole_private_and_over_nothing_of_somebody_else() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    let other = place.new_run("rehearsal", &[]);
    let at = |name: &str| place.path().join(name);
    let commands: [&[&str]; 3] = [
        &["report", &run, "--html"],
        &["run", "sheet", &run, "--out"],
        &["journal", "export", &run, "--out"],
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let with = |file: &Path, more: &[&str]| -> Vec<String> {
            let args = command
                .iter()
                .copied()
                .chain([text(file)])
                .chain(more.iter().copied());
            args.map(ToOwned::to_owned).collect()
        };
        let name = |what: &str| at(&format!("{number}-{what}"));
        // Somebody's own draft of that name is nobody's business.
        let (file, theirs) = (name("file.html"), name("file.new"));
        fs::write(&theirs, "mine").unwrap();
        place.run(&with(&file, &[])).code(0);
        assert_eq!(mode(&file), 0o600, "{command:?}");
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
        let first = fs::read(&file).unwrap();
        // An earlier report or sheet of this run is replaced, an export is not.
        let again = place.run(&with(&file, &[]));
        assert_eq!(again.code, if number == 2 { 3 } else { 0 }, "{}", again.err);
        place.run(&with(&file, &["--force", "--shared"])).code(0);
        assert_eq!(mode(&file), 0o644);
        assert_eq!(fs::read_to_string(&file).unwrap().is_empty(), first.is_empty());

        let others = [("other", "somebody's own"), ("empty", "")];
        for (what, content) in others {
            let file = name(what);
            fs::write(&file, content).unwrap();
            let said = place.bad(3, &with(&file, &[]));
            assert!(said.contains("there is already a file of this name"), "{said}");
            assert!(said.contains("--force"), "{said}");
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
        place.run(&with(&name("other"), &["--force"])).code(0);
        assert!(fs::read_to_string(name("other")).unwrap().contains(&run));

        pipe(&name("pipe"));
        fs::create_dir(name("folder")).unwrap();
        symlink(&theirs, name("link")).unwrap();
        symlink(at("nowhere"), name("dangling")).unwrap();
        for (file, what) in [
            (name("pipe"), "a pipe"),
            (name("folder"), "a folder"),
            (name("link"), "a symbolic link"),
            (name("dangling"), "a symbolic link"),
            ("/dev/null".into(), "a device"),
            ("/dev/full".into(), "a device"),
        ] {
            for more in [&[][..], &["--force"]] {
                let said = place.bad(3, &with(&file, more));
                assert!(
                    said.contains(&format!("there is already {what} of this name")),
                    "{said}"
                );
            }
        }
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
        assert!(!at("nowhere").exists());
        let said = place.bad(3, &with(&at("none/file"), &[]));
        assert!(said.contains("there is no such folder"), "{said}");
    }
    // The report and the sheet of another run are another file.
    for (command, file) in [("report", "0-file.html"), ("sheet", "1-file.html")] {
        let args: &[&str] = match command {
            "report" => &["report", &other, "--html"],
            _ => &["run", "sheet", &other, "--out"],
        };
        let said = place.bad(3, &[args, &[text(&at(file))]].concat());
        assert!(said.contains("already a file"), "{said}");
    }
    let left: Vec<String> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("draft"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "drafts stayed");
    // A recovery code is written over nothing, and through nothing.
    let (kept, link) = (at("code"), at("code-link"));
    fs::write(&kept, "kept").unwrap();
    symlink(&kept, &link).unwrap();
    pipe(&at("code-pipe"));
    for file in [&kept, &link, &at("code-pipe")] {
        let new = [
            "run",
            "new",
            "dns-switch",
            "--target",
            "rehearsal",
            "--recovery-code-file",
        ];
        place.bad(2, &[&new[..], &[text(file)]].concat());
    }
    assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
}

#[test]
fn what_is_no_file_is_refused_at_once_at_every_door() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    pipe(&place.path().join("pipe.toml"));
    fs::create_dir(place.path().join("folder.toml")).unwrap();
    pipe(&place.path().join("pipe-link"));
    symlink(place.path().join("pipe-link"), place.path().join("link.toml")).unwrap();
    let pipe = text(&place.path().join("pipe.toml")).to_owned();
    let folder = text(&place.path().join("folder.toml")).to_owned();
    let link = text(&place.path().join("link.toml")).to_owned();
    let started = Instant::now();
    for (file, what) in [(&pipe, "a pipe"), (&folder, "a folder"), (&link, "a pipe")] {
        let mut doors: Vec<(i32, Vec<&str>)> = vec![
            (3, vec!["plan", "dns-switch", "--target", file]),
            (3, vec!["runbook", "check", "dns-switch", "--target", file]),
            (
                3,
                vec!["users", "reconcile", "--source", file, "--out", "out.csv"],
            ),
            (3, vec!["users", "find", "jo@example.nhs.test", "--source", file]),
            (1, vec!["journal", "import", file, "--takeover", "--reason", "x"]),
            (1, vec!["journal", "verify", file]),
            (
                2,
                vec!["run", "show", &run, "--offline", "--recovery-code-file", file],
            ),
        ];
        // A folder may hold a runbook.
        if what == "a pipe" {
            doors.push((3, vec!["runbook", "check", file]));
            doors.push((3, vec!["run", "new", file, "--target", "rehearsal"]));
        }
        for (code, args) in doors {
            let said = place.bad(code, &args);
            assert!(said.contains(what), "{args:?}: {said}");
        }
    }
    for args in [
        &["plan", "dns-switch", "--target", "/dev/zero.toml"][..],
        &["users", "find", "jo@example.nhs.test", "--source", "/dev/zero"],
        &["runbook", "check", "/dev/zero"],
    ] {
        place.bad(3, args);
    }
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(300), "{elapsed:?}");
}

#[test]
fn what_is_kept_for_good_names_nobody_and_holds_no_secret() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    let seen = place.seen(&run);
    let head = place.verify(&run);
    let planted = "jo.planted@example.nhs.test";
    let commands: [&[&str]; 9] = [
        &["run", "hold", &run],
        &["run", "take", &run],
        &["step", "skip", &run, "lower-ttl"],
        &["step", "attest", &run, "lower-ttl"],
        &["rollback", &run, "--all", "--confirm", "rehearsal"],
        &["run", "adopt", &run, "lower-ttl"],
        &["decide", &run, "any", "yes"],
        &["journal", "import", "no-such-file", "--takeover"],
        &["run", "amend", &run, "--runbook", "dns-switch"],
    ];
    for reason in [
        format!("asked by {planted}"),
        "used AKIASEEDED0123456789".to_owned(),
        "the password is SeededPassword0123".to_owned(),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x".to_owned(),
    ] {
        for command in commands {
            let said = place.bad(2, &[command, &["--reason", &reason]].concat());
            assert!(
                said.contains("--reason holds ") && said.contains("characters"),
                "{said}"
            );
            assert!(!said.contains(planted), "{said}");
        }
    }
    let said = place.bad(
        2,
        &[
            "run",
            "hold",
            &run,
            "--reason",
            "x",
            "--by",
            "AKIASEEDED0123456789",
        ],
    );
    assert!(said.contains("--by holds an access key"), "{said}");
    assert_eq!(place.verify(&run), head, "something was journalled");
    place.holds_no_secret();
    // What people write on such a night is taken, and an operator may be an address.
    let by = ["--by", "ops@example.nhs.test"];
    let reason = "CHG-4711, agreed on the bridge @ 22:00: https://wiki.example.nhs.test/x/switch?page=12";
    place.ok(&[&["run", "hold", &run, "--reason", reason][..], &by].concat());
    place.ok(&[
        "run",
        "resume",
        &run,
        "--reason",
        "the password reset page is up again",
    ]);
    place.ok(&applying(&run, "rehearsal", &seen));
}

#[test]
fn texts_of_others_are_shown_and_never_obeyed_and_make_no_row() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    // A runbook may have titles of several lines; a reason may hold anything.
    let folder = place.runbook(
        "hostile",
        &[
            (
                "title = \"Before the switch\"",
                "title = \"Before\\nFALSE-ROW done\"",
            ),
            (
                "title = \"Lower the TTL of ${name} to ${lowered_ttl} s\"",
                "title = \"Lower\\nFALSE-ROW done\"",
            ),
            (
                "title = \"The record points to the old side\"",
                "title = \"Points\\nFALSE-ROW done\"",
            ),
        ],
        &[],
    );
    let run = place.ok(&["run", "new", &folder, "--target", "rehearsal"]);
    let run = run.out.trim();
    let hostile = "x\u{1b}[2J\u{1b}[1;31m\u{9b}H\nFALSE-ROW  lower-ttl: Verified\r\nFALSE-ROW\u{2028}FALSE-ROW\u{202e}\u{200b}\tz";
    place.ok(&["run", "hold", run, "--reason", hostile]);
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["run", "show", run],
        vec!["run", "list"],
        vec!["journal", "show", run],
        vec!["plan", &folder, "--target", "rehearsal"],
        vec!["runbook", "check", &folder, "--target", "rehearsal"],
        vec!["step", "check", run, "lower-ttl"],
        vec!["step", "preview", run, "lower-ttl"],
        vec!["rollback", run, "--all"],
        vec!["watch", run, "--count", "1"],
        vec!["report", run],
        vec!["run", "resume", run, "--reason", hostile],
        vec!["run", "show", hostile],
        vec!["step", "check", run, hostile],
    ];
    commands.push(vec!["runbook", "check", "no\nFALSE-ROW\u{1b}[2J"]);
    for command in commands {
        let did = place.run(&command);
        harmless(&did);
        for text in [&did.out, &did.err] {
            for line in text.lines() {
                assert!(!line.trim_start().starts_with("FALSE-ROW"), "{command:?}: {text}");
            }
            assert!(
                !text.contains(['\u{1b}', '\u{9b}', '\u{200b}', '\u{2028}']),
                "{command:?}"
            );
        }
    }
    // JSON says the same text, escaped.
    let events = place.run(&["journal", "show", run, "--json"]).code(0);
    assert!(!events.out.contains(['\u{1b}', '\u{202e}', '\u{200b}']));
    let told = events.json()["events"].to_string();
    assert!(told.contains("FALSE-ROW") && told.contains("\\n"), "{told}");
    assert!(told.contains('\u{202e}'));
    // In files as well: the report is markup, the sheet is a script.
    let (html, sheet) = (place.path().join("r.html"), place.path().join("s.sh"));
    place.ok(&["report", run, "--html", text(&html)]);
    place.ok(&["run", "sheet", run, "--out", text(&sheet)]);
    let html = fs::read_to_string(&html).unwrap();
    assert!(html.contains("FALSE-ROW"));
    for c in ['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{2028}'] {
        assert!(!html.contains(c), "{c:?}");
    }
    for line in fs::read_to_string(&sheet).unwrap().lines() {
        let ours = ["#", "aws ", "export "]
            .iter()
            .any(|begin| line.starts_with(begin));
        assert!(ours || line.is_empty(), "{line}");
    }
}

#[test]
fn many_mistakes_are_counted_not_waited_for() {
    let place = TestHome::new();
    let whole = fs::read_to_string(Path::new(super::support::BUNDLED).join("runbook.toml")).unwrap();
    for mistakes in [1_000, 20_000] {
        let mut text = String::from("wrong = 1\n");
        text.push_str(&whole);
        for n in 0..mistakes {
            let _ = write!(text, "\n[[nosuch]]\na{n} = {n}\n");
        }
        text.truncate(1024 * 1024 - 1);
        let keys: String = (0..mistakes).map(|n| format!("wrong{n} = 1\n")).collect();
        let file = place.write("many.toml", format!("{keys}{whole}"));
        let file = file.to_str().unwrap();
        let started = Instant::now();
        let did = place.run(&["runbook", "check", file]).code(3);
        let elapsed = started.elapsed();
        eprintln!("{mistakes} mistakes: {elapsed:?}");
        assert!(elapsed < Duration::from_secs(150), "{mistakes}: {elapsed:?}");
        let shown = did.out.matches("unknown-key").count();
        assert_eq!(shown, 50, "{}", did.out);
        assert!(
            did.out.contains(&format!("… and {} more", mistakes - 50)),
            "{}",
            did.out
        );
        assert!(did.out.contains(&format!("{mistakes} errors")), "{}", did.out);
        let all = place.run(&["runbook", "check", file, "--json"]).code(3).json();
        assert_eq!(all["errors"].as_array().unwrap().len(), mistakes);
    }
}

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
