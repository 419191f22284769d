//! How AWS is dialled: trust, proxies, and one pool of connections for the whole program.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use aws_sdk_route53::config::SharedHttpClient;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use http_body_util::Limited;
use hyper_util::client::proxy::matcher::Matcher;
use switchback_engine::ports::ProviderError;

use crate::bundle::Bundle;
use crate::error::guard;

/// Names that are never reached through a proxy, whatever `NO_PROXY` says: this machine.
const NEVER: &str = "localhost,127.0.0.0/8,::1";

/// No answer has more bytes. The SDK takes an answer into memory as a whole, and nobody compresses it. The
/// largest that AWS gives of what we ask (300 record sets, 60 people) are far below. One that is cut here
/// counts as unread: a change may have been made. That an answer ends in time is the attempt's time-out,
/// which counts to its last byte.
const LARGEST_ANSWER: usize = 16 << 20;

/// A client that trusts the platform's authorities and those of a bundle, which the Rust SDK does not
/// read by itself.
///
/// # Errors
/// `Guard` where TLS can't be set up.
pub(crate) fn client(
    bundle: Option<Bundle>,
    proxy: Option<Proxy>,
) -> Result<SharedHttpClient, ProviderError> {
    let mut trust = TrustStore::default();
    if let Some(bundle) = bundle {
        trust = trust.with_pem_certificate(bundle.pem);
    }
    let tls = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|_| {
            guard(
                "connect",
                "The TLS settings could not be built",
                "Look at AWS_CA_BUNDLE and the system's certificates.",
            )
        })?;
    Ok(SharedHttpClient::new(Dialler {
        tls,
        proxy: proxy.map_or_else(ProxyConfig::disabled, |proxy| proxy.config),
        made: Mutex::default(),
    }))
}

/// Reads the platform's authorities on a thread of its own, which takes several milliseconds, once for the process:
/// whoever dials first finds them read, or waits for the rest only.
pub fn read_authorities() {
    static READ: Once = Once::new();
    READ.call_once(|| {
        let read = || {
            let _ = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .build();
        };
        // Without a thread it is read when it is needed, as without this function.
        let _ = std::thread::Builder::new()
            .name("authorities".to_owned())
            .spawn(read);
    });
}

/// The SDK's own client builder takes no proxy (aws-smithy-http-client 1.5), its connector does.
struct Dialler {
    tls: TlsContext,
    proxy: ProxyConfig,
    /// One connector, with its pool, for each pair of time-outs.
    made: Mutex<HashMap<TimeOuts, SharedHttpConnector>>,
}

/// To connect, and to wait for an answer.
type TimeOuts = (Option<Duration>, Option<Duration>);

impl fmt::Debug for Dialler {
    // A proxy's address may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialler")
            .field("proxy", &!self.proxy.is_disabled())
            .finish_non_exhaustive()
    }
}

impl HttpClient for Dialler {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let key = (settings.connect_timeout(), settings.read_timeout());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut builder = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(self.tls.clone())
                .connector_settings(settings.clone())
                .proxy_config(self.proxy.clone());
            builder.set_sleep_impl(components.sleep_impl());
            SharedHttpConnector::new(Capped(SharedHttpConnector::new(builder.build())))
        };
        made.entry(key).or_insert_with(make).clone()
    }
}

/// A connector of which no answer is larger than [`LARGEST_ANSWER`].
#[derive(Debug)]
struct Capped(SharedHttpConnector);

impl HttpConnector for Capped {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let capped = |body| SdkBody::from_body_1_x(Limited::new(body, LARGEST_ANSWER));
            Ok(answer.await?.map(capped))
        })
    }
}

/// The proxy for calls over https.
#[derive(Clone)]
pub(crate) struct Proxy {
    config: ProxyConfig,
    /// The same, to ask for one host.
    matcher: Arc<Matcher>,
    /// Whether the proxy itself is spoken to without TLS.
    plain: bool,
    /// Where its address comes from, for messages: never the address, which may hold a password.
    pub(crate) variable: &'static str,
}

