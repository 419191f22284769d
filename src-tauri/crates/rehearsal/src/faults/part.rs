//! The part of the night's world that a fault is about: what the panel sorts the faults by.

use super::{App, Fault, Site};

/// What a fault is about, as the heading that it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultPart {
    /// Any call to AWS: its answer, its limits, the sign-in, what the role may do.
    Calls,
    /// The record of the name, its zone, and who answers for them.
    Dns,
    /// The sites that users reach.
    Sites,
    /// The new user pool, its users and its tokens.
    UserPool,
    /// The functions that the new pool calls at a sign-in.
    Triggers,
    /// The parameters of user management and the tasks that read them.
    Parameters,
    /// The restriction of user management: the firewall's rule and the gateway's throttle.
    Restriction,
    /// The new API of Admins.
    AdminsApi,
    /// The new Admins-UI and the distribution that serves it.
    AdminsUi,
    /// The API of Reval.
    RevalApi,
    /// The user interface of Reval and the distribution that serves it.
    RevalUi,
}

impl FaultPart {
    /// All of them, in the order of the panel.
    pub const ALL: [Self; 11] = [
        Self::Calls,
        Self::Dns,
        Self::Sites,
        Self::UserPool,
        Self::Triggers,
        Self::Parameters,
        Self::Restriction,
        Self::AdminsApi,
        Self::AdminsUi,
        Self::RevalApi,
        Self::RevalUi,
    ];

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Calls => "Calls to AWS",
            Self::Dns => "DNS",
            Self::Sites => "Sites",
            Self::UserPool => "User pool",
            Self::Triggers => "Triggers of the user pool",
            Self::Parameters => "Parameters and tasks",
            Self::Restriction => "Restriction of UserManagement",
            Self::AdminsApi => "Admins’ new API",
            Self::AdminsUi => "The new Admins-UI",
            Self::RevalApi => "Reval’s API",
            Self::RevalUi => "Reval’s UI",
        }
    }
}

impl Fault {
    /// The part that it is about. Of one operation it is about that operation's service only where no other service
    /// has it.
    #[must_use]
    pub fn part(&self) -> FaultPart {
        match self {
            Self::Throttle { operation, .. } | Self::Denied { operation } => match operation.as_str() {
                "ListUsers" | "DescribeUserPool" => FaultPart::UserPool,
                _ => FaultPart::Calls,
            },
            Self::RateLimit { .. }
            | Self::ErrorBefore { .. }
            | Self::ErrorAfter { .. }
            | Self::Repeated { .. }
            | Self::AnswerCut { .. }
            | Self::AnswerEndless { .. }
            | Self::LostResponse { .. }
            | Self::Delay { .. }
            | Self::LandsLate { .. }
            | Self::ExpiredCredentials => FaultPart::Calls,
            Self::InsyncSlow { .. }
            | Self::StaleResolver { .. }
            | Self::SecondWriter { .. }
            | Self::OtherZone { .. }
            | Self::Routed { .. } => FaultPart::Dns,
            // What is wrong with the site of Reval is wrong with what its users see.
            Self::SiteDown { site: Site::Reval }
            | Self::SiteRefused { site: Site::Reval }
            | Self::SiteSlow {
                site: Site::Reval, ..
            }
            | Self::TlsExpired { site: Site::Reval }
            | Self::TlsWrongName { site: Site::Reval }
            | Self::RevalReleased { .. }
            | Self::InvalidationStuck
            | Self::EdgeStale => FaultPart::RevalUi,
            Self::DistributionDisabled { app }
            | Self::AliasElsewhere { app }
            | Self::CertificateElsewhere { app }
            | Self::InvalidationBegun { app } => match app {
                App::Reval => FaultPart::RevalUi,
                App::Admins => FaultPart::AdminsUi,
            },
            Self::BehaviourMissing { .. } | Self::WrongBundle => FaultPart::AdminsUi,
            Self::SiteDown { .. }
            | Self::SiteRefused { .. }
            | Self::SiteSlow { .. }
            | Self::TlsExpired { .. }
            | Self::TlsWrongName { .. } => FaultPart::Sites,
            Self::EmptyPages { .. }
            | Self::PartialPolicy
            | Self::MissingTrigger
            | Self::WrongClientFlow
            | Self::DefaultMail
            | Self::DomainCreating
            | Self::SignInChallenge
            | Self::TokenClockAhead => FaultPart::UserPool,
            Self::MigratePermissionMissing { .. }
            | Self::TriggerInactive
            | Self::TriggerConcurrencyZero
            | Self::TriggerSourceOtherPool
            | Self::MigrateSlow
            | Self::MigrateNoConfirmed
            | Self::MigrateWelcomeMail
            | Self::MigrateUnverified
            | Self::PreTokenEmpty => FaultPart::Triggers,
            Self::ParameterChanged { .. }
            | Self::RollStuck
            | Self::RollFails { .. }
            | Self::RollOtherImage
            | Self::TaskReplaced
            | Self::RolledBySomebody => FaultPart::Parameters,
            Self::Leak { .. }
            | Self::RuleEdited
            | Self::RuleSet
            | Self::FirewallManaged
            | Self::RuleMissing
            | Self::AclDetached
            | Self::ThrottleSet { .. } => FaultPart::Restriction,
            Self::UnfinishedWork { app }
            | Self::AuthorizerEdited { app }
            | Self::StageMoved { app }
            | Self::StageCanary { app }
            | Self::MethodOpen { app }
            | Self::RefusalsUnreadable { app } => match app {
                App::Reval => FaultPart::RevalApi,
                App::Admins => FaultPart::AdminsApi,
            },
        }
    }

    /// Whether it is over as soon as it has happened: what somebody else did stays done, and nothing can be lifted.
    #[must_use]
    pub fn happens_at_once(&self) -> bool {
        matches!(
            self,
            Self::SecondWriter { .. }
                | Self::ParameterChanged { .. }
                | Self::Routed { .. }
                | Self::TaskReplaced
                | Self::RolledBySomebody
                | Self::RuleEdited
                | Self::RuleSet
                | Self::ThrottleSet { .. }
                | Self::UnfinishedWork { .. }
                | Self::AuthorizerEdited { .. }
                | Self::StageMoved { .. }
                | Self::InvalidationBegun { .. }
                | Self::RevalReleased { .. }
        )
    }
}
