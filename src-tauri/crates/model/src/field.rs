//! Images field by field: what a person keeps of somebody else's change, and what is restored.
//!
//! Three images of one object are compared: as it was before the step (`before`), as the step left
//! it (`ours`), and as somebody else left it (`found`). Each field in which `found` is not `before` is
//! kept or restored; the image that comes of it is what one undo writes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::dns::{RecordData, RecordSet, RecordType};
use crate::image::Image;

/// What becomes of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// The name of the field that holds every TTL of a name.
const TTL: &str = "ttl";
/// Each is a field of its own: its values, or where it is an alias to.
const TYPES: [RecordType; 3] = [RecordType::A, RecordType::Aaaa, RecordType::Cname];

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
    let (was, left, zone_id, name, is, beside) = match (before, ours, found) {
        (
            Image::RecordSets { sets: was, .. },
            Image::RecordSets { sets: left, .. },
            Image::RecordSets {
                zone_id,
                name,
                sets: is,
                beside,
            },
        ) => (was, left, zone_id, name, is, beside),
        (Image::Unknown(unknown), _, _)
        | (_, Image::Unknown(unknown), _)
        | (_, _, Image::Unknown(unknown)) => {
            return Err(FieldError::NotKnown(unknown.kind().to_owned()));
        }
    };
    if before.object() != found.object() || ours.object() != found.object() {
        return Err(FieldError::OtherObject);
    }
    let names: Vec<String> = std::iter::once(TTL.to_owned())
        .chain(TYPES.iter().map(ToString::to_string))
        .collect();
    if let Some(field) = choices.keys().find(|field| !names.contains(field)) {
        return Err(FieldError::Unknown {
            field: field.clone(),
            known: names.join(", "),
        });
    }
    let rows: Vec<FieldRow> = names
        .into_iter()
        .map(|field| {
            let [before, ours, found] = [was, left, is].map(|sets| words(sets, &field));
            FieldRow {
                differs: before != found,
                choice: choices.get(&field).copied(),
                field,
                before,
                ours,
                found,
            }
        })
        .collect();
    let mut three = ThreeWay { rows, to: None };
    if three.undecided().is_empty() {
        let mut sets = compose(&three.rows, was, is)?;
        sets.sort();
        three.to = Some(Image::RecordSets {
            zone_id: zone_id.clone(),
            name: name.clone(),
            sets,
            beside: beside.clone(),
        });
    }
    Ok(three)
}

fn compose(rows: &[FieldRow], was: &[RecordSet], is: &[RecordSet]) -> Result<Vec<RecordSet>, FieldError> {
    let source = |field: &str| {
        let restored = rows
            .iter()
            .any(|row| row.field == field && row.differs && row.choice == Some(FieldChoice::Restore));
        if restored { was } else { is }
    };
    let ttls = source(TTL);
    let mut sets = Vec::new();
    for kind in TYPES {
        for set in source(&kind.to_string()).iter().filter(|set| set.kind == kind) {
            sets.push(with_ttl_of(set, ttls)?);
        }
    }
    let cname = sets.iter().any(|set| set.kind == RecordType::Cname);
    if cname && sets.iter().any(|set| set.kind != RecordType::Cname) {
        return Err(FieldError::CnameBeside);
    }
    if sets.is_empty() && !was.is_empty() && !is.is_empty() {
        return Err(FieldError::NothingLeft);
    }
    Ok(sets)
}

/// The set with the TTL that it has among these, or that all of these have.
fn with_ttl_of(set: &RecordSet, among: &[RecordSet]) -> Result<RecordSet, FieldError> {
    if set.ttl().is_none() {
        return Ok(set.clone());
    }
    let same = among
        .iter()
        .find(|other| other.kind == set.kind && other.routing.set_identifier == set.routing.set_identifier);
    if let Some(ttl) = same.and_then(RecordSet::ttl) {
        return Ok(set.with_ttl(ttl));
    }
    let ttls: BTreeSet<u32> = among.iter().filter_map(RecordSet::ttl).collect();
    match (ttls.first(), ttls.len()) {
        (Some(ttl), 1) => Ok(set.with_ttl(*ttl)),
        // Only aliases there, or nothing: no TTL is kept or restored, so the set brings its own.
        (None, _) => Ok(set.clone()),
        _ => Err(FieldError::NoTtl(set.kind)),
    }
}

/// One field in words; two images have the same words exactly where the field is the same.
fn words(sets: &[RecordSet], field: &str) -> String {
    if field == TTL {
        let ttls: BTreeSet<u32> = sets.iter().filter_map(RecordSet::ttl).collect();
        return match (ttls.first(), ttls.len()) {
            (None, _) => "none".to_owned(),
            (Some(ttl), 1) => format!("{ttl} s"),
            _ => joined(sets.iter().filter_map(|set| {
                let ttl = set.ttl()?;
                Some(format!("{}{} {ttl} s", set.kind, identifier(set)))
            })),
        };
    }
    let of_type = sets.iter().filter(|set| set.kind.to_string() == field);
    let words = joined(of_type.map(|set| {
        let answer = match &set.data {
            RecordData::Values { values, .. } => values.join(", "),
            RecordData::Alias(alias) => {
                let health = if alias.evaluate_target_health {
                    ", evaluates target health"
                } else {
                    ""
                };
                format!("alias {} in {}{health}", alias.name.host(), alias.zone_id)
            }
        };
        format!("{answer}{}{}", identifier(set), routing(set))
    }));
    if words.is_empty() {
        "no record".to_owned()
    } else {
        words
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.collect();
    parts.sort();
    parts.join("; ")
}

fn identifier(set: &RecordSet) -> String {
    let id = set.routing.set_identifier.as_deref();
    id.map(|id| format!(" set {id:?}")).unwrap_or_default()
}

fn routing(set: &RecordSet) -> String {
    let words = set.routing.words();
    if words.is_empty() {
        words
    } else {
        format!(" ({words})")
    }
}

#[cfg(test)]
mod tests;
