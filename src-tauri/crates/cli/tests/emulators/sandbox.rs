//! A folder of its own, the programs that work in it, and an emulator.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use crate::shared::until;

const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/test.toml");
const ZONE_PY: &str = include_str!("zone.py");
const POOL_PY: &str = include_str!("pool.py");
const PARAMETER_PY: &str = include_str!("parameter.py");
const PROFILE_PY: &str = include_str!("profile.py");
const SERVICE_PY: &str = include_str!("service.py");
const RESTRICTION_PY: &str = include_str!("restriction.py");
const GATEWAY_PY: &str = include_str!("gateway.py");
const TRIGGER_PY: &str = include_str!("trigger.py");

/// Seconds. The wait for the old TTL is real here, so it is a short one.
pub const OLD_TTL: u32 = 3;
/// Seconds.
pub const LOWERED_TTL: u32 = 1;

/// The venv; none where the suite is skipped, which a CI run must not do.
pub fn venv(test: &str) -> Option<PathBuf> {
    let missing = match std::env::var_os("SWITCHBACK_VENV").map(PathBuf::from) {
        None => "SWITCHBACK_VENV is not set".to_owned(),
        Some(venv) => {
            let lacks = ["python", "ministack", "moto_server"]
                .into_iter()
                .find(|program| !venv.join("bin").join(program).exists());
            match lacks {
                None => return Some(venv),
                Some(program) => format!("SWITCHBACK_VENV has no bin/{program}"),
            }
        }
    };
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(
        !ci,
        "{test}: {missing}; make a venv from xtask/python-requirements.txt"
    );
    println!("{test}: skipped, because {missing}");
    None
}

/// A folder of its own, and the programs that work in it.
pub struct Sandbox {
    folder: TempDir,
    venv: PathBuf,
    endpoint: Option<String>,
}

impl Sandbox {
    pub fn new(venv: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("zone.py"), ZONE_PY).unwrap();
        std::fs::write(folder.path().join("pool.py"), POOL_PY).unwrap();
        std::fs::write(folder.path().join("parameter.py"), PARAMETER_PY).unwrap();
        std::fs::write(folder.path().join("profile.py"), PROFILE_PY).unwrap();
        std::fs::write(folder.path().join("service.py"), SERVICE_PY).unwrap();
        std::fs::write(folder.path().join("restriction.py"), RESTRICTION_PY).unwrap();
        std::fs::write(folder.path().join("gateway.py"), GATEWAY_PY).unwrap();
        std::fs::write(folder.path().join("trigger.py"), TRIGGER_PY).unwrap();
        Self {
            folder,
            venv: venv.to_owned(),
            endpoint: None,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that sees nothing of the tester's own AWS set-up, and leaves nothing behind.
    pub fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", "eu-west-2")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", self.path("none"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.path("none"))
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1")
            .env("TMPDIR", self.folder.path())
            .env("SWITCHBACK_HOME", self.path("home"))
            .env("SWITCHBACK_OPERATOR", "tester")
            .stdin(Stdio::null())
            .current_dir(self.folder.path());
        command
    }

    /// The venv's Python.
    pub fn python(&self) -> Command {
        self.program(&self.venv.join("bin/python"))
    }

    pub fn endpoint(&self) -> &str {
        self.endpoint.as_deref().unwrap()
    }

    /// What boto3 says of the zone.
    #[track_caller]
    pub fn boto3(&self, words: &[&str]) -> Value {
        self.script("zone.py", words)
    }

    /// What boto3 says of user pools.
    #[track_caller]
    pub fn pool(&self, words: &[&str]) -> Value {
        self.script("pool.py", words)
    }

    /// What boto3 says of Parameter Store.
    #[track_caller]
    pub fn parameter(&self) -> Value {
        self.script("parameter.py", &[])
    }

    /// What boto3 says of the parameter that is switched.
    #[track_caller]
    pub fn profile(&self, words: &[&str]) -> Value {
        self.script("profile.py", words)
    }

