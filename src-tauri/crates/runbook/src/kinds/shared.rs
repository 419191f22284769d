//! Keys that kinds of several services share, so that they mean the same everywhere.

use super::key::{Key, Shape};
use crate::fields::cut;
use crate::reader::{Item, Reader, Table};

/// The owner of a record set.
pub(super) const NAME: Key = Key::needed(
    "name",
    Shape::Text,
    "The record's name",
    "\"apps.example.nhs.test\"",
);

pub(super) const ZONE: Key = Key::needed("zone", Shape::Text, "The zone's name", "\"example.nhs.test\"");

pub(super) const ADDRESS: Key = Key::optional(
    "address",
    Shape::Text,
    "The address to dial instead of asking DNS",
    "\"198.51.100.20\"",
);

/// The one of these keys that is written; all of them are asked for, so that none is unknown.
pub(super) fn one_of<const N: usize>(
    r: &mut Reader<'_>,
    t: &mut Table<'_>,
    keys: [&'static str; N],
) -> Option<&'static str> {
    let written: Vec<&str> = keys.into_iter().filter(|key| t.get(key).is_some()).collect();
    let said = |keys: &[&str]| {
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        keys.join(" and ")
    };
    let (code, at, message) = match written.as_slice() {
        [one] => return Some(one),
        [] => (
            "missing-key",
            t.at,
            format!("This {} has none of {}.", t.what, said(&keys)),
        ),
        [_, second, ..] => (
            "either-key",
            t.at_key(second),
            format!(
                "{} stand both here: exactly one of them can hold.",
                said(&written)
            ),
        ),
    };
    r.notes
        .error(code, at, message, format!("Write one of {}.", said(&keys)));
    None
}

/// A list of texts, all of which could be read: without a target a placeholder has no value, and nothing can be said of
/// the list then.
pub(super) fn all_texts(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<String>> {
    let written = match item.get_ref() {
        toml::de::DeValue::Array(items) => Some(items.len()),
        _ => None,
    };
    let texts = r.texts(item)?;
    written
        .is_none_or(|written| written == texts.len())
        .then_some(texts)
}

/// A name or an id of something at AWS: never an ARN, because the region and the account are the target's.
pub(super) fn aws_name(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let name = r.text(item)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let message = if name.starts_with("arn:") {
        "This is an ARN: write the name or the id alone, and the target says where."
    } else if name.is_empty() || name.len() > 128 || !name.chars().all(plain) {
        "A name or an id here has 1 to 128 letters, digits, '_' and '-'."
    } else {
        return Some(name);
    };
    r.notes.error(
        "aws-name",
        item.span().into(),
        message,
        "Write it as the AWS console shows it.",
    );
    None
}

/// A URL of which host and path alone are asked.
pub(super) fn plain_url(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let url = r.url(item)?;
    if !url.contains(['?', '#']) {
        return Some(url);
    }
    r.notes.error(
        "url",
        item.span().into(),
        format!(
            "{:?} can't be used as a URL: it has a query or a fragment.",
            cut(&url)
        ),
        "End it with its path.",
    );
    None
}
