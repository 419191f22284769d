//! What a journal holds and this program does not know: a kind that a newer program added, or one with
//! fields that a newer program gave it.
//!
//! It is kept as it was written, so that it is written again with the same bytes and its digest stays, it
//! is named to people, and nothing is ever made of it.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A JSON object of a kind that this program does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    kind: String,
    raw: Map<String, Value>,
}

impl Unknown {
    /// Takes an object whose field `tag` names its kind; none where it is not such an object.
    #[must_use]
    pub fn of(raw: Value, tag: &str) -> Option<Self> {
        let Value::Object(raw) = raw else { return None };
        let kind = raw.get(tag)?.as_str()?.to_owned();
        Some(Self { kind, raw })
    }

    /// The kind, as it was written.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The whole object, in the order in which it was written.
    #[must_use]
    pub fn raw(&self) -> &Map<String, Value> {
        &self.raw
    }

    /// Every text in it, at whatever depth.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        fn collect<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
            match value {
                Value::String(text) => into.push(text),
                Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
                Value::Object(fields) => fields.values().for_each(|value| collect(value, into)),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        let mut texts = Vec::new();
        self.raw.values().for_each(|value| collect(value, &mut texts));
        texts
    }
}

impl Serialize for Unknown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Unknown {
    /// Any object with a field `kind`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Value::deserialize(deserializer)?;
        Self::of(raw, "kind").ok_or_else(|| D::Error::missing_field("kind"))
    }
}

/// The paths of what stands in `raw` and not, or otherwise, in `known`: what is lost when `raw` is read as
/// `known`. At most `limit` of them.
pub(crate) fn lost(raw: &Value, known: &Value, limit: usize) -> Vec<String> {
    fn compare(raw: &Value, known: &Value, path: &str, limit: usize, into: &mut Vec<String>) {
        if into.len() >= limit {
            return;
        }
        match (raw, known) {
            (Value::Object(raw), Value::Object(known)) => {
                for (key, value) in raw {
                    let path = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    };
                    match known.get(key) {
                        Some(other) => compare(value, other, &path, limit, into),
                        None => into.push(path),
                    }
                }
            }
            (Value::Array(raw), Value::Array(known)) if raw.len() == known.len() => {
                for (at, (value, other)) in raw.iter().zip(known).enumerate() {
                    compare(value, other, &format!("{path}[{at}]"), limit, into);
                }
            }
            (raw, known) if raw == known => {}
            _ => into.push(path.to_owned()),
        }
    }
    let mut paths = Vec::new();
    compare(raw, known, "", limit, &mut paths);
    paths.truncate(limit);
    paths
}

#[cfg(test)]
mod tests;
