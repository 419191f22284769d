//! Which build a site answers with: dialled where we are told, asked by its real name. What it sends
//! is read by [`crate::version`].

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use switchback_model::dns::DnsName;

use crate::dns::addresses;
use crate::error::{ProbeError, ProbeErrorKind};
use crate::shown::Witness;
use crate::version::{LARGEST, Sent, build_of};
use crate::world::ProbeWorld;

/// How long a connection, and how long a request as a whole, may take.
pub(crate) const LONGEST: Duration = Duration::from_secs(5);

/// What a site answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteAnswer {
    /// The HTTP status. Redirects are not followed.
    pub status: u16,
    /// The text or the whole number at `.build` of a JSON answer, printable and at most 100 characters.
    pub build: Option<String>,
    /// What came instead of a build, in words; absent where there is one.
    pub instead: Option<String>,
    /// The address that answered.
    pub address: IpAddr,
    /// Milliseconds until the answer was whole, without the lookup.
    pub ms: u64,
}

/// Asks for `url` at `address`, or where the world's DNS leads, with the real name as SNI and Host.
///
/// # Errors
/// `Refused` for an IP literal, a port, credentials or another scheme in the URL; otherwise as the
/// lookup, the connection or TLS failed.
pub async fn http_build(
    url: &str,
    address: Option<IpAddr>,
    world: &ProbeWorld,
) -> Result<SiteAnswer, ProbeError> {
    // Nothing is kept: each look is a whole connection.
    let site = Site::of(url, address, 0, world).await?;
    let failed = |error: &reqwest::Error| site.failed(error);
    let client = &site.client;
    let started = Instant::now();
    let mut answer = client
        .get(site.url.clone())
        .send()
        .await
        .map_err(|error| failed(&error))?;
    let status = answer.status().as_u16();
    let dialled = answer.remote_addr();
    let header = |name: reqwest::header::HeaderName| {
        let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (encoding, kind, location) = (
        header(reqwest::header::CONTENT_ENCODING),
        header(reqwest::header::CONTENT_TYPE),
        header(reqwest::header::LOCATION),
    );
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err(ProbeError::new(
                ProbeErrorKind::Unreadable,
                format!("HTTP {status}, answer larger than 16 MiB"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let address = match (address, dialled) {
        (Some(pinned), _) => pinned,
        (None, Some(socket)) => world.address_of(socket),
        (None, None) => site
            .addresses
            .first()
            .copied()
            .unwrap_or(IpAddr::from([0, 0, 0, 0])),
    };
    let read = build_of(&Sent {
        status,
        encoding: &encoding,
        kind: &kind,
        location: &location,
        body: &body,
    });
    let (build, instead) = match read {
        Ok(build) => (Some(build), None),
        Err(instead) => (None, Some(instead)),
    };
    Ok(SiteAnswer {
        status,
        build,
        instead,
        address,
        ms,
    })
}

/// One host and the way to it, and to nothing else.
pub(crate) struct Site {
    /// Without proxy, redirects, cookies and retries. What hyper could not send at all, because a kept connection had
    /// ended, it sends over a new one: no request is ever sent twice.
    pub(crate) client: reqwest::Client,
    pub(crate) url: Url,
    pub(crate) addresses: Vec<IpAddr>,
    host: DnsName,
    witness: Arc<Witness>,
}

impl Site {
    /// Where `url` leads: to `address`, or to where the world's DNS leads; `kept` connections may wait for the next
    /// request.
    pub(crate) async fn of(
        url: &str,
        address: Option<IpAddr>,
        kept: usize,
        world: &ProbeWorld,
    ) -> Result<Self, ProbeError> {
        let (url, host) = safe_url(url)?;
        let addresses = match address {
            Some(address) => vec![address],
            None => addresses(&host, world).await?,
        };
        // Port 0 becomes the scheme's port.
        let sockets = addresses
            .iter()
            .map(|address| world.socket(*address, 0))
            .collect::<Result<Vec<_>, _>>()?;
        let (tls, witness) = world.tls()?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(LONGEST)
            .connect_timeout(LONGEST)
            .pool_max_idle_per_host(kept)
            .retry(reqwest::retry::never())
            .user_agent("switchback-probe")
            .tls_backend_preconfigured(tls)
            .dns_resolver(Fixed {
                host: host.host().to_owned(),
                sockets,
            })
            .build()
            .map_err(|_| ProbeError::new(ProbeErrorKind::Refused, "the HTTP client could not be built"))?;
        Ok(Self {
            client,
            url,
            addresses,
            host,
            witness,
        })
    }

    /// What a failed request comes from.
    pub(crate) fn failed(&self, error: &reqwest::Error) -> ProbeError {
        match error.is_timeout() {
            true => ProbeError::new(ProbeErrorKind::NoAnswer, "no whole answer within 5 seconds"),
            false => self.witness.explain(error, self.host.host()),
        }
    }
}

/// A URL that cannot lead past the resolver: an IP literal skips it, a port overrides it.
pub(crate) fn safe_url(text: &str) -> Result<(Url, DnsName), ProbeError> {
    let refuse = |why: &str| {
        ProbeError::new(ProbeErrorKind::Refused, format!("the URL {why}"))
            .hint("Correct the URL in the runbook.")
    };
    let url = Url::parse(text).map_err(|_| refuse("cannot be read"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("holds credentials"));
    }
    if url.port().is_some() {
        return Err(refuse("names a port"));
    }
    let host = url
        .domain()
        .ok_or_else(|| refuse("names an address instead of a host"))?;
    let host = DnsName::new(host).map_err(|_| refuse("names no host"))?;
    Ok((url, host))
}

/// Knows one host and nothing else, so that nothing is looked up behind our back.
struct Fixed {
    host: String,
    sockets: Vec<SocketAddr>,
}

impl Resolve for Fixed {
    fn resolve(&self, name: Name) -> Resolving {
        let known = name
            .as_str()
            .trim_end_matches('.')
            .eq_ignore_ascii_case(&self.host);
        let sockets = if known { self.sockets.clone() } else { Vec::new() };
        Box::pin(async move {
            let found: Addrs = Box::new(sockets.into_iter());
            Ok(found)
        })
    }
}
