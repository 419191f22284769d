//! `cargo xtask test` and `prove`: set up, build once, run the suites, tell the result.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use crate::{
    bundle,
    compile::{self, Built, Program, TestProgram},
    debian::{self, Need},
    format, python,
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
        Suite::Window,
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
    let rust = wanted.iter().any(|suite| *suite != Suite::Ui);
    if rust {
        phases.time("ui build", || ui::build(workspace))?;
    }
    // Python is set up beside the build: it waits for the network, and the build for nothing.
    let (built, venv) = thread::scope(|scope| -> Outcome<(Built, Option<PathBuf>)> {
        let venv = emulated.then(|| scope.spawn(|| timed(|| python::prepare(workspace))));
        let built = if rust {
            phases.time("build", || compile::workspace_tests(workspace))
        } else {
            Ok(Built::default())
        };
        let venv = match venv.map(thread::ScopedJoinHandle::join) {
            Some(Ok((venv, time))) => {
                phases.beside("python", time);
                Some(venv?)
            }
            Some(Err(_)) => return Err(Stop::failed("the set-up of Python broke off")),
            None => None,
        };
        Ok((built?, venv))
    })?;
    if let Some(venv) = &venv {
        phases.time("emulators start", || python::check_emulators(venv))?;
    }
    if rust {
        remove_stale_programs(&built);
    }
    if rust && whole {
        phases.time("second build", || second_build_is_idle(workspace))?;
    }
    let mut formatted = (rust && whole).then(|| phases.time("format", || format::check(workspace)));
    let programs = built
        .program_folder()
        .map_or_else(|| workspace.path("target/debug"), PathBuf::from);
    let around = Surroundings {
        venv,
        programs,
        prove,
        installed: None,
    };
    let of = |suite: Suite| -> Vec<&TestProgram> {
        built
            .tests
            .iter()
            .filter(|test| Suite::of(test) == Some(suite))
            .collect()
    };
    let run = |suite: Suite| {
        suites::run(workspace, suite, &of(suite), &around)
            .unwrap_or_else(|stop| Report::could_not_run(suite, stop))
    };
    let mut queue = wanted.to_vec();
    while !queue.is_empty() {
        let suite = queue.remove(0);
        let before = wire_types(workspace);
        let beside = suite.beside().filter(|beside| !prove && queue.contains(beside));
        queue.retain(|suite| Some(*suite) != beside);
        let (mut report, other) = match (suite, beside) {
            (Suite::Bundle, _) => {
                let bundled = bundle::run(workspace, phases, &of(Suite::Window), &around);
                let report = bundled.unwrap_or_else(|stop| Report::could_not_run(suite, stop));
                (report, None)
            }
            (_, None) => (phases.time(suite.name(), || run(suite)), None),
            (_, Some(beside)) => thread::scope(|scope| {
                let other = scope.spawn(|| run(beside));
                let report = phases.time(suite.name(), || run(suite));
                let other = other
                    .join()
                    .unwrap_or_else(|_| Report::could_not_run(beside, Stop::failed("the suite broke off")));
                phases.beside(beside.name(), other.time);
                (report, Some(other))
            }),
        };
        if wire_types(workspace) != before {
            report.counts.failed += 1;
            report.notes.push(format!(
                "{} did not fit the code: run `cargo xtask types` and commit what it writes",
                types::GENERATED
            ));
        }
        match formatted.take() {
            Some(Ok(())) => report.counts.passed += 1,
            Some(Err(stop)) => {
                report.counts.failed += 1;
                report.notes.push(stop.message);
            }
            None => (),
        }
        reports.push(report);
        reports.extend(other);
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

/// The tests of the wire crate write the TypeScript types; written again means that they had drifted.
fn wire_types(workspace: &Workspace) -> String {
    scan::stamp(&[&workspace.path(types::GENERATED)])
}

/// The same invocation again must find everything fresh, or every later build pays for it; and so must those of
/// `run`, or who ran first compiles everything twice.
fn second_build_is_idle(workspace: &Workspace) -> Outcome<()> {
    let again = compile::workspace_tests(workspace)?.compiled;
    println!("second invocation compiled {again} crates");
    if again > 0 {
        return Err(Stop::failed(
            "a second build with nothing changed must compile nothing; `CARGO_LOG=cargo::core::compiler::fingerprint=info` names the reason",
        ));
    }
    for programs in [&[Program::CommandLine][..], &Program::ALL] {
        let names = programs.iter().map(|program| program.name()).collect::<Vec<_>>();
        let anew = compile::programs(workspace, programs)?.compiled;
        println!("building {} alone compiled {anew} crates", names.join(" and "));
        if anew > 0 {
            return Err(Stop::failed(
                "what `cargo xtask run` builds must be a part of what the tests build: the same packages, features and profile",
            ));
        }
    }
    Ok(())
}

/// A program that this build did not make may be there from an earlier one; a test must not judge it.
fn remove_stale_programs(built: &Built) {
    let Some(folder) = built.program_folder() else {
        return;
    };
    for name in Program::ALL.map(Program::name) {
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
