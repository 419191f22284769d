//! JSON in which no key stands twice. Of two values a reader takes the first, another the last (RFC 8259, section 4), and
//! nothing tells which one AWS took.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What begins the words of an error about a key that stands twice.
const TWICE: &str = "key twice: ";

/// Why a document is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is no JSON.
    NoJson,
    /// A key stands twice in one object.
    Twice,
}

/// Reads a document.
pub(super) fn read(document: &str) -> Result<Value, Unread> {
    match serde_json::from_str::<Strict>(document) {
        Ok(Strict(value)) => Ok(value),
        Err(error) if error.is_data() && error.to_string().starts_with(TWICE) => Err(Unread::Twice),
        Err(_) => Err(Unread::NoJson),
    }
}

/// A value all of whose objects have each key once.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading).map(Self)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Value;

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("JSON in which no key stands twice")
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
        Ok(Value::Bool(is))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if all.contains_key(&key) {
                return Err(A::Error::custom(format!("{TWICE}{key}")));
            }
            let Strict(value) = entries.next_value()?;
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Unread, read};

    #[test]
    fn each_value_is_read_as_it_is_and_a_key_that_stands_twice_is_found_at_any_depth() {
        let all = json!({"a": [null, true, -1, 7, 1.5, "x", {}], "b": {"a": []}});
        assert_eq!(read(&all.to_string()), Ok(all));
        for twice in [
            r#"{"a":1,"a":1}"#,
            r#"[{"b":{"a":1,"c":2,"a":3}}]"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert_eq!(read(twice), Err(Unread::Twice), "{twice}");
        }
        for none in ["", "{", "{\"a\":1}}", "{a:1}"] {
            assert_eq!(read(none), Err(Unread::NoJson), "{none}");
        }
        assert_eq!(read("null"), Ok(Value::Null));
    }
}
