//! How a fault is written on the command line.

use std::str::FromStr;

use super::{
    App, Fault, Leak, OtherZone, Permission, RevalRelease, Site, changed_parameter, second_writer_address,
};
use crate::aws::apigateway;
use crate::aws::cloudfront::ADMINS_PATHS;
use crate::records::Routing;

/// The text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is not a fault: {why}")]
pub struct NotAFault {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl FromStr for Fault {
    type Err = NotAFault;

    /// Reads `name[:argument[:argument..]]`, such as `site-down:new`, `site-slow:old:3000`,
    /// `throttle:ChangeResourceRecordSets:2`, `error-before:GetChange:ServiceUnavailable:1`,
    /// `error-after:ChangeResourceRecordSets:Throttling`, `repeated`, `answer-cut`, `answer-endless`, `lost-response`, `insync-slow:120`, `other-zone:delegated`, `routed:geolocation`,
    /// `parameter-changed:/tis/usermanagement/profiles:dev`, `denied:DescribeUserPool`, `empty-pages:3`, `partial-policy`, `roll-fails:2`, `leak:method`, `throttle-set:PUT /api/users/{u}`, `reval-released:old`, `unfinished-work:admins`, `behaviour-missing:/auth`. Arguments left
    /// out take a default: the new site, the operation `ChangeResourceRecordSets`, once, a private zone,
    /// geolocation, the parameter `/tis/usermanagement/profiles`, the leak of a route, the method `POST /createUser`,
    /// the new release, Reval, the path `/auth`, a permission that is gone.
    fn from_str(text: &str) -> Result<Self, NotAFault> {
        let refuse = |why: String| NotAFault {
            text: text.to_owned(),
            why,
        };
        let mut parts = text.split(':').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let args: Vec<&str> = parts.collect();
        let arg = |i: usize| args.get(i).copied().filter(|s| !s.is_empty());
        let number = |i: usize, default: u64| match arg(i) {
            None => Ok(default),
            Some(s) => s
                .parse::<u64>()
                .map_err(|_| refuse(format!("“{s}” is not a whole number"))),
        };
        let times =
            |i: usize| u32::try_from(number(i, 1)?).map_err(|_| refuse("the number is too large".to_owned()));
        let site = || match arg(0) {
            None | Some("new") => Ok(Site::New),
            Some("old") => Ok(Site::Old),
            Some("reval") => Ok(Site::Reval),
            Some("gateway") => Ok(Site::Gateway),
            Some(s) => Err(refuse(format!(
                "“{s}” is not a site; use old, new, reval or gateway"
            ))),
        };
        let app = || match arg(0) {
            None => Ok(App::default()),
            Some(word) => App::ALL
                .into_iter()
                .find(|app| app.name() == word)
                .ok_or_else(|| {
                    let names = App::ALL.map(App::name).join(" or ");
                    refuse(format!("“{word}” is not an application; use {names}"))
                }),
        };
        let operation = || arg(0).unwrap_or("ChangeResourceRecordSets").to_owned();
        let (fault, most) = match name {
            "site-down" => (Self::SiteDown { site: site()? }, 1),
            "site-refused" => (Self::SiteRefused { site: site()? }, 1),
            "site-slow" => (
                Self::SiteSlow {
                    site: site()?,
                    ms: number(1, 3_000)?,
                },
                2,
            ),
            "tls-expired" => (Self::TlsExpired { site: site()? }, 1),
            "tls-wrong-name" => (Self::TlsWrongName { site: site()? }, 1),
            "throttle" => (
                Self::Throttle {
                    operation: operation(),
                    times: times(1)?,
                },
                2,
            ),
            "rate-limit" => (
                Self::RateLimit {
                    per_second: u32::try_from(number(0, 5)?)
                        .map_err(|_| refuse("the number is too large".to_owned()))?,
                },
                1,
            ),
            "error-before" => (
                Self::ErrorBefore {
                    operation: operation(),
                    code: arg(1).unwrap_or("ServiceUnavailable").to_owned(),
                    times: times(2)?,
                },
                3,
            ),
            "error-after" => (
                Self::ErrorAfter {
                    operation: operation(),
                    code: arg(1).unwrap_or("InvalidChangeBatch").to_owned(),
                    times: times(2)?,
                },
                3,
            ),
            "repeated" => (
                Self::Repeated {
                    operation: operation(),
                    times: times(1)?,
                },
                2,
            ),
            "answer-cut" => (
                Self::AnswerCut {
                    operation: operation(),
                    times: times(1)?,
                },
                2,
            ),
            "answer-endless" => (
                Self::AnswerEndless {
                    operation: operation(),
                    times: times(1)?,
                },
                2,
            ),
            "lost-response" => (
                Self::LostResponse {
                    operation: operation(),
                    times: times(1)?,
                },
                2,
            ),
            "delay" => (
                Self::Delay {
                    operation: operation(),
                    ms: number(1, 3_000)?,
                },
                2,
            ),
            "lands-late" => (
                Self::LandsLate {
                    operation: operation(),
                    ms: number(1, 20_000)?,
                    times: times(2)?,
                },
                3,
            ),
            "insync-slow" => (
                Self::InsyncSlow {
                    seconds: number(0, 180)?,
                },
                1,
            ),
            "stale-resolver" => (
                Self::StaleResolver {
                    seconds: number(0, 300)?,
                },
                1,
            ),
            "expired-credentials" => (Self::ExpiredCredentials, 0),
            "second-writer" => (
                Self::SecondWriter {
                    address: arg(0).map_or_else(second_writer_address, str::to_owned),
                },
                1,
            ),
            // The rest is the value, colons and all: it may be an address.
            "parameter-changed" => (
                Self::ParameterChanged {
                    name: arg(0).map_or_else(changed_parameter, str::to_owned),
                    value: text.splitn(3, ':').nth(2).map(str::to_owned),
                },
                args.len(),
            ),
            "other-zone" => {
                let zone = match arg(0) {
                    None | Some("private") => OtherZone::Private,
                    Some("public") => OtherZone::Public,
                    Some("delegated") => OtherZone::Delegated,
                    Some("white-label") => OtherZone::WhiteLabel,
                    Some("white-label-copy") => OtherZone::WhiteLabelCopy,
                    Some(s) => {
                        return Err(refuse(format!(
                            "“{s}” is not a zone; use private, public, delegated, white-label or white-label-copy"
                        )));
                    }
                };
                (Self::OtherZone { zone }, 1)
            }
            "routed" => {
                let policy = arg(0).unwrap_or("geolocation");
                if Routing::example(policy).is_none() {
                    return Err(refuse(format!(
                        "“{policy}” is not a policy; use one of {}",
                        Routing::POLICIES.join(", ")
                    )));
                }
                let policy = policy.to_owned();
                (Self::Routed { policy }, 1)
            }
            "partial-policy" => (Self::PartialPolicy, 0),
            "missing-trigger" => (Self::MissingTrigger, 0),
            "wrong-client-flow" => (Self::WrongClientFlow, 0),
            "default-mail" => (Self::DefaultMail, 0),
            "domain-creating" => (Self::DomainCreating, 0),
            "migrate-permission-missing" => {
                let word = arg(0).unwrap_or(Permission::Gone.name());
                let mut all = Permission::ALL.into_iter();
                let found = all.find(|permission| permission.name() == word);
                let permission = found.ok_or_else(|| {
                    let names = Permission::ALL.map(Permission::name).join(" or ");
                    refuse(format!("“{word}” is not what became of it; use {names}"))
                })?;
                (Self::MigratePermissionMissing { permission }, 1)
            }
            "trigger-inactive" => (Self::TriggerInactive, 0),
            "trigger-concurrency-zero" => (Self::TriggerConcurrencyZero, 0),
            "trigger-source-other-pool" => (Self::TriggerSourceOtherPool, 0),
            "migrate-slow" => (Self::MigrateSlow, 0),
            "migrate-no-confirmed" => (Self::MigrateNoConfirmed, 0),
            "migrate-welcome-mail" => (Self::MigrateWelcomeMail, 0),
            "migrate-unverified" => (Self::MigrateUnverified, 0),
            "pre-token-empty" => (Self::PreTokenEmpty, 0),
            "roll-stuck" => (Self::RollStuck, 0),
            "roll-fails" => (Self::RollFails { times: times(0)? }, 1),
            "roll-other-image" => (Self::RollOtherImage, 0),
            "task-replaced" => (Self::TaskReplaced, 0),
            "rolled-by-somebody" => (Self::RolledBySomebody, 0),
            "leak" => {
                let word = arg(0).unwrap_or(Leak::Route.name());
                let mut all = Leak::ALL.into_iter();
                let leak = all.find(|leak| leak.name() == word).ok_or_else(|| {
                    let names = Leak::ALL.map(Leak::name).join(", ");
                    refuse(format!("“{word}” is not a leak; use one of {names}"))
                })?;
                (Self::Leak { leak }, 1)
            }
            "rule-edited" => (Self::RuleEdited, 0),
            "rule-set" => (Self::RuleSet, 0),
            "firewall-managed" => (Self::FirewallManaged, 0),
            "rule-missing" => (Self::RuleMissing, 0),
            "acl-detached" => (Self::AclDetached, 0),
            "throttle-set" => {
                let on = arg(0).map_or_else(super::throttled_method, str::to_owned);
                if apigateway::key_below(&on).is_none() {
                    return Err(refuse(format!(
                        "“{on}” is no method and path, such as {}",
                        super::throttled_method()
                    )));
                }
                (Self::ThrottleSet { on }, 1)
            }
            "unfinished-work" => (Self::UnfinishedWork { app: app()? }, 1),
            "authorizer-edited" => (Self::AuthorizerEdited { app: app()? }, 1),
            "stage-moved" => (Self::StageMoved { app: app()? }, 1),
            "stage-canary" => (Self::StageCanary { app: app()? }, 1),
            "method-open" => (Self::MethodOpen { app: app()? }, 1),
            "refusals-unreadable" => (Self::RefusalsUnreadable { app: app()? }, 1),
            "sign-in-challenge" => (Self::SignInChallenge, 0),
            "token-clock-ahead" => (Self::TokenClockAhead, 0),
            "reval-released" => {
                let word = arg(0).unwrap_or(RevalRelease::New.name());
                let mut all = RevalRelease::ALL.into_iter();
                let release = all.find(|release| release.name() == word).ok_or_else(|| {
                    let names = RevalRelease::ALL.map(RevalRelease::name).join(", ");
                    refuse(format!("“{word}” is not a release; use one of {names}"))
                })?;
                (Self::RevalReleased { release }, 1)
            }
            "invalidation-stuck" => (Self::InvalidationStuck, 0),
            "edge-stale" => (Self::EdgeStale, 0),
            "distribution-disabled" => (Self::DistributionDisabled { app: app()? }, 1),
            "alias-elsewhere" => (Self::AliasElsewhere { app: app()? }, 1),
            "certificate-elsewhere" => (Self::CertificateElsewhere { app: app()? }, 1),
            "invalidation-begun" => (Self::InvalidationBegun { app: app()? }, 1),
            "behaviour-missing" => {
                let path = arg(0).map_or_else(super::unrouted_path, str::to_owned);
                if !ADMINS_PATHS.contains(&path.as_str()) {
                    return Err(refuse(format!(
                        "“{path}” is no path with a behaviour; use one of {}",
                        ADMINS_PATHS.join(", ")
                    )));
                }
                (Self::BehaviourMissing { path }, 1)
            }
            "wrong-bundle" => (Self::WrongBundle, 0),
            "denied" => (
                Self::Denied {
                    operation: operation(),
                },
                1,
            ),
            "empty-pages" => (
                Self::EmptyPages {
                    pages: u32::try_from(number(0, 3)?)
                        .map_err(|_| refuse("the number is too large".to_owned()))?,
                },
                1,
            ),
            _ => {
                return Err(refuse(format!("the faults are {}", Self::NAMES.join(", "))));
            }
        };
        if args.len() > most {
            return Err(refuse(format!("it takes at most {most} arguments")));
        }
        Ok(fault)
    }
}
