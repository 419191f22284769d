use std::fs;

use switchback_engine::ports::JournalError;
use switchback_journal::{RecoveryCode, Takeover, verify_file};
use switchback_model::{EventKind, Holder};
use tempfile::tempdir;

use crate::support::*;

fn takeover() -> Takeover {
    let holder = Holder {
        host: "laptop-2".to_owned(),
        ..holder(2)
    };
    Takeover {
        by: operator(),
        reason: "the laptop was lost".to_owned(),
        holder,
    }
}

#[test]
fn an_exported_run_goes_on_elsewhere() {
    let (old, new, out) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let code = RecoveryCode::generate();
    let (store, lease) = with_run(old.path(), &ring(), Some(&code));
    append(&store, &lease, vec![note("two"), note("three")]).unwrap();
    let sealed = store.seal(&run(), &"personal".to_owned()).unwrap();
    let file = out.path().join("run.jsonl");
    store.export(&run(), &file).unwrap();
    assert!(sentence(&store.export(&run(), &file).unwrap_err()).contains("already a file"));
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        !text.contains("keychain"),
        "the keychain's copy of the key stays at home"
    );

    let other = ring();
    let store = open(new.path(), &other);
    let imported = store.import(&file, at(100), &takeover()).unwrap();
    assert_eq!(
        (imported.run.clone(), imported.from_seq, imported.marked),
        (run(), 3, false)
    );
    assert!(imported.fence > lease.fence);
    let events = read(&store).unwrap();
    assert!(matches!(
        &events[3].kind,
        EventKind::TakenOver { from_seq: 3, .. }
    ));
    assert_eq!(store.runs().unwrap()[0].opened_at, at(0));
    let verification = store.verify(&run()).unwrap();
    assert!(!verification.complete);
    assert!(
        verification.sentence.contains("complete since event 3"),
        "{}",
        verification.sentence
    );

    let (next, taken) = store.take_lease(&run(), takeover().holder, false).unwrap();
    assert!(!taken && next.fence > imported.fence);
    append(&store, &next, vec![note("five")]).unwrap();
    store.unlock(&run(), &code).unwrap();
    assert_eq!(store.unseal(&run(), &sealed).unwrap(), "personal");
}

#[test]
fn a_changed_or_cut_copy_is_refused_by_event() {
    let (home, out) = (tempdir().unwrap(), tempdir().unwrap());
    let (store, lease) = with_run(home.path(), &ring(), None);
    append(&store, &lease, vec![note("two"), note("three"), note("four")]).unwrap();
    let file = out.path().join("run.jsonl");
    store.export(&run(), &file).unwrap();
    let whole = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let changed = |text: String| {
        fs::write(&file, text).unwrap();
        let offline = verify_file(&file).unwrap_err();
        let home = tempdir().unwrap();
        let store = open(home.path(), &ring());
        assert_eq!(store.import(&file, at(9), &takeover()).unwrap_err(), offline);
        assert_eq!(store.runs().unwrap(), []);
        offline
    };
    let edited = changed(whole.replace("three", "other"));
    assert!(sentence(&edited).contains("event 3 of run"), "{edited}");
    let missing = changed([lines[0], lines[1], lines[3]].join("\n") + "\n");
    assert!(sentence(&missing).contains("event 2 of run"), "{missing}");
    let cut = changed(lines[..4].join("\n") + "\n");
    assert!(sentence(&cut).contains("should end at event 4"), "{cut}");
    let partial = changed(whole[..whole.len() - 3].to_owned());
    assert!(matches!(partial, JournalError::Tampered(_)), "{partial}");
    let headless = changed(lines[1..].join("\n"));
    assert!(matches!(headless, JournalError::NotRead(_)), "{headless}");
    assert!(matches!(changed(String::new()), JournalError::NotRead(_)));
    let newer = changed(whole.replace("\"switchback_journal\":1", "\"switchback_journal\":2"));
    assert_eq!(newer, JournalError::Newer { found: 2, known: 1 });
}

