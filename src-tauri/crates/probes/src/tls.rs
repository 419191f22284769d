//! Which certificate an address shows for a name.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::ServerName;
use switchback_model::dns::DnsName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::dns::addresses;
use crate::error::{ProbeError, ProbeErrorKind, printable};
use crate::world::ProbeWorld;

const LONGEST: Duration = Duration::from_secs(5);

/// A certificate that was accepted for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The names that it covers, sorted.
    pub names: Vec<String>,
    /// When it ends.
    pub not_after: Timestamp,
    /// Who issued it: the common name, else the whole name.
    pub issuer: String,
    /// The address that showed it.
    pub address: IpAddr,
}

/// Makes a whole handshake on port 443 with the host as SNI and full validation.
///
/// # Errors
/// `Expired`, `WrongName`, `UnknownIssuer` or `Tls` for a certificate that is not accepted;
/// otherwise as the lookup or the connection failed.
pub async fn certificate(
    host: &DnsName,
    address: Option<IpAddr>,
    world: &ProbeWorld,
) -> Result<Certificate, ProbeError> {
    let unreadable = || ProbeError::new(ProbeErrorKind::Unreadable, "the certificate could not be read");
    let address = match address {
        Some(address) => address,
        None => addresses(host, world)
            .await?
            .first()
            .copied()
            .ok_or_else(unreadable)?,
    };
    let socket = world.socket(address, 443)?;
    let name = ServerName::try_from(host.host().to_owned()).map_err(|_| {
        ProbeError::new(
            ProbeErrorKind::Refused,
            "the host is no name that a certificate can cover",
        )
    })?;
    let (config, witness) = world.tls()?;
    let connector = TlsConnector::from(Arc::new(config));
    let handshake = async {
        let tcp = TcpStream::connect(socket)
            .await
            .map_err(|error| ProbeError::of_connection(&error))?;
        connector
            .connect(name, tcp)
            .await
            .map_err(|error| witness.explain(&error, host.host()))
    };
    let stream = tokio::time::timeout(LONGEST, handshake)
        .await
        .map_err(|_| ProbeError::new(ProbeErrorKind::NoAnswer, "no TLS connection within 5 seconds"))??;
    let shown = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(<[_]>::first)
        .ok_or_else(unreadable)?;
    let (_, parsed) = X509Certificate::from_der(shown.as_ref()).map_err(|_| unreadable())?;
    let not_after =
        Timestamp::from_second(parsed.validity().not_after.timestamp()).map_err(|_| unreadable())?;
    let common = parsed
        .issuer()
        .iter_common_name()
        .next()
        .and_then(|name| name.as_str().ok());
    let issuer = printable(
        &common.map_or_else(|| parsed.issuer().to_string(), str::to_owned),
        100,
    );
    Ok(Certificate {
        names: names(&parsed),
        not_after,
        issuer,
        address,
    })
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let mut names: Vec<String> = extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(printable(name, 255)),
            _ => None,
        })
        .collect();
    names.sort();
    names
}
