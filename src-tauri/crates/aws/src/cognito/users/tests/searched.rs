//! A search for one person: who is found, and what is said where it stops.

use std::collections::BTreeSet;

use switchback_model::directory::{Account, AccountStatus, LookupBy, Personal};
use switchback_rehearsal::{ADMINS_POOL, Client};

use super::{anna, asked, place, pool_id};
use crate::tests::aws;
use crate::tests::server::{Play, server};

#[tokio::test]
async fn every_way_to_search_finds_who_is_meant() {
    let place = place().await;
    let one = |found: Vec<Account>| <[Account; 1]>::try_from(found).unwrap()[0].clone();
    let by_email = one(place
        .found(ADMINS_POOL, LookupBy::Email, "Anna.Baker@example.nhs.test")
        .await);
    assert_eq!(by_email.pool, ADMINS_POOL);
    assert_eq!(by_email.sub.as_ref(), Some(&by_email.username));
    assert_eq!(
        by_email.email.as_ref().unwrap().revealed(),
        "anna.baker@example.nhs.test"
    );
    assert_eq!(by_email.email_verified, Some(true));
    assert_eq!(by_email.given_name.as_ref().unwrap().revealed(), "Anna");
    assert_eq!(by_email.family_name.as_ref().unwrap().revealed(), "Baker");
    assert_eq!(
        (by_email.status, by_email.enabled, &by_email.mfa),
        (AccountStatus::Confirmed, Some(true), &None)
    );
    assert!(by_email.created_at.unwrap() <= by_email.modified_at.unwrap());
    let sub = by_email.username.revealed();
    for (by, value) in [
        (LookupBy::Sub, sub),
        (LookupBy::Username, sub),
        (LookupBy::EmailPrefix, "anna.b"),
        (LookupBy::FamilyNamePrefix, "Bak"),
    ] {
        assert_eq!(one(place.found(ADMINS_POOL, by, value).await), by_email, "{by:?}");
    }
    for (value, found) in [("Pat \"Paddy\"", 1), ("Pat \"", 1), ("\"", 0), ("\\", 0)] {
        let users = place.found(ADMINS_POOL, LookupBy::GivenNamePrefix, value).await;
        assert_eq!(users.len(), found, "{value}");
    }
    let escaped = place
        .found(ADMINS_POOL, LookupBy::FamilyNamePrefix, "Back\\sl")
        .await;
    assert_eq!(escaped.len(), 1);
    // Two accounts with one address, and one that is not there.
    let twins = place
        .found(ADMINS_POOL, LookupBy::Email, "isla.jones@example.nhs.test")
        .await;
    assert_eq!(twins.len(), 2);
    assert!(
        twins
            .iter()
            .any(|twin| twin.status == AccountStatus::ExternalProvider)
    );
    let nobody = place
        .found(ADMINS_POOL, LookupBy::Email, "nobody@example.nhs.test")
        .await;
    assert!(nobody.is_empty());
    let unsaid = one(place
        .found(ADMINS_POOL, LookupBy::Email, "omar.penn@example.nhs.test")
        .await);
    assert_eq!(unsaid.email_verified, None);
    assert_eq!(
        place.count("AdminGetUser"),
        0,
        "a search asks for nobody by themselves"
    );
}

#[tokio::test]
async fn every_status_is_read() {
    let place = place().await;
    let everybody = place
        .aws
        .list_users(
            &pool_id(ADMINS_POOL),
            &asked(LookupBy::EmailPrefix, "\u{200d}"),
            100,
        )
        .await
        .unwrap();
    assert!(everybody.users.is_empty());
    let mut seen = BTreeSet::new();
    let mut disabled = 0;
    for letter in 'a'..='z' {
        let users = place
            .found(ADMINS_POOL, LookupBy::EmailPrefix, &letter.to_string())
            .await;
        disabled += users.iter().filter(|user| user.enabled == Some(false)).count();
        seen.extend(users.into_iter().map(|user| user.status));
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert_eq!(disabled, 1);
}

#[tokio::test]
async fn one_account_is_read_with_its_second_factors() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    let email = Personal::new("anna.baker@example.nhs.test");
    let read = place.aws.admin_get_user(&pool, &email).await.unwrap().unwrap();
    assert_eq!(read.mfa, Some(vec!["SOFTWARE_TOKEN_MFA".to_owned()]));
    let listed = place
        .found(ADMINS_POOL, LookupBy::Email, email.revealed())
        .await
        .remove(0);
    assert_eq!(Account { mfa: None, ..read }, listed);
    assert_eq!(
        place
            .aws
            .admin_get_user(&pool, &Personal::new("nobody@example.nhs.test"))
            .await,
        Ok(None)
    );
    assert_eq!(place.count("AdminGetUser"), 2);
}

