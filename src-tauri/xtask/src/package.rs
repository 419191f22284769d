//! `cargo xtask package`: the Debian package with both programs, their manual pages and completions.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    compile,
    debian::{self, Need},
    documents::{self, FOLDER},
    scan,
    shell::{Outcome, Phases, Stop, Workspace, cargo, command, must, which},
    ui,
};

/// Where each shell of Debian looks for the completions of a program that is called `switchback`.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/switchback"),
    ("zsh", "usr/share/zsh/vendor-completions/_switchback"),
    ("fish", "usr/share/fish/vendor_completions.d/switchback.fish"),
];

/// Files that go into the package as they stand here, with their places there.
const AS_THEY_ARE: [(&str, &str); 2] = [
    (
        // A second entry of the desktop's menu: the look-up alone, for support.
        "src-tauri/packaging/switchback-support.desktop",
        "usr/share/applications/switchback-support.desktop",
    ),
    (
        "src-tauri/packaging/app.switchback.console.metainfo.xml",
        "usr/share/metainfo/app.switchback.console.metainfo.xml",
    ),
];

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
        compile::collect(cargo)
    })?;
    let switchback = built.program("switchback")?;
    let programs = switchback
        .parent()
        .ok_or_else(|| Stop::failed("cargo built the program into no folder"))?;
    phases.time("package", || {
        let stage = programs.join("package");
        let files = stage_files(workspace, switchback, &stage)?;
        let depends = depends(switchback, &stage)?;
        let deb = bundle(workspace, programs, &stage, &files, &depends)?;
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
    for (here, there) in AS_THEY_ARE {
        put(there, read(&workspace.path(here))?.as_bytes())?;
    }
    for (there, here) in documents::documents(workspace)? {
        put(&there, read(&here)?.as_bytes())?;
    }
    let copyright = copyright(workspace)?;
    put(&format!("{FOLDER}/copyright"), copyright.as_bytes())?;
    let list = stage.join("third-party");
    write(&list, third_party(workspace)?.as_bytes())?;
    put(&format!("{FOLDER}/third-party.gz"), &said(gzip().arg(&list))?)?;
    let changes = said(gzip().arg(workspace.path("CHANGELOG.md")))?;
    put(&format!("{FOLDER}/changelog.gz"), &changes)?;
    let pages = stage.join("pages");
    make(&pages)?;
    must(
        command(switchback)
            .arg("manual")
            .arg(&pages)
            .stdout(Stdio::null()),
    )?;
    let console = workspace.path("src-tauri/packaging/switchback-console.1");
    write(&pages.join("switchback-console.1"), read(&console)?.as_bytes())?;
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

/// Debian's copyright file: ours, with the text of the MIT licence. The other text is on every Debian system.
fn copyright(workspace: &Workspace) -> Outcome<String> {
    let mut text = read(&workspace.path("src-tauri/packaging/copyright"))?;
    for line in read(&workspace.path("LICENSE-MIT"))?.lines() {
        // A blank line would end the paragraph.
        let line = if line.trim().is_empty() {
            "."
        } else {
            line.trim_end()
        };
        text.push_str(&format!(" {line}\n"));
    }
    Ok(text)
}

/// The libraries inside the two programs and inside the page, each with its licence.
fn third_party(workspace: &Workspace) -> Outcome<String> {
    let mut tree = cargo(workspace);
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["--package", "switchback-cli", "--package", "switchback-console"])
        .args(["--format", "{p}|{l}|{r}"]);
    let crates = String::from_utf8_lossy(&said(&mut tree)?).into_owned();
    let mut npm = ui::npm(workspace);
    npm.args(["ls", "--omit=dev", "--all", "--parseable"]);
    let packages = String::from_utf8_lossy(&said(&mut npm)?).into_owned();
    let mut lines = library_lines(&crates);
    let top = workspace.path("ui");
    for folder in packages.lines().map(Path::new).filter(|folder| *folder != top) {
        let package = read(&folder.join("package.json"))?;
        let field = |name| scan::text(&package, name).unwrap_or_else(|| "not said".to_owned());
        lines.push(format!(
            "{} {}: {}",
            field("name"),
            field("version"),
            field("license")
        ));
    }
    lines.sort();
    lines.dedup();
    Ok(lines.join("\n") + "\n")
}

/// `NAME vVERSION|LICENCE|PLACE` of each library; our own packages have a folder behind the version.
fn library_lines(tree: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut parts = line.trim_end_matches(" (*)").split('|');
        let (library, licence) = (parts.next()?, parts.next()?);
        let ours = library.contains('/') && library.ends_with(')');
        let place = parts.next().filter(|place| !place.is_empty());
        (!ours && !library.is_empty()).then(|| match place {
            Some(place) => format!("{library}: {licence} ({place})"),
            None => format!("{library}: {licence}"),
        })
    };
    tree.lines().filter_map(line).collect()
}

/// What the programs need of the system, with the versions that they were built against, as Debian's own tool
/// reads it from them; besides that the certificates that AWS is known by.
fn depends(switchback: &Path, stage: &Path) -> Outcome<Vec<String>> {
    let mut depends = vec!["ca-certificates".to_owned()];
    let Some(shlibdeps) = which("dpkg-shlibdeps") else {
        eprintln!(
            "note: dpkg-shlibdeps (package dpkg-dev) is missing, so the package asks for no version of a library"
        );
        return Ok(depends);
    };
    // The tool will not start without the control file of a source package.
    write(
        &stage.join("debian/control"),
        b"Source: switchback\n\nPackage: switchback\nArchitecture: any\n",
    )?;
    let mut command = command(shlibdeps);
    command
        .current_dir(stage)
        .arg("-O")
        .arg(switchback)
        .arg(switchback.with_file_name("switchback-console"));
    let found = String::from_utf8_lossy(&said(&mut command)?).into_owned();
    let list = found.trim().strip_prefix("shlibs:Depends=").unwrap_or_default();
    depends.extend(
        list.split(", ")
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
    );
    Ok(depends)
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
    depends: &[String],
) -> Outcome<PathBuf> {
    let files: Vec<String> = files
        .iter()
        .map(|(there, here)| format!("{:?}: {:?}", format!("/{there}"), here.display().to_string()))
        .collect();
    let depends: Vec<String> = depends.iter().map(|name| format!("{name:?}")).collect();
    // Without a keychain the console works too, but can prove less and seal nothing.
    let overlay = format!(
        r#"{{"bundle": {{"linux": {{"deb": {{
            "section": "admin",
            "recommends": ["gnome-keyring | kwalletmanager"],
            "depends": [{}],
            "files": {{{}}}
        }}}}}}}}"#,
        depends.join(", "),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_listed_with_their_licence_and_our_own_packages_are_not() {
        let tree = "switchback-cli v0.1.0 (/somewhere/crates/cli)|MIT OR Apache-2.0|\n\
                    adler2 v2.0.1|0BSD OR MIT|https://example.nhs.test/adler2\n\
                    clap v4.6.9|MIT|\nserde v1.0.0 (proc-macro)|MIT|\n\nclap v4.6.9|MIT| (*)\n";
        assert_eq!(
            library_lines(tree),
            [
                "adler2 v2.0.1: 0BSD OR MIT (https://example.nhs.test/adler2)",
                "clap v4.6.9: MIT",
                "serde v1.0.0 (proc-macro): MIT",
                "clap v4.6.9: MIT",
            ]
        );
    }
}
