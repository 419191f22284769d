//! The distribution of a new world, and how fast CloudFront is. Every id is made up.

use std::time::Duration;

use crate::reval::EDGES;

/// The id of the distribution before Reval.
pub const DISTRIBUTION: &str = "E1REHEARSALREV";
/// Its ARN, which names no region.
pub const DISTRIBUTION_ARN: &str = "arn:aws:cloudfront::123456789012:distribution/E1REHEARSALREV";
/// The name that CloudFront gave it.
pub const DISTRIBUTION_DOMAIN: &str = "d1rehearsalrev.cloudfront.net";
/// The ARN of its certificate, which CloudFront takes from us-east-1 only (CloudFront developer guide, "Requirements for
/// using SSL/TLS certificates with CloudFront").
pub const REVAL_CERTIFICATE: &str =
    "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000002";
/// World time from a CreateInvalidation until the invalidation is Completed.
pub const INVALIDATION_TAKES: Duration = Duration::from_secs(20);
/// As many wildcard paths may be in progress (CloudFront developer guide, "Concurrent request maximum").
pub const MOST_WILDCARDS: usize = 15;
/// As many other paths may be in progress, by the same page.
pub(super) const MOST_FILES: usize = 3_000;

/// The alias while Reval's name is one of another distribution.
pub(super) const OTHER_ALIAS: &str = "reval-next.example.nhs.test";
/// The distribution that holds Reval's name then, and its account, as AWS shows those of others.
pub(super) const ELSEWHERE: &str = "*******ELSEWHER";
pub(super) const ELSEWHERE_ACCOUNT: &str = "******100012";
/// World time from a CreateInvalidation until the first edge drops its copies. The last one does when it is Completed.
const FIRST_EDGE: Duration = Duration::from_secs(6);

/// World milliseconds until an edge drops its copies.
pub(super) fn drops_after_ms(edge: usize) -> i64 {
    let after = match edge + 1 < EDGES {
        true => FIRST_EDGE,
        false => INVALIDATION_TAKES,
    };
    i64::try_from(after.as_millis()).unwrap_or(i64::MAX)
}
