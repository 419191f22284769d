//! Parameter Store (Systems Manager): a parameter as an action and a check name it, and as far as one write of
//! it replaces it. Values are marked as sensitive by the API, so none gets into a log.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attempt::{FieldDifference, Finding};
use crate::field::Field;
use crate::image::Image;
use crate::list;

/// Writes a parameter of Parameter Store, which is there already.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenSet", into = "WrittenSet")]
pub struct SetParameter {
    /// Its name, as written in full: `/tis/usermanagement/profiles`.
    pub name: String,
    /// What it shall have.
    pub wish: ParameterWish,
    /// Whether it is a `SecureString`, so that its images are sealed. Only appended to: a whole value of it would
    /// stand in the plan.
    pub secure: bool,
}

/// What a parameter shall have.
#[derive(Clone, PartialEq, Eq)]
pub enum ParameterWish {
    /// This value, whatever is there.
    Value(String),
    /// These items too, behind those of the list that is there.
    Append(Vec<String>),
}

impl fmt::Debug for SetParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetParameter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl SetParameter {
    /// The items that are appended; none where the value is replaced.
    #[must_use]
    pub fn append(&self) -> Option<&[String]> {
        match &self.wish {
            ParameterWish::Value(_) => None,
            ParameterWish::Append(items) => Some(items),
        }
    }

    /// The value that it shall have where this one is there.
    #[must_use]
    pub fn wished(&self, now: &str) -> String {
        match &self.wish {
            ParameterWish::Value(value) => value.clone(),
            ParameterWish::Append(items) => list::with(now, &list::missing(now, items)),
        }
    }

    /// Of an append, its items that are not there before it: those that it adds, and that its undo takes out.
    #[must_use]
    pub fn ours(&self, before: &Image) -> Option<Vec<String>> {
        let (items, was) = (self.append()?, self.content(before)?);
        let ours = list::missing(&was.value, items).into_iter();
        Some(ours.map(str::to_owned).collect())
    }

    /// What the way back leaves where `now` is there: of an append what is there without our items, so that what
    /// others appended meanwhile survives; else what was there before.
    #[must_use]
    pub fn back(&self, now: &Image, before: &Image) -> Image {
        let (Some(items), Some(is), Some(was)) = (self.append(), self.content(now), self.content(before))
        else {
            return before.clone();
        };
        let ours = list::missing(&was.value, items);
        Image::Parameter {
            name: self.name.clone(),
            content: Box::new(Parameter {
                value: list::without(&is.value, &ours),
                ..is.clone()
            }),
        }
    }

    /// What the world means for an append: by our items alone, those that were not there before. What else is in
    /// the list, and everything else about the parameter, is others' to change.
    #[must_use]
    pub fn judge(&self, now: &Image, before: &Image, after: &Image) -> Finding {
        let images = (self.content(now), self.content(before), self.content(after));
        let (Some(items), (Some(is), Some(was), Some(left))) = (self.append(), images) else {
            return crate::field::judge(now, before, after);
        };
        let ours = list::missing(&was.value, items);
        // Where all of them were there before, they shall still be.
        let looked_for = match ours.is_empty() {
            true => items.iter().map(String::as_str).collect(),
            false => ours.clone(),
        };
        let there = looked_for
            .iter()
            .filter(|item| list::has(&is.value, item))
            .count();
        if there == looked_for.len() {
            return Finding::After;
        }
        let differences = vec![FieldDifference {
            field: "value".to_owned(),
            found: is.shown(),
            before: was.shown(),
            after: left.shown(),
        }];
        match (there, ours.is_empty()) {
            (0, false) => Finding::Before,
            (_, false) => Finding::Partial { differences },
            (_, true) => Finding::Other {
                found: now.clone(),
                differences,
            },
        }
    }

    fn content<'a>(&self, image: &'a Image) -> Option<&'a Parameter> {
        match image {
            Image::Parameter { name, content } if *name == self.name => Some(content),
            Image::Parameter { .. }
            | Image::RecordSets { .. }
            | Image::Service { .. }
            | Image::RuleAction { .. }
            | Image::MethodSettings { .. }
            | Image::Authorizer { .. }
            | Image::Api { .. }
            | Image::StagePointer { .. }
            | Image::Verdicts { .. }
            | Image::Distribution { .. }
            | Image::Canary { .. }
            | Image::Unknown(_) => None,
        }
    }
}

/// As it stands in a plan: either key, never both. A program that does not know `append` misses `value`, and meets
/// an action that it does not know.
#[derive(Serialize, Deserialize)]
struct WrittenSet {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    append: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "is_false")]
    secure: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl From<SetParameter> for WrittenSet {
    fn from(set: SetParameter) -> Self {
        let (value, append) = match set.wish {
            ParameterWish::Value(value) => (Some(value), None),
            ParameterWish::Append(items) => (None, Some(items)),
        };
        Self {
            name: set.name,
            value,
            append,
            secure: set.secure,
        }
    }
}

impl TryFrom<WrittenSet> for SetParameter {
    type Error = &'static str;

    fn try_from(written: WrittenSet) -> Result<Self, Self::Error> {
        let wish = match (written.value, written.append) {
            (Some(value), None) if !written.secure => ParameterWish::Value(value),
            (None, Some(items)) if !items.is_empty() => ParameterWish::Append(items),
            _ => return Err("a parameter is given a value, or items are appended to it"),
        };
        Ok(Self {
            name: written.name,
            wish,
            secure: written.secure,
        })
    }
}

