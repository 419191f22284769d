//! Faults: what can be made to go wrong in the world, and for how long.

mod parts;
mod sentence;
mod spelling;
mod switches;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use parts::{Leak, OtherZone, Site};
pub use spelling::NotAFault;

/// Something that goes wrong in the world from now until it is lifted or used up.
///
/// A fault with `times` counts down and goes by itself; 0 means until lifted. Faults are part of the
/// world's state: they survive a kill. An operation is named as AWS names it, such as
/// `ChangeResourceRecordSets`; `*` means every operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The site answers every request with 503.
    SiteDown {
        /// Which side.
        site: Site,
    },
    /// The site accepts a connection and closes it at once.
    SiteRefused {
        /// Which side.
        site: Site,
    },
    /// The site answers late.
    SiteSlow {
        /// Which side.
        site: Site,
        /// Real milliseconds, because a client's time-out runs in real time too.
        ms: u64,
    },
    /// The site's certificate has expired.
    TlsExpired {
        /// Which side.
        site: Site,
    },
    /// The site's certificate is for another name.
    TlsWrongName {
        /// Which side.
        site: Site,
    },
    /// The operation answers `Throttling` and does nothing.
    Throttle {
        /// The operation.
        operation: String,
        /// How often.
        times: u32,
    },
    /// At most this many requests in a world second are served per account, as Route 53 limits them.
    RateLimit {
        /// Requests in one world second; 5 is Route 53's.
        per_second: u32,
    },
    /// The operation answers an error and does nothing.
    ErrorBefore {
        /// The operation.
        operation: String,
        /// AWS's error code, such as `PriorRequestNotComplete`.
        code: String,
        /// How often.
        times: u32,
    },
    /// The operation is carried out, then answered with an error all the same.
    ErrorAfter {
        /// The operation.
        operation: String,
        /// AWS's error code, such as `InvalidChangeBatch`.
        code: String,
        /// How often.
        times: u32,
    },
    /// Something on the way sends the request twice: the first is carried out and its answer is lost, the
    /// answer to the second comes.
    Repeated {
        /// The operation.
        operation: String,
        /// How often.
        times: u32,
    },
    /// The operation is carried out, and a part of the answer comes.
    AnswerCut {
        /// The operation.
        operation: String,
        /// How often.
        times: u32,
    },
    /// The operation is carried out, and its answer has no end.
    AnswerEndless {
        /// The operation.
        operation: String,
        /// How often.
        times: u32,
    },
    /// The operation is carried out, then the connection is dropped without an answer.
    LostResponse {
        /// The operation.
        operation: String,
        /// How often.
        times: u32,
    },
    /// The operation is carried out and answered late.
    Delay {
        /// The operation.
        operation: String,
        /// Real milliseconds, because a client's time-out runs in real time too.
        ms: u64,
    },
    /// The request is carried out late, also when the client has given up by then: what a time-out
    /// that was believed too soon looks like.
    LandsLate {
        /// The operation.
        operation: String,
        /// Real milliseconds, because a client's time-out runs in real time too.
        ms: u64,
        /// How often.
        times: u32,
    },
    /// Changes submitted from now on take this long to be INSYNC.
    InsyncSlow {
        /// World seconds.
        seconds: u64,
    },
    /// The resolvers keep every answer at least this long, whatever its TTL says, as some do.
    StaleResolver {
        /// World seconds.
        seconds: u64,
    },
    /// Every AWS call answers `ExpiredToken`.
    ExpiredCredentials,
    /// Somebody else changes the record of `apps` behind the operator's back: happens at once, with
    /// the TTL kept, and leaves nothing to lift.
    SecondWriter {
        /// The address that the second writer sets.
        #[serde(default = "second_writer_address")]
        address: String,
    },
    /// Somebody else puts a parameter behind the operator's back: happens at once, and leaves nothing to lift.
    ParameterChanged {
        /// The parameter.
        #[serde(default = "changed_parameter")]
        name: String,
        /// The value that it is given; none is another one than it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
    /// There is another zone, in the same account.
    OtherZone {
        /// Which one.
        zone: OtherZone,
    },
    /// Somebody else gives the record of `apps` a routing policy: happens at once and leaves nothing
    /// to lift.
    Routed {
        /// One of [`Routing::POLICIES`](crate::Routing::POLICIES).
        policy: String,
    },
    /// The role is not allowed the operation.
    Denied {
        /// The operation.
        operation: String,
    },
    /// The first pages of every ListUsers hold nobody and have a token, as Cognito's may.
    EmptyPages {
        /// How many.
        pages: u32,
    },
    /// Terraform declared a part of the new pool's password policy, and the rest became false.
    PartialPolicy,
    /// The new pool has no migrate-user trigger.
    MissingTrigger,
    /// The new pool's client allows SRP instead of USER_PASSWORD_AUTH: no password ever reaches the
    /// migrate-user trigger.
    WrongClientFlow,
    /// The new pool's mail goes through Cognito's own account, 50 a day.
    DefaultMail,
    /// The domain of the new pool's sign-in pages is still being made.
    DomainCreating,
    /// No roll of the service settles: its last task finds no room, and an old one runs on beside the new ones.
    RollStuck,
    /// No task of a roll starts, whatever it reads, until ECS's circuit breaker takes the deployment back. The tasks
    /// of its rollback start, and read the parameters as they are then.
    RollFails {
        /// How many rolls.
        times: u32,
    },
    /// The tag of the service's image means another image, which the next deployment runs.
    RollOtherImage,
    /// A task of the service dies and ECS starts another one, which reads the parameters as they are now: happens at
    /// once, and leaves nothing to lift.
    TaskReplaced,
    /// Somebody else rolls the service behind the operator's back: happens at once, and leaves nothing to lift.
    RolledBySomebody,
    /// Requests get past the restriction of user management: the firewall's rule and the gateway's throttle alike, or
    /// the rule alone where that is the weak one.
    Leak {
        /// Which.
        leak: Leak,
    },
    /// Somebody else edits another rule of the web ACL behind the operator's back: happens at once, and leaves nothing
    /// to lift.
    RuleEdited,
    /// Somebody else sets the action of the freeze rule to Allow behind the operator's back: happens at once, and leaves
    /// nothing to lift.
    RuleSet,
    /// The web ACL says that Firewall Manager manages it.
    FirewallManaged,
    /// The web ACL has no freeze rule.
    RuleMissing,
    /// No web ACL stands before the gateway.
    AclDetached,
    /// Somebody else gives a method of user management a throttle of its own behind the operator's back: happens at
    /// once, and leaves nothing to lift.
    ThrottleSet {
        /// The method and its path below user management.
        #[serde(default = "throttled_method")]
        on: String,
    },
}

