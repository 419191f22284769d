//! How often somebody signs in, on a clock that moves only when it is told to.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::VecDeque;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use switchback_engine::ports::ProviderError;
use switchback_journal::{Canary, KeyRing, MemoryKeyRing, Store};
use switchback_testkit::clock::ManualClock;

use super::*;

mod kept;
mod refused;
mod stands;

const POOL: &str = "eu-west-2_EXAMPLE1";

const MINUTE: Duration = Duration::from_secs(60);

/// Answers in turn, and counts.
#[derive(Default)]
struct Fake {
    answers: Mutex<VecDeque<Result<IdToken, NotSignedIn>>>,
    tries: Mutex<Vec<String>>,
    /// What a look says; present where nothing stands here.
    looks: Mutex<VecDeque<Result<bool, ProviderError>>>,
    looked: Mutex<u32>,
}

#[async_trait]
impl Door for Arc<Fake> {
    async fn has(&self, _pool: &PoolId, _canary: &Canary) -> Result<bool, ProviderError> {
        *self.looked.lock().unwrap() += 1;
        self.looks.lock().unwrap().pop_front().unwrap_or(Ok(true))
    }

    async fn has_sub(&self, pool: &PoolId, _sub: &str) -> Result<bool, ProviderError> {
        assert_eq!(pool.as_str(), POOL);
        *self.looked.lock().unwrap() += 1;
        self.looks.lock().unwrap().pop_front().unwrap_or(Ok(true))
    }

    async fn sign_in(&self, _pool: &PoolId, canary: &Canary) -> Result<IdToken, NotSignedIn> {
        self.tries.lock().unwrap().push(canary.password().to_owned());
        // Others ask meanwhile.
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.answers.lock().unwrap().pop_front().unwrap()
    }
}

struct Setup {
    _home: tempfile::TempDir,
    ring: Arc<MemoryKeyRing>,
    store: Store,
    clock: Arc<ManualClock>,
    door: Arc<Fake>,
    given: Arc<Given>,
}

fn pool() -> PoolId {
    PoolId::new(POOL).unwrap()
}

fn target() -> TargetName {
    TargetName::new("prod").unwrap()
}

impl Setup {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let ring: Arc<MemoryKeyRing> = Arc::default();
        let store = Store::open(home.path(), ring.clone() as Arc<dyn KeyRing>).unwrap();
        Self {
            _home: home,
            ring,
            store,
            clock: ManualClock::new(),
            door: Arc::default(),
            given: Arc::default(),
        }
    }

    fn set(&self, password: &str) {
        let canary = Canary::new("client", "canary-of-probes", password.as_bytes()).unwrap();
        self.store.set_canary(&target(), &pool(), &canary).unwrap();
    }

    /// As each run's surroundings have one.
    fn giver(&self) -> Giver {
        self.giver_of(&self.given)
    }

    fn giver_of(&self, given: &Arc<Given>) -> Giver {
        let source = Kept {
            store: self.store.clone(),
            target: target(),
        };
        giver(given, "AWS", source, self.door.clone(), self.clock.clone())
    }

    fn answer(&self, answer: Result<IdToken, NotSignedIn>) {
        self.door.answers.lock().unwrap().push_back(answer);
    }

    /// A token of so many minutes.
    fn token(&self, minutes: i64) -> IdToken {
        let ends = self.clock.now() + SignedDuration::from_mins(minutes);
        let claims = format!("{{\"exp\":{}}}", ends.as_second());
        IdToken::new(format!("a.{}.c", URL_SAFE_NO_PAD.encode(claims)))
    }

    fn tries(&self) -> usize {
        self.door.tries.lock().unwrap().len()
    }
}
