//! The rules of ChangeResourceRecordSets: what a batch does to a zone, or every objection to it.
//!
//! Sources: the API reference of ChangeResourceRecordSets, "Values that are common for all routing
//! policies", and observed answers. Existence is judged item by item, in order; what may stand beside
//! what is judged on the result, so a DELETE and a CREATE in one batch can swap a CNAME for an alias.

use std::collections::BTreeSet;

use hickory_proto::rr::{RData, RecordType};

use crate::aws::AwsError;
use crate::records::{Action, BatchItem, RecordSet, Routing, in_zone};
use crate::seed;

/// Record values in one batch; an UPSERT counts twice.
const MOST_VALUES: usize = 1_000;
/// Characters of all values in one batch; an UPSERT counts twice.
const MOST_CHARACTERS: usize = 32_000;
const TYPES: [&str; 17] = [
    "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP",
    "SVCB", "TLSA", "TXT",
];

/// The zone's record sets after the batch; nothing is half done.
pub(crate) fn apply(
    current: &[RecordSet],
    zone: &str,
    batch: &[BatchItem],
) -> Result<Vec<RecordSet>, AwsError> {
    check_limits(batch)?;
    let mut objections = Vec::new();
    let mut next = current.to_vec();
    for item in batch {
        check_form(item)?;
        if !in_zone(&item.record.name, zone) {
            objections.push(format!(
                "RRSet with DNS name {} is not permitted in zone {zone}",
                item.record.name
            ));
            continue;
        }
        if item.action != Action::Delete {
            check_values(&item.record, &mut objections);
        }
        apply_item(&mut next, item, &mut objections);
    }
    if objections.is_empty() {
        check_result(&next, zone, batch, &mut objections);
    }
    if objections.is_empty() {
        next.sort_by_key(RecordSet::order);
        Ok(next)
    } else {
        Err(AwsError::new(
            "InvalidChangeBatch",
            &format!("[{}]", objections.join(", ")),
        ))
    }
}

fn check_limits(batch: &[BatchItem]) -> Result<(), AwsError> {
    let mut values = 0;
    let mut characters = 0;
    for item in batch {
        let times = if item.action == Action::Upsert { 2 } else { 1 };
        values += times * item.record.values.len().max(1);
        characters += times * item.record.values.iter().map(String::len).sum::<usize>();
    }
    let too_many = |message: String| Err(AwsError::new("InvalidChangeBatch", &message));
    if values > MOST_VALUES {
        return too_many(format!("Number of records limit of {MOST_VALUES} exceeded."));
    }
    if characters > MOST_CHARACTERS {
        return too_many(format!(
            "Number of characters in RDATA limit of {MOST_CHARACTERS} exceeded."
        ));
    }
    Ok(())
}

fn check_form(item: &BatchItem) -> Result<(), AwsError> {
    let set = &item.record;
    let invalid = |why: String| Err(AwsError::new("InvalidInput", &why));
    if !TYPES.contains(&set.kind.as_str()) {
        return invalid(format!(
            "1 validation error detected: Value '{}' at \
             'changeBatch.changes.1.member.resourceRecordSet.type' failed to satisfy constraint: \
             Member must satisfy enum value set: [{}]",
            set.kind,
            TYPES.join(", ")
        ));
    }
    if set.ttl.is_some_and(|ttl| ttl > 2_147_483_647) {
        return invalid("The TTL must be between 0 and 2147483647".to_owned());
    }
    let identifier = set.set_identifier.as_ref().map(|id| id.chars().count());
    if identifier.is_some_and(|length| !(1..=128).contains(&length)) {
        return invalid(
            "1 validation error detected: Value at 'changeBatch.changes.1.member.resourceRecordSet.setIdentifier' \
             failed to satisfy constraint: Member must have length between 1 and 128"
                .to_owned(),
        );
    }
    match &set.routing {
        Some(Routing::Weight(weight)) if *weight > 255 => {
            invalid(format!("The weight {weight} is not between 0 and 255"))
        }
        Some(Routing::Failover(role)) if role != "PRIMARY" && role != "SECONDARY" => {
            invalid(format!("The failover role {role} is not PRIMARY or SECONDARY"))
        }
        _ => Ok(()),
    }
}

fn check_values(set: &RecordSet, objections: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for value in &set.values {
        if !seen.insert(value) {
            objections.push(format!("Duplicate Resource Record: '{value}'"));
        } else if let Err(why) = parse_value(&set.kind, value) {
            objections.push(format!(
                "Invalid Resource Record: 'FATAL problem: {why} encountered with '{value}''"
            ));
        }
    }
    if matches!(set.kind.as_str(), "CNAME" | "SOA") && set.values.len() > 1 {
        objections.push(format!(
            "RRSet of type {} with DNS name {} may have only one value",
            set.kind, set.name
        ));
    }
}

fn parse_value(kind: &str, value: &str) -> Result<(), String> {
    match kind {
        "A" => value
            .parse::<std::net::Ipv4Addr>()
            .map(drop)
            .map_err(|_| "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)".to_owned()),
        "AAAA" => value
            .parse::<std::net::Ipv6Addr>()
            .map(drop)
            .map_err(|_| "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)".to_owned()),
        "TXT" | "SPF" if !(value.starts_with('"') && value.ends_with('"') && value.len() >= 2) => {
            Err("InvalidCharacterString (Value should be enclosed in quotation marks)".to_owned())
        }
        // The parser has no presentation form for these two.
        "SPF" | "DS" => Ok(()),
        _ => {
            let kind: RecordType = kind.parse().map_err(|_| "UnknownType".to_owned())?;
            RData::try_from_str(kind, value)
                .map(drop)
                .map_err(|e| format!("InvalidRDATA ({e})"))
        }
    }
}

