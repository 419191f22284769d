#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use switchback_engine::ports::ProviderErrorKind;
use switchback_journal::KeyRingProblem;
use switchback_model::directory::{Account, AccountStatus, Personal};

use super::*;
use crate::desk::tests::{EMAIL, Fake, NEW, OLD, Room, SEEDED, account, place, room};

const LIST: &str = "email,given_name\r\n\
    SEEDED.person@example.nhs.test,Seeded\r\n\
    gone@example.nhs.test,Gone\r\n\
    +cmd,Evil\r\n\
    'x\"; =1+1@example.nhs.test,Quote\r\n";

async fn asked(room: &Room, pools: &Fake, list: &str, reveal: bool) -> Result<Reconciled, ApiError> {
    let source = Source::read(list.as_bytes()).unwrap();
    let ask = Reconcile {
        source: &source,
        purpose: Some("Ticket 4711"),
        reveal,
        by: &room.by,
        progress: &|_| (),
    };
    room.desk
        .reconcile(&place(), pools, ask, &room.folder.path().join("out.csv"))
        .await
}

fn written(room: &Room) -> String {
    std::fs::read_to_string(room.folder.path().join("out.csv")).unwrap()
}

/// What stays in the folder besides the audit trail and the result.
fn drafts(room: &Room) -> usize {
    let names = std::fs::read_dir(room.folder.path()).unwrap();
    names
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with(".switchback-")
        })
        .count()
}

