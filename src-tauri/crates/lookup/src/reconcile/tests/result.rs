//! What stands in the result, what is refused, and what is told meanwhile.

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use switchback_engine::ports::ProviderErrorKind;
use switchback_model::directory::AccountStatus;

use super::{Comparison, crowd, drafts, list, usual, written};
use crate::audit;
use crate::desk::tests::{EMAIL, Fake, NEW, OLD, SEEDED, account, room};
use crate::reconcile::{Progress, refuse_existing};

const LIST: &str = "email,given_name\r\n\
    SEEDED.person@example.nhs.test,Seeded\r\n\
    gone@example.nhs.test,Gone\r\n\
    +cmd,Evil\r\n\
    'x\"; =1+1@example.nhs.test,Quote\r\n";

#[tokio::test]
async fn every_line_is_in_the_file_masked_and_the_trail_names_nobody() {
    let (room, pools) = (room(), Fake::with(vec![account(NEW, 0)]));
    let done = usual().of(&room, &pools, LIST).await.unwrap();
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
    let revealed = Comparison {
        reveal: true,
        ..usual()
    };
    revealed.of(&room, &pools, LIST).await.unwrap();
    assert!(written(&room).contains("\n2,SEEDED.person@example.nhs.test,confirmed,"));
    let audit = room.desk.audit(1).await.unwrap();
    assert_eq!(audit.rows[0].field.as_deref(), Some("email"));
}

#[tokio::test]
async fn a_pool_that_breaks_off_makes_nobody_absent() {
    let mut pools = Fake::with(vec![account(OLD, 0)]);
    pools.fails = vec![(OLD, ProviderErrorKind::Throttled)];
    let room = room();
    let done = usual().of(&room, &pools, LIST).await.unwrap();
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
    let error = usual().of(&room, &pools, LIST).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.exit_code()), ("sign_in", 6));
    assert!(!room.folder.path().join("out.csv").exists());
    assert_eq!(drafts(&room), 0);
}

#[tokio::test]
async fn why_a_pool_broke_off_is_said_with_its_mend() {
    let then = "move the result away and give the same command again: it goes on from there.";
    let other = "AWS refused, or its answer could not be read";
    for (kind, endless, word, says, mend) in [
        (
            ProviderErrorKind::Throttled,
            false,
            "throttled",
            "AWS asked to slow down, and went on asking",
            format!("Wait a minute, {then}"),
        ),
        (
            ProviderErrorKind::Denied,
            false,
            "denied",
            "AWS says that you may not read it",
            format!("Ask for the right cognito-idp:ListUsers on this pool, {then}"),
        ),
        (
            ProviderErrorKind::Credentials,
            false,
            "sign_in",
            "the sign-in has ended",
            format!("Sign in again, {then}"),
        ),
        (
            ProviderErrorKind::NoAnswer,
            false,
            "unreachable",
            "no answer came",
            format!("Check the connection, {then}"),
        ),
        (
            ProviderErrorKind::Unclear,
            false,
            "failed",
            "AWS failed by itself, or its answer was cut",
            format!("M{}", &then[1..]),
        ),
        (
            ProviderErrorKind::Untrue,
            false,
            "failed",
            other,
            format!("M{}", &then[1..]),
        ),
        (
            ProviderErrorKind::Untrue,
            true,
            "failed",
            "its pages go round, or have nobody new any more",
            "Check which endpoint is asked, because something may answer in the place of AWS, move the result away and give \
             the same command again: it begins this pool anew."
                .to_owned(),
        ),
    ] {
        let mut pools = Fake::with(crowd(90));
        pools.fails = vec![(OLD, kind)];
        pools.endless = endless;
        let done = usual().of(&room(), &pools, &list(1)).await.unwrap();
        let old = &done.pools[1];
        assert_eq!((old.state.as_str(), old.accounts), ("cut", 90));
        assert_eq!(
            old.says,
            format!("Not read to its end: {says}, after 90 accounts, from 2026-01-05 09:00 to 09:00 UTC.")
        );
        assert_eq!((old.why.as_deref(), old.mend.as_deref()), (Some(word), Some(mend.as_str())));
        assert_eq!(done.pools[0].why, None);
    }
}

/// Who was changed while the pool was read stands on two pages.
#[tokio::test]
async fn an_account_on_two_pages_is_one_and_counts_as_it_was_read_last() {
    let mut changed = account(NEW, 0);
    let at: jiff::Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
    changed.modified_at = Some(at);
    let mut before = changed.clone();
    before.modified_at = Some(at - jiff::SignedDuration::from_hours(1));
    before.status = AccountStatus::Unconfirmed;
    for people in [vec![before.clone(), changed.clone()], vec![changed, before]] {
        let room = room();
        let done = usual().of(&room, &Fake::with(people), LIST).await.unwrap();
        assert_eq!(done.verdicts["confirmed"], 1, "{done:?}");
        assert_eq!(done.pools[0].accounts, 1);
        assert!(
            done.pools[0].says.starts_with("Read to its end: 1 account"),
            "{done:?}"
        );
    }
}

#[tokio::test]
async fn a_pool_that_ends_far_below_its_own_number_says_both() {
    let mut pools = Fake::with(crowd(90));
    for (people, notes) in [(100, 0), (180, 0), (182, 2), (100_000, 2)] {
        pools.people = Some(people);
        let done = usual().of(&room(), &pools, &list(1)).await.unwrap();
        assert_eq!(done.notes.len(), notes, "{:?}", done.notes);
        for note in &done.notes {
            let both = format!("ended after 90 accounts, though it says that it has about {people}.");
            assert!(note.contains(&both), "{note}");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_there_stays_as_it_is() {
    let (room, pools) = (room(), Fake::with(vec![account(NEW, 0)]));
    std::fs::write(room.folder.path().join("out.csv"), "mine").unwrap();
    let error = usual().of(&room, &pools, LIST).await.unwrap_err();
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
    let revealed = Comparison {
        reveal: true,
        ..usual()
    };
    revealed.of(&room, &pools, LIST).await.unwrap_err();
    assert!(!room.folder.path().join("out.csv").exists());
    assert_eq!(drafts(&room), 0);
    let purposes = [
        (Some(""), false),
        (Some(" "), false),
        (Some(EMAIL), false),
        (Some("two\nlines"), false),
        (None, true),
    ];
    for (purpose, reveal) in purposes {
        let ask = Comparison {
            purpose,
            reveal,
            ..usual()
        };
        let refused = ask.of(&room, &pools, LIST).await;
        assert_eq!(refused.unwrap_err().code, "usage");
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_refused_before_anything_is_read() {
    let (room, pools) = (room(), Fake::with(crowd(120)));
    let ask = Comparison {
        purpose: None,
        out: "none/out.csv",
        ..usual()
    };
    let refused = ask.of(&room, &pools, &list(1)).await;
    assert_eq!(refused.unwrap_err().code, "bad_input");
    assert_eq!(pools.pages.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn progress_is_told_in_numbers() {
    let mut pools = Fake::with(crowd(90));
    pools.people = Some(100);
    let (room, said) = (room(), Mutex::new(Vec::new()));
    let ask = Comparison {
        purpose: None,
        progress: &|told| {
            said.lock().unwrap().push(match told {
                Progress::Plan(plan) => format!("{:?} of {:?}", plan.requests, plan.accounts),
                Progress::Read(counts) => format!("{counts:?}"),
                Progress::Note(note) => note.to_owned(),
            });
        },
        ..usual()
    };
    ask.of(&room, &pools, &list(1)).await.unwrap();
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
