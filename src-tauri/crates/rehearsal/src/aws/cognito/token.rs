//! Opaque tokens of pages: they hold where to go on, and of which question.

use serde::{Deserialize, Serialize};

use super::super::AwsError;

/// Where a page starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The part of the pool.
    pub part: usize,
    /// How far the scan is.
    pub at: usize,
    /// How many pages have been empty by fault.
    pub empty: u32,
}

/// Where the next page of a question starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    /// A hash of what was asked, so that the token names nobody; it answers no other question.
    question: String,
    place: Place,
}

impl Token {
    pub(crate) fn new(question: &str, place: Place) -> Self {
        Self {
            question: super::user::sub_of(question),
            place,
        }
    }

    pub(crate) fn text(&self) -> String {
        hex::encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The start for no token, else where the token says.
    pub(crate) fn read(text: Option<&str>, question: &str) -> Result<Place, AwsError> {
        let Some(text) = text else {
            return Ok(Place::default());
        };
        hex::decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok())
            .filter(|token| *token == Self::new(question, token.place))
            .map(|token| token.place)
            .ok_or_else(|| AwsError::new("InvalidParameterException", "Invalid pagination token"))
    }
}
