use std::fs;

use serde_json::json;

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

/// The writer of a mirror was killed within a line: what that said is nowhere, and whoever goes on is told.
#[test]
fn a_copy_whose_last_line_is_cut_says_so() {
    for (cut, events) in [(0, 3), (7, 2)] {
        let (home, folder) = (tempdir().unwrap(), tempdir().unwrap());
        let (store, lease) = with_run(home.path(), &ring(), None);
        let store = store.with_mirror(folder.path()).unwrap();
        append(&store, &lease, vec![note("two"), note("three")]).unwrap();
        drop(store);
        let file = folder.path().join(format!("{RUN}.jsonl"));
        let whole = fs::read(&file).unwrap();
        let end = whole.len() - cut;
        fs::write(&file, &whole[..end]).unwrap();
        let other = tempdir().unwrap();
        let imported = open(other.path(), &ring())
            .import(&file, at(9), &takeover())
            .unwrap();
        assert_eq!((imported.from_seq, imported.cut), (events, cut > 0));
    }
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

/// Nothing of a refused copy is anywhere: not in the home, not in the mirror folder.
#[track_caller]
fn refused(copy: &str) -> String {
    let (home, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let file = home.path().join("copy.jsonl");
    fs::write(&file, copy).unwrap();
    let store = open(&home.path().join("home"), &ring())
        .with_mirror(folder.path())
        .unwrap();
    let refused = store.import(&file, at(9), &takeover()).unwrap_err();
    assert_eq!(store.runs().unwrap(), [], "{refused}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{refused}");
    sentence(&refused)
}

#[test]
fn a_copy_that_holds_is_taken_whatever_white_space_stands_around_its_lines() {
    let lines = [Forged::of(&note("two")), Forged::of(&note("three"))];
    let copy = forged(&run(), &lines);
    for (title, changed) in [
        ("as it is", copy.clone()),
        ("an empty line at the end", format!("{copy}\n")),
        ("white space at the end", format!("{copy}  \t\r\n\n ")),
        ("no line end", copy.trim_end().to_owned()),
        ("line ends of Windows", copy.replace('\n', "\r\n")),
        ("empty lines between", copy.replace('\n', "\n\n")),
        ("a byte order mark", format!("\u{feff}{copy}")),
    ] {
        let home = tempdir().unwrap();
        let file = home.path().join("copy.jsonl");
        fs::write(&file, changed).unwrap();
        assert_eq!(verify_file(&file).map(|copy| copy.to_seq), Ok(3), "{title}");
        let store = open(&home.path().join("home"), &ring());
        assert_eq!(
            store.import(&file, at(9), &takeover()).unwrap().from_seq,
            3,
            "{title}"
        );
        assert_eq!(store.verify(&run()).unwrap().to_seq, 4, "{title}");
    }
    // White space within what is hashed is a change like any other.
    let changed = copy.replace("\\\"two\\\"", "\\\" two\\\"");
    assert_ne!(changed, copy);
    assert!(refused(&changed).contains("event 2 of run"));
}

#[test]
fn an_export_that_lost_its_last_line_end_is_whole() {
    let (home, out) = (tempdir().unwrap(), tempdir().unwrap());
    let (store, lease) = with_run(home.path(), &ring(), None);
    append(&store, &lease, vec![note("two")]).unwrap();
    let file = out.path().join("run.jsonl");
    store.export(&run(), &file).unwrap();
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, whole.trim_end()).unwrap();
    assert_eq!(verify_file(&file).unwrap().to_seq, 2);
    fs::write(&file, &whole[..whole.len() - 2]).unwrap();
    assert!(matches!(verify_file(&file), Err(JournalError::Tampered(_))));
}

#[test]
fn a_copy_that_no_driver_could_go_on_from_is_refused_by_event_before_anything_is_written() {
    let step = |reason: &str| EventKind::Attested {
        step: switchback_model::StepId::new("nosuch").unwrap(),
        by: operator(),
        reason: reason.to_owned(),
    };
    let started = |fence: u64| EventKind::DriverStarted {
        holder: holder(1),
        fence,
        taken: false,
        reason: None,
    };
    let with = |line: Forged<'_>| refused(&forged(&run(), &[Forged::of(&note("two")), line]));
    let said = with(Forged::of(&step("x")));
    assert!(said.contains("event 3 is none that a driver wrote"), "{said}");
    assert!(
        said.contains("no step nosuch") && said.contains("Nothing was taken over"),
        "{said}"
    );
    // A second opening, a plan that is not the one of its digest.
    assert!(with(Forged::of(&opened(&run()))).contains("event 3"));
    let mut other = forged(&run(), &[]);
    let digest = serde_json::to_value(opened(&run())).unwrap()["plan_digest"].to_string();
    other = other.replace(
        digest.trim_matches('"'),
        &digest.trim_matches('"').replace(['a', 'b', 'c'], "0"),
    );
    assert!(refused(&other).contains("event 1"));
    // The fence of the lease and the one that the event names.
    assert!(with(Forged::of(&started(7))).contains("event 3"));
    let two = [Forged::of(&started(1)), Forged::of(&started(1))];
    assert!(refused(&forged(&run(), &two)).contains("the fence did not rise"));
}

#[test]
fn numbers_and_times_that_nobody_wrote_are_refused_with_their_place() {
    let with = |line: Forged<'_>| refused(&forged(&run(), &[line]));
    for fence in [u64::MAX, u64::MAX - 1, i64::MAX as u64, (1 << 53) + 1] {
        let said = with(Forged {
            fence,
            ..Forged::of(&note("two"))
        });
        assert!(said.contains("event 2") && said.contains("fence"), "{said}");
    }
    for at in [
        "9999-12-30T22:00:00Z",
        "-009999-01-02T01:59:59Z",
        "1969-12-31T23:59:59Z",
        "2201-01-01T00:00:00Z",
    ] {
        let said = with(Forged {
            at,
            ..Forged::of(&note("two"))
        });
        assert!(
            said.contains("event 2") && said.contains("its time"),
            "{at}: {said}"
        );
    }
    let said = with(Forged {
        body: json!({"event": "resumed", "gap_ms": i64::MIN}),
        ..Forged::of(&note("two"))
    });
    assert!(said.contains("event 2") && said.contains("gap_ms"), "{said}");
    let said = with(Forged {
        body: json!({"event": "decision_due", "since": "9999-12-30T22:00:00Z", "due": "2026-09-21T14:13:20Z"}),
        ..Forged::of(&note("two"))
    });
    assert!(said.contains("event 2") && said.contains("since"), "{said}");
    // The highest fence that is taken leaves room for the next ones.
    let home = tempdir().unwrap();
    let file = home.path().join("copy.jsonl");
    let line = Forged {
        fence: 1 << 53,
        ..Forged::of(&note("two"))
    };
    fs::write(&file, forged(&run(), &[line])).unwrap();
    let store = open(&home.path().join("home"), &ring());
    let imported = store.import(&file, at(9), &takeover()).unwrap();
    let (lease, _) = store.take_lease(&run(), holder(1), false).unwrap();
    assert!(lease.fence > imported.fence && imported.fence > 1 << 53);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_copy_and_hangs_nobody() {
    let folder = tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let store = open(&folder.path().join("home"), &ring());
    for (path, what) in [
        (pipe.as_path(), "a pipe"),
        (folder.path(), "a folder"),
        (std::path::Path::new("/dev/zero"), "a device"),
    ] {
        for refused in [
            verify_file(path).unwrap_err(),
            store.import(path, at(9), &takeover()).unwrap_err(),
        ] {
            assert!(sentence(&refused).contains(what), "{refused}");
        }
    }
}

#[test]
fn a_takeover_that_was_seen_holds_when_the_folder_goes_away() {
    let (old, new, shares) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let (share, away) = (shares.path().join("share"), shares.path().join("away"));
    let first = ring();
    let (store, lease) = with_run(old.path(), &first, None);
    let store = store.with_mirror(&share).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    let file = share.join(format!("{RUN}.jsonl"));
    let taker = open(new.path(), &ring()).with_mirror(&share).unwrap();
    assert!(taker.import(&file, at(9), &takeover()).unwrap().marked);
    // Seen once, by a driver at work.
    let seen = sentence(&holds(&store, &lease).unwrap_err());
    assert!(
        seen.contains("took this run over on another workstation"),
        "{seen}"
    );
    assert!(
        seen.contains(&format!("switchback journal import {}", file.display())),
        "{seen}"
    );
    assert!(!seen.contains("run take"), "{seen}");

    // The share is unmounted: empty, then gone; then nobody names a folder any more.
    fs::rename(&share, &away).unwrap();
    store.release(&run(), &lease).unwrap();
    for there in [true, false] {
        if there {
            fs::create_dir(&share).unwrap();
        } else {
            fs::remove_dir(&share).unwrap();
        }
        let store = open(old.path(), &first).with_mirror(&share).unwrap();
        for force in [true, false] {
            let fenced = sentence(&store.take_lease(&run(), holder(1), force).unwrap_err());
            assert!(
                fenced.contains("connect the mirror folder, then give"),
                "{fenced}"
            );
        }
    }
    assert!(!share.exists(), "nothing was filled in");
    let alone = open(old.path(), &first);
    assert!(matches!(
        alone.take_lease(&run(), holder(1), true),
        Err(JournalError::Fenced(_))
    ));
    // As the sentence says: the folder is connected, and its copy taken over.
    fs::rename(&away, &share).unwrap();
    let back = open(old.path(), &first).with_mirror(&share).unwrap();
    let imported = back.import(&file, at(20), &takeover()).unwrap();
    let (next, _) = back.take_lease(&run(), holder(1), false).unwrap();
    assert!(imported.marked && next.fence > imported.fence);
    holds(&back, &next).unwrap();
    assert!(matches!(
        taker.take_lease(&run(), holder(2), true),
        Err(JournalError::Fenced(_))
    ));
}

#[test]
fn a_fenced_out_home_with_events_of_its_own_is_sent_to_a_new_home() {
    let (old, new, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let (store, lease) = with_run(old.path(), &ring(), None);
    let store = store.with_mirror(folder.path()).unwrap();
    append(&store, &lease, vec![note("two")]).unwrap();
    let file = folder.path().join(format!("{RUN}.jsonl"));
    let taker = open(new.path(), &ring()).with_mirror(folder.path()).unwrap();
    taker.import(&file, at(9), &takeover()).unwrap();
    append(&store, &lease, vec![note("late")]).unwrap();
    let fenced = sentence(&holds(&store, &lease).unwrap_err());
    assert!(fenced.contains("--home DIR of a new home"), "{fenced}");
    // It is the true way.
    let third = tempdir().unwrap();
    let third = open(third.path(), &ring()).with_mirror(folder.path()).unwrap();
    third.import(&file, at(20), &takeover()).unwrap();
    third.take_lease(&run(), holder(3), false).unwrap();
}
