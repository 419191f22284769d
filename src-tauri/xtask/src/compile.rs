//! The one cargo invocation that lints, builds the tests and builds both programs; and the part of it that
//! running a program needs.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    scan,
    shell::{Outcome, Stop, Workspace, cargo, in_ci, which},
};

/// One test executable.
#[derive(Debug, Clone)]
pub struct TestProgram {
    /// The file to run.
    pub executable: PathBuf,
    /// The folder of its package, where cargo would start it.
    pub package: PathBuf,
    /// cargo's target name: the file name of an integration test, else the crate's.
    pub name: String,
    /// True for a file under `tests/`.
    pub integration: bool,
}

/// What one invocation left behind.
#[derive(Debug, Default)]
pub struct Built {
    /// Every test executable, in a stable order.
    pub tests: Vec<TestProgram>,
    /// The programs, by name.
    pub programs: Vec<(String, PathBuf)>,
    /// How many crates were compiled rather than found fresh.
    pub compiled: usize,
}

impl Built {
    /// The program of that name, if this invocation built it.
    pub fn program(&self, name: &str) -> Outcome<&Path> {
        self.programs.iter().find(|(have, _)| have == name).map(|(_, path)| path.as_path()).ok_or_else(|| {
            Stop::failed(format!(
                "{name} was not built: cargo test builds a package's program only if the package has an integration test"
            ))
        })
    }

    /// The folder that holds the programs: two above a test executable, as cargo lays them out.
    pub fn program_folder(&self) -> Option<&Path> {
        self.tests
            .first()
            .and_then(|test| test.executable.parent())
            .and_then(Path::parent)
    }
}

/// The invocation shared by test and prove. Any difference between two of them (features, wrapper, profile)
/// would compile over a hundred crates again, so there is one place that spells it.
pub fn workspace_tests(workspace: &Workspace) -> Outcome<Built> {
    collect(invocation(workspace, &WORKSPACE_TESTS)?)
}

const WORKSPACE_TESTS: [&str; 3] = ["test", "--workspace", "--no-run"];

/// One of the programs that the workspace is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The command line.
    CommandLine,
    /// The window.
    Console,
}

impl Program {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::CommandLine, Self::Console];

    /// Its file, without the system's ending.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "switchback",
            Self::Console => "switchback-console",
        }
    }
}

/// Builds programs without the tests: a part of what [`workspace_tests`] builds, and nothing else, so that the
/// tests find it done and compile no crate twice. The gate checks that.
pub fn programs(workspace: &Workspace, programs: &[Program]) -> Outcome<Built> {
    collect(invocation(workspace, &program_arguments(programs))?)
}

/// cargo settles the features of shared crates over all packages that are named, whatever is built of them:
/// hence the whole workspace. With `--examples` (there is one, and it is small) it counts what tests alone ask
/// for, as for the tests; without, Tauri, the AWS SDKs and our crates would be built a second time for them.
fn program_arguments(programs: &[Program]) -> Vec<&'static str> {
    let mut arguments = vec!["build", "--workspace", "--examples"];
    for program in programs {
        arguments.extend(["--bin", program.name()]);
    }
    arguments
}

/// cargo with the lints as compiler and machine-readable messages.
fn invocation(workspace: &Workspace, arguments: &[&str]) -> Outcome<Command> {
    if which("clippy-driver").is_none() {
        return Err(Stop::usage(
            "clippy-driver is missing: run `rustup component add clippy`",
        ));
    }
    let mut command = cargo(workspace);
    command
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .args(arguments)
        .arg("--message-format=json-render-diagnostics");
    if in_ci() {
        command.arg("--locked");
    }
    Ok(command)
}

/// Runs a cargo command with JSON messages and collects what it made.
pub fn collect(mut command: Command) -> Outcome<Built> {
    let failed = |error: std::io::Error| Stop::failed(format!("cargo could not be run: {error}"));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut built = Built::default();
    let mut seen = Ok(());
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            match line {
                Ok(line) => note(&line, &mut built),
                Err(error) => {
                    seen = Err(failed(error));
                    break;
                }
            }
        }
    }
    let status = child.wait().map_err(failed)?;
    seen?;
    if !status.success() {
        return Err(Stop::failed("the build failed: see the errors above"));
    }
    built
        .tests
        .sort_by(|a, b| (&a.package, a.integration, &a.name).cmp(&(&b.package, b.integration, &b.name)));
    Ok(built)
}

fn note(line: &str, built: &mut Built) {
    if scan::text(line, "reason").as_deref() != Some("compiler-artifact") {
        return;
    }
    if scan::flag(line, "fresh") == Some(false) {
        built.compiled += 1;
    }
    let (Some(executable), Some(name), Some(kind)) = (
        scan::text(line, "executable"),
        scan::text(line, "name"),
        scan::first_of(line, "kind"),
    ) else {
        return;
    };
    let executable = PathBuf::from(executable);
    // The target has a "test" of its own (may it be tested); the profile's says what this build is.
    let profile = line.split_once("\"profile\":").map_or("", |(_, rest)| rest);
    if kind == "bench" {
        // Without cargo's harness it is a program like any other.
        built.programs.push((name, executable));
    } else if scan::flag(profile, "test") == Some(true) {
        let manifest = PathBuf::from(scan::text(line, "manifest_path").unwrap_or_default());
        let package = manifest.parent().map(Path::to_path_buf).unwrap_or_default();
        built.tests.push(TestProgram {
            executable,
            package,
            name,
            integration: kind == "test",
        });
    } else if kind == "bin" {
        built.programs.push((name, executable));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(arguments: &[&str]) -> Vec<String> {
        let workspace = Workspace { root: ".".into() };
        let command = invocation(&workspace, arguments).map(|command| {
            let wrapper = command
                .get_envs()
                .find(|(name, _)| *name == "RUSTC_WORKSPACE_WRAPPER");
            assert_eq!(
                wrapper,
                Some(("RUSTC_WORKSPACE_WRAPPER".as_ref(), Some("clippy-driver".as_ref())))
            );
            let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
            words.filter(|word| word != "--locked").collect()
        });
        command.unwrap_or_else(|stop| vec![stop.message])
    }

    #[test]
    fn a_program_is_built_with_the_features_of_the_tests() {
        let messages = "--message-format=json-render-diagnostics";
        assert_eq!(
            spelt(&WORKSPACE_TESTS),
            ["test", "--workspace", "--no-run", messages]
        );
        // Without a window nothing of Tauri and WebKit, which the console alone has.
        let headless = program_arguments(&[Program::CommandLine]);
        let expected = [
            "build",
            "--workspace",
            "--examples",
            "--bin",
            "switchback",
            messages,
        ];
        assert_eq!(spelt(&headless), expected);
        let both = program_arguments(&Program::ALL);
        let last = ["--bin", "switchback", "--bin", "switchback-console"];
        assert_eq!(
            both.split_at(3),
            (&["build", "--workspace", "--examples"][..], &last[..])
        );
    }
}