/// A parameter of Parameter Store is as expected.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenCheck", into = "WrittenCheck")]
pub struct ParameterCheck {
    /// Its name, as written in full.
    pub name: String,
    /// What is expected of it.
    pub expected: ParameterExpected,
    /// Whether it is a `SecureString`: then its items are looked for, and nothing else of it is told.
    pub secure: bool,
}

/// What is expected of a parameter's value.
#[derive(Clone, PartialEq, Eq)]
pub enum ParameterExpected {
    /// It is this.
    Value(String),
    /// It is a list that has these items, and may have others.
    Contains(Vec<String>),
    /// It is a list that has none of these items.
    Lacks(Vec<String>),
}

impl ParameterExpected {
    /// Whether a value is as expected.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        match self {
            Self::Value(expected) => value == expected,
            Self::Contains(items) => items.iter().all(|item| list::has(value, item)),
            Self::Lacks(items) => !items.iter().any(|item| list::has(value, item)),
        }
    }
}

impl fmt::Debug for ParameterCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParameterCheck")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// As it stands in a plan: one of the three keys. A program that does not know the later two misses `value`, and
/// meets a check that it does not know.
#[derive(Serialize, Deserialize)]
struct WrittenCheck {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contains: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lacks: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "is_false")]
    secure: bool,
}

impl From<ParameterCheck> for WrittenCheck {
    fn from(check: ParameterCheck) -> Self {
        let (value, contains, lacks) = match check.expected {
            ParameterExpected::Value(value) => (Some(value), None, None),
            ParameterExpected::Contains(items) => (None, Some(items), None),
            ParameterExpected::Lacks(items) => (None, None, Some(items)),
        };
        Self {
            name: check.name,
            value,
            contains,
            lacks,
            secure: check.secure,
        }
    }
}

impl TryFrom<WrittenCheck> for ParameterCheck {
    type Error = &'static str;

    fn try_from(written: WrittenCheck) -> Result<Self, Self::Error> {
        let expected = match (written.value, written.contains, written.lacks) {
            (Some(value), None, None) if !written.secure => ParameterExpected::Value(value),
            (None, Some(items), None) if !items.is_empty() => ParameterExpected::Contains(items),
            (None, None, Some(items)) if !items.is_empty() => ParameterExpected::Lacks(items),
            _ => return Err("of a parameter a value is expected, or items, or none of them"),
        };
        Ok(Self {
            name: written.name,
            expected,
            secure: written.secure,
        })
    }
}

/// The type of a parameter whose value is encrypted.
pub const SECURE: &str = "SecureString";

/// Everything that `PutParameter` writes anew. Its version is no part of it: it only ever rises.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// `String`, `StringList` or `SecureString`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `Standard`, `Advanced` or `Intelligent-Tiering`.
    pub tier: String,
    /// `text`.
    pub data_type: String,
    /// Its value; of a `SecureString` decrypted, so that its image is sealed and nothing here shows it.
    pub value: String,
    /// The key of a `SecureString`, as it was named. A write that does not name it encrypts with the account's own
    /// key instead (API reference, PutParameter).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// What it is for, in the words of whoever made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The pattern that every value must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_pattern: Option<String>,
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameter")
            .field("kind", &self.kind)
            .field("tier", &self.tier)
            .finish_non_exhaustive()
    }
}

impl Parameter {
    /// Every field.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let key = self.key_id.as_ref().map(|key| Field::new("key", key));
        let fields = vec![
            Field::new("value", self.shown()),
            Field::new("type", &self.kind),
            Field::new("tier", &self.tier),
            Field::new("data type", &self.data_type),
            Field::new("description", or_none(&self.description)),
            Field::new("allowed pattern", or_none(&self.allowed_pattern)),
        ];
        fields.into_iter().chain(key).collect()
    }

    /// Its value, for people; of a `SecureString` how many items it has, and no more.
    #[must_use]
    pub fn shown(&self) -> String {
        if !self.is_secure() {
            return self.value.clone();
        }
        match list::items(&self.value).count() {
            1 => "1 item, not shown".to_owned(),
            items => format!("{items} items, not shown"),
        }
    }

    /// Whether it is a `SecureString`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.kind == SECURE
    }

    /// This one with these fields as they were.
    pub(crate) fn with_fields_of(&self, was: &Self, restored: &BTreeSet<&str>) -> Self {
        let source = |field: &str| if restored.contains(field) { was } else { self };
        Self {
            value: source("value").value.clone(),
            kind: source("type").kind.clone(),
            tier: source("tier").tier.clone(),
            data_type: source("data type").data_type.clone(),
            key_id: source("key").key_id.clone(),
            description: source("description").description.clone(),
            allowed_pattern: source("allowed pattern").allowed_pattern.clone(),
        }
    }

    /// One line a field that says something.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.shown(), format!("{}, {} tier", self.kind, self.tier)];
        lines.extend(self.key_id.as_ref().map(|key| format!("key: {key}")));
        lines.extend(self.description.as_ref().map(|text| match self.is_secure() {
            true => "description: kept, not shown".to_owned(),
            false => format!("description: {text}"),
        }));
        let pattern = self.allowed_pattern.as_ref();
        lines.extend(pattern.map(|pattern| format!("allowed pattern: {pattern}")));
        lines
    }
}

#[cfg(test)]
mod tests;
