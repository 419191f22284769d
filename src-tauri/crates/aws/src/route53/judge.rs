//! What the records now mean, given those before and after the apply.

use std::collections::BTreeMap;

use switchback_model::dns::{RecordData, RecordSet, RecordType};
use switchback_model::{FieldDifference, Finding, Image};

use super::plan::same;

/// A field: type, identifier of the set, what of it.
type Field = (RecordType, Option<String>, &'static str);

const ANSWER: &str = "answer";
const TTL: &str = "TTL";
const ROUTING: &str = "routing";
const ABSENT: &str = "no record";

/// Compares three images of one object.
pub(crate) fn judge(now: &Image, before: &Image, after: &Image) -> Finding {
    let (
        Image::RecordSets { sets: n, .. },
        Image::RecordSets { sets: b, .. },
        Image::RecordSets { sets: a, .. },
    ) = (now, before, after)
    else {
        return Finding::Unclear {
            why: "The journal holds an image of these records that this program does not know: a newer Switchback \
                  wrote it."
                .to_owned(),
        };
    };
    if now.object() != before.object() || now.object() != after.object() {
        return Finding::Unclear {
            why: "The records that were read belong to another name or zone. Read them again.".to_owned(),
        };
    }
    if same(n, a) {
        return Finding::After;
    }
    if same(n, b) {
        return Finding::Before;
    }
    let (n, b, a) = (fields(n), fields(b), fields(a));
    let mut keys: Vec<&Field> = n.keys().chain(b.keys()).chain(a.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut foreign = false;
    let mut differences = Vec::new();
    for key in keys {
        let at =
            |fields: &BTreeMap<Field, String>| fields.get(key).cloned().unwrap_or_else(|| ABSENT.to_owned());
        let (found, before, after) = (at(&n), at(&b), at(&a));
        if found == before && found == after {
            continue;
        }
        foreign |= found != before && found != after;
        let (kind, identifier, what) = key;
        let set = identifier
            .as_ref()
            .map(|id| format!(" set {id:?}"))
            .unwrap_or_default();
        differences.push(FieldDifference {
            field: format!("{kind}{set} {what}"),
            found,
            before,
            after,
        });
    }
    if foreign {
        Finding::Other {
            found: now.clone(),
            differences,
        }
    } else {
        Finding::Partial { differences }
    }
}

fn fields(sets: &[RecordSet]) -> BTreeMap<Field, String> {
    let mut fields = BTreeMap::new();
    for set in sets.iter().map(RecordSet::normal) {
        let (answer, ttl) = match &set.data {
            RecordData::Values { ttl, values } => (values.join(", "), format!("{ttl} s")),
            RecordData::Alias(alias) => {
                let health = if alias.evaluate_target_health {
                    ", evaluates target health"
                } else {
                    ""
                };
                (
                    format!("alias {} in {}{health}", alias.name.host(), alias.zone_id),
                    "fixed by alias".to_owned(),
                )
            }
        };
        let words = match set.routing.words() {
            words if words.is_empty() => "simple".to_owned(),
            words => words,
        };
        let mut put = |what: &'static str, value: String| {
            fields.insert((set.kind, set.routing.set_identifier.clone(), what), value);
        };
        put(ANSWER, answer);
        put(TTL, ttl);
        put(ROUTING, words);
    }
    fields
}
