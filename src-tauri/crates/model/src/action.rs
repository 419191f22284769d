//! The kinds of action. The exhaustive matches over them live in `kinds`; the compiler then lists
//! every place that a new kind must visit.

use serde::{Deserialize, Serialize};

use crate::authorizer::SetAuthorizer;
use crate::canary::SignInCanary;
use crate::deployment::{FlushStage, PointStage, SnapshotApi};
use crate::dns::{DnsName, RecordSet};
use crate::firewall::SetRuleAction;
use crate::image::Image;
use crate::invalidation::Invalidate;
use crate::parameter::SetParameter;
use crate::service::RollService;
use crate::throttle::SetThrottle;
use crate::unknown::Unknown;

/// Sets the TTL of every A, AAAA and CNAME record set of one name by exact DELETE + CREATE. An
/// alias has no TTL of its own and counts as set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetTtl {
    /// The hosted zone's id.
    pub zone_id: String,
    /// The zone's name, to prove that the id means the zone one thinks.
    pub zone: DnsName,
    /// The record's name.
    pub name: DnsName,
    /// Seconds.
    pub ttl: u32,
}

/// Replaces every A, AAAA and CNAME record set of one name by the given ones, in one batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchRecord {
    /// The hosted zone's id.
    pub zone_id: String,
    /// The zone's name, to prove that the id means the zone one thinks.
    pub zone: DnsName,
    /// The record's name.
    pub name: DnsName,
    /// What the name shall answer, sorted.
    pub to: Vec<RecordSet>,
}

/// One mutating request, as the plan says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum ActionSpec {
    /// See [`SetTtl`].
    #[serde(rename = "route53.set_ttl")]
    SetTtl(SetTtl),
    /// See [`SwitchRecord`].
    #[serde(rename = "route53.switch")]
    SwitchRecord(SwitchRecord),
    /// See [`SetParameter`].
    #[serde(rename = "ssm.parameter")]
    SetParameter(SetParameter),
    /// See [`RollService`].
    #[serde(rename = "ecs.roll")]
    RollService(RollService),
    /// See [`SetRuleAction`].
    #[serde(rename = "waf.rule_action")]
    SetRuleAction(SetRuleAction),
    /// See [`SetThrottle`].
    #[serde(rename = "apigateway.throttle")]
    SetThrottle(SetThrottle),
    /// See [`SetAuthorizer`].
    #[serde(rename = "apigateway.authorizer")]
    SetAuthorizer(SetAuthorizer),
    /// See [`SnapshotApi`].
    #[serde(rename = "apigateway.snapshot")]
    SnapshotApi(SnapshotApi),
    /// See [`PointStage`].
    #[serde(rename = "apigateway.stage")]
    PointStage(PointStage),
    /// See [`FlushStage`].
    #[serde(rename = "apigateway.flush")]
    FlushStage(FlushStage),
    /// See [`Invalidate`].
    #[serde(rename = "cloudfront.invalidate")]
    Invalidate(Invalidate),
    /// See [`SignInCanary`].
    #[serde(rename = "cognito.canary")]
    SignInCanary(SignInCanary),
    /// Of a kind that this program does not know: never carried out, nor taken back, by this program.
    #[serde(untagged)]
    Unknown(Unknown),
}

impl ActionSpec {
    /// The kind as written in a runbook.
    #[must_use]
    pub fn id(&self) -> &str {
        match self.word() {
            Ok(word) => word.text(),
            Err(unknown) => unknown.kind(),
        }
    }

    /// The AWS service that it changes; the part of the kind before the dot.
    #[must_use]
    pub fn service(&self) -> &str {
        self.id().split('.').next().unwrap_or_default()
    }

    /// What it changes, by the name that people know it by.
    #[must_use]
    pub fn object(&self) -> &str {
        match self {
            Self::SetTtl(spec) => spec.name.host(),
            Self::SwitchRecord(spec) => spec.name.host(),
            Self::SetParameter(spec) => &spec.name,
            Self::RollService(spec) => &spec.service,
            Self::SetRuleAction(spec) => &spec.rule,
            Self::SetThrottle(spec) => &spec.on.stage,
            Self::SetAuthorizer(spec) => &spec.authorizer,
            Self::SnapshotApi(spec) => &spec.api,
            Self::PointStage(spec) => &spec.on.stage,
            Self::FlushStage(spec) => &spec.on.stage,
            Self::Invalidate(spec) => &spec.distribution,
            // Never by the user's name.
            Self::SignInCanary(spec) => &spec.pool_id,
            Self::Unknown(unknown) => unknown.kind(),
        }
    }

    /// The name whose DNS answers it changes, with the longest TTL in seconds that it gives them; none of
    /// what DNS knows nothing of.
    #[must_use]
    pub fn answers(&self) -> Option<(&DnsName, Option<u32>)> {
        match self {
            Self::SetTtl(spec) => Some((&spec.name, Some(spec.ttl))),
            Self::SwitchRecord(spec) => Some((&spec.name, spec.to.iter().filter_map(RecordSet::ttl).max())),
            Self::SetParameter(_)
            | Self::RollService(_)
            | Self::SetRuleAction(_)
            | Self::SetThrottle(_)
            | Self::SetAuthorizer(_)
            | Self::SnapshotApi(_)
            | Self::PointStage(_)
            | Self::FlushStage(_)
            | Self::Invalidate(_)
            | Self::SignInCanary(_)
            | Self::Unknown(_) => None,
        }
    }

