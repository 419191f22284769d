//! What is looked at: the package file before it is installed, and the programs after.

use std::{
    path::Path,
    process::{Command, Output},
};

use super::installed::PackageRoot;
use crate::{
    scan::Counts,
    shell::{Outcome, Scratch, Stop, command, which},
};

/// What every package must hold besides what was staged for it: Tauri's bundler makes these.
const BY_THE_BUNDLER: [&str; 3] = [
    "/usr/bin/switchback-console",
    "/usr/share/applications/Switchback.desktop",
    "/usr/share/icons/hicolor/128x128/apps/switchback-console.png",
];

/// What was found, one line each.
#[derive(Default)]
pub struct Findings(pub Counts);

impl Findings {
    /// Prints and counts one.
    pub fn note(&mut self, what: &str, found: Result<String, String>) {
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

/// One file of the package.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// As `ls` shows it, such as `-rwxr-xr-x`.
    pub mode: String,
    /// User and group.
    pub owner: String,
    /// In bytes.
    pub size: u64,
    /// The absolute path on the machine that installs it.
    pub path: String,
}

/// Fields, files, owners and sizes, before anything is installed. The files, without the folders.
pub fn look_into(deb: &Path, staged: &[String], findings: &mut Findings) -> Outcome<Vec<Entry>> {
    let fields = text(command("dpkg-deb").arg("--field").arg(deb))?;
    for wanted in [
        "Package: switchback\n",
        concat!("Version: ", env!("CARGO_PKG_VERSION"), "\n"),
        "Section: admin\n",
    ] {
        findings.note(&format!("field {}", wanted.trim()), has(&fields, wanted));
    }
    let depends = field(&fields, "Depends");
    let wanted = [
        "libc6 (>=",
        "libwebkit2gtk-4.1-0 (>=",
        "libgtk-3-0 (>=",
        "ca-certificates",
    ];
    let missing: Vec<_> = wanted.iter().filter(|name| !depends.contains(**name)).collect();
    findings.note(
        "field Depends",
        match missing.is_empty() {
            true => Ok(depends.to_owned()),
            false => Err(format!("{missing:?} not in {depends}")),
        },
    );

    let list = text(command("dpkg-deb").arg("--contents").arg(deb))?;
    let files: Vec<Entry> = list
        .lines()
        .filter_map(entry)
        .filter(|entry| entry.mode.starts_with('-'))
        .collect();
    let held = |path: &str| files.iter().any(|file| file.path == path);
    let made = BY_THE_BUNDLER.iter().map(|path| (*path).to_owned());
    let missing: Vec<String> = staged
        .iter()
        .cloned()
        .chain(made)
        .filter(|path| !held(path))
        .collect();
    findings.note(
        "files",
        match missing.is_empty() {
            true => Ok(files.len().to_string()),
            false => Err(format!("not in the package: {missing:?}")),
        },
    );
    let odd: Vec<String> = list
        .lines()
        .filter_map(entry)
        .filter_map(|entry| wrong(&entry).map(|why| format!("{}: {why}", entry.path)))
        .collect();
    findings.note(
        "owners and modes",
        match odd.is_empty() {
            true => Ok(String::new()),
            false => Err(odd.join("; ")),
        },
    );
    let size = std::fs::metadata(deb).map_or(0, |data| data.len());
    println!(
        "size: {} {:.1} MB; installed {:.1} MB; {}",
        deb.file_name().unwrap_or_default().display(),
        megabytes(size),
        megabytes(files.iter().map(|file| file.size).sum()),
        files
            .iter()
            .filter(|file| file.path.starts_with("/usr/bin/"))
            .map(|file| format!("{} {:.1} MB", file.path, megabytes(file.size)))
            .collect::<Vec<_>>()
            .join(", "),
    );
    match which("lintian") {
        // Its exit code says whether there are errors, which are what counts.
        Some(lintian) => {
            let said = ended(command(lintian).args(["--fail-on", "error"]).arg(deb))?;
            findings.note("lintian", success(&said));
        }
        None => println!("not looked at: `lintian` is not on this machine"),
    }
    Ok(files)
}

/// A line of `dpkg-deb --contents`.
fn entry(line: &str) -> Option<Entry> {
    let mut words = line.split_whitespace();
    let (mode, owner, size) = (words.next()?, words.next()?, words.next()?);
    let (_day, _time, path) = (words.next()?, words.next()?, words.next()?);
    Some(Entry {
        mode: mode.to_owned(),
        owner: owner.to_owned(),
        size: size.parse().ok()?,
        path: format!("/{}", path.trim_start_matches("./").trim_start_matches('/')),
    })
}

/// Why an installed system should not have such a file.
fn wrong(entry: &Entry) -> Option<String> {
    if entry.owner != "root/root" && entry.owner != "0/0" {
        return Some(format!("belongs to {}", entry.owner));
    }
    let wanted = if entry.mode.starts_with('d') {
        "drwxr-xr-x"
    } else if entry.path.starts_with("/usr/bin/") {
        "-rwxr-xr-x"
    } else {
        "-rw-r--r--"
    };
    (entry.mode != wanted).then(|| format!("has mode {}, not {wanted}", entry.mode))
}

fn field<'a>(fields: &'a str, name: &str) -> &'a str {
    fields
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_default()
}