/// The way to a host through a proxy.
#[derive(Clone)]
pub struct ProxyRoute {
    /// The variable that names it.
    pub variable: &'static str,
    /// The proxy's host.
    pub host: String,
    /// The proxy's port.
    pub port: u16,
    /// What it asks for as `Proxy-Authorization`: a secret.
    pub authorization: Option<String>,
    /// Whether the proxy itself is spoken to without TLS.
    pub plain: bool,
}

impl fmt::Debug for ProxyRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyRoute")
            .field("variable", &self.variable)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("authorization", &self.authorization.is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("variable", &self.variable)
            .finish_non_exhaustive()
    }
}

/// `NO_PROXY` in the form that the matcher knows: `*.example.test` is `.example.test`, and a port counts
/// only where it is that of https, which is what goes through the proxy (curl, "NO_PROXY"; Go,
/// `httpproxy.Config`).
fn exceptions(text: &str) -> String {
    let parts = text
        .split([',', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let known = parts.filter_map(|part| {
        let part = match part {
            "*" => part,
            part => part.strip_prefix('*').unwrap_or(part),
        };
        match part.rsplit_once(':') {
            // An IPv6 address has more than one.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port {
                "443" => Some(host.trim_matches(['[', ']'])),
                port if port.bytes().all(|b| b.is_ascii_digit()) => None,
                _ => Some(part),
            },
            _ => Some(part.trim_matches(['[', ']'])),
        }
    });
    known.collect::<Vec<_>>().join(",")
}

impl Proxy {
    /// `HTTPS_PROXY`, else `ALL_PROXY`, less what `NO_PROXY` names; each also in lower case, which
    /// goes first, as in curl. Only https goes through it: whatever is plain http is an emulator, the
    /// rehearsal or the credentials of a container, and each of these is near.
    ///
    /// # Errors
    /// `Guard` where the address is none of an HTTP proxy. It is not shown.
    pub(crate) fn from(get: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ProviderError> {
        let get = |name: &str| get(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let found = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            .into_iter()
            .find_map(|name| get(name).map(|value| (name, value)));
        let Some((variable, address)) = found else {
            return Ok(None);
        };
        let refused = |what: &str| {
            guard(
                "connect",
                &format!("The proxy that {variable} names can't be used: {what}"),
                "Set HTTPS_PROXY to an address such as http://proxy.example.nhs.test:8080, or unset it, then start \
                 Switchback again.",
            )
        };
        let full = match address.split_once("://") {
            Some(("http" | "https", _)) => address,
            Some(("socks" | "socks4" | "socks4a" | "socks5" | "socks5h", _)) => {
                return Err(refused("it is a SOCKS proxy, not an HTTP one"));
            }
            Some(_) => return Err(refused("it is no http or https address")),
            // As curl takes it.
            None => format!("http://{address}"),
        };
        let uri: Uri = full.parse().map_err(|_| refused("its address can't be read"))?;
        let config = ProxyConfig::https(uri.clone()).map_err(|_| refused("its address can't be read"))?;
        let (address, plain) = (full, uri.scheme_str() == Some("http"));
        let near = match get("no_proxy").or_else(|| get("NO_PROXY")) {
            Some(more) => format!("{},{NEVER}", exceptions(&more)),
            None => NEVER.to_owned(),
        };
        let matcher = Matcher::builder().https(address).no(near.clone()).build();
        Ok(Some(Self {
            config: config.no_proxy(near),
            matcher: Arc::new(matcher),
            plain,
            variable,
        }))
    }

    /// The way to a host through it; none where `NO_PROXY` names the host.
    pub(crate) fn way(&self, host: &str) -> Option<ProxyRoute> {
        let to: Uri = format!("https://{host}/").parse().ok()?;
        let found = self.matcher.intercept(&to)?;
        let address = found.uri();
        Some(ProxyRoute {
            variable: self.variable,
            // An IPv6 address stands in brackets, which are none of it.
            host: address.host()?.trim_matches(['[', ']']).to_owned(),
            port: address.port_u16().unwrap_or(if self.plain { 80 } else { 443 }),
            authorization: found
                .basic_auth()
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            plain: self.plain,
        })
    }
}
