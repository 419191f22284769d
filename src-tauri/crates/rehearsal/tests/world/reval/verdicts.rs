//! The whole way of Reval's API to the new pool and back, with what the gateway remembers meanwhile.

use std::time::Duration;

use switchback_rehearsal::{
    ADMINS_POOL, OLD_CLIENT, OLD_POOL, REVAL_CLIENT, REVAL_DEPLOYMENT, STAGE_SPREAD, World,
};

use super::pass;
use super::tokens::{deploy, edit, edit_pool, flush, id_token, move_to, point, shown, status, userinfo};
use crate::support::world;

/// The lines of one world that the other has not.
fn only_in(one: &[String], other: &[String]) -> Vec<String> {
    one.iter().filter(|line| !other.contains(line)).cloned().collect()
}

/// What a token of the new pool gets that the gateway has never seen.
async fn fresh(world: &World) -> u16 {
    status(world, &id_token(world, REVAL_CLIENT).await).await
}

#[tokio::test]
async fn the_new_pool_is_let_in_and_taken_back_and_the_world_is_as_before() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 20).await;
    let old = id_token(&world, OLD_CLIENT).await;
    // The first sign-in brings the canary over.
    let early = id_token(&world, REVAL_CLIENT).await;
    let before = world.snapshot().objects();
    assert_eq!(
        (status(&world, &old).await, status(&world, &early).await),
        (200, 401)
    );
    assert_eq!(world.snapshot().objects(), before);

    // What is edited guards nothing: neither is it let in nor does a deployment that no stage serves.
    edit_pool(&world, "add").await;
    assert_eq!(fresh(&world).await, 401);
    let deployment = deploy(&world).await;
    assert_eq!(
        (fresh(&world).await, shown(&world, ADMINS_POOL)),
        (401, (401, vec![]))
    );
    let edited = world.snapshot().objects();
    assert_eq!(
        only_in(&edited, &before).len(),
        1,
        "the authoriser as it is edited"
    );

    move_to(&world, &deployment).await;
    let later = id_token(&world, REVAL_CLIENT).await;
    let said: serde_json::Value = serde_json::from_str(&userinfo(&world, &later).await.body).unwrap();
    assert_eq!(said["pool"], ADMINS_POOL);
    assert_eq!(status(&world, &old).await, 200);
    // The trap: what was tried too early stays refused.
    assert_eq!(status(&world, &early).await, 401);
    assert_eq!(shown(&world, ADMINS_POOL), (200, vec![401]));
    flush(&world).await;
    assert_eq!(
        (status(&world, &early).await, shown(&world, ADMINS_POOL)),
        (200, (200, vec![]))
    );

    // The way back: what was let in stays in until the flush.
    move_to(&world, REVAL_DEPLOYMENT).await;
    assert_eq!((fresh(&world).await, status(&world, &early).await), (401, 200));
    assert_eq!(shown(&world, ADMINS_POOL), (401, vec![200]));
    let unflushed = world.snapshot().objects();
    assert_eq!(
        only_in(&unflushed, &edited).len(),
        1,
        "what the gateway remembers"
    );
    flush(&world).await;
    for token in [&later, &early] {
        assert_eq!(status(&world, token).await, 401);
    }
    assert_eq!(
        (status(&world, &old).await, shown(&world, OLD_POOL)),
        (200, (200, vec![]))
    );
    assert_eq!(world.snapshot().objects(), edited);
    edit_pool(&world, "remove").await;
    assert_eq!(world.snapshot().objects(), before);
    // A new deployment of what there was shows as the old one.
    let copy = deploy(&world).await;
    move_to(&world, &copy).await;
    assert_eq!(world.snapshot().objects(), before);
}

#[tokio::test]
async fn a_verdict_is_remembered_for_so_long_and_no_longer() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    let early = id_token(&world, REVAL_CLIENT).await;
    edit_pool(&world, "add").await;
    let deployment = deploy(&world).await;
    assert_eq!(status(&world, &early).await, 401);
    let tried = world.handle().clock.now();
    move_to(&world, &deployment).await;
    assert_eq!(status(&world, &early).await, 401);
    // The second answer did not make it any longer.
    let left = Duration::try_from(tried + Duration::from_secs(300) - world.handle().clock.now());
    pass(&world, left.unwrap_or_default()).await;
    assert_eq!(
        (status(&world, &early).await, shown(&world, ADMINS_POOL)),
        (200, (200, vec![]))
    );

    // With 0 nothing is remembered, and nobody asks for what was remembered before.
    edit_pool(&world, "remove").await;
    edit(&world, &["replace /authorizerResultTtlInSeconds 0"]).await;
    let forgetful = deploy(&world).await;
    move_to(&world, &forgetful).await;
    assert_eq!(
        (status(&world, &early).await, shown(&world, ADMINS_POOL)),
        (401, (401, vec![]))
    );
    let other = id_token(&world, REVAL_CLIENT).await;
    assert_eq!(status(&world, &other).await, 401);
    move_to(&world, &deployment).await;
    assert_eq!(status(&world, &other).await, 200);
}

#[tokio::test]
async fn a_stage_that_moves_is_old_and_new_in_turn_until_it_is_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 10).await;
    edit_pool(&world, "add").await;
    let deployment = deploy(&world).await;
    world.inject("leak:late".parse().unwrap()).unwrap();
    point(&world, &deployment).await;
    // The service itself says the new one at once.
    assert_eq!(shown(&world, ADMINS_POOL).0, 200);
    let mut met = [fresh(&world).await, fresh(&world).await];
    met.sort_unstable();
    assert_eq!(met, [200, 401]);
    // Also where the world is left and comes again.
    drop(world);
    let world = self::world(dir.path(), 10).await;
    let mut met = [fresh(&world).await, fresh(&world).await];
    met.sort_unstable();
    assert_eq!(met, [200, 401]);
    pass(&world, Duration::from_secs(40)).await;
    assert_eq!([fresh(&world).await, fresh(&world).await], [200, 200]);
    world.lift("leak").unwrap();
    move_to(&world, REVAL_DEPLOYMENT).await;
    assert!(STAGE_SPREAD < Duration::from_secs(40));
    assert_eq!([fresh(&world).await, fresh(&world).await], [401, 401]);
}

#[tokio::test]
async fn a_canary_serves_every_tenth_request_from_an_older_deployment() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 20).await;
    edit_pool(&world, "add").await;
    let deployment = deploy(&world).await;
    move_to(&world, &deployment).await;
    world.inject("stage-canary".parse().unwrap()).unwrap();
    let (old, new) = (
        id_token(&world, OLD_CLIENT).await,
        id_token(&world, REVAL_CLIENT).await,
    );
    let mut refused = 0;
    for _ in 0..20 {
        refused += usize::from(status(&world, &new).await == 401);
    }
    // It remembers for itself, and so does the stage.
    assert_eq!(refused, 2);
    for _ in 0..10 {
        assert_eq!(status(&world, &old).await, 200);
    }
    world.lift("stage-canary").unwrap();
    for _ in 0..10 {
        assert_eq!(status(&world, &new).await, 200);
    }
}
