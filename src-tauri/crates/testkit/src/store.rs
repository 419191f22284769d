//! An in-memory record store with the semantics of Route 53 that hurt: exact DELETE, atomic batches,
//! a delay until a change is in sync; and its own log of every mutation that it accepted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use switchback_engine::ports::Clock;
use switchback_model::Image;
use switchback_model::dns::{DnsName, RecordSet};

use crate::conformance::{Mutation, Oracle};

/// One entry of the server's own log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The token that the request carried.
    pub token: String,
    /// When.
    pub at: Timestamp,
    /// The whole store after it.
    pub after: Records,
    /// The service that was rolled by it.
    pub rolled: Option<String>,
}

/// The zone under whose names stands what the tasks of services have read.
pub const SEEN: &str = "seen";

/// Every record set, by zone and name.
pub type Records = BTreeMap<(String, DnsName), Vec<RecordSet>>;

/// One change of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BatchChange {
    /// Fails unless exactly this set is there.
    Delete(RecordSet),
    /// Fails if the set is there.
    Create(RecordSet),
}

#[derive(Default)]
struct Inner {
    records: Records,
    log: Vec<Accepted>,
    changes: BTreeMap<String, Timestamp>,
    beside: Vec<String>,
    rolls_fail: bool,
    failed: Vec<String>,
}

/// The store.
pub struct RecordStore {
    inner: Mutex<Inner>,
    clock: Arc<dyn Clock>,
    sync_delay: Duration,
    /// The planted bug UPSERT: preconditions are not looked at.
    upsert: bool,
}

