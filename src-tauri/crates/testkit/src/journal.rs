//! A journal in memory, with the fence rules of the real one and failures on demand.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_engine::ports::{Journal, JournalError, Lease, Vault};
use switchback_model::{Digest, Event, EventKind, Holder, Operator, Plan, RunId};

use crate::vault::MemoryVault;

#[derive(Debug, Default)]
struct Inner {
    events: Vec<Event>,
    durable: usize,
    fence: u64,
    appends: usize,
    fail_append: Option<usize>,
    asked: usize,
    fence_out_at: Option<usize>,
}

/// The append-only journal of one run, in memory.
#[derive(Debug)]
pub struct MemoryJournal {
    inner: Mutex<Inner>,
    sync: bool,
    vault: MemoryVault,
}

impl MemoryJournal {
    /// A journal whose first event opens a run of the plan.
    #[must_use]
    pub fn open(plan: &Plan, at: Timestamp) -> Arc<Self> {
        Self::from_events(vec![opened(plan, at)], true)
    }

    /// The planted bug "append without fsync": events survive [`Self::power_cut`] only if synced.
    #[must_use]
    pub fn open_without_sync(plan: &Plan, at: Timestamp) -> Arc<Self> {
        Self::from_events(vec![opened(plan, at)], false)
    }

    /// A journal that holds these events, all durable.
    #[must_use]
    pub fn from_events(events: Vec<Event>, sync: bool) -> Arc<Self> {
        let fence = events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::DriverStarted { fence, .. } => Some(fence),
                _ => None,
            })
            .max()
            .unwrap_or(0);
        let durable = events.len();
        Arc::new(Self {
            inner: Mutex::new(Inner {
                events,
                durable,
                fence,
                ..Inner::default()
            }),
            sync,
            vault: MemoryVault::default(),
        })
    }

    /// What seals and opens its secret images.
    #[must_use]
    pub fn memory_vault(&self) -> &MemoryVault {
        &self.vault
    }

    /// The bytes that a file would hold.
    #[must_use]
    pub fn bytes(&self) -> String {
        serde_json::to_string(&self.lock().events).unwrap()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Takes the lease: raises the fence.
    pub fn lease(&self) -> Lease {
        let mut inner = self.lock();
        inner.fence += 1;
        Lease {
            holder: holder(),
            fence: inner.fence,
        }
    }

    /// Every event so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.lock().events.clone()
    }

    /// The n-th append from now (1 = the next) fails before anything is written.
    pub fn fail_append(&self, n: usize) {
        let mut inner = self.lock();
        inner.fail_append = Some(inner.appends + n);
    }

    /// Another driver takes the lease right before the n-th question from now whether it still holds.
    pub fn fence_out_at_question(&self, n: usize) {
        let mut inner = self.lock();
        inner.fence_out_at = Some(inner.asked + n);
    }

    /// What was not synced is gone, and what is left is what its bytes say.
    pub fn power_cut(&self) {
        let mut inner = self.lock();
        let durable = inner.durable;
        inner.events.truncate(durable);
        let bytes = serde_json::to_vec(&inner.events).unwrap();
        inner.events = serde_json::from_slice(&bytes).unwrap();
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(
        &self,
        lease: &Lease,
        at: Timestamp,
        events: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError> {
        let mut inner = self.lock();
        if inner.fence != lease.fence {
            return Err(JournalError::Fenced(format!(
                "another driver holds the lease (fence {})",
                inner.fence
            )));
        }
        inner.appends += 1;
        if inner.fail_append == Some(inner.appends) {
            return Err(JournalError::NotWritten("disk full".to_owned()));
        }
        let first = inner.events.len() as u64 + 1;
        let written: Vec<Event> = (first..)
            .zip(events)
            .map(|(seq, kind)| Event { seq, at, kind })
            .collect();
        inner.events.extend(written.iter().cloned());
        if self.sync {
            inner.durable = inner.events.len();
        }
        Ok(written)
    }

    fn vault(&self) -> Option<&dyn Vault> {
        Some(&self.vault)
    }

    async fn read(&self, after_seq: u64) -> Result<Vec<Event>, JournalError> {
        Ok(self
            .lock()
            .events
            .iter()
            .filter(|event| event.seq > after_seq)
            .cloned()
            .collect())
    }

    async fn holds(&self, lease: &Lease) -> Result<(), JournalError> {
        let mut inner = self.lock();
        inner.asked += 1;
        if inner.fence_out_at == Some(inner.asked) {
            inner.fence += 1;
        }
        if inner.fence == lease.fence {
            Ok(())
        } else {
            Err(JournalError::Fenced(format!(
                "another driver holds the lease (fence {})",
                inner.fence
            )))
        }
    }
}

/// The operator of every test.
#[must_use]
pub fn operator() -> Operator {
    Operator::new("Ada").unwrap()
}

fn holder() -> Holder {
    Holder {
        by: operator(),
        host: "desk".to_owned(),
        pid: 1,
    }
}

/// The event that opens a run.
#[must_use]
pub fn opened(plan: &Plan, at: Timestamp) -> Event {
    Event {
        seq: 1,
        at,
        kind: EventKind::RunOpened {
            run: RunId::new("run-1").unwrap(),
            plan: plan.clone().into(),
            plan_digest: Digest::of(plan),
            endpoint: None,
            by: operator(),
        },
    }
}
