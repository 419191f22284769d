//! Signature Version 4, as a server checks it (AWS General Reference, "Create a signed AWS API request").

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::AwsError;
use super::keys::keyed;
use crate::http as web;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a request says of its signature.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) key: String,
    date: String,
    pub(crate) region: String,
    pub(crate) service: String,
    headers: Vec<String>,
    signature: String,
}

impl Signed {
    /// Reads the `Authorization` header.
    ///
    /// # Errors
    /// `MissingAuthenticationToken` where there is none, `IncompleteSignature` where it can't be read.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, AwsError> {
        let text = headers.get("authorization").and_then(|value| value.to_str().ok());
        let rest = text
            .and_then(|text| text.strip_prefix(ALGORITHM))
            .ok_or_else(|| {
                AwsError::new(
                    "MissingAuthenticationToken",
                    "Request is missing Authentication Token",
                )
            })?;
        let part = |name: &str| {
            let mut parts = rest.split(',').map(str::trim);
            parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        };
        let incomplete = || {
            AwsError::new(
                "IncompleteSignature",
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
            )
        };
        let credential = part("Credential").ok_or_else(incomplete)?;
        let [key, date, region, service, "aws4_request"] = credential.split('/').collect::<Vec<_>>()[..]
        else {
            return Err(incomplete());
        };
        Ok(Self {
            key: key.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            headers: part("SignedHeaders")
                .ok_or_else(incomplete)?
                .split(';')
                .map(str::to_owned)
                .collect(),
            signature: part("Signature").ok_or_else(incomplete)?.to_owned(),
        })
    }

    /// Whether the request was signed with this secret, as it arrived.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`.
    pub(crate) fn verify(
        &self,
        secret: &str,
        request: &http::request::Parts,
        body: &[u8],
    ) -> Result<(), AwsError> {
        let text = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
        let at = text("x-amz-date").unwrap_or_default();
        let payload = match text("x-amz-content-sha256") {
            Some(said) if said == "UNSIGNED-PAYLOAD" => said.to_owned(),
            _ => hex::encode(Sha256::digest(body)),
        };
        let headers: String = self
            .headers
            .iter()
            .map(|name| format!("{name}:{}\n", values(&request.headers, name)))
            .collect();
        let canonical = format!(
            "{}\n{}\n{}\n{headers}\n{}\n{payload}",
            request.method,
            escaped(request.uri.path(), true),
            query(request.uri.query().unwrap_or_default()),
            self.headers.join(";"),
        );
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let to_sign = format!(
            "{ALGORITHM}\n{at}\n{scope}\n{}",
            hex::encode(Sha256::digest(canonical))
        );
        let key = [self.date.as_str(), &self.region, &self.service, "aws4_request"]
            .into_iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
                keyed(&key, part.as_bytes())
            });
        let right = hex::encode(keyed(&key, to_sign.as_bytes()));
        match right == self.signature && at.starts_with(&self.date) {
            true => Ok(()),
            false => Err(AwsError::new(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details.",
            )),
        }
    }
}

/// The values of a header, each without superfluous blanks.
fn values(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter();
    let trimmed = values.filter_map(|value| {
        let words: Vec<&str> = value.to_str().ok()?.split_ascii_whitespace().collect();
        Some(words.join(" "))
    });
    trimmed.collect::<Vec<_>>().join(",")
}

/// What RFC 3986 (2.3) reserves nowhere stays as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same, and the slash.
const IN_A_PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// Percent-encoded; of a path, which arrives encoded once, that encodes it twice, as the services want it.
fn escaped(text: &str, path: bool) -> String {
    let kept = if path { IN_A_PATH } else { UNRESERVED };
    utf8_percent_encode(text, kept).to_string()
}

/// The parameters, encoded and sorted.
fn query(raw: &str) -> String {
    let mut pairs: Vec<(String, String)> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let part = |text: &str| escaped(&web::percent_decode(text), false);
            (part(key), part(value))
        })
        .collect();
    pairs.sort();
    let pairs = pairs.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}