fn throttled_method() -> String {
    "POST /createUser".to_owned()
}

fn second_writer_address() -> String {
    crate::seed::SECOND_WRITER_ADDRESS.to_owned()
}

fn changed_parameter() -> String {
    crate::aws::ssm::PROFILES_PARAMETER.to_owned()
}

impl Fault {
    /// The names of all kinds; [`Self::SWITCHES`] is what is offered of them.
    pub const NAMES: [&'static str; 41] = [
        "site-down",
        "site-refused",
        "site-slow",
        "tls-expired",
        "tls-wrong-name",
        "throttle",
        "rate-limit",
        "error-before",
        "error-after",
        "repeated",
        "answer-cut",
        "answer-endless",
        "lost-response",
        "delay",
        "lands-late",
        "insync-slow",
        "stale-resolver",
        "expired-credentials",
        "second-writer",
        "parameter-changed",
        "other-zone",
        "routed",
        "denied",
        "empty-pages",
        "partial-policy",
        "missing-trigger",
        "wrong-client-flow",
        "default-mail",
        "domain-creating",
        "roll-stuck",
        "roll-fails",
        "roll-other-image",
        "task-replaced",
        "rolled-by-somebody",
        "leak",
        "rule-edited",
        "rule-set",
        "firewall-managed",
        "rule-missing",
        "acl-detached",
        "throttle-set",
    ];

