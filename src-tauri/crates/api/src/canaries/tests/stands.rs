//! A canary that its pool does not have, or that a step holds, is signed in by nobody.

use std::time::Duration;

use switchback_engine::ports::{ProviderError, ProviderErrorKind};

use super::{POOL, Setup};
use crate::canaries::*;

/// A look, and no sign-in, which would make it there.
#[tokio::test]
async fn a_canary_that_its_pool_does_not_have_is_never_signed_in() {
    let desk = Setup::new();
    desk.set("right");
    desk.door.looks.lock().unwrap().push_back(Ok(false));
    let absent = desk.giver().id_token(POOL).await.unwrap_err();
    assert!(absent.message.contains("would make it there"), "{absent}");
    assert!(absent.hint.unwrap().contains("pool-canary"));
    assert_eq!(desk.tries(), 0);
    // It is no refusal: once it is there, it is signed in at once.
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 1);
    // A token that is kept needs no look.
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(*desk.door.looked.lock().unwrap(), 2);
}

#[tokio::test]
async fn where_nobody_can_tell_whether_it_is_there_nobody_is_signed_in() {
    let desk = Setup::new();
    desk.set("right");
    let denied = ProviderError {
        kind: ProviderErrorKind::Denied,
        operation: "AdminGetUser".to_owned(),
        message: "The role may not read users".to_owned(),
        hint: Some("Ask for the permission.".to_owned()),
        request_id: None,
        sent: true,
    };
    let half = [Ok(false), Err(denied.clone())];
    let looks = [Err(denied.clone()), Err(denied), Ok(true), Ok(false), Ok(true)];
    let looks = looks.into_iter().chain(half);
    desk.door.looks.lock().unwrap().extend(looks);
    let unasked = desk.giver().id_token(POOL).await.unwrap_err();
    assert!(unasked.message.contains("nobody was signed in"), "{unasked}");
    assert_eq!(desk.tries(), 0);
    assert!(desk.giver().stands(POOL, None).await.is_err());
    let stands = |by_name, by_sub| Stands { by_name, by_sub };
    let seen = desk.giver().stands(POOL, None).await.unwrap();
    assert_eq!(seen, stands(true, None));
    let seen = desk.giver().stands(POOL, Some("a sub")).await.unwrap();
    assert_eq!(seen, stands(false, Some(true)));
    // Half a look is none.
    assert!(desk.giver().stands(POOL, Some("a sub")).await.is_err());
    assert_eq!(desk.tries(), 0, "a look signs nobody in");
}

/// While the step that makes or deletes it has it in hand, nobody else signs it in; and what tokens there were are gone.
#[tokio::test]
async fn a_held_canary_is_signed_in_by_nobody_else_and_its_token_is_gone() {
    use switchback_aws::cognito::Canaries as _;
    let desk = Setup::new();
    desk.set("right");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    let held = desk.giver().hold(POOL).await;
    desk.door.looks.lock().unwrap().push_back(Ok(false));
    let giver = desk.giver();
    let asked = tokio::spawn(async move { giver.id_token(POOL).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!asked.is_finished(), "it waits");
    drop(held);
    // It was deleted meanwhile: nothing is given of what was kept.
    assert!(
        asked
            .await
            .unwrap()
            .unwrap_err()
            .message
            .contains("would make it there")
    );
    assert_eq!(desk.tries(), 1);
}
