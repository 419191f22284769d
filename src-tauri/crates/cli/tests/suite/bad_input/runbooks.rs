//! Runbook and target files that are wrong.

use std::fs;
use std::path::Path;

use super::support::{BUNDLED, TestHome, harmless};

/// The change and what a person reads, one under the other.
fn told(place: &TestHome, title: &str, args: &[&str]) -> String {
    format!("## {title}\n{}\n", place.bad(3, args))
}

#[test]
fn a_runbook_that_is_wrong_is_told_with_its_place_and_its_mending() {
    let place = TestHome::new();
    let needs = "needs = [\"lower-ttl\"]";
    let cases: [(&str, &[(&str, &str)]); 12] = [
        ("syntax", &[("version = \"1.0.0\"", "version = ")]),
        ("wrong type", &[("version = \"1.0.0\"", "version = 1")]),
        (
            "unknown key",
            &[("version = \"1.0.0\"", "version = \"1\"\nverison = \"1\"")],
        ),
        ("unknown edge", &[(needs, "needs = [\"lower-tll\"]")]),
        ("cyclic edge", &[(needs, "needs = [\"restore-ttl\"]")]),
        (
            "the same key twice",
            &[("version = \"1.0.0\"", "version = \"1\"\nversion = \"2\"")],
        ),
        (
            "the same id twice",
            &[("id = \"restore-ttl\"", "id = \"lower-ttl\"")],
        ),
        (
            "an id with a blank",
            &[("id = \"lower-ttl\"", "id = \"lower ttl\"")],
        ),
        (
            "an id with a turned direction",
            &[("id = \"lower-ttl\"", "id = \"lower\u{202e}ttl\"")],
        ),
        (
            "a title with an escape",
            &[("title = \"The switch\"", "title = \"The \\u001b[2Jswitch\"")],
        ),
        (
            "an enormous number",
            &[("days = 14", "days = 99999999999999999999999")],
        ),
        ("a negative number", &[("days = 14", "days = -1")]),
    ];
    let mut all = String::new();
    for (title, changes) in cases {
        let name = title.replace(' ', "-");
        let folder = place.runbook(&name, changes, &[]);
        all.push_str(&told(&place, title, &["plan", &folder, "--target", "rehearsal"]));
        // The check finds the same, and shows the line.
        let did = place
            .run(&["runbook", "check", &folder, "--target", "rehearsal"])
            .code(3);
        harmless(&did);
        assert!(did.out.contains("help:"), "{title}: {}", did.out);
    }
    insta::assert_snapshot!("runbook", all);
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_reason() {
    let place = TestHome::new();
    let mut all = String::new();
    let whole = fs::read(Path::new(BUNDLED).join("runbook.toml")).unwrap();
    let text = String::from_utf8(whole).unwrap();
    let long = format!("title = \"{}\"\n", "x".repeat(10 * 1024 * 1024));
    place.write(
        "long/runbook.toml",
        text.replacen("title = ", &format!("{long}title = "), 1),
    );
    let mut bytes = text.clone().into_bytes();
    let at = text.find("title").unwrap();
    bytes.insert(at + 10, 0xff);
    place.write("bytes/runbook.toml", bytes);
    place.write("empty/runbook.toml", "");
    place.write("empty/targets/rehearsal.toml", "");
    fs::create_dir_all(place.path().join("folder/targets/rehearsal.toml")).unwrap();
    place.write("folder/runbook.toml", &text);
    fs::create_dir(place.path().join("nothing")).unwrap();
    for (title, runbook, target) in [
        ("a string of 10 MB", "long/runbook.toml", "rehearsal"),
        ("not UTF-8", "bytes/runbook.toml", "rehearsal"),
        ("an empty file", "empty", "rehearsal"),
        ("no such file", "nosuch.toml", "rehearsal"),
        ("a folder without a runbook", "nothing", "rehearsal"),
        (
            "a target that is a folder",
            "folder",
            "folder/targets/rehearsal.toml",
        ),
        ("no such target", "folder", "prod"),
        ("a target with a path", "dns-switch", "../prod"),
        ("a target file that is not there", "dns-switch", "./prod.toml"),
    ] {
        // Only the target's own folder holds targets.
        if title == "a string of 10 MB" || title == "not UTF-8" {
            let target = fs::read(Path::new(BUNDLED).join("targets/rehearsal.toml")).unwrap();
            place.write(
                &format!("{}/targets/rehearsal.toml", runbook.split('/').next().unwrap()),
                target,
            );
        }
        all.push_str(&told(&place, title, &["run", "new", runbook, "--target", target]));
    }
    insta::assert_snapshot!("files", all);
    // Nothing was opened by any of it.
    assert_eq!(place.json(&["run", "list"])["runs"].as_array().unwrap().len(), 0);
}

#[test]
fn what_editors_of_other_systems_leave_is_no_mistake() {
    let place = TestHome::new();
    let plain = place.runbook("plain", &[], &[]);
    let digest = |name: &str| place.json(&["plan", name, "--target", "rehearsal"])["digest"].clone();
    let wanted = digest(&plain);
    for (name, change) in [
        (
            "bom",
            (|text: &str| format!("\u{feff}{text}")) as fn(&str) -> String,
        ),
        ("crlf", |text| text.replace('\n', "\r\n")),
    ] {
        place.runbook(name, &[], &[]);
        for file in ["runbook.toml", "targets/rehearsal.toml"] {
            let path = place.path().join(name).join(file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, change(&text)).unwrap();
        }
        assert_eq!(digest(name), wanted, "{name}");
    }
}

#[test]
fn a_terminal_is_never_told_to_do_anything_by_a_file() {
    let place = TestHome::new();
    // In a comment TOML allows what a string of ours may not hold; the line is shown with the error.
    let folder = place.runbook(
        "comment",
        &[("version = \"1.0.0\"", "version = 1 # \u{202e}gpj.\u{9b}2J\u{7f}")],
        &[],
    );
    let with_del = fs::read_to_string(place.path().join("comment/runbook.toml")).unwrap();
    fs::write(
        place.path().join("comment/runbook.toml"),
        with_del.replace('\u{7f}', ""),
    )
    .unwrap();
    let did = place.run(&["runbook", "check", &folder]).code(3);
    harmless(&did);
    assert!(did.out.contains("version = 1"), "{}", did.out);
    // A name on the command line is somebody else's text too.
    for args in [
        ["run", "show", "\u{1b}[2Jx"],
        ["runbook", "check", "\u{1b}]0;title\u{7}\u{202e}.toml"],
        ["journal", "verify", "./\u{9b}31m"],
    ] {
        for json in [&[][..], &["--json"]] {
            let did = place.run(&[&args[..], json].concat());
            assert!((1..=3).contains(&did.code));
            harmless(&did);
        }
    }
}
