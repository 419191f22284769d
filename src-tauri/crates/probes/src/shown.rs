//! The certificates that a server showed: which of them is at fault, and whose move it is.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

use crate::error::{ProbeError, ProbeErrorKind, printable};

/// Judges as another verifier does, and remembers what was shown.
#[derive(Debug)]
pub(crate) struct Witness {
    inner: Arc<dyn ServerCertVerifier>,
    /// Whether every certificate is accepted: nothing is sent then.
    looks_only: bool,
    seen: Mutex<Option<Shown>>,
}

/// What was shown, the server's own certificate first, when, and the verdict on it.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) shown: Vec<CertificateDer<'static>>,
    pub(crate) verdict: Result<(), rustls::Error>,
    now: Timestamp,
}

impl Witness {
    pub(crate) fn new(inner: Arc<dyn ServerCertVerifier>, looks_only: bool) -> Arc<Self> {
        Arc::new(Self {
            inner,
            looks_only,
            seen: Mutex::default(),
        })
    }

    pub(crate) fn seen(&self) -> Option<Shown> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a failed connection to a host comes from: of a refused certificate, which and why.
    pub(crate) fn explain(&self, error: &(dyn std::error::Error + 'static), host: &str) -> ProbeError {
        let seen = self.seen();
        match seen.as_ref().and_then(|seen| seen.complaint(host)) {
            Some(complaint) => complaint,
            None => ProbeError::of_connection(error),
        }
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self
            .inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map(|_| ());
        let shown = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        let at = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Shown {
            shown,
            verdict: verdict.clone(),
            now: Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH),
        });
        match verdict {
            Err(error) if !self.looks_only => Err(error),
            Ok(()) | Err(_) => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// One certificate, as far as a judgement needs it.
struct Facts {
    subject: String,
    issuer: String,
    /// Both names, byte by byte.
    raw: (Vec<u8>, Vec<u8>),
    begins: Timestamp,
    ends: Timestamp,
    names: Vec<String>,
}

impl Facts {
    fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        let mut names: Vec<String> = Vec::new();
        if let Ok(Some(extension)) = parsed.subject_alternative_name() {
            names.extend(
                extension
                    .value
                    .general_names
                    .iter()
                    .filter_map(|name| match name {
                        GeneralName::DNSName(name) => Some(printable(name, 100)),
                        _ => None,
                    }),
            );
        }
        Some(Self {
            subject: name_of(parsed.subject()),
            issuer: name_of(parsed.issuer()),
            raw: (
                parsed.subject().as_raw().to_vec(),
                parsed.issuer().as_raw().to_vec(),
            ),
            begins: Timestamp::from_second(parsed.validity().not_before.timestamp()).ok()?,
            ends: Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?,
            names,
        })
    }

    fn vouches_for_itself(&self) -> bool {
        self.raw.0 == self.raw.1
    }
}

/// The common name, else the whole name.
pub(crate) fn name_of(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|name| name.as_str().ok());
    let text = printable(&common.map_or_else(|| name.to_string(), str::to_owned), 100);
    match text.is_empty() {
        true => "an authority without a name".to_owned(),
        false => text,
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}

impl Shown {
    /// Why what was shown is not accepted; `None` = it is.
    pub(crate) fn complaint(&self, host: &str) -> Option<ProbeError> {
        let error = self.verdict.as_ref().err()?;
        Some(self.of(error, host).unwrap_or_else(|| ProbeError::of_tls(error)))
    }

