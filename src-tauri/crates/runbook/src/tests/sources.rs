//! Files: limits, encodings, and where they are found.

use std::fs;

use insta::assert_snapshot;

use super::{RUNBOOK, TARGET};
use crate::{MAX_BYTES, Source, check, load};

#[test]
fn a_large_file_is_refused_before_it_is_parsed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runbook.toml");
    fs::write(&path, vec![b'#'; 10_000_000]).unwrap();
    let problem = Source::read(&path).unwrap_err().problem();
    assert_eq!(problem.code, "too-large");
    assert_eq!(
        problem.message,
        "The file is larger than 1 MiB (1048576 bytes), so it was not parsed."
    );
    assert_eq!(problem.place(), path.display().to_string());
    let report = check(&Source::new("big", "[".repeat(MAX_BYTES + 1)), None);
    assert_eq!(
        report.errors.iter().map(|e| e.code).collect::<Vec<_>>(),
        ["too-large"]
    );
}

#[test]
fn the_first_byte_that_is_not_utf8_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runbook.toml");
    fs::write(&path, b"id = \"a\"\ntitle = \"\xc3\xa9 \xff\"\n").unwrap();
    let problem = Source::read(&path).unwrap_err().problem();
    assert_eq!((problem.code, problem.line, problem.column), ("not-utf8", 2, 12));
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let report = check(&Source::new("deep", format!("a = {}", "[".repeat(100_000))), None);
    assert!(report.errors.iter().all(|error| error.code == "syntax"));
    assert!(!report.errors.is_empty());
}

#[test]
fn a_runbook_is_found_by_name_folder_or_file() {
    assert!(load("dns-switch", Some("rehearsal")).unwrap().target.is_some());
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("targets")).unwrap();
    fs::write(folder.path().join("runbook.toml"), RUNBOOK).unwrap();
    fs::write(folder.path().join("targets/mini.toml"), TARGET).unwrap();
    let (as_folder, as_file) = (
        folder.path().to_str().unwrap(),
        folder.path().join("runbook.toml"),
    );
    assert_eq!(
        load(as_folder, Some("mini")).unwrap().target.unwrap().text,
        TARGET
    );
    assert_eq!(
        load(as_file.to_str().unwrap(), None).unwrap().runbook.text,
        RUNBOOK
    );
    let copy = folder.path().join("targets/mini.toml");
    assert_eq!(
        load("dns-switch", copy.to_str()).unwrap().target.unwrap().text,
        TARGET
    );
    let missing = load(as_folder, Some("prod")).unwrap_err();
    assert_snapshot!(missing.fix(), @"Use one of: mini; or the path of a .toml file.");
    assert_snapshot!(load("dns-swich", None).unwrap_err().fix(), @"Give a runbook.toml, a folder that holds one, or a built-in name: dns-switch, tis-cognito.");
    assert_snapshot!(load("dns-switch", Some("../prod")).unwrap_err().fix(), @"Use one of: rehearsal, preprod.example, prod.example, test; or the path of a .toml file.");
}

#[test]
fn a_file_that_was_cut_off_anywhere_crashes_nothing() {
    let whole = Source::new("runbook.toml", RUNBOOK);
    for end in (0..RUNBOOK.len())
        .step_by(13)
        .filter(|end| RUNBOOK.is_char_boundary(*end))
    {
        let cut = Source::new("runbook.toml", &RUNBOOK[..end]);
        let report = check(&cut, Some(&Source::new("mini.toml", TARGET)));
        let _ = crate::render(&report.errors, &[cut]);
        let cut = Source::new("mini.toml", &TARGET[..end.min(TARGET.len())]);
        let _ = crate::render(&check(&whole, Some(&cut)).errors, &[whole.clone(), cut]);
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_shown() {
    for (bad, name) in [
        ("\u{202e}", "U+202E"),
        ("\u{9b}31m", "U+009B"),
        ("\u{2066}", "U+2066"),
    ] {
        let text = RUNBOOK.replacen(
            "why = \"A quick switch\"",
            &format!("why = \"A {bad} switch\""),
            1,
        );
        let runbook = Source::new("runbook.toml", format!("# a comment {bad}\r\n{text}"));
        let report = check(&runbook, Some(&Source::new("mini.toml", TARGET)));
        assert_eq!(report.errors.len(), 1, "{report:?}");
        assert!(report.errors[0].message.contains(name), "{report:?}");
        let shown = crate::render(&report.errors, &[runbook]);
        assert!(
            !shown
                .chars()
                .any(|c| c != '\n' && switchback_model::text::is_obeyed(c)),
            "{shown:?}"
        );
    }
}
