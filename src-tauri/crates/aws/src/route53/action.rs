//! The kinds of action on a name: they differ in what they wish, and in nothing else.

use async_trait::async_trait;
use switchback_engine::ports::{Observed, ProviderError, Sent, SyncState};
use switchback_engine::proof::WriteCx;
use switchback_model::dns::{DnsName, RecordSet};
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Finding, Image, Preview, SetTtl, SwitchRecord};

use super::batch::{Batch, OPERATION};
use super::judge::judge;
use super::plan::{Bound, not_switched};
use super::{NAME_OPS, bare, record};
use crate::change::{Against, Change, Seen};
use crate::connect::Aws;
use crate::error::refused;
use crate::op::Op;
use crate::resource::Resource;

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
pub struct NameChange {
    zone_id: String,
    zone: DnsName,
    name: DnsName,
    wish: Wish,
}

impl From<SetTtl> for NameChange {
    /// `route53.set_ttl`: the TTL of every record set of a name.
    fn from(spec: SetTtl) -> Self {
        Self {
            zone_id: spec.zone_id,
            zone: spec.zone,
            name: spec.name,
            wish: Wish::Ttl(spec.ttl),
        }
    }
}

impl From<SwitchRecord> for NameChange {
    /// `route53.switch`: every record set of a name replaced by the given ones.
    fn from(spec: SwitchRecord) -> Self {
        Self {
            zone_id: spec.zone_id,
            zone: spec.zone,
            name: spec.name,
            wish: Wish::Sets(spec.to),
        }
    }
}

impl NameChange {
    fn bound(&self) -> Bound<'_> {
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

    fn batch(&self, from: &Image, to: &Image) -> Option<Batch> {
        let bound = self.bound();
        let (from, to) = (bound.sets(from).ok()?, bound.sets(to).ok()?);
        Some(Batch::between(bound.zone_id, from, to)).filter(|batch| !batch.changes.is_empty())
    }
}

#[async_trait]
impl Change for NameChange {
    type Guard = ();
    const OPS: &'static [Op] = NAME_OPS;
    const AGAINST: Against = Against::TheRequest;
    const SPREADS: bool = true;

    fn resource(&self) -> Resource {
        record(&self.zone_id, &self.name)
    }

    fn object(&self) -> String {
        format!("{} in zone {}", self.name.host(), self.zone.host())
    }

    async fn read(&self, aws: &Aws, _: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        let image = aws.read_name(&self.zone_id, &self.zone, &self.name).await?;
        Ok(Seen {
            observed: image.into(),
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        let bound = self.bound();
        Ok(bound.image(self.forward(bound.sets(now)?)?, now))
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        self.bound().may(from, to)
    }

    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall> {
        Some(self.batch(from, to)?.call())
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        approved: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        match self.batch(&approved.from, &approved.to) {
            Some(batch) => aws.send(&batch, cx.token()).await,
            None => Err(refused(OPERATION, "There is nothing to change", "Read it again.")),
        }
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, _: Option<&Sent<'_>>) -> Finding {
        judge(&now.image, before, after)
    }

    async fn settled(&self, aws: &Aws, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        aws.change_state(receipt).await
    }
}
