//! Record sets as written.

mod lines;
mod values;

use switchback_model::dns::{AliasTarget, DnsName, RecordData, RecordSet, RecordType, Routing};
use toml::de::DeValue;

use crate::notes::{At, Place};
use crate::reader::{Item, Reader, Table};

pub(crate) const RECORD_TYPES: &[(&str, RecordType)] = &[
    ("A", RecordType::A),
    ("AAAA", RecordType::Aaaa),
    ("CNAME", RecordType::Cname),
];

/// The highest TTL (RFC 2181 section 8).
pub(crate) const MAX_TTL: u32 = 2_147_483_647;

/// Route 53's limits of a weight and of an identifier (API reference, ResourceRecordSet).
const HEAVIEST: u32 = 255;
const LONGEST_IDENTIFIER: usize = 128;

/// Routing that no switch is offered for, by the keys that people write for it (in small letters, without
/// underscores).
const OTHER_ROUTING: &[(&str, &str)] = &[
    ("region", "latency"),
    ("latency", "latency"),
    ("failover", "failover"),
    ("geolocation", "geolocation"),
    ("geoproximity", "geoproximity"),
    ("geoproximitylocation", "geoproximity"),
    ("multivalue", "multivalue"),
    ("multivalueanswer", "multivalue"),
    ("cidr", "CIDR"),
    ("cidrroutingconfig", "CIDR"),
    ("trafficpolicyinstanceid", "traffic policy"),
];

/// A record set without its owner name, which the action or check gives.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub kind: RecordType,
    pub data: RecordData,
    pub routing: Routing,
    /// Where what it answers is written.
    pub place: Place,
}

impl Entry {
    pub fn at(&self, name: &DnsName) -> RecordSet {
        RecordSet {
            name: name.clone(),
            kind: self.kind,
            data: self.data.clone(),
            routing: self.routing.clone(),
        }
    }

    /// What a `route53.record` check compares, as [`RecordSet::check_line`] says.
    pub fn line(&self) -> String {
        // The line says nothing of the owner, so any will do.
        let owner = DnsName::new("owner.invalid");
        owner.map_or_else(|_| String::new(), |owner| self.at(&owner).check_line())
    }

