//! `cargo xtask run`: from a fresh clone to the rehearsal on the screen.

use std::env;

use crate::{
    compile::{self, Program},
    debian::{self, Need},
    shell::{Outcome, Phases, Stop, Workspace, command},
    ui,
};

/// Sets up, builds and starts the console, or the scripted operator with `--headless`.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let (headless, faults) = parse(arguments)?;
    if !headless && !has_display() {
        return Err(Stop::usage(
            "there is no display (DISPLAY and WAYLAND_DISPLAY are not set), so the console cannot open a window; \
             `cargo xtask run --headless` rehearses in the terminal instead",
        ));
    }
    let mut phases = Phases::default();
    let (need, programs) = needs(headless);
    phases.time("setup", || debian::prepare(need))?;
    if programs.contains(&Program::Console) {
        phases.time("npm", || ui::install(workspace))?;
        phases.time("ui build", || ui::build(workspace))?;
    }
    let built = phases.time("build", || compile::programs(workspace, programs))?;

    let mut program = if headless {
        let mut switchback = command(built.program(Program::CommandLine.name())?);
        switchback.args(["rehearse", "--auto"]);
        if faults.is_empty() {
            // The whole plan; with a fault the one line that the faults are about.
            switchback.args(["--runbook", "tis-cognito"]);
        }
        switchback
    } else {
        let mut console = command(built.program(Program::Console.name())?);
        console.arg("--rehearse");
        console
    };
    for fault in &faults {
        program.args(["--fault", fault]);
    }
    program.current_dir(&workspace.root);
    let status = phases
        .time(if headless { "rehearsal" } else { "console" }, || {
            program.status()
        })
        .map_err(|error| Stop::failed(format!("the program could not be started: {error}")))?;
    phases.print();
    // No code: ended by a signal.
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}

/// What has to be there, and what is built: in a terminal there is no window, and so neither npm nor WebKit.
fn needs(headless: bool) -> (Need, &'static [Program]) {
    if headless {
        (Need::CommandLine, &[Program::CommandLine])
    } else {
        (Need::Build, &Program::ALL)
    }
}

fn parse(arguments: &[String]) -> Outcome<(bool, Vec<String>)> {
    let mut headless = false;
    let mut faults = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--headless" => headless = true,
            "--fault" => match rest.next() {
                Some(name) => faults.push(name.clone()),
                None => return Err(Stop::usage("--fault needs the name of a fault")),
            },
            other => {
                return Err(Stop::usage(format!(
                    "`run` takes --headless and --fault NAME, not `{other}`"
                )));
            }
        }
    }
    Ok((headless, faults))
}

fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_needs_no_window() {
        let (need, programs) = needs(true);
        assert_eq!((need, programs), (Need::CommandLine, &[Program::CommandLine][..]));
        assert!(!need.has_window());
        let (need, programs) = needs(false);
        assert!(need.has_window());
        assert_eq!(programs, [Program::CommandLine, Program::Console]);
    }
}
