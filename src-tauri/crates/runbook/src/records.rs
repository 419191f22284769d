//! Record sets as written, and the lines that checks compare.

use std::net::{Ipv4Addr, Ipv6Addr};

use switchback_model::dns::{
    AliasTarget, DnsName, RecordData, RecordSet, RecordType, Routing, normal_values,
};
use toml::de::DeValue;

use crate::notes::At;
use crate::reader::{Item, Reader, Table};

pub(crate) const RECORD_TYPES: &[(&str, RecordType)] = &[
    ("A", RecordType::A),
    ("AAAA", RecordType::Aaaa),
    ("CNAME", RecordType::Cname),
];

/// The highest TTL (RFC 2181 section 8).
pub(crate) const MAX_TTL: u32 = 2_147_483_647;

/// A record set without its owner name, which the action or check gives.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub kind: RecordType,
    pub data: RecordData,
}

impl Entry {
    pub fn at(&self, name: &DnsName) -> RecordSet {
        RecordSet {
            name: name.clone(),
            kind: self.kind,
            data: self.data.clone(),
            routing: Routing::default(),
        }
    }

    /// What a `route53.record` check compares: `A 192.0.2.10,192.0.2.11` (values in normal form,
    /// sorted, joined by a comma; a CNAME's with its trailing dot) or
    /// `A alias d111111abcdef8.cloudfront.net` (without the trailing dot).
    pub fn line(&self) -> String {
        match &self.data {
            RecordData::Values { values, .. } => format!("{} {}", self.kind, values.join(",")),
            RecordData::Alias(alias) => format!("{} alias {}", self.kind, alias.name.host()),
        }
    }
}

