//! Asks one host for files, within limits.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, LOCATION};
use tokio::time::{Instant, timeout_at};

use super::Limits;
use crate::error::{ProbeError, ProbeErrorKind, printable};
use crate::http::Site;
use crate::version::{Sent, unpacked};
use crate::world::ProbeWorld;

/// What a browser can unpack. A distribution keeps a copy for each (CloudFront developer guide, "Serve compressed
/// files"), and the one without packing is nobody's.
const PACKINGS: &str = "gzip, br";

/// A file as it came.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) status: u16,
    /// `Content-Type`.
    pub(super) kind: String,
    /// `Location`.
    pub(super) location: String,
    /// Unpacked.
    pub(super) body: Vec<u8>,
    /// The address that answered.
    pub(super) address: Option<IpAddr>,
}

impl Got {
    /// Whether what came is HTML, by what it is called or by how it begins.
    pub(super) fn is_html(&self) -> bool {
        let named = self.kind.to_ascii_lowercase().contains("html");
        named || begins_as_html(&self.body)
    }

    /// What came where it is not a file, in words.
    pub(super) fn refusal(&self) -> Option<String> {
        match self.status {
            200 => None,
            300..400 => Some(match printable(&self.location, 100) {
                to if to.is_empty() => format!("a redirect to nowhere, HTTP {}", self.status),
                to => format!("a redirect to {to}, HTTP {}", self.status),
            }),
            status => Some(format!("HTTP {status}")),
        }
    }
}

/// No script and no JSON begins so.
pub(super) fn begins_as_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"<")
}

/// Why there is no file.
#[derive(Debug, Clone)]
pub(super) enum Missed {
    /// The request failed.
    Failed(ProbeError),
    /// Our own limits, or a file that can't be unpacked: it can't be told.
    Untold(String),
}

impl Missed {
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Failed(error) => &error.message,
            Self::Untold(words) => words,
        }
    }
}

/// What all requests of a check have in common.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub(super) limits: &'a Limits,
    pub(super) until: Instant,
    /// Bytes that were read so far.
    read: AtomicUsize,
}

impl<'a> Asking<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            until: Instant::now() + limits.whole,
            read: AtomicUsize::new(0),
        }
    }

    /// The way to a host, on whose connections so many requests may follow each other.
    pub(super) async fn site(
        &self,
        url: &str,
        address: Option<IpAddr>,
        kept: usize,
        world: &ProbeWorld,
    ) -> Result<Arc<Site>, ProbeError> {
        match timeout_at(self.until, Site::of(url, address, kept, world)).await {
            Ok(site) => site.map(Arc::new),
            Err(_) => Err(ProbeError::new(
                ProbeErrorKind::NotResolved,
                "the name was not looked up in time",
            )),
        }
    }

    /// Asks for a file of this site's own host, of at most `most` bytes.
    pub(super) async fn get(
        &self,
        site: &Site,
        url: &Url,
        accept: &str,
        most: usize,
        world: &ProbeWorld,
    ) -> Result<Got, Missed> {
        match timeout_at(self.until, self.send(site, url, accept, most, world)).await {
            Ok(got) => got,
            Err(_) => Err(Missed::Untold(format!(
                "the check had no time left after {}",
                seconds(self.limits.whole)
            ))),
        }
    }

    async fn send(
        &self,
        site: &Site,
        url: &Url,
        accept: &str,
        most: usize,
        world: &ProbeWorld,
    ) -> Result<Got, Missed> {
        let failed = |error: &reqwest::Error| {
            Missed::Failed(match error.is_timeout() {
                true => ProbeError::new(
                    ProbeErrorKind::NoAnswer,
                    format!("no whole answer within {}", seconds(self.limits.request)),
                ),
                false => site.failed(error),
            })
        };
        let request = site.client.get(url.clone()).timeout(self.limits.request);
        let request = request.header(ACCEPT, accept).header(ACCEPT_ENCODING, PACKINGS);
        let mut answer = request.send().await.map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let header = |name: HeaderName| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (encoding, kind, location) = (header(CONTENT_ENCODING), header(CONTENT_TYPE), header(LOCATION));
        let address = answer.remote_addr().map(|socket| world.address_of(socket));
        let mut packed = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
            if packed.len() + chunk.len() > most {
                return Err(too_large(most));
            }
            self.count(chunk.len())?;
            packed.extend_from_slice(&chunk);
        }
        let body = unpacked(&Sent {
            status,
            encoding: &encoding,
            kind: &kind,
            location: &location,
            body: &packed,
        });
        let body = body.map_err(Missed::Untold)?;
        if body.len() > most {
            return Err(too_large(most));
        }
        self.count(body.len().saturating_sub(packed.len()))?;
        Ok(Got {
            status,
            kind,
            location,
            body,
            address,
        })
    }

    fn count(&self, bytes: usize) -> Result<(), Missed> {
        let before = self.read.fetch_add(bytes, Ordering::Relaxed);
        match before.saturating_add(bytes) > self.limits.total {
            false => Ok(()),
            true => Err(Missed::Untold(format!(
                "all files together are larger than {}",
                size(self.limits.total)
            ))),
        }
    }
}

fn too_large(most: usize) -> Missed {
    Missed::Untold(format!("it is larger than {}", size(most)))
}

/// A size in words; every limit is whole.
pub(super) fn size(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mebi => format!("{mebi} MiB"),
    }
}

pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_millis() % 1000 {
        0 => format!("{} s", duration.as_secs()),
        _ => format!("{} ms", duration.as_millis()),
    }
}
