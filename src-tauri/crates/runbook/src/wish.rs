//! What an action shall leave: where it is written, and what only the name and the zone tell of it.

use switchback_model::CheckKind;
use switchback_model::dns::{DnsName, RecordType};

use crate::draft::{DraftCheck, Expected};
use crate::notes::{Aside, Place};
use crate::reader::{Reader, Table};
use crate::records::Entry;

impl Reader<'_> {
    /// Where what the action shall leave is written, under one of these keys of it: in the target where a
    /// placeholder alone stands for it.
    pub fn wish(&self, t: &Table<'_>, keys: &[&str]) -> Option<Place> {
        let mut entries = t.entries_of("action").into_iter();
        let (key, at) = entries.find(|(written, _)| keys.contains(&written.as_str()))?;
        let given = t
            .raw_in("action", &key)
            .and_then(|text| {
                let name = text.value.strip_prefix("${")?.strip_suffix('}')?.to_owned();
                self.values.0.get(&name)
            })
            .and_then(|declared| declared.given);
        Some(Place {
            in_target: given.is_some(),
            at: given.unwrap_or(at),
        })
    }

    /// What only the name tells of the record sets that it shall answer.
    pub fn answers_of(
        &mut self,
        to: &[Entry],
        name: &DnsName,
        zone: Option<&DnsName>,
        zone_id: Option<&str>,
    ) {
        for entry in to {
            if entry.kind == RecordType::Cname && zone == Some(name) {
                self.error_at(
                    entry.place,
                    "cname-conflict",
                    "The zone's own name can't have a CNAME: it has SOA and NS records already.".to_owned(),
                    "Use an alias, or A and AAAA record sets.",
                );
            }
            if entry.leads_to(name, zone_id.unwrap_or_default()) {
                self.error_at(
                    entry.place,
                    "record-loop",
                    format!(
                        "{} would lead to itself, and nobody would get an answer.",
                        name.host()
                    ),
                    "Write the name of the side that it shall lead to.",
                );
            }
        }
    }

    /// An error in whichever file the place is.
    pub fn error_at(&mut self, place: Place, code: &'static str, message: String, fix: &str) {
        if place.in_target {
            self.asides.push(Aside {
                lint: false,
                code,
                at: place.at,
                message,
                fix: fix.to_owned(),
            });
        } else {
            self.notes.error(code, place.at, message, fix);
        }
    }
}

/// What the record checks among these expect.
pub(crate) fn expected(checks: &[DraftCheck]) -> Vec<Expected> {
    let expected = checks
        .iter()
        .filter_map(|check| match &check.spec.as_ref()?.kind {
            CheckKind::Record { name, values, .. } => Some(Expected {
                name: name.clone(),
                lines: values.clone(),
                ttls: check.ttls.clone(),
            }),
            _ => None,
        });
    expected.collect()
}