impl Reader<'_> {
    /// A list of record sets, or a placeholder of that type. Reports what Route 53 would refuse.
    pub fn records(&mut self, item: Item<'_>) -> Option<Vec<Entry>> {
        if let Some(filled) = self.whole_records(item) {
            return filled;
        }
        let at: At = item.span().into();
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(
                item,
                "a list of record sets, or a placeholder of type record-sets",
            );
            return None;
        };
        let mut entries: Vec<Entry> = Vec::new();
        let mut sound = true;
        for item in items.iter() {
            match self
                .table(item, "record set")
                .and_then(|table| self.record(table))
            {
                Some(entry) if entries.iter().any(|e| e.kind == entry.kind) => {
                    sound = false;
                    self.notes.error(
                        "record-twice",
                        item.span().into(),
                        format!("There are two record sets of type {}.", entry.kind),
                        "Put all values into one record set.",
                    );
                }
                Some(entry) => entries.push(entry),
                None => sound = false,
            }
        }
        if entries.len() > 1 && entries.iter().any(|entry| entry.kind == RecordType::Cname) {
            sound = false;
            self.notes.error(
                "cname-conflict",
                at,
                "A CNAME can't stand beside record sets of other types (RFC 1034 section 3.6.2).",
                "Keep either the CNAME or the other record sets.",
            );
        }
        if items.is_empty() {
            sound = false;
            self.notes
                .error("empty-list", at, "There is no record set.", "Give at least one.");
        }
        entries.sort_by_key(|entry| entry.kind);
        sound.then_some(entries)
    }

    fn record(&mut self, mut table: Table<'_>) -> Option<Entry> {
        let kind = self.must(&mut table, "type", |r, item| r.choice(item, RECORD_TYPES));
        let at = table.at;
        let ttl_at = table.at_key("ttl");
        let ttl = self.may(&mut table, "ttl", Reader::ttl);
        let values = self.may(&mut table, "values", |r, item| Some((r.texts(item), item)));
        let alias = self.may(&mut table, "alias", |r, item| {
            let mut alias = r.table(item, "alias")?;
            let zone_id = r.must(&mut alias, "zone_id", Reader::zone_id);
            let name = r.must(&mut alias, "name", Reader::dns_name);
            let health = r.may(&mut alias, "evaluate_target_health", Reader::boolean);
            r.finish(alias);
            Some(AliasTarget {
                zone_id: zone_id?,
                name: name?,
                evaluate_target_health: health.unwrap_or(false),
            })
        });
        let (has_ttl, has_alias) = (ttl_at != at, table.at_key("alias") != at);
        self.finish(table);
        if has_alias && (values.is_some() || has_ttl) {
            self.notes.error(
                "record-shape",
                at,
                "An alias has no values and no TTL of its own.",
                "Keep either `alias`, or `ttl` and `values`.",
            );
            return None;
        }
        if has_alias {
            return Some(Entry {
                kind: kind?,
                data: RecordData::Alias(alias?),
            });
        }
        let Some((values, values_item)) = values.filter(|_| has_ttl) else {
            self.notes.error(
                "record-shape",
                at,
                "A record set needs `ttl` and `values`, or `alias`.",
                "Add what is missing.",
            );
            return None;
        };
        let values = self.record_values(kind?, values?, values_item.span().into())?;
        Some(Entry {
            kind: kind?,
            data: RecordData::Values { ttl: ttl?, values },
        })
    }

    /// Values that the type allows, in normal form and sorted.
    pub fn record_values(&mut self, kind: RecordType, values: Vec<String>, at: At) -> Option<Vec<String>> {
        let fits = |value: &String| match kind {
            RecordType::A => value.trim().parse::<Ipv4Addr>().is_ok(),
            RecordType::Aaaa => value.trim().parse::<Ipv6Addr>().is_ok(),
            RecordType::Cname => DnsName::new(value).is_ok(),
        };
        let count_fits = if kind == RecordType::Cname {
            values.len() == 1
        } else {
            !values.is_empty()
        };
        if count_fits && values.iter().all(fits) {
            let mut values = normal_values(kind, values);
            values.dedup();
            return Some(values);
        }
        let (what, fix) = match kind {
            RecordType::A => ("one or more IPv4 addresses", "Write them such as \"192.0.2.10\"."),
            RecordType::Aaaa => (
                "one or more IPv6 addresses",
                "Write them such as \"2001:db8::10\".",
            ),
            RecordType::Cname => (
                "exactly one DNS name",
                "Write it such as \"old.example.nhs.test\".",
            ),
        };
        self.notes.error(
            "record-values",
            at,
            format!("A record set of type {kind} must have {what}."),
            fix,
        );
        None
    }

    /// A TTL in seconds.
    pub fn ttl(&mut self, item: Item<'_>) -> Option<u32> {
        self.seconds(item).filter(|ttl| *ttl <= MAX_TTL)
    }

    /// The lines of a `route53.record` check: written out, or from a value of type record-sets.
    pub fn record_lines(&mut self, item: Item<'_>) -> Option<Vec<String>> {
        if let Some(filled) = self.whole_records(item) {
            return filled.map(|entries| sorted(entries.iter().map(Entry::line).collect()));
        }
        let at = item.span().into();
        let texts = self.texts(item)?;
        let mut lines = Vec::new();
        for text in &texts {
            let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
            let kind = RECORD_TYPES
                .iter()
                .find(|(name, _)| *name == word)
                .map(|(_, kind)| *kind);
            let Some(kind) = kind else {
                self.notes.error(
                    "record-line",
                    at,
                    format!("{:?} is not a line of a record set.", crate::fields::cut(text)),
                    "Write \"A 192.0.2.10\", \"A 192.0.2.10,192.0.2.11\" or \"A alias d111111abcdef8.cloudfront.net\".",
                );
                return None;
            };
            lines.push(match rest.trim().strip_prefix("alias ") {
                Some(name) => {
                    let name = DnsName::new(name).ok();
                    let Some(name) = name else {
                        self.notes.error(
                            "invalid-name",
                            at,
                            "The alias names no DNS name.",
                            "Correct the name.",
                        );
                        return None;
                    };
                    format!("{kind} alias {}", name.host())
                }
                None => {
                    let values = rest.split(',').map(|value| value.trim().to_owned()).collect();
                    format!("{kind} {}", self.record_values(kind, values, at)?.join(","))
                }
            });
        }
        Some(sorted(lines))
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
