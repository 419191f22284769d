//! The documents of the package: who installed the program has no source tree, so what a guide or a message
//! names stands in [`FOLDER`].

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::shell::{Outcome, Stop, Workspace};

/// Where Debian keeps the documents of this package, without the first slash.
pub const FOLDER: &str = "usr/share/doc/switchback";

/// Files and whole folders: where they stand here, and their name in [`FOLDER`].
const ALL: [(&str, &str); 6] = [
    ("src-tauri/docs/operator.md", "operator.md"),
    ("src-tauri/docs/support.md", "support.md"),
    ("src-tauri/docs/writing-a-runbook.md", "writing-a-runbook.md"),
    ("src-tauri/docs/accessibility.md", "accessibility.md"),
    ("src-tauri/docs/policies", "policies"),
    // The built-in ones, to copy.
    ("src-tauri/runbooks", "runbooks"),
];

/// Every document: its place on the machine that installs it, and the file here, in a steady order.
///
/// # Errors
/// When one of them is missing or can't be listed.
pub fn documents(workspace: &Workspace) -> Outcome<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for (here, there) in ALL {
        collect(&workspace.path(here), &format!("{FOLDER}/{there}"), &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(here: &Path, there: &str, found: &mut Vec<(String, PathBuf)>) -> Outcome<()> {
    if here.is_file() {
        found.push((there.to_owned(), here.to_owned()));
        return Ok(());
    }
    let entries = fs::read_dir(here).map_err(|error| Stop::failed(format!("{}: {error}", here.display())))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        collect(&entry.path(), &format!("{there}/{name}"), found)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
