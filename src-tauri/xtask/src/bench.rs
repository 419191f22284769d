//! `cargo xtask bench`: the measurements, in their own profile.

mod document;

use std::{fs, time::Duration};

use crate::{
    compile,
    debian::{self, Need},
    python,
    shell::{Outcome, Phases, Stop, Workspace, cargo, command},
    ui,
    watch::{self, End},
};

/// The document that holds the last measurement, between two marks.
const DOCUMENT: &str = "src-tauri/docs/performance.md";
/// The measurements, as a person names them.
pub const NAMES: &str = "accepted, overshoot, lookup, reconcile, start, journal";
/// Far more than it takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(3600);

/// Builds the optimised programs and the bench, prepares the Python peers, and measures. The report goes to
/// stdout as markdown; with `--write` also into the document, where each measurement takes the place of its
/// last one and the others stay.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let write = arguments.iter().any(|argument| argument == "--write");
    let parts: Vec<&String> = arguments
        .iter()
        .filter(|argument| *argument != "--write")
        .collect();
    if let Some(option) = parts.iter().find(|part| part.starts_with('-')) {
        return Err(Stop::usage(format!(
            "`bench` takes --write and the names of measurements ({NAMES}), not `{option}`"
        )));
    }
    let mut phases = Phases::default();
    phases.time("setup", || debian::prepare(Need::Test))?;
    let venv = phases.time("python", || python::prepare(workspace))?;
    phases.time("ui", || {
        ui::install(workspace).and_then(|()| ui::build(workspace))
    })?;
    // All programs in one invocation, whatever is measured: another choice would build shared crates with
    // other features, and all of it again the next time.
    let built = phases.time("build", || {
        let mut cargo = cargo(workspace);
        cargo
            .args(["build", "--profile", "bench", "--locked"])
            .args(["--package", "switchback-cli", "--bin", "switchback"])
            .args(["--package", "switchback-console", "--bin", "switchback-console"])
            .args(["--package", "switchback-bench", "--bench", "bench"])
            .args(["--bench", "bare-sdk", "--bench", "empty-window"])
            .arg("--message-format=json-render-diagnostics");
        compile::collect(cargo)
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
        .env("SWITCHBACK_EMPTY_WINDOW", built.program("empty-window")?)
        .env("SWITCHBACK_BARE_SDK", built.program("bare-sdk")?)
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
        let text = document::put(&text, &report, parts.is_empty())
            .ok_or_else(|| Stop::failed(format!("{DOCUMENT} has lost its marks")))?;
        fs::write(&path, text).map_err(failed)?;
    }
    eprintln!();
    phases.print();
    Ok(u8::from(end != End::Success))
}
