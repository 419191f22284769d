//! The listings, with Route 53's order and paging.

use super::{AwsError, Call, NAMESPACE, bare, wire};
use crate::http as web;
use crate::log::Caller;
use crate::records::{name_order, normal_name};
use crate::seed;
use crate::state::State;
use crate::zones::Zone;

fn max_items(call: &Call, most: usize) -> Result<usize, AwsError> {
    let Some(text) = call.param("maxitems") else {
        return Ok(most);
    };
    match text.parse::<usize>() {
        Ok(n) if n >= 1 => Ok(n.min(most)),
        _ => Err(AwsError::new(
            "InvalidInput",
            &format!("Invalid value '{text}' for maxitems"),
        )),
    }
}

fn zone_element(zone: &Zone) -> String {
    format!(
        "<HostedZone><Id>/hostedzone/{}</Id><Name>{}</Name>\
         <CallerReference>rehearsal</CallerReference>\
         <Config><Comment>A zone of the rehearsal</Comment><PrivateZone>{}</PrivateZone></Config>\
         <ResourceRecordSetCount>{}</ResourceRecordSetCount></HostedZone>",
        zone.id,
        zone.name,
        zone.private,
        zone.records.len()
    )
}

/// GetHostedZone.
pub(super) fn zone(zone: &Zone) -> String {
    let servers: String = zone
        .servers
        .iter()
        .map(|n| format!("<NameServer>{}</NameServer>", n.trim_end_matches('.')))
        .collect();
    // A private zone names its VPCs instead of a delegation set.
    let rest = if zone.private {
        "<VPCs><VPC><VPCRegion>eu-west-2</VPCRegion><VPCId>vpc-0rehearsal</VPCId></VPC></VPCs>".to_owned()
    } else {
        format!("<DelegationSet><NameServers>{servers}</NameServers></DelegationSet>")
    };
    format!(
        "<GetHostedZoneResponse xmlns=\"{NAMESPACE}\">{}{rest}</GetHostedZoneResponse>",
        zone_element(zone)
    )
}

/// The zones of the caller's account; the other account has none.
fn own(state: &State, caller: &Caller) -> Vec<Zone> {
    match caller.account == seed::ACCOUNT {
        true => state.zones(),
        false => Vec::new(),
    }
}

/// ListHostedZones.
pub(super) fn zones(state: &State, caller: &Caller, call: &Call) -> Result<String, AwsError> {
    let most = max_items(call, 100)?;
    let marker = call.param("marker");
    let mut zones = own(state, caller);
    if let Some(marker) = marker {
        let at = zones.iter().position(|zone| zone.id == bare(marker));
        let at = at.ok_or_else(|| AwsError::new("InvalidInput", "The marker is not valid"))?;
        zones.drain(..at);
    }
    let elements: String = zones.iter().take(most).map(zone_element).collect();
    let next = zones.get(most);
    let truncated = next.is_some();
    let (marker, next) = (
        echo("Marker", marker),
        echo("NextMarker", next.map(|zone| zone.id)),
    );
    Ok(format!(
        "<ListHostedZonesResponse xmlns=\"{NAMESPACE}\"><HostedZones>{elements}</HostedZones>{marker}\
         <IsTruncated>{truncated}</IsTruncated>{next}<MaxItems>{most}</MaxItems></ListHostedZonesResponse>"
    ))
}

fn echo(tag: &str, value: Option<&str>) -> String {
    value
        .map(|v| format!("<{tag}>{}</{tag}>", web::escape(v)))
        .unwrap_or_default()
}

/// ListHostedZonesByName: the zones at and after a name, in the order of names.
pub(super) fn zones_by_name(state: &State, caller: &Caller, call: &Call) -> Result<String, AwsError> {
    let most = max_items(call, 100)?;
    let from = call.param("dnsname");
    let id = call.param("hostedzoneid");
    if id.is_some() && from.is_none() {
        return Err(AwsError::new(
            "InvalidInput",
            "The hostedzoneid parameter needs the dnsname parameter",
        ));
    }
    let wanted = from.map(|name| (name_order(&normal_name(name)), id.map(bare).unwrap_or_default()));
    let mut zones = own(state, caller);
    zones.retain(|zone| {
        wanted
            .as_ref()
            .is_none_or(|w| *w <= (name_order(zone.name), zone.id))
    });
    let elements: String = zones.iter().take(most).map(zone_element).collect();
    let next = zones.get(most);
    Ok(format!(
        "<ListHostedZonesByNameResponse xmlns=\"{NAMESPACE}\"><HostedZones>{elements}</HostedZones>{}{}\
         <IsTruncated>{}</IsTruncated>{}{}<MaxItems>{most}</MaxItems></ListHostedZonesByNameResponse>",
        echo("DNSName", from),
        echo("HostedZoneId", id),
        next.is_some(),
        echo("NextDNSName", next.map(|zone| zone.name)),
        echo("NextHostedZoneId", next.map(|zone| zone.id)),
    ))
}

/// ListResourceRecordSets: from a name, type and identifier on, at most 300.
pub(super) fn record_sets(zone: &Zone, call: &Call) -> Result<String, AwsError> {
    let most = max_items(call, 300)?;
    let (name, kind, identifier) = (call.param("name"), call.param("type"), call.param("identifier"));
    if name.is_none() && kind.is_some() {
        return Err(AwsError::new(
            "InvalidInput",
            "The type parameter needs the name parameter",
        ));
    }
    if kind.is_none() && identifier.is_some() {
        return Err(AwsError::new(
            "InvalidInput",
            "The identifier parameter needs the name and type parameters",
        ));
    }
    let from = (
        name.map(|n| name_order(&normal_name(n))).unwrap_or_default(),
        kind.unwrap_or_default().to_owned(),
        identifier.unwrap_or_default().to_owned(),
    );
    let mut sets: Vec<_> = zone.records.iter().collect();
    sets.sort_by_key(|r| r.order());
    let mut rest = sets.into_iter().skip_while(|r| r.order() < from);
    let mut body = String::new();
    for set in rest.by_ref().take(most) {
        body.push_str(&wire::write_record(set)?);
    }
    let next = rest.next();
    let mut paging = format!(
        "<IsTruncated>{}</IsTruncated><MaxItems>{most}</MaxItems>",
        next.is_some()
    );
    if let Some(next) = next {
        paging.push_str(&format!(
            "<NextRecordName>{}</NextRecordName><NextRecordType>{}</NextRecordType>",
            next.name, next.kind
        ));
        if let Some(id) = &next.set_identifier {
            paging.push_str(&format!(
                "<NextRecordIdentifier>{}</NextRecordIdentifier>",
                web::escape(id)
            ));
        }
    }
    Ok(format!(
        "<ListResourceRecordSetsResponse xmlns=\"{NAMESPACE}\"><ResourceRecordSets>{body}\
         </ResourceRecordSets>{paging}</ListResourceRecordSetsResponse>"
    ))
}

/// ListTrafficPolicyInstancesByHostedZone: the world has none.
pub(super) fn no_traffic_policy_instances(call: &Call) -> String {
    let most = max_items(call, 100).unwrap_or(100);
    format!(
        "<ListTrafficPolicyInstancesByHostedZoneResponse xmlns=\"{NAMESPACE}\"><TrafficPolicyInstances/>\
         <IsTruncated>false</IsTruncated><MaxItems>{most}</MaxItems>\
         </ListTrafficPolicyInstancesByHostedZoneResponse>"
    )
}
