//! The listings, with Route 53's order and paging.

use super::{AwsError, Call, NAMESPACE, bare, wire};
use crate::http as web;
use crate::records::{name_order, normal_name};
use crate::seed;
use crate::state::{Caller, State};

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

fn zone_element(state: &State) -> String {
    format!(
        "<HostedZone><Id>/hostedzone/{}</Id><Name>{}</Name>\
         <CallerReference>rehearsal</CallerReference>\
         <Config><Comment>The zone of the rehearsal</Comment><PrivateZone>false</PrivateZone></Config>\
         <ResourceRecordSetCount>{}</ResourceRecordSetCount></HostedZone>",
        seed::ZONE_ID,
        seed::ZONE_NAME,
        state.records().len()
    )
}

/// GetHostedZone.
pub(super) fn zone(state: &State) -> String {
    let servers: String = seed::NAME_SERVERS
        .iter()
        .map(|n| format!("<NameServer>{}</NameServer>", n.trim_end_matches('.')))
        .collect();
    format!(
        "<GetHostedZoneResponse xmlns=\"{NAMESPACE}\">{}\
         <DelegationSet><NameServers>{servers}</NameServers></DelegationSet></GetHostedZoneResponse>",
        zone_element(state)
    )
}

/// ListHostedZones. The other account has no zones.
pub(super) fn zones(state: &State, caller: &Caller, call: &Call) -> Result<String, AwsError> {
    let most = max_items(call, 100)?;
    let marker = call.param("marker");
    if marker.is_some_and(|m| bare(m) != seed::ZONE_ID) {
        return Err(AwsError::new("InvalidInput", "The marker is not valid"));
    }
    let mine = caller.account == seed::ACCOUNT;
    let element = if mine { zone_element(state) } else { String::new() };
    let marker = marker
        .map(|m| format!("<Marker>{}</Marker>", web::escape(m)))
        .unwrap_or_default();
    Ok(format!(
        "<ListHostedZonesResponse xmlns=\"{NAMESPACE}\"><HostedZones>{element}</HostedZones>{marker}\
         <IsTruncated>false</IsTruncated><MaxItems>{most}</MaxItems></ListHostedZonesResponse>"
    ))
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
    let here = (name_order(seed::ZONE_NAME), seed::ZONE_ID);
    let wanted = from.map(|name| (name_order(&normal_name(name)), id.map(bare).unwrap_or_default()));
    let shown = caller.account == seed::ACCOUNT && wanted.is_none_or(|w| w <= here);
    let element = if shown { zone_element(state) } else { String::new() };
    let echo = |tag: &str, value: Option<&str>| {
        value
            .map(|v| format!("<{tag}>{}</{tag}>", web::escape(v)))
            .unwrap_or_default()
    };
    Ok(format!(
        "<ListHostedZonesByNameResponse xmlns=\"{NAMESPACE}\"><HostedZones>{element}</HostedZones>{}{}\
         <IsTruncated>false</IsTruncated><MaxItems>{most}</MaxItems></ListHostedZonesByNameResponse>",
        echo("DNSName", from),
        echo("HostedZoneId", id),
    ))
}

/// ListResourceRecordSets: from a name, type and identifier on, at most 300.
pub(super) fn record_sets(state: &State, call: &Call) -> Result<String, AwsError> {
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
    let mut sets: Vec<_> = state.records().iter().collect();
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
