//! The inputs that a runbook declares and a target fills, and their types.

use std::collections::BTreeMap;
use std::net::IpAddr;

use switchback_model::dns::DnsName;
use toml::de::DeValue;

use crate::notes::{At, Located, suggestion};
use crate::reader::{Item, Reader, Table};
use crate::records::Entry;

/// The type of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueType {
    Text,
    Texts,
    Dns,
    Records,
    Ip,
    Url,
    Seconds,
    Number,
}

pub(crate) const VALUE_TYPES: &[(&str, ValueType)] = &[
    (ValueType::Text.word(), ValueType::Text),
    (ValueType::Texts.word(), ValueType::Texts),
    (ValueType::Dns.word(), ValueType::Dns),
    (ValueType::Records.word(), ValueType::Records),
    (ValueType::Ip.word(), ValueType::Ip),
    (ValueType::Url.word(), ValueType::Url),
    (ValueType::Seconds.word(), ValueType::Seconds),
    (ValueType::Number.word(), ValueType::Number),
];

impl ValueType {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Texts => "strings",
            Self::Dns => "dns-name",
            Self::Records => "record-sets",
            Self::Ip => "ip",
            Self::Url => "url",
            Self::Seconds => "seconds",
            Self::Number => "number",
        }
    }
}

impl ValueType {
    /// Whether it stands whole behind a key, and never within a text.
    pub const fn is_list(self) -> bool {
        match self {
            Self::Texts | Self::Records => true,
            Self::Text | Self::Dns | Self::Ip | Self::Url | Self::Seconds | Self::Number => false,
        }
    }
}

/// An input's value, checked against its type once; it is never parsed again.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Texts(Vec<String>),
    Dns(DnsName),
    Records(Vec<Entry>),
    Ip(IpAddr),
    Url(String),
    Seconds(u32),
    Number(u32),
}

impl Value {
    /// The text that a placeholder becomes; none for a list of texts and for record sets.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Url(text) => Some(text.clone()),
            Self::Dns(name) => Some(name.host().to_owned()),
            Self::Ip(address) => Some(address.to_string()),
            Self::Seconds(number) | Self::Number(number) => Some(number.to_string()),
            Self::Texts(_) | Self::Records(_) => None,
        }
    }
}

/// One declared input.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub ty: ValueType,
    pub at: At,
    /// Absent without a target, or when the target's value is wrong.
    pub bound: Option<Value>,
    /// Where the target gives it.
    pub given: Option<At>,
}

/// All declared inputs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values(pub BTreeMap<String, Declared>);

/// Reads `[values.NAME]` of a runbook.
pub(crate) fn declarations(reader: &mut Reader<'_>, root: &mut Table<'_>) -> Values {
    let mut values = Values::default();
    let Some(table) = reader.may(root, "values", |r, item| r.table(item, "values")) else {
        return values;
    };
    for (name, item) in table.entries() {
        if !well_named(&name.value) {
            reader.notes.error(
                "invalid-id",
                name.at,
                format!("{:?} is not a valid name of a value.", name.value),
                "Use 1 to 64 of a-z, 0-9 and '_', starting with a letter.",
            );
        }
        let Some(mut declared) = reader.table(item, "value") else {
            continue;
        };
        let ty = reader.must(&mut declared, "type", |r, item| r.choice(item, VALUE_TYPES));
        reader.must(&mut declared, "description", Reader::literal);
        reader.finish(declared);
        // An unknown type was reported; as a text it causes no further errors.
        let ty = ty.unwrap_or(ValueType::Text);
        values.0.insert(
            name.value,
            Declared {
                ty,
                at: name.at,
                bound: None,
                given: None,
            },
        );
    }
    values
}

pub(crate) fn well_named(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Fills the declared inputs from a target's `[values]`.
pub(crate) fn bind(target: &mut Reader<'_>, root: &mut Table<'_>, values: &mut Values) {
    let table = target.may(root, "values", |r, item| r.table(item, "values"));
    let at = table.as_ref().map_or(root.at, |table| table.at);
    let entries = table.map(|table| table.entries()).unwrap_or_default();
    for (name, item) in &entries {
        let Some(declared) = values.0.get_mut(&name.value) else {
            let known: Vec<&str> = values.0.keys().map(String::as_str).collect();
            target.notes.error(
                "value-unknown",
                name.at,
                format!("The runbook declares no value `{}`.", name.value),
                suggestion(&name.value, &known),
            );
            continue;
        };
        declared.given = Some(item.span().into());
        declared.bound = value(target, name, item, declared.ty);
    }
    for (name, declared) in &values.0 {
        if !entries.iter().any(|(given, _)| given.value == *name) {
            target.notes.error(
                "value-missing",
                at,
                format!("The target gives no value `{name}`."),
                format!(
                    "Add `{name} = …` under [values]; its type is {}.",
                    declared.ty.word()
                ),
            );
        }
    }
}

fn value(target: &mut Reader<'_>, name: &Located<String>, item: Item<'_>, ty: ValueType) -> Option<Value> {
    let fits = match ty {
        ValueType::Text | ValueType::Dns | ValueType::Ip | ValueType::Url => item.get_ref().is_str(),
        ValueType::Seconds => item.get_ref().is_integer() || item.get_ref().is_str(),
        ValueType::Number => item.get_ref().is_integer(),
        ValueType::Texts | ValueType::Records => matches!(item.get_ref(), DeValue::Array(_)),
    };
    if !fits {
        target.notes.error(
            "value-type",
            item.span().into(),
            format!(
                "The runbook declares `{}` as {}, but this is {}.",
                name.value,
                ty.word(),
                crate::reader::type_of(item.get_ref())
            ),
            match ty {
                ValueType::Seconds => "Write whole seconds, or a duration such as \"5 min\".",
                ValueType::Number => "Write a whole number without quotes.",
                ValueType::Records => {
                    "Write a list such as [{ type = \"A\", ttl = 60, values = [\"192.0.2.10\"] }]."
                }
                ValueType::Texts => "Write a list such as [\"one\", \"two\"].",
                ValueType::Text | ValueType::Dns | ValueType::Ip | ValueType::Url => "Write it in quotes.",
            },
        );
        return None;
    }
    match ty {
        ValueType::Text => target.text(item).map(Value::Text),
        ValueType::Texts => target.texts(item).map(Value::Texts),
        ValueType::Dns => target.dns_name(item).map(Value::Dns),
        ValueType::Ip => target.ip(item).map(Value::Ip),
        ValueType::Url => target.url(item).map(Value::Url),
        ValueType::Seconds => target.seconds(item).map(Value::Seconds),
        ValueType::Number => target.number(item).map(Value::Number),
        ValueType::Records => target.records(item).map(Value::Records),
    }
}
