//! Checks: predicates over observations, and what they read.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::authorised::AuthorisedCheck;
use crate::authorizer::AuthorizerCheck;
use crate::bundle::BundleCheck;
use crate::canary::CanaryCheck;
use crate::cognito::CognitoCheck;
use crate::deployment::{ApiCheck, StageCheck};
use crate::dns::{DnsName, RecordType};
use crate::firewall::RuleCheck;
use crate::ids::CheckId;
use crate::invalidation::DistributionCheck;
use crate::parameter::ParameterCheck;
use crate::routes::RoutesCheck;
use crate::service::{RereadCheck, ServiceCheck};
use crate::throttle::ThrottleCheck;
use crate::trigger::TriggerCheck;
use crate::unknown::Unknown;

/// Which observers a target has; a check whose observer is off is *not applicable*, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observers {
    /// DNS probes are made.
    pub dns: bool,
    /// HTTP and TLS probes are made.
    pub http: bool,
}

impl Default for Observers {
    fn default() -> Self {
        Self {
            dns: true,
            http: true,
        }
    }
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum CheckKind {
    /// The caller is the account and role that the target asserts (STS GetCallerIdentity).
    #[serde(rename = "aws.identity")]
    Identity,
    /// The zone id names this public zone, its delegation is what its parent says, and no private
    /// zone of the same name hides it.
    #[serde(rename = "route53.zone")]
    Zone {
        /// The hosted zone's id.
        zone_id: String,
        /// The zone's name.
        zone: DnsName,
    },
    /// The record sets of a name answer these values (any TTL), and may be switched.
    #[serde(rename = "route53.record")]
    Record {
        /// The hosted zone's id.
        zone_id: String,
        /// The record's name.
        name: DnsName,
        /// The lines expected, without name and TTL, sorted: `A 192.0.2.10,192.0.2.11`,
        /// `A alias d111111abcdef8.cloudfront.net`, `A 192.0.2.10 weight 90 set blue`.
        values: Vec<String>,
    },
    /// Every longer TTL that was served has run out since its replacement was in sync.
    #[serde(rename = "dns.ttl_wait")]
    TtlWait {
        /// The record's name.
        name: DnsName,
        /// The lowered TTL in seconds; versions served with more are waited for.
        lowered: u32,
    },
    /// Every authoritative server answers these values.
    #[serde(rename = "dns.authoritative")]
    Authoritative {
        /// The record's name.
        name: DnsName,
        /// The zone whose name servers are asked.
        zone: DnsName,
        /// The record type asked for.
        record: RecordType,
        /// Values expected, sorted.
        values: Vec<String>,
        /// Other answers that are right as well, each sorted: of weighted record sets, one is served.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        or: Vec<Vec<String>>,
    },
    /// The chosen resolvers answer these values; shows the remaining TTL.
    #[serde(rename = "dns.resolvers")]
    Resolvers {
        /// The record's name.
        name: DnsName,
        /// The record type asked for.
        record: RecordType,
        /// Values expected, sorted.
        values: Vec<String>,
        /// Other answers that are right as well, each sorted: of weighted record sets, one is served.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        or: Vec<Vec<String>>,
    },
    /// A site answers with this build: connects to a pinned address (or where DNS leads) with the
    /// real name as SNI and Host, and validates the full chain.
    #[serde(rename = "http.build")]
    HttpBuild {
        /// The URL; an IP literal or a port in it is refused.
        url: String,
        /// The address to dial; absent = where the target's DNS leads.
        address: Option<IpAddr>,
        /// The build fingerprint expected at `.build` of the JSON answer; absent = any.
        build: Option<String>,
    },
    /// A site answers a GET of this URL with this status: connects as `http.build` does.
    #[serde(rename = "http.answer")]
    HttpAnswer {
        /// The URL; an IP literal or a port in it is refused.
        url: String,
        /// The address to dial; absent = where the target's DNS leads.
        address: Option<IpAddr>,
        /// The status that is right (RFC 9110, section 15).
        status: u16,
    },
    /// The certificate at an address covers the name and lives this long.
    #[serde(rename = "tls.certificate")]
    Certificate {
        /// The host name that must be covered.
        host: DnsName,
        /// The address to dial; absent = where the target's DNS leads.
        address: Option<IpAddr>,
        /// Whole days that must be left.
        days: u32,
    },
    /// A parameter of Parameter Store has this value.
    #[serde(rename = "ssm.parameter")]
    Parameter(ParameterCheck),
    /// A service of ECS stands still, and every task of it runs.
    #[serde(rename = "ecs.service")]
    Service(ServiceCheck),
    /// Every task of a service of ECS was made after these parameters were last written.
    #[serde(rename = "ecs.reread")]
    Reread(RereadCheck),
    /// A rule of a web ACL is there, does this, and guards that.
    #[serde(rename = "waf.rule")]
    Rule(RuleCheck),
    /// Methods of a stage of a REST API have this throttle.
    #[serde(rename = "apigateway.throttle")]
    Throttle(ThrottleCheck),
    /// An authoriser of a REST API accepts tokens of these pools, or refuses them.
    #[serde(rename = "apigateway.authorizer")]
    Authorizer(AuthorizerCheck),
    /// A stage of a REST API points at this deployment, and at no other beside it.
    #[serde(rename = "apigateway.stage")]
    Stage(StageCheck),
    /// Every method of a REST API but OPTIONS asks an authoriser, and nothing that is edited is undeployed.
    #[serde(rename = "apigateway.api")]
    Api(ApiCheck),
    /// A distribution is deployed, answers for its names, and leads paths to where they belong.
    #[serde(rename = "cloudfront.distribution")]
    Distribution(DistributionCheck),
    /// A user pool may invoke a Lambda function, which can answer in time.
    #[serde(rename = "lambda.trigger")]
    Trigger(TriggerCheck),
    /// The scripts that a page loads are scripts, and hold what they shall.
    #[serde(rename = "http.bundle")]
    Bundle(BundleCheck),
    /// A route answers tokens of some user pools, and of no others.
    #[serde(rename = "http.authorised")]
    Authorised(AuthorisedCheck),
    /// The canary of a user pool signs in and gets the token that it should, or the pool does not have it.
    #[serde(rename = "cognito.canary")]
    Canary(CanaryCheck),
    /// Every route of an application that writes is closed, or open again, under each of its names.
    #[serde(rename = "http.routes")]
    Routes(RoutesCheck),
    /// A Cognito user pool, its client or its domain is as expected; the kinds `cognito.*`.
    #[serde(untagged)]
    Cognito(CognitoCheck),
    /// Of a kind that this program does not know: it can't be told, and is never passed.
    #[serde(untagged)]
    Unknown(Unknown),
}

/// A question that is asked of DNS, with the answers that are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DnsQuestion<'a> {
    /// The record's name.
    pub name: &'a DnsName,
    /// The record type asked for.
    pub record: RecordType,
    /// The zone whose own name servers are asked; none = resolvers are.
    pub zone: Option<&'a DnsName>,
    /// Values expected, sorted.
    pub values: &'a [String],
    /// Other answers that are right as well, each sorted.
    pub or: &'a [Vec<String>],
}