#[tokio::test]
async fn empty_pages_with_a_token_are_no_end() {
    let place = place().await;
    place.world.inject("empty-pages:5".parse().unwrap()).unwrap();
    let page = place
        .aws
        .list_users(&pool_id(ADMINS_POOL), &anna(), 1)
        .await
        .unwrap();
    assert_eq!((page.users.len(), page.more), (1, false));
    assert_eq!(place.count("ListUsers"), 6);
    // More empty pages than anybody waits for: nobody was found, but nobody says that it is all.
    place.world.inject("empty-pages:1000".parse().unwrap()).unwrap();
    let page = place
        .aws
        .list_users(&pool_id(ADMINS_POOL), &anna(), 1)
        .await
        .unwrap();
    assert_eq!((page.users.len(), page.more, page.stopped), (0, true, true));
    assert_eq!(place.count("ListUsers"), 106);
}

#[tokio::test]
async fn a_search_that_matches_thousands_stops_at_the_limit() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    Client::new(place.world.handle())
        .add_users(ADMINS_POOL, 5_000)
        .await
        .unwrap();
    let numbers = asked(LookupBy::FamilyNamePrefix, "Number");
    let page = place.aws.list_users(&pool, &numbers, 50).await.unwrap();
    assert_eq!((page.users.len(), page.more, page.stopped), (50, true, false));
    assert_eq!(place.count("ListUsers"), 1);
    // Exactly the limit and not one more: all of them, known to be all.
    let tens = asked(LookupBy::FamilyNamePrefix, "Number 00012");
    let page = place.aws.list_users(&pool, &tens, 10).await.unwrap();
    assert_eq!((page.users.len(), page.more), (10, false));
    let page = place.aws.list_users(&pool, &tens, 9).await.unwrap();
    assert_eq!((page.users.len(), page.more), (9, true));
    let page = place.aws.list_users(&pool, &numbers, 6_000).await.unwrap();
    assert_eq!((page.users.len(), page.more), (5_000, false));
    let names: BTreeSet<_> = page.users.iter().map(|user| &user.username).collect();
    assert_eq!(names.len(), 5_000);
}

/// The SDK reads a missing `Enabled` as "no".
#[tokio::test]
async fn an_account_of_which_nobody_says_that_it_is_enabled_is_not_disabled() {
    let user = |name: &str, rest: &str| format!("{{\"Username\":\"{name}\"{rest}}}");
    let users = [
        user("a", ",\"Enabled\":true"),
        user("b", ""),
        user("c", ",\"Enabled\":false"),
        user("d", ",\"Enabled\":null"),
    ];
    let server = server(vec![
        Play::Answer(200, format!("{{\"Users\":[{}]}}", users.join(","))),
        Play::Answer(200, user("b", ",\"UserStatus\":\"CONFIRMED\"")),
        Play::Answer(200, user("a", ",\"Enabled\":true")),
    ])
    .await;
    let aws = aws(&server.url);
    let pool = pool_id(ADMINS_POOL);
    let page = aws.list_users(&pool, &anna(), 10).await.unwrap();
    let said: Vec<_> = page.users.iter().map(|user| user.enabled).collect();
    assert_eq!(said, [Some(true), None, Some(false), None]);
    for expected in [None, Some(true)] {
        let one = aws.admin_get_user(&pool, &Personal::new("b")).await.unwrap();
        assert_eq!(one.unwrap().enabled, expected);
    }
}
