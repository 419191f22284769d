//! The way to AWS, for the check of the connection: which hosts, through which proxy, and whom this
//! computer trusts besides the system's authorities.

use switchback_engine::ports::ProviderError;

use crate::bundle::Bundle;
use crate::elsewhere::Elsewhere;
use crate::error::guard;
use crate::http::{Proxy, ProxyRoute};
use crate::raw;
use crate::service::Service;

/// A host that Switchback asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The service.
    pub service: Service,
    /// Its host name in a region.
    pub host: String,
}

/// The hosts of services that Switchback asks in a region, by the SDK's own rules (AWS General
/// Reference, "Service endpoints"), which know of FIPS and dual-stack. Route 53 has one for a whole
/// partition.
///
/// # Errors
/// `Guard` where AWS has no such endpoint in the region.
pub fn endpoints(
    region: &str,
    elsewhere: &Elsewhere,
    services: &[Service],
) -> Result<Vec<Endpoint>, ProviderError> {
    let (fips, dual) = (elsewhere.fips.is_some(), elsewhere.dual_stack.is_some());
    let endpoint = |service: &Service| {
        let host = match service {
            Service::Sts => hosts::sts(region, fips, dual),
            Service::Route53 => hosts::route53(region, fips, dual),
            Service::Cognito => hosts::cognito(region, fips, dual),
            Service::Ssm => hosts::ssm(region, fips, dual),
            Service::Ecs => hosts::ecs(region, fips, dual),
            Service::Waf | Service::ApiGateway | Service::CloudFront | Service::Lambda => {
                raw::host(*service, region, fips, dual)
            }
            // The SDK finds them by itself.
            Service::Sso | Service::SsoOidc | Service::SignIn => None,
        };
        let Some(host) = host else {
            return Err(guard(
                "connect",
                &format!(
                    "AWS has no endpoint of {} for these settings in {region}",
                    service.words()
                ),
                "Look at the region, and at use_fips_endpoint and use_dualstack_endpoint.",
            ));
        };
        Ok(Endpoint {
            service: *service,
            host,
        })
    };
    services.iter().map(endpoint).collect()
}

mod hosts {
    //! One function a service: each SDK has types of its own for the same rules.

    macro_rules! host {
        ($name:ident, $sdk:ident) => {
            pub(super) fn $name(region: &str, fips: bool, dual: bool) -> Option<String> {
                use futures_util::FutureExt as _;
                use $sdk::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
                let params = Params::builder()
                    .region(region)
                    .use_fips(fips)
                    .use_dual_stack(dual)
                    .build()
                    .ok()?;
                // Looked up in a table, so that it is there at once.
                let found = DefaultResolver::new()
                    .resolve_endpoint(&params)
                    .now_or_never()?
                    .ok()?;
                let url: http::Uri = found.url().parse().ok()?;
                url.host().map(str::to_owned)
            }
        };
    }
    host!(sts, aws_sdk_sts);
    host!(route53, aws_sdk_route53);
    host!(cognito, aws_sdk_cognitoidentityprovider);
    host!(ssm, aws_sdk_ssm);
    host!(ecs, aws_sdk_ecs);
}

/// The way to a host over https: through a proxy, or `None` = directly.
///
/// # Errors
/// `Guard` where the proxy's address can't be used. It is not shown.
pub fn way_to(host: &str) -> Result<Option<ProxyRoute>, ProviderError> {
    let proxy = Proxy::from(|name| std::env::var(name).ok())?;
    Ok(proxy.and_then(|proxy| proxy.way(host)))
}

/// The variable that names a proxy; whether a host goes through it, [`way_to`] says.
#[must_use]
pub fn proxy_variable() -> Option<&'static str> {
    let proxy = Proxy::from(|name| std::env::var(name).ok()).ok().flatten();
    proxy.map(|proxy| proxy.variable)
}

/// The authorities that are trusted besides the system's.
///
/// # Errors
/// `Guard` where their file can't be read, or holds no readable certificate.
pub fn extra_authorities(elsewhere: &Elsewhere) -> Result<Option<Bundle>, ProviderError> {
    Bundle::of(elsewhere)
}
