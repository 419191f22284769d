//! A home of the previous release under this program: opened, verified, rolled back in a rehearsal world
//! that stands as that home left it. And the same home after a newer program wrote in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::shared::{Did, Served, program};

const RUN: &str = "01a2247a-5978-76ce-9544-70a516c5ed87";
const NAME: &str = "apps.example.nhs.test.";

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../journal/tests/fixtures/format-1c84327/dns.db")
}

fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = program(home);
    command.args(args).env("SWITCHBACK_REHEARSAL_SPEED", "60");
    command
}

fn run(home: &Path, args: &[&str], code: i32) -> Did {
    Did::of(command(home, args).output().unwrap()).code(code)
}

/// The record as the previous release's run left it: switched, with the low TTL.
fn as_it_was_left(home: &Path) {
    let state = home.join("home/rehearsal/state.json");
    let mut world: Value = serde_json::from_str(&fs::read_to_string(&state).unwrap()).unwrap();
    for version in world["versions"].as_array_mut().unwrap() {
        for record in version["records"].as_array_mut().unwrap() {
            if record["name"] == NAME {
                record["ttl"] = json!(60);
                record["values"] = json!(["198.51.100.20"]);
            }
        }
    }
    fs::write(&state, world.to_string()).unwrap();
}

/// The home, with its world served.
fn home() -> (TempDir, Served) {
    let home = tempfile::tempdir().unwrap();
    drop(Served::by(command(home.path(), &[])));
    as_it_was_left(home.path());
    // The world's program was killed: what it left of its own, empty journal goes.
    for left in ["journal.db-wal", "journal.db-shm", "journal.lock"] {
        let _ = fs::remove_file(home.path().join("home").join(left));
    }
    fs::copy(fixture(), home.path().join("home/journal.db")).unwrap();
    let world = Served::by(command(home.path(), &[]));
    (home, world)
}

/// What the record answers and its TTL, by the world itself.
fn record(world: &Served) -> (Value, Value) {
    fn find(tree: &Value) -> Option<&Value> {
        match tree {
            Value::Object(fields)
                if tree["name"] == NAME && tree["type"] == "A" && fields.contains_key("values") =>
            {
                Some(tree)
            }
            Value::Object(fields) => fields.values().find_map(find),
            Value::Array(values) => values.iter().find_map(find),
            _ => None,
        }
    }
    let state = world.control(async |client| client.state().await.unwrap());
    let state = serde_json::to_value(state).unwrap();
    let found = find(&state).unwrap();
    (found["values"].clone(), found["ttl"].clone())
}

#[test]
fn a_run_of_the_previous_release_is_opened_verified_and_rolled_back() {
    let (home, world) = home();
    let home = home.path();
    let shown = run(home, &["--json", "run", "show", RUN, "--offline"], 0).json();
    assert_eq!(shown["seq"], 79);
    assert!(shown["not_known"].is_null());
    let verified = run(home, &["--json", "journal", "verify", RUN], 0).json();
    assert_eq!(verified["to_seq"], 79);
    let plan = run(home, &["--json", "rollback", RUN, "--all"], 0).json();
    let items: Vec<&str> = plan["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(items, ["switch", "lower-ttl"]);
    let back = [
        "--json",
        "rollback",
        RUN,
        "--all",
        "--confirm",
        "rehearsal",
        "--reason",
        "the new program",
    ];
    run(home, &back, 7);
    assert_eq!(
        record(&world),
        (json!(["192.0.2.10"]), json!(300)),
        "as before the run"
    );
}

#[test]
fn a_home_that_a_newer_program_wrote_in_is_shown_and_begins_nothing_new() {
    use switchback_engine::ports::Journal as _;
    use switchback_journal::{MemoryKeyRing, Store};
    use switchback_model::{EventKind, Holder, Operator, RunId, Unknown};

    let (home, _world) = home();
    let home = home.path();
    let id = RunId::new(RUN).unwrap();
    let store = Store::open(&home.join("home"), std::sync::Arc::new(MemoryKeyRing::default())).unwrap();
    let holder = Holder {
        by: Operator::new("Jo Example").unwrap(),
        host: "laptop-2".to_owned(),
        pid: 1,
    };
    let (lease, _) = store.take_lease(&id, holder, true).unwrap();
    let future = json!({"event": "published", "step": "lower-ttl", "export": "zone"});
    let future = EventKind::Unknown(Unknown::of(future, "event").unwrap());
    let journal = store.journal(&id).unwrap();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(journal.append(&lease, "2026-11-29T00:00:00Z".parse().unwrap(), vec![future]))
        .unwrap();
    store.release(&id, &lease).unwrap();
    drop((journal, store));

    let shown = run(home, &["--json", "run", "show", RUN, "--offline"], 0).json();
    assert_eq!(shown["not_known"], json!(["event 80 (published)"]));
    let told = run(
        home,
        &["journal", "show", RUN, "--after", "79", "--limit", "1"],
        0,
    );
    assert!(told.out.contains("published"), "{}", told.out);
    let refused = run(home, &["--json", "step", "check", RUN, "restore-ttl"], 5).error();
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("newer Switchback") && message.contains("event 80 (published)"),
        "{message}"
    );
    let reason = ["--reason", "the newer program is not here"];
    let back = [
        "--json",
        "rollback",
        RUN,
        "--step",
        "switch",
        "--confirm",
        "rehearsal",
    ];
    run(home, &[&back[..], &reason].concat(), 7);
}
