//! The pace of requests, and what is throttled.

use std::time::{Duration, Instant};

use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_rehearsal::ADMINS_POOL;

use super::{anna, everybody, place, pool_id};
use crate::ListPace;

/// A chosen pace is kept from the first page to the last, and no second has more than it says.
#[tokio::test]
async fn a_chosen_pace_spaces_the_pages_evenly() {
    let place = place().await;
    let aws = place
        .aws
        .clone()
        .with_list_pace(ListPace::new(20.try_into().unwrap()));
    assert_eq!((place.aws.list_rate(), aws.list_rate()), (None, Some(20)));
    assert_eq!(
        place.aws.clone().at_pace().list_rate(),
        Some(crate::usual_lists())
    );
    place.world.inject("empty-pages:11".parse().unwrap()).unwrap();
    let started = Instant::now();
    let read = everybody(&aws, &pool_id(ADMINS_POOL)).await;
    // The first at once, and eleven more at least, a twentieth of a second apart.
    assert!(read.pages >= 12, "{}", read.pages);
    assert!(started.elapsed() >= Duration::from_millis(11 * 50 - 5));
}

#[tokio::test]
async fn throttling_is_waited_out_or_named() {
    let place = place().await;
    let pool = pool_id(ADMINS_POOL);
    place
        .world
        .inject("throttle:ListUsers:2".parse().unwrap())
        .unwrap();
    let page = place.aws.list_users(&pool, &anna(), 1).await.unwrap();
    assert_eq!(page.users.len(), 1);
    assert_eq!(place.count("ListUsers"), 3);
    place
        .world
        .inject("throttle:ListUsers:0".parse().unwrap())
        .unwrap();
    let error = place.aws.list_users(&pool, &anna(), 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Throttled);
    assert_eq!(place.count("ListUsers"), 8, "five tries");
}

#[tokio::test]
async fn the_pace_is_at_most_five_a_second() {
    let place = place().await;
    let aws = place.aws.clone().at_pace();
    place.world.inject("empty-pages:7".parse().unwrap()).unwrap();
    let started = Instant::now();
    aws.list_users(&pool_id(ADMINS_POOL), &anna(), 1).await.unwrap();
    assert_eq!(place.count("ListUsers"), 8);
    // A second may hold five at most, so eight take more than one.
    assert!(started.elapsed() > Duration::from_secs(1));
}
