//! Route 53, REST-XML of 2013-04-01: the operations that moving a name needs.

mod list;
mod part;
mod rules;
mod submit;
#[cfg(test)]
mod tests;
mod wire;

use http::Method;

pub(crate) use part::Route53;
pub(crate) use submit::second_writer;

use super::service::{Face, Wire, operation_itself};
use super::{AwsError, Call, Refused, Served};
use crate::clock::iso;
use crate::core::Core;
use crate::http as web;
use crate::log::{Caller, Outcome};
use crate::seed;
use crate::state::State;
use crate::zones::Zone;

pub(super) const FACE: Face = Face {
    scope: "route53",
    wire: Wire::Xml { namespace: NAMESPACE },
    throttled: "Throttling",
    operation,
    action: operation_itself,
    resource: |_, _| None,
    serve,
};

/// The start of every document.
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// The namespace that AWS writes on every root.
const NAMESPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

/// A request's operation, and the id in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route<'a> {
    ListHostedZones,
    ListHostedZonesByName,
    GetHostedZone(&'a str),
    ListResourceRecordSets(&'a str),
    ChangeResourceRecordSets(&'a str),
    GetChange(&'a str),
    ListTrafficPolicyInstancesByHostedZone,
    Unknown(String),
}

fn route(call: &Call) -> Route<'_> {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let unknown = |name: &str| Route::Unknown(name.to_owned());
    match (&call.method, path.as_slice()) {
        (&Method::GET, ["2013-04-01", "hostedzone"]) => Route::ListHostedZones,
        (&Method::POST, ["2013-04-01", "hostedzone"]) => unknown("CreateHostedZone"),
        (&Method::GET, ["2013-04-01", "hostedzonesbyname"]) => Route::ListHostedZonesByName,
        (&Method::GET, ["2013-04-01", "hostedzonecount"]) => unknown("GetHostedZoneCount"),
        (&Method::GET, ["2013-04-01", "hostedzonesbyvpc"]) => unknown("ListHostedZonesByVPC"),
        (&Method::GET, ["2013-04-01", "hostedzone", id]) => Route::GetHostedZone(id),
        (&Method::POST, ["2013-04-01", "hostedzone", _]) => unknown("UpdateHostedZoneComment"),
        (&Method::DELETE, ["2013-04-01", "hostedzone", _]) => unknown("DeleteHostedZone"),
        (&Method::GET, ["2013-04-01", "hostedzone", id, "rrset"]) => Route::ListResourceRecordSets(id),
        (&Method::POST, ["2013-04-01", "hostedzone", id, "rrset"]) => Route::ChangeResourceRecordSets(id),
        (&Method::GET, ["2013-04-01", "change", id]) => Route::GetChange(id),
        (&Method::GET, ["2013-04-01", "trafficpolicyinstances", "hostedzone"]) => {
            Route::ListTrafficPolicyInstancesByHostedZone
        }
        (&Method::GET, ["2013-04-01", "testdnsanswer"]) => unknown("TestDNSAnswer"),
        (&Method::GET, ["2013-04-01", "healthcheck"]) => unknown("ListHealthChecks"),
        (&Method::GET, ["2013-04-01", "tags", ..]) => unknown("ListTagsForResource"),
        (method, _) => Route::Unknown(format!("{method} /{}", path.join("/"))),
    }
}

/// AWS's name of the operation.
fn operation(call: &Call) -> String {
    match route(call) {
        Route::ListHostedZones => "ListHostedZones",
        Route::ListHostedZonesByName => "ListHostedZonesByName",
        Route::GetHostedZone(_) => "GetHostedZone",
        Route::ListResourceRecordSets(_) => "ListResourceRecordSets",
        Route::ChangeResourceRecordSets(_) => "ChangeResourceRecordSets",
        Route::GetChange(_) => "GetChange",
        Route::ListTrafficPolicyInstancesByHostedZone => "ListTrafficPolicyInstancesByHostedZone",
        Route::Unknown(name) => return name,
    }
    .to_owned()
}

/// Serves a request that no fault has stopped.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    if let Route::ChangeResourceRecordSets(id) = route(call) {
        return change(core, caller, id, &call.body);
    }
    let entry = caller.entry(Outcome::Read);
    let body = core.read(|state| read(state, caller, call));
    match body {
        Ok(body) => Ok(Served {
            answer: web::answer(200, "text/xml", format!("{XML}{body}")),
            entry: Some(entry),
            lost: false,
        }),
        Err(error) => Err(Box::new((error, entry))),
    }
}

