//! Journals that the previous release (its commit stands in the folder's name) wrote with its own command
//! line on the rehearsal: both runbooks, by the scripted operator and by hand, with attempts, a lost answer,
//! gates with go and no-go, decisions, a skipped and a reopened step, a takeover and rollbacks. Every later
//! program must read them, find every digest as it was, and know the way back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use switchback_engine::ports::Journal as _;
use switchback_engine::rollback::plan_rollback;
use switchback_engine::run::Run;
use switchback_journal::{RecoveryCode, Takeover, verify_file};
use switchback_model::rollback::ItemKind;
use switchback_model::{
    Change, Digest, Event, EventKind, Frozen, Preview, RollbackScope, RunId, StepState, Unknown,
};
use tempfile::tempdir;

use crate::support::{at, block, holder, open, operator, ring};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1c84327")
}

/// File, events.
const COPIES: [(&str, u64); 4] = [
    ("dns-auto-mirror.jsonl", 51),
    ("dns-export.jsonl", 79),
    ("tis-auto-mirror.jsonl", 180),
    ("tis-mirror.jsonl", 136),
];

/// Store, run, events, recovery code.
const STORES: [(&str, &str, u64, &str); 2] = [
    (
        "dns.db",
        "01a2247a-5978-76ce-9544-70a516c5ed87",
        79,
        "dns-code.txt",
    ),
    (
        "tis.db",
        "01a2247b-6357-7250-bb04-95edb089a789",
        136,
        "tis-code.txt",
    ),
];

