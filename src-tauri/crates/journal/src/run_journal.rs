//! One run behind the engine's port.

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_engine::doubt::Doubt;
use switchback_engine::evolve::IllegalEvent;
use switchback_engine::ports::{Journal, JournalError, Lease, Vault};
use switchback_engine::run::Run;
use switchback_model::{Event, EventKind, RunId};

use crate::store::Store;

/// One run of a [`Store`]. Each call runs on a blocking thread; an append that was started is
/// finished even if its future is dropped.
#[derive(Debug, Clone)]
pub struct RunJournal {
    store: Store,
    run: RunId,
}

impl RunJournal {
    pub(crate) fn new(store: Store, run: RunId) -> Self {
        Self { store, run }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn parts(&self) -> (Store, RunId) {
        (self.store.clone(), self.run.clone())
    }

    async fn blocking<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Store, &RunId) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let Self { store, run } = self.clone();
        match tokio::task::spawn_blocking(move || act(&store, &run)).await {
            Ok(result) => result,
            Err(_) => Err(JournalError::NotWritten(
                "the journal's thread broke off. Start the program again".to_owned(),
            )),
        }
    }
}

#[async_trait]
impl Journal for RunJournal {
    async fn append(
        &self,
        lease: &Lease,
        at: Timestamp,
        events: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError> {
        let lease = lease.clone();
        self.blocking(move |store, run| store.inner.append(run, &lease, at, events))
            .await
    }

    async fn read(&self, after_seq: u64) -> Result<Vec<Event>, JournalError> {
        self.blocking(move |store, run| store.inner.read(run, after_seq, None))
            .await
    }

    async fn doubt(&self) -> Result<Option<Doubt>, JournalError> {
        self.blocking(|store, run| store.inner.doubt(run)).await
    }

    fn vault(&self) -> Option<&dyn Vault> {
        Some(self)
    }

    async fn fold(&self) -> Result<Result<Run, IllegalEvent>, JournalError> {
        self.blocking(move |store, run| store.inner.fold(run)).await
    }

    async fn holds(&self, lease: &Lease) -> Result<(), JournalError> {
        let lease = lease.clone();
        self.blocking(move |store, run| store.inner.holds(run, &lease))
            .await
    }
}
