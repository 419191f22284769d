//! A workstation: a home of its own, with a message bus and a keyring of its own, or without.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::shared::{Did, until};
use crate::way_back::aws::Aws;
use crate::way_back::transcript::Transcript;

/// Starts a keyring with the password on stdin, waits until it answers, says where the bus is, and
/// stays until stdin is closed. The daemon is ended by its own id: left alone it may outlive its bus.
const SESSION: &str = r#"
read -r password
printf '%s\n' "$password" | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
  org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'; do
  tries=$((tries + 1))
  if [ "$tries" -gt 400 ]; then kill "$keyring"; exit 1; fi
  sleep 0.05
done
echo "$DBUS_SESSION_BUS_ADDRESS"
cat >/dev/null
kill "$keyring"
wait "$keyring"
"#;

pub struct Laptop {
    pub name: &'static str,
    folder: TempDir,
    session: Option<Session>,
}

struct Session {
    child: Child,
    bus: String,
}

/// What a person would read first.
fn words(did: &Did) -> String {
    if let Ok(error) = serde_json::from_str::<Value>(&did.err) {
        return error["error"]["message"].as_str().unwrap_or_default().to_owned();
    }
    let document: Value = serde_json::from_str(&did.out).unwrap_or_default();
    let told = ["sentence", "state", "digest", "run"]
        .into_iter()
        .find_map(|key| Some(format!("{key} {}", document[key].as_str()?)));
    told.unwrap_or_default()
}

/// Whether this machine has what a keyring needs. In CI it must.
pub fn keyrings_are_there() -> bool {
    let found = |program: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    };
    let absent: Vec<&str> = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"]
        .into_iter()
        .filter(|program| !found(program))
        .collect();
    if absent.is_empty() {
        return true;
    }
    let ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    assert!(!ci, "missing in CI: {}", absent.join(", "));
    println!("skipped: {} missing", absent.join(", "));
    false
}

impl Laptop {
    /// A workstation without a message bus, so without a keychain.
    pub fn without_keychain(name: &'static str, aws: &Aws) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["data", "config", "cache", "runtime", "home"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        std::os::unix::fs::symlink(aws.place(), folder.path().join("home/rehearsal")).unwrap();
        Self {
            name,
            folder,
            session: None,
        }
    }

    /// A workstation with a real keyring under its own bus, unlocked by this password.
    pub fn with_keychain(name: &'static str, aws: &Aws, password: &str) -> Self {
        let mut laptop = Self::without_keychain(name, aws);
        laptop.log_in(password);
        laptop
    }

