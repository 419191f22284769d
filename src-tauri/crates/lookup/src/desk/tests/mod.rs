#![expect(clippy::unwrap_used, reason = "tests")]

use switchback_journal::MemoryKeyRing;
use switchback_model::directory::{AccountStatus, Personal, PoolId, PoolRole};
use switchback_testkit::ManualClock;

use super::*;
use crate::query;

mod fake;
mod honest;
mod looked_up;
mod recorded;

pub(crate) use self::fake::Fake;

pub(crate) const EMAIL: &str = "seeded.person@example.nhs.test";

/// What no file, log line or error may hold.
pub(crate) const SEEDED: [&str; 4] = [
    "seeded.person",
    "Seeded",
    "Persson",
    "11111111-2222-4333-8444-555555555555",
];

pub(crate) fn account(pool: &str, number: usize) -> Account {
    Account {
        pool: pool.to_owned(),
        username: Personal::new(format!("11111111-2222-4333-8444-55555555555{}", 5 + number)),
        sub: Some(Personal::new("11111111-2222-4333-8444-555555555555")),
        email: Some(Personal::new(EMAIL)),
        email_verified: Some(true),
        given_name: Some(Personal::new("Seeded")),
        family_name: Some(Personal::new("Persson")),
        status: AccountStatus::Confirmed,
        enabled: Some(true),
        created_at: None,
        modified_at: None,
        mfa: None,
    }
}

pub(crate) const NEW: &str = "eu-west-2_REHEARSAL1";

pub(crate) const OLD: &str = "eu-west-2_REHEARSAL0";

pub(crate) fn place() -> PoolScope {
    let pool = |id: &str, title: &str, role| Pool {
        id: PoolId::new(id).unwrap(),
        title: title.to_owned(),
        role,
    };
    PoolScope::of(
        vec![
            pool(NEW, "Admins pool", PoolRole::New),
            pool(OLD, "Old Reval pool", PoolRole::Old),
        ],
        ManualClock::new(),
    )
}

pub(crate) struct Room {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keys: Arc<MemoryKeyRing>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) by: Operator,
}

pub(crate) fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new();
    let keys = Arc::new(MemoryKeyRing::default());
    let desk = Desk::new(folder.path(), keys.clone(), clock.clone());
    Room {
        desk,
        clock,
        keys,
        folder,
        by: Operator::new("Sam Support").unwrap(),
    }
}

impl Room {
    async fn find(
        &self,
        pools: &Arc<Fake>,
        typed: &str,
        purpose: Option<&str>,
    ) -> Result<LookupView, ApiError> {
        let ask = Ask {
            query: query(typed)?,
            purpose,
            source: None,
            by: &self.by,
        };
        self.desk.find(&place(), Arc::<Fake>::clone(pools), ask).await
    }

    fn trail(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(audit::FILE)).unwrap_or_default()
    }
}

fn with(accounts: Vec<Account>) -> Arc<Fake> {
    Arc::new(Fake {
        accounts,
        ..Fake::default()
    })
}
