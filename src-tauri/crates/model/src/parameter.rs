//! Parameter Store (Systems Manager): a parameter as an action and a check name it, and as far as one write of
//! it replaces it. Values are marked as sensitive by the API, so none gets into a log.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::field::Field;

/// Gives a parameter of Parameter Store, which is there already, another value. A text or a list of texts: a
/// `SecureString` is refused.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetParameter {
    /// Its name, as written in full: `/tis/usermanagement/profiles`.
    pub name: String,
    /// The value that it shall have.
    pub value: String,
}

impl fmt::Debug for SetParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetParameter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A parameter of Parameter Store has this value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterCheck {
    /// Its name, as written in full.
    pub name: String,
    /// The value expected.
    pub value: String,
}

impl fmt::Debug for ParameterCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParameterCheck")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Everything that `PutParameter` writes anew. Its version is no part of it: it only ever rises.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// `String` or `StringList`; a `SecureString` has no image.
    #[serde(rename = "type")]
    pub kind: String,
    /// `Standard`, `Advanced` or `Intelligent-Tiering`.
    pub tier: String,
    /// `text`.
    pub data_type: String,
    /// Its value.
    pub value: String,
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
        vec![
            Field::new("value", &self.value),
            Field::new("type", &self.kind),
            Field::new("tier", &self.tier),
            Field::new("data type", &self.data_type),
            Field::new("description", or_none(&self.description)),
            Field::new("allowed pattern", or_none(&self.allowed_pattern)),
        ]
    }

    /// This one with these fields as they were.
    pub(crate) fn with_fields_of(&self, was: &Self, restored: &BTreeSet<&str>) -> Self {
        let source = |field: &str| if restored.contains(field) { was } else { self };
        Self {
            value: source("value").value.clone(),
            kind: source("type").kind.clone(),
            tier: source("tier").tier.clone(),
            data_type: source("data type").data_type.clone(),
            description: source("description").description.clone(),
            allowed_pattern: source("allowed pattern").allowed_pattern.clone(),
        }
    }

    /// One line a field that says something.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.value.clone(), format!("{}, {} tier", self.kind, self.tier)];
        lines.extend(
            self.description
                .as_ref()
                .map(|text| format!("description: {text}")),
        );
        let pattern = self.allowed_pattern.as_ref();
        lines.extend(pattern.map(|pattern| format!("allowed pattern: {pattern}")));
        lines
    }
}
