//! The engine's view of a closed world, which lives as long as that view.

use std::sync::Arc;

use async_trait::async_trait;
use switchback_api::world::RunWorld;
use switchback_engine::ports::{Action, History, Identity, ProviderError, World};
use switchback_model::{ActionSpec, CheckReading, CheckSpec, Target};
use switchback_rehearsal as rehearsal;

use crate::wire::Proxy;

/// Keeps the closed world alive as long as the engine's view of it.
pub(super) struct Held {
    pub(super) inner: RunWorld,
    pub(super) closed: Arc<rehearsal::World>,
    pub(super) _proxy: Option<Proxy>,
    pub(super) _dir: tempfile::TempDir,
}

#[async_trait]
impl World for Held {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        self.inner.action(spec)
    }
    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        self.inner.identity(target).await
    }
    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        let _alive = &self.closed;
        self.inner.check(spec, history).await
    }
}
