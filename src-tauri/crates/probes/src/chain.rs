//! Who vouches for a server: the chain of certificates that it shows, whoever stands in between. A
//! proxy that inspects traffic shows a chain of its own; this says whose.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::error::{ProbeError, ProbeErrorKind, printable};
use crate::shown::{Witness, name_of};

const LONGEST: Duration = Duration::from_secs(8);
/// A proxy's answer to CONNECT is a few lines.
const HEAD: usize = 8 * 1024;

/// A proxy that is asked to connect on (RFC 9110, 9.3.6).
#[derive(Clone, Copy)]
pub struct Tunnel<'a> {
    /// Its host.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// The value of `Proxy-Authorization`: a secret.
    pub authorization: Option<&'a str>,
}

impl std::fmt::Debug for Tunnel<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tunnel")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// What a server showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Who issued the server's own certificate.
    pub issuer: String,
    /// The organisation of that issuer.
    pub organisation: Option<String>,
    /// Who issued the last certificate of the chain.
    pub top: String,
    /// When the server's own certificate ends.
    pub not_after: Timestamp,
    /// Why it is not trusted here; absent = it is.
    pub refused: Option<ProbeError>,
}

/// Makes a handshake with a host, directly or through a proxy, and reads the chain that is shown,
/// also one that is not trusted: nothing is sent over the connection.
///
/// `authorities`: PEM of those that are trusted besides the system's.
///
/// # Errors
/// As the lookup, the connection or the proxy failed.
pub async fn chain(
    host: &str,
    port: u16,
    through: Option<Tunnel<'_>>,
    authorities: Option<&[u8]>,
) -> Result<Chain, ProbeError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        ProbeError::new(
            ProbeErrorKind::Refused,
            "the host is no name that a certificate can cover",
        )
    })?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let failed = || ProbeError::new(ProbeErrorKind::Refused, "the TLS settings could not be built");
    let extra = authorities.unwrap_or_default();
    let extra: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(extra).flatten().collect();
    let verifier = Verifier::new_with_extra_roots(extra, provider.clone()).map_err(|_| failed())?;
    let looker = Witness::new(Arc::new(verifier), true);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| failed())?
        .dangerous()
        .with_custom_certificate_verifier(looker.clone())
        .with_no_client_auth();
    config.resumption = Resumption::disabled();

    let handshake = async {
        let tcp = match through {
            Some(proxy) => tunnel(proxy, host, port).await?,
            None => TcpStream::connect((host, port))
                .await
                .map_err(|error| of_connecting(&error))?,
        };
        TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await
            .map_err(|error| ProbeError::of_connection(&error))
    };
    // The stream is dropped unused.
    tokio::time::timeout(LONGEST, handshake)
        .await
        .map_err(|_| ProbeError::new(ProbeErrorKind::NoAnswer, "no TLS connection within 8 seconds"))??;
    of_shown(&looker, host)
}

/// The proxy answers only that it is there.
///
/// # Errors
/// `NotResolved` or `NoAnswer`.
pub async fn reachable(host: &str, port: u16) -> Result<(), ProbeError> {
    tokio::time::timeout(LONGEST, TcpStream::connect((host, port)))
        .await
        .map_err(|_| ProbeError::new(ProbeErrorKind::NoAnswer, "no connection within 8 seconds"))?
        .map(drop)
        .map_err(|error| of_connecting(&error))
}

fn of_connecting(error: &std::io::Error) -> ProbeError {
    // The system's resolver gives no kind of its own.
    match error.raw_os_error() {
        None => ProbeError::new(ProbeErrorKind::NotResolved, "the name could not be looked up"),
        Some(_) => ProbeError::of_connection(error),
    }
}

async fn tunnel(proxy: Tunnel<'_>, host: &str, port: u16) -> Result<TcpStream, ProbeError> {
    let mut tcp = TcpStream::connect((proxy.host, proxy.port))
        .await
        .map_err(|error| of_connecting(&error))?;
    let authorization = match proxy.authorization {
        Some(value) => format!("Proxy-Authorization: {value}\r\n"),
        None => String::new(),
    };
    let ask = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n");
    let broke = |_| ProbeError::new(ProbeErrorKind::NoAnswer, "the proxy closed the connection");
    tcp.write_all(ask.as_bytes()).await.map_err(broke)?;
    let mut head = Vec::new();
    // Byte by byte: what follows the head belongs to the server.
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD {
        head.push(tcp.read_u8().await.map_err(broke)?);
    }
    let status = String::from_utf8_lossy(&head);
    let code = status.split(' ').nth(1).unwrap_or_default();
    match code {
        "200" => Ok(tcp),
        "407" => Err(ProbeError::new(
            ProbeErrorKind::NoAnswer,
            "the proxy wants a user name and a password",
        )),
        other => Err(ProbeError::new(
            ProbeErrorKind::NoAnswer,
            format!("the proxy refused to connect on ({})", printable(other, 3)),
        )),
    }
}

fn of_shown(looker: &Witness, host: &str) -> Result<Chain, ProbeError> {
    let unreadable = || ProbeError::new(ProbeErrorKind::Unreadable, "the certificate could not be read");
    let seen = looker.seen().ok_or_else(unreadable)?;
    let first = seen.shown.first().ok_or_else(unreadable)?;
    let (_, own) = X509Certificate::from_der(first).map_err(|_| unreadable())?;
    let top = seen
        .shown
        .last()
        .and_then(|last| X509Certificate::from_der(last).ok())
        .map(|(_, last)| name_of(last.issuer()))
        .ok_or_else(unreadable)?;
    let organisation = own
        .issuer()
        .iter_organization()
        .next()
        .and_then(|name| name.as_str().ok())
        .map(|name| printable(name, 100));
    Ok(Chain {
        issuer: name_of(own.issuer()),
        organisation,
        top,
        not_after: Timestamp::from_second(own.validity().not_after.timestamp()).map_err(|_| unreadable())?,
        refused: seen.complaint(host),
    })
}
