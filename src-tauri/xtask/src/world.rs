//! The made-up world of the window's tests, written by a test of the api crate.

use crate::shell::{Outcome, Workspace, cargo, must};

/// Where the scenes are committed.
const SCENES: &str = "ui/src/test/world";

/// Writes the scenes; with `check` fails, and writes nothing, where they are not what the core says.
pub fn world(workspace: &Workspace, check: bool) -> Outcome<()> {
    let mut test = cargo(workspace);
    test.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").args([
        "test",
        "--package",
        "switchback-api",
        "--lib",
        "view::tests::world",
    ]);
    if !check {
        test.env("SWITCHBACK_WRITE_WORLD", "1");
    }
    must(&mut test)?;
    println!("{SCENES} is what the core says");
    Ok(())
}
