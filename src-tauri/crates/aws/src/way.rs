//! What a failure should say about the way to each service: through which proxy it is dialled, or
//! directly, and whether a person's own setting leads it elsewhere.

use std::collections::BTreeMap;

use crate::elsewhere::Elsewhere;
use crate::error::{Context, safe};
use crate::http::Proxy;
use crate::net::endpoints;
use crate::service::Service;

/// One for each service.
#[derive(Debug, Clone)]
pub(crate) struct Contexts(BTreeMap<Service, Context>);

impl Contexts {
    /// `endpoint_of`: the custom endpoint of a service, where there is one.
    pub(crate) fn new(
        region: &str,
        elsewhere: &Elsewhere,
        proxy: Option<&Proxy>,
        endpoint_of: impl Fn(Service) -> Option<String>,
    ) -> Self {
        let of = |service: Service| {
            let custom = endpoint_of(service);
            let uri = custom.as_deref().and_then(|url| url.parse::<http::Uri>().ok());
            let host = match &uri {
                Some(uri) => uri.host().map(str::to_owned),
                None => {
                    let found = endpoints(region, elsewhere, &[service]).ok();
                    found.and_then(|found| found.into_iter().next().map(|endpoint| endpoint.host))
                }
            };
            let plain = custom.as_deref().is_some_and(|url| url.starts_with("http://"));
            let proxy = proxy.filter(|_| !plain);
            let way = proxy
                .zip(host.as_deref())
                .and_then(|(proxy, host)| proxy.way(host));
            Context {
                service,
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
        Self(
            Service::ALL
                .into_iter()
                .map(|service| (service, of(service)))
                .collect(),
        )
    }

    /// Of a service.
    pub(crate) fn of(&self, service: Service) -> &Context {
        self.0.get(&service).expect("every service has its context")
    }
}