    /// What boto3 says of the service that is started anew.
    #[track_caller]
    pub fn service(&self, words: &[&str]) -> Value {
        self.script("service.py", words)
    }

    /// What boto3 says of the web ACL and of the stage that restrict what writes.
    #[track_caller]
    pub fn restriction(&self, words: &[&str]) -> Value {
        self.script("restriction.py", words)
    }

    /// What boto3 says of the API that asks user pools, and of the distribution.
    #[track_caller]
    pub fn gateway(&self, words: &[&str]) -> Value {
        self.script("gateway.py", words)
    }

    /// What boto3 makes of the function that a pool calls.
    #[track_caller]
    pub fn trigger(&self, words: &[&str]) -> Value {
        self.script("trigger.py", words)
    }

    /// From now on AWS is there.
    pub fn answers_at(&mut self, endpoint: &str) {
        self.endpoint = Some(endpoint.to_owned());
    }

    #[track_caller]
    fn script(&self, script: &str, words: &[&str]) -> Value {
        let output = self
            .python()
            .arg(self.path(script))
            .args(words)
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .output()
            .unwrap();
        assert!(output.status.success(), "{script} {words:?}: {}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Another person changes the apps record behind our back, or for us by hand.
    pub fn somebody_sets(&self, zone_id: &str, address: &str, ttl: u32) {
        self.boto3(&["set", zone_id, address, &ttl.to_string()]);
    }

    #[track_caller]
    pub fn dump(&self, zone_id: &str) -> Vec<Value> {
        self.boto3(&["dump", zone_id]).as_array().unwrap().clone()
    }

    /// Our binary, whatever comes of it.
    pub fn attempt(&self, words: &[&str]) -> Output {
        self.program(Path::new(env!("CARGO_BIN_EXE_switchback")))
            .args(["--json", "--no-input"])
            .args(self.endpoint.iter().flat_map(|url| ["--aws-endpoint", url]))
            .args(words)
            .output()
            .unwrap()
    }

    /// What our binary says, and that it ends with this code.
    #[track_caller]
    pub fn switchback(&self, code: i32, words: &[&str]) -> Value {
        let output = self.attempt(words);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// The digest of a step's preview.
    #[track_caller]
    pub fn preview(&self, run: &str, step: &str) -> String {
        let preview = self.switchback(0, &["step", "preview", run, step]);
        preview["digest"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn apply(&self, code: i32, run: &str, step: &str, digest: &str) -> Value {
        let words = [
            "step",
            "apply",
            run,
            step,
            "--confirm",
            "test",
            "--preview",
            digest,
        ];
        self.switchback(code, &words)
    }

    /// A target without observers, with the caller that this emulator made up.
    pub fn target_of_caller(&self, caller: &Value) -> String {
        let role = caller["arn"].as_str().unwrap().split_once(":assumed-role/");
        let role = role.map_or(String::new(), |(_, role)| {
            format!("role = {:?}\n", role.split('/').next().unwrap())
        });
        let text = format!(
            "name = \"test\"\nkind = \"test\"\naccount = {}\nregion = \"eu-west-2\"\n{role}\n[observers]\ndns = \
             \"none\"\nhttp = \"none\"\n",
            caller["account"]
        );
        let file = self.path("target.toml");
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }

    /// The built-in target, with what this emulator made up.
    pub fn target(&self, zone: &Value) -> String {
        self.target_of(TARGET, zone)
    }

    /// The same for a name that is a weighted pair: all of its traffic is shifted from one side to the other.
    pub fn weighted_target(&self, zone: &Value) -> String {
        let pair = |blue: u8, green: u8| {
            let side = |ttl: u32, address: &str, name: &str, weight: u8| {
                format!(
                    "{{ type = \"A\", ttl = {ttl}, values = [\"{address}\"], set_identifier = \"{name}\", weight = \
                     {weight} }}"
                )
            };
            let ttl = if green == 0 { 300 } else { 60 };
            let (blue, green) = (
                side(ttl, "192.0.2.10", "blue", blue),
                side(ttl, "198.51.100.20", "green", green),
            );
            format!("[{blue}, {green}]")
        };
        let text = TARGET
            .replace(
                "old = [{ type = \"A\", ttl = 300, values = [\"192.0.2.10\"] }]",
                &format!("old = {}", pair(100, 0)),
            )
            .replace(
                "new = [{ type = \"A\", ttl = 60, values = [\"198.51.100.20\"] }]",
                &format!("new = {}", pair(0, 100)),
            );
        self.target_of(&text, zone)
    }

    fn target_of(&self, text: &str, zone: &Value) -> String {
        let mut text = text.to_owned();
        let mut put = |old: String, new: String| {
            assert!(text.contains(&old), "the built-in test target has no {old}");
            text = text.replace(&old, &new);
        };
        put("Z0REPLACETHIS".into(), zone["zone_id"].as_str().unwrap().into());
        put(
            "account = \"123456789012\"".into(),
            format!("account = {}", zone["account"]),
        );
        put("ttl = 300, values".into(), format!("ttl = {OLD_TTL}, values"));
        put("ttl = 60, values".into(), format!("ttl = {LOWERED_TTL}, values"));
        put("lowered_ttl = 60".into(), format!("lowered_ttl = {LOWERED_TTL}"));
        put("restored_ttl = 300".into(), format!("restored_ttl = {OLD_TTL}"));
        // An assumed role must be asserted; a user or root has none.
        let role = zone["arn"].as_str().unwrap().split_once(":assumed-role/");
        if let Some((_, role)) = role {
            let role = role.split('/').next().unwrap();
            text = format!("role = \"{role}\"\n{text}");
        }
        let file = self.path("target.toml");
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

fn told(output: &Output) -> String {
    format!(
        "{}\nstdout: {}\nstderr: {}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// An emulator; ends with the test.
pub struct Emulator(Child);

/// A port that was free a moment ago, and that nobody is given by the system meanwhile: it lies below those that the
/// system gives to whoever asks for any (32768 and up on Linux). From among those somebody else could take it before the
/// emulator does, and whoever waits for it there may even connect to themselves.
fn port_of_its_own() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const FROM: u32 = 20_000;
    const MANY: u32 = 12_000;
    let begin = std::process::id().wrapping_mul(97);
    let mut ports = std::iter::repeat_with(|| {
        let at = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % MANY;
        u16::try_from(FROM + at).unwrap()
    });
    let free = ports
        .by_ref()
        .take(200)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    SocketAddr::from((Ipv4Addr::LOCALHOST, free.unwrap()))
}

impl Emulator {
    pub fn start(place: &mut Sandbox, name: &str) -> Self {
        Self::start_with(place, name, &[])
    }

    /// The same with settings of its own.
    pub fn start_with(place: &mut Sandbox, name: &str, settings: &[(&str, &str)]) -> Self {
        // The emulators can't be told to choose a port themselves.
        let address = port_of_its_own();
        let port = address.port().to_string();
        let log = File::create(place.path("emulator.log")).unwrap();
        let mut program = match name {
            "ministack" => {
                let mut program = place.program(&place.venv.join("bin/ministack"));
                program
                    .env("GATEWAY_PORT", &port)
                    .env("BIND_HOST", "127.0.0.1")
                    .env("IOT_MTLS_ENABLED", "0")
                    .env("STATE_DIR", place.path("state"))
                    .env("S3_DATA_DIR", place.path("s3"));
                program
            }
            _ => {
                let mut program = place.program(&place.venv.join("bin/moto_server"));
                program.args(["-H", "127.0.0.1", "-p", &port]);
                program
            }
        };
        let child = program
            .envs(settings.iter().copied())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut emulator = Self(child);
        until(name, || {
            if let Some(status) = emulator.0.try_wait().unwrap() {
                let log = std::fs::read_to_string(place.path("emulator.log")).unwrap_or_default();
                panic!("{name} ended with {status}: {log}");
            }
            TcpStream::connect(address).ok()
        });
        place.endpoint = Some(format!("http://{address}"));
        emulator
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
