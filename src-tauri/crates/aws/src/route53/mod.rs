//! Route 53: record sets of one name, read whole and changed by exact DELETE + CREATE.
//!
//! A ChangeBatch is all or nothing, and a DELETE must show the record set exactly as it is (API
//! reference, ChangeResourceRecordSets): together they are a compare-and-swap. UPSERT overwrites
//! blindly and is never used.

mod action;
mod batch;
mod convert;
mod judge;
mod plan;
mod read;
mod record;
mod send;
mod zone;

use switchback_model::dns::DnsName;

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part, words};
use crate::service::Service;

pub use action::NameChange;
#[cfg(test)]
pub(crate) use batch::Batch;
#[cfg(test)]
pub(crate) use convert::to_sdk;
pub use read::HostedZone;
pub use record::RecordLook;
pub use zone::ZoneLook;

/// What reading a hosted zone needs.
pub const GET_ZONE: Op = Op::reads(Service::Route53, "GetHostedZone", On::Object);
/// Finds zones of the same name.
pub const FIND_ZONES: Op = Op::reads(Service::Route53, "ListHostedZonesByName", On::Everything);
/// Reads record sets.
pub const LIST_SETS: Op = Op::reads(Service::Route53, "ListResourceRecordSets", On::Object);
/// Changes the record sets of a name.
pub const CHANGE_SETS: Op = Op::changes(Service::Route53, "ChangeResourceRecordSets", On::Object);
/// Whether a change has reached every server.
pub const GET_CHANGE: Op = Op::reads(Service::Route53, "GetChange", On::NotYet("change/*"));

/// `route53.zone`.
pub const ZONE_OPS: &[Op] = &[GET_ZONE, FIND_ZONES];
/// `route53.record`.
pub const RECORD_OPS: &[Op] = &[LIST_SETS];
/// Every action on the record sets of one name.
pub const NAME_OPS: &[Op] = &[GET_ZONE, LIST_SETS, CHANGE_SETS, GET_CHANGE];

const ROUTE53: &str = "route53";

/// A hosted zone.
#[must_use]
pub fn hosted_zone(zone_id: &str) -> Resource {
    let zone_id = bare(zone_id);
    Resource {
        id: format!("zone:{zone_id}"),
        title: format!("Hosted zone {zone_id}"),
        granted: granted(zone_id, None),
        command: words([ROUTE53, "get-hosted-zone", "--id", zone_id]),
        global: true,
        page: page(zone_id),
    }
}

/// The record sets of a name.
#[must_use]
pub fn record(zone_id: &str, name: &DnsName) -> Resource {
    let (zone_id, host) = (bare(zone_id), name.host());
    Resource {
        id: format!("record:{zone_id}:{host}"),
        title: format!("Records of {host}"),
        granted: granted(zone_id, Some(name)),
        // Route 53 has no filter by name: the list starts there, and the rest is left out.
        command: words([
            ROUTE53,
            "list-resource-record-sets",
            "--hosted-zone-id",
            zone_id,
            "--start-record-name",
            host,
            "--query",
            &format!("ResourceRecordSets[?Name=='{host}.']"),
        ]),
        global: true,
        page: page(zone_id),
    }
}

fn granted(zone_id: &str, name: Option<&DnsName>) -> Granted {
    Granted {
        service: ROUTE53,
        stands: Stands::Nowhere,
        rest: format!("hostedzone/{zone_id}"),
        name: name.cloned(),
    }
}

/// Route 53 is one service for a whole partition; its console is in the partition's home.
fn page(zone_id: &str) -> String {
    format!(
        "route53/v2/hostedzones?region={{region}}#ListRecordSets/{}",
        part(zone_id)
    )
}

/// A zone's or change's id without `/hostedzone/` or `/change/`.
pub(crate) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
