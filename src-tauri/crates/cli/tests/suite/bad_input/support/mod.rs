//! A home, an environment without the tester's own, and what a command said in it.

use std::ffi::OsStr;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;

use crate::shared::Did;

mod closed;

pub use self::closed::Closed;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_switchback");

pub const BUNDLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../runbooks/dns-switch");

/// World seconds per real second.
const SPEED: u32 = 60;

/// Never to be seen again, wherever it was put in.
pub const SECRETS: [&str; 4] = [
    "SeededSecretAccessKey/0123456789+abcdef",
    "SeededSessionToken0123456789",
    "SeededPassword0123",
    "AKIASEEDED0123456789",
];

/// A folder of its own with a home in it.
pub struct TestHome {
    folder: Arc<TempDir>,
    vars: Vec<(String, String)>,
}

impl TestHome {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("user")).unwrap();
        Self {
            folder: Arc::new(folder),
            vars: Vec::new(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    /// With a variable of the environment; empty takes it away.
    pub fn set(mut self, name: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.vars.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.vars.push((name.to_owned(), value));
        }
        self
    }

    /// The same folder with one variable more.
    pub fn also(&self, name: &str, value: impl ToString) -> Self {
        let same = Self {
            folder: self.folder.clone(),
            vars: self.vars.clone(),
        };
        same.set(name, value)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Nothing of the tester's own environment is there.
    pub fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        self.dress(&mut command);
        command
    }

    pub fn dress(&self, command: &mut Command) {
        command.env_clear().current_dir(self.path());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for (name, value) in [
            ("HOME", self.path().join("user")),
            ("SWITCHBACK_HOME", self.home()),
            ("SWITCHBACK_OPERATOR", "tester".into()),
            ("SWITCHBACK_LOG", "trace".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ] {
            command.env(name, value);
        }
        command.envs(self.vars.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
    }

    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Did {
        Did::of(self.command().args(args).output().unwrap())
    }

    pub fn ok(&self, args: &[&str]) -> Did {
        self.run(args).code(0)
    }

    pub fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["--json"]].concat()).code(0).json()
    }

    pub fn spawn(&self, args: &[&str]) -> Child {
        self.command()
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Fails with the code, in text and in JSON; gives what a person reads at the end.
    #[track_caller]
    pub fn bad<S: AsRef<OsStr>>(&self, code: i32, args: &[S]) -> String {
        let started = Instant::now();
        let text = self.run(args).code(code);
        assert!(started.elapsed() < Duration::from_secs(60), "it hung");
        let mut with_json: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
        with_json.push(OsStr::new("--json"));
        let json = self.run(&with_json).code(code);
        self.bad_json(&json);
        harmless(&text);
        self.error_of(&text)
    }

    /// As [`Self::bad`], in text only: for what takes its time.
    #[track_caller]
    pub fn bad_text(&self, code: i32, args: &[&str]) -> String {
        self.error_of(&self.run(args).code(code))
    }

    /// One document on stderr, with all four parts.
    #[track_caller]
    pub fn bad_json(&self, did: &Did) -> Value {
        harmless(did);
        let document: Value = serde_json::from_str(&did.err).unwrap_or_else(|e| panic!("{e}: {}", did.err));
        for part in ["code", "message", "hint", "where"] {
            let said = document["error"][part].as_str().unwrap_or_default();
            assert!(!said.trim().is_empty(), "no {part}: {document}");
        }
        assert_eq!(document["schema_version"], 1);
        document["error"].clone()
    }

    /// The error at the end of stderr, with its exit code and without what differs from run to run.
    #[track_caller]
    pub fn error_of(&self, did: &Did) -> String {
        harmless(did);
        let at = did
            .err
            .find("error: ")
            .unwrap_or_else(|| panic!("no error: {}", did.err));
        self.scrubbed(&format!("{}exit {}\n", &did.err[at..], did.code))
    }

    /// Without this folder's name, ids and ports.
    pub fn scrubbed(&self, text: &str) -> String {
        let real = self.path().canonicalize().unwrap();
        let text = text
            .replace(&real.display().to_string(), "[dir]")
            .replace(&self.path().display().to_string(), "[dir]");
        let mut words: Vec<String> = Vec::new();
        for word in text.split(' ') {
            let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let uuid = inner.len() == 36
                && inner.chars().filter(|c| *c == '-').count() == 4
                && inner.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
            let word = match uuid {
                true => word.replace(inner, "[run]"),
                false => word.to_owned(),
            };
            words.push(ports(&word));
        }
        words.join(" ")
    }

    pub fn new_run(&self, target: &str, more: &[&str]) -> String {
        let args = [&["run", "new", "dns-switch", "--target", target], more].concat();
        self.ok(&args).out.trim().to_owned()
    }

    /// The digest of the first step's preview, as a person saw it.
    #[track_caller]
    pub fn seen(&self, run: &str) -> String {
        let preview = self.json(&["step", "preview", run, "lower-ttl"]);
        preview["digest"].as_str().unwrap().to_owned()
    }

    /// Nothing is lost: the chain holds, up to the last event of which anybody was told.
    #[track_caller]
    pub fn verify(&self, run: &str) -> u64 {
        let verified = self.json(&["journal", "verify", run, "--allow-unproven"]);
        assert_eq!(verified["valid"], true);
        verified["to_seq"].as_u64().unwrap()
    }

    #[track_caller]
    pub fn state(&self, run: &str, step: &str) -> String {
        let shown = self.json(&["run", "show", run, "--offline"]);
        let steps = shown["steps"].as_array().unwrap();
        let found = steps.iter().find(|s| s["id"] == step).unwrap();
        found["state"].as_str().unwrap().to_owned()
    }

    /// A copy of the bundled runbook with parts of it and of its rehearsal target replaced.
    pub fn runbook(&self, name: &str, runbook: &[(&str, &str)], target: &[(&str, &str)]) -> String {
        let changed = |file: &str, changes: &[(&str, &str)]| {
            let mut text = fs::read_to_string(Path::new(BUNDLED).join(file)).unwrap();
            for (from, to) in changes {
                assert!(text.contains(from), "{from:?} is not in {file}");
                text = text.replacen(from, to, 1);
            }
            text
        };
        self.write(&format!("{name}/runbook.toml"), changed("runbook.toml", runbook));
        let file = "targets/rehearsal.toml";
        self.write(&format!("{name}/{file}"), changed(file, target));
        name.to_owned()
    }

    /// A target of kind test whose zone and record are those of a rehearsal world.
    pub fn test_target(&self, more: &str) -> String {
        let text = fs::read_to_string(Path::new(BUNDLED).join("targets/rehearsal.toml")).unwrap();
        let text = text
            .replace("kind = \"rehearsal\"", "kind = \"test\"")
            .replace("name = \"rehearsal\"", "name = \"test\"")
            .replace("= \"on\"", "= \"none\"")
            .replace("role = \"operator\"", more);
        self.write("test.toml", text);
        "./test.toml".to_owned()
    }

    /// Every file below the home and what was said hold none of the secrets.
    #[track_caller]
    pub fn holds_no_secret(&self) {
        let mut folders = vec![self.home()];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = fs::read(&path).unwrap_or_default();
                seen += 1;
                for secret in SECRETS {
                    assert!(
                        !bytes.windows(secret.len()).any(|part| part == secret.as_bytes()),
                        "{} holds {secret}",
                        path.display()
                    );
                }
            }
        }
        assert!(seen > 0, "there was nothing to look at");
    }
}

