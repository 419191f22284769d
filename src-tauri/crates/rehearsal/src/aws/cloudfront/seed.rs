//! The distributions of a new world, a row each, and how fast CloudFront is. Every id is made up.

use std::time::Duration;

use crate::faults::{App, Site};
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
/// The id of the distribution before the new Admins-UI.
pub const ADMINS_DISTRIBUTION: &str = "E1REHEARSALADM";
/// Its ARN.
pub const ADMINS_DISTRIBUTION_ARN: &str = "arn:aws:cloudfront::123456789012:distribution/E1REHEARSALADM";
/// The name that CloudFront gave it.
pub const ADMINS_DISTRIBUTION_DOMAIN: &str = "d1rehearsaladm.cloudfront.net";
/// The ARN of its certificate.
pub const ADMINS_CERTIFICATE: &str =
    "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000003";
/// The first parts of the paths of Admins-UI that lead to other applications, each with a behaviour of its own.
pub const ADMINS_PATHS: [&str; 4] = ["/auth", "/usermanagement", "/sync", "/profile"];
/// World time from a CreateInvalidation until the invalidation is Completed.
pub const INVALIDATION_TAKES: Duration = Duration::from_secs(20);
/// As many wildcard paths may be in progress (CloudFront developer guide, "Concurrent request maximum").
pub const MOST_WILDCARDS: usize = 15;
/// As many other paths may be in progress, by the same page.
pub(super) const MOST_FILES: usize = 3_000;

/// The distribution that holds a name while it is an alias of another one, and its account, as AWS shows those of others.
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

/// A distribution, as a new world has it.
#[derive(Debug)]
pub(crate) struct Row {
    pub app: App,
    pub id: &'static str,
    pub arn: &'static str,
    pub domain: &'static str,
    pub certificate: &'static str,
    /// The site whose name it answers for.
    pub site: Site,
    /// Its alias while that name is one of another distribution.
    pub other_alias: &'static str,
    /// What it is called: its comment, the origin of its files, a part of its bucket's name.
    pub called: (&'static str, &'static str),
    /// The first parts of the paths with a behaviour of their own, which lead to the host of the other applications.
    pub paths: &'static [&'static str],
}

const ALL: [Row; 2] = [
    Row {
        app: App::Reval,
        id: DISTRIBUTION,
        arn: DISTRIBUTION_ARN,
        domain: DISTRIBUTION_DOMAIN,
        certificate: REVAL_CERTIFICATE,
        site: Site::Reval,
        other_alias: "reval-next.example.nhs.test",
        called: ("Reval", "reval"),
        paths: &[],
    },
    Row {
        app: App::Admins,
        id: ADMINS_DISTRIBUTION,
        arn: ADMINS_DISTRIBUTION_ARN,
        domain: ADMINS_DISTRIBUTION_DOMAIN,
        certificate: ADMINS_CERTIFICATE,
        site: Site::New,
        other_alias: "apps-next.example.nhs.test",
        called: ("Admins-UI", "admins"),
        paths: &ADMINS_PATHS,
    },
];

/// The distribution before an application.
pub(crate) fn row_of(app: App) -> &'static Row {
    let [reval, admins] = const { &ALL };
    match app {
        App::Reval => reval,
        App::Admins => admins,
    }
}

/// All distributions.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    App::ALL.into_iter().map(row_of)
}
