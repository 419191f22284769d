//! Record sets and batches as XML: one set of structs for both ways, unknown elements refused.

use serde::{Deserialize, Serialize};

use super::AwsError;
use crate::records::{Action, Alias, BatchItem, RecordSet, Routing, normal_name};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ChangeRequest {
    #[serde(rename = "@xmlns", default)]
    _xmlns: Option<String>,
    change_batch: ChangeBatch,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ChangeBatch {
    comment: Option<String>,
    changes: Changes,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    #[serde(rename = "Change", default)]
    items: Vec<Change>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Change {
    action: String,
    resource_record_set: ResourceRecordSet,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ResourceRecordSet {
    name: String,
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set_identifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    geo_location: Option<GeoLocation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failover: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    multi_value_answer: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    geo_proximity_location: Option<GeoProximityLocation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cidr_routing_config: Option<CidrRoutingConfig>,
    #[serde(rename = "TTL", default, skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_records: Option<ResourceRecords>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias_target: Option<AliasTarget>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    health_check_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traffic_policy_instance_id: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GeoProximityLocation {
    #[serde(rename = "AWSRegion")]
    region: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CidrRoutingConfig {
    collection_id: String,
    location_name: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GeoLocation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    continent_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subdivision_code: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceRecords {
    #[serde(rename = "ResourceRecord", default)]
    items: Vec<ResourceRecord>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ResourceRecord {
    value: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasTarget {
    #[serde(rename = "HostedZoneId")]
    hosted_zone_id: String,
    #[serde(rename = "DNSName")]
    dns_name: String,
    #[serde(rename = "EvaluateTargetHealth")]
    evaluate_target_health: bool,
}

/// Reads a ChangeResourceRecordsSets request: its comment and its items.
pub(super) fn read_batch(body: &[u8]) -> Result<(Option<String>, Vec<BatchItem>), AwsError> {
    let malformed = |why: String| AwsError::new("MalformedInput", &format!("Invalid XML ; {why}"));
    let text = std::str::from_utf8(body).map_err(|e| malformed(e.to_string()))?;
    let request: ChangeRequest = quick_xml::de::from_str(text).map_err(|e| malformed(e.to_string()))?;
    // The root's name is not checked by the deserialiser.
    if !text.contains("<ChangeResourceRecordSetsRequest") {
        return Err(malformed(
            "the root must be ChangeResourceRecordSetsRequest".to_owned(),
        ));
    }
    let comment = request.change_batch.comment.filter(|c| !c.is_empty());
    if comment.as_ref().is_some_and(|c| c.chars().count() > 256) {
        return Err(AwsError::new(
            "InvalidInput",
            "1 validation error detected: Value at 'changeBatch.comment' failed to satisfy \
             constraint: Member must have length less than or equal to 256",
        ));
    }
    let items = request.change_batch.changes.items;
    if items.is_empty() {
        return Err(AwsError::new(
            "InvalidInput",
            "1 validation error detected: Value at 'changeBatch.changes' failed to satisfy \
             constraint: Member must have length greater than or equal to 1",
        ));
    }
    let batch: Result<Vec<_>, _> = items.into_iter().map(read_item).collect();
    Ok((comment, batch?))
}

fn read_item(item: Change) -> Result<BatchItem, AwsError> {
    let action = match item.action.as_str() {
        "CREATE" => Action::Create,
        "DELETE" => Action::Delete,
        "UPSERT" => Action::Upsert,
        other => {
            return Err(AwsError::new(
                "InvalidInput",
                &format!(
                    "1 validation error detected: Value '{other}' at 'changeBatch.changes.1.member.action' \
                     failed to satisfy constraint: Member must satisfy enum value set: [CREATE, DELETE, UPSERT]"
                ),
            ));
        }
    };
    let record = read_record(action, item.resource_record_set)?;
    Ok(BatchItem { action, record })
}

fn read_record(action: Action, set: ResourceRecordSet) -> Result<RecordSet, AwsError> {
    let place = format!(
        "Change with [Action={}, Name={}, Type={}, SetIdentifier={}]",
        action.name(),
        set.name,
        set.kind,
        set.set_identifier.as_deref().unwrap_or("null")
    );
    let invalid = |why: String| AwsError::new("InvalidInput", &format!("Invalid request: {why} in {place}"));
    let mut routings = Vec::new();
    routings.extend(set.weight.map(Routing::Weight));
    routings.extend(set.region.map(Routing::Region));
    routings.extend(set.failover.map(Routing::Failover));
    routings.extend(set.multi_value_answer.map(Routing::MultiValue));
    routings.extend(
        set.geo_location
            .map(|g| Routing::Geo(g.continent_code, g.country_code, g.subdivision_code)),
    );
    routings.extend(
        set.geo_proximity_location
            .map(|g| Routing::GeoProximity(g.region)),
    );
    routings.extend(
        set.cidr_routing_config
            .map(|c| Routing::Cidr(c.collection_id, c.location_name)),
    );
    if set.traffic_policy_instance_id.is_some() {
        return Err(invalid(
            "A record set of a traffic policy is changed by its instance only".to_owned(),
        ));
    }
    const ONE_OF: &str = "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, \
                          GeoProximityLocation, CidrRoutingConfig]";
    match (&set.set_identifier, routings.as_slice()) {
        (None, []) | (Some(_), [_]) => {}
        (None, [one, ..]) => {
            let kind = one.kind();
            return Err(invalid(format!(
                "Missing field 'SetIdentifier', which {kind} needs,"
            )));
        }
        (Some(_), []) => return Err(invalid(format!("{ONE_OF}, but found none"))),
        (Some(_), _) => return Err(invalid(format!("{ONE_OF}, but found more than one"))),
    }
    let values: Vec<String> = set
        .resource_records
        .map(|r| r.items.into_iter().map(|i| i.value).collect())
        .unwrap_or_default();
    const TARGET: &str = "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
    match (&set.alias_target, set.ttl, values.is_empty()) {
        (Some(_), None, true) | (None, Some(_), false) => {}
        (None, None, true) => return Err(invalid(format!("{TARGET}, but found none"))),
        (None, None, false) => return Err(invalid("Missing field 'TTL'".to_owned())),
        (None, Some(_), true) => return Err(invalid("Missing field 'ResourceRecords'".to_owned())),
        (Some(_), _, _) => return Err(invalid(format!("{TARGET}, but found more than one"))),
    }
    Ok(RecordSet {
        name: normal_name(&set.name),
        kind: set.kind,
        set_identifier: set.set_identifier,
        routing: routings.pop(),
        ttl: set.ttl,
        values,
        alias: set.alias_target.map(|a| Alias {
            hosted_zone_id: a.hosted_zone_id,
            dns_name: normal_name(&a.dns_name),
            evaluate_target_health: a.evaluate_target_health,
        }),
        health_check_id: set.health_check_id,
    })
}

impl From<&RecordSet> for ResourceRecordSet {
    fn from(set: &RecordSet) -> Self {
        let mut wire = Self {
            name: set.name.clone(),
            kind: set.kind.clone(),
            set_identifier: set.set_identifier.clone(),
            ttl: set.ttl,
            health_check_id: set.health_check_id.clone(),
            ..Self::default()
        };
        match &set.routing {
            None => {}
            Some(Routing::Weight(w)) => wire.weight = Some(*w),
            Some(Routing::Region(r)) => wire.region = Some(r.clone()),
            Some(Routing::Failover(f)) => wire.failover = Some(f.clone()),
            Some(Routing::MultiValue(m)) => wire.multi_value_answer = Some(*m),
            Some(Routing::Geo(continent, country, subdivision)) => {
                wire.geo_location = Some(GeoLocation {
                    continent_code: continent.clone(),
                    country_code: country.clone(),
                    subdivision_code: subdivision.clone(),
                });
            }
            Some(Routing::GeoProximity(region)) => {
                wire.geo_proximity_location = Some(GeoProximityLocation {
                    region: region.clone(),
                });
            }
            Some(Routing::Cidr(collection, location)) => {
                wire.cidr_routing_config = Some(CidrRoutingConfig {
                    collection_id: collection.clone(),
                    location_name: location.clone(),
                });
            }
            Some(Routing::TrafficPolicy(id)) => wire.traffic_policy_instance_id = Some(id.clone()),
        }
        if let Some(alias) = &set.alias {
            wire.alias_target = Some(AliasTarget {
                hosted_zone_id: alias.hosted_zone_id.clone(),
                dns_name: alias.dns_name.clone(),
                evaluate_target_health: alias.evaluate_target_health,
            });
        } else {
            wire.resource_records = Some(ResourceRecords {
                items: set
                    .values
                    .iter()
                    .map(|v| ResourceRecord { value: v.clone() })
                    .collect(),
            });
        }
        wire
    }
}

/// A record set as it stands in a listing.
pub(super) fn write_record(set: &RecordSet) -> Result<String, AwsError> {
    quick_xml::se::to_string_with_root("ResourceRecordSet", &ResourceRecordSet::from(set))
        .map_err(|e| AwsError::new("InternalFailure", &e.to_string()))
}
