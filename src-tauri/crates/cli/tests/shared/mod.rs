//! What the tests of the real program share: what a command did, an environment without the tester's own,
//! and a served closed world that ends with its test.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use switchback_rehearsal::{Client, Fault, Handle};

/// What a command did.
pub struct Did {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Did {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        assert_eq!(self.code, wanted, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// The one document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        let value: Value =
            serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err));
        assert_eq!(value["schema_version"], 1);
        value
    }

    /// The error in the one document on stderr.
    #[track_caller]
    pub fn error(&self) -> Value {
        let value: Value = serde_json::from_str(&self.err).unwrap();
        for part in ["code", "message", "hint", "where"] {
            assert!(value["error"][part].is_string(), "{value}");
        }
        value["error"].clone()
    }
}

/// A runbook of a test's own in this folder, for the rehearsal: what it needs of a target is who and where.
pub fn runbook(folder: &Path, name: &str, text: &str) -> PathBuf {
    const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");
    let folder = folder.join(name);
    std::fs::create_dir_all(folder.join("targets")).unwrap();
    std::fs::write(folder.join("runbook.toml"), text).unwrap();
    let (target, _) = TARGET.split_once("[values]").unwrap();
    std::fs::write(folder.join("targets/rehearsal.toml"), target).unwrap();
    folder
}

/// The program with a home in this folder. Nothing of the tester's own environment leads anywhere.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
    let none = folder.join("none");
    command
        .env("SWITCHBACK_HOME", folder.join("home"))
        .env("SWITCHBACK_OPERATOR", "tester")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", &none)
        .env("AWS_SHARED_CREDENTIALS_FILE", &none)
        .env("AWS_ENDPOINT_URL", "")
        .env("SWITCHBACK_MIRROR", "")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::null());
    command
}

/// A closed world served by the program itself; ends with the test.
pub struct Served {
    child: Child,
    /// What the program said of it.
    pub document: Value,
    pub handle: Handle,
    runtime: tokio::runtime::Runtime,
}

impl Served {
    /// By the program with this environment.
    pub fn by(mut program: Command) -> Self {
        let mut child = program
            .args(["rehearse", "--serve", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let document: Value = serde_json::from_str(&line).unwrap();
        let file = Path::new(document["handle"].as_str().unwrap());
        let handle = Handle::read(file.parent().unwrap()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            child,
            document,
            handle,
            runtime,
        }
    }

    /// Asks the world itself.
    pub fn control<T>(&self, ask: impl AsyncFnOnce(Client) -> T) -> T {
        self.runtime.block_on(ask(Client::new(&self.handle)))
    }

    pub fn inject(&self, fault: &str) {
        let fault: Fault = fault.parse().unwrap();
        self.control(async |client| client.inject(&fault).await.unwrap());
    }

    /// Ends a fault, by its name and what it is about.
    pub fn lift(&self, fault: &str) {
        let fault: Fault = fault.parse().unwrap();
        let about = fault.subject().map(|about| format!(":{about}"));
        let name = format!("{}{}", fault.name(), about.unwrap_or_default());
        self.control(async |client| client.lift(&name).await.unwrap());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is found before 120 s have passed.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within 120 s: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Puts a program where it will be started from. Another process writes it: a file that this one holds open
/// for writing is inherited by whatever another thread starts at that moment, and until that has become its
/// own program the kernel refuses to start the file (ETXTBSY, execve(2)).
#[cfg(unix)]
pub fn put_program(from: &std::path::Path, to: &std::path::Path) {
    let done = std::process::Command::new("install")
        .args(["-m", "755", "--"])
        .args([from, to])
        .status()
        .unwrap();
    assert!(done.success(), "install {} {}", from.display(), to.display());
}
