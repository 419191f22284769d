//! The file of authorities that are trusted besides the system's: `AWS_CA_BUNDLE` or a profile's
//! `ca_bundle`. One certificate that can't be read does not take the others with it.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use switchback_engine::ports::ProviderError;

use crate::elsewhere::Elsewhere;
use crate::error::{guard, safe};

const BEGINS: &str = "-----BEGIN ";
const ENDS: &str = "-----END ";

/// No bundle of certificates is larger.
const LARGEST: u64 = 16 << 20;

/// A certificate of the file that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The how many-th of the file it is.
    pub number: usize,
    /// The line at which it begins.
    pub line: usize,
    /// Why.
    pub why: &'static str,
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// How it is called: its setting and its name.
    pub named: String,
    /// The certificates that can be read, as PEM.
    pub pem: Vec<u8>,
    /// How many these are.
    pub good: usize,
    /// Those that can't.
    pub unread: Vec<Unread>,
}

impl Bundle {
    /// Which certificates can't be read, in words; none where all can.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        let [first, more @ ..] = &self.unread[..] else {
            return None;
        };
        let others = match more.len() {
            0 => String::new(),
            n => format!(" (and {n} more: {})", lines(more)),
        };
        Some(format!(
            "certificate {} (line {}) can't be read: {}{others}; the other {} count",
            first.number, first.line, first.why, self.good
        ))
    }

    /// The file that the settings name, read.
    ///
    /// # Errors
    /// `Guard` where it can't be read, or none of its certificates can.
    pub(crate) fn of(elsewhere: &Elsewhere) -> Result<Option<Self>, ProviderError> {
        let Some((path, setting)) = elsewhere.bundle() else {
            return Ok(None);
        };
        let mend = format!("Correct {setting} or remove it, then start Switchback again.");
        let shown = safe(&path.to_string_lossy());
        let bytes = switchback_files::bytes(&path, LARGEST).map_err(|why| {
            guard(
                "connect",
                &format!("The file that {setting} names, {shown}, could not be read: {why}"),
                &mend,
            )
        })?;
        let bundle = Self::read(format!("{setting}, {shown}"), &bytes);
        if bundle.good > 0 {
            return Ok(Some(bundle));
        }
        let which = bundle
            .unread
            .first()
            .map(|first| {
                format!(
                    ": certificate {} (line {}): {}",
                    first.number, first.line, first.why
                )
            })
            .unwrap_or_default();
        Err(guard(
            "connect",
            &format!("The file that {setting} names, {shown}, holds no readable certificate{which}"),
            &mend,
        ))
    }

    /// Each certificate on its own: from its BEGIN to its END, or to the next BEGIN where it is cut.
    pub(crate) fn read(named: String, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut found = Self {
            named,
            pem: Vec::new(),
            good: 0,
            unread: Vec::new(),
        };
        let mut number = 0;
        let mut open: Option<(usize, String)> = None;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.starts_with(BEGINS) {
                if let Some((line, block)) = open.take() {
                    found.take(number, line, &block, false);
                }
                // A private key or a list of revoked ones is no certificate, and none of our business.
                if line.contains("CERTIFICATE") && !line.contains("REQUEST") {
                    number += 1;
                    open = Some((at + 1, "-----BEGIN CERTIFICATE-----\n".to_owned()));
                }
            } else if line.starts_with(ENDS) {
                if let Some((line, block)) = open.take() {
                    found.take(number, line, &block, true);
                }
            } else if let Some((_, block)) = &mut open {
                block.push_str(line);
                block.push('\n');
            }
        }
        if let Some((line, block)) = open {
            found.take(number, line, &block, false);
        }
        found
    }

    fn take(&mut self, number: usize, line: usize, block: &str, whole: bool) {
        let pem = format!("{block}-----END CERTIFICATE-----\n");
        let read = CertificateDer::from_pem_slice(pem.as_bytes());
        // The SDK panics on certificates that it can't take, so they are tried first.
        let taken = read.map(|certificate| rustls::RootCertStore::empty().add(certificate).is_ok());
        let why = match (whole, taken) {
            (true, Ok(true)) => {
                self.pem.extend_from_slice(pem.as_bytes());
                self.good += 1;
                return;
            }
            (false, _) => "it is cut: its END line is missing",
            (true, Err(_)) => "it is no base64 text",
            (true, Ok(false)) => "what it holds is no whole certificate",
        };
        self.unread.push(Unread { number, line, why });
    }
}

fn lines(all: &[Unread]) -> String {
    let lines: Vec<String> = all
        .iter()
        .take(5)
        .map(|one| format!("line {}", one.line))
        .collect();
    lines.join(", ")
}
