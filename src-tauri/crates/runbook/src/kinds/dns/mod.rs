//! The kinds that ask DNS, and the answers that some of them expect.

pub(super) mod authoritative;
pub(super) mod resolvers;
pub(super) mod ttl_wait;

use switchback_model::dns::RecordType;
use toml::de::DeValue;

use super::key::{Key, Shape, written};
use crate::notes::At;
use crate::reader::{Item, Reader, Table};
use crate::records::{Entry, RECORD_TYPES, served};

const RECORD: Key = Key::optional(
    "record",
    Shape::Word(|| written(RECORD_TYPES)),
    "The record type asked for; needed beside a list of values",
    "\"A\"",
);
const VALUES: Key = Key::needed(
    "values",
    Shape::Answers,
    "What is expected: a list, or a placeholder of type record-sets",
    "\"${new}\"",
);

/// What a record type and its values come to.
enum Answers {
    /// The type, and each answer that is right.
    Values(RecordType, Vec<Vec<String>>),
    /// The record set is an alias: its addresses belong to AWS and change.
    Alias,
}

impl Reader<'_> {
    /// The record type asked for, the values expected, and other answers that are right as well: of weighted
    /// record sets, each that has a share. An alias can't be compared by address: the check is left out of
    /// the plan, and a lint says so.
    fn answers(&mut self, table: &mut Table<'_>) -> Option<(RecordType, Vec<String>, Vec<Vec<String>>)> {
        let (at, has_record) = (table.at, table.at_key(RECORD.name) != table.at);
        let record = self.may(table, RECORD.name, |r, item| r.choice(item, RECORD_TYPES));
        let read = |r: &mut Self, item: Item<'_>| {
            let values_at: At = item.span().into();
            if let Some(filled) = r.whole_records(item) {
                return r.pick(&filled?, record, values_at);
            }
            let DeValue::Array(_) = item.get_ref() else {
                r.wrong_type(item, "a list of strings, or a placeholder of type record-sets");
                return None;
            };
            let values = r.located_texts(item)?;
            if !has_record {
                r.notes.error(
                    "missing-key",
                    at,
                    "This check lists values but has no `record`.",
                    "Add `record = \"A\"`, \"AAAA\" or \"CNAME\".",
                );
            }
            let record = record?;
            Some(Answers::Values(
                record,
                vec![r.record_values(record, values, values_at)?],
            ))
        };
        match self.must(table, VALUES.name, read)? {
            Answers::Values(record, mut answers) if !answers.is_empty() => {
                let values = answers.remove(0);
                Some((record, values, answers))
            }
            Answers::Values(..) => None,
            Answers::Alias => {
                self.notes.lint(
                    "alias-answers",
                    at,
                    "This check is left out of the plan: the record set is an alias, whose addresses belong to AWS and change.",
                    "Make sure that an http.build or route53.record check tells the sides apart.",
                );
                None
            }
        }
    }

    fn pick(&mut self, entries: &[Entry], record: Option<RecordType>, at: At) -> Option<Answers> {
        let chosen = match record {
            Some(kind) => entries.iter().find(|entry| entry.kind == kind),
            // A CNAME stands alone, and A sorts before AAAA.
            None => entries.first(),
        };
        match chosen.map(|entry| entry.kind) {
            Some(kind) => {
                let of_type = entries.iter().filter(|entry| entry.kind == kind);
                Some(served(of_type).map_or(Answers::Alias, |right| Answers::Values(kind, right)))
            }
            None => {
                let record = record.map(|r| r.to_string()).unwrap_or_default();
                self.notes.error(
                    "record-absent",
                    at,
                    format!("These record sets have none of type {record}."),
                    "Leave `record` out, or give the target such a record set.",
                );
                None
            }
        }
    }
}