fn place(set: &RecordSet) -> String {
    let identifier = set
        .set_identifier
        .as_ref()
        .map(|id| format!(", set identifier='{id}'"))
        .unwrap_or_default();
    format!("[name='{}', type='{}'{identifier}]", set.name, set.kind)
}

fn apply_item(next: &mut Vec<RecordSet>, item: &BatchItem, objections: &mut Vec<String>) {
    let set = &item.record;
    let found = next.iter().position(|r| r.same_place(set));
    match (item.action, found) {
        (Action::Create, Some(_)) => objections.push(format!(
            "Tried to create resource record set {} but it already exists",
            place(set)
        )),
        (Action::Delete, None) => objections.push(format!(
            "Tried to delete resource record set {} but it was not found",
            place(set)
        )),
        (Action::Delete, Some(at)) if !next[at].matches(set) => objections.push(format!(
            "Tried to delete resource record set {} but the values provided do not match the current values",
            place(set)
        )),
        (Action::Delete, Some(at)) => {
            next.remove(at);
        }
        (Action::Upsert, Some(at)) => next[at] = set.clone(),
        (Action::Create | Action::Upsert, None) => next.push(set.clone()),
    }
}

/// What must hold of the zone, looked at where the batch has touched it.
fn check_result(next: &[RecordSet], zone: &str, batch: &[BatchItem], objections: &mut Vec<String>) {
    let apex = |kind: &str| next.iter().filter(|r| r.name == zone && r.kind == kind).count();
    if apex("SOA") != 1 || next.iter().filter(|r| r.kind == "SOA").count() != 1 {
        objections.push("A HostedZone must contain exactly one SOA record.".to_owned());
    }
    if apex("NS") != 1 {
        objections.push("A HostedZone must contain at least one NS record for the zone itself.".to_owned());
    }
    for item in batch.iter().filter(|i| i.action != Action::Delete) {
        let set = &item.record;
        if !next.iter().any(|r| r.same_place(set)) {
            continue; // deleted again by a later item
        }
        check_neighbours(next, zone, set, objections);
        check_alias(next, zone, set, objections);
    }
}

fn check_neighbours(next: &[RecordSet], zone: &str, set: &RecordSet, objections: &mut Vec<String>) {
    let (name, kind) = (&set.name, &set.kind);
    let here: Vec<&RecordSet> = next.iter().filter(|r| &r.name == name).collect();
    if kind == "CNAME" && name == zone {
        objections.push(format!(
            "RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone}"
        ));
        return;
    }
    if kind == "CNAME" && here.iter().any(|r| r.kind != "CNAME") {
        objections.push(format!(
            "RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other \
             records with the same DNS name in zone {zone}"
        ));
    }
    if kind != "CNAME" && here.iter().any(|r| r.kind == "CNAME") {
        objections.push(format!(
            "RRSet of type {kind} with DNS name {name} is not permitted because a conflicting RRSet \
             of type CNAME with the same DNS name already exists in zone {zone}"
        ));
    }
    let others = || here.iter().filter(|r| r.kind == *kind && !r.same_place(set));
    match (&set.routing, &set.set_identifier) {
        (None, _) if others().next().is_some() => objections.push(format!(
            "RRSet with DNS name {name}, type {kind} cannot be created as other RRSets exist with \
             the same name and type."
        )),
        (Some(routing), Some(id)) => {
            let weighted = matches!(routing, Routing::Weight(_));
            if others().any(|r| r.routing.is_none()) {
                objections.push(format!(
                    "RRSet with DNS name {name}, type {kind}, SetIdentifier {id} cannot be created \
                     because a non multi-answer rrset exists with the same name and type."
                ));
            } else if weighted && others().any(|r| r.ttl.is_some() && set.ttl.is_some() && r.ttl != set.ttl) {
                // As users of other tools reported it (aws/aws-sdk-go-v2#518).
                objections.push(format!(
                    "RRSet with DNS name {name} and type {kind}, SetIdentifier {id} cannot be created as \
                     weighted sets must contain the same TTL."
                ));
            } else if others().any(|r| r.routing.as_ref().map(Routing::kind) != Some(routing.kind())) {
                let other = if weighted {
                    "a non-weighted set"
                } else {
                    "an RRSet with a different routing policy"
                };
                objections.push(format!(
                    "RRSet with DNS name {name}, type {kind}, SetIdentifier {id} cannot be created \
                     as {other} exists with the same name and type."
                ));
            }
        }
        _ => {}
    }
}

fn check_alias(next: &[RecordSet], zone: &str, set: &RecordSet, objections: &mut Vec<String>) {
    let Some(alias) = &set.alias else { return };
    let target = &alias.dns_name;
    let intro = format!(
        "Tried to create an alias that targets {target}, type {} in zone {}",
        set.kind, alias.hosted_zone_id
    );
    if alias.hosted_zone_id == seed::ZONE_ID {
        if !in_zone(target, zone) {
            objections.push(format!(
                "{intro}, but the alias target name does not lie within the target zone"
            ));
        } else if !next.iter().any(|r| &r.name == target && r.kind == set.kind) {
            objections.push(format!("{intro}, but that target was not found"));
        }
    } else if alias.hosted_zone_id == seed::CLOUDFRONT_ZONE_ID {
        if !target.ends_with(".cloudfront.net.") {
            objections.push(format!(
                "{intro}, but the alias target name does not lie within the target zone"
            ));
        }
    } else {
        objections.push(format!("{intro}, but the rehearsal knows no such zone"));
    }
}
