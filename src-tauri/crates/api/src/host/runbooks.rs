//! Runbooks as a window offers them: what there is, what is wrong with one, and a run of it.

use std::path::{Path, PathBuf};

use switchback_model::{Operator, RunId};
use switchback_runbook::{Problem, SHOWN, Source, bundled};

use super::Host;
use crate::wire::{ApiError, ProblemRow, RunbookView, TargetRow};

/// Targets that one runbook may have beside it; more are not listed.
const MOST_TARGETS: usize = 50;

/// The built-in runbooks.
#[must_use]
pub fn built_in() -> Vec<RunbookView> {
    bundled::ALL
        .iter()
        .filter_map(|bundled| view(bundled.name).ok())
        .collect()
}

/// A runbook (a folder, a file or a built-in name) with its targets, read and checked.
///
/// # Errors
/// When there is no such runbook, or its file can't be read at all.
pub fn view(runbook: &str) -> Result<RunbookView, ApiError> {
    let loaded = switchback_runbook::load(runbook, None).map_err(|error| {
        let problem = error.problem();
        ApiError::new(
            "bad_input",
            problem.message.clone(),
            problem.fix.clone(),
            problem.place(),
        )
    })?;
    let report = switchback_runbook::check(&loaded.runbook, None);
    let mut title = String::new();
    let mut targets = Vec::new();
    for name in target_names(runbook) {
        targets.push(target(runbook, name, &mut title));
    }
    targets.sort_by_key(|target| rank(&target.kind));
    let mut problems = rows(&report.errors, true);
    problems.extend(rows(&report.lints, false));
    Ok(RunbookView {
        runbook: runbook.to_owned(),
        built_in: bundled::find(runbook).is_some(),
        title: if title.is_empty() {
            runbook.to_owned()
        } else {
            title
        },
        targets,
        problems,
    })
}

/// A target's row: its plan is resolved, so that what stands in the way is known before the click.
fn target(runbook: &str, name: String, title: &mut String) -> TargetRow {
    let source: Result<(Source, Source), Problem> = switchback_runbook::load(runbook, Some(&name))
        .map_err(|error| error.problem())
        .and_then(|loaded| {
            let missing = || {
                switchback_runbook::RunbookError::NoTarget {
                    name: name.clone(),
                    available: Vec::new(),
                }
                .problem()
            };
            Ok((loaded.runbook, loaded.target.ok_or_else(missing)?))
        });
    let resolved = source
        .map_err(|problem| vec![problem])
        .and_then(|(runbook, target)| switchback_runbook::resolve(&runbook, &target));
    match resolved {
        Ok(plan) => {
            // The rehearsal's title is the one that everybody can read first.
            if title.is_empty() || plan.target.kind == switchback_model::TargetKind::Rehearsal {
                title.clone_from(&plan.title);
            }
            TargetRow {
                name,
                kind: super::queries::kind_of(plan.target.kind.banner()).to_owned(),
                steps: u32::try_from(plan.steps().count()).unwrap_or(u32::MAX),
                problems: Vec::new(),
            }
        }
        Err(problems) => TargetRow {
            name,
            kind: String::new(),
            steps: 0,
            problems: rows(&problems, true),
        },
    }
}

/// As many rows as anybody mends at a time; the last one counts the rest.
fn rows(problems: &[Problem], stops: bool) -> Vec<ProblemRow> {
    let mut rows: Vec<ProblemRow> = problems.iter().take(SHOWN).map(|p| row(p, stops)).collect();
    if let Some((more, last)) = problems.len().checked_sub(SHOWN + 1).zip(rows.last()) {
        rows.push(ProblemRow {
            stops,
            code: "more".to_owned(),
            message: format!("{} more are not shown.", more + 1),
            place: last.place.clone(),
            fix: "Mend these first, then check again.".to_owned(),
        });
    }
    rows
}

fn row(problem: &Problem, stops: bool) -> ProblemRow {
    ProblemRow {
        stops,
        code: problem.code.to_owned(),
        message: problem.message.clone(),
        place: problem.place(),
        fix: problem.fix.clone(),
    }
}

/// The rehearsal first, production last: the harmless choice is the near one.
fn rank(kind: &str) -> usize {
    ["rehearsal", "test", "preproduction", "production"]
        .iter()
        .position(|known| *known == kind)
        .unwrap_or(usize::MAX)
}

/// The names of the files in the folder `targets` beside the runbook, or of the built-in ones.
fn target_names(runbook: &str) -> Vec<String> {
    if let Some(found) = bundled::find(runbook) {
        return found.targets.iter().map(|(name, _)| (*name).to_owned()).collect();
    }
    let given = Path::new(runbook);
    let folder: PathBuf = if given.is_dir() {
        given.join("targets")
    } else {
        given.parent().unwrap_or(Path::new("")).join("targets")
    };
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".toml").map(str::to_owned)
        })
        .take(MOST_TARGETS)
        .collect();
    names.sort();
    names
}

impl Host {
    /// Opens a run of a runbook and begins to drive it, by the person at the window.
    ///
    /// # Errors
    /// When the runbook has errors, its target's guard refuses, or the sign-in fails.
    pub async fn open_runbook(&self, runbook: &str, target: &str, by: &Operator) -> Result<RunId, ApiError> {
        let plan = crate::plan::resolve(runbook, target)?;
        let run = self.run_new_by(plan, None, by)?;
        // A run whose world can't be reached stays in the list: it is opened again when it can.
        if let Err(error) = self.drive(&run, false).await {
            tracing::warn!(%run, code = error.code, "the new run is not driven yet");
        }
        Ok(run)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_built_in_runbook_is_offered_with_its_rehearsal_first() {
        let all = built_in();
        assert_eq!(all.len(), bundled::ALL.len());
        for runbook in all {
            assert!(runbook.built_in, "{}", runbook.runbook);
            assert_eq!(runbook.targets[0].kind, "rehearsal", "{runbook:?}");
            assert!(runbook.targets[0].steps > 0, "{runbook:?}");
            assert!(
                runbook.problems.iter().all(|problem| !problem.stops),
                "{runbook:?}"
            );
        }
    }

    #[test]
    fn a_file_that_is_no_runbook_says_where_and_how_to_mend_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("runbook.toml");
        std::fs::write(&file, "id = \"x\"\n").unwrap();
        let seen = view(file.to_str().unwrap()).unwrap();
        assert!(!seen.built_in);
        assert!(seen.targets.is_empty());
        let first = &seen.problems[0];
        assert!(first.stops && !first.fix.is_empty(), "{first:?}");
        assert!(first.place.contains("runbook.toml:"), "{first:?}");

        let missing = view(folder.path().join("none.toml").to_str().unwrap()).unwrap_err();
        assert_eq!(missing.code, "bad_input");
        assert!(missing.hint.contains("dns-switch"), "{missing:?}");
    }

    #[test]
    fn a_target_with_a_mistake_can_not_be_chosen_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let bundled = bundled::find("dns-switch").unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("runbook.toml", &bundled.source().text);
        write(
            "targets/rehearsal.toml",
            &bundled.target("rehearsal").unwrap().text,
        );
        write("targets/broken.toml", "id = 1\n");
        let seen = view(folder.path().to_str().unwrap()).unwrap();
        let names: Vec<&str> = seen.targets.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["rehearsal", "broken"]);
        assert!(seen.targets[0].problems.is_empty());
        assert!(!seen.targets[1].problems.is_empty());
        assert!(
            seen.targets[1].problems[0].place.contains("broken.toml:"),
            "{:?}",
            seen.targets[1]
        );
    }
}