    /// Starts the session. A password that is not the keyring's leaves it locked.
    pub fn log_in(&mut self, password: &str) {
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "sh", "-c", SESSION]);
        self.isolate(&mut command);
        let mut child = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{password}").unwrap();
        let mut bus = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut bus)
            .unwrap();
        let bus = bus.trim().to_owned();
        assert!(!bus.is_empty(), "the keyring did not start");
        self.session = Some(Session { child, bus });
    }

    /// Ends the session as a person does.
    pub fn log_out(&mut self) {
        if let Some(mut session) = self.session.take() {
            drop(session.child.stdin.take());
            session.child.wait().unwrap();
        }
    }

    /// The battery is out: everything of the session is gone at once.
    pub fn die(&mut self) {
        if let Some(mut session) = self.session.take() {
            signal("-KILL", &format!("-{}", session.child.id()));
            session.child.wait().unwrap();
        }
    }

    fn isolate(&self, command: &mut Command) {
        let at = |part: &str| self.folder.path().join(part);
        for (name, part) in [
            ("HOME", "."),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_RUNTIME_DIR", "runtime"),
            ("SWITCHBACK_HOME", "home"),
            ("AWS_CONFIG_FILE", "none"),
            ("AWS_SHARED_CREDENTIALS_FILE", "none"),
        ] {
            command.env(name, at(part));
        }
        for name in [
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
            "GNOME_KEYRING_CONTROL",
            "SWITCHBACK_MIRROR",
        ] {
            command.env_remove(name);
        }
        command
            .env("SWITCHBACK_OPERATOR", self.name)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal")
            .env("AWS_ENDPOINT_URL", "");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
        self.isolate(&mut command);
        if let Some(session) = &self.session {
            command.env("DBUS_SESSION_BUS_ADDRESS", &session.bus);
        }
        command
            .args(args)
            .arg("--json")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn json(&self, args: &[&str]) -> Did {
        Did::of(self.command(args).output().unwrap())
    }

    /// The same, kept in the transcript.
    pub fn told(&self, transcript: &mut Transcript, args: &[&str]) -> Did {
        transcript.command(self.name, args);
        let did = self.json(args);
        transcript.said(did.code, &words(&did));
        did
    }

    pub fn with_input(&self, args: &[&str], input: &[u8]) -> Did {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        // A command that refuses before it reads closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input);
        Did::of(child.wait_with_output().unwrap())
    }

    /// At a terminal of its own (util-linux's `script`), with this typed in once the terminal no longer
    /// shows what is typed.
    pub fn typed(&self, args: &str, text: &str) -> Did {
        let mut command = Command::new("script");
        self.isolate(&mut command);
        if let Some(session) = &self.session {
            command.env("DBUS_SESSION_BUS_ADDRESS", &session.bus);
        }
        let program = env!("CARGO_BIN_EXE_switchback");
        let mut child = command
            .args(["--quiet", "--return", "--command"])
            .arg(format!("tty; '{program}' {args}"))
            .arg("/dev/null")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut screen = BufReader::new(child.stdout.take().unwrap());
        let mut terminal = String::new();
        screen.read_line(&mut terminal).unwrap();
        let reading = std::thread::spawn(move || {
            let mut shown = String::new();
            screen.read_to_string(&mut shown).unwrap();
            shown
        });
        let hidden = until("the terminal shows nothing, or the command has ended", || {
            let modes = Command::new("stty").args(["-F", terminal.trim(), "-a"]).output();
            let modes = String::from_utf8_lossy(&modes.unwrap().stdout).into_owned();
            match modes.contains(" -echo ") {
                true => Some(true),
                false => child.try_wait().unwrap().map(|_| false),
            }
        });
        let mut keyboard = child.stdin.take().unwrap();
        if hidden {
            writeln!(keyboard, "{text}").unwrap();
        }
        let shown = reading.join().unwrap();
        drop(keyboard);
        Did {
            code: child.wait().unwrap().code().unwrap_or(-1),
            out: shown,
            err: String::new(),
        }
    }

    pub fn spawn(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    pub fn wait(child: Child) -> Did {
        Did::of(child.wait_with_output().unwrap())
    }

    pub fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Asks the session's bus which of our entries its keyring holds.
    pub fn entries(&self) -> usize {
        let session = self.session.as_ref().unwrap();
        let answer = Command::new("dbus-send")
            .env("DBUS_SESSION_BUS_ADDRESS", &session.bus)
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.secrets",
                "/org/freedesktop/secrets",
                "org.freedesktop.Secret.Service.SearchItems",
                "dict:string:string:service,switchback",
            ])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        text.matches("object path").count()
    }

    /// Opens a rehearsal run.
    pub fn new_run(&self, more: &[&str]) -> String {
        let args = [&["run", "new", "dns-switch", "--target", "rehearsal"], more].concat();
        let did = self.json(&args).code(0);
        did.json()["run"].as_str().unwrap().to_owned()
    }

    /// The digest of a step's preview, once the step is ready.
    pub fn preview(&self, run: &str, step: &str) -> String {
        until("the step is ready", || {
            let did = self.json(&["step", "check", run, step]);
            (did.code == 0).then_some(())
        });
        let preview = self.json(&["step", "preview", run, step]).code(0).json();
        preview["digest"].as_str().unwrap().to_owned()
    }

    /// The arguments that apply a step as it was shown.
    pub fn apply<'a>(run: &'a str, step: &'a str, digest: &'a str) -> Vec<&'a str> {
        vec![
            "step",
            "apply",
            run,
            step,
            "--confirm",
            "rehearsal",
            "--preview",
            digest,
        ]
    }

    /// A step's state from the journal alone.
    pub fn state(&self, run: &str, step: &str) -> String {
        let shown = self.json(&["run", "show", run, "--offline"]).code(0).json();
        let steps = shown["steps"].as_array().unwrap();
        let found = steps.iter().find(|s| s["id"] == step).unwrap();
        found["state"].as_str().unwrap().to_owned()
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        if let Some(mut session) = self.session.take() {
            signal("-KILL", &format!("-{}", session.child.id()));
            let _ = session.child.wait();
        }
    }
}

/// Sends a signal to one process that this test started, or to its group.
pub fn signal(which: &str, to: &str) {
    let sent = Command::new("kill").args([which, "--", to]).status().unwrap();
    assert!(sent.success() || which == "-KILL", "kill {which} {to}");
}

/// Looks for these bytes in every file below a folder that can be read as one.
pub fn is_nowhere(folder: &Path, bytes: &[u8]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap();
        if kind.is_dir() {
            is_nowhere(&path, bytes);
        } else if kind.is_file() {
            let found = std::fs::read(&path).unwrap_or_default();
            assert!(
                !found.windows(bytes.len()).any(|window| window == bytes),
                "{}",
                path.display()
            );
        }
    }
}
