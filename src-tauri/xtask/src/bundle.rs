//! The suite `bundle`: the Debian package is built, looked into, installed, used and removed, on this machine.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{
    compile::TestProgram,
    package::{self, Package},
    scan::Counts,
    shell::{Outcome, Phases, Scratch, Stop, Workspace, command, which},
    suites::{self, Installed, Report, Suite, Surroundings},
};

/// The package's name, from the product's in `tauri.conf.json`.
const NAME: &str = "switchback";
/// What the installed console is put through, of the window's tests.
const STORIES: [&str; 3] = ["journey::", "restart::", "support::"];

/// Removes the package again, however the suite ends.
struct OnThisMachine;

impl OnThisMachine {
    fn install(deb: &Path) -> Outcome<Self> {
        dpkg(&["--install", &deb.display().to_string()])?;
        Ok(Self)
    }
}

impl Drop for OnThisMachine {
    fn drop(&mut self) {
        if status().is_some()
            && let Err(stop) = dpkg(&["--purge", NAME])
        {
            eprintln!("xtask: {}; remove it with `dpkg --purge {NAME}`", stop.message);
        }
    }
}

/// The numbered findings of this suite.
#[derive(Default)]
struct Findings(Counts);

impl Findings {
    fn note(&mut self, what: &str, found: Result<String, String>) {
        match found {
            Ok(detail) => {
                println!("ok: {what}{}{detail}", if detail.is_empty() { "" } else { ": " });
                self.0.passed += 1;
            }
            Err(detail) => {
                println!("FAILED: {what}: {detail}");
                self.0.failed += 1;
            }
        }
    }
}

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
    look_into(&package, &mut findings)?;
    if status().is_some() {
        return Err(Stop::usage(format!(
            "a package {NAME} is installed on this machine: the suite would replace it. Remove it first"
        )));
    }
    if !is_root() {
        return Err(Stop::usage(
            "installing the package needs root: run `cargo xtask prove --only bundle` as root, on a machine made for it",
        ));
    }
    let installed = OnThisMachine::install(&package.deb)?;
    findings.note(
        "installed",
        status().ok_or_else(|| "dpkg does not know it".to_owned()),
    );
    use_it(&package, &mut findings)?;
    let stories = suites::run(
        workspace,
        Suite::Window,
        window,
        &Surroundings {
            installed: Some(Installed {
                console: PathBuf::from("/usr/bin/switchback-console"),
                stories: STORIES.map(str::to_owned).to_vec(),
            }),
            ..around.clone()
        },
    )?;
    findings.note(
        "the installed console in a window",
        match (stories.counts.passed, stories.counts.failed) {
            (0, 0) => Err("no story ran".to_owned()),
            (passed, 0) => Ok(format!("{passed} stories")),
            (_, failed) => Err(format!("{failed} failed")),
        },
    );
    dpkg(&["--install", &package.deb.display().to_string()])?;
    findings.note(
        "installed over itself",
        status().ok_or_else(|| "it is gone".to_owned()),
    );
    drop(installed);
    let left: Vec<&String> = package
        .files
        .iter()
        .filter(|file| Path::new(file).exists())
        .collect();
    findings.note(
        "removed",
        match (status(), left.is_empty()) {
            (None, true) => Ok("nothing of it is left".to_owned()),
            (status, _) => Err(format!("{status:?}, left: {left:?}")),
        },
    );
    let mut counts = stories.counts;
    counts += findings.0;
    Ok(Report {
        suite: Suite::Bundle,
        counts,
        time: start.elapsed(),
        notes: Vec::new(),
    })
}

/// Fields, files and sizes, before anything is installed.
fn look_into(package: &Package, findings: &mut Findings) -> Outcome<()> {
    let deb = package.deb.display().to_string();
    let fields = text(command("dpkg-deb").args(["--field", &deb]))?;
    for wanted in [
        "Package: switchback",
        "Depends: ",
        "libwebkit2gtk-4.1-0",
        "Section: admin",
    ] {
        findings.note(&format!("field {wanted}"), has(&fields, wanted));
    }
    let list = text(command("dpkg-deb").args(["--contents", &deb]))?;
    let ours = ["/usr/bin/switchback-console".to_owned()];
    for file in package.files.iter().chain(&ours) {
        if !list.lines().any(|line| line.ends_with(file.as_str())) {
            findings.note(&format!("file {file}"), Err("is not in the package".to_owned()));
        }
    }
    findings.note("files", Ok(format!("{}", list.lines().count())));
    let size = std::fs::metadata(&package.deb).map_or(0, |data| data.len());
    println!(
        "size: {:.1} MB, {}",
        megabytes(size),
        package.deb.file_name().unwrap_or_default().display()
    );
    Ok(())
}