impl RecordStore {
    /// An empty store whose changes are in sync after 2 s.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Mutex::default(),
            clock,
            sync_delay: Duration::from_secs(2),
            upsert: false,
        }
    }

    /// Swaps without looking at what is there (planted bug).
    #[must_use]
    pub fn with_upsert(mut self, upsert: bool) -> Self {
        self.upsert = upsert;
        self
    }

    /// Changes are in sync after this span.
    #[must_use]
    pub fn with_sync_delay(mut self, delay: Duration) -> Self {
        self.sync_delay = delay;
        self
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Puts sets there behind everybody's back, in place of those of their name.
    pub fn put(&self, zone: &str, name: &DnsName, sets: Vec<RecordSet>) {
        let mut sets = sets;
        sets.sort();
        self.lock().records.insert((zone.to_owned(), name.clone()), sets);
    }

    /// Record sets of these types stand beside those of every name from now on.
    pub fn stand_beside(&self, kinds: &[&str]) {
        self.lock().beside = kinds.iter().map(|&kind| kind.to_owned()).collect();
    }

    /// Everything that is there.
    #[must_use]
    pub fn records(&self) -> Records {
        self.lock().records.clone()
    }

    /// Puts everything there as it was.
    pub fn set_records(&self, records: Records) {
        self.lock().records = records;
    }

    /// Puts the server where it was after these entries of its log, over what was there at the start.
    pub fn resume(&self, start: Records, log: &[Accepted]) {
        let mut inner = self.lock();
        inner.records = log.last().map_or(start, |entry| entry.after.clone());
        inner.changes = (1..)
            .zip(log)
            .map(|(n, entry)| (format!("C{n}"), entry.at))
            .collect();
        inner.log = log.to_vec();
    }

    /// The sets of one name.
    #[must_use]
    pub fn image(&self, zone: &str, name: &DnsName) -> Image {
        let inner = self.lock();
        let sets = inner
            .records
            .get(&(zone.to_owned(), name.clone()))
            .cloned()
            .unwrap_or_default();
        Image::RecordSets {
            zone_id: zone.to_owned(),
            name: name.clone(),
            sets,
            beside: inner.beside.clone(),
        }
    }

    /// The server's own log.
    #[must_use]
    pub fn log(&self) -> Vec<Accepted> {
        self.lock().log.clone()
    }

    /// Carries out a batch, all or nothing; gives the change's id or what did not hold.
    pub fn change(
        &self,
        zone: &str,
        name: &DnsName,
        batch: &[BatchChange],
        token: &str,
    ) -> Result<String, String> {
        let now = self.clock.now();
        let mut inner = self.lock();
        let key = (zone.to_owned(), name.clone());
        let mut sets = inner.records.get(&key).cloned().unwrap_or_default();
        for change in batch {
            match change {
                BatchChange::Delete(set) => match sets.iter().position(|there| there == set) {
                    Some(at) => drop(sets.remove(at)),
                    None if self.upsert => sets.retain(|there| there.kind != set.kind),
                    None => return Err(format!("not found: {}", set.line())),
                },
                BatchChange::Create(set) => {
                    if self.upsert {
                        sets.retain(|there| there.kind != set.kind);
                    } else if sets.iter().any(|there| there.kind == set.kind) {
                        return Err(format!("exists: {}", set.line()));
                    }
                    sets.push(set.clone());
                }
            }
        }
        sets.sort();
        inner.records.insert(key, sets);
        let id = format!("C{}", inner.log.len() + 1);
        inner.changes.insert(id.clone(), now);
        let after = inner.records.clone();
        inner.log.push(Accepted {
            token: token.to_owned(),
            at: now,
            after,
            rolled: None,
        });
        Ok(id)
    }

    /// Tasks of a service start and read these names, without a roll: at the start, or in place of one that died.
    pub fn start_tasks(&self, reads: &[String]) {
        see(&mut self.lock().records, reads);
    }

    /// Rolls a service, whose tasks read these names; gives the deployment's id.
    pub fn roll(&self, service: &str, reads: &[String], token: &str) -> String {
        let now = self.clock.now();
        let mut inner = self.lock();
        let id = format!("D{}", inner.log.len() + 1);
        if inner.rolls_fail {
            inner.failed.push(id.clone());
        } else {
            see(&mut inner.records, reads);
        }
        let after = inner.records.clone();
        inner.log.push(Accepted {
            token: token.to_owned(),
            at: now,
            after,
            rolled: Some(service.to_owned()),
        });
        id
    }

    /// From now on rolls fail, or don't: no task of theirs starts.
    pub fn let_rolls_fail(&self, fail: bool) {
        self.lock().rolls_fail = fail;
    }

    /// The last deployment of a service.
    pub fn primary(&self, service: &str) -> String {
        let inner = self.lock();
        let rolled = |entry: &Accepted| entry.rolled.as_deref() == Some(service);
        let last = inner.log.iter().rposition(rolled);
        last.map_or_else(|| "D0".to_owned(), |at| format!("D{}", at + 1))
    }

    /// Whether a deployment failed.
    pub fn has_failed(&self, deployment: &str) -> bool {
        self.lock().failed.iter().any(|id| id == deployment)
    }

    /// Whether a change is on every server; none for a change that it never made.
    #[must_use]
    pub fn in_sync(&self, change: &str) -> Option<bool> {
        let made = *self.lock().changes.get(change)?;
        Some(self.clock.now().duration_since(made).unsigned_abs() >= self.sync_delay)
    }
}

fn see(records: &mut Records, reads: &[String]) {
    for host in reads {
        let name = DnsName::new(host).unwrap();
        let now = records.get(&(crate::plans::ZONE.to_owned(), name.clone()));
        let now = now.cloned().unwrap_or_default();
        records.insert((SEEN.to_owned(), name), now);
    }
}

/// The oracle of a [`RecordStore`].
pub struct StoreOracle {
    store: Arc<RecordStore>,
}

impl StoreOracle {
    /// Over a store.
    #[must_use]
    pub fn new(store: Arc<RecordStore>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Oracle for StoreOracle {
    async fn images(&self) -> Vec<Image> {
        let records = self.store.records();
        records
            .into_iter()
            .map(|((zone_id, name), sets)| Image::RecordSets {
                zone_id,
                name,
                sets,
                beside: Vec::new(),
            })
            .collect()
    }

    async fn accepted(&self) -> Vec<Mutation> {
        let made = |entry: Accepted| Mutation {
            token: Some(entry.token),
            left: None,
            published: None,
        };
        self.store.log().into_iter().map(made).collect()
    }

    async fn second_writer(&self, object: &str) {
        let label = object.split('.').next().unwrap_or(object);
        let set = crate::plans::address(label, 77, "198.51.100.99");
        self.store
            .put(crate::plans::ZONE, &crate::plans::name(label), vec![set]);
    }
}