#[test]
fn a_takeover_from_the_mirror_stops_the_old_driver_and_can_be_taken_back() {
    let (old, new, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let (first, second) = (ring(), ring());
    let (store, lease) = with_run(old.path(), &first, None);
    let store = store.with_mirror(folder.path()).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    let file = folder.path().join(format!("{RUN}.jsonl"));
    let early = folder.path().join("early.jsonl");
    fs::copy(&file, &early).unwrap();
    append(&store, &lease, vec![note("three")]).unwrap();

    let taker = open(new.path(), &second).with_mirror(folder.path()).unwrap();
    let stale = taker.import(&early, at(9), &takeover()).unwrap_err();
    assert!(sentence(&stale).contains("to event 3"), "{stale}");
    holds(&store, &lease).unwrap();
    let imported = taker.import(&file, at(9), &takeover()).unwrap();
    assert!(imported.marked);
    assert_eq!(taker.mirror_state(&run()).unwrap().last_seq, 4);

    let fenced = holds(&store, &lease).unwrap_err();
    assert!(
        sentence(&fenced).contains("took this run over on another workstation"),
        "{fenced}"
    );
    assert!(matches!(
        store.take_lease(&run(), holder(1), true),
        Err(JournalError::Fenced(_))
    ));
    // What the old driver still records stays in its own file.
    append(&store, &lease, vec![note("late")]).unwrap();
    assert!(store.mirror_state(&run()).unwrap().problem.is_some());
    let (next, _) = taker.take_lease(&run(), takeover().holder, false).unwrap();
    append(&taker, &next, vec![note("five")]).unwrap();
    assert_eq!(taker.mirror_state(&run()).unwrap().problem, None);
    assert_eq!(verify_file(&file).unwrap().to_seq, 5);
    // The old home has an event of its own now, so it can't go on from the copy.
    store.release(&run(), &lease).unwrap();
    let diverged = store.import(&file, at(20), &takeover()).unwrap_err();
    assert!(sentence(&diverged).contains("other events"), "{diverged}");
    // A third home can; and the second, which has the start, takes it back.
    let third_home = tempdir().unwrap();
    let third = open(third_home.path(), &ring())
        .with_mirror(folder.path())
        .unwrap();
    assert!(third.import(&file, at(21), &takeover()).unwrap().fence > next.fence);
    assert!(matches!(holds(&taker, &next), Err(JournalError::Fenced(_))));
    taker.release(&run(), &next).unwrap();
    let back = taker.import(&file, at(22), &takeover()).unwrap();
    assert_eq!(back.from_seq, 6);
    assert!(matches!(
        third.take_lease(&run(), holder(3), true),
        Err(JournalError::Fenced(_))
    ));
    assert_eq!(taker.verify(&run()).unwrap().to_seq, 7);
    assert_eq!(verify_file(&file).unwrap().to_seq, 7);
}

#[test]
fn what_an_old_driver_wrote_after_the_copy_is_set_aside() {
    let (old, new, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let (store, lease) = with_run(old.path(), &ring(), None);
    let store = store.with_mirror(folder.path()).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    let file = folder.path().join(format!("{RUN}.jsonl"));
    let copy = folder.path().join("copy.jsonl");
    fs::copy(&file, &copy).unwrap();
    // The mirror itself is damaged, so only the copy can be imported.
    fs::write(&file, "damaged\n").unwrap();
    let taker = open(new.path(), &ring()).with_mirror(folder.path()).unwrap();
    taker.import(&copy, at(9), &takeover()).unwrap();
    assert_eq!(taker.mirror_state(&run()).unwrap().problem, None);
    assert_eq!(verify_file(&file).unwrap().to_seq, 3);
    let aside = fs::read_dir(folder.path()).unwrap().filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains("superseded")
    });
    assert_eq!(aside.count(), 1);
}