/// The programs and what stands beside them, as a person would use them, with `home` as Switchback's home.
pub fn use_it(place: &PackageRoot, files: &[Entry], home: &Path, findings: &mut Findings) -> Outcome<()> {
    let scratch = Scratch::new("used")?;
    let switchback = || {
        let mut program = command(place.file("/usr/bin/switchback"));
        program
            .env("SWITCHBACK_HOME", home)
            .env("SWITCHBACK_REHEARSAL_SPEED", "60")
            .current_dir(&scratch.0);
        program
    };
    for program in ["/usr/bin/switchback", "/usr/bin/switchback-console"] {
        findings.note(
            &format!("{program} finds its libraries"),
            match text(command("ldd").arg(place.file(program))) {
                Ok(said) if !said.contains("not found") => Ok(String::new()),
                Ok(said) => Err(said),
                Err(stop) => Err(stop.message),
            },
        );
    }
    if place.is_installed() {
        let found = ["switchback", "switchback-console"].map(which);
        findings.note(
            "both programs are on the PATH",
            match found.iter().flatten().all(|path| path.starts_with("/usr")) && !found.contains(&None) {
                true => Ok(String::new()),
                false => Err(format!("found: {found:?}")),
            },
        );
    }
    let version = text(switchback().arg("--version"))?;
    findings.note("switchback --version", has(&version, env!("CARGO_PKG_VERSION")));
    let wrong = ended(command(place.file("/usr/bin/switchback-console")).arg("--no-such-option"))?;
    findings.note(
        "switchback-console says how it is used",
        match wrong.status.code() {
            Some(2) => has(&String::from_utf8_lossy(&wrong.stderr), "--support"),
            other => Err(format!("ended with {other:?}")),
        },
    );
    let checked = ended(switchback().args(["runbook", "check", "tis-cognito", "--target", "rehearsal"]))?;
    findings.note("switchback runbook check tis-cognito", success(&checked));
    let rehearsed = ended(switchback().args(["rehearse", "--auto"]))?;
    findings.note("switchback rehearse --auto", success(&rehearsed));
    manual(place, files, findings)?;
    completions(place, findings)?;
    entries(place, files, findings)
}

