//! How long a token is kept, and who makes one.

use switchback_journal::KeyRingProblem;

use super::refused::refused;
use super::{MINUTE, POOL, Setup, pool, target};
use crate::canaries::*;

#[tokio::test]
async fn a_token_is_kept_until_five_minutes_before_its_end() {
    let desk = Setup::new();
    desk.set("one");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    desk.clock.advance(MINUTE * 54);
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 1, "other surroundings, the same token");
    desk.clock.advance(MINUTE);
    desk.answer(Ok(desk.token(4)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    // One that lives shorter than that is kept for half of its life.
    desk.clock.advance(MINUTE);
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    desk.clock.advance(MINUTE);
    desk.answer(Ok(IdToken::new("no token".to_owned())));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 3);
    // One that does not say when it ends is not kept.
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 4);
    // Of a canary that was set anew or forgotten, nothing is given.
    desk.set("two");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 5);
    desk.store.forget_canary(&target(), &pool()).unwrap();
    let nobody = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(nobody, NoToken::nobody("prod", POOL));
    assert_eq!(
        *desk.door.tries.lock().unwrap(),
        ["one", "one", "one", "one", "two"]
    );
}

/// What says what a sign-in brings is told by one of now; a check that is read every few seconds does not sign in each time.
#[tokio::test]
async fn a_fresh_token_is_half_a_minute_old_at_most() {
    let desk = Setup::new();
    assert!(desk.giver().knows(POOL).await.is_err());
    desk.set("one");
    desk.giver().knows(POOL).await.unwrap();
    assert_eq!(desk.tries(), 0, "nobody is asked for that");
    desk.answer(Ok(desk.token(60)));
    desk.giver().id_token(POOL).await.unwrap();
    desk.clock.advance(std::time::Duration::from_secs(30));
    desk.giver().fresh_id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 1);
    desk.clock.advance(std::time::Duration::from_secs(1));
    desk.answer(Ok(desk.token(60)));
    desk.giver().fresh_id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    // The one of before is not given any more, and this one to everybody.
    desk.clock.advance(MINUTE);
    desk.giver().id_token(POOL).await.unwrap();
    assert_eq!(desk.tries(), 2);
    // It was refused: neither is asked again, nor is the old one given for it.
    desk.answer(Err(refused()));
    desk.giver().fresh_id_token(POOL).await.unwrap_err();
    desk.giver().fresh_id_token(POOL).await.unwrap_err();
    assert_eq!(desk.tries(), 3);
}

#[tokio::test]
async fn who_ask_at_once_make_one_sign_in() {
    let desk = Setup::new();
    desk.set("one");
    desk.answer(Ok(desk.token(60)));
    let givers: Vec<Giver> = (0..8).map(|_| desk.giver()).collect();
    let all = futures_util::future::join_all(givers.iter().map(|giver| giver.id_token(POOL))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(desk.tries(), 1);
    // The same of a refusal.
    desk.set("wrong");
    desk.answer(Err(refused()));
    let all = futures_util::future::join_all(givers.iter().map(|giver| giver.id_token(POOL))).await;
    assert!(all.iter().all(Result::is_err));
    assert_eq!(desk.tries(), 2);
}

#[tokio::test]
async fn a_keychain_that_fails_is_named_and_nobody_signs_in() {
    let desk = Setup::new();
    desk.set("one");
    desk.ring.set_problem(Some(KeyRingProblem::Locked));
    let locked = desk.giver().id_token(POOL).await.unwrap_err();
    assert_eq!(locked.message, "its canary can't be read: the keychain is locked");
    assert!(locked.hint.unwrap().contains("Unlock"));
    let bad = desk.giver().id_token("no pool").await.unwrap_err();
    assert!(bad.message.contains("no id of a user pool"));
    assert_eq!(desk.tries(), 0);
}

#[test]
fn a_rehearsal_knows_its_canary_in_both_pools() {
    let known = Known { target: target() };
    for (id, client) in [
        (switchback_rehearsal::OLD_POOL, switchback_rehearsal::OLD_CLIENT),
        (
            switchback_rehearsal::ADMINS_POOL,
            switchback_rehearsal::REVAL_CLIENT,
        ),
    ] {
        let row = known.row(&PoolId::new(id).unwrap()).unwrap().unwrap();
        let canary = known.canary(&row).unwrap();
        assert_eq!(
            (canary.client(), canary.user()),
            (client, switchback_rehearsal::CANARY_USER)
        );
    }
    assert_eq!(known.row(&pool()).unwrap(), None);
}
