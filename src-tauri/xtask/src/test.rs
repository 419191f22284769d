//! `cargo xtask test` and `prove`: set up, build once, run the suites, tell the result.

use std::path::PathBuf;

use crate::{
    bundle,
    compile::{self, Built, TestProgram},
    debian::{self, Need},
    python,
    scan::{self, Counts},
    shell::{Outcome, Phases, Stop, Workspace},
    suites::{self, Report, Suite, Surroundings},
    types, ui,
};

/// The gate: what `.ci/run` calls.
pub fn test(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let only = only(arguments, &Suite::ALL)?;
    campaign(
        workspace,
        &only.map_or(Suite::ALL.to_vec(), |suite| vec![suite]),
        false,
        only.is_none(),
    )
}

/// The full campaigns, without budgets.
pub fn prove(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let long = [
        Suite::Core,
        Suite::Conformance,
        Suite::Kill,
        Suite::Emulators,
        Suite::Bundle,
    ];
    let only = only(arguments, &long)?;
    campaign(
        workspace,
        &only.map_or(long.to_vec(), |suite| vec![suite]),
        true,
        false,
    )
}

fn only(arguments: &[String], from: &[Suite]) -> Outcome<Option<Suite>> {
    let names = || {
        from.iter()
            .map(|suite| suite.name())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match arguments {
        [] => Ok(None),
        [flag, name] if flag == "--only" => from
            .iter()
            .find(|suite| suite.name() == name)
            .map(|suite| Some(*suite))
            .ok_or_else(|| Stop::usage(format!("there is no suite `{name}` here; there are: {}", names()))),
        _ => Err(Stop::usage(format!(
            "the only option is --only SUITE, one of: {}",
            names()
        ))),
    }
}

fn campaign(workspace: &Workspace, wanted: &[Suite], prove: bool, whole: bool) -> Outcome<u8> {
    let mut phases = Phases::default();
    let mut reports = Vec::new();
    let result = stages(workspace, wanted, prove, whole, &mut phases, &mut reports);
    print_table(&reports, prove);
    phases.print();
    let mut total = Counts::default();
    for report in &reports {
        total += report.counts;
    }
    if let Err(stop) = &result {
        // A run that was cut short must not close on a line that reads like a success.
        eprintln!("xtask: {}", stop.message);
        total.failed += 1;
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(result.err().map_or(u8::from(total.failed > 0), |stop| stop.code))
}

fn stages(
    workspace: &Workspace,
    wanted: &[Suite],
    prove: bool,
    whole: bool,
    phases: &mut Phases,
    reports: &mut Vec<Report>,
) -> Outcome<()> {
    phases.time("setup", || debian::prepare(Need::Test))?;
    phases.time("npm", || ui::install(workspace))?;
    let emulated = wanted
        .iter()
        .any(|suite| matches!(suite, Suite::Conformance | Suite::Emulators));
    let venv = if emulated {
        Some(phases.time("python", || emulators(workspace))?)
    } else {
        None
    };

    let rust = wanted.iter().any(|suite| *suite != Suite::Ui);
    let built = if rust {
        phases.time("ui build", || ui::build(workspace))?;
        let built = phases.time("build", || compile::workspace_tests(workspace))?;
        remove_stale_programs(&built);
        if whole {
            phases.time("second build", || second_build_is_idle(workspace))?;
        }
        built
    } else {
        Built::default()
    };
    let programs = built
        .program_folder()
        .map_or_else(|| workspace.path("target/debug"), PathBuf::from);
    let around = Surroundings {
        venv,
        programs,
        prove,
        installed: None,
    };
    for suite in wanted {
        let tests: Vec<&TestProgram> = built
            .tests
            .iter()
            .filter(|test| Suite::of(test) == Some(*suite))
            .collect();
        let before = wire_types(workspace);
        let outcome = match suite {
            Suite::Bundle => {
                let window: Vec<&TestProgram> = built
                    .tests
                    .iter()
                    .filter(|test| Suite::of(test) == Some(Suite::Window))
                    .collect();
                bundle::run(workspace, phases, &window, &around)
            }
            _ => phases.time(suite.name(), || suites::run(workspace, *suite, &tests, &around)),
        };
        let mut report = outcome.unwrap_or_else(|stop| Report::could_not_run(*suite, stop));
        if wire_types(workspace) != before {
            report.counts.failed += 1;
            report.notes.push(format!(
                "{} did not fit the code and was written again: commit it",
                types::GENERATED
            ));
        }
        reports.push(report);
    }
    Ok(())
}

fn emulators(workspace: &Workspace) -> Outcome<PathBuf> {
    let venv = python::prepare(workspace)?;
    python::check_emulators(&venv)?;
    Ok(venv)
}

/// The tests of the api crate write the TypeScript types; written again means that they had drifted.
fn wire_types(workspace: &Workspace) -> String {
    scan::stamp(&[&workspace.path(types::GENERATED)])
}

/// The same invocation again must find everything fresh, or every later build pays for it.
fn second_build_is_idle(workspace: &Workspace) -> Outcome<()> {
    let again = compile::workspace_tests(workspace)?.compiled;
    println!("second invocation compiled {again} crates");
    if again == 0 {
        Ok(())
    } else {
        Err(Stop::failed(
            "a second build with nothing changed must compile nothing; `CARGO_LOG=cargo::core::compiler::fingerprint=info` names the reason",
        ))
    }
}

/// A program that this build did not make may be there from an earlier one; a test must not judge it.
fn remove_stale_programs(built: &Built) {
    let Some(folder) = built.program_folder() else {
        return;
    };
    for name in ["switchback", "switchback-console"] {
        if let Err(stop) = built.program(name) {
            eprintln!("note: {}", stop.message);
            // Absent is the usual case.
            let _ = std::fs::remove_file(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
        }
    }
}

fn print_table(reports: &[Report], prove: bool) {
    println!("\nsuite       | tests | seconds | budget");
    println!("------------|-------|---------|-------");
    for report in reports {
        let Report {
            suite,
            counts,
            time,
            notes,
            failures: _,
        } = report;
        let budget = if prove {
            "-".to_owned()
        } else {
            suite.budget().as_secs().to_string()
        };
        let mut remarks = notes.clone();
        if !prove && notes.is_empty() && *time > suite.budget() {
            remarks.push("over its budget, fails at 1.5 times".to_owned());
        }
        if counts.failed > 0 {
            remarks.insert(0, format!("{} failed", counts.failed));
        }
        if counts.ignored > 0 {
            remarks.push(format!("{} ignored", counts.ignored));
        }
        let tests = counts.passed + counts.failed;
        println!(
            "{:<11} | {tests:>5} | {:>7.1} | {budget:>6}  {}",
            suite.name(),
            time.as_secs_f64(),
            remarks.join("; ")
        );
    }
    for report in reports {
        for failure in &report.failures {
            println!("failed: {}: {failure}", report.suite.name());
        }
    }
}
