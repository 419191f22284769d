//! The certificate authority of the world and the certificates of its sites.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use serde::{Deserialize, Serialize};

use crate::WorldError;
use crate::aws::cloudfront::{has_certificate, row_of};
use crate::clock::real_now_ms;
use crate::core::Core;
use crate::faults::{App, Fault, Site};

/// The certificate authority, as kept in the state: it outlives restarts, so that a client which
/// trusts it need not be told again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Authority {
    pub certificate_pem: String,
    key_pem: String,
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Switchback rehearsal authority");
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(year(-1), 1, 1);
    params.not_after = date_time_ymd(year(20), 1, 1);
    params
}

/// The year in so many years. Certificates are judged by the client's real clock, not by world time.
fn year(offset: i32) -> i32 {
    let year = jiff::Timestamp::from_millisecond(real_now_ms())
        .map_or(2026, |t| t.to_zoned(jiff::tz::TimeZone::UTC).year());
    i32::from(year) + offset
}

impl Authority {
    pub(crate) fn generate() -> Result<Self, WorldError> {
        let key = KeyPair::generate()?;
        let certificate = authority_params().self_signed(&key)?;
        Ok(Self {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        })
    }

    /// A certificate for these names; the first is its subject too.
    fn issue(&self, names: &[&str], years: (i32, i32)) -> Result<Arc<CertifiedKey>, WorldError> {
        let issuer = Issuer::new(authority_params(), KeyPair::from_pem(&self.key_pem)?);
        let owned: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(owned)?;
        let mut subject = DistinguishedName::new();
        if let Some(&name) = names.first() {
            subject.push(DnType::CommonName, name);
        }
        params.distinguished_name = subject;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = date_time_ymd(year(years.0), 1, 1);
        params.not_after = date_time_ymd(year(years.1), 1, 1);
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &issuer)?;
        let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let signer = aws_lc_rs::sign::any_supported_type(&secret)?;
        Ok(Arc::new(CertifiedKey::new(
            vec![certificate.der().clone()],
            signer,
        )))
    }
}

/// Chooses a site's certificate by the name asked for and by the faults in force.
#[derive(Debug)]
struct Certificates {
    core: Arc<Core>,
    site: Site,
    good: Arc<CertifiedKey>,
    expired: Arc<CertifiedKey>,
    wrong_name: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let site = self.site;
        let asked = hello.server_name()?;
        let mut hosts = site.hosts().into_iter();
        hosts.find(|host| asked.eq_ignore_ascii_case(host))?;
        let has = |fault: Fault| self.core.read(|state| state.faults.contains(&fault));
        Some(Arc::clone(if has(Fault::TlsExpired { site }) {
            &self.expired
        } else if has(Fault::TlsWrongName { site }) || self.is_the_default(site) {
            &self.wrong_name
        } else {
            &self.good
        }))
    }
}

impl Certificates {
    /// Whether a distribution stands there that has CloudFront's own certificate, which is for no name of ours.
    fn is_the_default(&self, site: Site) -> bool {
        let mut rows = App::ALL.into_iter().map(row_of).filter(|row| row.site == site);
        self.core
            .read(|state| rows.any(|row| !has_certificate(row, &state.faults)))
    }
}

/// The TLS settings of a site.
pub(crate) fn server_config(core: &Arc<Core>, site: Site) -> Result<Arc<ServerConfig>, WorldError> {
    let authority = core.read(|state| state.authority.clone());
    let certificates = Certificates {
        core: Arc::clone(core),
        site,
        good: authority.issue(&site.hosts(), (0, 2))?,
        expired: authority.issue(&site.hosts(), (-2, 0))?,
        wrong_name: authority.issue(&["wrong-name.example.nhs.test"], (0, 2))?,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
