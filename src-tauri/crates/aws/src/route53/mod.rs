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
mod send;

use crate::op::{On, Op};

pub use action::NameAction;
#[cfg(test)]
pub(crate) use convert::to_sdk;
pub use read::HostedZone;

/// What reading a hosted zone needs.
pub const GET_ZONE: Op = Op::reads("route53", "GetHostedZone", On::Zone);
/// Finds zones of the same name.
pub const FIND_ZONES: Op = Op::reads("route53", "ListHostedZonesByName", On::Everything);
/// Reads record sets.
pub const LIST_SETS: Op = Op::reads("route53", "ListResourceRecordSets", On::Zone);
/// Changes the record sets of a name.
pub const CHANGE_SETS: Op = Op::changes("route53", "ChangeResourceRecordSets", On::Name);
/// Whether a change has reached every server.
pub const GET_CHANGE: Op = Op::reads("route53", "GetChange", On::Progress);

/// `route53.zone`.
pub const ZONE_OPS: &[Op] = &[GET_ZONE, FIND_ZONES];
/// `route53.record`.
pub const RECORD_OPS: &[Op] = &[LIST_SETS];
/// Every action on the record sets of one name.
pub const NAME_OPS: &[Op] = &[GET_ZONE, LIST_SETS, CHANGE_SETS, GET_CHANGE];

/// A zone's or change's id without `/hostedzone/` or `/change/`.
pub(crate) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
