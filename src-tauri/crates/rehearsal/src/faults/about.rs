//! What a fault is about, and how often it still happens.

use super::{Fault, Site};

impl Fault {
    /// What the fault is about within its kind: a site, an operation, a leak, a permission, a release, an application, a path,
    /// or nothing. A fault injected again with the same name and subject replaces the earlier one.
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
            Self::MigratePermissionMissing { permission } => Some(permission.name()),
            Self::RevalReleased { release } => Some(release.name()),
            Self::UnfinishedWork { app }
            | Self::AuthorizerEdited { app }
            | Self::StageMoved { app }
            | Self::StageCanary { app }
            | Self::MethodOpen { app }
            | Self::RefusalsUnreadable { app }
            | Self::DistributionDisabled { app }
            | Self::AliasElsewhere { app }
            | Self::CertificateElsewhere { app }
            | Self::InvalidationBegun { app } => Some(app.name()),
            Self::BehaviourMissing { path } => Some(path),
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
            | Self::TriggerInactive
            | Self::TriggerConcurrencyZero
            | Self::TriggerSourceOtherPool
            | Self::MigrateSlow
            | Self::MigrateNoConfirmed
            | Self::MigrateWelcomeMail
            | Self::MigrateUnverified
            | Self::PreTokenEmpty
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
            | Self::SignInChallenge
            | Self::TokenClockAhead
            | Self::ThrottleSet { .. }
            | Self::InvalidationStuck
            | Self::EdgeStale
            | Self::WrongBundle => None,
        }
    }

    /// The site that it is about, where it is about one.
    pub(crate) fn site(&self) -> Option<Site> {
        let (Self::SiteDown { site }
        | Self::SiteRefused { site }
        | Self::SiteSlow { site, .. }
        | Self::TlsExpired { site }
        | Self::TlsWrongName { site }) = self
        else {
            return None;
        };
        Some(*site)
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
            | Self::MigratePermissionMissing { .. }
            | Self::TriggerInactive
            | Self::TriggerConcurrencyZero
            | Self::TriggerSourceOtherPool
            | Self::MigrateSlow
            | Self::MigrateNoConfirmed
            | Self::MigrateWelcomeMail
            | Self::MigrateUnverified
            | Self::PreTokenEmpty
            | Self::RollStuck
            | Self::RollOtherImage
            | Self::TaskReplaced
            | Self::RolledBySomebody
            | Self::RuleEdited
            | Self::RuleSet
            | Self::FirewallManaged
            | Self::RuleMissing
            | Self::AclDetached
            | Self::UnfinishedWork { .. }
            | Self::AuthorizerEdited { .. }
            | Self::StageMoved { .. }
            | Self::StageCanary { .. }
            | Self::SignInChallenge
            | Self::TokenClockAhead
            | Self::ThrottleSet { .. }
            | Self::RevalReleased { .. }
            | Self::InvalidationStuck
            | Self::EdgeStale
            | Self::DistributionDisabled { .. }
            | Self::AliasElsewhere { .. }
            | Self::MethodOpen { .. }
            | Self::RefusalsUnreadable { .. }
            | Self::CertificateElsewhere { .. }
            | Self::InvalidationBegun { .. }
            | Self::BehaviourMissing { .. }
            | Self::WrongBundle => None,
        }
    }
}