    /// What the way back leaves where `now` is there and `before` was there before the step: the image from before,
    /// unless the kind only adds to what is there. Then it is what is there without what was added, so that what others
    /// wrote meanwhile survives. Pure: what is shown, approved, sent and judged is made by this alone.
    #[must_use]
    pub fn back(&self, now: &Image, before: &Image) -> Image {
        match self {
            Self::SetParameter(spec) => spec.back(now, before),
            Self::SetAuthorizer(spec) => spec.back(now, before),
            Self::SetTtl(_)
            | Self::SwitchRecord(_)
            | Self::RollService(_)
            | Self::SetRuleAction(_)
            | Self::SetThrottle(_)
            | Self::SnapshotApi(_)
            | Self::PointStage(_)
            | Self::FlushStage(_)
            | Self::Invalidate(_)
            | Self::SignInCanary(_)
            | Self::Unknown(_) => before.clone(),
        }
    }

    /// What it adds where `before` is there; none of a kind that replaces it.
    #[must_use]
    pub fn added(&self, before: &Image) -> Option<Vec<String>> {
        match self {
            Self::SetParameter(spec) => spec.ours(before),
            Self::SetAuthorizer(spec) => spec.changes(before),
            Self::SetTtl(_)
            | Self::SwitchRecord(_)
            | Self::RollService(_)
            | Self::SetRuleAction(_)
            | Self::SetThrottle(_)
            | Self::SnapshotApi(_)
            | Self::PointStage(_)
            | Self::FlushStage(_)
            | Self::Invalidate(_)
            | Self::SignInCanary(_)
            | Self::Unknown(_) => None,
        }
    }

    /// Whether it only adds to what is there, so that nothing of it is kept or restored field by field.
    #[must_use]
    pub fn adds(&self) -> bool {
        match self {
            Self::SetParameter(spec) => spec.append().is_some(),
            Self::SetAuthorizer(_) => true,
            Self::SetTtl(_)
            | Self::SwitchRecord(_)
            | Self::RollService(_)
            | Self::SetRuleAction(_)
            | Self::SetThrottle(_)
            | Self::SnapshotApi(_)
            | Self::PointStage(_)
            | Self::FlushStage(_)
            | Self::Invalidate(_)
            | Self::SignInCanary(_)
            | Self::Unknown(_) => false,
        }
    }

    /// Whether it changes no value, and only makes readers read again: a publication. It has no image to go back to;
    /// it is taken back by publishing once more, after what it published was taken back.
    #[must_use]
    pub fn is_publication(&self) -> bool {
        self.word().is_ok_and(crate::kind::ActionWord::is_publication)
    }

    /// Whose readers a publication makes read again, whichever step it is: two rolls of one service show the same.
    /// None of what is no publication.
    #[must_use]
    pub fn readers(&self) -> Option<String> {
        match self {
            Self::RollService(spec) => Some(format!("ecs:{}/{}", spec.cluster, spec.service)),
            Self::FlushStage(spec) => Some(format!("apigateway:{}/{}", spec.on.api, spec.on.stage)),
            Self::Invalidate(spec) => Some(format!("cloudfront:{}", spec.distribution)),
            Self::SetTtl(_)
            | Self::SwitchRecord(_)
            | Self::SetParameter(_)
            | Self::SetRuleAction(_)
            | Self::SetThrottle(_)
            | Self::SetAuthorizer(_)
            | Self::SnapshotApi(_)
            | Self::PointStage(_)
            | Self::SignInCanary(_)
            | Self::Unknown(_) => None,
        }
    }

    /// How many seconds it takes at most until a change of it is served everywhere, where AWS has nothing that could be
    /// asked for that: so long a publication of it waits, or readers would keep what was there before.
    ///
    /// API Gateway names no figure for a stage; that it is not at once shows in the API reference's UpdateStage, which
    /// answers before any deployment is served. Five seconds are a margin, no proof: the proof is the look from outside.
    #[must_use]
    pub fn served_within_s(&self) -> u32 {
        match self {
            Self::PointStage(_) => 5,
            Self::SetTtl(_)
            | Self::SwitchRecord(_)
            | Self::SetParameter(_)
            | Self::RollService(_)
            | Self::SetRuleAction(_)
            | Self::SetThrottle(_)
            | Self::SetAuthorizer(_)
            | Self::SnapshotApi(_)
            | Self::FlushStage(_)
            | Self::Invalidate(_)
            | Self::SignInCanary(_)
            | Self::Unknown(_) => 0,
        }
    }

    /// Whether its images hold personal data or secrets and so must be sealed.
    #[must_use]
    pub fn image_is_secret(&self) -> bool {
        match self {
            Self::SetParameter(spec) => spec.secure,
            // Of an unknown kind no image is ever made.
            Self::SetTtl(_)
            | Self::SwitchRecord(_)
            | Self::RollService(_)
            | Self::SetRuleAction(_)
            | Self::SetThrottle(_)
            | Self::SetAuthorizer(_)
            | Self::SnapshotApi(_)
            | Self::PointStage(_)
            | Self::FlushStage(_)
            | Self::Invalidate(_)
            | Self::SignInCanary(_)
            | Self::Unknown(_) => false,
        }
    }
}
