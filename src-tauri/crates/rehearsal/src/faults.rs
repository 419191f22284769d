//! Faults: what can be made to go wrong in the world, and for how long.

mod about;
mod drills;
mod names;
mod part;
mod parts;
mod sentence;
mod spelling;
mod switches;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use drills::{Drill, NightPart};
pub use part::FaultPart;
pub use parts::{App, Leak, OtherZone, Permission, RevalRelease, Site};
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
    /// The new pool may not invoke its migrate-user trigger.
    MigratePermissionMissing {
        /// What became of the statement that let it.
        permission: Permission,
    },
    /// Nobody has called the triggers of the new pool for so long that Lambda has taken their resources back.
    TriggerInactive,
    /// The reserved concurrency of the triggers of the new pool is 0: somebody has switched them off.
    TriggerConcurrencyZero,
    /// The permissions of the triggers of the new pool name the old pool as their source.
    TriggerSourceOtherPool,
    /// The migrate-user trigger takes 8 s, as its time limit lets it: longer than Cognito waits, which asks three times.
    MigrateSlow,
    /// The migrate-user trigger has whom it brings over set a new password first.
    MigrateNoConfirmed,
    /// The migrate-user trigger does not keep Cognito from sending a welcome mail.
    MigrateWelcomeMail,
    /// The migrate-user trigger does not say that e-mail addresses are verified.
    MigrateUnverified,
    /// The pre-token trigger adds nothing to tokens.
    PreTokenEmpty,
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
    /// Somebody else adds a method that nothing guards to the API of an application, such as `POST /api/doctors`, and
    /// leaves it undeployed: happens at once, and leaves nothing to lift.
    UnfinishedWork {
        /// Whose API.
        #[serde(default)]
        app: App,
    },
    /// Somebody else adds a third pool to the authoriser of the API of an application behind the operator's back: happens
    /// at once, and leaves nothing to lift.
    AuthorizerEdited {
        /// Whose API.
        #[serde(default)]
        app: App,
    },
    /// Somebody else deploys the API of an application behind the operator's back: happens at once, and leaves nothing to
    /// lift.
    StageMoved {
        /// Whose API.
        #[serde(default)]
        app: App,
    },
    /// There is a canary on the stage of the API of an application: an earlier deployment serves every tenth request.
    StageCanary {
        /// Whose API.
        #[serde(default)]
        app: App,
    },
    /// A method of the API of an application asks no authoriser, as it is edited and as it is served.
    MethodOpen {
        /// Whose API.
        #[serde(default)]
        app: App,
    },
    /// The refusals of the API of an application have no CORS header, so that no page may read them.
    RefusalsUnreadable {
        /// Whose API.
        #[serde(default)]
        app: App,
    },
    /// Whoever signs in with a password is asked for a new one.
    SignInChallenge,
    /// The tokens of a sign-in are dated ten minutes ahead of the world's clock, in every one of their times, as they seem
    /// to be where a computer's clock is behind. The gateway takes them: it asks when they end, not when they began.
    TokenClockAhead,
    /// Somebody releases Reval at its origin: happens at once, and leaves nothing to lift. The edges go on answering
    /// what they keep.
    RevalReleased {
        /// Which release.
        release: RevalRelease,
    },
    /// No invalidation completes: the last edge never hears of it.
    InvalidationStuck,
    /// An edge keeps its copies although the invalidation says Completed.
    EdgeStale,
    /// The distribution before an application is disabled, and refuses every request.
    DistributionDisabled {
        /// Whose distribution.
        #[serde(default)]
        app: App,
    },
    /// The name of an application is an alias of another distribution. It shows in the aliases only: requests are answered
    /// as before.
    AliasElsewhere {
        /// Whose name.
        #[serde(default)]
        app: App,
    },
    /// The certificate for the name of an application was issued in another region than us-east-1. CloudFront takes none
    /// of those, and no name without a certificate that covers it: the distribution has neither.
    CertificateElsewhere {
        /// Whose distribution.
        #[serde(default)]
        app: App,
    },
    /// Somebody else begins an invalidation of everything at the distribution of an application: happens at once, and
    /// leaves nothing to lift.
    InvalidationBegun {
        /// Whose distribution.
        #[serde(default)]
        app: App,
    },
    /// The distribution of Admins-UI has no behaviour for one of the paths that lead to other applications: they fall to
    /// the default one, which knows files alone.
    BehaviourMissing {
        /// The first part of the paths, with its slash.
        #[serde(default = "unrouted_path")]
        path: String,
    },
    /// The new Admins-UI was built with the settings of another environment: its script names another pool, client and
    /// API.
    WrongBundle,
}

fn throttled_method() -> String {
    "POST /createUser".to_owned()
}

fn unrouted_path() -> String {
    crate::aws::cloudfront::ADMINS_PATHS[0].to_owned()
}

fn second_writer_address() -> String {
    crate::seed::SECOND_WRITER_ADDRESS.to_owned()
}

fn changed_parameter() -> String {
    crate::aws::ssm::PROFILES_PARAMETER.to_owned()
}

impl Fault {
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