impl CheckKind {
    /// What it asks of DNS; none where it looks at something else.
    #[must_use]
    pub fn dns_question(&self) -> Option<DnsQuestion<'_>> {
        match self {
            Self::Authoritative {
                name,
                zone,
                record,
                values,
                or,
            } => Some(DnsQuestion {
                name,
                record: *record,
                zone: Some(zone),
                values,
                or,
            }),
            Self::Resolvers {
                name,
                record,
                values,
                or,
            } => Some(DnsQuestion {
                name,
                record: *record,
                zone: None,
                values,
                or,
            }),
            Self::Identity
            | Self::Zone { .. }
            | Self::Record { .. }
            | Self::TtlWait { .. }
            | Self::HttpBuild { .. }
            | Self::HttpAnswer { .. }
            | Self::Certificate { .. }
            | Self::Parameter(_)
            | Self::Service(_)
            | Self::Reread(_)
            | Self::Rule(_)
            | Self::Throttle(_)
            | Self::Authorizer(_)
            | Self::Routes(_)
            | Self::Stage(_)
            | Self::Api(_)
            | Self::Distribution(_)
            | Self::Trigger(_)
            | Self::Bundle(_)
            | Self::Authorised(_)
            | Self::Canary(_)
            | Self::Cognito(_)
            | Self::Unknown(_) => None,
        }
    }

    /// The kind as written in a runbook.
    #[must_use]
    pub fn id(&self) -> &str {
        match self.word() {
            Ok(word) => word.text(),
            Err(unknown) => unknown.kind(),
        }
    }
}