fn read(state: &State, caller: &Caller, call: &Call) -> Result<String, AwsError> {
    match route(call) {
        Route::ListHostedZones => list::zones(state, caller, call),
        Route::ListHostedZonesByName => list::zones_by_name(state, caller, call),
        Route::GetHostedZone(id) => {
            let zone = zone_of(state, caller, id)?;
            Ok(list::zone(&zone))
        }
        Route::ListResourceRecordSets(id) => {
            let zone = zone_of(state, caller, id)?;
            list::record_sets(&zone, call)
        }
        Route::GetChange(id) => get_change(state, caller, id),
        Route::ListTrafficPolicyInstancesByHostedZone => {
            zone_of(state, caller, call.param("id").unwrap_or_default())?;
            Ok(list::no_traffic_policy_instances(call))
        }
        Route::ChangeResourceRecordSets(_) | Route::Unknown(_) => {
            Err(AwsError::not_rehearsed(&caller.operation))
        }
    }
}

fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn zone_of(state: &State, caller: &Caller, id: &str) -> Result<Zone, AwsError> {
    let id = bare(id);
    let zone = state
        .zones()
        .into_iter()
        .find(|zone| zone.id == id)
        .ok_or_else(|| AwsError::new("NoSuchHostedZone", &format!("No hosted zone found with ID: {id}")))?;
    if caller.account != seed::ACCOUNT {
        let resource = format!("arn:aws:route53:::hostedzone/{id}");
        return Err(AwsError::denied(caller, &caller.operation, Some(&resource)));
    }
    Ok(zone)
}

fn get_change(state: &State, caller: &Caller, id: &str) -> Result<String, AwsError> {
    let id = bare(id);
    let found = state
        .route53
        .changes
        .iter()
        .find(|c| c.id == id && caller.account == seed::ACCOUNT)
        .ok_or_else(|| AwsError::new("NoSuchChange", &format!("Could not find resource with ID: {id}")))?;
    let status = found.status(state.clock.now_ms());
    Ok(format!(
        "<GetChangeResponse xmlns=\"{NAMESPACE}\">{}</GetChangeResponse>",
        change_info(found, status)
    ))
}

fn change_info(change: &part::Change, status: &str) -> String {
    let comment = change
        .comment
        .as_deref()
        .map(|c| format!("<Comment>{}</Comment>", web::escape(c)))
        .unwrap_or_default();
    format!(
        "<ChangeInfo><Id>/change/{}</Id><Status>{status}</Status><SubmittedAt>{}</SubmittedAt>{comment}</ChangeInfo>",
        change.id,
        iso(change.submitted_ms)
    )
}

fn change(core: &Core, caller: &Caller, zone: &str, body: &[u8]) -> Result<Served, Refused> {
    let mut entry = caller.entry(Outcome::Refused);
    let found = core.read(|state| zone_of(state, caller, zone));
    let refused = match found {
        Err(error) => Some(error),
        // Nobody has a reason to change the zones that a fault puts beside ours.
        Ok(zone) if zone.id != seed::ZONE_ID => Some(AwsError::new(
            "AccessDenied",
            &format!("The rehearsal does not change the zone {}", zone.id),
        )),
        Ok(_) => None,
    };
    if let Some(error) = refused {
        return Err(Box::new((error, entry)));
    }
    let (comment, batch) = match wire::read_batch(body) {
        Ok(read) => read,
        Err(error) => return Err(Box::new((error, entry))),
    };
    entry.comment.clone_from(&comment);
    entry.batch = Some(batch.clone());
    let submitted = submit::submit(core, caller, batch, comment).map_err(|error| Box::new((error, entry)))?;
    // A real change is PENDING in its own answer, whatever the delay.
    let body = format!(
        "{XML}<ChangeResourceRecordSetsResponse xmlns=\"{NAMESPACE}\">{}</ChangeResourceRecordSetsResponse>",
        change_info(&submitted.made, "PENDING")
    );
    Ok(Served {
        answer: web::answer(200, "text/xml", body),
        entry: None,
        lost: submitted.lost,
    })
}
