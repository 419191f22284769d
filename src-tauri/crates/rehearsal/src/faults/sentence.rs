//! What a fault in force does, in words.

use super::{App, Fault, Leak, OtherZone, Permission, RevalRelease};
use crate::aws::apigateway;

/// The API of an application, as people call it.
fn api_of(app: App) -> &'static str {
    match app {
        App::Reval => "Reval's API",
        App::Admins => "the new API of Admins",
    }
}

impl Fault {
    /// What the fault does, as a sentence for the fault panel.
    #[must_use]
    pub fn describe(&self) -> String {
        let often = |times: &u32| match times {
            0 => "until it is lifted".to_owned(),
            1 => "once".to_owned(),
            n => format!("{n} times"),
        };
        match self {
            Self::SiteDown { site } => format!("The {site} site answers 503."),
            Self::SiteRefused { site } => format!("The {site} site closes every connection."),
            Self::SiteSlow { site, ms } => format!("The {site} site answers {ms} ms late."),
            Self::TlsExpired { site } => format!("The certificate of the {site} site has expired."),
            Self::TlsWrongName { site } => {
                format!("The certificate of the {site} site is for another name.")
            }
            Self::Throttle { operation, times } => {
                format!("{operation} is throttled {}.", often(times))
            }
            Self::RateLimit { per_second } => {
                format!("More than {per_second} requests a second are throttled.")
            }
            Self::ErrorBefore {
                operation,
                code,
                times,
            } => format!("{operation} fails with {code} {}.", often(times)),
            Self::ErrorAfter {
                operation,
                code,
                times,
            } => format!(
                "{operation} is carried out but answered with {code} {}.",
                often(times)
            ),
            Self::Repeated { operation, times } => format!(
                "{operation} arrives twice and the second answer comes {}.",
                often(times)
            ),
            Self::AnswerCut { operation, times } => format!(
                "{operation} is carried out but its answer is cut {}.",
                often(times)
            ),
            Self::AnswerEndless { operation, times } => format!(
                "{operation} is carried out but its answer has no end {}.",
                often(times)
            ),
            Self::LostResponse { operation, times } => format!(
                "{operation} is carried out but its answer is lost {}.",
                often(times)
            ),
            Self::Delay { operation, ms } => format!("{operation} answers {ms} ms late."),
            Self::LandsLate { operation, ms, times } => {
                format!("{operation} is carried out {ms} ms late {}.", often(times))
            }
            Self::InsyncSlow { seconds } => format!("New changes take {seconds} s to be INSYNC."),
            Self::StaleResolver { seconds } => {
                format!("Resolvers keep what they know for {seconds} s at least.")
            }
            Self::ExpiredCredentials => "The AWS credentials have expired.".to_owned(),
            Self::SecondWriter { address } => {
                format!("Somebody else points apps.example.nhs.test to {address}.")
            }
            Self::ParameterChanged { name, value } => match value {
                Some(value) => format!("Somebody else sets the parameter {name} to {value}."),
                None => format!("Somebody else changes the parameter {name}."),
            },
            Self::OtherZone { zone } => match zone {
                OtherZone::Private => "There is a private zone example.nhs.test as well.".to_owned(),
                OtherZone::Public => "There is a second public zone example.nhs.test.".to_owned(),
                OtherZone::Delegated => "apps.example.nhs.test is delegated to a zone of its own.".to_owned(),
                OtherZone::WhiteLabel => {
                    "The name servers of example.nhs.test stand under names of its own.".to_owned()
                }
                OtherZone::WhiteLabelCopy => {
                    "The name servers of example.nhs.test stand under names of its own, and a second public \
                     zone has copies of its records."
                        .to_owned()
                }
            },
            Self::Routed { policy } => {
                format!("Somebody else gives apps.example.nhs.test {policy} routing.")
            }
            Self::Denied { operation } => format!("The role is not allowed {operation}."),
            Self::EmptyPages { pages } => {
                format!("The first {pages} pages of every ListUsers hold nobody.")
            }
            Self::PartialPolicy => {
                "The new pool's password policy was declared in part; the rest is off.".to_owned()
            }
            Self::MissingTrigger => "The new pool has no migrate-user trigger.".to_owned(),
            Self::WrongClientFlow => "The new pool's client allows SRP instead of passwords.".to_owned(),
            Self::DefaultMail => "The new pool sends its mail through Cognito, 50 a day.".to_owned(),
            Self::DomainCreating => "The domain of the sign-in pages is still being made.".to_owned(),
            Self::MigratePermissionMissing { permission } => match permission {
                Permission::Gone => "No policy lets the new pool invoke its migrate-user trigger.".to_owned(),
                Permission::Alias => {
                    "The new pool may invoke an alias of its migrate-user trigger, which it does not name."
                        .to_owned()
                }
            },
            Self::TriggerInactive => "Lambda has put the triggers of the new pool to sleep.".to_owned(),
            Self::TriggerConcurrencyZero => {
                "The triggers of the new pool are switched off: their reserved concurrency is 0.".to_owned()
            }
            Self::TriggerSourceOtherPool => {
                "The permissions of the new pool's triggers are for the old pool.".to_owned()
            }
            Self::MigrateSlow => {
                "The migrate-user trigger takes 8 s; Cognito waits 5 s, three times.".to_owned()
            }
            Self::MigrateNoConfirmed => {
                "The migrate-user trigger has everybody set a new password first.".to_owned()
            }
            Self::MigrateWelcomeMail => {
                "The migrate-user trigger lets Cognito send everybody a welcome mail.".to_owned()
            }
            Self::MigrateUnverified => {
                "The migrate-user trigger does not say that e-mail addresses are verified.".to_owned()
            }
            Self::PreTokenEmpty => "The pre-token trigger adds nothing to tokens.".to_owned(),
            Self::RollStuck => {
                "A roll of user management never settles: old and new tasks run side by side.".to_owned()
            }
            Self::RollFails { times } => format!(
                "No task of a roll of user management starts, and ECS takes the roll back {}.",
                often(times)
            ),
            Self::RollOtherImage => {
                "The tag of user management's image means another image than before.".to_owned()
            }
            Self::TaskReplaced => {
                "A task of user management dies, and the one in its place reads the parameters anew."
                    .to_owned()
            }
            Self::RolledBySomebody => "Somebody else rolls user management.".to_owned(),
            Self::Leak { leak } => match leak {
                Leak::Route => {
                    "POST /api/users/{u}/mfa/reset gets past the restriction of user management.".to_owned()
                }
                Leak::Method => "Every PUT gets past the restriction of user management.".to_owned(),
                Leak::Spelling => {
                    "A path with a % in it gets past the restriction of user management.".to_owned()
                }
                Leak::Override => {
                    "The application takes another method from a header, and the restriction does not see it."
                        .to_owned()
                }
                Leak::Undecoded => {
                    "The firewall's rule does not decode a path: /%75sermanagement gets past it.".to_owned()
                }
                Leak::Parameter => {
                    "The firewall's rule does not think of a parameter: /usermanagement;x=1 gets past it."
                        .to_owned()
                }
                Leak::Name => {
                    "Requests under the gateway's own name get past the restriction of user management."
                        .to_owned()
                }
                Leak::Late => {
                    "A change of the firewall or the gateway takes 40 s until it is everywhere.".to_owned()
                }
            },
            Self::RuleEdited => "Somebody else edits another rule of the firewall.".to_owned(),
            Self::RuleSet => "Somebody else sets the firewall's rule to Allow.".to_owned(),
            Self::FirewallManaged => "Firewall Manager manages the firewall.".to_owned(),
            Self::RuleMissing => "The firewall has no rule for the writes of user management.".to_owned(),
            Self::AclDetached => "No firewall stands before the gateway.".to_owned(),
            Self::ThrottleSet { on } => {
                format!("Somebody else gives {on} a throttle of its own at the gateway.")
            }
            Self::UnfinishedWork { app } => {
                let (verb, path) = apigateway::of_app(*app).unfinished;
                format!(
                    "Somebody else adds {verb} {path} to {} and does not deploy it.",
                    api_of(*app)
                )
            }
            Self::AuthorizerEdited { app } => format!(
                "Somebody else adds a third pool to the authoriser of {}.",
                api_of(*app)
            ),
            Self::StageMoved { app } => format!("Somebody else deploys {}.", api_of(*app)),
            Self::StageCanary { app } => format!(
                "A canary on the stage of {} serves every tenth request from an earlier deployment.",
                api_of(*app)
            ),
            Self::MethodOpen { app } => {
                let (verb, path) = apigateway::of_app(*app).opened;
                format!("{verb} {path} of {} asks no authoriser.", api_of(*app))
            }
            Self::RefusalsUnreadable { app } => {
                format!("No page may read a refusal of {}.", api_of(*app))
            }
            Self::SignInChallenge => "Whoever signs in with a password is asked for a new one.".to_owned(),
            Self::TokenClockAhead => {
                "The tokens of a sign-in are dated ten minutes ahead of this computer's clock.".to_owned()
            }
            Self::RevalReleased { release } => match release {
                RevalRelease::Old => "Somebody releases the old build of Reval at its origin.".to_owned(),
                RevalRelease::New => "Somebody releases the new build of Reval at its origin.".to_owned(),
                RevalRelease::Half => {
                    "Somebody releases the new build of Reval at its origin without its main script."
                        .to_owned()
                }
                RevalRelease::Wrong => {
                    "Somebody releases a build of Reval at its origin that names neither pool.".to_owned()
                }
            },
            Self::InvalidationStuck => "No invalidation of CloudFront completes.".to_owned(),
            Self::EdgeStale => {
                "An edge of CloudFront keeps its copies although an invalidation is completed.".to_owned()
            }
            Self::DistributionDisabled { app } => {
                format!("The distribution before {} is disabled.", app.title())
            }
            Self::AliasElsewhere { app } => {
                format!("{}'s name is an alias of another distribution.", app.title())
            }
            Self::CertificateElsewhere { app } => format!(
                "The certificate of {} was issued in eu-west-2: its distribution has neither it nor the name.",
                app.title()
            ),
            Self::InvalidationBegun { app } => format!(
                "Somebody else drops all copies that the edges of {} keep.",
                app.title()
            ),
            Self::BehaviourMissing { path } => {
                format!("The distribution of Admins-UI has no behaviour for {path}.")
            }
            Self::WrongBundle => {
                "The new Admins-UI was built for another pool, another client and another API.".to_owned()
            }
        }
    }
}
