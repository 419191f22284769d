//! The one mutating request, and whether it has reached every server.

use aws_sdk_route53::types::ChangeStatus;
use aws_smithy_types::retry::RetryConfig;
use switchback_engine::ports::{ProviderError, SyncState};
use switchback_model::event::Receipt;

use super::batch::{Batch, OPERATION};
use super::{CHANGE_SETS, GET_CHANGE, bare};
use crate::connect::Aws;
use crate::error::refused;
use crate::observe::CallFacts;
use crate::service::Service;

impl Aws {
    /// Sends what was approved. The SDK's retries are off: a change whose answer was lost would
    /// otherwise be repeated into "not found" although it succeeded.
    pub(crate) async fn send(&self, batch: &Batch, comment: &str) -> Result<Receipt, ProviderError> {
        let request = batch.request(comment).map_err(|_| {
            refused(
                OPERATION,
                "The request could not be built; nothing was sent",
                "Look at the records.",
            )
        })?;
        let seen = CallFacts::default();
        self.pace(Service::Route53).await;
        let once = aws_sdk_route53::config::Builder::default().retry_config(RetryConfig::disabled());
        let call = self
            .route53
            .change_resource_record_sets()
            .hosted_zone_id(&batch.zone_id)
            .change_batch(request)
            .customize()
            .config_override(once)
            .interceptor(seen.clone())
            .send();
        let output = self.run(CHANGE_SETS, &seen, call).await?;
        Ok(Receipt {
            request_id: seen.request_id(),
            change_id: output
                .change_info()
                .map(|info| bare(info.id()).to_owned())
                .filter(|id| !id.is_empty()),
            version: None,
            proven: Vec::new(),
            server_date: self.date_or_clock(&seen),
        })
    }

    /// Whether a change is INSYNC; none where the receipt names no change.
    pub(crate) async fn change_state(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        let Some(id) = &receipt.change_id else {
            return Ok(None);
        };
        let seen = CallFacts::default();
        self.pace(Service::Route53).await;
        let call = self
            .route53
            .get_change()
            .id(bare(id))
            .customize()
            .interceptor(seen.clone())
            .send();
        let output = self.run(GET_CHANGE, &seen, call).await?;
        let in_sync = output
            .change_info()
            .is_some_and(|info| *info.status() == ChangeStatus::Insync);
        Ok(Some(SyncState {
            in_sync,
            server_date: self.date_or_clock(&seen),
        }))
    }
}
