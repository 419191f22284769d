//! What an answer of Cognito said at all. The SDK puts `false` or 0 where a field was left out, and a
//! check must not take that for something AWS said.
//!
//! A flag, a number or a word that is left out is unknown, unless the API reference names a default
//! for it. A list, an ARN or a secret that is left out is none: Cognito has no other way to say it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// The places (RFC 6901) at which an answer held something other than null; no value is kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Value")]
pub(crate) struct PresentFields {
    places: BTreeSet<String>,
    #[cfg(test)]
    all: bool,
}

impl PresentFields {
    /// As if the answer had held every field.
    #[cfg(test)]
    pub(crate) fn all() -> Self {
        Self {
            places: BTreeSet::new(),
            all: true,
        }
    }

    /// Whether the answer held something at this place, such as `/UserPool/DeletionProtection`.
    pub(crate) fn has(&self, place: &str) -> bool {
        #[cfg(test)]
        if self.all {
            return true;
        }
        self.places.contains(place)
    }

    fn walk(&mut self, place: String, value: &Value) {
        match value {
            Value::Null => return,
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.walk(format!("{place}/{name}"), value);
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    self.walk(format!("{place}/{at}"), value);
                }
            }
            _ => {}
        }
        self.places.insert(place);
    }
}

impl From<Value> for PresentFields {
    fn from(answer: Value) -> Self {
        let mut told = Self::default();
        told.walk(String::new(), &answer);
        told
    }
}
