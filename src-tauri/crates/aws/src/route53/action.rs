//! The kinds of action on a name: they differ in what they wish, and in nothing else.

use async_trait::async_trait;
use switchback_engine::ports::{Action, ProviderError, SyncState};
use switchback_engine::proof::WriteCx;
use switchback_model::dns::{DnsName, RecordSet};
use switchback_model::event::Receipt;
use switchback_model::{Finding, Image, Preview};

use super::bare;
use super::batch::OPERATION;
use super::judge::judge;
use super::plan::{Bound, not_switched};
use crate::connect::Aws;
use crate::error::refused;

/// What a name shall answer.
#[derive(Debug, Clone)]
enum Wish {
    /// What it answers now, with this TTL in seconds.
    Ttl(u32),
    /// These record sets.
    Sets(Vec<RecordSet>),
}

/// An action on every A, AAAA and CNAME record set of one name.
#[derive(Debug, Clone)]
pub struct NameAction {
    aws: Aws,
    zone_id: String,
    zone: DnsName,
    name: DnsName,
    wish: Wish,
}

impl NameAction {
    /// `route53.set_ttl`: the TTL of every record set of a name.
    #[must_use]
    pub fn set_ttl(aws: Aws, spec: switchback_model::SetTtl) -> Self {
        Self {
            aws,
            zone_id: spec.zone_id,
            zone: spec.zone,
            name: spec.name,
            wish: Wish::Ttl(spec.ttl),
        }
    }

    /// `route53.switch`: every record set of a name replaced by the given ones.
    #[must_use]
    pub fn switch(aws: Aws, spec: switchback_model::SwitchRecord) -> Self {
        Self {
            aws,
            zone_id: spec.zone_id,
            zone: spec.zone,
            name: spec.name,
            wish: Wish::Sets(spec.to),
        }
    }

    pub(crate) fn bound(&self) -> Bound<'_> {
        Bound {
            zone_id: bare(&self.zone_id),
            zone: &self.zone,
            name: &self.name,
        }
    }

    /// What the wish makes of the sets that are there. Only on the way there is a policy refused that an
    /// earlier release has switched: the way back restores whatever was.
    fn forward(&self, now: &[RecordSet]) -> Result<Vec<RecordSet>, ProviderError> {
        let name = self.name.host();
        if let Some(refused) = now.iter().find_map(not_switched) {
            return Err(refused);
        }
        match &self.wish {
            Wish::Ttl(_) if now.is_empty() => Err(refused(
                OPERATION,
                &format!("{name} has no A, AAAA or CNAME record"),
                "Look at the name and the zone in the runbook.",
            )),
            Wish::Ttl(ttl) => Ok(now.iter().map(|set| set.with_ttl(*ttl)).collect()),
            Wish::Sets(sets) if sets.is_empty() => Err(refused(
                OPERATION,
                &format!("The switch would leave {name} without any record"),
                "Name the records that it shall answer.",
            )),
            Wish::Sets(sets) => Ok(sets.clone()),
        }
    }
}

#[async_trait]
impl Action for NameAction {
    async fn read(&self) -> Result<Image, ProviderError> {
        self.aws.read_name(&self.zone_id, &self.zone, &self.name).await
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