#[tokio::test]
async fn every_line_is_in_the_file_masked_and_the_trail_names_nobody() {
    let (room, pools) = (room(), Fake::with(vec![account(NEW, 0)]));
    let done = asked(&room, &pools, LIST, false).await.unwrap();
    assert_eq!((done.rows, done.complete, done.not_on_list), (4, true, None));
    let counts: Vec<(&str, usize)> = done
        .verdicts
        .iter()
        .map(|(word, n)| (word.as_str(), *n))
        .collect();
    assert_eq!(
        counts,
        [("confirmed", 1), ("not_migrated_known", 1), ("row_not_read", 2)]
    );
    let file = written(&room);
    assert_eq!(file.lines().count(), 5, "{file}");
    let second = file.lines().nth(1).unwrap();
    assert!(
        second.starts_with("2,S•••@example.nhs.test,confirmed,They can sign in."),
        "{second}"
    );
    assert!(
        file.lines().nth(3).unwrap().starts_with("4,,row_not_read,"),
        "{file}"
    );
    let trail = std::fs::read_to_string(room.folder.path().join(audit::FILE)).unwrap();
    for word in SEEDED.into_iter().chain(["gone@", "+cmd"]) {
        assert!(
            !file.to_lowercase().contains(&word.to_lowercase()),
            "{word}: {file}"
        );
        assert!(!trail.contains(word), "{word}: {trail}");
    }
    let audit = room.desk.audit(5).await.unwrap();
    assert_eq!(
        (
            audit.rows[0].did.as_str(),
            audit.rows[0].matches,
            audit.rows[0].purpose.as_deref()
        ),
        ("reconcile", Some(4), Some("Ticket 4711"))
    );
    assert_eq!(drafts(&room), 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(room.folder.path().join("out.csv")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn revealed_addresses_stand_in_the_file_and_are_recorded_as_such() {
    let (room, pools) = (room(), Fake::with(vec![account(NEW, 0)]));
    asked(&room, &pools, LIST, true).await.unwrap();
    assert!(written(&room).contains("\n2,SEEDED.person@example.nhs.test,confirmed,"));
    let audit = room.desk.audit(1).await.unwrap();
    assert_eq!(audit.rows[0].field.as_deref(), Some("email"));
}

#[tokio::test]
async fn a_pool_that_breaks_off_makes_nobody_absent() {
    let mut pools = Fake::with(vec![account(OLD, 0)]);
    pools.fails = vec![(OLD, ProviderErrorKind::Throttled)];
    let room = room();
    let done = asked(&room, &pools, LIST, false).await.unwrap();
    assert!(!done.complete);
    assert_eq!(done.pools[1].state, "cut");
    assert_eq!(done.verdicts.get("not_migrated_known"), None);
    assert_eq!(done.verdicts["cant_tell"], 2);
    // Nothing at all: no file, and the way to mend it.
    let mut pools = Fake::with(vec![]);
    pools.fails = vec![
        (NEW, ProviderErrorKind::Credentials),
        (OLD, ProviderErrorKind::Credentials),
    ];
    let room = crate::desk::tests::room();
    let error = asked(&room, &pools, LIST, false).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.exit_code()), ("sign_in", 6));
    assert!(!room.folder.path().join("out.csv").exists());
    assert_eq!(drafts(&room), 0);
}

#[tokio::test]
async fn a_file_that_is_there_stays_as_it_is() {
    let (room, pools) = (room(), Fake::with(vec![account(NEW, 0)]));
    std::fs::write(room.folder.path().join("out.csv"), "mine").unwrap();
    let error = asked(&room, &pools, LIST, false).await.unwrap_err();
    assert!(error.message.contains("already a file"), "{error:?}");
    assert_eq!(written(&room), "mine");
    assert_eq!(drafts(&room), 0);
    assert!(refuse_existing(&room.folder.path().join("out.csv")).is_err());
    assert!(refuse_existing(&room.folder.path().join("new.csv")).is_ok());
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_kept() {
    let (room, pools) = (room(), Fake::with(vec![account(NEW, 0)]));
    std::fs::write(room.folder.path().join(audit::FILE), "something else\n").unwrap();
    asked(&room, &pools, LIST, true).await.unwrap_err();
    assert!(!room.folder.path().join("out.csv").exists());
    assert_eq!(drafts(&room), 0);
    let source = Source::read(LIST.as_bytes()).unwrap();
    let purposes = [
        (Some(""), false),
        (Some(" "), false),
        (Some(EMAIL), false),
        (Some("two\nlines"), false),
        (None, true),
    ];
    for (purpose, reveal) in purposes {
        let ask = Reconcile {
            source: &source,
            purpose,
            reveal,
            by: &room.by,
            progress: &|_| (),
        };
        let out = room.folder.path().join("out.csv");
        let refused = room.desk.reconcile(&place(), &pools, ask, &out).await;
        assert_eq!(refused.unwrap_err().code, "usage");
    }
}

/// So many people in the new pool, and as many in the old one.
fn crowd(people: usize) -> Vec<Account> {
    let of = |pool: &'static str| {
        (0..people).map(move |n| {
            let mut one = account(pool, 0);
            one.username = Personal::new(format!("u{n}"));
            one.email = Some(Personal::new(format!("u{n}@example.nhs.test")));
            one.status = match n % 3 {
                0 => AccountStatus::Confirmed,
                1 => AccountStatus::ResetRequired,
                _ => AccountStatus::Unconfirmed,
            };
            one
        })
    };
    of(NEW).chain(of(OLD)).collect()
}

fn list(people: usize) -> String {
    let rows: String = (0..people).map(|n| format!("u{n}@example.nhs.test\n")).collect();
    format!("email\n{rows}nobody@example.nhs.test\n")
}

/// Starts the comparison and kills it after so many more pages.
async fn killed_after(room: &Room, pools: &mut Fake, list: &str, pages: usize) {
    pools.died = tokio::sync::Notify::new();
    pools.dies_after = Some(pools.pages.load(Ordering::Relaxed) + pages);
    tokio::select! {
        done = asked(room, pools, list, false) => panic!("it was not killed: {done:?}"),
        () = pools.died.notified() => {}
    }
    pools.dies_after = None;
}

fn spools(room: &Room) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(room.folder.path().join(SPOOLS)).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn what_was_killed_goes_on_and_gives_the_same_result() {
    let list = list(600);
    let undisturbed = room();
    let pools = Fake::with(crowd(600));
    let done = asked(&undisturbed, &pools, &list, false).await.unwrap();
    let pages = pools.pages.load(Ordering::Relaxed);
    assert_eq!((pages, done.plan.read_before), (20, 0));
    assert_eq!(spools(&undisturbed).len(), 0);

    let room = room();
    let mut pools = Fake::with(crowd(600));
    pools.people = Some(600);
    pools.rate = Some(3);
    for at in [0, 1, 3, 4, 7] {
        killed_after(&room, &mut pools, &list, at).await;
        room.clock.advance(Duration::from_secs(60));
        assert_eq!(spools(&room).len(), 1);
    }
    let bytes = std::fs::read(&spools(&room)[0]).unwrap();
    let seen = |word: &[u8]| {
        bytes
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    assert!(bytes.len() > 10_000);
    assert!(!seen(b"@example") && !seen(b"u12") && !seen(NEW.as_bytes()) && !seen(b"CONFIRMED"));
    let again = asked(&room, &pools, &list, false).await.unwrap();
    assert_eq!(written(&room), written(&undisturbed));
    assert_eq!((&again.verdicts, again.complete), (&done.verdicts, true));
    // No page was asked for twice, whoever was killed in between.
    assert_eq!(pools.pages.load(Ordering::Relaxed), pages);
    assert_eq!(again.plan.read_before, 15 * 60);
    assert_eq!((again.plan.accounts, again.plan.requests), (Some(1_200), Some(5)));
    assert_eq!(
        again.plan.sentences(),
        [
            "Goes on from the 900 accounts that were read before, from 2026-01-05 09:01 to 09:04 UTC.",
            "About 1200 accounts in all: about 5 requests are left, at most 3 a second, so about a minute or less.",
        ]
    );
    // When it was read is said, and nothing is left of it.
    let new = &again.pools[0];
    assert_eq!(
        new.says,
        "Read to its end: 600 accounts, from 2026-01-05 09:01 to 09:05 UTC."
    );
    assert_eq!(new.requests, 10);
    assert_eq!((spools(&room).len(), drafts(&room)), (0, 0));
}

#[tokio::test]
async fn what_is_too_old_of_another_file_or_of_other_pools_is_not_believed() {
    let list = list(300);
    let mut pools = Fake::with(crowd(300));
    let room = room();
    killed_after(&room, &mut pools, &list, 6).await;
    // Another file begins by itself.
    let source = Source::read(list.as_bytes()).unwrap();
    let ask = Reconcile {
        source: &source,
        purpose: None,
        reveal: false,
        by: &room.by,
        progress: &|_| (),
    };
    let other = room.folder.path().join("other.csv");
    let done = room.desk.reconcile(&place(), &pools, ask, &other).await.unwrap();
    assert_eq!(done.plan.read_before, 0);
    assert_eq!(spools(&room).len(), 1);
    // Just young enough, then too old.
    room.clock.advance(BELIEVED.unsigned_abs());
    killed_after(&room, &mut pools, &list, 1).await;
    room.clock.advance(Duration::from_secs(1));
    let before = pools.pages.load(Ordering::Relaxed);
    let done = asked(&room, &pools, &list, false).await.unwrap();
    assert_eq!(pools.pages.load(Ordering::Relaxed) - before, 10);
    assert_eq!(done.plan.read_before, 0);
    assert_eq!(
        done.notes,
        [
            "What was read before, from 2026-01-05 09:00 to 09:00 UTC, is not of the last 4 hours, so it is read anew."
        ]
    );
}

#[tokio::test]
async fn a_token_that_is_no_longer_taken_has_its_pool_begin_anew_and_says_so() {
    let list = list(300);
    let undisturbed = room();
    asked(&undisturbed, &Fake::with(crowd(300)), &list, false)
        .await
        .unwrap();
    let room = room();
    let mut pools = Fake::with(crowd(300));
    killed_after(&room, &mut pools, &list, 6).await;
    pools.stale_tokens = 1.into();
    // Killed once more behind it: what was begun anew is gone on from, too.
    killed_after(&room, &mut pools, &list, 3).await;
    pools.stale_tokens = 1.into();
    let said = Mutex::new(Vec::new());
    let source = Source::read(list.as_bytes()).unwrap();
    let ask = Reconcile {
        source: &source,
        purpose: None,
        reveal: false,
        by: &room.by,
        progress: &|told| {
            if let Progress::Note(note) = told {
                said.lock().unwrap().push(note.to_owned());
            }
        },
    };
    let out = room.folder.path().join("out.csv");
    let done = room.desk.reconcile(&place(), &pools, ask, &out).await.unwrap();
    assert_eq!(done.notes.len(), 1, "{:?}", done.notes);
    assert!(
        done.notes[0]
            .ends_with("AWS no longer took the place at which the reading stood, so it was read anew."),
        "{:?}",
        done.notes
    );
    assert_eq!(said.into_inner().unwrap(), done.notes);
    assert_eq!(written(&room), written(&undisturbed));
    // One that never takes any is a pool that broke off.
    let room = crate::desk::tests::room();
    pools.stale_tokens = usize::MAX.into();
    let done = asked(&room, &pools, &list, false).await.unwrap();
    assert!(!done.complete && done.notes.len() >= 2, "{done:?}");
}

#[tokio::test]
async fn without_a_keychain_it_says_so_and_begins_anew() {
    let list = list(300);
    let mut pools = Fake::with(crowd(300));
    let room = room();
    room.keys.set_problem(Some(KeyRingProblem::Absent));
    killed_after(&room, &mut pools, &list, 6).await;
    assert_eq!(std::fs::read(&spools(&room)[0]).unwrap().len(), 0);
    let before = pools.pages.load(Ordering::Relaxed);
    let done = asked(&room, &pools, &list, false).await.unwrap();
    assert_eq!(pools.pages.load(Ordering::Relaxed) - before, 10);
    assert!(!done.plan.kept);
    let said = done.plan.sentences().concat();
    assert!(said.contains("if this is interrupted, it begins anew"), "{said}");
}

#[tokio::test]
async fn a_pool_that_broke_off_is_gone_on_with_once_its_result_is_moved_away() {
    let list = list(300);
    let room = room();
    let mut pools = Fake::with(crowd(300));
    pools.fails = vec![(OLD, ProviderErrorKind::NoAnswer)];
    let done = asked(&room, &pools, &list, false).await.unwrap();
    assert!(!done.complete);
    std::fs::remove_file(room.folder.path().join("out.csv")).unwrap();
    pools.fails.clear();
    let before = pools.pages.load(Ordering::Relaxed);
    let done = asked(&room, &pools, &list, false).await.unwrap();
    assert!(done.complete && done.plan.read_before > 300, "{done:?}");
    assert_eq!(pools.pages.load(Ordering::Relaxed) - before, 1);
    // What nobody can use is not gone on with.
    std::fs::remove_file(room.folder.path().join("out.csv")).unwrap();
    pools.fails = vec![(OLD, ProviderErrorKind::Untrue)];
    asked(&room, &pools, &list, false).await.unwrap();
    assert_eq!(spools(&room).len(), 0);
}

#[tokio::test]
async fn a_second_process_at_the_same_work_is_refused() {
    let list = list(120);
    let mut pools = Fake::with(crowd(120));
    pools.dies_after = Some(1);
    let room = room();
    let first = asked(&room, &pools, &list, false);
    let second = async {
        pools.died.notified().await;
        asked(&room, &Fake::with(crowd(120)), &list, false).await
    };
    tokio::select! {
        done = first => panic!("{done:?}"),
        refused = second => {
            let error = refused.unwrap_err();
            assert!(error.message.starts_with("Another process"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_refused_before_anything_is_read() {
    let (room, pools) = (room(), Fake::with(crowd(120)));
    let source = Source::read(list(1).as_bytes()).unwrap();
    let ask = Reconcile {
        source: &source,
        purpose: None,
        reveal: false,
        by: &room.by,
        progress: &|_| (),
    };
    let out = room.folder.path().join("none/out.csv");
    let refused = room.desk.reconcile(&place(), &pools, ask, &out).await;
    assert_eq!(refused.unwrap_err().code, "bad_input");
    assert_eq!(pools.pages.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn progress_is_told_in_numbers() {
    let mut pools = Fake::with(crowd(90));
    pools.people = Some(100);
    let (room, said) = (room(), Mutex::new(Vec::new()));
    let source = Source::read(list(1).as_bytes()).unwrap();
    let ask = Reconcile {
        source: &source,
        purpose: None,
        reveal: false,
        by: &room.by,
        progress: &|told| {
            said.lock().unwrap().push(match told {
                Progress::Plan(plan) => format!("{:?} of {:?}", plan.requests, plan.accounts),
                Progress::Read(counts) => format!("{counts:?}"),
                Progress::Note(note) => note.to_owned(),
            });
        },
    };
    let out = room.folder.path().join("out.csv");
    room.desk.reconcile(&place(), &pools, ask, &out).await.unwrap();
    let said = said.into_inner().unwrap();
    assert_eq!(said.len(), 5);
    assert_eq!(said[0], "Some(4) of Some(200)");
    assert_eq!(
        said[1],
        "Counts { accounts: 60, of: Some(200), requests: 1, left: Some(3) }"
    );
    assert_eq!(
        said[4],
        "Counts { accounts: 180, of: Some(200), requests: 4, left: Some(0) }"
    );
}
