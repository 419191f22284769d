//! Where a probe looks: the real world, or a rehearsal's stand-ins.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;

use crate::error::{ProbeError, ProbeErrorKind};
use crate::shown::Witness;

/// Documentation address → the loopback socket that stands in for it; empty in the real world.
pub type DialMap = BTreeMap<IpAddr, SocketAddr>;

/// Where probes look and whom they trust.
#[derive(Debug, Clone, Default)]
pub struct ProbeWorld {
    /// Stand-ins; if there is any, no other address is ever dialled.
    pub dial: DialMap,
    /// The only authority (PEM) whose certificates are trusted; absent = the platform's.
    pub ca_pem: Option<String>,
    /// Authoritative servers of every zone; absent = found by looking up the zone's NS records.
    pub name_servers: Option<Vec<(String, SocketAddr)>>,
    /// Resolvers by name. The first is also asked where a host leads; none = the system's.
    pub resolvers: Vec<(String, SocketAddr)>,
}

impl ProbeWorld {
    /// Whether this is a rehearsal, which never leaves the machine.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.dial.is_empty()
    }

    /// The socket to dial for an address.
    pub(crate) fn socket(&self, address: IpAddr, port: u16) -> Result<SocketAddr, ProbeError> {
        match self.dial.get(&address) {
            Some(stand_in) => Ok(*stand_in),
            None if self.is_closed() => Err(ProbeError::new(
                ProbeErrorKind::ClosedWorld,
                format!("{address} is not part of the rehearsal; nothing was dialled"),
            )),
            None => Ok(SocketAddr::new(address, port)),
        }
    }

    /// The address behind a dialled socket.
    pub(crate) fn address_of(&self, socket: SocketAddr) -> IpAddr {
        self.dial
            .iter()
            .find(|(_, stand_in)| **stand_in == socket)
            .map_or(socket.ip(), |(address, _)| *address)
    }

    /// TLS with full validation and without session resumption: each look is a whole handshake. The
    /// witness tells of a certificate that is refused which and why.
    pub(crate) fn tls(&self) -> Result<(ClientConfig, Arc<Witness>), ProbeError> {
        let failed = || ProbeError::new(ProbeErrorKind::Refused, "the TLS settings could not be built");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &self.ca_pem {
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                    roots
                        .add(certificate.map_err(|_| failed())?)
                        .map_err(|_| failed())?;
                }
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                    .build()
                    .map_err(|_| failed())?
            }
            None => {
                // Reading the platform's roots costs tens of milliseconds, so it is done once.
                static PLATFORM: OnceLock<Option<Arc<Verifier>>> = OnceLock::new();
                let platform = || Verifier::new(provider.clone()).ok().map(Arc::new);
                PLATFORM.get_or_init(platform).clone().ok_or_else(failed)?
            }
        };
        let witness = Witness::new(verifier, false);
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| failed())?
            .dangerous()
            .with_custom_certificate_verifier(witness.clone())
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok((config, witness))
    }
}
