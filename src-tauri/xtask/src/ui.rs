//! The interface: its npm packages and its built form in ui/dist.

use std::{fs, path::Path, process::Command, time::SystemTime};

use crate::{
    scan,
    shell::{Outcome, Stop, Workspace, command, must, which},
};

const STAMP: &str = "ui/node_modules/.switchback-lock-stamp";

/// npm, started in ui.
pub fn npm(workspace: &Workspace) -> Command {
    let mut npm = command(which("npm").unwrap_or_else(|| "npm".into()));
    npm.current_dir(workspace.path("ui"));
    npm
}

/// `npm ci`, unless node_modules is from this very lock file.
pub fn install(workspace: &Workspace) -> Outcome<()> {
    let lock = workspace.path("ui/package-lock.json");
    if !lock.is_file() {
        return Err(Stop::failed(
            "ui/package-lock.json is missing: it belongs in the repository",
        ));
    }
    let wanted = scan::stamp(&[&lock, &workspace.path("ui/package.json")]);
    let stamp = workspace.path(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    must(
        npm(workspace)
            .args(["ci", "--no-audit", "--no-fund"])
            .stdout(std::io::stderr()),
    )?;
    // A lock without packages leaves no folder.
    fs::create_dir_all(workspace.path("ui/node_modules"))
        .and_then(|()| fs::write(&stamp, wanted))
        .map_err(|error| Stop::failed(format!("{STAMP} could not be written: {error}")))
}

/// `npm run build`, if a source is newer than ui/dist.
pub fn build(workspace: &Workspace) -> Outcome<()> {
    let built = modified(&workspace.path("ui/dist/index.html"));
    let newest = newest(&workspace.path("ui"), true);
    if built.is_some() && built >= newest {
        return Ok(());
    }
    must(npm(workspace).args(["run", "build"]).stdout(std::io::stderr()))?;
    if workspace.path("ui/dist/index.html").is_file() {
        Ok(())
    } else {
        Err(Stop::failed(
            "`npm run build` succeeded but left no ui/dist/index.html",
        ))
    }
}

/// The time of the latest change below the folder. Folders count too: a removed file changes only its folder.
fn newest(folder: &Path, top: bool) -> Option<SystemTime> {
    // The top folder itself changes when dist or node_modules appear, which says nothing about sources.
    let mut latest = if top { None } else { modified(folder) };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if top && matches!(name.to_str(), Some("dist" | "node_modules" | "coverage")) {
            continue;
        }
        let path = entry.path();
        let time = if path.is_dir() {
            newest(&path, false)
        } else {
            modified(&path)
        };
        latest = latest.max(time);
    }
    latest
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}