/// As a person would, in a home of its own.
fn use_it(package: &Package, findings: &mut Findings) -> Outcome<()> {
    let scratch = Scratch::new("installed")?;
    let switchback = || {
        let mut program = command("/usr/bin/switchback");
        program
            .env("SWITCHBACK_HOME", scratch.0.join("home"))
            .env("SWITCHBACK_REHEARSAL_SPEED", "60")
            .current_dir(&scratch.0);
        program
    };
    for program in ["/usr/bin/switchback", "/usr/bin/switchback-console"] {
        let size = std::fs::metadata(program).map_or(0, |data| data.len());
        findings.note(
            &format!("{program} finds its libraries"),
            match text(command("ldd").arg(program)) {
                Ok(said) if !said.contains("not found") => Ok(format!("{:.1} MB", megabytes(size))),
                Ok(said) => Err(said),
                Err(stop) => Err(stop.message),
            },
        );
    }
    let version = text(switchback().arg("--version"))?;
    findings.note("switchback --version", has(&version, env!("CARGO_PKG_VERSION")));
    let checked = ended(switchback().args(["runbook", "check", "tis-cognito", "--target", "rehearsal"]))?;
    findings.note("switchback runbook check tis-cognito", success(&checked));
    let rehearsed = ended(switchback().args(["rehearse", "--auto"]))?;
    findings.note("switchback rehearse --auto", success(&rehearsed));
    let pages: Vec<&String> = package
        .files
        .iter()
        .filter(|file| file.contains("/man1/"))
        .collect();
    for page in &pages {
        let page_text = text(command("gzip").args(["--decompress", "--stdout", page]))?;
        if let Err(detail) = has(&page_text, ".TH ") {
            findings.note(&format!("manual page {page}"), Err(detail));
        }
    }
    let main = pages.iter().any(|page| page.ends_with("/switchback.1.gz"));
    let found = if main {
        Ok(format!("{} pages", pages.len()))
    } else {
        Err("no switchback.1".to_owned())
    };
    findings.note("manual pages", found);
    match which("man") {
        Some(man) => {
            let shown = text(command(man).args(["-P", "cat", "switchback"]))?;
            findings.note("man switchback", has(&shown, "runbook"));
        }
        None => println!("not looked at: `man` is not on this machine; the pages were read as files"),
    }
    let script = "source /usr/share/bash-completion/completions/switchback && complete -p switchback";
    let complete = ended(command("bash").args(["-c", script]))?;
    findings.note("completions in bash", success(&complete));
    match which("desktop-file-validate") {
        Some(validate) => {
            let valid = ended(
                command(validate).args(package.files.iter().filter(|file| file.ends_with(".desktop"))),
            )?;
            findings.note("desktop entries", success(&valid));
        }
        None => println!("not looked at: `desktop-file-validate` is not on this machine"),
    }
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn has(text: &str, wanted: &str) -> Result<String, String> {
    match text.contains(wanted) {
        true => Ok(String::new()),
        false => Err(format!("not in:\n{text}")),
    }
}

fn success(output: &Output) -> Result<String, String> {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(said(&output.stdout)
            .lines()
            .next_back()
            .unwrap_or_default()
            .to_owned()),
        false => Err(format!(
            "{}\n{}\n{}",
            output.status,
            said(&output.stdout),
            said(&output.stderr)
        )),
    }
}

fn ended(command: &mut Command) -> Outcome<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .output()
        .map_err(|error| Stop::failed(format!("{program} could not be started: {error}")))
}

fn text(command: &mut Command) -> Outcome<String> {
    let output = ended(command)?;
    match success(&output) {
        Ok(_) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(detail) => Err(Stop::failed(detail)),
    }
}

fn dpkg(arguments: &[&str]) -> Outcome<()> {
    text(
        command("dpkg")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
    .map(|_| ())
}

/// The version that dpkg has installed, if it has.
fn status() -> Option<String> {
    let output = command("dpkg-query")
        .args(["-W", "-f=${db:Status-Status} ${Version}", NAME])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    said.starts_with("installed").then_some(said)
}

fn is_root() -> bool {
    text(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
