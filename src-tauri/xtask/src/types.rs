//! `cargo xtask types`: what the window has from Rust. The wire crate's tests write the TypeScript types, the
//! shell's commands and samples of every answer; a script of the interface makes the checks of them.

use crate::{
    scan,
    shell::{Outcome, Stop, Workspace, cargo, must},
    ui,
};

/// Where all of it is committed.
pub const GENERATED: &str = "ui/src/ipc/generated";

/// Writes the files; with `--check` fails when one of them does not fit the code.
pub fn types(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err(Stop::usage("`types` takes only --check")),
    };
    let folder = workspace.path(GENERATED);
    // Compared by content and not with git: a file that is not committed yet would escape `git diff`.
    let before = scan::stamp(&[&folder]);
    let mut rust = cargo(workspace);
    rust.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("TS_RS_EXPORT_DIR", &folder)
        .args(["test", "--package", "switchback-wire", "--lib", "--"])
        .args(["export_bindings", "typescript"]);
    if !check {
        rust.env("SWITCHBACK_WRITE_TYPES", "1");
    }
    must(&mut rust)?;
    ui::install(workspace)?;
    let mut checks = ui::npm(workspace);
    checks.args(["run", "checks"]);
    if check {
        checks.args(["--", "--check"]);
    }
    must(&mut checks)?;
    let drifted = scan::stamp(&[&folder]) != before;
    // ts-rs has no way to compare only.
    if check && drifted {
        return Err(Stop::failed(format!(
            "{GENERATED} did not fit the code and was written again: commit it"
        )));
    }
    println!(
        "{GENERATED} {}",
        if drifted { "written" } else { "fits the code" }
    );
    crate::world::world(workspace, check)?;
    Ok(0)
}