/// Every page is rendered, and none with a warning.
fn manual(place: &PackageRoot, files: &[Entry], findings: &mut Findings) -> Outcome<()> {
    let pages: Vec<&str> = files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| path.starts_with("/usr/share/man/man1/") && path.ends_with(".1.gz"))
        .collect();
    let Some(man) = which("man") else {
        println!("not looked at: `man` is not on this machine");
        return Ok(());
    };
    let mut odd = Vec::new();
    for page in &pages {
        let output = ended(
            command(&man)
                .env("MANWIDTH", "80")
                .env("LC_ALL", "C.UTF-8")
                .args(["--warnings", "-P", "cat", "-l"])
                .arg(place.file(page)),
        )?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !output.stderr.is_empty() || !said.contains("NAME") {
            odd.push(format!(
                "{page}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
    }
    findings.note(
        "manual pages render",
        match odd.is_empty() && pages.len() > 2 {
            true => Ok(pages.len().to_string()),
            false => Err(format!("{} pages; {}", pages.len(), odd.join("; "))),
        },
    );
    if place.is_installed() {
        let shown = text(command(man).args(["-P", "cat", "switchback-rollback"]))?;
        findings.note("man switchback-rollback", has(&shown, "--accept-breach"));
    }
    Ok(())
}

/// Each shell that is here loads its script; bash completes a command as somebody types it.
fn completions(place: &PackageRoot, findings: &mut Findings) -> Outcome<()> {
    let bash = place.file("/usr/share/bash-completion/completions/switchback");
    // What bash itself does on a tab.
    let script = "source \"$1\" && complete -p switchback >/dev/null && COMP_WORDS=(switchback rol) COMP_CWORD=1 \
                  && _switchback switchback rol switchback && echo \"${COMPREPLY[*]}\"";
    let completed = ended(command("bash").args(["-c", script, "bash"]).arg(&bash))?;
    findings.note(
        "completions in bash",
        success(&completed).and_then(|said| match said == "rollback" {
            true => Ok(said),
            false => Err(format!("`rol` became `{said}`")),
        }),
    );
    for (shell, path) in [
        ("zsh", "/usr/share/zsh/vendor-completions/_switchback"),
        ("fish", "/usr/share/fish/vendor_completions.d/switchback.fish"),
    ] {
        match which(shell) {
            Some(program) => {
                let read = ended(command(program).arg("-n").arg(place.file(path)))?;
                findings.note(&format!("completions in {shell}"), success(&read));
            }
            None => println!("not looked at: `{shell}` is not on this machine"),
        }
    }
    Ok(())
}

/// What the desktop reads: menu entries whose program is in the package, and the description.
fn entries(place: &PackageRoot, files: &[Entry], findings: &mut Findings) -> Outcome<()> {
    for file in files.iter().filter(|file| file.path.ends_with(".desktop")) {
        let entry = std::fs::read_to_string(place.file(&file.path)).unwrap_or_default();
        let exec = entry
            .lines()
            .find_map(|line| line.strip_prefix("Exec="))
            .unwrap_or_default();
        let program = format!("/usr/bin/{}", exec.split(' ').next().unwrap_or_default());
        findings.note(
            &file.path,
            match files.iter().any(|file| file.path == program) {
                true => Ok(exec.to_owned()),
                false => Err(format!("starts `{exec}`, which is not in the package")),
            },
        );
    }
    let ends = |end: &str| {
        let found = files.iter().filter(|file| file.path.ends_with(end));
        found.map(|file| place.file(&file.path)).collect::<Vec<_>>()
    };
    for (program, arguments, paths) in [
        ("desktop-file-validate", &[][..], ends(".desktop")),
        (
            "appstreamcli",
            &["validate", "--no-net"][..],
            ends(".metainfo.xml"),
        ),
    ] {
        match which(program) {
            Some(validate) => {
                let valid = ended(command(validate).args(arguments).args(paths))?;
                findings.note(program, success(&valid));
            }
            None => println!("not looked at: `{program}` is not on this machine"),
        }
    }
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn has(text: &str, wanted: &str) -> Result<String, String> {
    match text.contains(wanted) {
        true => Ok(String::new()),
        false => Err(format!("`{}` is not in:\n{text}", wanted.trim())),
    }
}

/// The last line of what it wrote, or everything if it failed.
pub fn success(output: &Output) -> Result<String, String> {
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

/// Runs it to its end.
pub fn ended(command: &mut Command) -> Outcome<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .output()
        .map_err(|error| Stop::failed(format!("{program} could not be started: {error}")))
}

/// What it wrote to stdout; an error if it failed.
pub fn text(command: &mut Command) -> Outcome<String> {
    let output = ended(command)?;
    match success(&output) {
        Ok(_) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(detail) => Err(Stop::failed(detail)),
    }
}

#[cfg(test)]
mod tests;
