//! What is kept and shown of people, secrets and texts of others.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::text;
use crate::bad_input::support::{Closed, TestHome, applying, harmless};

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
    let whole =
        fs::read_to_string(Path::new(crate::bad_input::support::BUNDLED).join("runbook.toml")).unwrap();
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
