//! The way to AWS, for the check of the connection: which hosts, through which proxy, and whom this
//! computer trusts besides the system's authorities.

use switchback_engine::ports::ProviderError;

use crate::http::{Proxy, Way, ca_bundle};

/// A host that Switchback asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The service, as people call it.
    pub service: &'static str,
    /// Its host name in a region.
    pub host: String,
}

/// The hosts of the services that Switchback asks in a region (AWS General Reference, "Service
/// endpoints"). Route 53 has one for a whole partition.
#[must_use]
pub fn endpoints(region: &str) -> [Endpoint; 3] {
    let suffix = match region.starts_with("cn-") {
        true => "amazonaws.com.cn",
        false => "amazonaws.com",
    };
    let route53 = match region {
        r if r.starts_with("us-gov-") => "route53.us-gov.amazonaws.com".to_owned(),
        _ => format!("route53.{suffix}"),
    };
    [
        ("STS", format!("sts.{region}.{suffix}")),
        ("Route 53", route53),
        ("Cognito", format!("cognito-idp.{region}.{suffix}")),
    ]
    .map(|(service, host)| Endpoint { service, host })
}

/// The way to a host over https: through a proxy, or `None` = directly.
///
/// # Errors
/// `Guard` where the proxy's address can't be used. It is not shown.
pub fn way_to(host: &str) -> Result<Option<Way>, ProviderError> {
    let proxy = Proxy::from(|name| std::env::var(name).ok())?;
    Ok(proxy.and_then(|proxy| proxy.way(host)))
}

/// The certificates of `AWS_CA_BUNDLE`, as PEM.
///
/// # Errors
/// `Guard` where it names a file without a readable certificate.
pub fn extra_authorities() -> Result<Option<Vec<u8>>, ProviderError> {
    ca_bundle()
}