/// The bodies of a copy's events as they stand in the file.
fn bodies(file: &str) -> Vec<String> {
    let text = fs::read_to_string(folder().join(file)).unwrap();
    let lines = text.lines().skip(1);
    lines
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["body"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// The way back of everything that has an effect, where nothing of the world can be read.
fn way_back(run: &Run) -> Vec<(String, Option<Vec<String>>)> {
    let build = |_: &_, from: &switchback_model::Image, to: &switchback_model::Image| {
        Ok(Preview {
            from: from.clone(),
            to: to.clone(),
            changes: Vec::<Change>::new(),
            calls: Vec::new().into(),
        })
    };
    let plan = plan_rollback(run, &RollbackScope::All, &BTreeMap::new(), &build).unwrap();
    plan.items
        .iter()
        .map(|item| {
            let restores = match &item.kind {
                ItemKind::Undo { restores, .. } => restores.as_ref().map(switchback_model::Image::lines),
                ItemKind::Publish { .. } | ItemKind::Manual { .. } | ItemKind::Notice { .. } => None,
            };
            (item.id.clone(), restores)
        })
        .collect()
}

#[test]
fn every_event_is_known_and_written_again_with_the_same_bytes() {
    for (file, events) in COPIES {
        let bodies = bodies(file);
        assert_eq!(bodies.len() as u64, events, "{file}");
        for (at, body) in bodies.iter().enumerate() {
            let event: EventKind = serde_json::from_str(body)
                .unwrap_or_else(|error| panic!("{file}: event {} is not known: {error}", at + 1));
            assert_eq!(
                serde_json::to_string(&event).unwrap(),
                *body,
                "{file}: event {}",
                at + 1
            );
        }
    }
}

#[test]
fn every_digest_in_them_is_the_digest_of_what_is_read() {
    for (file, _) in COPIES {
        let (mut previews, mut plans) = (0, 0);
        let mut shown: Vec<Digest> = Vec::new();
        for body in bodies(file) {
            match EventKind::read(&body).unwrap() {
                EventKind::RunOpened {
                    plan, plan_digest, ..
                } => {
                    assert_eq!(
                        (plan.digest(), Digest::of(&*plan)),
                        (plan_digest, plan_digest),
                        "{file}"
                    );
                    assert_eq!(plan.not_known(), Vec::<String>::new());
                    plans += 1;
                }
                EventKind::ChecksFinished {
                    preview: Some(preview),
                    ..
                } => shown.push(preview.digest()),
                // What a person approved by its digest was shown before.
                EventKind::Approved { preview, .. } => {
                    assert!(shown.contains(&preview), "{file}: {preview} was not shown");
                    previews += 1;
                }
                _ => {}
            }
        }
        assert_eq!(plans, 1, "{file}");
        assert!(previews > 0, "{file}");
    }
}

#[test]
fn their_stores_open_verify_fold_and_go_on() {
    for (file, run, events, code) in STORES {
        let home = tempdir().unwrap();
        fs::copy(folder().join(file), home.path().join("journal.db")).unwrap();
        let store = open(home.path(), &ring());
        let run = RunId::new(run).unwrap();
        let verified = store.verify(&run).unwrap();
        assert_eq!(verified.to_seq, events, "{file}");
        let folded = block(store.journal(&run).unwrap().fold()).unwrap().unwrap();
        assert!(folded.beyond.is_empty());
        assert_eq!(folded.plan_digest, folded.plan.digest());
        let code: RecoveryCode = fs::read_to_string(folder().join(code)).unwrap().parse().unwrap();
        store.unlock(&run, &code).unwrap();

        let (lease, _) = store.take_lease(&run, holder(1), true).unwrap();
        let started = EventKind::DriverStarted {
            holder: holder(1),
            fence: lease.fence,
            taken: true,
            reason: None,
        };
        block(store.journal(&run).unwrap().append(&lease, at(9), vec![started])).unwrap();
        let again = block(store.journal(&run).unwrap().fold()).unwrap().unwrap();
        assert_eq!(again.seq, events + 1);
    }
}

#[test]
fn their_way_back_is_what_it_was() {
    let home = tempdir().unwrap();
    fs::copy(folder().join("dns.db"), home.path().join("journal.db")).unwrap();
    let store = open(home.path(), &ring());
    let run = RunId::new(STORES[0].1).unwrap();
    let folded = block(store.journal(&run).unwrap().fold()).unwrap().unwrap();
    let line = |text: &str| Some(vec![text.to_owned()]);
    assert_eq!(
        way_back(&folded),
        [
            (
                "switch".to_owned(),
                line("A apps.example.nhs.test 192.0.2.10 TTL 60 s")
            ),
            (
                "lower-ttl".to_owned(),
                line("A apps.example.nhs.test 192.0.2.10 TTL 300 s")
            ),
        ]
    );
}

#[test]
fn their_copies_verify_import_and_fold() {
    for (file, events) in COPIES {
        let copy = folder().join(file);
        assert_eq!(verify_file(&copy).unwrap().to_seq, events, "{file}");
        let home = tempdir().unwrap();
        let store = open(home.path(), &ring());
        let takeover = Takeover {
            by: operator(),
            reason: "rehearsal".to_owned(),
            holder: holder(5),
        };
        let imported = store.import(&copy, at(50), &takeover).unwrap();
        assert_eq!(imported.from_seq, events, "{file}");
        let folded = block(store.journal(&imported.run).unwrap().fold())
            .unwrap()
            .unwrap();
        assert_eq!(folded.seq, events + 1);
    }
}

/// What a newer program would write behind the previous release's events.
fn as_a_newer_program(home: &Path, kinds: Vec<EventKind>) -> (switchback_journal::Store, RunId) {
    fs::copy(folder().join("dns.db"), home.join("journal.db")).unwrap();
    let store = open(home, &ring());
    let run = RunId::new(STORES[0].1).unwrap();
    let (lease, _) = store.take_lease(&run, holder(1), true).unwrap();
    block(store.journal(&run).unwrap().append(&lease, at(9), kinds)).unwrap();
    (store, run)
}

fn unknown(event: Value) -> EventKind {
    EventKind::Unknown(Unknown::of(event, "event").unwrap())
}

#[test]
fn an_event_of_the_future_is_named_kept_and_bars_only_what_it_names() {
    let home = tempdir().unwrap();
    let future = json!({"event": "published", "step": "lower-ttl", "export": {"name": "a", "ttl": 1.5}});
    let (store, run) = as_a_newer_program(home.path(), vec![unknown(future.clone())]);
    assert_eq!(store.verify(&run).unwrap().to_seq, 80);
    let events: Vec<Event> = block(store.journal(&run).unwrap().read(0)).unwrap();
    let last = &events.last().unwrap().kind;
    assert_eq!(serde_json::to_string(last).unwrap(), future.to_string());
    let folded = block(store.journal(&run).unwrap().fold()).unwrap().unwrap();
    assert_eq!(
        folded.beyond.words().collect::<Vec<_>>(),
        ["event 80 (published)"]
    );
    assert!(matches!(
        folded.steps[&"switch".parse().unwrap()].state,
        StepState::Done { .. }
    ));
    let back = way_back(&folded);
    assert_eq!(
        back[0].1,
        Some(vec!["A apps.example.nhs.test 192.0.2.10 TTL 60 s".to_owned()])
    );
    assert_eq!(back[1], ("lower-ttl".to_owned(), None), "by hand");

    // An export of it is imported by this program, too.
    let export = home.path().join("copy.jsonl");
    store.export(&run, &export).unwrap();
    let other = tempdir().unwrap();
    let takeover = Takeover {
        by: operator(),
        reason: "rehearsal".to_owned(),
        holder: holder(5),
    };
    assert_eq!(
        open(other.path(), &ring())
            .import(&export, at(50), &takeover)
            .unwrap()
            .from_seq,
        80
    );
}

#[test]
fn a_plan_of_the_future_keeps_its_digest_and_is_named() {
    let first = bodies("tis-mirror.jsonl").remove(0);
    let mut tree: Value = serde_json::from_str(&first).unwrap();
    let step = tree["plan"]["phases"][0]["steps"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|step| step["id"] == "lower-ttl")
        .unwrap();
    step["action"] = json!({"kind": "cloudfront.alias", "distribution": "EXAMPLE"});
    step["announces"] = json!([{"export": "zone"}]);
    tree["plan_digest"] = json!(Digest::of(&tree["plan"]));
    let body = tree.to_string();
    let EventKind::RunOpened {
        plan, plan_digest, ..
    } = EventKind::read(&body).unwrap()
    else {
        panic!("the run is not opened")
    };
    let plan: Frozen = plan;
    assert_eq!(plan.digest(), plan_digest);
    let event = Event {
        seq: 1,
        at: at(0),
        kind: EventKind::read(&body).unwrap(),
    };
    assert_eq!(serde_json::to_string(&event.kind).unwrap(), body);
    let run = Run::replay(&[event]).unwrap();
    let told: Vec<&str> = run.beyond.words().collect();
    assert_eq!(
        told,
        [
            "the kind of action cloudfront.alias of step lower-ttl",
            "the field announces of step lower-ttl"
        ]
    );
}
