//! `cargo xtask bench`: the measurements, in their own profile.

use crate::{
    compile,
    debian::{self, Need},
    shell::{Outcome, Phases, Stop, Workspace, cargo, command},
    ui,
};

/// Runs the integration test (or bench target) named `bench`, if the sources have one.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    if !arguments.is_empty() {
        return Err(Stop::usage("`bench` takes no options"));
    }
    let metadata = cargo(workspace)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| Stop::failed(format!("cargo metadata could not be run: {error}")))?;
    let metadata = String::from_utf8_lossy(&metadata.stdout);
    let Some(option) = [("test", "--test"), ("bench", "--bench")]
        .into_iter()
        .find_map(|(kind, option)| {
            let target = format!(r#""kind":["{kind}"],"crate_types":["bin"],"name":"bench""#);
            metadata.contains(&target).then_some(option)
        })
    else {
        println!("no bench yet");
        return Ok(1);
    };
    let mut phases = Phases::default();
    phases.time("setup", || debian::prepare(Need::Test))?;
    phases.time("npm", || ui::install(workspace))?;
    phases.time("ui build", || ui::build(workspace))?;
    let built = phases.time("build", || {
        let mut cargo = compile::invocation(workspace)?;
        compile::collect(cargo.args(["--workspace", "--no-run", "--profile", "bench", option, "bench"]))
    })?;
    let test = built.tests.iter().find(|test| test.name == "bench");
    let test = test.ok_or_else(|| Stop::failed("cargo built no executable named bench"))?;
    let mut program = command(&test.executable);
    program
        .current_dir(&test.package)
        .env("CARGO_MANIFEST_DIR", &test.package)
        .arg("--nocapture");
    if let Some(folder) = built.program_folder() {
        program.env("SWITCHBACK_BIN_DIR", folder);
    }
    let status = phases
        .time("bench", || program.status())
        .map_err(|error| Stop::failed(format!("the bench could not be started: {error}")))?;
    phases.print();
    Ok(u8::from(!status.success()))
}
