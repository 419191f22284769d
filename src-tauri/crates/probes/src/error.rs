//! Why a probe saw nothing, in words for people.

use std::error::Error;

/// How a probe failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProbeErrorKind {
    /// The runbook asks for something that is never probed: an IP literal, a port, another scheme.
    Refused,
    /// The address is not part of the rehearsal, which never leaves the machine.
    ClosedWorld,
    /// The name could not be looked up.
    NotResolved,
    /// The name was looked up and leads nowhere.
    NoAddress,
    /// Nothing listens, or it did not answer in time.
    NoAnswer,
    /// The certificate has expired or is not valid yet.
    Expired,
    /// The certificate is for other names.
    WrongName,
    /// The certificate comes from an authority that is not trusted here.
    UnknownIssuer,
    /// TLS failed otherwise.
    Tls,
    /// The answer could not be read.
    Unreadable,
}

/// A probe's failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProbeError {
    /// How it failed.
    pub kind: ProbeErrorKind,
    /// What happened, in a few words.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl ProbeError {
    pub(crate) fn new(kind: ProbeErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// Whether the failure says something about the side that was probed; otherwise it could not
    /// be told.
    #[must_use]
    pub fn is_evidence(&self) -> bool {
        match self.kind {
            ProbeErrorKind::NoAddress
            | ProbeErrorKind::NoAnswer
            | ProbeErrorKind::Expired
            | ProbeErrorKind::WrongName
            | ProbeErrorKind::UnknownIssuer
            | ProbeErrorKind::Tls
            | ProbeErrorKind::Unreadable => true,
            ProbeErrorKind::Refused | ProbeErrorKind::ClosedWorld | ProbeErrorKind::NotResolved => false,
        }
    }

    /// Sorts a failed connection; a TLS failure is told by its kind.
    pub(crate) fn of_connection(error: &(dyn Error + 'static)) -> Self {
        if let Some(tls) = chain(error).find_map(|link| link.downcast_ref::<rustls::Error>()) {
            return Self::of_tls(tls);
        }
        let refused = chain(error).any(|link| {
            link.downcast_ref::<std::io::Error>()
                .is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
        });
        let words = if refused {
            "the connection was refused"
        } else {
            "the connection failed"
        };
        Self::new(ProbeErrorKind::NoAnswer, words)
    }

    /// Sorts a TLS failure.
    pub(crate) fn of_tls(error: &rustls::Error) -> Self {
        use rustls::CertificateError as Certificate;
        let rustls::Error::InvalidCertificate(reason) = error else {
            return Self::new(
                ProbeErrorKind::Tls,
                format!("TLS failed: {}", printable(&error.to_string(), 160)),
            );
        };
        match reason {
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                Self::new(ProbeErrorKind::Expired, "the certificate has expired").hint("Renew the certificate.")
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                Self::new(ProbeErrorKind::Expired, "the certificate is not valid yet")
                    .hint("Look at the certificate's dates and at this computer's clock.")
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                Self::new(ProbeErrorKind::WrongName, "the certificate is for other names")
                    .hint("The address may belong to another site: look at its aliases and its certificate.")
            }
            // A bad signature: an authority of the same name as a trusted one, with another key.
            Certificate::UnknownIssuer | Certificate::BadSignature => {
                Self::new(ProbeErrorKind::UnknownIssuer, "the certificate comes from an unknown authority").hint(
                    "A proxy that inspects traffic may stand in between: trust its certificate in the system, or use \
                     a network without it.",
                )
            }
            other => {
                let words = printable(&other.to_string(), 160);
                Self::new(ProbeErrorKind::Tls, format!("the certificate is not valid: {words}"))
            }
        }
    }
}

/// The causes of an error; an `io::Error` shows what it wraps as well, which `source` skips.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |link| {
        let link: &'a (dyn Error + 'static) = *link;
        match link.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => link.source(),
        }
    })
}

/// At most `most` printable ASCII characters of a text that somebody else wrote.
pub(crate) fn printable(text: &str, most: usize) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .take(most)
        .collect()
}
