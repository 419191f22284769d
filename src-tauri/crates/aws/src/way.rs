//! What a failure should say about the way to each service: through which proxy it is dialled, or
//! directly, and whether a person's own setting leads it elsewhere.

use crate::elsewhere::{Elsewhere, Service};
use crate::error::{Context, safe};
use crate::http::Proxy;
use crate::net::endpoints;

/// One for each service that Switchback asks.
#[derive(Debug, Clone)]
pub(crate) struct Contexts {
    sts: Context,
    route53: Context,
    cognito: Context,
}

impl Contexts {
    /// `endpoint_of`: the custom endpoint of a service, where there is one.
    pub(crate) fn new(
        region: &str,
        elsewhere: &Elsewhere,
        proxy: Option<&Proxy>,
        endpoint_of: impl Fn(Service) -> Option<String>,
    ) -> Self {
        let hosts = endpoints(region, elsewhere).ok();
        let of = |service, at: usize| {
            let custom = endpoint_of(service);
            let uri = custom.as_deref().and_then(|url| url.parse::<http::Uri>().ok());
            let host = match &uri {
                Some(uri) => uri.host().map(str::to_owned),
                None => hosts.as_ref().map(|hosts| hosts[at].host.clone()),
            };
            let plain = custom.as_deref().is_some_and(|url| url.starts_with("http://"));
            let proxy = proxy.filter(|_| !plain);
            let way = proxy
                .zip(host.as_deref())
                .and_then(|(proxy, host)| proxy.way(host));
            Context {
                to: match &custom {
                    Some(url) => format!("the endpoint {}", safe(url)),
                    None => "AWS".to_owned(),
                },
                custom: custom.is_some(),
                direct: proxy.filter(|_| way.is_none()).map(|proxy| proxy.variable),
                proxy: way.map(|way| way.variable),
                host,
            }
        };
        Self {
            sts: of(Service::Sts, 0),
            route53: of(Service::Route53, 1),
            cognito: of(Service::Cognito, 2),
        }
    }

    /// By the service's name in a call.
    pub(crate) fn of(&self, service: &str) -> &Context {
        match service {
            "route53" => &self.route53,
            "cognito-idp" => &self.cognito,
            _ => &self.sts,
        }
    }
}
