//! `cargo xtask package`: the Debian package with both programs, their manual pages and completions.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    compile,
    debian::{self, Need},
    shell::{Outcome, Phases, Stop, Workspace, cargo, command, must, which},
    ui,
};

/// Where each shell of Debian looks for the completions of a program that is called `switchback`.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/switchback"),
    ("zsh", "usr/share/zsh/vendor-completions/_switchback"),
    ("fish", "usr/share/fish/vendor_completions.d/switchback.fish"),
];

/// A second entry of the desktop's menu: the look-up alone, for support.
const SUPPORT_ENTRY: &str = "\
[Desktop Entry]
Type=Application
Name=Switchback user look-up
Comment=Look up a user's sign-in: what it means, and what to do
Exec=switchback-console --support
Icon=switchback-console
Terminal=false
Categories=Utility;
";

/// In the machine-readable format of Debian (DEP-5).
const COPYRIGHT: &str = "\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Switchback

Files: *
Copyright: The Switchback contributors
License: MIT or Apache-2.0

License: MIT
";

/// What was built.
pub struct Package {
    /// The package file.
    pub deb: PathBuf,
    /// The files in it that are ours, as absolute paths on the machine that installs it.
    pub files: Vec<String>,
}

/// Builds it and says where it is.
pub fn package(workspace: &Workspace, arguments: &[String]) -> Outcome<u8> {
    if !arguments.is_empty() {
        return Err(Stop::usage("`package` takes no options"));
    }
    let mut phases = Phases::default();
    phases.time("setup", || debian::prepare(Need::Build))?;
    phases.time("npm", || ui::install(workspace))?;
    let package = build(workspace, &mut phases)?;
    phases.print();
    println!("{}", package.deb.display());
    Ok(0)
}

/// Builds both programs as they are released, stages what belongs beside them, and has Tauri's bundler make
/// the package.
pub fn build(workspace: &Workspace, phases: &mut Phases) -> Outcome<Package> {
    if !cfg!(target_os = "linux") || which("dpkg-deb").is_none() {
        return Err(Stop::usage(
            "a Debian package is built on a Debian system: `dpkg-deb` is missing here",
        ));
    }
    phases.time("ui build", || ui::build(workspace))?;
    let built = phases.time("release build", || {
        let mut cargo = cargo(workspace);
        cargo
            .args(["build", "--release", "--locked"])
            .args(["--package", "switchback-cli", "--package", "switchback-console"])
            .arg("--message-format=json-render-diagnostics");
        compile::collect(&mut cargo)
    })?;
    let switchback = built.program("switchback")?;
    let programs = switchback
        .parent()
        .ok_or_else(|| Stop::failed("cargo built the program into no folder"))?;
    phases.time("package", || {
        let stage = programs.join("package");
        let files = stage_files(workspace, switchback, &stage)?;
        let deb = bundle(workspace, programs, &stage, &files)?;
        Ok(Package {
            deb,
            files: files.into_iter().map(|(there, _)| format!("/{there}")).collect(),
        })
    })
}

/// Makes everything but the console itself below `stage`. Each file with its place on the other machine.
fn stage_files(workspace: &Workspace, switchback: &Path, stage: &Path) -> Outcome<Vec<(String, PathBuf)>> {
    // What an earlier build staged must not end up in this package.
    let _ = fs::remove_dir_all(stage);
    let mut files = vec![("usr/bin/switchback".to_owned(), switchback.to_path_buf())];
    let mut put = |there: &str, bytes: &[u8]| -> Outcome<()> {
        let here = stage.join(there);
        write(&here, bytes)?;
        files.push((there.to_owned(), here));
        Ok(())
    };
    for (shell, there) in COMPLETIONS {
        put(there, &said(command(switchback).args(["completions", shell]))?)?;
    }
    put(
        "usr/share/applications/switchback-support.desktop",
        SUPPORT_ENTRY.as_bytes(),
    )?;
    let license = read(&workspace.path("LICENSE-MIT"))?;
    // Blank lines of a paragraph are written as a dot.
    let license: String = license
        .lines()
        .map(|line| {
            format!(
                " {}\n",
                if line.trim().is_empty() {
                    "."
                } else {
                    line.trim_end()
                }
            )
        })
        .collect();
    let apache =
        "\nLicense: Apache-2.0\n On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n";
    put(
        "usr/share/doc/switchback/copyright",
        format!("{COPYRIGHT}{license}{apache}").as_bytes(),
    )?;
    let changes = said(gzip().arg(workspace.path("CHANGELOG.md")))?;
    put("usr/share/doc/switchback/changelog.gz", &changes)?;
    let guide = workspace.path("src-tauri/docs/writing-a-runbook.md");
    put(
        "usr/share/doc/switchback/writing-a-runbook.md",
        read(&guide)?.as_bytes(),
    )?;
    let pages = stage.join("pages");
    make(&pages)?;
    must(
        command(switchback)
            .arg("manual")
            .arg(&pages)
            .stdout(Stdio::null()),
    )?;
    let mut names: Vec<_> = fs::read_dir(&pages)
        .map_err(|error| failed(&pages, &error))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    names.sort();
    for page in names {
        let name = page
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        put(
            &format!("usr/share/man/man1/{name}.gz"),
            &said(gzip().arg(&page))?,
        )?;
    }
    Ok(files)
}

/// The same bytes for the same input: no name and no time in them.
fn gzip() -> Command {
    let mut gzip = command("gzip");
    gzip.args(["--best", "--no-name", "--stdout"]);
    gzip
}

/// Has Tauri's bundler pack the console that is built already, and what was staged.
fn bundle(
    workspace: &Workspace,
    programs: &Path,
    stage: &Path,
    files: &[(String, PathBuf)],
) -> Outcome<PathBuf> {
    let files: Vec<String> = files
        .iter()
        .map(|(there, here)| format!("{:?}: {:?}", format!("/{there}"), here.display().to_string()))
        .collect();
    let overlay = format!(
        "{{\"bundle\": {{\"linux\": {{\"deb\": {{\"section\": \"admin\", \"files\": {{{}}}}}}}}}}}",
        files.join(", ")
    );
    let config = stage.join("overlay.json");
    write(&config, overlay.as_bytes())?;
    let packages = programs.join("bundle/deb");
    // The newest one is meant; an older one of another version must not be taken for it.
    let _ = fs::remove_dir_all(&packages);
    let tauri = workspace.path("ui/node_modules/.bin/tauri");
    must(
        command(&tauri)
            .current_dir(&workspace.root)
            .args(["bundle", "--ci", "--bundles", "deb", "--config"])
            .arg(&config)
            .stdout(std::io::stderr()),
    )?;
    let found = fs::read_dir(&packages)
        .map_err(|error| failed(&packages, &error))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "deb"));
    found.ok_or_else(|| Stop::failed(format!("the bundler left no package in {}", packages.display())))
}

/// What a command wrote to stdout.
fn said(command: &mut Command) -> Outcome<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Stop::failed(format!("{program} could not be started: {error}")))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(Stop::failed(format!("{program} failed ({})", output.status))),
    }
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| failed(path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        make(folder)?;
    }
    fs::write(path, bytes).map_err(|error| failed(path, &error))
}

fn make(folder: &Path) -> Outcome<()> {
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Stop {
    Stop::failed(format!("{}: {error}", path.display()))
}
