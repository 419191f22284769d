//! AWS, which is elsewhere: the closed world in a process of its own, and an independent look at it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use switchback_model::Digest;
use switchback_rehearsal::{Outcome, RecordSet, Snapshot};

use crate::shared::Served;

/// World seconds per real second: 300 s of TTL pass in 5 s.
const SPEED: &str = "60";

/// A served world; ends with the test.
pub struct Aws {
    served: Served,
    folder: tempfile::TempDir,
}

/// What the world holds, as the world itself tells it: nothing of the engine or the journal is used.
#[derive(PartialEq)]
pub struct Fingerprint {
    records: Vec<RecordSet>,
    apps: String,
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", Digest::of(&self.records).short(), self.apps)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Aws {
    pub fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_switchback"));
        program
            .env("SWITCHBACK_HOME", folder.path())
            .env("SWITCHBACK_REHEARSAL_SPEED", SPEED)
            .env_remove("SWITCHBACK_MIRROR");
        Self {
            served: Served::by(program),
            folder,
        }
    }

    /// Where a workstation finds it.
    pub fn place(&self) -> PathBuf {
        self.folder.path().join("rehearsal")
    }

    /// The world itself.
    pub fn world(&self) -> &Served {
        &self.served
    }

    fn state(&self) -> Snapshot {
        self.served.control(async |client| client.state().await.unwrap())
    }

    pub fn look(&self) -> Fingerprint {
        let records = self.state().records;
        let apps = records
            .iter()
            .filter(|set| set.name.starts_with("apps."))
            .map(|set| {
                let json = serde_json::to_value(set).unwrap();
                format!("apps {} TTL {}", json["values"], json["ttl"])
            })
            .collect::<Vec<_>>()
            .join("; ");
        Fingerprint { records, apps }
    }

    pub fn inject(&self, fault: &str) {
        self.served.inject(fault);
    }

    pub fn lift(&self, fault: &str) {
        self.served
            .control(async |client| client.lift(fault).await.unwrap());
    }

    /// How many changes of records the server carried out, by its own log.
    pub fn changes(&self) -> usize {
        self.served
            .control(async |client| client.log(0).await.unwrap())
            .iter()
            .filter(|entry| entry.operation == "ChangeResourceRecordSets")
            .filter(|entry| matches!(entry.outcome, Outcome::Committed | Outcome::Lost))
            .count()
    }

    /// How often somebody tried to sign in to a pool.
    pub fn tries(&self) -> u64 {
        let counts = self.served.control(async |client| client.counts().await.unwrap());
        counts.get("cognito-idp:InitiateAuth").copied().unwrap_or(0)
    }

    /// Every record set as boto3 reads it, where the emulators' Python environment is there.
    pub fn by_boto3(&self) -> Option<String> {
        let venv = PathBuf::from(std::env::var_os("SWITCHBACK_VENV")?);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulators/zone.py");
        let dump = Command::new(venv.join("bin/python"))
            .arg(script)
            .args(["dump", switchback_rehearsal::ZONE_ID])
            .env(
                "AWS_ENDPOINT_URL",
                self.served.document["endpoint"].as_str().unwrap(),
            )
            .env("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal")
            .env("AWS_DEFAULT_REGION", "eu-west-2")
            .output()
            .unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        Some(String::from_utf8(dump.stdout).unwrap())
    }
}
