//! The words for the kinds of actions and checks. A reader, a schema and a list of what there is are made
//! of these enums: a kind that has no word does not compile, and a word that nobody reads does not either.

use crate::action::ActionSpec;
use crate::check::CheckKind;
use crate::cognito::PoolExpectation;
use crate::unknown::Unknown;

/// An enum of words, each with how a runbook writes it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)+
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As a runbook writes it.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words!(
    /// The word for a kind of action.
    ActionWord {
        SetTtl = "route53.set_ttl",
        SwitchRecord = "route53.switch",
        SetParameter = "ssm.parameter",
        RollService = "ecs.roll",
        SetRuleAction = "waf.rule_action",
        SetThrottle = "apigateway.throttle",
        SetAuthorizer = "apigateway.authorizer",
        SnapshotApi = "apigateway.snapshot",
        PointStage = "apigateway.stage",
        FlushStage = "apigateway.flush",
        Invalidate = "cloudfront.invalidate",
        SignInCanary = "cognito.canary",
    }
);

words!(
    /// The word for a kind of check.
    CheckWord {
        Identity = "aws.identity",
        Zone = "route53.zone",
        Record = "route53.record",
        TtlWait = "dns.ttl_wait",
        Authoritative = "dns.authoritative",
        Resolvers = "dns.resolvers",
        HttpBuild = "http.build",
        HttpAnswer = "http.answer",
        Certificate = "tls.certificate",
        PasswordPolicy = "cognito.password_policy",
        Triggers = "cognito.triggers",
        SignInNames = "cognito.sign_in_names",
        DeletionProtection = "cognito.deletion_protection",
        AdminCreateOnly = "cognito.admin_create_only",
        Recovery = "cognito.recovery",
        Email = "cognito.email",
        Mfa = "cognito.mfa",
        Client = "cognito.client",
        Domain = "cognito.domain",
        Parameter = "ssm.parameter",
        Service = "ecs.service",
        Reread = "ecs.reread",
        Rule = "waf.rule",
        Throttle = "apigateway.throttle",
        Authorizer = "apigateway.authorizer",
        Stage = "apigateway.stage",
        Api = "apigateway.api",
        Distribution = "cloudfront.distribution",
        Trigger = "lambda.trigger",
        Routes = "http.routes",
        Bundle = "http.bundle",
        Authorised = "http.authorised",
        Canary = "cognito.canary",
    }
);

impl ActionWord {
    /// Whether what it makes is met by nobody before another step uses it, so that there is nothing to take back.
    #[must_use]
    pub const fn leaves_nothing(self) -> bool {
        match self {
            Self::SnapshotApi => true,
            Self::RollService
            | Self::SetTtl
            | Self::SwitchRecord
            | Self::SetParameter
            | Self::SetRuleAction
            | Self::SetThrottle
            | Self::SetAuthorizer
            | Self::PointStage
            | Self::FlushStage
            | Self::Invalidate
            | Self::SignInCanary => false,
        }
    }

    /// See [`ActionSpec::is_publication`].
    #[must_use]
    pub const fn is_publication(self) -> bool {
        match self {
            Self::RollService | Self::FlushStage | Self::Invalidate => true,
            Self::SetTtl
            | Self::SwitchRecord
            | Self::SetParameter
            | Self::SetRuleAction
            | Self::SetThrottle
            | Self::SetAuthorizer
            | Self::SnapshotApi
            | Self::PointStage
            | Self::SignInCanary => false,
        }
    }
}

impl ActionSpec {
    /// Its word.
    ///
    /// # Errors
    /// What a newer program wrote, which has no word here.
    pub fn word(&self) -> Result<ActionWord, &Unknown> {
        Ok(match self {
            Self::SetTtl(_) => ActionWord::SetTtl,
            Self::SwitchRecord(_) => ActionWord::SwitchRecord,
            Self::SetParameter(_) => ActionWord::SetParameter,
            Self::RollService(_) => ActionWord::RollService,
            Self::SetRuleAction(_) => ActionWord::SetRuleAction,
            Self::SetThrottle(_) => ActionWord::SetThrottle,
            Self::SetAuthorizer(_) => ActionWord::SetAuthorizer,
            Self::SnapshotApi(_) => ActionWord::SnapshotApi,
            Self::PointStage(_) => ActionWord::PointStage,
            Self::FlushStage(_) => ActionWord::FlushStage,
            Self::Invalidate(_) => ActionWord::Invalidate,
            Self::SignInCanary(_) => ActionWord::SignInCanary,
            Self::Unknown(unknown) => return Err(unknown),
        })
    }
}

impl CheckKind {
    /// Its word.
    ///
    /// # Errors
    /// What a newer program wrote, which has no word here.
    pub fn word(&self) -> Result<CheckWord, &Unknown> {
        Ok(match self {
            Self::Identity => CheckWord::Identity,
            Self::Zone { .. } => CheckWord::Zone,
            Self::Record { .. } => CheckWord::Record,
            Self::TtlWait { .. } => CheckWord::TtlWait,
            Self::Authoritative { .. } => CheckWord::Authoritative,
            Self::Resolvers { .. } => CheckWord::Resolvers,
            Self::HttpBuild { .. } => CheckWord::HttpBuild,
            Self::HttpAnswer { .. } => CheckWord::HttpAnswer,
            Self::Certificate { .. } => CheckWord::Certificate,
            Self::Parameter(_) => CheckWord::Parameter,
            Self::Service(_) => CheckWord::Service,
            Self::Reread(_) => CheckWord::Reread,
            Self::Rule(_) => CheckWord::Rule,
            Self::Throttle(_) => CheckWord::Throttle,
            Self::Authorizer(_) => CheckWord::Authorizer,
            Self::Routes(_) => CheckWord::Routes,
            Self::Stage(_) => CheckWord::Stage,
            Self::Api(_) => CheckWord::Api,
            Self::Distribution(_) => CheckWord::Distribution,
            Self::Trigger(_) => CheckWord::Trigger,
            Self::Bundle(_) => CheckWord::Bundle,
            Self::Authorised(_) => CheckWord::Authorised,
            Self::Canary(_) => CheckWord::Canary,
            Self::Cognito(check) => check.expected.word(),
            Self::Unknown(unknown) => return Err(unknown),
        })
    }
}

impl PoolExpectation {
    /// Its word.
    #[must_use]
    pub fn word(&self) -> CheckWord {
        match self {
            Self::PasswordPolicy { .. } => CheckWord::PasswordPolicy,
            Self::Triggers { .. } => CheckWord::Triggers,
            Self::SignInNames { .. } => CheckWord::SignInNames,
            Self::DeletionProtection => CheckWord::DeletionProtection,
            Self::AdminCreateOnly => CheckWord::AdminCreateOnly,
            Self::Recovery => CheckWord::Recovery,
            Self::Email { .. } => CheckWord::Email,
            Self::Mfa { .. } => CheckWord::Mfa,
            Self::Client(_) => CheckWord::Client,
            Self::Domain { .. } => CheckWord::Domain,
        }
    }
}
