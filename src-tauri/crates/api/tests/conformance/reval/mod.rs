//! Reval: the authoriser, the stage and the distribution before it, as the world has them, and what its users meet. A
//! user with a token of the new pool asks who they are whenever readers are read; what they are told is kept for a while,
//! as it is for everybody.

use std::sync::Arc;
use std::time::Duration;

use switchback_model::{ApiStage, DoneHow, Image, RollbackScope, Step, StepState, Way};
use switchback_rehearsal as rehearsal;
use switchback_testkit::conformance::cell;
use switchback_testkit::{FaultyWorld, Rig, deployed};

use crate::SLOTS;
use crate::bench::{Troubled, What, in_real_time};

mod images;
mod user;

pub use self::images::{
    authorizer, authorizer_left, distribution, edges, not_invalidated, origin, pointer, pointer_left,
    verdicts, whole,
};
pub use self::user::User;

/// The step that people do by hand.
pub const RELEASE: &str = "release";

/// The pool that somebody else has the authoriser accept.
pub const THIRD_POOL: &str = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL2";

/// The pool that comes.
pub fn new_pool() -> String {
    format!(
        "arn:aws:cognito-idp:eu-west-2:{}:userpool/{}",
        rehearsal::ACCOUNT,
        rehearsal::ADMINS_POOL
    )
}

fn stage() -> ApiStage {
    ApiStage {
        api: rehearsal::REVAL_API.to_owned(),
        stage: rehearsal::REVAL_STAGE.to_owned(),
    }
}

/// The authoriser accepts the new pool.
pub fn accepts() -> Step {
    let of = (rehearsal::REVAL_API, rehearsal::REVAL_AUTHORIZER);
    deployed::accepts("accept", of, &new_pool())
}

/// The same, and it is put on the stage and published.
pub fn deploys() -> Vec<Step> {
    let accept = accepts();
    let snapshot = Step {
        after: vec![accept.id.clone()],
        ..deployed::snapshot("snapshot", rehearsal::REVAL_API)
    };
    let point = deployed::points("point", &stage(), &snapshot);
    let flush = deployed::flushes("flush", &stage(), &point);
    vec![accept, snapshot, point, flush]
}

/// A release by hand, and the invalidation by which browsers see it.
pub fn releases() -> Vec<Step> {
    let release = deployed::released(RELEASE);
    let invalidate = deployed::invalidates("invalidate", rehearsal::DISTRIBUTION, &["/*"], &release);
    vec![release, invalidate]
}

/// The operation that changes an object, as the trace names that.
pub fn changes(object: &str) -> &'static str {
    match object {
        rehearsal::REVAL_AUTHORIZER => "UpdateAuthorizer",
        rehearsal::REVAL_API => "CreateDeployment",
        rehearsal::REVAL_STAGE => "UpdateStage",
        rehearsal::DISTRIBUTION => "CreateInvalidation",
        _ => "FlushStageAuthorizersCache",
    }
}

/// Between the last look and the request nothing guards an authoriser: a pool that somebody else adds there survives
/// both ways, because a request names ours alone, and what it was to do counts as done by ours alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_comes_between_the_last_look_and_the_request_survives() {
    for way in [Way::Apply, Way::Undo] {
        let _slot = SLOTS.acquire().await.unwrap();
        let (subject, closed) = in_real_time(What::Authorizer).await;
        let faulty = FaultyWorld::new(subject.world.clone(), None);
        let (clock, journal) = (subject.clock.clone(), subject.journal.clone());
        let mut desk = Rig::start(clock, journal, faulty.clone(), faulty.killed())
            .await
            .unwrap();
        let start = subject.oracle.images().await;
        let held = |world: Arc<rehearsal::World>| {
            world
                .inject("lands-late:UpdateAuthorizer:600:1".parse().unwrap())
                .unwrap();
            tokio::spawn(async move {
                // It is used up once the request is there.
                let is_there = || world.snapshot().faults.is_empty();
                while !is_there() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                world.inject("authorizer-edited".parse().unwrap()).unwrap();
            })
        };
        let edited = match way {
            Way::Apply => Some(held(closed.clone())),
            Way::Undo | Way::Publish => None,
        };
        desk.apply("accept").await.unwrap();
        let state = desk.state("accept");
        assert!(
            matches!(
                state,
                StepState::Done {
                    how: DoneHow::Verified
                }
            ),
            "{state:?}"
        );
        let edited = match edited {
            Some(edited) => edited,
            None => held(closed.clone()),
        };
        desk.roll_back(RollbackScope::All).await.unwrap();
        edited.await.unwrap();
        assert_eq!(desk.rollback_state(), "completed", "{way:?}");
        let pools = |image: &Image| match image {
            Image::Authorizer { content, .. } => content.pools.clone(),
            _ => unreachable!("an authoriser"),
        };
        let mut expected = pools(&start[0]);
        expected.insert(THIRD_POOL.to_owned());
        assert_eq!(pools(&subject.oracle.images().await[0]), expected, "{way:?}");
    }
}

/// What goes wrong between the adapter and the world, as the adapter itself hears it: nothing is made twice, and all
/// is seen there and back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_or_cut_on_the_wire_leaves_nothing_in_doubt() {
    let mut running = Vec::new();
    for (what, operation) in [
        (What::Authorizer, "UpdateAuthorizer"),
        (What::Pointed, "CreateDeployment"),
        (What::Pointed, "UpdateStage"),
        (What::Pointed, "FlushStageAuthorizersCache"),
        (What::Invalidated, "CreateInvalidation"),
    ] {
        for fault in ["lost-response", "answer-cut"] {
            let fault = format!("{fault}:{operation}:1");
            running.push(tokio::spawn(async move {
                let _slot = SLOTS.acquire().await.unwrap();
                let bench = Troubled { what, fault };
                let (_, outcome) = cell(&bench, None).await;
                outcome
                    .err()
                    .map(|why| format!("{what:?} {}: {why}", bench.fault))
            }));
        }
    }
    let mut red = Vec::new();
    for one in running {
        red.extend(one.await.unwrap());
    }
    assert!(red.is_empty(), "{}", red.join("\n"));
}
