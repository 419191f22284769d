//! Each lint fires on a minimal runbook that deserves it and on nothing else there, and keeps quiet on
//! a minimal one that does not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::lints::CODES;
use crate::{Report, check, load};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lints")
}

/// What is refused rather than linted, but belongs to the same list for whoever writes a runbook.
const REFUSED: [&str; 5] = [
    "unknown-step",
    "unknown-decision",
    "unknown-monitor",
    "unknown-notice",
    "cycle",
];

fn report(file: &Path) -> Report {
    // A fixture that needs a target has one of its own name.
    let name = file.file_name().unwrap();
    let target = file.with_file_name("targets").join(name);
    let target = target.is_file().then(|| target.display().to_string());
    let loaded = load(&file.display().to_string(), target.as_deref()).unwrap();
    check(&loaded.runbook, loaded.target.as_ref())
}

#[test]
fn every_lint_has_its_fixtures_and_every_fixture_its_lint() {
    let folders: BTreeSet<String> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let codes = CODES.iter().chain(&REFUSED).map(|code| (*code).to_owned());
    assert_eq!(folders, codes.collect());
    let mut count = (0, 0);
    for code in &folders {
        let files = std::fs::read_dir(fixtures().join(code)).unwrap();
        let mut names: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        names.retain(|path| path.extension().is_some_and(|e| e == "toml"));
        names.sort();
        for file in names {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let report = report(&file);
            let found: BTreeSet<&str> = report
                .errors
                .iter()
                .chain(&report.lints)
                .map(|problem| problem.code)
                .collect();
            let refused = REFUSED.contains(&code.as_str());
            assert_eq!(report.errors.is_empty(), !refused || name.starts_with("quiet"), "{code}/{name}: {report:?}");
            if name.starts_with("fires") {
                count.0 += 1;
                // A rule is never without an inverse unless a step of it is.
                let allowed = BTreeSet::from_iter(match code.as_str() {
                    "rule-without-inverse" => vec!["rule-without-inverse", "no-way-back"],
                    "undecided-deadline" if name == "fires-words" => vec!["undecided-deadline", "alternatives-open"],
                    code => vec![code],
                });
                assert_eq!(found, allowed, "{code}/{name}: {report:?}");
            } else {
                assert!(name.starts_with("quiet"), "{code}/{name}");
                count.1 += 1;
                assert!(!found.contains(code.as_str()), "{code}/{name}: {report:?}");
                assert_eq!(report.errors, [], "{code}/{name}");
                assert_eq!(report.lints, [], "{code}/{name}");
            }
        }
        for needed in ["fires.toml", "quiet.toml"] {
            assert!(fixtures().join(code).join(needed).is_file(), "{code}/{needed}");
        }
    }
    println!("{} fixtures fire, {} keep quiet", count.0, count.1);
}