    /// Whether the set leads back to the name that it belongs to.
    pub fn leads_to(&self, name: &DnsName, zone_id: &str) -> bool {
        match &self.data {
            RecordData::Values { values, .. } => {
                self.kind == RecordType::Cname && values.iter().any(|value| value == name.as_str())
            }
            RecordData::Alias(alias) => alias.name == *name && alias.zone_id == zone_id,
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
            let read = self
                .table(item, "record set")
                .and_then(|table| self.record(table));
            match read {
                Some(entry) => {
                    sound &= self.joins(&entries, &entry, item.span().into());
                    entries.push(entry);
                }
                None => sound = false,
            }
        }
        let cnames = entries
            .iter()
            .filter(|entry| entry.kind == RecordType::Cname)
            .count();
        if cnames > 0 && cnames < entries.len() {
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
        entries.sort_by(|a, b| (a.kind, &a.routing).cmp(&(b.kind, &b.routing)));
        sound.then_some(entries)
    }

    /// Whether a set may stand beside the earlier ones of its type: only where all of them are weighted,
    /// each with an identifier and all with one TTL.
    fn joins(&mut self, earlier: &[Entry], entry: &Entry, at: At) -> bool {
        let kind = entry.kind;
        let ttl = |entry: &Entry| match &entry.data {
            RecordData::Values { ttl, .. } => Some(*ttl),
            RecordData::Alias(_) => None,
        };
        let mut beside = earlier.iter().filter(|other| other.kind == kind).peekable();
        let Some(first) = beside.peek() else { return true };
        let fault = match (first.routing.is_simple(), entry.routing.is_simple()) {
            (true, true) => Some((
                "record-twice",
                format!("There are two record sets of type {kind}."),
                "Put all values into one record set, or give each of them a `set_identifier` and a `weight`.",
            )),
            (true, false) | (false, true) => Some((
                "record-mixed",
                format!("A weighted record set of type {kind} can't stand beside one that is not weighted."),
                "Give a `set_identifier` and a `weight` to each record set of this type, or to none.",
            )),
            (false, false) => {
                let id = &entry.routing.set_identifier;
                beside.find_map(|other| {
                    if other.routing.set_identifier == *id {
                        return Some((
                            "record-twice",
                            format!(
                                "Two record sets of type {kind} have the identifier {:?}.",
                                id.as_deref().unwrap_or_default()
                            ),
                            "Give each its own `set_identifier`.",
                        ));
                    }
                    let (one, two) = (ttl(other)?, ttl(entry)?);
                    (one != two).then(|| {
                        (
                            "record-ttl",
                            format!(
                                "The weighted record sets of type {kind} have different TTLs, {one} s and {two} s, which Route 53 refuses."
                            ),
                            "Give all of them the same `ttl`.",
                        )
                    })
                })
            }
        };
        let Some((code, message, fix)) = fault else {
            return true;
        };
        self.notes.error(code, at, message, fix);
        false
    }

    fn record(&mut self, mut table: Table<'_>) -> Option<Entry> {
        let kind = self.must(&mut table, "type", |r, item| r.choice(item, RECORD_TYPES));
        let at = table.at;
        let ttl_at = table.at_key("ttl");
        let ttl = self.may(&mut table, "ttl", Reader::ttl);
        let values_at = table.at_key("values");
        let values = self.may(&mut table, "values", |r, item| Some(r.located_texts(item)));
        let alias_at = table.at_key("alias");
        let alias = self.may(&mut table, "alias", |r, item| {
            let mut alias = r.table(item, "alias")?;
            let zone_id = r.must(&mut alias, "zone_id", Reader::zone_id);
            let name = r.must(&mut alias, "name", Reader::host_name);
            let health = r.may(&mut alias, "evaluate_target_health", Reader::boolean);
            r.finish(alias);
            Some(AliasTarget {
                zone_id: zone_id?,
                name: name?,
                evaluate_target_health: health.unwrap_or(false),
            })
        });
        let (has_ttl, has_alias) = (ttl_at != at, alias_at != at);
        let routing = self.routing(&mut table);
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
        let in_target = !self.templates;
        if has_alias {
            return Some(Entry {
                kind: kind?,
                data: RecordData::Alias(alias?),
                routing: routing?,
                place: Place {
                    in_target,
                    at: alias_at,
                },
            });
        }
        let Some(values) = values.filter(|_| has_ttl) else {
            self.notes.error(
                "record-shape",
                at,
                "A record set needs `ttl` and `values`, or `alias`.",
                "Add what is missing.",
            );
            return None;
        };
        let values = values?;
        let first = values.first().map_or(values_at, |value| value.at);
        let values = self.record_values(kind?, values, values_at)?;
        Some(Entry {
            kind: kind?,
            data: RecordData::Values { ttl: ttl?, values },
            routing: routing?,
            place: Place { in_target, at: first },
        })
    }

    /// What makes a set one of several: `set_identifier` and `weight`, both or none, and a health check.
    fn routing(&mut self, table: &mut Table<'_>) -> Option<Routing> {
        let mut sound = true;
        for (key, _) in table.entries() {
            let plain = key.value.to_lowercase().replace('_', "");
            let Some((_, policy)) = OTHER_ROUTING.iter().find(|(known, _)| *known == plain) else {
                continue;
            };
            sound = false;
            table.excuse(key.value);
            self.notes.error(
                "record-routing",
                key.at,
                format!("{policy} routing is not changed by Switchback."),
                "Use simple or weighted record sets, or make the change by hand in a step of kind attest.",
            );
        }
        let [id_at, weight_at, health_at] =
            ["set_identifier", "weight", "health_check_id"].map(|key| table.at_key(key));
        let id = self.optional(table, "set_identifier", Reader::set_identifier);
        let weight = self.optional(table, "weight", Reader::weight);
        let health = self.optional(table, "health_check_id", Reader::text);
        let (has_id, has_weight) = (id_at != table.at, weight_at != table.at);
        let half = match (has_id, has_weight) {
            (true, false) => Some((id_at, "`set_identifier` but no `weight`")),
            (false, true) => Some((weight_at, "`weight` but no `set_identifier`")),
            (true, true) | (false, false) => None,
        };
        if let Some((at, what)) = half {
            self.notes.error(
                "record-shape",
                at,
                format!("This record set has a {what}."),
                "A weighted record set needs both; a simple one has neither.",
            );
            return None;
        }
        if health_at != table.at && !has_id {
            self.notes.error(
                "record-shape",
                health_at,
                "A `health_check_id` belongs to a weighted record set.",
                "Add `set_identifier` and `weight`, or remove it: a simple record set is served all the same.",
            );
            return None;
        }
        let (id, weight, health) = (id?, weight?, health?);
        let routing = match (id, weight) {
            (Some(id), Some(weight)) => Routing {
                health_check_id: health,
                ..Routing::weighted(id, weight)
            },
            _ => Routing::default(),
        };
        sound.then_some(routing)
    }

    fn set_identifier(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.text(item)?;
        let length = text.chars().count();
        let fault = if length > LONGEST_IDENTIFIER {
            Some(format!(
                "This identifier has {length} characters; the most is {LONGEST_IDENTIFIER}."
            ))
        } else if text.trim() != text || text.contains(['\n', '\t']) {
            Some("This identifier has blanks around it, or a line break.".to_owned())
        } else {
            None
        };
        let Some(message) = fault else {
            return Some(text);
        };
        let fix = "Write it as Route 53 shows it (Record ID), such as \"blue\".";
        self.notes
            .error("set-identifier", item.span().into(), message, fix);
        None
    }

    fn weight(&mut self, item: Item<'_>) -> Option<u8> {
        const FIX: &str = "Write a whole number from 0 to 255; with 0 nobody is sent there while another weight is above it.";
        let number = match item.get_ref() {
            DeValue::Integer(number) => {
                let written = number.as_str().to_owned();
                match u32::from_str_radix(&written, number.radix()) {
                    Ok(weight) if weight <= HEAVIEST => Some(weight),
                    _ => {
                        let message = format!("The weight {written} is not between 0 and {HEAVIEST}.");
                        self.notes.error("weight", item.span().into(), message, FIX);
                        return None;
                    }
                }
            }
            DeValue::String(text) if self.templates && text.starts_with("${") => self.number(item),
            _ => {
                self.wrong_type(item, "a whole number from 0 to 255");
                return None;
            }
        };
        let weight = number?;
        if let Ok(weight) = u8::try_from(weight) {
            return Some(weight);
        }
        let message = format!("The weight {weight} is not between 0 and {HEAVIEST}.");
        self.notes.error("weight", item.span().into(), message, FIX);
        None
    }

    /// A TTL in seconds.
    pub fn ttl(&mut self, item: Item<'_>) -> Option<u32> {
        self.seconds(item).filter(|ttl| *ttl <= MAX_TTL)
    }
}

/// The answers that are right while these sets of one type are served, each sorted: one of the weighted sets
/// that have a share, or any where all weights are 0. None where one of them is an alias, whose addresses
/// belong to AWS and change.
pub(crate) fn served<'e>(entries: impl Iterator<Item = &'e Entry> + Clone) -> Option<Vec<Vec<String>>> {
    let share = |entry: &Entry| entry.routing.weight.unwrap_or(0);
    let shared_out = entries.clone().any(|entry| share(entry) > 0);
    let mut answers = Vec::new();
    for entry in entries.filter(|entry| !shared_out || share(entry) > 0) {
        match &entry.data {
            RecordData::Values { values, .. } if answers.contains(values) => {}
            RecordData::Values { values, .. } => answers.push(values.clone()),
            RecordData::Alias(_) => return None,
        }
    }
    Some(answers)
}
