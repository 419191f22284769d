//! The record sets of a name, field by field.

use std::collections::BTreeSet;

use crate::dns::{RecordData, RecordSet, RecordType};
use crate::field::{Field, FieldError};

/// The name of the field that holds every TTL of a name.
const TTL: &str = "ttl";
/// Each is a field of its own: its values, or where it is an alias to.
const TYPES: [RecordType; 3] = [RecordType::A, RecordType::Aaaa, RecordType::Cname];

/// Every field of these sets.
pub(super) fn fields(sets: &[RecordSet]) -> Vec<Field> {
    std::iter::once(TTL.to_owned())
        .chain(TYPES.iter().map(ToString::to_string))
        .map(|name| Field {
            words: words(sets, &name),
            name,
        })
        .collect()
}

/// Whether both show the same in the world, whatever their order and spelling.
pub(super) fn same(ours: &[RecordSet], theirs: &[RecordSet]) -> bool {
    let sorted = |sets: &[RecordSet]| {
        let mut sets: Vec<RecordSet> = sets.iter().map(RecordSet::normal).collect();
        sets.sort();
        sets
    };
    sorted(ours) == sorted(theirs)
}

/// The sets that are there, with these fields as they were.
pub(super) fn with_fields_of(
    was: &[RecordSet],
    is: &[RecordSet],
    restored: &BTreeSet<&str>,
) -> Result<Vec<RecordSet>, FieldError> {
    let source = |field: &str| if restored.contains(field) { was } else { is };
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
    sets.sort();
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
