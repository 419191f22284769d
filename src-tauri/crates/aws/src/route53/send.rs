//! The one mutating request, and whether it has reached every server.

use aws_sdk_route53::types::ChangeStatus;
use aws_smithy_types::retry::RetryConfig;
use switchback_engine::ports::{ProviderError, SyncState};
use switchback_model::event::Receipt;

use super::batch::{Batch, OPERATION};
use super::{CHANGE_SETS, GET_CHANGE, bare};
use crate::connect::{Aws, incomplete};
use crate::error::refused;
use crate::grammar::Word;
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
            // It is journalled. One that is no id is none: then every server is asked instead.
            change_id: output
                .change_info()
                .and_then(|info| Word::id(bare(info.id())).fits()),
            version: None,
            proven: Vec::new(),
            server_date: self.date_or_clock(&seen),
        })
    }

    /// Whether a change is INSYNC; none where the receipt names no change.
    ///
    /// # Errors
    /// As any read, and `Untrue` where the answer is about another change or gives a state that there is not.
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
        let untrue = |what: String| ProviderError {
            request_id: seen.request_id(),
            message: what,
            ..incomplete(GET_CHANGE.operation, "change")
        };
        let info = output
            .change_info()
            .ok_or_else(|| incomplete(GET_CHANGE.operation, "change"))?;
        // What is so of another change says nothing of ours.
        if bare(info.id()) != bare(id) {
            return Err(untrue(format!(
                "AWS answers about another change: asked about {}, told of {}",
                Word::id(bare(id)),
                Word::id(bare(info.id()))
            )));
        }
        let in_sync = match info.status() {
            ChangeStatus::Insync => true,
            ChangeStatus::Pending => false,
            other => {
                return Err(untrue(format!(
                    "AWS says of the change {} what is neither PENDING nor INSYNC: {}",
                    Word::id(bare(id)),
                    Word::status(other.as_str())
                )));
            }
        };
        Ok(Some(SyncState {
            in_sync,
            server_date: self.date_or_clock(&seen),
        }))
    }
}
