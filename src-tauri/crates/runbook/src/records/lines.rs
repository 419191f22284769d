//! The lines of a `route53.record` check.

use switchback_model::dns::{AliasTarget, RecordData, RecordType, Routing};

use super::{Entry, RECORD_TYPES};
use crate::fields::cut;
use crate::notes::{At, Located, Place};
use crate::reader::{Item, Reader};

/// What separates the answer of a line from its share.
const WEIGHT: &str = " weight ";

impl Reader<'_> {
    /// The lines of a `route53.record` check: written out, or from a value of type record-sets; then their
    /// TTLs are remembered for the lints.
    pub fn record_lines(&mut self, item: Item<'_>) -> Option<Vec<String>> {
        if let Some(filled) = self.whole_records(item) {
            self.expected_ttls = filled.as_ref().map(|entries| {
                let ttls = entries.iter().filter_map(|entry| match &entry.data {
                    RecordData::Values { ttl, .. } => Some(*ttl),
                    RecordData::Alias(_) => None,
                });
                ttls.collect()
            });
            return filled.map(|entries| sorted(entries.iter().map(Entry::line).collect()));
        }
        let texts = self.located_texts(item)?;
        let lines: Option<Vec<String>> = texts.into_iter().map(|text| self.record_line(&text)).collect();
        lines.map(sorted)
    }

    fn record_line(&mut self, text: &Located<String>) -> Option<String> {
        let at = text.at;
        let (word, rest) = text.value.split_once(' ').unwrap_or((&text.value, ""));
        let kind = RECORD_TYPES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, kind)| *kind);
        let Some(kind) = kind else {
            self.notes.error(
                "record-line",
                at,
                format!("{:?} is not a line of a record set.", cut(&text.value)),
                "Write \"A 192.0.2.10\", \"A 192.0.2.10,192.0.2.11\", \"A alias d111111abcdef8.cloudfront.net\" or \
                 \"A 192.0.2.10 weight 90 set blue\".",
            );
            return None;
        };
        let (answer, routing) = match rest.find(WEIGHT) {
            None => (rest, Routing::default()),
            Some(cut) => (&rest[..cut], self.share(&rest[cut + WEIGHT.len()..], at)?),
        };
        let data = self.answer(kind, answer.trim(), at)?;
        let place = Place {
            in_target: !self.templates,
            at,
        };
        Some(
            Entry {
                kind,
                data,
                routing,
                place,
            }
            .line(),
        )
    }

    fn answer(&mut self, kind: RecordType, answer: &str, at: At) -> Option<RecordData> {
        if let Some(name) = answer.strip_prefix("alias ") {
            let Ok(name) = switchback_model::dns::DnsName::new(name) else {
                self.notes.error(
                    "invalid-name",
                    at,
                    "The alias names no DNS name.",
                    "Correct the name.",
                );
                return None;
            };
            return Some(RecordData::Alias(AliasTarget {
                zone_id: String::new(),
                name,
                evaluate_target_health: false,
            }));
        }
        let values = answer.split(',').map(|value| Located {
            value: value.trim().to_owned(),
            at: self.notes.within(at, value.trim()),
        });
        let values = values.collect();
        let values = self.record_values(kind, values, at)?;
        Some(RecordData::Values { ttl: 0, values })
    }

    /// `90 set blue`, or with a health check between the two.
    fn share(&mut self, text: &str, at: At) -> Option<Routing> {
        let read = text.split_once(" set ").and_then(|(share, id)| {
            let (weight, health) = match share.split_once(" health check ") {
                Some((weight, health)) => (weight, Some(health.to_owned())),
                None => (share, None),
            };
            let weight = weight.trim().parse::<u8>().ok()?;
            Some(Routing {
                health_check_id: health,
                ..Routing::weighted(id.to_owned(), weight)
            })
        });
        if read.is_none() {
            self.notes.error(
                "record-line",
                at,
                "The share of this line can't be read.",
                "Write \"A 192.0.2.10 weight 90 set blue\": a weight from 0 to 255, and the identifier of the set.",
            );
        }
        read
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
