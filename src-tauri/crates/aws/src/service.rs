//! The services that Switchback asks, or that the SDK asks for it: one line each. Endpoints, pace, words and the
//! meaning of error codes come of it; who has Switchback ask another adds its line, and its client beside the
//! others in [`crate::connect`].

use crate::codes::{self, Codes};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// STS.
    Sts,
    /// Route 53.
    Route53,
    /// Cognito.
    Cognito,
    /// Parameter Store, a part of Systems Manager.
    Ssm,
    /// Elastic Container Service.
    Ecs,
    /// The web application firewall.
    Waf,
    /// API Gateway, its REST APIs.
    ApiGateway,
    /// CloudFront.
    CloudFront,
    /// Lambda.
    Lambda,
    /// IAM Identity Center, for the credentials of a role.
    Sso,
    /// IAM Identity Center, for a new token.
    SsoOidc,
    /// `aws login`.
    SignIn,
}

impl Service {
    /// Every one.
    pub(crate) const ALL: [Self; 12] = [
        Self::Sts,
        Self::Route53,
        Self::Cognito,
        Self::Ssm,
        Self::Ecs,
        Self::Waf,
        Self::ApiGateway,
        Self::CloudFront,
        Self::Lambda,
        Self::Sso,
        Self::SsoOidc,
        Self::SignIn,
    ];

    /// Those that Switchback asks itself: a target of kind test must lead all of them elsewhere.
    pub const OWN: [Self; 5] = [Self::Sts, Self::Route53, Self::Cognito, Self::Ssm, Self::Ecs];

    /// The service, as people call it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Sts => "STS",
            Self::Route53 => "Route 53",
            Self::Cognito => "Cognito",
            Self::Ssm => "Parameter Store",
            Self::Ecs => "ECS",
            Self::Waf => "WAF",
            Self::ApiGateway => "API Gateway",
            Self::CloudFront => "CloudFront",
            Self::Lambda => "Lambda",
            Self::Sso => "IAM Identity Center",
            Self::SsoOidc => "the token of IAM Identity Center",
            Self::SignIn => "the sign-in of aws login",
        }
    }

    /// In variables and in a `services` section (AWS SDKs and Tools reference guide, "Service-specific
    /// endpoints").
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Route53 => "route_53",
            Self::Cognito => "cognito_identity_provider",
            Self::Ssm => "ssm",
            Self::Ecs => "ecs",
            Self::Waf => "wafv2",
            Self::ApiGateway => "api_gateway",
            Self::CloudFront => "cloudfront",
            Self::Lambda => "lambda",
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
            Self::SignIn => "signin",
        }
    }

    /// As IAM, signatures and the AWS CLI name it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Route53 => "route53",
            Self::Cognito => "cognito-idp",
            Self::Ssm => "ssm",
            Self::Ecs => "ecs",
            Self::Waf => "wafv2",
            Self::ApiGateway => "apigateway",
            Self::CloudFront => "cloudfront",
            Self::Lambda => "lambda",
            Self::Sso => "sso",
            Self::SsoOidc => "sso-oauth",
            Self::SignIn => "signin",
        }
    }

    /// A word for it in ids of rows.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::Cognito => "cognito",
            Self::Sts
            | Self::Route53
            | Self::Ssm
            | Self::Ecs
            | Self::Waf
            | Self::ApiGateway
            | Self::CloudFront
            | Self::Lambda
            | Self::Sso
            | Self::SsoOidc
            | Self::SignIn => self.id(),
        }
    }

    /// By its [id](Self::id); none of one that Switchback does not ask itself.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::OWN.into_iter().find(|service| service.id() == id)
    }

    /// What its error codes mean, besides those that all services have.
    pub(crate) const fn codes(self) -> Codes {
        match self {
            Self::Route53 => codes::ROUTE53,
            Self::Cognito => codes::COGNITO,
            Self::Ssm => codes::SSM,
            Self::Ecs => codes::ECS,
            Self::Waf => codes::WAF,
            Self::ApiGateway => codes::API_GATEWAY,
            Self::CloudFront => codes::CLOUDFRONT,
            Self::Lambda => codes::LAMBDA,
            Self::Sts | Self::Sso | Self::SsoOidc | Self::SignIn => &[],
        }
    }

    /// Requests a second, and how many may be made at once: our own share of what an account may ask. `None`
    /// where nobody else's work competes for it.
    pub(crate) const fn share(self) -> Option<(u32, u32)> {
        match self {
            // Route 53's five requests a second are common to Terraform and everybody else (Route 53
            // developer guide, "Quotas"): two of them are theirs, but for a burst, which `most` keeps to five.
            Self::Route53 => Some((3, 5)),
            // Cognito's reads compete with the sign-ins of every pool of the account (Cognito developer
            // guide, "Quotas"): never more than five in any second.
            Self::Cognito => Some((3, 2)),
            // PutParameter has three a second (AWS General Reference, "Systems Manager endpoints and
            // quotas").
            Self::Ssm => Some((2, 3)),
            // Reads of services and tasks refill at 20 a second, and those of others count, too (ECS developer
            // guide, "Request throttling").
            Self::Ecs => Some((4, 4)),
            // Reads of a web ACL have five a second in an account and region, updates one (WAF developer guide,
            // "AWS WAF quotas").
            Self::Waf => Some((1, 2)),
            // All of an account's requests to it have ten a second in common (API Gateway developer guide, "Quotas",
            // management API).
            Self::ApiGateway => Some((3, 3)),
            // Invalidations are asked for one by one, and nobody says how often they may be (CloudFront developer guide,
            // "Quotas", has no rate for them).
            Self::CloudFront => Some((3, 3)),
            // Requests about functions have 15 a second in common, and those of Terraform count, too (Lambda developer
            // guide, "Lambda quotas", API requests).
            Self::Lambda => Some((3, 4)),
            Self::Sts | Self::Sso | Self::SsoOidc | Self::SignIn => None,
        }
    }

    /// Requests that are made within any one second, where a burst beside [what is shared](Self::share) could be more
    /// than the account may ask.
    pub(crate) const fn most(self) -> Option<usize> {
        match self {
            Self::Route53 => Some(5),
            Self::Sts
            | Self::Cognito
            | Self::Ssm
            | Self::Ecs
            | Self::Waf
            | Self::ApiGateway
            | Self::CloudFront
            | Self::Lambda
            | Self::Sso
            | Self::SsoOidc
            | Self::SignIn => None,
        }
    }
}
