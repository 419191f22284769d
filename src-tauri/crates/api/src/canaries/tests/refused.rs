//! A refused sign-in is not tried again for a while; a failure is.

use std::time::Duration;

use switchback_engine::ports::{ProviderError, ProviderErrorKind};

use super::{MINUTE, POOL, Setup, target};
use crate::canaries::*;

pub(super) fn refused() -> NotSignedIn {
    NotSignedIn::Refused {
        why: "the password is not accepted".to_owned(),
        mend: "Look at the password.",
    }
}

#[tokio::test]
async fn a_refused_sign_in_is_not_tried_again_for_a_while() {
    let desk = Setup::new();
    desk.set("wrong");
    desk.answer(Err(refused()));
    let first = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(
        first.message,
        "the sign-in of its canary was refused: the password is not accepted"
    );
    let hint = first.hint.unwrap();
    assert!(
        hint.starts_with("Look at the password. ")
            && hint.contains("canary set --target prod --pool eu-west-2_EXAMPLE1"),
        "{hint}"
    );
    desk.clock.advance(MINUTE * 14);
    let again = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(
        again.message,
        "the sign-in of its canary was refused at 09:00 UTC: the password is not accepted; not tried again before \
         09:15 UTC, so that nobody is locked out"
    );
    // Nor by another program of this home, nor where the clock was set back a little.
    let other: Arc<Given> = Arc::default();
    desk.giver_of(&other).id_token(POOL).await.unwrap_err();
    desk.clock.jump_wall(SignedDuration::from_mins(-20));
    desk.giver().id_token(POOL).await.unwrap_err();
    desk.clock.jump_wall(SignedDuration::from_mins(20));
    assert_eq!(desk.tries(), 1);
    // After a while it is.
    desk.clock.advance(MINUTE);
    desk.answer(Err(refused()));
    desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(desk.tries(), 2);
    // Once it gets in, nothing is held against it.
    let row = || desk.store.canaries(&target()).unwrap().remove(0);
    assert!(row().refused.is_some());
    desk.clock.advance(MINUTE * 15);
    desk.answer(Ok(desk.token(10)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(row().refused, None);
    // Set anew, a refused one is tried at once.
    desk.clock.advance(MINUTE * 10);
    desk.answer(Err(refused()));
    desk.giver().id_token(POOL).await.unwrap_err();
    desk.set("right");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 5);
}

#[tokio::test]
async fn what_is_no_refusal_is_tried_again() {
    let desk = Setup::new();
    desk.set("one");
    let lost = ProviderError {
        kind: ProviderErrorKind::NoAnswer,
        operation: "InitiateAuth".to_owned(),
        message: "No answer came in time from AWS".to_owned(),
        hint: None,
        request_id: None,
        sent: true,
    };
    desk.answer(Err(NotSignedIn::Untold(lost)));
    let words = desk.giver().id_token(POOL).await.unwrap_err();
    assert!(words.message.contains("No answer came in time"), "{words}");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
}

/// Who asks gives up, and what came of it is remembered all the same.
#[tokio::test]
async fn a_question_that_was_given_up_is_no_other_try() {
    let desk = Setup::new();
    desk.set("wrong");
    desk.answer(Err(refused()));
    let giver = desk.giver();
    let hasty = tokio::time::timeout(Duration::from_millis(1), async {
        while desk.tries() == 0 {
            let _ = futures_util::poll!(Box::pin(giver.id_token(POOL)));
            tokio::task::yield_now().await;
        }
    });
    let _ = hasty.await;
    giver.id_token(POOL).await.unwrap_err();
    assert_eq!(desk.tries(), 1);
}

/// What the step was refused is remembered for everybody, for as long as for any other sign-in.
#[tokio::test]
async fn a_refusal_of_the_step_is_a_pause_for_all() {
    use switchback_aws::cognito::Canaries as _;
    let desk = Setup::new();
    desk.set("wrong");
    let mut held = desk.giver().hold_to_sign_in(POOL).await.ok().unwrap();
    held.refused("the password is not accepted", "Look at the password.")
        .await;
    drop(held);
    let paused = desk.giver().hold_to_sign_in(POOL).await.err().unwrap();
    assert!(paused.message.contains("not tried again"), "{paused:?}");
    // Another process of this home, and the checks.
    let other: Arc<Given> = Arc::default();
    assert!(desk.giver_of(&other).hold_to_sign_in(POOL).await.is_err());
    assert!(
        desk.giver()
            .id_token(POOL)
            .await
            .unwrap_err()
            .message
            .contains("not tried again")
    );
    assert_eq!(desk.tries(), 0);
    // Its deletion does not wait for that.
    drop(desk.giver().hold(POOL).await);
    desk.clock.advance(15 * MINUTE);
    assert!(desk.giver().hold_to_sign_in(POOL).await.is_ok());
}