/// One check of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSpec {
    /// Its id.
    pub id: CheckId,
    /// One line for people.
    pub title: String,
    /// What it looks at.
    #[serde(flatten)]
    pub kind: CheckKind,
    /// How long a reading may be believed, in seconds.
    pub believable_s: u32,
    /// After-checks only: by when it must pass after the call, in seconds; past it a decision is
    /// due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_s: Option<u32>,
    /// How to mend a failure, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// The outcome of a check. `Unknown` is never stored: a reading becomes unknown by its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As expected.
    Pass,
    /// Not as expected.
    Fail,
    /// Time alone mends it.
    Waiting {
        /// When it is expected to pass.
        until: Timestamp,
    },
    /// It could not be told.
    Error,
    /// The target has no observer for it.
    NotApplicable,
}

impl Verdict {
    /// Whether the check does not stand in the way.
    #[must_use]
    pub fn lets_through(&self) -> bool {
        matches!(self, Self::Pass | Self::NotApplicable)
    }
}

/// How many of the servers that were asked answered what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Whether they are resolvers; else they are the zone's name servers.
    pub resolvers: bool,
    /// How many answered as expected.
    pub right: u32,
    /// Every other answer, its values sorted, with how many gave it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<(Vec<String>, u32)>,
    /// How many gave no answer.
    #[serde(default)]
    pub silent: u32,
}

impl Answers {
    /// How many were asked.
    #[must_use]
    pub fn asked(&self) -> u32 {
        self.right + self.silent + self.others.iter().map(|(_, count)| count).sum::<u32>()
    }

    /// Whether everybody answered, and nobody anything but what is expected or one of these answers.
    #[must_use]
    pub fn only(&self, others: &[Vec<String>]) -> bool {
        self.silent == 0 && self.others.iter().all(|(values, _)| others.contains(values))
    }
}

/// What a check saw: value, source, observed-at, how long it may be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReading {
    /// The check.
    pub check: CheckId,
    /// The outcome.
    pub verdict: Verdict,
    /// What was seen, in words.
    pub observed: String,
    /// What was expected, in words.
    pub expected: String,
    /// Where it was read: an API operation, a name server, an address.
    pub source: String,
    /// When.
    pub observed_at: Timestamp,
    /// Seconds after which it is unknown.
    pub believable_s: u32,
    /// How to mend it, for a verdict that stands in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// For a question to several servers: how many answered what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
}

/// How far in the future a reading may lie: two clocks of one machine, or a rehearsal's, differ a bit.
const AHEAD_MS: i64 = 5_000;

impl CheckReading {
    /// Whether the reading is too old to be believed; one from the future is not believed either,
    /// because a clock that was set back would make it fresh for as long as it was set back.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let age = now.as_millisecond() - self.observed_at.as_millisecond();
        age > i64::from(self.believable_s) * 1000 || age < -AHEAD_MS
    }

    /// Whole seconds since it was read, never negative.
    #[must_use]
    pub fn age_s(&self, now: Timestamp) -> u64 {
        let age = (now.as_millisecond() - self.observed_at.as_millisecond()) / 1000;
        u64::try_from(age).unwrap_or(0)
    }

    /// Passing (or not applicable) and fresh.
    #[must_use]
    pub fn lets_through(&self, now: Timestamp) -> bool {
        self.verdict.lets_through() && !self.is_stale(now)
    }
}
