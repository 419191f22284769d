//! What is refused, and answers that say nothing; no error repeats what was searched for.

use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_model::directory::{LookupBy, Personal};
use switchback_rehearsal::{ADMINS_POOL, OLD_POOL};

use super::{anna, asked, place, pool_id};
use crate::tests::aws;
use crate::tests::server::{Play, server};

#[tokio::test]
async fn a_missing_permission_is_named_and_stops_nothing_else() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    place.world.inject("denied:ListUsers".parse().unwrap()).unwrap();
    let error = place.aws.list_users(&pool, &anna(), 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Denied);
    assert!(error.message.contains("cognito-idp:ListUsers"), "{error}");
    let by_name = Personal::new("anna.baker@example.nhs.test");
    assert!(place.aws.admin_get_user(&pool, &by_name).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_wrong_is_named_before_anything_is_sent() {
    let place = place().await;
    let elsewhere = pool_id("eu-west-1_REHEARSAL1");
    let error = place.aws.list_users(&elsewhere, &anna(), 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Guard);
    assert!(
        error.message.contains("eu-west-1") && error.message.contains("eu-west-2"),
        "{error}"
    );
    let by_name = Personal::new("x");
    let error = place.aws.admin_get_user(&elsewhere, &by_name).await.unwrap_err();
    assert_eq!(error.kind, Kind::Guard);
    // 246 letters and `email = ""` are 256 characters; no filter is longer.
    let pool = pool_id(OLD_POOL);
    let fits = asked(LookupBy::Email, &"x".repeat(246));
    assert_eq!(fits.text().chars().count(), 256);
    assert!(place.world.counts().is_empty(), "nothing was sent");
    assert!(
        place
            .aws
            .list_users(&pool, &fits, 1)
            .await
            .unwrap()
            .users
            .is_empty()
    );
    let unknown = pool_id("eu-west-2_NONE");
    let error = place.aws.list_users(&unknown, &anna(), 1).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (Kind::NotFound, "There is no user pool eu-west-2_NONE")
    );
}

/// Real Cognito repeats a wrong value in its refusal.
#[tokio::test]
async fn an_error_never_repeats_what_was_searched_for() {
    let echo = |code: &str| {
        let said = "1 validation error detected: Value 'anna.baker@example.nhs.test' at 'filter' failed";
        serde_json::json!({"__type": code, "message": said}).to_string()
    };
    for (status, code, kind) in [
        (400, "InvalidParameterException", Kind::Refused),
        (400, "ResourceNotFoundException", Kind::NotFound),
        (400, "AccessDeniedException", Kind::Denied),
        (400, "SomethingNew", Kind::Refused),
        (418, "", Kind::Unclear),
    ] {
        let plays = (0..5).map(|_| Play::Answer(status, echo(code))).collect();
        let server = server(plays).await;
        let pool = pool_id(ADMINS_POOL);
        let error = aws(&server.url).list_users(&pool, &anna(), 1).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("anna"), "{shown}");
        assert!(
            code.is_empty() || kind != Kind::Refused || shown.contains(code),
            "{shown}"
        );
    }
}

/// An empty page says `"Users":[]`. Without the field nobody knows what the answer says.
#[tokio::test]
async fn an_answer_without_a_list_of_users_is_not_nobody() {
    for page in ["{}", "{\"Users\":null}", "{\"PaginationToken\":\"next\"}"] {
        let server = server(vec![Play::Answer(200, page.to_owned())]).await;
        let error = aws(&server.url)
            .list_users(&pool_id(ADMINS_POOL), &anna(), 1)
            .await
            .expect_err(page);
        assert_eq!(error.kind, Kind::Untrue);
        assert_eq!(server.requests().len(), 1);
    }
}
