#![expect(clippy::unwrap_used, reason = "tests")]

use switchback_engine::ports::ProviderError;
use switchback_model::directory::{Account, Filter, LookupBy, PoolId};
use switchback_rehearsal::{World, WorldOptions};

use super::{UserPage, Walk};
use crate::Aws;
use crate::tests::aws;

mod paced;
mod refused;
mod rules;
mod searched;
mod walked;

struct Setup {
    world: World,
    aws: Aws,
    _dir: tempfile::TempDir,
}

async fn place() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let aws = aws(&world.handle().endpoint);
    Setup {
        world,
        aws,
        _dir: dir,
    }
}

impl Setup {
    async fn found(&self, pool: &str, by: LookupBy, value: &str) -> Vec<Account> {
        let page = self
            .aws
            .list_users(&pool_id(pool), &asked(by, value), 10)
            .await
            .unwrap();
        assert!(!page.more);
        page.users
    }

    fn count(&self, operation: &str) -> u64 {
        let counts = self.world.counts();
        counts
            .get(&format!("cognito-idp:{operation}"))
            .copied()
            .unwrap_or(0)
    }
}

/// What a walk through a pool gave.
#[derive(Default)]
struct Walked {
    users: Vec<Account>,
    pages: usize,
    ended: Option<ProviderError>,
    token: bool,
    endless: bool,
    known: usize,
}

async fn everybody(aws: &Aws, pool: &PoolId) -> Walked {
    goes_on(aws, pool, &mut Walk::default()).await
}

async fn goes_on(aws: &Aws, pool: &PoolId, walk: &mut Walk) -> Walked {
    let mut walked = Walked::default();
    let mut take = |page: UserPage, known: usize| {
        walked.pages += 1;
        walked.known = known;
        walked.users.extend(page.users);
    };
    let broken = aws.every_user(pool, walk, &mut take).await.err();
    walked.token = broken.as_ref().is_some_and(|broken| broken.token);
    walked.endless = broken.as_ref().is_some_and(|broken| broken.endless);
    walked.ended = broken.map(|broken| broken.error);
    walked
}

fn pool_id(text: &str) -> PoolId {
    PoolId::new(text).unwrap()
}

fn asked(by: LookupBy, value: &str) -> Filter {
    Filter::new(by, value).unwrap()
}

fn anna() -> Filter {
    asked(LookupBy::Email, "anna.baker@example.nhs.test")
}
