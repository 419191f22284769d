//! What a site's `version.json` says: its build, or what came instead of one. It is read as a browser
//! would read it, compressed or with a byte order mark too.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use serde_json::Value;

use crate::error::printable;

/// The largest answer that is read, in bytes, also after it is unpacked.
pub(crate) const LARGEST: usize = 16 * 1024 * 1024;
const BUILD: usize = 100;
/// How deep a build is looked for that stands in the wrong place.
const DEPTH: usize = 4;

/// What a site sent, as it came.
pub(crate) struct Sent<'a> {
    pub(crate) status: u16,
    /// `Content-Encoding`.
    pub(crate) encoding: &'a str,
    /// `Content-Type`.
    pub(crate) kind: &'a str,
    /// `Location`.
    pub(crate) location: &'a str,
    pub(crate) body: &'a [u8],
}

/// The build, or what came instead.
pub(crate) fn build_of(sent: &Sent<'_>) -> Result<String, String> {
    if (300..400).contains(&sent.status) {
        return Err(match printable(sent.location, 200) {
            to if to.is_empty() => "a redirect to nowhere".to_owned(),
            to => format!("a redirect to {to}"),
        });
    }
    let body = unpacked(sent)?;
    let text = text_of(&body)?;
    let text = text.trim();
    if text.is_empty() {
        return Err("the answer is empty".to_owned());
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let html = text.starts_with('<') || sent.kind.to_ascii_lowercase().contains("html");
            return Err(match (html, text.starts_with(['{', '['])) {
                (true, _) => "the answer is HTML, not JSON".to_owned(),
                (false, true) => format!(
                    "the answer is JSON with a mistake at line {}, column {}",
                    error.line(),
                    error.column()
                ),
                (false, false) => "the answer is no JSON".to_owned(),
            });
        }
    };
    let Value::Object(object) = &value else {
        return Err(format!("the answer is JSON, but {} and no object", kind(&value)));
    };
    match object.get("build") {
        Some(Value::String(text)) => match printable(text, BUILD).trim() {
            "" => Err("the build in the answer is empty".to_owned()),
            build => Ok(build.to_owned()),
        },
        // Exact: 1.10 would become 1.1.
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        Some(Value::Number(_)) => {
            Err("the build in the answer is a number that is not whole; it needs quotes".to_owned())
        }
        Some(other) => Err(format!("the build in the answer is {}", kind(other))),
        None => Err(match within(&value, 0) {
            Some(place) => format!("the JSON has no build of its own, only within {place}"),
            None => "the answer is JSON without a build".to_owned(),
        }),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The key below which a build stands.
fn within(value: &Value, depth: usize) -> Option<String> {
    let object = value.as_object().filter(|_| depth < DEPTH)?;
    object.iter().find_map(|(key, inner)| {
        let here = inner.as_object().is_some_and(|inner| inner.contains_key("build"));
        match here {
            true => Some(printable(key, 40)),
            false => within(inner, depth + 1).map(|more| format!("{}.{more}", printable(key, 40))),
        }
    })
}

/// The text, without a byte order mark.
fn text_of(body: &[u8]) -> Result<String, String> {
    let wide = |body: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = body.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).map_err(|_| "the answer is UTF-16 text that can't be read".to_owned())
    };
    if let Some(rest) = body.strip_prefix(b"\xff\xfe") {
        return wide(rest, u16::from_le_bytes);
    }
    if let Some(rest) = body.strip_prefix(b"\xfe\xff") {
        return wide(rest, u16::from_be_bytes);
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    String::from_utf8(body.to_vec()).map_err(|_| match body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        true => "the answer is compressed with zstd, which is not read here".to_owned(),
        false => "the answer is no text".to_owned(),
    })
}

/// Unpacked as its header says, the last packing first (RFC 9110, 8.4); gzip also where no header does.
pub(crate) fn unpacked(sent: &Sent<'_>) -> Result<Vec<u8>, String> {
    let mut body = sent.body.to_vec();
    let mut packings: Vec<String> = sent
        .encoding
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    if packings.is_empty() && body.starts_with(&[0x1f, 0x8b]) {
        packings.push("gzip".to_owned());
    }
    for packing in packings.iter().rev() {
        let unpacked = match packing.as_str() {
            "gzip" | "x-gzip" => all_of(MultiGzDecoder::new(&body[..])),
            // Some servers send it without the zlib frame that the name means.
            "deflate" => match all_of(ZlibDecoder::new(&body[..])) {
                Err(Failed::Broken) => all_of(DeflateDecoder::new(&body[..])),
                read => read,
            },
            "br" => all_of(brotli_decompressor::Decompressor::new(&body[..], 4096)),
            other => {
                return Err(format!(
                    "the answer is compressed with {}, which is not read here",
                    printable(other, 40)
                ));
            }
        };
        body = match unpacked {
            Ok(unpacked) => unpacked,
            Err(Failed::TooLarge) => {
                return Err("the answer is larger than 16 MiB when it is unpacked".to_owned());
            }
            // A header that says so of what is plain.
            Err(Failed::Broken) if serde_json::from_slice::<Value>(&body).is_ok() => body,
            Err(Failed::Broken) => {
                return Err(format!(
                    "the answer is compressed with {packing}, but can't be unpacked"
                ));
            }
        };
    }
    Ok(body)
}

enum Failed {
    TooLarge,
    Broken,
}

fn all_of(packed: impl Read) -> Result<Vec<u8>, Failed> {
    let mut unpacked = Vec::new();
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    packed
        .take(most)
        .read_to_end(&mut unpacked)
        .map_err(|_| Failed::Broken)?;
    match unpacked.len() > LARGEST {
        true => Err(Failed::TooLarge),
        false => Ok(unpacked),
    }
}
