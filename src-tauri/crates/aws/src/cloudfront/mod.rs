//! CloudFront: copies at the edges are dropped, and a distribution is looked at before users come to it.
//!
//! An invalidation has a reference of the caller's, by which it is found again: the token of its attempt. A reference that
//! was used before answers with the old invalidation, completed long ago, and drops nothing (CloudFront API reference,
//! CreateInvalidation); so each attempt has its own.

mod behaviours;
mod certificate;
mod invalidate;
mod look;
mod wire;

#[cfg(test)]
mod tests;

pub use invalidate::InvalidateChange;
pub use look::DistributionLook;

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part, words};
use crate::service::Service;

/// Reads a distribution.
pub const DISTRIBUTION: Op = Op::reads(Service::CloudFront, "GetDistribution", On::Object);
/// Tells which other distributions hold a name.
pub const CONFLICTS: Op = Op::reads(Service::CloudFront, "ListConflictingAliases", On::Object);
/// Tells which invalidations there were.
pub const INVALIDATIONS: Op = Op::reads(Service::CloudFront, "ListInvalidations", On::Object);
/// Reads one.
pub const INVALIDATION: Op = Op::reads(Service::CloudFront, "GetInvalidation", On::Object);
/// Makes one.
pub const INVALIDATE: Op = Op::changes(Service::CloudFront, "CreateInvalidation", On::Object);

/// A distribution (Service Authorization Reference, "Amazon CloudFront": its ARNs name no region).
#[must_use]
pub fn distribution(id: &str) -> Resource {
    Resource {
        id: format!("distribution:{id}"),
        title: format!("Distribution {id}"),
        granted: Granted {
            service: Service::CloudFront.id(),
            stands: Stands::OfAccount,
            rest: format!("distribution/{id}"),
            name: None,
        },
        command: words(["cloudfront", "get-distribution", "--id", id]),
        global: true,
        page: format!("cloudfront/v4/home#/distributions/{}", part(id)),
    }
}
