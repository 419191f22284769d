//! A closed world behind a custom endpoint, and what it was asked.

use std::time::Duration;

use switchback_rehearsal::{
    ACCOUNT, AccessKey, Client, Fault, Handle, OTHER_ACCESS_KEY, OTHER_ACCOUNT, World, WorldOptions,
};

use super::{SECRETS, SPEED, TestHome};

/// The tests' own keys, with and without their session token: of the operator, and of another account.
pub(super) fn seeded_keys() -> Vec<AccessKey> {
    let ids = [(SECRETS[3], ACCOUNT), (OTHER_ACCESS_KEY, OTHER_ACCOUNT)];
    let key = |(id, account): (&str, &str), token: Option<&str>| AccessKey {
        id: id.to_owned(),
        secret: SECRETS[0].to_owned(),
        token: token.map(str::to_owned),
        account: account.to_owned(),
    };
    ids.into_iter()
        .flat_map(|of| [key(of, None), key(of, Some(SECRETS[1]))])
        .collect()
}

/// A rehearsal world served by this process.
pub struct Closed {
    runtime: tokio::runtime::Runtime,
    world: Option<World>,
    pub handle: Handle,
}

impl Closed {
    /// Served in a place's home, where runs on the target `rehearsal` find it.
    pub fn of(place: &TestHome) -> Self {
        Self::at(place, SPEED)
    }

    /// So slow that no reading grows old while a test looks at it.
    pub fn slow(place: &TestHome) -> Self {
        Self::at(place, 1)
    }

    fn at(place: &TestHome, scale: u32) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let options = WorldOptions {
            dir: place.home().join("rehearsal"),
            scale,
            insync_delay: Duration::from_secs(20),
            keys: seeded_keys(),
        };
        let world = runtime.block_on(World::start(options)).unwrap();
        let handle = world.handle().clone();
        Self {
            runtime,
            world: Some(world),
            handle,
        }
    }

    pub fn inject(&self, fault: &str) {
        let fault: Fault = fault.parse().unwrap();
        self.runtime
            .block_on(Client::new(&self.handle).inject(&fault))
            .unwrap();
    }

    pub fn lift(&self, fault: &str) {
        self.runtime
            .block_on(Client::new(&self.handle).lift(fault))
            .unwrap();
    }

    fn log(&self) -> Vec<switchback_rehearsal::LogEntry> {
        self.runtime.block_on(Client::new(&self.handle).log(0)).unwrap()
    }

    /// How many changes were carried out, by the server's own log.
    pub fn changes(&self) -> usize {
        let carried_out =
            |entry: &&switchback_rehearsal::LogEntry| entry.service == "route53" && entry.batch.is_some();
        self.log().iter().filter(carried_out).count()
    }

    pub fn was_refused(&self, code: &str) -> bool {
        self.log().iter().any(|entry| entry.code.as_deref() == Some(code))
    }

    pub fn was_called_by(&self, account: &str) -> bool {
        self.log().iter().any(|entry| entry.account == account)
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        if let Some(world) = self.world.take() {
            self.runtime.block_on(world.stop());
        }
    }
}
