//! Every kind of check, and what makes it. A kind that has no place here does not compile.

use std::net::IpAddr;

use switchback_aws::apigateway::{ApiLook, AuthorizerLook, StageLook, ThrottleLook};
use switchback_aws::cloudfront::DistributionLook;
use switchback_aws::ecs::{RereadLook, ServiceLook};
use switchback_aws::lambda::TriggerLook;
use switchback_aws::route53::{RecordLook, ZoneLook};
use switchback_aws::ssm::ParameterLook;
use switchback_aws::waf::RuleLook;
use switchback_aws::{AnyLook, IdentityLook, Outside, cognito};
use switchback_model::dns::DnsName;
use switchback_model::unknown::Unknown;
use switchback_model::{
    AuthorisedCheck, BundleCheck, CanaryCheck, CheckKind, DnsQuestion, RoutesCheck, Target,
};

/// What makes a check.
pub enum Made<'a> {
    /// A question to AWS.
    ByAws(Box<dyn AnyLook + 'a>),
    /// The run's own journal, and the server's time.
    ByTime {
        /// The record's name.
        name: &'a DnsName,
        /// The lowered TTL, in seconds.
        lowered: u32,
    },
    /// A question to resolvers or to a zone's name servers.
    ByDns(DnsQuestion<'a>),
    /// A request to a site.
    ByHttp {
        /// The URL.
        url: &'a str,
        /// The address to dial; absent = where DNS leads.
        address: Option<IpAddr>,
        /// The build expected; absent = any.
        build: Option<&'a str>,
    },
    /// A request to a site, of which only the status counts.
    ByStatus {
        /// The URL.
        url: &'a str,
        /// The address to dial; absent = where DNS leads.
        address: Option<IpAddr>,
        /// The status expected.
        status: u16,
    },
    /// Requests to every route of an application, under each of its names.
    ByRoutes(&'a RoutesCheck),
    /// Requests to a page and to every script that it loads.
    ByBundle(&'a BundleCheck),
    /// Requests to an API without and with tokens.
    ByTokens(&'a AuthorisedCheck),
    /// A sign-in of a pool's canary, or a look whether the pool has it.
    ByCanary(&'a CanaryCheck),
    /// A TLS handshake.
    ByTls {
        /// The host whose certificate is looked at.
        host: &'a DnsName,
        /// The address to dial; absent = where DNS leads.
        address: Option<IpAddr>,
        /// Whole days that must be left.
        days: u32,
    },
    /// A newer program knows how.
    NotKnown(&'a Unknown),
}

/// What makes a check, in the world of a target. `outside`: how the world finds a zone, where the target has an
/// observer for it.
pub fn made<'a>(kind: &'a CheckKind, target: &'a Target, outside: Option<&'a dyn Outside>) -> Made<'a> {
    match kind {
        CheckKind::Identity => Made::ByAws(Box::new(IdentityLook { target })),
        CheckKind::Zone { zone_id, zone } => Made::ByAws(Box::new(ZoneLook {
            zone_id,
            zone,
            outside,
            vouched: target.name_servers.get(zone).map_or(&[][..], Vec::as_slice),
        })),
        CheckKind::Record {
            zone_id,
            name,
            values,
        } => Made::ByAws(Box::new(RecordLook {
            zone_id,
            name,
            values,
        })),
        CheckKind::Parameter(check) => Made::ByAws(Box::new(ParameterLook(check))),
        CheckKind::Service(check) => Made::ByAws(Box::new(ServiceLook(check))),
        CheckKind::Reread(check) => Made::ByAws(Box::new(RereadLook(check))),
        CheckKind::Rule(check) => Made::ByAws(Box::new(RuleLook(check))),
        CheckKind::Throttle(check) => Made::ByAws(Box::new(ThrottleLook(check))),
        CheckKind::Authorizer(check) => Made::ByAws(Box::new(AuthorizerLook(check))),
        CheckKind::Stage(check) => Made::ByAws(Box::new(StageLook(check))),
        CheckKind::Api(check) => Made::ByAws(Box::new(ApiLook(check))),
        CheckKind::Distribution(check) => Made::ByAws(Box::new(DistributionLook(check))),
        CheckKind::Trigger(check) => Made::ByAws(Box::new(TriggerLook { check, target })),
        CheckKind::Routes(check) => Made::ByRoutes(check),
        CheckKind::Bundle(check) => Made::ByBundle(check),
        CheckKind::Authorised(check) => Made::ByTokens(check),
        CheckKind::Canary(check) => Made::ByCanary(check),
        CheckKind::Cognito(check) => Made::ByAws(cognito::look(check)),
        CheckKind::TtlWait { name, lowered } => Made::ByTime {
            name,
            lowered: *lowered,
        },
        CheckKind::Authoritative {
            name,
            zone,
            record,
            values,
            or,
        } => Made::ByDns(DnsQuestion {
            name,
            record: *record,
            zone: Some(zone),
            values,
            or,
        }),
        CheckKind::Resolvers {
            name,
            record,
            values,
            or,
        } => Made::ByDns(DnsQuestion {
            name,
            record: *record,
            zone: None,
            values,
            or,
        }),
        CheckKind::HttpBuild { url, address, build } => Made::ByHttp {
            url,
            address: *address,
            build: build.as_deref(),
        },
        CheckKind::HttpAnswer { url, address, status } => Made::ByStatus {
            url,
            address: *address,
            status: *status,
        },
        CheckKind::Certificate { host, address, days } => Made::ByTls {
            host,
            address: *address,
            days: *days,
        },
        CheckKind::Unknown(unknown) => Made::NotKnown(unknown),
    }
}
