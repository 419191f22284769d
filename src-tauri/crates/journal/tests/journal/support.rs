//! A home, a run and a few events.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use switchback_engine::ports::{Journal as _, JournalError, Lease};
use switchback_journal::{KeyRing, MemoryKeyRing, RecoveryCode, Store};
use switchback_model::{Digest, Event, EventKind, Holder, Operator, Plan, RunId};

pub const RUN: &str = "019a0000-0000-7000-8000-000000000001";

pub fn run() -> RunId {
    RunId::new(RUN).unwrap()
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub fn operator() -> Operator {
    Operator::new("Jo Example").unwrap()
}

pub fn holder(pid: u32) -> Holder {
    Holder {
        by: operator(),
        host: "laptop-1".to_owned(),
        pid,
    }
}

pub fn opened(run: &RunId) -> EventKind {
    let plan: Plan = serde_json::from_value(json!({
        "runbook": "example", "title": "Example runbook", "version": "1",
        "target": {
            "name": "rehearsal", "kind": "rehearsal", "account": "123456789012", "region": "eu-west-2",
        },
        "phases": [], "monitors": [], "rules": [], "coherence": [], "decisions": [],
    }))
    .unwrap();
    let plan_digest = plan.digest();
    EventKind::RunOpened {
        run: run.clone(),
        plan: plan.into(),
        plan_digest,
        endpoint: None,
        by: operator(),
    }
}

/// Any event will do for the chain.
pub fn note(text: &str) -> EventKind {
    EventKind::Held {
        by: operator(),
        reason: text.to_owned(),
    }
}

pub fn digest() -> Digest {
    Digest::of_bytes(b"example")
}

pub fn ring() -> Arc<MemoryKeyRing> {
    Arc::default()
}

pub fn open(home: &Path, ring: &Arc<MemoryKeyRing>) -> Store {
    Store::open(home, Arc::<MemoryKeyRing>::clone(ring) as Arc<dyn KeyRing>).unwrap()
}

/// A store with one run, whose lease is taken.
pub fn with_run(home: &Path, ring: &Arc<MemoryKeyRing>, code: Option<&RecoveryCode>) -> (Store, Lease) {
    let store = open(home, ring);
    store.create_run(&run(), at(0), opened(&run()), code).unwrap();
    let (lease, taken) = store.take_lease(&run(), holder(1), false).unwrap();
    assert!(!taken);
    (store, lease)
}

/// Blocks on the port: the tests of rules need no runtime of their own.
pub fn append(store: &Store, lease: &Lease, kinds: Vec<EventKind>) -> Result<Vec<Event>, JournalError> {
    let journal = store.journal(&run()).unwrap();
    block(journal.append(lease, at(1), kinds))
}

pub fn holds(store: &Store, lease: &Lease) -> Result<(), JournalError> {
    let journal = store.journal(&run()).unwrap();
    block(journal.holds(lease))
}

pub fn read(store: &Store) -> Result<Vec<Event>, JournalError> {
    let journal = store.journal(&run()).unwrap();
    block(journal.read(0))
}

pub fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// The file behind the store's back, without its triggers.
pub fn behind(home: &Path) -> Connection {
    let conn = Connection::open(home.join("journal.db")).unwrap();
    let triggers: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        conn.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    conn
}

/// The text of an error must name the place and hold no backtrace of causes.
pub fn sentence(error: &JournalError) -> String {
    let text = error.to_string();
    assert!(!text.contains('!'), "{text}");
    text
}

/// One line of a copy as a forger writes it: every link holds, whatever stands in it.
pub struct Forged<'a> {
    pub at: &'a str,
    pub fence: u64,
    pub body: serde_json::Value,
}

impl Forged<'_> {
    pub fn of(kind: &EventKind) -> Self {
        Self {
            at: "2026-09-21T14:13:20Z",
            fence: 1,
            body: serde_json::to_value(kind).unwrap(),
        }
    }
}

/// A copy of a run with these lines after the one that opens it.
pub fn forged(run: &RunId, lines: &[Forged<'_>]) -> String {
    use sha2::{Digest as _, Sha256};
    let first = Forged {
        fence: 0,
        ..Forged::of(&opened(run))
    };
    let mut copy = format!("{}\n", json!({"switchback_journal": 1, "run": run, "keys": []}));
    let mut prev = [0_u8; 32];
    for (at, line) in std::iter::once(&first).chain(lines).enumerate() {
        let seq = at as u64 + 1;
        let body = line.body.to_string();
        let mut sha = Sha256::new();
        for field in [
            b"switchback/journal/event".as_slice(),
            &1_u32.to_be_bytes(),
            run.as_str().as_bytes(),
            &seq.to_be_bytes(),
            line.at.as_bytes(),
            &line.fence.to_be_bytes(),
            &prev,
            body.as_bytes(),
        ] {
            sha.update((field.len() as u64).to_be_bytes());
            sha.update(field);
        }
        prev = sha.finalize().into();
        let line =
            json!({"seq": seq, "at": line.at, "fence": line.fence, "hash": hex::encode(prev), "body": body});
        copy.push_str(&format!("{line}\n"));
    }
    copy
}

/// What tells this home from every other, as its key ring's entries are named.
pub fn store_id(home: &Path) -> String {
    let conn = Connection::open(home.join("journal.db")).unwrap();
    conn.query_row("SELECT store FROM format", [], |row| row.get(0))
        .unwrap()
}
