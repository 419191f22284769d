//! Reads checks.

use switchback_model::dns::{DnsName, RecordType};
use switchback_model::{CheckKind, CheckSpec, CheckWord, PoolExpectation};
use toml::de::DeValue;

use crate::draft::DraftCheck;
use crate::notes::At;
use crate::reader::{Item, Reader, Table};
use crate::records::{Entry, RECORD_TYPES, served};

/// How long a reading may be believed where the runbook does not say, in seconds.
const BELIEVABLE: u32 = 60;

/// The kinds of checks, as they are written.
pub(crate) fn check_kinds() -> Vec<(&'static str, CheckWord)> {
    CheckWord::ALL.iter().map(|word| (word.text(), *word)).collect()
}

/// Every key that some kind of check has of its own.
const KIND_KEYS: &[&str] = &[
    "zone_id", "zone", "name", "values", "record", "lowered", "url", "address", "build", "host", "days",
];

/// What a record type and its values come to.
enum Answers {
    /// The type, and each answer that is right.
    Values(RecordType, Vec<Vec<String>>),
    /// The record set is an alias: its addresses belong to AWS and change.
    Alias,
}

impl Reader<'_> {
    /// The checks under `[[phase.step.KEY]]`. A check after a call must say by when it passes.
    pub fn checks<'a>(
        &mut self,
        step: &mut Table<'a>,
        key: &'static str,
        after_call: bool,
    ) -> Vec<DraftCheck> {
        let what = if after_call { "check after a call" } else { "check" };
        let tables = self.tables(step, key, what);
        tables
            .into_iter()
            .map(|mut table| {
                let check = self.check(&mut table, after_call);
                self.finish(table);
                check
            })
            .collect()
    }

    /// Reads the fields of a check; the caller finishes the table.
    pub fn check(&mut self, table: &mut Table<'_>, after_call: bool) -> DraftCheck {
        let id = self.must(table, "id", Reader::id::<switchback_model::CheckId>);
        let title = self.must(table, "title", Reader::text);
        let word = self.must(table, "kind", |r, item| r.choice(item, &check_kinds()));
        let believable = self.may(table, "believable", Reader::period);
        let mend = self.may(table, "mend", Reader::text);
        let within = if after_call { self.deadline(table) } else { None };
        self.expected_ttls = None;
        let kind = word.and_then(|word| self.check_kind(table, word));
        let ttls = self.expected_ttls.take();
        if word.is_none() {
            // Without its kind nobody knows which keys it may have.
            for key in KIND_KEYS.iter().chain(crate::cognito::KEYS) {
                table.get(key);
            }
        }
        let spec = match (&id, title, kind) {
            (Some(id), Some(title), Some(kind)) => Some(CheckSpec {
                id: id.value.clone(),
                title,
                kind,
                believable_s: believable.unwrap_or(BELIEVABLE),
                within_s: within,
                mend,
            }),
            _ => None,
        };
        DraftCheck {
            id,
            kind: word,
            spec,
            ttls,
        }
    }

    fn deadline(&mut self, table: &mut Table<'_>) -> Option<u32> {
        let at = table.at;
        if table.get("within").is_none() {
            self.notes.error(
                "no-deadline",
                at,
                "This check after a call does not say by when it must pass.",
                "Add `within = \"3 min\"` or another time; past it a decision is due.",
            );
            return None;
        }
        self.may(table, "within", Reader::period)
    }

    fn check_kind(&mut self, t: &mut Table<'_>, word: CheckWord) -> Option<CheckKind> {
        match word {
            CheckWord::Identity => Some(CheckKind::Identity),
            CheckWord::Zone => {
                let zone_id = self.must(t, "zone_id", Reader::zone_id);
                let zone = self.must(t, "zone", Reader::dns_name);
                Some(CheckKind::Zone {
                    zone_id: zone_id?,
                    zone: zone?,
                })
            }
            CheckWord::Record => {
                let zone_id = self.must(t, "zone_id", Reader::zone_id);
                let name = self.must(t, "name", Reader::dns_name);
                let values = self.must(t, "values", Reader::record_lines);
                Some(CheckKind::Record {
                    zone_id: zone_id?,
                    name: name?,
                    values: values?,
                })
            }
            CheckWord::TtlWait => {
                let name = self.must(t, "name", Reader::dns_name);
                let lowered = self.must(t, "lowered", Reader::ttl);
                Some(CheckKind::TtlWait {
                    name: name?,
                    lowered: lowered?,
                })
            }
            CheckWord::Authoritative => {
                let name_at = t.at_key("name");
                let name = self.must(t, "name", Reader::dns_name);
                let zone = self.must(t, "zone", Reader::dns_name);
                let answers = self.answers(t);
                let (name, zone) = (name?, zone?);
                self.inside(&name, &zone, name_at);
                let (record, values, or) = answers?;
                Some(CheckKind::Authoritative {
                    name,
                    zone,
                    record,
                    values,
                    or,
                })
            }
            CheckWord::Resolvers => {
                let name = self.must(t, "name", Reader::dns_name);
                let (record, values, or) = self.answers(t)?;
                Some(CheckKind::Resolvers {
                    name: name?,
                    record,
                    values,
                    or,
                })
            }
            CheckWord::HttpBuild => {
                let url = self.must(t, "url", Reader::url);
                let address = self.optional(t, "address", Reader::ip);
                let build = self.optional(t, "build", Reader::text);
                Some(CheckKind::HttpBuild {
                    url: url?,
                    address: address?,
                    build: build?,
                })
            }
            CheckWord::Certificate => {
                let host = self.must(t, "host", Reader::dns_name);
                let address = self.optional(t, "address", Reader::ip);
                let days = self.must(t, "days", Reader::number);
                Some(CheckKind::Certificate {
                    host: host?,
                    address: address?,
                    days: days?,
                })
            }
            CheckWord::Parameter => None,
            CheckWord::PasswordPolicy => self.pool(t, Reader::password_policy),
            CheckWord::Triggers => self.pool(t, Reader::triggers),
            CheckWord::SignInNames => self.pool(t, Reader::sign_in_names),
            CheckWord::DeletionProtection => self.pool(t, |_, _| Some(PoolExpectation::DeletionProtection)),
            CheckWord::AdminCreateOnly => self.pool(t, |_, _| Some(PoolExpectation::AdminCreateOnly)),
            CheckWord::Recovery => self.pool(t, |_, _| Some(PoolExpectation::Recovery)),
            CheckWord::Email => self.pool(t, Reader::email),
            CheckWord::Mfa => self.pool(t, Reader::mfa),
            CheckWord::Client => self.pool(t, Reader::client),
            CheckWord::Domain => self.pool(t, Reader::domain),
        }
    }

    /// Tells "not written" (`Some(None)`) from "written, but not to be had" (`None`): a pinned
    /// address that is wrong must not become "where DNS leads".
    pub fn optional<'a, T>(
        &mut self,
        table: &mut Table<'a>,
        key: &'static str,
        read: impl FnOnce(&mut Self, Item<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        match table.get(key) {
            None => Some(None),
            Some(_) => self.may(table, key, read).map(Some),
        }
    }

    /// The record type asked for, the values expected, and other answers that are right as well: of weighted
    /// record sets, each that has a share. An alias can't be compared by address: the check is left out of
    /// the plan, and a lint says so.
    fn answers(&mut self, table: &mut Table<'_>) -> Option<(RecordType, Vec<String>, Vec<Vec<String>>)> {
        let (at, has_record) = (table.at, table.at_key("record") != table.at);
        let record = self.may(table, "record", |r, item| r.choice(item, RECORD_TYPES));
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
        match self.must(table, "values", read)? {
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

    /// Reports a name that the zone can't hold.
    pub fn inside(&mut self, name: &DnsName, zone: &DnsName, at: At) {
        if !name.is_within(zone) {
            self.notes.error(
                "outside-zone",
                at,
                format!("{} is not in the zone {}.", name.host(), zone.host()),
                "Correct the name, or name the zone that holds it.",
            );
        }
    }
}
