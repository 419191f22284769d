//! `cargo xtask types`: the TypeScript types of the wire, written by the tests of the wire crate.

use crate::{
    scan,
    shell::{Outcome, Stop, Workspace, cargo, must},
};

/// Where the types are committed.
pub const GENERATED: &str = "ui/src/ipc/generated";

/// Writes the types; with `--check` fails when that changes anything.
pub fn types(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err(Stop::usage("`types` takes only --check")),
    };
    let folder = workspace.path(GENERATED);
    // Compared by content and not with git: a file that is not committed yet would escape `git diff`.
    let before = scan::stamp(&[&folder]);
    must(
        cargo(workspace)
            .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
            .env("TS_RS_EXPORT_DIR", &folder)
            .args(["test", "--package", "switchback-wire", "--lib", "export_bindings"]),
    )?;
    let drifted = scan::stamp(&[&folder]) != before;
    if check && drifted {
        return Err(Stop::failed(format!(
            "{GENERATED} did not fit the code and was written again: commit it"
        )));
    }
    println!(
        "{GENERATED} {}",
        if drifted { "written" } else { "fits the code" }
    );
    Ok(0)
}
