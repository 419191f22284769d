//! `ecs.service`.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::ServiceCheck;

use super::{DESCRIBE, service};
use crate::connect::{Aws, incomplete};
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// The check: a service stands still.
#[derive(Debug, Clone, Copy)]
pub struct ServiceLook<'a>(pub &'a ServiceCheck);

#[async_trait]
impl Look for ServiceLook<'_> {
    type Answer = ();
    const OPS: &'static [Op] = &[DESCRIBE];

    fn resource(&self) -> Option<Resource> {
        Some(service(&self.0.cluster, &self.0.service))
    }

    fn expected(&self) -> String {
        "one completed deployment".to_owned()
    }

    async fn ask(&self, _: &Aws) -> Result<(), ProviderError> {
        Err(incomplete(DESCRIBE.operation, "service"))
    }

    fn judge(&self, (): &()) -> Found {
        Found::wrong(self.expected(), String::new(), Mend::Unsaid(String::new()))
    }
}
