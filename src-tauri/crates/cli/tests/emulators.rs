//! The same rehearsed night against other people's emulators, read by other people's code: boto3 sets
//! the zone up and says what is in it, our binary only changes it. ministack and moto err in opposite
//! directions, so what holds on both is worth something; where one is wrong about Route 53, the test
//! says so by name.
//!
//! Needs SWITCHBACK_VENV: a Python venv with what `xtask/python-requirements.txt` names.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const TARGET: &str = include_str!("../../../runbooks/dns-switch/targets/test.toml");
const ZONE_PY: &str = include_str!("emulators/zone.py");
const OBSERVE_PY: &str = include_str!("emulators/observe.py");

/// Seconds. The wait for the old TTL is real here, so it is a short one.
const OLD_TTL: u32 = 3;
const LOWERED_TTL: u32 = 1;

const APPS: &str = "apps.example.nhs.test.";

/// The venv; none where the suite is skipped, which a CI run must not do.
fn venv(test: &str) -> Option<PathBuf> {
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
struct Place {
    folder: TempDir,
    venv: PathBuf,
    endpoint: Option<String>,
}

impl Place {
    fn new(venv: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("zone.py"), ZONE_PY).unwrap();
        Self {
            folder,
            venv: venv.to_owned(),
            endpoint: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that sees nothing of the tester's own AWS set-up, and leaves nothing behind.
    fn program(&self, program: &Path) -> Command {
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

    /// What boto3 says.
    #[track_caller]
    fn boto3(&self, words: &[&str]) -> Value {
        let output = self
            .program(&self.venv.join("bin/python"))
            .arg(self.path("zone.py"))
            .args(words)
            .env("AWS_ENDPOINT_URL", self.endpoint.as_deref().unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "zone.py {words:?}: {}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Another person changes the apps record behind our back, or for us by hand.
    fn somebody_sets(&self, zone_id: &str, address: &str, ttl: u32) {
        self.boto3(&["set", zone_id, address, &ttl.to_string()]);
    }

    #[track_caller]
    fn dump(&self, zone_id: &str) -> Vec<Value> {
        self.boto3(&["dump", zone_id]).as_array().unwrap().clone()
    }

    /// Our binary, whatever comes of it.
    fn attempt(&self, words: &[&str]) -> Output {
        self.program(Path::new(env!("CARGO_BIN_EXE_switchback")))
            .args(["--json", "--no-input"])
            .args(self.endpoint.iter().flat_map(|url| ["--aws-endpoint", url]))
            .args(words)
            .output()
            .unwrap()
    }

    /// What our binary says, and that it ends with this code.
    #[track_caller]
    fn switchback(&self, code: i32, words: &[&str]) -> Value {
        let output = self.attempt(words);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// The digest of a step's preview.
    #[track_caller]
    fn preview(&self, run: &str, step: &str) -> String {
        let preview = self.switchback(0, &["step", "preview", run, step]);
        preview["digest"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn apply(&self, code: i32, run: &str, step: &str, digest: &str) -> Value {
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

    /// The built-in target, with what this emulator made up.
    fn target(&self, zone: &Value) -> String {
        let mut text = TARGET.to_owned();
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

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within 60 s: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// An emulator; ends with the test.
struct Emulator(Child);

impl Emulator {
    fn start(place: &mut Place, name: &str) -> Self {
        // The emulators can't be told to choose a port themselves; this one was free a moment ago.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address: SocketAddr = free.local_addr().unwrap();
        drop(free);
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

/// What is in one list and not in the other, as (gone, new).
fn difference<'a>(before: &'a [Value], after: &'a [Value]) -> (Vec<&'a Value>, Vec<&'a Value>) {
    (
        before.iter().filter(|set| !after.contains(set)).collect(),
        after.iter().filter(|set| !before.contains(set)).collect(),
    )
}

fn addresses(set: &Value) -> Vec<&str> {
    set["ResourceRecords"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["Value"].as_str().unwrap())
        .collect()
}

/// Exactly the apps record was replaced, by this.
#[track_caller]
fn only_apps(before: &[Value], after: &[Value], address: &str, ttl: u32) {
    let (gone, new) = difference(before, after);
    assert_eq!((gone.len(), new.len()), (1, 1), "gone {gone:?}, new {new:?}");
    for set in [gone[0], new[0]] {
        assert_eq!((&set["Name"], &set["Type"]), (&APPS.into(), &"A".into()), "{set}");
    }
    assert_eq!(addresses(gone[0]), ["192.0.2.10"]);
    assert_eq!(gone[0]["TTL"], OLD_TTL);
    assert_eq!(addresses(new[0]), [address]);
    assert_eq!(new[0]["TTL"], ttl);
}

/// A run at its far point.
struct Far {
    run: String,
    zone_id: String,
    start: Vec<Value>,
    far: Vec<Value>,
}

/// All the way there: the zone as boto3 sees it differs from its start in exactly the switched record.
fn there(place: &Place) -> Far {
    let zone = place.boto3(&["create", &OLD_TTL.to_string()]);
    let zone_id = zone["zone_id"].as_str().unwrap();
    let target = place.target(&zone);
    let start = place.dump(zone_id);
    assert_eq!(start.len(), 6, "SOA, NS and four of ours: {start:?}");

    let opened = place.switchback(0, &["run", "new", "dns-switch", "--target", &target]);
    let run = opened["run"].as_str().unwrap();
    let shown = place.switchback(0, &["run", "show", run]);
    assert_eq!(shown["test_endpoint"], true);

    // A preview changes nothing, and after somebody else's change it is no longer a licence to act.
    let digest = place.preview(run, "lower-ttl");
    assert_eq!(place.dump(zone_id), start);
    place.somebody_sets(zone_id, "192.0.2.77", OLD_TTL);
    let moved = place.dump(zone_id);
    only_apps(&start, &moved, "192.0.2.77", OLD_TTL);
    place.apply(5, run, "lower-ttl", &digest);
    assert_eq!(place.dump(zone_id), moved, "a refused apply changed the zone");
    place.somebody_sets(zone_id, "192.0.2.10", OLD_TTL);
    assert_eq!(place.dump(zone_id), start);

    let digest = place.preview(run, "lower-ttl");
    let lowered = place.apply(0, run, "lower-ttl", &digest);
    assert_eq!(lowered["state"], "done");
    only_apps(&start, &place.dump(zone_id), "192.0.2.10", LOWERED_TTL);

    until("the old TTL has run out", || {
        let checked = place.attempt(&["step", "check", run, "switch"]);
        (checked.status.code() == Some(0)).then_some(())
    });
    let digest = place.preview(run, "switch");
    let switched = place.apply(0, run, "switch", &digest);
    assert_eq!(switched["state"], "done");
    let far = place.dump(zone_id);
    only_apps(&start, &far, "198.51.100.20", LOWERED_TTL);
    Far {
        run: run.to_owned(),
        zone_id: zone_id.to_owned(),
        start,
        far,
    }
}

#[test]
fn ministack_there_and_back() {
    let Some(venv) = venv("ministack") else {
        return;
    };
    let mut place = Place::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    // Here the swap itself is guarded as in Route 53, and a change takes a while to be in sync.
    let stale = place.boto3(&["stale"]);
    for (batch, answer) in stale.as_object().unwrap() {
        let right = match batch.as_str() {
            "swap" | "same_swap_later" => "accepted",
            _ => "InvalidChangeBatch",
        };
        assert_eq!(answer, right, "ministack: {batch}");
    }
    assert_eq!(place.boto3(&["pending"])["status"], "PENDING");

    let far = there(&place);
    let back = place.switchback(7, &["rollback", &far.run, "--all", "--confirm", "test"]);
    assert_eq!(back["state"], "completed");
    assert_eq!(
        place.dump(&far.zone_id),
        far.start,
        "the zone does not end as it began"
    );
    place.switchback(0, &["journal", "verify", &far.run]);
}

#[test]
fn moto_there_and_back() {
    let Some(venv) = venv("moto") else {
        return;
    };
    let mut place = Place::new(&venv);
    let _emulator = Emulator::start(&mut place, "moto_server");
    // Where moto is wrong about Route 53. If one of these fails, moto has been mended: then take it out,
    // and with the last one the way back by hand below.
    let stale = place.boto3(&["stale"]);
    assert_eq!(stale["swap"], "accepted");
    let lies = [
        (
            "moto: CREATE of an existing record set is accepted",
            &stale["create_existing"],
            "accepted",
        ),
        (
            "moto: DELETE with values that the record set had once removes the current one",
            &stale["delete_with_values_of_once"],
            "accepted",
        ),
        (
            "moto: DELETE with values that the record set never had is InvalidInput",
            &stale["delete_with_values_of_never"],
            "InvalidInput",
        ),
        (
            "moto: a change is INSYNC at once",
            &place.boto3(&["pending"])["status"],
            "INSYNC",
        ),
        (
            "moto: DELETE + CREATE in one batch is refused where the same CREATE was made before",
            &stale["same_swap_later"],
            "InvalidChangeBatch",
        ),
    ];
    for (lie, found, expected) in lies {
        assert_eq!(found, expected, "{lie}");
        println!("{lie}");
    }

    let Far {
        run,
        zone_id,
        start,
        far,
    } = there(&place);
    // All lies but the last change nothing for us: we read again before we write, and wait for INSYNC
    // whatever it was at first. The last one refuses each undo, so the rollback must stop honestly.
    let stopped = |did: &Value, at: &str| {
        assert_eq!(did["state"], "halted", "{did}");
        let item = did["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|i| i["state"] == "stopped");
        assert_eq!(item.unwrap()["step"], at);
        println!("moto: the undo of {at} is refused, so a person does it by hand");
    };
    let did = place.switchback(4, &["rollback", &run, "--all", "--confirm", "test"]);
    stopped(&did, "switch");
    assert_eq!(place.dump(&zone_id), far, "a refused undo changed the zone");
    place.somebody_sets(&zone_id, "192.0.2.10", LOWERED_TTL);
    let by_hand = ["rollback", &run, "--reason", "moto refuses it", "--done"];
    let did = place.switchback(4, &[&by_hand[..], &["switch"]].concat());
    stopped(&did, "lower-ttl");
    place.somebody_sets(&zone_id, "192.0.2.10", OLD_TTL);
    let did = place.switchback(7, &[&by_hand[..], &["lower-ttl"]].concat());
    assert_eq!(did["state"], "completed");
    assert_eq!(place.dump(&zone_id), start, "the zone does not end as it began");
    let journal = place.switchback(0, &["journal", "show", &run]).to_string();
    assert!(journal.contains("already exists"), "moto's own words: {journal}");
    place.switchback(0, &["journal", "verify", &run]);
}

/// A record set as both boto3 and the scripted operator say it.
fn as_line(set: &Value) -> (String, String, Value, Vec<String>) {
    let word = |one: &str, other: &str| {
        let value = if set[one].is_null() {
            &set[other]
        } else {
            &set[one]
        };
        value.as_str().unwrap().to_owned()
    };
    let ttl = if set["TTL"].is_null() {
        &set["ttl"]
    } else {
        &set["TTL"]
    };
    let mut values = match set["values"].as_array() {
        Some(values) => values.iter().map(|v| v.as_str().unwrap().to_owned()).collect(),
        None => addresses(set).into_iter().map(str::to_owned).collect::<Vec<_>>(),
    };
    values.sort();
    (word("Name", "name"), word("Type", "type"), ttl.clone(), values)
}

#[test]
fn boto3_sees_the_rehearsal_go_there_and_back() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(venv) = venv("rehearsal") else {
        return;
    };
    let place = Place::new(&venv);
    let observer = place.path("observe.py");
    let interpreter = venv.join("bin/python");
    std::fs::write(&observer, format!("#!{}\n{OBSERVE_PY}", interpreter.display())).unwrap();
    std::fs::set_permissions(&observer, std::fs::Permissions::from_mode(0o700)).unwrap();

    let observe = observer.display().to_string();
    let rehearsed = place.switchback(0, &["rehearse", "--auto", "--speed", "60", "--observe", &observe]);
    assert_eq!(rehearsed["as_it_began"], true, "{rehearsed}");

    let seen = |stage: &str| -> serde_json::Map<String, Value> {
        let text = std::fs::read_to_string(place.path(&format!("{stage}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let (start, far, end) = (seen("start"), seen("far"), seen("end"));
    assert!(!start.is_empty());
    assert_eq!(
        start, end,
        "boto3 sees another world at the end than at the start"
    );
    assert!(start.keys().eq(far.keys()));

    // What boto3 sees to differ at the far point is what the outcome says, and nothing else.
    let mut by_boto3 = Vec::new();
    for (zone_id, sets) in &start {
        let (gone, new) = difference(sets.as_array().unwrap(), far[zone_id].as_array().unwrap());
        by_boto3.extend(gone.into_iter().map(|set| ('-', as_line(set))));
        by_boto3.extend(new.into_iter().map(|set| ('+', as_line(set))));
    }
    let by_us: Vec<_> = rehearsed["outcome"]["far_difference"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let (sign, set) = line.as_str().unwrap().split_once(' ').unwrap();
            let set: Value = serde_json::from_str(set).unwrap();
            (sign.chars().next().unwrap(), as_line(&set))
        })
        .collect();
    assert_eq!(by_boto3, by_us);
    assert_eq!(by_us.len(), 2, "one record set is replaced: {by_us:?}");
    assert_eq!(by_us[0].1.0, by_us[1].1.0, "it is one name's");
}