/// The command that applies the first step as it was seen.
pub fn applying<'a>(run: &'a str, target: &'a str, seen: &'a str) -> [&'a str; 8] {
    [
        "step",
        "apply",
        run,
        "lower-ttl",
        "--confirm",
        target,
        "--preview",
        seen,
    ]
}

/// No crash, nothing that a terminal obeys, no stack of causes, no secret.
#[track_caller]
pub fn harmless(did: &Did) {
    for text in [&did.out, &did.err] {
        for word in ["panicked", "RUST_BACKTRACE", "Caused by", "Os {", "Error("] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        // A frame of a backtrace; a port, a time or an id of chance may end in 0 within a line.
        let frame = |line: &str| line.trim_start().starts_with("0: ");
        assert!(!text.lines().any(frame), "a backtrace: {text}");
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        let obeyed = |c: char| c != '\n' && c != '\t' && switchback_model::text::is_obeyed(c);
        assert!(!text.chars().any(obeyed), "{text:?}");
    }
    assert_ne!(did.code, 101);
    assert_ne!(did.code, -1, "ended by a signal: {}", did.err);
}

/// `127.0.0.1:40123` without its port.
fn ports(word: &str) -> String {
    let here = ["127.0.0.1:", "localhost:"]
        .into_iter()
        .find_map(|host| word.split_once(host).map(|(before, after)| (before, host, after)));
    match here {
        Some((before, host, after)) => {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{before}{host}[port]{rest}")
        }
        None => word.to_owned(),
    }
}

/// Whether the full campaigns are asked for: what waits for real time-outs belongs to them.
pub fn proving() -> bool {
    std::env::var_os("SWITCHBACK_PROVE").is_some()
}

/// A loopback port at which nobody listens, for as long as this process lives: it is taken, so no server of
/// another test gets it meanwhile.
pub fn unserved_port() -> u16 {
    static TAKEN: OnceLock<(TcpSocket, u16)> = OnceLock::new();
    let (_, port) = TAKEN.get_or_init(|| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let port = socket.local_addr().unwrap().port();
        (socket, port)
    });
    *port
}
