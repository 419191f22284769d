//! A look-up: what it shows, what it costs, and what several pools make of it.

use std::sync::atomic::Ordering;

use switchback_engine::ports::ProviderErrorKind;
use switchback_model::directory::Personal;

use super::fake::Fake;
use super::{EMAIL, NEW, OLD, SEEDED, account, room, with};
use crate::desk::*;

#[tokio::test]
async fn the_answer_is_masked_and_the_trail_holds_no_data() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    let view = room.find(&pools, EMAIL, Some("Ticket 4711")).await.unwrap();
    assert_eq!(
        (view.verdict.as_str(), view.matches, view.clear),
        ("confirmed", 1, true)
    );
    assert_eq!(view.accounts[0].fields[0].masked, "s•••@example.nhs.test");
    let reveal = RevealAsk {
        lookup: view.lookup.clone(),
        index: 0,
        field: "family_name".to_owned(),
        purpose: "Ticket 4711".to_owned(),
    };
    assert_eq!(
        room.desk.reveal(&reveal, &room.by).await.unwrap().value,
        "Persson"
    );
    let shown = [
        serde_json::to_string(&view).unwrap(),
        format!("{view:?} {:?}", room.desk),
        room.trail(),
    ];
    for seeded in SEEDED {
        assert!(shown.iter().all(|text| !text.contains(seeded)), "{seeded}");
    }
    let audit = room.desk.audit(10).await.unwrap();
    let told: Vec<_> = audit
        .rows
        .iter()
        .map(|row| (row.did.as_str(), row.by.as_str(), row.matches))
        .collect();
    assert_eq!(
        told,
        [("reveal", "Sam Support", None), ("find", "Sam Support", Some(1))]
    );
    assert_eq!(audit.rows[1].pools, [NEW, OLD]);
    assert_eq!(audit.rows[1].purpose.as_deref(), Some("Ticket 4711"));
    assert_ne!(audit.rows[0].subject, audit.rows[1].subject);
}

#[tokio::test]
async fn the_same_person_is_recorded_alike() {
    let room = room();
    let pools = with(vec![]);
    room.find(&pools, EMAIL, None).await.unwrap();
    room.find(&pools, " Seeded.Person@Example.NHS.test", None)
        .await
        .unwrap();
    room.find(&pools, "somebody.else@example.nhs.test", None)
        .await
        .unwrap();
    let rows = room.desk.audit(10).await.unwrap().rows;
    assert_eq!(rows[1].subject, rows[2].subject);
    assert_ne!(rows[0].subject, rows[1].subject);
}

#[tokio::test]
async fn all_pools_are_asked_at_once() {
    // Each question, one to the new pool and two to the old one, waits until the others are asked too: one
    // after the other would never end.
    let pools = Arc::new(Fake {
        together: Some(tokio::sync::Barrier::new(3)),
        ..Fake::default()
    });
    let room = room();
    let found = tokio::time::timeout(Duration::from_secs(20), room.find(&pools, EMAIL, None)).await;
    assert_eq!(found.unwrap().unwrap().verdict, "not_migrated");
}

#[tokio::test]
async fn one_pool_that_fails_leaves_the_others_answers() {
    let room = room();
    let fails = vec![(NEW, ProviderErrorKind::Throttled)];
    let pools = Arc::new(Fake {
        accounts: vec![account(OLD, 0)],
        fails,
        ..Fake::default()
    });
    let view = room.find(&pools, EMAIL, None).await.unwrap();
    assert_eq!((view.verdict.as_str(), view.clear), ("cant_tell", false));
    assert_eq!(
        (view.pools[0].state.as_str(), view.pools[1].state.as_str()),
        ("throttled", "whole")
    );
    assert_eq!(view.accounts[0].role, "old");
}

#[tokio::test]
async fn many_matches_are_several_and_cut_to_what_a_person_can_read() {
    let room = room();
    let accounts = (0..5_000).map(|n| account(NEW, n)).collect();
    let pools = Arc::new(Fake {
        accounts,
        more: true,
        ..Fake::default()
    });
    let view = room.find(&pools, "Seeded", None).await.unwrap();
    assert_eq!(
        (view.verdict.as_str(), view.matches, view.accounts.len()),
        ("several", read::LIMIT, SHOWN)
    );
    assert_eq!(
        view.sentence,
        "Several accounts match: at least 60 in Admins pool. The first 50 are listed below."
    );
}

#[tokio::test]
async fn an_account_that_two_questions_find_is_one() {
    let room = room();
    let mut both = account(NEW, 0);
    both.given_name = Some(Personal::new("Persson"));
    let view = room.find(&with(vec![both]), "Persson", None).await.unwrap();
    assert_eq!((view.verdict.as_str(), view.matches), ("confirmed", 1));
}

#[tokio::test]
async fn a_thousand_look_ups_ask_for_no_details() {
    let room = room();
    let pools = with(vec![account(NEW, 0)]);
    for _ in 0..1_000 {
        room.find(&pools, EMAIL, None).await.unwrap();
    }
    assert_eq!(pools.details.load(Ordering::Relaxed), 0);
    // One to the new pool, and the two writings to the old one.
    assert_eq!(pools.lists.load(Ordering::Relaxed), 3_000);
    assert_eq!(room.desk.audit(0).await.unwrap().entries, 1_000);
}
