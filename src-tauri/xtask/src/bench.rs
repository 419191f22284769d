//! `cargo xtask bench`: the measurements, in their own profile.

use std::{fs, time::Duration};

use crate::{
    compile,
    debian::{self, Need},
    python,
    shell::{Outcome, Phases, Stop, Workspace, cargo, command},
    watch::{self, End},
};

/// The document that holds the last measurement, between two marks.
const DOCUMENT: &str = "src-tauri/docs/performance.md";
const BEGIN: &str = "<!-- measured -->";
const END: &str = "<!-- end of measured -->";
/// Far more than it takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(3600);

/// Builds the optimised program and the bench, prepares the Python peers, and measures. The report goes to
/// stdout as markdown; with `--write` also into the document.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let write = arguments.iter().any(|argument| argument == "--write");
    let parts: Vec<&String> = arguments
        .iter()
        .filter(|argument| *argument != "--write")
        .collect();
    if let Some(option) = parts.iter().find(|part| part.starts_with('-')) {
        return Err(Stop::usage(format!(
            "`bench` takes --write and the names of measurements (accepted, overshoot, journal), not `{option}`"
        )));
    }
    if write && !parts.is_empty() {
        return Err(Stop::usage(
            "--write takes no names: the document holds every measurement",
        ));
    }
    let mut phases = Phases::default();
    phases.time("setup", || debian::prepare(Need::Build))?;
    let venv = phases.time("python", || python::prepare(workspace))?;
    let built = phases.time("build", || {
        let mut cargo = cargo(workspace);
        cargo
            .args(["build", "--profile", "bench", "--locked"])
            .args(["--package", "switchback-cli", "--bin", "switchback"])
            .args(["--package", "switchback-bench", "--bench", "bench"])
            .arg("--message-format=json-render-diagnostics");
        compile::collect(&mut cargo)
    })?;
    let programs = built.program("switchback")?.parent().map(ToOwned::to_owned);
    let programs = programs.ok_or_else(|| Stop::failed("cargo built the program into no folder"))?;
    // Beside the programs, because a temporary folder may be in memory, where a sync costs nothing.
    let scratch = programs.join("measured");
    fs::create_dir_all(&scratch).map_err(|error| Stop::failed(format!("no scratch folder: {error}")))?;

    let mut program = command(built.program("bench")?);
    program
        .args(&parts)
        .current_dir(&workspace.root)
        .env("SWITCHBACK_VENV", &venv)
        .env("SWITCHBACK_BIN_DIR", &programs)
        .env("SWITCHBACK_BENCH_DIR", &scratch);
    let mut report = String::new();
    let end = phases.time("bench", || {
        watch::watch(&mut program, LIMIT, |line| {
            println!("{line}");
            report.push_str(line);
            report.push('\n');
        })
    })?;
    if write && !report.is_empty() {
        let path = workspace.path(DOCUMENT);
        let failed = |error| Stop::failed(format!("{DOCUMENT}: {error}"));
        let text = fs::read_to_string(&path).map_err(failed)?;
        let text =
            put(&text, &report).ok_or_else(|| Stop::failed(format!("{DOCUMENT} has lost its marks")))?;
        fs::write(&path, text).map_err(failed)?;
    }
    eprintln!();
    phases.print();
    Ok(u8::from(end != End::Success))
}

/// The document with this report between its marks.
fn put(document: &str, report: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{report}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let document = format!("# Title\n\n{BEGIN}\nold\n{END}\n\nEnd.\n");
        assert_eq!(
            put(&document, "new\n"),
            Some(format!("# Title\n\n{BEGIN}\nnew\n{END}\n\nEnd.\n"))
        );
        assert_eq!(put("no marks", "new\n"), None);
    }
}
