//! Enums whose tag stands inside their object, as `#[serde(tag = "..")]` writes them, read without a
//! detour.
//!
//! serde's own reader of such enums first copies the whole object into a tree, because the tag may stand
//! anywhere, and takes the variant out of that. Ours is written first, always; a journal is parsed in a little more
//! than half the time when that is used (`docs/performance.md`). A tag that stands elsewhere is still found, by the detour.
//!
//! An enum that is read so derives with `#[serde(remote = "Self")]`, which makes serde's functions for
//! the tag *outside*, and gives them [`Reader`] and [`Writer`] in its own implementations ([`tagged!`] where nothing
//! else is to be said).
//!
//! Whatever holds an image has to be read so: an image looks at its own text, which serde's copy of an object does not
//! have any more. What is flattened into another object is read by way of [`from_tree`], which does.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny, MapAccess,
    VariantAccess, Visitor,
};
use serde::{Deserialize as _, forward_to_deserialize_any};
use serde_json::Value;

mod write;

pub(crate) use write::Inside as Writer;

/// A deserialiser that shows an enum with its tag inside as one with its tag outside.
pub(crate) struct Reader<D> {
    inner: D,
    tag: &'static str,
}

impl<D> Reader<D> {
    pub(crate) fn new(inner: D, tag: &'static str) -> Self {
        Self { inner, tag }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Reader<D> {
    type Error = D::Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Object {
            tag: self.tag,
            visitor,
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("only an enum has its tag inside"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Object<V> {
    tag: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Object<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a field `{}`", self.tag)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        match map.next_key_seed(Key(self.tag))? {
            None => Err(A::Error::missing_field(self.tag)),
            Some(None) => self.visitor.visit_enum(First(map)),
            Some(Some(first)) => self.detour(first, map),
        }
    }
}

impl<V> Object<V> {
    /// The tag does not stand first: everything is read, then it is looked for.
    fn detour<'de, A>(self, first: String, mut map: A) -> Result<V::Value, A::Error>
    where
        A: MapAccess<'de>,
        V: Visitor<'de>,
    {
        let mut rest = serde_json::Map::new();
        rest.insert(first, map.next_value()?);
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            rest.insert(key, value);
        }
        let tag = rest
            .shift_remove(self.tag)
            .ok_or_else(|| A::Error::missing_field(self.tag))?;
        // Values of a tree own their text: nothing of them can be borrowed from the input.
        let found = Found {
            tag,
            rest,
            error: PhantomData::<A::Error>,
        };
        self.visitor.visit_enum(found)
    }
}

/// Whether a key is the tag; another one is kept.
struct Key(&'static str);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<String>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok((key != self.0).then(|| key.to_owned()))
    }
}

/// The tag was the first key; its value and the other fields follow.
struct First<A>(A);

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for First<A> {
    type Error = A::Error;
    type Variant = Self;
    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), A::Error> {
        let variant = self.0.next_value_seed(seed)?;
        Ok((variant, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for First<A> {
    type Error = A::Error;

    fn unit_variant(mut self) -> Result<(), A::Error> {
        while self.0.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        seed.deserialize(MapAccessDeserializer::new(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("a variant with a tag inside has named fields"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.0)
    }
}

/// The tag was found behind other fields.
struct Found<E> {
    tag: Value,
    rest: serde_json::Map<String, Value>,
    error: PhantomData<E>,
}

impl<'de, E: de::Error> EnumAccess<'de> for Found<E> {
    type Error = E;
    type Variant = Self;
    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), E> {
        let variant = seed.deserialize(self.tag.take()).map_err(E::custom)?;
        Ok((variant, self))
    }
}

impl<'de, E: de::Error> VariantAccess<'de> for Found<E> {
    type Error = E;

    fn unit_variant(self) -> Result<(), E> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, E> {
        seed.deserialize(Value::Object(self.rest)).map_err(E::custom)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, E> {
        Err(E::custom("a variant with a tag inside has named fields"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, E> {
        Value::Object(self.rest)
            .deserialize_map(visitor)
            .map_err(E::custom)
    }
}

/// Reads what is flattened into another object: serde has copied that already, and an image can't be read from its copy.
pub(crate) fn from_tree<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<T, D::Error> {
    let fields = serde_json::Map::deserialize(deserializer)?;
    T::deserialize(Value::Object(fields)).map_err(D::Error::custom)
}

/// Reads and writes an enum with its tag inside.
macro_rules! tagged {
    ($of:ty, $tag:literal) => {
        impl serde::Serialize for $of {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, crate::tagged::Writer::new(serializer, $tag))
            }
        }

        impl<'de> serde::Deserialize<'de> for $of {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(crate::tagged::Reader::new(deserializer, $tag))
            }
        }
    };
}
pub(crate) use tagged;

#[cfg(test)]
mod tests;
