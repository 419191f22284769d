//! The services, a line each. What one is stands in its own folder: its face, its handler and its part of the
//! state.

use http::HeaderMap;

use super::{
    AwsError, Call, Refused, Served, apigateway, cloudfront, cognito, ecs, lambda, route53, ssm, sts, waf,
};
use crate::core::Core;
use crate::log::{Caller, Outcome};

/// A service that the world rehearses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Route53,
    Sts,
    Cognito,
    Ssm,
    Ecs,
    Waf,
    ApiGateway,
    CloudFront,
    Lambda,
}

/// How a service writes its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// XML, with this namespace on every root.
    Xml { namespace: &'static str },
    /// JSON 1.1; `x-amz-target` is this, a dot and the operation.
    Json { target: &'static str },
    /// REST with bodies in JSON; the method and the path, which begins with this, say the operation (Smithy,
    /// `aws.protocols#restJson1`).
    RestJson { root: &'static str },
}

impl Wire {
    pub(crate) fn is_xml(self) -> bool {
        match self {
            Self::Xml { .. } => true,
            Self::Json { .. } | Self::RestJson { .. } => false,
        }
    }
}

/// What the endpoint must know of a service.
pub(crate) struct Face {
    /// Its name in the scope of a signature, which is its prefix in IAM too.
    pub scope: &'static str,
    pub wire: Wire,
    /// Its code for too many requests.
    pub throttled: &'static str,
    /// AWS's name of the operation that a request asks for.
    pub operation: fn(&Call) -> String,
    /// What IAM allows or denies, after the scope and a colon; mostly the operation.
    pub action: fn(&Caller, &Call) -> String,
    /// The resource that a denial names, where it names one.
    pub resource: fn(&Caller, &Call) -> Option<String>,
    /// Answers a request that no fault has stopped.
    pub serve: fn(&Core, &Caller, &Call) -> Result<Served, Refused>,
}

/// The action of most services.
pub(super) fn operation_itself(caller: &Caller, _: &Call) -> String {
    caller.operation.clone()
}

impl Service {
    const ALL: [Self; 9] = [
        Self::Route53,
        Self::Sts,
        Self::Cognito,
        Self::Ssm,
        Self::Ecs,
        Self::Waf,
        Self::ApiGateway,
        Self::CloudFront,
        Self::Lambda,
    ];

    pub(crate) fn face(self) -> &'static Face {
        match self {
            Self::Route53 => &route53::FACE,
            Self::Sts => &sts::FACE,
            Self::Cognito => &cognito::FACE,
            Self::Ssm => &ssm::FACE,
            Self::Ecs => &ecs::FACE,
            Self::Waf => &waf::FACE,
            Self::ApiGateway => &apigateway::FACE,
            Self::CloudFront => &cloudfront::FACE,
            Self::Lambda => &lambda::FACE,
        }
    }

    /// The service of a signature's scope.
    pub(super) fn of_scope(scope: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|service| service.face().scope == scope)
    }

    /// The scope that an unsigned request would have, by its form.
    pub(super) fn scope_of_unsigned(headers: &HeaderMap, path: &str) -> String {
        let Some(target) = target(headers) else {
            let found = Self::ALL.into_iter().find(|service| match service.face().wire {
                Wire::Xml { .. } | Wire::Json { .. } => false,
                Wire::RestJson { root } => path == root || path.starts_with(&format!("{root}/")),
            });
            let begins = |version: &str| path.starts_with(&format!("/{version}/"));
            let service = match (begins("2013-04-01"), begins(cloudfront::VERSION)) {
                (true, _) => Self::Route53,
                (_, true) => Self::CloudFront,
                (false, false) => Self::Sts,
            };
            return found.unwrap_or(service).face().scope.to_owned();
        };
        let prefix = target.split('.').next().unwrap_or_default();
        let found = Self::ALL.into_iter().find(|service| match service.face().wire {
            Wire::Xml { .. } | Wire::RestJson { .. } => false,
            Wire::Json { target } => target == prefix,
        });
        found.map_or_else(|| prefix.to_owned(), |service| service.face().scope.to_owned())
    }
}

/// The header by which a JSON request names its operation.
pub(super) fn target(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target").and_then(|value| value.to_str().ok())
}

/// Answers one request; a service that is not rehearsed refuses by name.
pub(super) fn carry_out(
    core: &Core,
    service: Option<Service>,
    caller: &Caller,
    call: &Call,
) -> Result<Served, Refused> {
    match service {
        Some(service) => (service.face().serve)(core, caller, call),
        None => Err(Box::new((
            AwsError::not_rehearsed(&caller.operation),
            caller.entry(Outcome::Refused),
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_names_the_service_and_what_is_unsigned_is_told_by_its_form() {
        for service in Service::ALL {
            assert_eq!(Service::of_scope(service.face().scope), Some(service));
            if let Wire::Json { target } = service.face().wire {
                let mut headers = HeaderMap::new();
                let header = format!("{target}.DoSomething").parse();
                headers.extend(header.map(|value| (http::HeaderName::from_static("x-amz-target"), value)));
                assert_eq!(Service::scope_of_unsigned(&headers, "/"), service.face().scope);
            }
        }
        assert_eq!(Service::of_scope("sqs"), None);
        let none = HeaderMap::new();
        assert_eq!(
            Service::scope_of_unsigned(&none, "/2013-04-01/hostedzone"),
            "route53"
        );
        assert_eq!(
            Service::scope_of_unsigned(&none, "/2020-05-31/distribution/E1"),
            "cloudfront"
        );
        assert_eq!(Service::scope_of_unsigned(&none, "/"), "sts");
        assert_eq!(Service::scope_of_unsigned(&none, "/restapis"), "apigateway");
        assert_eq!(
            Service::scope_of_unsigned(&none, "/restapis/a1b2c3d4e5/stages/prod"),
            "apigateway"
        );
        assert_eq!(Service::scope_of_unsigned(&none, "/restapisother"), "sts");
        assert_eq!(
            Service::scope_of_unsigned(&none, "/2015-03-31/functions/one/policy"),
            "lambda"
        );
    }
}
