//! A comparison that is killed goes on from the last page, or says why it begins anew.

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use switchback_engine::ports::{Clock as _, ProviderErrorKind};
use switchback_journal::KeyRingProblem;

use super::{Comparison, crowd, drafts, list, usual, written};
use crate::desk::tests::{Fake, NEW, OLD, Room, room};
use crate::reconcile::Progress;
use crate::reconcile::kept::BELIEVED;
use crate::reconcile::work::SPOOLS;

/// Starts the comparison and kills it after so many more pages.
async fn killed_after(room: &Room, pools: &mut Fake, list: &str, pages: usize) {
    pools.died = tokio::sync::Notify::new();
    pools.dies_after = Some(pools.pages.load(Ordering::Relaxed) + pages);
    tokio::select! {
        done = usual().of(room, pools, list) => panic!("it was not killed: {done:?}"),
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
    let done = usual().of(&undisturbed, &pools, &list).await.unwrap();
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
    let again = usual().of(&room, &pools, &list).await.unwrap();
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
    let other = Comparison {
        purpose: None,
        out: "other.csv",
        ..usual()
    };
    let done = other.of(&room, &pools, &list).await.unwrap();
    assert_eq!(done.plan.read_before, 0);
    assert_eq!(spools(&room).len(), 1);
    // Just young enough, then too old.
    room.clock.advance(BELIEVED.unsigned_abs());
    killed_after(&room, &mut pools, &list, 1).await;
    room.clock.advance(Duration::from_secs(1));
    let before = pools.pages.load(Ordering::Relaxed);
    let done = usual().of(&room, &pools, &list).await.unwrap();
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
    usual()
        .of(&undisturbed, &Fake::with(crowd(300)), &list)
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
    let ask = Comparison {
        purpose: None,
        progress: &|told| {
            if let Progress::Note(note) = told {
                said.lock().unwrap().push(note.to_owned());
            }
        },
        ..usual()
    };
    let done = ask.of(&room, &pools, &list).await.unwrap();
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
    let done = usual().of(&room, &pools, &list).await.unwrap();
    assert!(!done.complete && done.notes.len() >= 2, "{done:?}");
    // So the next one begins it anew, and that is what is said.
    let broken = done.pools.iter().find(|pool| pool.state == "cut").unwrap();
    assert!(
        broken
            .says
            .contains("AWS no longer takes the place at which the reading stood"),
        "{broken:?}"
    );
    let mend = broken.mend.as_deref().unwrap();
    assert!(mend.ends_with("it begins this pool anew."), "{mend}");
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
    let done = usual().of(&room, &pools, &list).await.unwrap();
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
    let done = usual().of(&room, &pools, &list).await.unwrap();
    assert!(!done.complete);
    std::fs::remove_file(room.folder.path().join("out.csv")).unwrap();
    pools.fails.clear();
    let before = pools.pages.load(Ordering::Relaxed);
    let done = usual().of(&room, &pools, &list).await.unwrap();
    assert!(done.complete && done.plan.read_before > 300, "{done:?}");
    assert_eq!(pools.pages.load(Ordering::Relaxed) - before, 1);
}

/// One answer that failed after an hour does not cost the hour, whatever failed; a pool without an end begins anew, and it alone.
#[tokio::test]
async fn what_was_read_is_thrown_away_for_no_lost_answer() {
    let list = list(300);
    for kind in [
        ProviderErrorKind::Unclear,
        ProviderErrorKind::Untrue,
        ProviderErrorKind::Refused,
        ProviderErrorKind::Credentials,
        ProviderErrorKind::Denied,
        ProviderErrorKind::Throttled,
    ] {
        let room = room();
        let mut pools = Fake::with(crowd(300));
        pools.fails = vec![(OLD, kind)];
        let done = usual().of(&room, &pools, &list).await.unwrap();
        assert!(!done.complete, "{kind:?}");
        std::fs::remove_file(room.folder.path().join("out.csv")).unwrap();
        pools.fails.clear();
        let before = pools.pages.load(Ordering::Relaxed);
        let done = usual().of(&room, &pools, &list).await.unwrap();
        assert!(done.complete && done.plan.read_before == 600, "{kind:?} {done:?}");
        assert_eq!(pools.pages.load(Ordering::Relaxed) - before, 1);
        assert_eq!(spools(&room).len(), 0);
    }
    let room = room();
    let mut pools = Fake::with(crowd(300));
    pools.fails = vec![(OLD, ProviderErrorKind::Untrue)];
    pools.endless = true;
    let done = usual().of(&room, &pools, &list).await.unwrap();
    let mend = done.pools[1].mend.as_deref().unwrap();
    assert!(mend.ends_with("it begins this pool anew."), "{mend}");
    std::fs::remove_file(room.folder.path().join("out.csv")).unwrap();
    pools.fails.clear();
    let before = pools.pages.load(Ordering::Relaxed);
    let done = usual().of(&room, &pools, &list).await.unwrap();
    assert!(done.complete && done.plan.read_before == 300, "{done:?}");
    assert_eq!(pools.pages.load(Ordering::Relaxed) - before, 5);
}

/// As a mixed-up restore of the home leaves it.
#[tokio::test]
async fn what_was_kept_for_another_file_is_not_believed_and_it_says_so() {
    let list = list(300);
    let room = room();
    let mut pools = Fake::with(crowd(300));
    killed_after(&room, &mut pools, &list, 6).await;
    let first = spools(&room).pop().unwrap();
    let other = || Comparison {
        purpose: None,
        out: "other.csv",
        ..usual()
    };
    // Only to learn the name of its spool.
    pools.fails = vec![(OLD, ProviderErrorKind::NoAnswer)];
    other().of(&room, &pools, &list).await.unwrap();
    pools.fails.clear();
    let second = spools(&room).into_iter().find(|path| *path != first).unwrap();
    std::fs::remove_file(room.folder.path().join("other.csv")).unwrap();
    std::fs::rename(&first, &second).unwrap();
    let done = other().of(&room, &pools, &list).await.unwrap();
    assert_eq!(done.plan.read_before, 0);
    assert_eq!(done.notes.len(), 1, "{:?}", done.notes);
    assert!(
        done.notes[0].starts_with("What was kept of an earlier reading does not open")
            && done.notes[0].ends_with("So everything is read anew."),
        "{:?}",
        done.notes
    );
}

#[tokio::test]
async fn what_is_old_enough_to_be_swept_away_is_said_to_be_too_old() {
    let list = list(300);
    let room = room();
    let mut pools = Fake::with(crowd(300));
    killed_after(&room, &mut pools, &list, 6).await;
    let file = std::fs::File::options()
        .write(true)
        .open(&spools(&room)[0])
        .unwrap();
    file.set_modified(room.clock.now().into()).unwrap();
    room.clock
        .advance(BELIEVED.unsigned_abs() + Duration::from_secs(60));
    let done = usual().of(&room, &pools, &list).await.unwrap();
    assert_eq!(done.plan.read_before, 0);
    assert!(
        done.notes
            .concat()
            .contains("is not of the last 4 hours, so it is read anew"),
        "{:?}",
        done.notes
    );
}

#[tokio::test]
async fn a_second_process_at_the_same_work_is_refused() {
    let list = list(120);
    let mut pools = Fake::with(crowd(120));
    pools.dies_after = Some(1);
    let room = room();
    let first = usual().of(&room, &pools, &list);
    let second = async {
        pools.died.notified().await;
        usual().of(&room, &Fake::with(crowd(120)), &list).await
    };
    tokio::select! {
        done = first => panic!("{done:?}"),
        refused = second => {
            let error = refused.unwrap_err();
            assert!(error.message.starts_with("Another process"), "{error:?}");
        }
    }
}
