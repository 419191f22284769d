//! Images field by field: what a person keeps of somebody else's change, and what is restored.
//!
//! Three images of one object are compared: as it was before the step (`before`), as the step left
//! it (`ours`), and as somebody else left it (`found`). Each field in which `found` is not `before` is
//! kept or restored; the image that comes of it is what one undo writes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::attempt::{FieldDifference, Finding};
use crate::dns::RecordType;
use crate::image::Image;

/// What becomes of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum FieldChoice {
    /// It stays as somebody else left it.
    Keep,
    /// It becomes again what it was before the step.
    Restore,
}

/// A choice for each field, by the field's name.
pub type FieldChoices = BTreeMap<String, FieldChoice>;

/// One field in the three images, and what would be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRow {
    /// Its name, as it is chosen by.
    pub field: String,
    /// As it was before the step.
    pub before: String,
    /// As the step left it.
    pub ours: String,
    /// As it is.
    pub found: String,
    /// Whether it is not as before, so that something must be said of it.
    pub differs: bool,
    /// What the person chose.
    pub choice: Option<FieldChoice>,
}

/// The three-way preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreeWay {
    /// Every field of the object.
    pub rows: Vec<FieldRow>,
    /// What would be there; none while a field that differs is not chosen for.
    pub to: Option<Image>,
}

impl ThreeWay {
    /// Fields of which nothing was said yet.
    #[must_use]
    pub fn undecided(&self) -> Vec<&str> {
        let open = self.rows.iter().filter(|row| row.differs && row.choice.is_none());
        open.map(|row| row.field.as_str()).collect()
    }

    /// Fields that stay as somebody else left them.
    #[must_use]
    pub fn kept(&self) -> Vec<String> {
        let kept = self.rows.iter().filter(|row| row.is_kept());
        kept.map(|row| row.field.clone()).collect()
    }

    /// Whether one of the kept fields is as the step left it: then its effect is still there.
    #[must_use]
    pub fn effect_stays(&self) -> bool {
        self.rows.iter().any(|row| row.is_kept() && row.found == row.ours)
    }
}

impl FieldRow {
    fn is_kept(&self) -> bool {
        self.differs && self.choice == Some(FieldChoice::Keep)
    }
}

/// Why fields can't be put together as chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// There is no such field.
    #[error("There is no field {field}: there are {known}.")]
    Unknown {
        /// As given.
        field: String,
        /// Those that there are.
        known: String,
    },
    /// The images are of different objects.
    #[error("The images are of different objects.")]
    OtherObject,
    /// What its fields are is not known.
    #[error("This program does not know the fields of a {0}: it was written by a newer program.")]
    NotKnown(String),
    /// RFC 1034, 3.6.2: a name with a CNAME has no other records.
    #[error("A CNAME can't stand beside other records of its name: keep or restore them together.")]
    CnameBeside,
    /// Route 53 has no empty name to leave behind.
    #[error("The name would be left without any record, which it never was.")]
    NothingLeft,
    /// Nothing says which of several TTLs a record would have.
    #[error(
        "The records there have different TTLs, and {0} has none there: keep or restore it with the TTL."
    )]
    NoTtl(RecordType),
}

/// One field of an image. Its name is a journalled identity; two images have the same words for it exactly
/// where the field is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value, for people.
    pub words: String,
}

impl Field {
    /// A field.
    #[must_use]
    pub fn new(name: &str, words: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            words: words.into(),
        }
    }
}

/// Puts the three images beside each other, and together as chosen.
///
/// # Errors
/// When a choice names no field, or the choices don't fit together.
pub fn three_way(
    before: &Image,
    ours: &Image,
    found: &Image,
    choices: &FieldChoices,
) -> Result<ThreeWay, FieldError> {
    for image in [before, ours, found] {
        if let Some(unknown) = image.unknown() {
            return Err(FieldError::NotKnown(unknown.kind().to_owned()));
        }
    }
    if before.object() != found.object() || ours.object() != found.object() {
        return Err(FieldError::OtherObject);
    }
    let [was, left, is] = [before, ours, found].map(Image::fields);
    let names: Vec<&str> = is.iter().map(|field| field.name.as_str()).collect();
    if let Some(field) = choices.keys().find(|field| !names.contains(&field.as_str())) {
        return Err(FieldError::Unknown {
            field: field.clone(),
            known: names.join(", "),
        });
    }
    let rows: Vec<FieldRow> = is
        .iter()
        .map(|field| {
            let words = |of: &[Field]| {
                let same = of.iter().find(|other| other.name == field.name);
                same.map(|other| other.words.clone()).unwrap_or_default()
            };
            let (before, ours) = (words(&was), words(&left));
            FieldRow {
                differs: before != field.words,
                choice: choices.get(&field.name).copied(),
                field: field.name.clone(),
                before,
                ours,
                found: field.words.clone(),
            }
        })
        .collect();
    let mut three = ThreeWay { rows, to: None };
    if three.undecided().is_empty() {
        let restored: BTreeSet<&str> = three
            .rows
            .iter()
            .filter(|row| row.differs && row.choice == Some(FieldChoice::Restore))
            .map(|row| row.field.as_str())
            .collect();
        three.to = Some(found.with_fields_of(before, &restored)?);
    }
    Ok(three)
}

/// What the world means, field by field: as after, as before, some of both, or something else. What an image
/// is judged by where its kind says nothing finer.
#[must_use]
pub fn judge(now: &Image, before: &Image, after: &Image) -> Finding {
    if [now, before, after].iter().any(|image| image.unknown().is_some()) {
        return Finding::Unclear {
            why: "The journal holds an image of this object that this program does not know: a newer Switchback wrote \
                  it."
            .to_owned(),
        };
    }
    if now.object() != before.object() || now.object() != after.object() {
        return Finding::Unclear {
            why: "What was read belongs to another object. Read it again.".to_owned(),
        };
    }
    if now.same_as(after) {
        return Finding::After;
    }
    if now.same_as(before) {
        return Finding::Before;
    }
    let (was, left) = (before.fields(), after.fields());
    let words = |of: &[Field], name: &str| {
        let same = of.iter().find(|other| other.name == name);
        same.map(|other| other.words.clone()).unwrap_or_default()
    };
    let differences: Vec<FieldDifference> = now
        .fields()
        .into_iter()
        .map(|field| FieldDifference {
            before: words(&was, &field.name),
            after: words(&left, &field.name),
            found: field.words,
            field: field.name,
        })
        .filter(|field| field.found != field.before || field.found != field.after)
        .collect();
    let foreign = differences
        .iter()
        .any(|field| field.found != field.before && field.found != field.after);
    match foreign {
        true => Finding::Other {
            found: now.clone(),
            differences,
        },
        false => Finding::Partial { differences },
    }
}

#[cfg(test)]
mod tests;