    /// The kind, as on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SiteDown { .. } => "site-down",
            Self::SiteRefused { .. } => "site-refused",
            Self::SiteSlow { .. } => "site-slow",
            Self::TlsExpired { .. } => "tls-expired",
            Self::TlsWrongName { .. } => "tls-wrong-name",
            Self::Throttle { .. } => "throttle",
            Self::RateLimit { .. } => "rate-limit",
            Self::ErrorBefore { .. } => "error-before",
            Self::ErrorAfter { .. } => "error-after",
            Self::Repeated { .. } => "repeated",
            Self::AnswerCut { .. } => "answer-cut",
            Self::AnswerEndless { .. } => "answer-endless",
            Self::LostResponse { .. } => "lost-response",
            Self::Delay { .. } => "delay",
            Self::LandsLate { .. } => "lands-late",
            Self::InsyncSlow { .. } => "insync-slow",
            Self::StaleResolver { .. } => "stale-resolver",
            Self::ExpiredCredentials => "expired-credentials",
            Self::SecondWriter { .. } => "second-writer",
            Self::ParameterChanged { .. } => "parameter-changed",
            Self::OtherZone { .. } => "other-zone",
            Self::Routed { .. } => "routed",
            Self::Denied { .. } => "denied",
            Self::EmptyPages { .. } => "empty-pages",
            Self::PartialPolicy => "partial-policy",
            Self::MissingTrigger => "missing-trigger",
            Self::WrongClientFlow => "wrong-client-flow",
            Self::DefaultMail => "default-mail",
            Self::DomainCreating => "domain-creating",
            Self::RollStuck => "roll-stuck",
            Self::RollFails { .. } => "roll-fails",
            Self::RollOtherImage => "roll-other-image",
            Self::TaskReplaced => "task-replaced",
            Self::RolledBySomebody => "rolled-by-somebody",
            Self::Leak { .. } => "leak",
            Self::RuleEdited => "rule-edited",
            Self::RuleSet => "rule-set",
            Self::FirewallManaged => "firewall-managed",
            Self::RuleMissing => "rule-missing",
            Self::AclDetached => "acl-detached",
            Self::ThrottleSet { .. } => "throttle-set",
        }
    }

    /// What the fault is about within its kind: a site, an operation, a leak, or nothing. A fault injected
    /// again with the same name and subject replaces the earlier one.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::SiteDown { site }
            | Self::SiteRefused { site }
            | Self::SiteSlow { site, .. }
            | Self::TlsExpired { site }
            | Self::TlsWrongName { site } => Some(site.name()),
            Self::Throttle { operation, .. }
            | Self::ErrorBefore { operation, .. }
            | Self::ErrorAfter { operation, .. }
            | Self::Repeated { operation, .. }
            | Self::AnswerCut { operation, .. }
            | Self::AnswerEndless { operation, .. }
            | Self::LostResponse { operation, .. }
            | Self::LandsLate { operation, .. }
            | Self::Denied { operation }
            | Self::Delay { operation, .. } => Some(operation),
            Self::OtherZone { zone } => Some(zone.name()),
            Self::Leak { leak } => Some(leak.name()),
            Self::RateLimit { .. }
            | Self::InsyncSlow { .. }
            | Self::StaleResolver { .. }
            | Self::ExpiredCredentials
            | Self::SecondWriter { .. }
            | Self::ParameterChanged { .. }
            | Self::Routed { .. }
            | Self::EmptyPages { .. }
            | Self::PartialPolicy
            | Self::MissingTrigger
            | Self::WrongClientFlow
            | Self::DefaultMail
            | Self::DomainCreating
            | Self::RollStuck
            | Self::RollFails { .. }
            | Self::RollOtherImage
            | Self::TaskReplaced
            | Self::RolledBySomebody
            | Self::RuleEdited
            | Self::RuleSet
            | Self::FirewallManaged
            | Self::RuleMissing
            | Self::AclDetached
            | Self::ThrottleSet { .. } => None,
        }
    }

    /// Whether `name` (`site-down`) or `name:subject` (`site-down:old`) means this fault.
    #[must_use]
    pub fn is_named(&self, wanted: &str) -> bool {
        match wanted.split_once(':') {
            Some((name, subject)) => name == self.name() && self.subject() == Some(subject),
            None => wanted == self.name(),
        }
    }

    pub(crate) fn times_mut(&mut self) -> Option<&mut u32> {
        match self {
            Self::Throttle { times, .. }
            | Self::ErrorBefore { times, .. }
            | Self::ErrorAfter { times, .. }
            | Self::Repeated { times, .. }
            | Self::AnswerCut { times, .. }
            | Self::AnswerEndless { times, .. }
            | Self::LostResponse { times, .. }
            | Self::LandsLate { times, .. }
            | Self::RollFails { times } => Some(times),
            Self::SiteDown { .. }
            | Self::SiteRefused { .. }
            | Self::SiteSlow { .. }
            | Self::TlsExpired { .. }
            | Self::TlsWrongName { .. }
            | Self::Delay { .. }
            | Self::Denied { .. }
            | Self::OtherZone { .. }
            | Self::Leak { .. }
            | Self::RateLimit { .. }
            | Self::InsyncSlow { .. }
            | Self::StaleResolver { .. }
            | Self::ExpiredCredentials
            | Self::SecondWriter { .. }
            | Self::ParameterChanged { .. }
            | Self::Routed { .. }
            | Self::EmptyPages { .. }
            | Self::PartialPolicy
            | Self::MissingTrigger
            | Self::WrongClientFlow
            | Self::DefaultMail
            | Self::DomainCreating
            | Self::RollStuck
            | Self::RollOtherImage
            | Self::TaskReplaced
            | Self::RolledBySomebody
            | Self::RuleEdited
            | Self::RuleSet
            | Self::FirewallManaged
            | Self::RuleMissing
            | Self::AclDetached
            | Self::ThrottleSet { .. } => None,
        }
    }

    /// Whether what resolvers keep is void when it comes or goes: a parent names other servers then.
    pub(crate) fn voids_caches(&self) -> bool {
        matches!(self, Self::OtherZone { .. })
    }
}

/// World time until a change of the restriction is everywhere while [`Leak::Late`] lasts.
const LATE_SPREAD: Duration = Duration::from_secs(40);

/// World milliseconds until a change of the restriction that is made now is everywhere.
pub(crate) fn spread_ms(faults: &[Fault], usual: Duration) -> i64 {
    let spread = match faults.contains(&Fault::Leak { leak: Leak::Late }) {
        true => LATE_SPREAD,
        false => usual,
    };
    i64::try_from(spread.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
