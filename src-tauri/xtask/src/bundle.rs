//! The suite `bundle`: the Debian package is built, looked into, installed, used, installed over itself and
//! removed.

mod installed;
mod looks;

use std::path::Path;

use crate::{
    compile::TestProgram,
    package,
    shell::{Outcome, Phases, Scratch, Workspace},
    suites::{self, Installed, Report, Suite, Surroundings},
};

use installed::PackageRoot;
use looks::{Entry, Findings};

/// What the installed console is put through, of the window's tests: the start screen and a whole journey, the
/// rehearsal from the command line, the support window.
const STORIES: [&str; 3] = ["journey::", "restart::", "support::"];

/// Builds, installs, uses and removes it.
pub fn run(
    workspace: &Workspace,
    phases: &mut Phases,
    window: &[&TestProgram],
    around: &Surroundings,
) -> Outcome<Report> {
    let start = std::time::Instant::now();
    let package = package::build(workspace, phases)?;
    let mut findings = Findings::default();
    println!("\n== bundle: {}", package.deb.display());
    let files = looks::look_into(&package.deb, &package.files, &mut findings)?;

    let place = PackageRoot::put(&package.deb)?;
    if place.is_installed() {
        findings.note(
            "installed",
            installed::version().ok_or_else(|| "dpkg does not know it".to_owned()),
        );
    }
    // Somebody's journal: removing the program must leave it.
    let home = Scratch::new("home")?;
    looks::use_it(&place, &files, &home.0, &mut findings)?;
    let stories = suites::run(
        workspace,
        Suite::Window,
        window,
        &Surroundings {
            installed: Some(Installed {
                console: place.file("/usr/bin/switchback-console"),
                stories: STORIES.map(str::to_owned).to_vec(),
            }),
            ..around.clone()
        },
    )?;
    // A filter that matches no test passes too: each story must have run.
    let ran = stories.counts.passed + stories.counts.failed;
    findings.note(
        "the console of the package in a window",
        match (ran as usize >= STORIES.len(), stories.counts.failed) {
            (false, _) => Err(format!("only {ran} stories ran")),
            (true, 0) => Ok(format!("{ran} stories")),
            (true, failed) => Err(format!("{failed} of {ran} stories failed")),
        },
    );
    if place.is_installed() {
        place.install(&package.deb)?;
        findings.note(
            "installed over itself",
            installed::version().ok_or_else(|| "it is gone".to_owned()),
        );
        place.purge()?;
        findings.note("removed", nothing_left(&files));
        findings.note("the journal stays", journal_is_there(&home.0));
    }
    let mut counts = stories.counts;
    counts += findings.0;
    Ok(Report {
        suite: Suite::Bundle,
        counts,
        time: start.elapsed(),
        notes: stories.notes,
        failures: stories.failures,
    })
}

/// No file of the package, no folder of its own, and nothing that dpkg knows.
fn nothing_left(files: &[Entry]) -> Result<String, String> {
    let mut left: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    left.push("/usr/share/doc/switchback");
    left.push("/etc/switchback");
    left.push("/var/lib/switchback");
    left.retain(|path| Path::new(path).symlink_metadata().is_ok());
    match left.is_empty() && !installed::known() {
        true => Ok("nothing of it is left".to_owned()),
        false => Err(format!("left: {left:?}; dpkg knows it: {}", installed::known())),
    }
}

fn journal_is_there(home: &Path) -> Result<String, String> {
    let files = std::fs::read_dir(home).map_or(0, |entries| entries.flatten().count());
    match files > 0 {
        true => Ok(format!("{files} entries in the home")),
        false => Err("the home is empty".to_owned()),
    }
}
