//! Which build a site answers with: dialled where we are told, asked by its real name.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use switchback_model::dns::DnsName;

use crate::dns::addresses;
use crate::error::{ProbeError, ProbeErrorKind, printable};
use crate::world::ProbeWorld;

const LONGEST: Duration = Duration::from_secs(5);
const BODY: usize = 64 * 1024;
const BUILD: usize = 100;

/// What a site answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteAnswer {
    /// The HTTP status. Redirects are not followed.
    pub status: u16,
    /// The text at `.build` of a JSON answer, printable and at most 100 characters.
    pub build: Option<String>,
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
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(LONGEST)
        .connect_timeout(LONGEST)
        .pool_max_idle_per_host(0)
        .retry(reqwest::retry::never())
        .user_agent("switchback-probe")
        .tls_backend_preconfigured(world.tls()?)
        .dns_resolver(Fixed {
            host: host.host().to_owned(),
            sockets,
        })
        .build()
        .map_err(|_| ProbeError::new(ProbeErrorKind::Refused, "the HTTP client could not be built"))?;
    let started = Instant::now();
    let mut answer = client.get(url).send().await.map_err(|error| failed(&error))?;
    let status = answer.status().as_u16();
    let dialled = answer.remote_addr();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
        if body.len() + chunk.len() > BODY {
            return Err(ProbeError::new(
                ProbeErrorKind::Unreadable,
                format!("HTTP {status}, answer larger than 64 KiB"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let address = match (address, dialled) {
        (Some(pinned), _) => pinned,
        (None, Some(socket)) => world.address_of(socket),
        (None, None) => addresses.first().copied().unwrap_or(IpAddr::from([0, 0, 0, 0])),
    };
    Ok(SiteAnswer {
        status,
        build: build_of(&body),
        address,
        ms,
    })
}

fn failed(error: &reqwest::Error) -> ProbeError {
    if error.is_timeout() {
        ProbeError::new(ProbeErrorKind::NoAnswer, "no whole answer within 5 seconds")
    } else {
        ProbeError::of_connection(error)
    }
}

/// A URL that cannot lead past the resolver: an IP literal skips it, a port overrides it.
fn safe_url(text: &str) -> Result<(Url, DnsName), ProbeError> {
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

fn build_of(body: &[u8]) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    let build = printable(json.get("build")?.as_str()?, BUILD);
    (!build.is_empty()).then_some(build)
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
