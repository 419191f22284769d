//! Nobody is called absent, or somebody else, by an answer that does not say so.

use std::sync::atomic::Ordering;

use switchback_model::directory::PoolRules;

use super::*;

#[tokio::test]
async fn accounts_that_were_not_asked_for_are_nobody_and_no_proof_of_nobody() {
    let room = room();
    let deaf = |accounts| {
        Arc::new(Fake {
            accounts,
            deaf: true,
            ..Fake::default()
        })
    };
    let mut other = account(NEW, 1);
    other.email = Some(Personal::new("somebody.else@example.nhs.test"));
    for typed in [
        "not.there@example.nhs.test",
        "22222222-2222-4333-8444-555555555555",
        "Bloggs",
    ] {
        let view = room
            .find(&deaf(vec![account(NEW, 0)]), typed, None)
            .await
            .unwrap();
        assert_eq!(
            (view.verdict.as_str(), view.clear, view.matches),
            ("cant_tell", false, 0)
        );
        assert_eq!(view.pools[0].state, "unasked");
    }
    // Who was asked for stands among them: shown, and nobody says that there is no other.
    let view = room
        .find(&deaf(vec![account(NEW, 0), other]), EMAIL, None)
        .await
        .unwrap();
    assert_eq!((view.verdict.as_str(), view.matches), ("cant_tell", 1));
    assert_eq!(
        view.sentence,
        "Can't tell: Admins pool answered with accounts that were not asked for. 1 account was found, and \
         there may be another."
    );
}

#[tokio::test]
async fn what_has_a_quote_is_found_among_what_begins_so() {
    let room = room();
    let mut quoted = account(NEW, 0);
    quoted.email = Some(Personal::new("q\"uote@example.nhs.test"));
    let mut beside = account(NEW, 1);
    beside.email = Some(Personal::new("queen@example.nhs.test"));
    let pools = with(vec![beside.clone(), quoted]);
    let found = room.find(&pools, "q\"uote@example.nhs.test", None).await.unwrap();
    assert_eq!((found.verdict.as_str(), found.matches), ("confirmed", 1));
    let absent = room
        .find(&with(vec![beside]), "q\"uote@example.nhs.test", None)
        .await
        .unwrap();
    assert_eq!(
        (absent.verdict.as_str(), absent.pools[0].state.as_str()),
        ("not_migrated", "whole")
    );
    // Nothing to ask for instead: an empty answer is no proof.
    let unsure = room
        .find(&with(vec![]), "\"q\"@example.nhs.test", None)
        .await
        .unwrap();
    assert_eq!((unsure.verdict.as_str(), unsure.clear), ("cant_tell", false));
}

#[tokio::test]
async fn letter_case_is_asked_about_only_where_somebody_would_be_absent_for_it() {
    let room = room();
    let rules = |letter_case_counts| {
        Some(PoolRules {
            letter_case_counts,
            invitation_lives: None,
        })
    };
    for (rules, clear, said) in [
        (rules(false), true, None),
        (rules(true), false, Some("Capital letters count in Admins pool")),
        (
            None,
            false,
            Some("Whether capital letters count in Admins pool is not known"),
        ),
    ] {
        let pools = Arc::new(Fake {
            accounts: vec![account(NEW, 0)],
            rules,
            ..Fake::default()
        });
        let found = room.find(&pools, EMAIL, None).await.unwrap();
        assert!(found.clear && found.notes.is_empty());
        room.find(&pools, "Bloggs", None).await.unwrap();
        assert_eq!(pools.described.load(Ordering::Relaxed), 0);
        let absent = room
            .find(&pools, "not.there@example.nhs.test", None)
            .await
            .unwrap();
        assert_eq!((absent.verdict.as_str(), absent.clear), ("not_migrated", clear));
        let note = absent.notes.first().map(|note| note.split(':').next().unwrap());
        assert_eq!(note, said);
        assert_eq!(pools.described.load(Ordering::Relaxed), 1, "the new pool, once");
    }
}

#[tokio::test]
async fn how_long_an_invitation_lives_is_asked_of_the_pool_that_sent_it() {
    let room = room();
    let mut invited = account(NEW, 0);
    invited.status = AccountStatus::ForceChangePassword;
    invited.created_at = Some(jiff::Timestamp::UNIX_EPOCH);
    invited.modified_at = invited.created_at;
    for (days, verdict, notes) in [
        (Some(40_000), "invitation_open", 0),
        (Some(1), "invitation_expired", 0),
        (None, "invitation_expired", 1),
    ] {
        let pools = Arc::new(Fake {
            accounts: vec![invited.clone()],
            rules: days.map(|days| PoolRules {
                letter_case_counts: false,
                invitation_lives: Some(jiff::SignedDuration::from_hours(24 * days)),
            }),
            ..Fake::default()
        });
        let found = room.find(&pools, EMAIL, None).await.unwrap();
        assert_eq!((found.verdict.as_str(), found.notes.len()), (verdict, notes));
        assert_eq!(pools.described.load(Ordering::Relaxed), 1, "the new pool, once");
    }
}

#[tokio::test]
async fn a_word_is_looked_for_among_user_names_too() {
    let room = room();
    let mut anna = account(NEW, 0);
    anna.username = Personal::new("anna");
    let view = room.find(&with(vec![anna]), "anna", None).await.unwrap();
    assert_eq!((view.verdict.as_str(), view.matches), ("confirmed", 1));
}

#[tokio::test]
async fn a_search_that_was_stopped_says_so() {
    let pools = Arc::new(Fake {
        more: true,
        stopped: true,
        ..Fake::default()
    });
    let view = room().find(&pools, EMAIL, None).await.unwrap();
    assert_eq!(
        (view.verdict.as_str(), view.sentence.as_str()),
        (
            "cant_tell",
            "Can't tell: the search of Admins pool was stopped after many pages, before its end and the search \
             of Old Reval pool was stopped after many pages, before its end."
        )
    );
    assert!(view.pools[0].says.contains("stopped after many pages"));
}
