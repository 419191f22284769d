//! The two kinds of action on a name.

use async_trait::async_trait;
use switchback_engine::ports::{Action, ProviderError, SyncState};
use switchback_engine::proof::WriteCx;
use switchback_model::dns::RecordSet;
use switchback_model::event::Receipt;
use switchback_model::{Finding, Image, Preview};

use super::bare;
use super::batch::OPERATION;
use super::judge::judge;
use super::plan::Bound;
use crate::connect::Aws;
use crate::error::refused;

/// `route53.set_ttl`: the TTL of every record set of a name.
#[derive(Debug, Clone)]
pub struct SetTtl {
    aws: Aws,
    spec: switchback_model::SetTtl,
}

impl SetTtl {
    /// Binds the action to its values.
    #[must_use]
    pub fn new(aws: Aws, spec: switchback_model::SetTtl) -> Self {
        Self { aws, spec }
    }

    pub(crate) fn bound(&self) -> Bound<'_> {
        Bound {
            zone_id: bare(&self.spec.zone_id),
            zone: &self.spec.zone,
            name: &self.spec.name,
        }
    }

    fn forward(&self, now: &[RecordSet]) -> Result<Vec<RecordSet>, ProviderError> {
        if now.is_empty() {
            let message = format!("{} has no A, AAAA or CNAME record", self.spec.name.host());
            return Err(refused(
                OPERATION,
                &message,
                "Look at the name and the zone in the runbook.",
            ));
        }
        Ok(now.iter().map(|set| set.with_ttl(self.spec.ttl)).collect())
    }
}

/// `route53.switch`: every record set of a name replaced by the given ones.
#[derive(Debug, Clone)]
pub struct SwitchRecord {
    aws: Aws,
    spec: switchback_model::SwitchRecord,
}

impl SwitchRecord {
    /// Binds the action to its values.
    #[must_use]
    pub fn new(aws: Aws, spec: switchback_model::SwitchRecord) -> Self {
        Self { aws, spec }
    }

    pub(crate) fn bound(&self) -> Bound<'_> {
        Bound {
            zone_id: bare(&self.spec.zone_id),
            zone: &self.spec.zone,
            name: &self.spec.name,
        }
    }

    fn forward(&self) -> Result<Vec<RecordSet>, ProviderError> {
        if !self.spec.to.is_empty() {
            Ok(self.spec.to.clone())
        } else {
            let message = format!(
                "The switch would leave {} without any record",
                self.spec.name.host()
            );
            Err(refused(
                OPERATION,
                &message,
                "Name the records that it shall answer.",
            ))
        }
    }
}

#[async_trait]
impl Action for SetTtl {
    async fn read(&self) -> Result<Image, ProviderError> {
        self.aws
            .read_name(&self.spec.zone_id, &self.spec.zone, &self.spec.name)
            .await
    }

    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        let to = match restore {
            Some(before) => self.bound().sets(before)?.to_vec(),
            None => self.forward(self.bound().sets(from)?)?,
        };
        self.bound().preview(from, to)
    }

    fn judge(&self, now: &Image, before: &Image, after: &Image) -> Finding {
        judge(now, before, after)
    }

    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        self.aws.send(self.bound(), approved, cx.token()).await
    }

    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        self.aws.change_state(receipt).await
    }
}

#[async_trait]
impl Action for SwitchRecord {
    async fn read(&self) -> Result<Image, ProviderError> {
        self.aws
            .read_name(&self.spec.zone_id, &self.spec.zone, &self.spec.name)
            .await
    }

    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        let to = match restore {
            Some(before) => self.bound().sets(before)?.to_vec(),
            None => self.forward()?,
        };
        self.bound().preview(from, to)
    }

    fn judge(&self, now: &Image, before: &Image, after: &Image) -> Finding {
        judge(now, before, after)
    }

    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        self.aws.send(self.bound(), approved, cx.token()).await
    }

    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        self.aws.change_state(receipt).await
    }
}
