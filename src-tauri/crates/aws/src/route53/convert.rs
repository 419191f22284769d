//! Between the SDK's record sets and the model's.

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{self as sdk, RrType};
use switchback_engine::ports::ProviderError;
use switchback_model::dns::{AliasTarget, DnsName, RecordData, RecordSet, RecordType, Routing};

use super::bare;
use crate::connect::incomplete;

/// The type as the model knows it; none for types that a switch never touches.
pub(crate) fn kind(kind: &RrType) -> Option<RecordType> {
    match kind {
        RrType::A => Some(RecordType::A),
        RrType::Aaaa => Some(RecordType::Aaaa),
        RrType::Cname => Some(RecordType::Cname),
        _ => None,
    }
}

/// A listed record set. Values keep Route 53's spelling and order: an exact DELETE must show the one,
/// and who restores a record gives the other back as well.
pub(crate) fn from_sdk(
    name: &DnsName,
    kind: RecordType,
    set: &sdk::ResourceRecordSet,
) -> Result<RecordSet, ProviderError> {
    const OPERATION: &str = "ListResourceRecordSets";
    let refused = refused_routing(set).map(str::to_owned);
    let data = match (&set.alias_target, set.ttl) {
        (Some(alias), _) => RecordData::Alias(AliasTarget {
            zone_id: bare(&alias.hosted_zone_id).to_owned(),
            name: DnsName::new(&alias.dns_name)
                .map_err(|_| incomplete(OPERATION, "readable alias target"))?,
            evaluate_target_health: alias.evaluate_target_health,
        }),
        (None, ttl) => {
            // A traffic policy's record set is listed without values; it is refused anyway.
            let ttl = match ttl {
                Some(ttl) => u32::try_from(ttl).map_err(|_| incomplete(OPERATION, "readable TTL"))?,
                None if refused.is_some() => 0,
                None => return Err(incomplete(OPERATION, "TTL")),
            };
            let values = set
                .resource_records()
                .iter()
                .map(|record| record.value.clone())
                .collect();
            RecordData::Values { ttl, values }
        }
    };
    let routing = Routing {
        set_identifier: set.set_identifier.clone(),
        weight: set.weight,
        region: set.region.as_ref().map(|region| region.as_str().to_owned()),
        failover: set.failover.as_ref().map(|failover| failover.as_str().to_owned()),
        health_check_id: set.health_check_id.clone(),
        refused,
    };
    Ok(RecordSet {
        name: name.clone(),
        kind,
        data,
        routing,
    })
}

fn refused_routing(set: &sdk::ResourceRecordSet) -> Option<&'static str> {
    if set.traffic_policy_instance_id.is_some() {
        Some("traffic policy")
    } else if set.geo_location.is_some() {
        Some("geolocation")
    } else if set.geo_proximity_location.is_some() {
        Some("geoproximity")
    } else if set.multi_value_answer == Some(true) {
        Some("multivalue")
    } else if set.cidr_routing_config.is_some() {
        Some("CIDR")
    } else {
        None
    }
}

/// The record set as it is sent, every field echoed.
pub(crate) fn to_sdk(set: &RecordSet) -> Result<sdk::ResourceRecordSet, BuildError> {
    let kind = match set.kind {
        RecordType::A => RrType::A,
        RecordType::Aaaa => RrType::Aaaa,
        RecordType::Cname => RrType::Cname,
    };
    let mut built = sdk::ResourceRecordSet::builder()
        .name(set.name.as_str())
        .r#type(kind)
        .set_set_identifier(set.routing.set_identifier.clone())
        .set_weight(set.routing.weight)
        .set_region(set.routing.region.as_deref().map(Into::into))
        .set_failover(set.routing.failover.as_deref().map(Into::into))
        .set_health_check_id(set.routing.health_check_id.clone());
    match &set.data {
        RecordData::Values { ttl, values } => {
            built = built.ttl(i64::from(*ttl));
            for value in values {
                built = built.resource_records(sdk::ResourceRecord::builder().value(value).build()?);
            }
        }
        RecordData::Alias(alias) => {
            let target = sdk::AliasTarget::builder()
                .hosted_zone_id(&alias.zone_id)
                .dns_name(alias.name.as_str())
                .evaluate_target_health(alias.evaluate_target_health)
                .build()?;
            built = built.alias_target(target);
        }
    }
    built.build()
}
