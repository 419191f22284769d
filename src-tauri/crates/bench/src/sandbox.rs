//! Where the measurements are taken: a folder on a real disk, the optimised program, the Python peers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::Outcome;

/// A scratch folder, removed at the end, and the programs that work in it.
pub(crate) struct Sandbox {
    folder: TempDir,
    venv: PathBuf,
    switchback: PathBuf,
    window: PathBuf,
}

fn given(name: &str) -> Outcome<PathBuf> {
    std::env::var_os(name)
        .map(PathBuf::from)
        .ok_or_else(|| format!("{name} is not set: start this with `cargo xtask bench`").into())
}

impl Sandbox {
    /// The folder lies where the caller says: a temporary folder may be in memory, where a sync costs
    /// nothing.
    pub(crate) fn new() -> Outcome<Self> {
        let programs = given("SWITCHBACK_BIN_DIR")?;
        let named = |name: &str| programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Ok(Self {
            folder: tempfile::tempdir_in(given("SWITCHBACK_BENCH_DIR")?)?,
            venv: given("SWITCHBACK_VENV")?,
            switchback: named("switchback"),
            window: named("switchback-console"),
        })
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of the Python environment.
    pub(crate) fn python(&self, name: &str) -> Command {
        self.program(&self.venv.join("bin").join(name))
    }

    /// Our program on a home, without questions and with JSON.
    pub(crate) fn switchback(&self, home: &Path) -> Command {
        let mut command = self.program(&self.switchback);
        command
            .env("SWITCHBACK_HOME", home)
            .args(["--json", "--no-input"]);
        command
    }

    /// The console.
    pub(crate) fn window(&self) -> &Path {
        &self.window
    }

    /// The window that the console's is measured against.
    pub(crate) fn empty_window(&self) -> Outcome<PathBuf> {
        given("SWITCHBACK_EMPTY_WINDOW")
    }

    /// The same requests as `step apply`, by the AWS SDK alone.
    pub(crate) fn bare_sdk(&self) -> Outcome<Command> {
        Ok(self.program(&given("SWITCHBACK_BARE_SDK")?))
    }

    /// A program that sees nothing of the tester's own AWS set-up.
    pub(crate) fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("AWS_") || text.starts_with("SWITCHBACK_") {
                command.env_remove(name);
            }
        }
        let none: OsString = self.path("none").into();
        command
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", "eu-west-2")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", &none)
            .env("AWS_SHARED_CREDENTIALS_FILE", &none)
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1")
            .env("TMPDIR", self.folder.path())
            .env("SWITCHBACK_OPERATOR", "bench")
            .stdin(Stdio::null())
            .current_dir(self.folder.path());
        command
    }
}

/// Runs a command to its end; it must succeed.
pub(crate) fn done(command: &mut Command) -> Outcome<Output> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!(
        "{command:?} ended with {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
    .into())
}

/// As [`done`], with the JSON document that it printed.
pub(crate) fn said(command: &mut Command) -> Outcome<Value> {
    let output = done(command)?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// A text of a JSON document.
pub(crate) fn text<'a>(document: &'a Value, key: &str) -> Outcome<&'a str> {
    document[key]
        .as_str()
        .ok_or_else(|| format!("the answer has no {key}: {document}").into())
}

/// The built-in `test` target, changed.
pub(crate) fn test_target(changes: &[(&str, &str)]) -> Outcome<String> {
    let mut target = include_str!("../../../runbooks/dns-switch/targets/test.toml").to_owned();
    for (old, new) in changes {
        if !target.contains(old) {
            return Err(format!("the built-in test target has no {old}").into());
        }
        target = target.replace(old, new);
    }
    Ok(target)
}
