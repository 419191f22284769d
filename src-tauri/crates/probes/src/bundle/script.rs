//! One script: whether it is one, and what stands in it.

use sha1::{Digest as _, Sha1};
use switchback_model::BundleCheck;

use super::net::{Got, begins_as_html};
use super::page::is_javascript;
use crate::error::printable;

/// What counts of a script. Nothing else of it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// Why it is none, in words that go on "NAME …".
    pub(super) no_script: Option<String>,
    /// SHA-1 of what came, in small hex.
    pub(super) sha1: String,
    /// Which of the texts that shall be there stand in it.
    pub(super) holds: Vec<bool>,
    /// Which of those that shall not.
    pub(super) left: Vec<bool>,
}

impl Script {
    /// Of a file as it came.
    pub(super) fn of(got: &Got, check: &BundleCheck) -> Self {
        let no_script = no_script(got);
        // A start page that came instead holds nothing: it may name anything.
        let text = match no_script.is_none() {
            true => String::from_utf8_lossy(&got.body),
            false => "".into(),
        };
        Self {
            no_script,
            ..Self::written(&text, &got.body, check)
        }
    }

    /// Of one that stands in the page.
    pub(super) fn inline(text: &str, check: &BundleCheck) -> Self {
        Self::written(text, text.as_bytes(), check)
    }

    fn written(text: &str, body: &[u8], check: &BundleCheck) -> Self {
        let each = |texts: &[String]| texts.iter().map(|one| text.contains(one.as_str())).collect();
        Self {
            no_script: None,
            sha1: sha1(body),
            holds: each(&check.holds),
            left: each(&check.lacks),
        }
    }
}

/// SHA-1 in small hex, as a manifest writes it.
pub(super) fn sha1(body: &[u8]) -> String {
    hex::encode(Sha1::digest(body))
}

fn no_script(got: &Got) -> Option<String> {
    if let Some(refusal) = got.refusal() {
        return Some(format!("answers {refusal}"));
    }
    if begins_as_html(&got.body) {
        return Some("is HTML: it was not uploaded, and the start page came instead".to_owned());
    }
    if is_javascript(&got.kind) {
        return None;
    }
    // A browser does not run a module of another type, nor, where `nosniff` says so, any script (Fetch Standard).
    Some(match printable(&got.kind, 60).as_str() {
        "" => "comes without a type".to_owned(),
        kind => format!("comes as {kind}, not as JavaScript"),
    })
}
