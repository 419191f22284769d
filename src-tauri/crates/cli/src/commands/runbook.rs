//! `runbook check` and `runbook schema`, and the plan of a runbook and a target.

use switchback_api::wire::ApiError;
use switchback_model::Plan;
use switchback_model::text::line;
use switchback_runbook::{Problem, Report, RunbookError, SHOWN, Source, and_more};

use crate::args::Runbook;
use crate::exit;
use crate::host::Cx;

pub fn run(cx: &Cx<'_>, command: Runbook) -> Result<u8, ApiError> {
    match command {
        Runbook::Check { file, target } => check(cx, &file, target.as_deref()),
        Runbook::Schema { target } => {
            let schema = match target {
                true => switchback_runbook::target_schema(),
                false => switchback_runbook::schema(),
            };
            // The schema is a document of its own kind: it carries no version of ours.
            cx.out.data(&format!("{schema:#}"));
            Ok(exit::OK)
        }
    }
}

fn check(cx: &Cx<'_>, file: &str, target: Option<&str>) -> Result<u8, ApiError> {
    let (report, sources) = match switchback_runbook::load(file, target) {
        Ok(loaded) => {
            let report = switchback_runbook::check(&loaded.runbook, loaded.target.as_ref());
            (report, sources(loaded.runbook, loaded.target))
        }
        // A file that can't be had is listed like any other error.
        Err(error) => (
            Report {
                errors: vec![error.problem()],
                lints: Vec::new(),
            },
            Vec::new(),
        ),
    };
    cx.out.answer(&report, || {
        let mut text = String::new();
        if !report.errors.is_empty() {
            text.push_str(&switchback_runbook::render(&report.errors, &sources));
        }
        for lint in report.lints.iter().take(SHOWN) {
            text.push_str(&format!(
                "lint: {}\n  fix: {}\n",
                line(&lint.to_string()),
                line(&lint.fix)
            ));
        }
        text.push_str(&and_more(report.lints.len()));
        let count = |n: usize, word: &str| match n {
            1 => format!("1 {word}"),
            n => format!("{n} {word}s"),
        };
        text.push_str(&format!(
            "{}: {}, {}",
            line(file),
            count(report.errors.len(), "error"),
            count(report.lints.len(), "lint")
        ));
        text
    });
    match report.errors.first() {
        None => Ok(exit::OK),
        Some(first) => Err(problem(first, report.errors.len())),
    }
}

fn sources(runbook: Source, target: Option<Source>) -> Vec<Source> {
    std::iter::once(runbook).chain(target).collect()
}

/// The plan of a runbook and a target.
pub fn resolve(cx: &Cx<'_>, runbook: &str, target: &str) -> Result<Plan, ApiError> {
    let loaded = switchback_runbook::load(runbook, Some(target)).map_err(|error| not_had(&error))?;
    let Some(bound) = &loaded.target else {
        return Err(ApiError::internal("the target was not loaded"));
    };
    switchback_runbook::resolve(&loaded.runbook, bound).map_err(|problems| {
        let all = problems.len();
        let first = problems.first().map(|first| problem(first, all));
        cx.out.say(&switchback_runbook::render(
            &problems,
            &sources(loaded.runbook.clone(), loaded.target.clone()),
        ));
        first.unwrap_or_else(|| ApiError::internal("a runbook without problems has no plan"))
    })
}

/// What is likely a mistake in a runbook that has no errors.
pub fn lints(runbook: &str, target: &str) -> Vec<Problem> {
    switchback_runbook::load(runbook, Some(target)).map_or_else(
        |_| Vec::new(),
        |loaded| switchback_runbook::check(&loaded.runbook, loaded.target.as_ref()).lints,
    )
}

fn not_had(error: &RunbookError) -> ApiError {
    problem(&error.problem(), 1)
}

fn problem(first: &Problem, all: usize) -> ApiError {
    let others = match all {
        0 | 1 => String::new(),
        n => format!(" And {} more.", n - 1),
    };
    ApiError::new(
        "bad_input",
        format!("{}{others}", first.message),
        first.fix.clone(),
        first.place(),
    )
}
