//! Opaque tokens of pages: they hold where to go on, and of which question.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Where a page starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageStart {
    /// The part of what is searched, where a service searches in parts.
    #[serde(default)]
    pub part: usize,
    /// How far the scan is.
    pub at: usize,
    /// How many pages have been empty by fault.
    #[serde(default)]
    pub empty: u32,
}

/// Where the next page of a question starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    /// A hash of what was asked, so that the token names nobody; it answers no other question.
    question: String,
    place: PageStart,
}

impl Token {
    pub(crate) fn new(question: &str, place: PageStart) -> Self {
        Self {
            question: hex::encode(&Sha256::digest(question)[..8]),
            place,
        }
    }

    pub(crate) fn text(&self) -> String {
        hex::encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The start for no token, else where the token says; nothing for a token of another question, or none.
    pub(crate) fn read(text: Option<&str>, question: &str) -> Option<PageStart> {
        let Some(text) = text else {
            return Some(PageStart::default());
        };
        let token: Self = serde_json::from_slice(&hex::decode(text).ok()?).ok()?;
        (token == Self::new(question, token.place)).then_some(token.place)
    }
}
