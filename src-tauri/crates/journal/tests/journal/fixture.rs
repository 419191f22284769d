//! The first format, as a file that was written once: every later program must read it.

use std::fs;
use std::path::PathBuf;

use switchback_engine::ports::Journal as _;
use switchback_journal::{RecoveryCode, verify_file};
use switchback_model::dns::DnsName;
use switchback_model::event::Receipt;
use switchback_model::{
    AttemptId, Captured, CheckId, CheckReading, EventKind, Image, Sealed, StepId, Verdict, Way,
};
use tempfile::tempdir;

use crate::support::*;

/// How many events the fixture folds to, for ever.
const EVENTS: usize = 7;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1")
}

fn image(ttl: u32) -> Image {
    let set = serde_json::json!({
        "name": "www.example.nhs.test", "type": "A",
        "data": {"values": {"ttl": ttl, "values": ["192.0.2.10"]}},
    });
    Image::RecordSets {
        zone_id: "Z0EXAMPLE".to_owned(),
        name: DnsName::new("www.example.nhs.test").unwrap(),
        sets: serde_json::from_value(set).map(|set| vec![set]).unwrap(),
        beside: Vec::new(),
    }
}

/// Run once for a format: `cargo test -p switchback-journal write_format_1_fixture -- --ignored`.
#[test]
#[ignore = "writes the committed fixture"]
fn write_format_1_fixture() {
    let home = tempdir().unwrap();
    let code = RecoveryCode::generate();
    let ring = ring();
    let (store, lease) = with_run(home.path(), &ring, Some(&code));
    let attempt = AttemptId {
        step: StepId::new("pre.ttl").unwrap(),
        generation: 1,
        way: Way::Apply,
        n: 1,
    };
    let intended = |n: u32, before: Captured| EventKind::Intended {
        attempt: AttemptId { n, ..attempt.clone() },
        preview: digest(),
        before,
        after: Captured::Clear(image(60)),
        token: "switchback example".to_owned(),
        witness: None,
    };
    let receipt = |n: u32| EventKind::Answered {
        attempt: AttemptId { n, ..attempt.clone() },
        receipt: Receipt {
            version: None,
            proven: Vec::new(),
            request_id: Some("request-1".to_owned()),
            change_id: None,
            server_date: at(2),
        },
    };
    let reading = CheckReading {
        check: CheckId::new("answers").unwrap(),
        verdict: Verdict::Pass,
        observed: "192.0.2.10".to_owned(),
        expected: "192.0.2.10".to_owned(),
        source: "ns1.example.nhs.test".to_owned(),
        observed_at: at(3),
        believable_s: 60,
        mend: None,
        answers: None,
    };
    let sealed = store.seal(&run(), &image(3600)).unwrap();
    let events = vec![
        EventKind::DriverStarted {
            holder: holder(1),
            fence: lease.fence,
            taken: false,
            reason: None,
        },
        intended(1, Captured::Clear(image(3600))),
        receipt(1),
        EventKind::Verified {
            attempt: attempt.clone(),
            readings: vec![reading],
        },
        intended(2, Captured::Sealed(sealed)),
        receipt(2),
    ];
    append(&store, &lease, events).unwrap();
    fs::create_dir_all(folder()).unwrap();
    let export = folder().join("export.jsonl");
    let _ = fs::remove_file(&export);
    store.export(&run(), &export).unwrap();
    drop(store);
    fs::copy(home.path().join("journal.db"), folder().join("journal.db")).unwrap();
    // A fake code of a fake run, kept so that unsealing is tried for ever.
    fs::write(
        folder().join("recovery-code.txt"),
        format!("{}\n", *code.reveal()),
    )
    .unwrap();
}

fn sealed_image(kinds: &[switchback_model::Event]) -> Sealed<Image> {
    kinds
        .iter()
        .find_map(|event| match &event.kind {
            EventKind::Intended {
                before: Captured::Sealed(sealed),
                ..
            } => Some(sealed.clone()),
            _ => None,
        })
        .unwrap()
}

#[test]
fn a_store_of_format_1_opens_verifies_and_reads() {
    let home = tempdir().unwrap();
    fs::copy(folder().join("journal.db"), home.path().join("journal.db")).unwrap();
    let store = open(home.path(), &ring());
    let verification = store.verify(&run()).unwrap();
    assert_eq!(verification.to_seq, EVENTS as u64);
    let events = block(store.journal(&run()).unwrap().read(0)).unwrap();
    assert_eq!(events.len(), EVENTS);
    assert!(matches!(&events[0].kind, EventKind::RunOpened { .. }));
    assert!(
        matches!(&events[2].kind, EventKind::Intended { before: Captured::Clear(found), .. } if *found == image(3600))
    );
    assert_eq!(events[0].at, at(0));
    let code: RecoveryCode = fs::read_to_string(folder().join("recovery-code.txt"))
        .unwrap()
        .parse()
        .unwrap();
    store.unlock(&run(), &code).unwrap();
    assert_eq!(store.unseal(&run(), &sealed_image(&events)).unwrap(), image(3600));
    // And it goes on from there.
    let (lease, _) = store.take_lease(&run(), holder(1), true).unwrap();
    append(&store, &lease, vec![note("eight")]).unwrap();
    assert_eq!(store.verify(&run()).unwrap().to_seq, EVENTS as u64 + 1);
}

#[test]
fn an_export_of_format_1_verifies_and_is_imported_only_if_it_is_a_story() {
    // Its events are one of each kind, not what a driver wrote: the links hold, the story does not.
    let export = folder().join("export.jsonl");
    assert_eq!(verify_file(&export).unwrap().to_seq, EVENTS as u64);
    let home = tempdir().unwrap();
    let store = open(home.path(), &ring());
    let takeover = switchback_journal::Takeover {
        by: operator(),
        reason: "rehearsal".to_owned(),
        holder: holder(5),
    };
    let refused = store.import(&export, at(50), &takeover).unwrap_err();
    assert!(
        sentence(&refused).contains("event 3 is none that a driver wrote"),
        "{refused}"
    );
    assert_eq!(store.runs().unwrap(), []);
}
