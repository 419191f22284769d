//! What is recorded before it is shown, and what is forgotten.

use std::sync::atomic::Ordering;

use super::{EMAIL, NEW, account, room, with};
use crate::desk::*;

#[tokio::test]
async fn details_are_asked_for_once_and_recorded_before() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    let view = room.find(&pools, EMAIL, None).await.unwrap();
    let ask = DetailAsk {
        lookup: view.lookup,
        index: 0,
        purpose: "Ticket 4711".to_owned(),
    };
    let detail = room.desk.detail(&ask, &room.by).await.unwrap();
    assert_eq!(detail.account.unwrap().mfa.unwrap(), ["SOFTWARE_TOKEN_MFA"]);
    assert_eq!(detail.cost, DETAIL_COST);
    assert_eq!(pools.details.load(Ordering::Relaxed), 1);
    assert_eq!(room.desk.audit(1).await.unwrap().rows[0].did, "detail");
}

#[tokio::test]
async fn a_purpose_that_names_the_person_is_refused_and_nothing_is_asked_or_kept() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    for purpose in [
        "",
        "for seeded.person@example.nhs.test",
        "Call from SEEDED",
        "a\nb",
        &"x".repeat(201),
    ] {
        let error = room.find(&pools, EMAIL, Some(purpose)).await.unwrap_err();
        assert_eq!(error.code, "usage");
        assert!(purpose.is_empty() || !format!("{error:?}").contains(purpose));
    }
    assert_eq!((pools.lists.load(Ordering::Relaxed), room.trail().len()), (0, 0));
    let view = room
        .find(&pools, "11111111-2222-4333-8444-555555555555", None)
        .await
        .unwrap();
    let reveal = |purpose: &str, field: &str| RevealAsk {
        lookup: view.lookup.clone(),
        index: 0,
        field: field.to_owned(),
        purpose: purpose.to_owned(),
    };
    for purpose in ["", "Ms Persson rang"] {
        let refused = room.desk.reveal(&reveal(purpose, "email"), &room.by).await;
        assert_eq!(refused.err().unwrap().code, "usage");
    }
    let refused = room.desk.reveal(&reveal("Ticket 1", "password"), &room.by).await;
    assert_eq!(refused.err().unwrap().code, "not_found");
    assert_eq!(room.desk.audit(0).await.unwrap().entries, 1);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    std::fs::write(room.folder.path().join(audit::FILE), "something else\n").unwrap();
    let error = room.find(&pools, EMAIL, None).await.unwrap_err();
    assert_eq!(error.place, "the audit trail of look-ups");
    assert!(room.desk.kept.lock().await.is_empty());
}

#[tokio::test]
async fn what_was_found_is_forgotten_when_asked_and_when_there_is_newer() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    let view = room.find(&pools, EMAIL, None).await.unwrap();
    let reveal = RevealAsk {
        lookup: view.lookup.clone(),
        index: 0,
        field: "email".to_owned(),
        purpose: "Ticket 4711".to_owned(),
    };
    assert!(room.desk.reveal(&reveal, &room.by).await.is_ok());
    room.desk.forget(Some("another")).await;
    assert!(room.desk.reveal(&reveal, &room.by).await.is_ok());
    room.desk.forget(Some(&view.lookup)).await;
    assert_eq!(
        room.desk.reveal(&reveal, &room.by).await.err().unwrap().code,
        "not_found"
    );
    for _ in 0..20 {
        room.find(&pools, EMAIL, None).await.unwrap();
    }
    assert_eq!(room.desk.kept.lock().await.len(), KEPT);
    room.desk.forget(None).await;
    assert!(room.desk.kept.lock().await.is_empty());
}
