#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod bundle;
mod canary;
mod cognito;
mod deployments;
mod editors;
mod fits;
mod format;
mod guide;
mod kinds;
mod lints;
mod near;
mod needles;
mod parameters;
mod refusals;
mod rendering;
mod reread;
mod routes;
mod schema;
mod sources;
mod targets;
mod triggers;
mod weighted;
mod words;

use crate::{Problem, Report, Source, check};

const RUNBOOK: &str = include_str!("mini.toml");
const TARGET: &str = include_str!("mini-target.toml");

fn runbook(edits: &[(&str, &str)]) -> Source {
    Source::new("runbook.toml", edited(RUNBOOK, edits))
}

fn target(edits: &[(&str, &str)]) -> Source {
    Source::new("mini.toml", edited(TARGET, edits))
}

/// Replaces the first place of each text; a text that is not there is a mistake of the test.
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?} is not in the file");
        text = text.replacen(from, to, 1);
    }
    text
}

fn line(problem: &Problem) -> String {
    let Problem {
        code,
        message,
        line,
        column,
        fix,
        ..
    } = problem;
    format!("{line}:{column} {code}: {message} {fix}")
}

/// The new side's own TTL is above the lowered one, so that nothing stays low when all goes well.
const RAISED: (&str, &str) = ("ttl = 60, values", "ttl = 300, values");

fn report(edits: &[(&str, &str)]) -> Report {
    check(&runbook(edits), Some(&target(&[RAISED])))
}

/// The errors after an edit of the runbook, one a line.
fn errors(edits: &[(&str, &str)]) -> String {
    report(edits)
        .errors
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The lints after an edit of the runbook, one a line.
fn lints(edits: &[(&str, &str)]) -> String {
    let report = report(edits);
    assert_eq!(report.errors, [], "{edits:?}");
    report.lints.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The errors after an edit of the target, one a line.
fn target_errors(edits: &[(&str, &str)]) -> String {
    let report = check(&runbook(&[]), Some(&target(edits)));
    report.errors.iter().map(line).collect::<Vec<_>>().join("\n")
}
