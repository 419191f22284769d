//! Our user is deleted by its `sub`, and nobody else is.

use serde_json::json;
use switchback_engine::ports::{Action as _, Observed, Sent};
use switchback_model::{CanaryUser, Finding, Way};

use super::super::{CanaryChange, send};
use super::{Keychain, SUB, USER, answer, aws_with, bound, error, image, made, sent, spec, stands, user};
use crate::Bound;
use crate::tests::server::{Play, server};

#[tokio::test]
async fn our_user_is_deleted_by_its_sub_and_gone_is_gone() {
    let made = Some(made(SUB));
    for (play, works) in [
        (answer(&json!({})), true),
        (error("UserNotFoundException"), true),
        (error("NotAuthorizedException"), false),
        (Play::Lost, false),
    ] {
        let server = server(vec![play]).await;
        let keychain = Keychain::default();
        let holds = keychain.holds.clone();
        let deleted = send::delete(
            &aws_with(&server, keychain),
            &spec(made.clone()),
            &user(SUB, true),
        )
        .await;
        assert_eq!(deleted.is_ok(), works, "{deleted:?}");
        assert_eq!(*holds.lock().unwrap(), 1, "nobody signs it in meanwhile");
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "one try");
        assert!(
            requests[0].contains("AdminDeleteUser")
                && requests[0].contains(&format!("\"Username\":\"{SUB}\""))
        );
        assert!(!requests[0].contains(USER));
    }
}

#[tokio::test]
async fn an_undo_is_told_by_the_user_that_it_was_sent_for() {
    let server = server(vec![]).await;
    let change = bound(&server, Some(made(SUB)));
    let left = image(Some(user(SUB, true)));
    let undo = Sent {
        way: Way::Undo,
        ..sent(None, None)
    };
    for (now, expected) in [
        (image(None), "before"),
        // Answered with 200, and still there.
        (left.clone(), "after"),
        // Somebody signed it in since.
        (image(Some(user("another", false))), "other"),
    ] {
        let found = change.judge(&Observed::from(now), &image(None), &left, Some(&undo));
        assert_eq!(found.word(), expected, "{found:?}");
    }
    // Watched later, as the step left it.
    let wish = image(Some(CanaryUser::wished()));
    let watched =
        |user: CanaryUser| change.judge(&Observed::from(image(Some(user))), &image(None), &wish, None);
    assert_eq!(watched(user(SUB, true)), Finding::After);
    assert_eq!(watched(user("another", false)).word(), "other");
}

/// The way back does not depend on what the keychain holds since.
#[tokio::test]
async fn who_was_forgotten_is_found_by_the_sub() {
    let server = server(vec![stands(|_| {})]).await;
    let keychain = Keychain {
        empty: true,
        ..Keychain::default()
    };
    let made = Some(made(SUB));
    let change = Bound::new(aws_with(&server, keychain), CanaryChange(spec(made)));
    let now = change.read(None).await.unwrap();
    assert!(server.requests()[0].contains(SUB) && !server.requests()[0].contains(USER));
    let back = change.plan(&now.image, Some(&image(None))).unwrap();
    assert_eq!(back.calls[0].parameters["Username"], SUB);
    assert_eq!(back.calls.len(), 1);
}
