//! The form of the Rust files. That of the TypeScript files belongs to the suite `ui` (`npm run lint`).

use crate::shell::{Outcome, Stop, Workspace, cargo, which};

/// Whether every Rust file is as rustfmt writes it.
///
/// # Errors
/// What to do where a file is not, or where rustfmt is missing.
pub fn check(workspace: &Workspace) -> Outcome<()> {
    if which("rustfmt").is_none() {
        return Err(Stop::usage(
            "rustfmt is missing: run `rustup component add rustfmt`",
        ));
    }
    let status = cargo(workspace)
        .args(["fmt", "--all", "--", "--check", "-l"])
        .status()
        .map_err(|error| Stop::failed(format!("rustfmt could not be run: {error}")))?;
    match status.success() {
        true => Ok(()),
        false => Err(Stop::failed(
            "the files above are not as rustfmt writes them: run `cargo fmt --all`",
        )),
    }
}
