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
const REFUSED: [&str; 8] = [
    "unknown-step",
    "unknown-decision",
    "unknown-monitor",
    "unknown-notice",
    "cycle",
    "publishes-nothing",
    "publishes-not-allowed",
    "publish-cycle",
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
    let mut wrong = String::new();
    for code in &folders {
        let mut names: Vec<PathBuf> = std::fs::read_dir(fixtures().join(code))
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect();
        names.sort();
        for file in names {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let report = report(&file);
            let problems = report.errors.iter().chain(&report.lints);
            let found: BTreeSet<&str> = problems.map(|problem| problem.code).collect();
            let expected: Vec<&str> = match (code.as_str(), name.as_str()) {
                (_, name) if name.starts_with("quiet") => Vec::new(),
                // A rule is without an inverse only if a step of it is without a way back.
                ("rule-without-inverse", _) => vec!["rule-without-inverse", "no-way-back"],
                // An open duration is an alternative that is left open.
                ("undecided-deadline", "fires-words") => vec!["undecided-deadline", "alternatives-open"],
                ("cycle", "fires-two") => vec!["cycle", "order"],
                (code, _) => vec![code],
            };
            let refused = REFUSED.contains(&code.as_str()) && name.starts_with("fires");
            if found != BTreeSet::from_iter(expected) || report.errors.is_empty() == refused {
                wrong.push_str(&format!("{code}/{name}: {report:#?}\n"));
            }
        }
        for needed in ["fires.toml", "quiet.toml"] {
            assert!(fixtures().join(code).join(needed).is_file(), "{code}/{needed}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A transcription of the written plan, nothing added: each of its gaps is named at its line.
#[test]
fn the_seed_fires_what_it_deserves() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seed/runbook.toml");
    let report = report(&file);
    assert_eq!(report.errors, []);
    let lines: Vec<String> = report.lints.iter().map(super::line).collect();
    insta::assert_snapshot!("seed", lines.join("\n"));
    let codes: BTreeSet<&str> = report.lints.iter().map(|lint| lint.code).collect();
    let deserved = [
        "alternatives-open",
        "no-reason",
        "no-ttl-wait",
        "no-way-back",
        "restriction-not-lifted",
        "rollback-untold",
        "rule-forgets-dependant",
        "rule-without-inverse",
        "same-work-twice",
        "undecided-deadline",
    ];
    assert_eq!(codes, BTreeSet::from(deserved));
}

/// The whole plan as it was written for the night has none of those gaps.
#[test]
fn tis_cognito_carries_every_item_of_the_seed() {
    let bundled = crate::bundled::find("tis-cognito").unwrap();
    let plan = crate::resolve(&bundled.source(), &bundled.target("rehearsal").unwrap()).unwrap();
    let steps = plan.steps().map(|step| step.plan_ref.clone());
    let items: BTreeSet<String> = steps
        .chain(plan.rules.iter().map(|rule| rule.plan_ref.clone()))
        .collect();
    let of = |part: &str, numbers: std::ops::RangeInclusive<u32>| {
        let part = part.to_owned();
        numbers.map(move |n| format!("{part}.{n}"))
    };
    let all: BTreeSet<String> = of("pre", 1..=7)
        .chain(of("mid", 1..=5))
        .chain(of("rollback", 3..=5))
        .chain(of("post", 1..=2))
        .collect();
    assert_eq!(items.len(), 17);
    assert_eq!(items, all);
    assert_eq!(
        plan.decisions.len(),
        8,
        "the seven questions and the deadline of R3"
    );
    for step in plan.steps() {
        assert!(step.automated || step.why_not_automated.is_some(), "{}", step.id);
        assert!(step.owner.is_some() && step.expected_s.is_some(), "{}", step.id);
        assert!(!step.look_at.is_empty() && !step.risks.is_empty(), "{}", step.id);
        assert_eq!(
            step.notice.is_some(),
            step.kind == switchback_model::StepKind::Notice,
            "{}",
            step.id
        );
    }
    let rule = |id: &str| plan.rule(&id.parse().unwrap()).unwrap();
    let names =
        |ids: &[switchback_model::StepId]| -> Vec<String> { ids.iter().map(ToString::to_string).collect() };
    assert_eq!(names(&rule("R3").undo), ["switch-dns"]);
    assert_eq!(
        names(&rule("R4").undo),
        [
            "reval-authorizer",
            "reval-stage",
            "reval-flush",
            "reval-ui",
            "reval-invalidate",
            "switch-dns"
        ]
    );
    for id in ["R3", "R4", "R5"] {
        let kept = names(&rule(id).keep);
        assert!(
            kept.contains(&"restrict-writes".to_owned()) && kept.contains(&"lower-ttl".to_owned()),
            "{id}"
        );
        assert!(rule(id).decision.is_some() && !rule(id).then.is_empty(), "{id}");
    }
}

/// Whoever meets a code finds it in the document.
#[test]
fn every_code_is_in_the_document() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/writing-a-runbook.md");
    let text = std::fs::read_to_string(file).unwrap();
    for code in CODES.iter().chain(&REFUSED) {
        assert!(text.contains(&format!("`{code}`")), "{code}");
    }
}

/// Each step needs the one before, and rules and combinations speak of some: what was once looked at again for
/// each step of each rule took minutes.
#[test]
fn a_long_plan_is_looked_at_in_time() {
    let mut text =
        "id = \"long\"\ntitle = \"Long\"\nversion = \"1\"\n\n[[phase]]\nid = \"a\"\ntitle = \"A\"\n"
            .to_owned();
    for n in 0..500 {
        let needs = if n == 0 {
            String::new()
        } else {
            format!("needs = [\"s{}\"]\n", n - 1)
        };
        text.push_str(&format!(
            "[[phase.step]]\nid = \"s{n}\"\ntitle = \"Move part {n} of the shop\"\nplan_ref = \"mid.{n}\"\nkind = \"attest\"\n\
             why = \"w\"\nwhy_not_automated = \"h\"\nreversibility = {{ kind = \"manual\", words = \"Move it back\" }}\n{needs}"
        ));
    }
    for n in 0..10 {
        let (of, by) = (n * 10, n * 10 + 5);
        text.push_str(&format!(
            "[[rollback]]\nid = \"r{n}\"\ntitle = \"Down: back\"\nplan_ref = \"rollback.{n}\"\nundo = [\"s{of}\"]\nthen = [\"x\"]\n\
             [[coherence]]\nid = \"c{n}\"\nnever = {{ undone = [\"s{of}\"], done = [\"s{by}\"] }}\nbecause = \"b\"\nrepair = [\"s{by}\"]\n"
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runbook.toml");
    std::fs::write(&file, text).unwrap();
    let began = std::time::Instant::now();
    let report = report(&file);
    let took = began.elapsed();
    assert!(report.errors.is_empty(), "{report:?}");
    // Half a second on an idle machine, over 40 s once.
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
}

/// A newcomer begins with it.
#[test]
fn the_guides_smallest_runbook_is_sound() {
    let guide = include_str!("../../../../docs/writing-a-runbook.md");
    let text = guide
        .split_once("```toml\n")
        .unwrap()
        .1
        .split_once("```")
        .unwrap()
        .0;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runbook.toml");
    std::fs::write(&file, text).unwrap();
    let report = report(&file);
    assert!(report.errors.is_empty() && report.lints.is_empty(), "{report:?}");
}
