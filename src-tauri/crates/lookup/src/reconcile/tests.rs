#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex;

use switchback_engine::ports::ProviderErrorKind;
use switchback_model::directory::AccountStatus;

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

#[test]
fn a_cell_that_begins_like_a_formula_is_made_inert() {
    for cell in ["=1+1", "+44", "-1", "@x", "\t=1", " =1", "＝1", "\rx"] {
        assert_eq!(inert(cell), format!("'{cell}"));
    }
    for cell in ["", "a=b", "12", "ann@example.nhs.test", "•••"] {
        assert_eq!(inert(cell), cell);
    }
}

#[tokio::test]
async fn progress_is_told_in_numbers() {
    let people: Vec<_> = (0..4_000)
        .map(|n| {
            let mut one = account(NEW, 0);
            one.username = Personal::new(format!("u{n}"));
            one.status = AccountStatus::Unconfirmed;
            one
        })
        .collect();
    let (pools, said) = (Fake::with(people), Mutex::new(Vec::new()));
    let answer = read(&pools, &place().pools[0], &|text| said.lock().unwrap().push(text)).await;
    assert_eq!(answer.read.accounts().len(), 4_000);
    assert_eq!(
        said.into_inner().unwrap(),
        ["Admins pool: 4000 accounts read so far."]
    );
}
