//! `ecs.roll`.

use async_trait::async_trait;
use switchback_engine::ports::{ProviderError, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Image, Preview, RollService};

use super::{DESCRIBE, UPDATE, service};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::op::Op;
use crate::resource::Resource;

/// The action: every task of a service is started anew.
#[derive(Debug, Clone)]
pub struct RollChange(pub RollService);

#[async_trait]
impl Change for RollChange {
    type Guard = ();
    const OPS: &'static [Op] = &[DESCRIBE, UPDATE];
    const AGAINST: Against = Against::Nothing;
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        service(&self.0.cluster, &self.0.service)
    }

    fn object(&self) -> String {
        format!("service {} of cluster {}", self.0.service, self.0.cluster)
    }

    async fn read(&self, _: &Aws, _: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        Err(incomplete(DESCRIBE.operation, "service"))
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        Ok(now.clone())
    }

    fn may(&self, _: &Image, _: &Image) -> Result<(), ProviderError> {
        Ok(())
    }

    fn request(&self, _: &Image, _: &Image) -> Option<ApiCall> {
        None
    }

    async fn send(&self, _: &Aws, _: &WriteCx, _: &Preview, _: Option<()>) -> Result<Receipt, ProviderError> {
        Err(incomplete(UPDATE.operation, "deployment"))
    }
}
