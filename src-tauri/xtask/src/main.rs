//! `cargo xtask`: sets up, runs, tests and measures Switchback. Standard library only, so that it
//! builds in seconds on a machine that has nothing yet.

mod bench;
mod bundle;
mod compile;
mod debian;
mod documents;
mod format;
mod kinds;
mod package;
mod python;
mod run;
mod scan;
mod shell;
mod suites;
mod test;
mod types;
mod ui;
mod watch;
mod world;

use std::process::ExitCode;

use shell::{Outcome, Stop, Workspace};

const USAGE: &str = "\
Usage: cargo xtask <command>

  run [--headless] [--fault NAME]...   set up, build, and open the rehearsal in the console
                                       (--headless: a scripted operator in the terminal instead)
  test [--only SUITE]                  set up, build once, run the suites with their time budgets
                                       (core, conformance, kill, emulators, ui, window)
  prove [--only SUITE]                 the full campaigns of core, conformance, kill, emulators and window, and `bundle`:
                                       the Debian package built, installed, used and removed
  package                              the Debian package with both programs
  bench [NAME]... [--write]            the measurements (accepted, overshoot, lookup, reconcile, start, journal), in
                                       their own profile
                                       (--write: also into src-tauri/docs/performance.md)
  types [--check]                      write the window's types, checks and commands, and the scenes of its tests
                                       (--check: fail when they drift)
  kinds [--check]                      write the tables of kinds in the guide to runbooks (--check: as above)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(stop) => {
            eprintln!("xtask: {}", stop.message);
            ExitCode::from(stop.code)
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome<u8> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(Stop::usage(USAGE));
    };
    if matches!(command.as_str(), "-h" | "--help" | "help") {
        print!("{USAGE}");
        return Ok(0);
    }
    let workspace = Workspace::find()?;
    match command.as_str() {
        "run" => run::run(&workspace, rest),
        "test" => test::test(&workspace, rest),
        "prove" => test::prove(&workspace, rest),
        "package" => package::package(&workspace, rest),
        "bench" => bench::bench(&workspace, rest),
        "types" => types::types(&workspace, rest),
        "kinds" => kinds::kinds(&workspace, rest),
        other => Err(Stop::usage(format!("there is no command `{other}`\n\n{USAGE}"))),
    }
}
