//! `cargo xtask kinds`: the tables of kinds in the guide to runbooks, written by a test of the runbook crate.

use crate::shell::{Outcome, Stop, Workspace, cargo, must};

/// Where the tables are committed.
const GUIDE: &str = "src-tauri/docs/writing-a-runbook.md";

/// Writes the tables; with `--check` fails, and writes nothing, where they are not what the kinds declare.
pub fn kinds(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err(Stop::usage("`kinds` takes only --check")),
    };
    let mut test = cargo(workspace);
    test.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").args([
        "test",
        "--package",
        "switchback-runbook",
        "--lib",
        "tests::guide",
    ]);
    if !check {
        test.env("SWITCHBACK_WRITE_GUIDE", "1");
    }
    must(&mut test)?;
    println!("{GUIDE} fits the kinds");
    Ok(0)
}