    fn of(&self, error: &rustls::Error, host: &str) -> Option<ProbeError> {
        let rustls::Error::InvalidCertificate(reason) = error else {
            return None;
        };
        let all: Vec<Facts> = self.shown.iter().filter_map(Facts::of).collect();
        let path = path(&all);
        let own = *path.first()?;
        let host = printable(host, 255);
        match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Some(self.ended(&path, &host).unwrap_or_else(|| {
                    ProbeError::new(
                        ProbeErrorKind::Expired,
                        format!(
                            "none of the certificates that {host} sends has ended, but an authority behind {} has",
                            own.issuer
                        ),
                    )
                    .hint("Look at this computer's clock, and update the authorities that it trusts.")
                }))
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                let early = path.iter().find(|one| one.begins > self.now)?;
                Some(
                    ProbeError::new(
                        ProbeErrorKind::Expired,
                        format!(
                            "the certificate of {}, issued by {}, begins only on {}",
                            early.subject,
                            early.issuer,
                            day(early.begins)
                        ),
                    )
                    .hint(&format!(
                        "Look at this computer's clock first; if it is right, it is the move of whoever runs {host}."
                    )),
                )
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                let names = match own.names.len() {
                    0 => own.subject.clone(),
                    1..=3 => own.names.join(", "),
                    n => format!("{} and {} more", own.names[..3].join(", "), n - 3),
                };
                Some(
                    ProbeError::new(
                        ProbeErrorKind::WrongName,
                        format!(
                            "the certificate is for other names: {names}, not {host} (issued by {})",
                            own.issuer
                        ),
                    )
                    .hint("The address may belong to another site: look at its aliases and its certificate."),
                )
            }
            CertificateError::BadSignature => Some(
                ProbeError::new(
                    ProbeErrorKind::UnknownIssuer,
                    format!(
                        "the certificate comes from an unknown authority: it was issued in the name of {}, but not \
                         with the key of the authority of that name which is trusted here",
                        own.issuer
                    ),
                )
                .hint(&format!(
                    "Somebody may stand in between: use another network. If not, it is the move of whoever runs {host}."
                )),
            ),
            CertificateError::UnknownIssuer => {
                // One that has ended breaks the path as well.
                Some(
                    self.ended(path.get(1..)?, &host)
                        .unwrap_or_else(|| unknown(&path, all.len(), &host)),
                )
            }
            _ => None,
        }
    }

    /// The first certificate of the path that has ended.
    fn ended(&self, path: &[&Facts], host: &str) -> Option<ProbeError> {
        let all: Vec<Facts> = self.shown.iter().filter_map(Facts::of).collect();
        let own = all.first()?;
        let ended = path.iter().find(|one| one.ends < self.now)?;
        let (words, hint) = match ended.raw == own.raw && ended.ends == own.ends {
            true => (
                format!(
                    "the certificate of {host}, issued by {}, has expired: it ended on {}",
                    own.issuer,
                    day(own.ends)
                ),
                format!("It is the move of whoever runs {host}: renew the certificate."),
            ),
            false => (
                format!(
                    "the intermediate certificate {}, issued by {}, which {host} sends, has expired: it ended on {}; \
                     the server's own lasts until {}",
                    ended.subject,
                    ended.issuer,
                    day(ended.ends),
                    day(own.ends)
                ),
                format!(
                    "It is the move of whoever runs {host}: send the intermediate certificate of {} that is valid now. \
                     The server's own need not be renewed.",
                    ended.subject
                ),
            ),
        };
        Some(ProbeError::new(ProbeErrorKind::Expired, words).hint(&hint))
    }
}

/// The server's own certificate and, as far as they were sent, those that vouch for each other.
fn path(all: &[Facts]) -> Vec<&Facts> {
    let mut path: Vec<&Facts> = all.first().into_iter().collect();
    while let Some(last) = path.last().copied().filter(|last| !last.vouches_for_itself()) {
        let next = all
            .iter()
            .find(|one| one.raw.0 == last.raw.1 && !path.iter().any(|known| known.raw == one.raw));
        match next {
            Some(next) => path.push(next),
            None => break,
        }
    }
    path
}

/// Nobody whom this computer trusts vouches for it.
fn unknown(path: &[&Facts], sent: usize, host: &str) -> ProbeError {
    let [own, rest @ ..] = path else {
        return ProbeError::new(
            ProbeErrorKind::UnknownIssuer,
            "the certificate comes from an unknown authority",
        );
    };
    let last = rest.last().unwrap_or(own);
    let ours = |who: &str| {
        format!(
            "If {who} is an authority of your own organisation, such as that of a proxy which inspects traffic, trust \
             its certificate in the system."
        )
    };
    let (words, hint) = if own.vouches_for_itself() {
        (
            format!(
                "the certificate of {host} is self-signed ({}): no authority vouches for it",
                own.subject
            ),
            format!(
                "It is the move of whoever runs {host}: use a certificate of an authority. {}",
                ours(&own.subject)
            ),
        )
    } else if rest.is_empty() {
        let sent = match sent {
            1 => "sends only its own certificate".to_owned(),
            n => format!("sends {n} certificates, but none of the one that issued its own"),
        };
        (
            format!(
                "the certificate comes from an unknown authority: {host} {sent}, and the intermediate certificate {} \
                 that issued it is missing",
                own.issuer
            ),
            format!(
                "It is the move of whoever runs {host}: send the intermediate certificate {} too. {}",
                own.issuer,
                ours(&own.issuer)
            ),
        )
    } else if last.vouches_for_itself() {
        (
            format!(
                "the certificate comes from an unknown authority: it ends at {}, which is not trusted here",
                last.subject
            ),
            format!(
                "{} Else it is the move of whoever runs {host}: use a certificate of a known authority.",
                ours(&last.subject)
            ),
        )
    } else {
        (
            format!(
                "the certificate comes from an unknown authority: what {host} sends ends at {}, whose issuer {} is \
                 neither sent nor trusted here",
                last.subject, last.issuer
            ),
            format!(
                "{} Else it is the move of whoever runs {host}: send every intermediate certificate up to a known \
                 authority.",
                ours(&last.issuer)
            ),
        )
    };
    ProbeError::new(ProbeErrorKind::UnknownIssuer, words).hint(&hint)
}
