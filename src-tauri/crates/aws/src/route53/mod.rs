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

pub use action::NameAction;
#[cfg(test)]
pub(crate) use convert::to_sdk;
pub use read::HostedZone;

/// A zone's or change's id without `/hostedzone/` or `/change/`.
pub(crate) fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
