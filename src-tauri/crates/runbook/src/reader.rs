//! Reads TOML with spans and goes on after an error, so that one run shows every mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use switchback_model::ids::InvalidId;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::notes::{Aside, At, Located, Notes, suggestion};
use crate::values::Values;

/// One value of the file.
pub(crate) type Item<'a> = &'a Spanned<DeValue<'a>>;

/// One table of the file, and the keys that were asked for: any other is unknown.
pub(crate) struct Table<'a> {
    /// What it is, for messages: "step", "target".
    pub what: &'static str,
    pub at: At,
    map: &'a DeTable<'a>,
    asked: Vec<&'static str>,
    /// Keys of which something better is said than that they are unknown.
    excused: Vec<String>,
}

impl<'a> Table<'a> {
    pub fn of(what: &'static str, map: &'a DeTable<'a>, at: At) -> Self {
        Self {
            what,
            at,
            map,
            asked: Vec::new(),
            excused: Vec::new(),
        }
    }

    /// Says nothing more of a key.
    pub fn excuse(&mut self, key: String) {
        self.excused.push(key);
    }

    pub fn get(&mut self, key: &'static str) -> Option<Item<'a>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.map.get(key)
    }

    /// Its entries in the order of the file, for tables whose keys are free names.
    pub fn entries(&self) -> Vec<(Located<String>, Item<'a>)> {
        let mut entries: Vec<_> = self
            .map
            .iter()
            .map(|(key, item)| {
                (
                    Located {
                        value: key.get_ref().clone().into_owned(),
                        at: key.span().into(),
                    },
                    item,
                )
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.at.start);
        entries
    }

    /// A string as written, with its place, without asking for the key: what is read of it is judged
    /// elsewhere.
    pub fn raw(&self, key: &str) -> Option<Located<String>> {
        let item = self.map.get(key)?;
        Some(Located {
            value: item.get_ref().as_str()?.to_owned(),
            at: item.span().into(),
        })
    }

    /// The same, of a table in this one.
    pub fn raw_in(&self, table: &str, key: &str) -> Option<Located<String>> {
        let DeValue::Table(map) = self.map.get(table)?.get_ref() else {
            return None;
        };
        Table::of("", map, self.at).raw(key)
    }

    /// How many items a list has, as written.
    pub fn length_of(&self, key: &str) -> usize {
        match self.map.get(key).map(|item| item.get_ref()) {
            Some(DeValue::Array(items)) => items.len(),
            _ => 0,
        }
    }

    /// The keys of a table in this one, in the order of the alphabet, and where their values stand.
    pub fn entries_of(&self, table: &str) -> Vec<(String, At)> {
        let Some(DeValue::Table(map)) = self.map.get(table).map(|item| item.get_ref()) else {
            return Vec::new();
        };
        let entries = map.iter();
        let mut entries: Vec<_> = entries
            .map(|(key, item)| (key.get_ref().clone().into_owned(), At::from(item.span())))
            .collect();
        entries.sort();
        entries
    }

    /// Where the value of a key stands, else where the table starts.
    pub fn at_key(&self, key: &str) -> At {
        self.map.get(key).map_or(self.at, |item| item.span().into())
    }
}

/// Reads one file.
pub(crate) struct Reader<'s> {
    pub notes: Notes<'s>,
    pub values: Values,
    /// Values that a placeholder named.
    pub used: BTreeSet<String>,
    /// Notices that a placeholder named.
    pub used_notices: BTreeSet<String>,
    /// Whether `${name}` means something: in a runbook, not in a target.
    pub templates: bool,
    /// What is wrong in the target, found while the runbook is read.
    pub asides: Vec<Aside>,
    /// The TTLs that the record check which is being read expects, where it takes a value of the target.
    pub expected_ttls: Option<Vec<u32>>,
    /// Every key that was asked for, by table, for the test that compares them with the schema.
    pub known: BTreeMap<&'static str, BTreeSet<&'static str>>,
    key: &'static str,
}

/// The name of a value's TOML type, for messages.
pub(crate) fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

impl<'s> Reader<'s> {
    pub fn new(notes: Notes<'s>, templates: bool) -> Self {
        Self {
            notes,
            values: Values::default(),
            used: BTreeSet::new(),
            used_notices: BTreeSet::new(),
            templates,
            asides: Vec::new(),
            expected_ttls: None,
            known: BTreeMap::new(),
            key: "",
        }
    }

    /// A key that must be there.
    pub fn must<'a, T>(
        &mut self,
        table: &mut Table<'a>,
        key: &'static str,
        read: impl FnOnce(&mut Self, Item<'a>) -> Option<T>,
    ) -> Option<T> {
        let Some(item) = table.get(key) else {
            self.notes.error(
                "missing-key",
                table.at,
                format!("This {} has no `{key}`.", table.what),
                format!("Add `{key} = …`."),
            );
            return None;
        };
        self.key = key;
        read(self, item)
    }

    /// A key that may be left out.
    pub fn may<'a, T>(
        &mut self,
        table: &mut Table<'a>,
        key: &'static str,
        read: impl FnOnce(&mut Self, Item<'a>) -> Option<T>,
    ) -> Option<T> {
        let item = table.get(key)?;
        self.key = key;
        read(self, item)
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

    /// Reports the keys that nobody asked for.
    pub fn finish(&mut self, table: Table<'_>) {
        self.known.entry(table.what).or_default().extend(&table.asked);
        for (key, _) in table.entries() {
            if !table.asked.contains(&key.value.as_str()) && !table.excused.contains(&key.value) {
                self.notes.error(
                    "unknown-key",
                    key.at,
                    format!("The key `{}` is unknown in this {}.", key.value, table.what),
                    suggestion(&key.value, &table.asked),
                );
            }
        }
    }

    pub fn wrong_type(&mut self, item: Item<'_>, wanted: &str) {
        let message = format!(
            "`{}` must be {wanted}, but this is {}.",
            self.key,
            type_of(item.get_ref())
        );
        self.notes.error(
            "wrong-type",
            item.span().into(),
            message,
            format!("Write {wanted}."),
        );
    }

    pub fn table<'a>(&mut self, item: Item<'a>, what: &'static str) -> Option<Table<'a>> {
        match item.get_ref() {
            DeValue::Table(map) => Some(Table::of(what, map, item.span().into())),
            _ => {
                self.wrong_type(item, "a table");
                None
            }
        }
    }

    /// The tables of `[[key]]`.
    pub fn tables<'a>(
        &mut self,
        table: &mut Table<'a>,
        key: &'static str,
        what: &'static str,
    ) -> Vec<Table<'a>> {
        let read = |reader: &mut Self, item: Item<'a>| {
            let DeValue::Array(items) = item.get_ref() else {
                reader.wrong_type(item, &format!("a list of tables, each under [[…{key}]]"));
                return None;
            };
            Some(items.iter().filter_map(|item| reader.table(item, what)).collect())
        };
        self.may(table, key, read).unwrap_or_default()
    }

    /// A string as written, never a template.
    pub fn literal(&mut self, item: Item<'_>) -> Option<Located<String>> {
        match item.get_ref() {
            DeValue::String(text) => Some(Located {
                value: text.clone().into_owned(),
                at: item.span().into(),
            }),
            _ => {
                self.wrong_type(item, "a string");
                None
            }
        }
    }

    /// A list of names as written.
    pub fn names(&mut self, item: Item<'_>) -> Option<Vec<Located<String>>> {
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(item, "a list of strings");
            return None;
        };
        let names: Vec<_> = items.iter().filter_map(|item| self.literal(item)).collect();
        self.each_once(&names);
        Some(names)
    }

    /// A list of texts, each a template, or a placeholder of type strings.
    pub fn texts(&mut self, item: Item<'_>) -> Option<Vec<String>> {
        if let Some(filled) = self.whole_texts(item) {
            return filled;
        }
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(item, "a list of strings");
            return None;
        };
        Some(items.iter().filter_map(|item| self.text(item)).collect())
    }

    pub fn boolean(&mut self, item: Item<'_>) -> Option<bool> {
        let flag = item.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(item, "true or false");
        }
        flag
    }

    /// An id, or a list of ids, each once. Whoever means none leaves the key out.
    pub fn id_or_ids<T: FromStr<Err = InvalidId>>(&mut self, item: Item<'_>) -> Option<Vec<Located<T>>> {
        match item.get_ref() {
            DeValue::Array(items) if items.is_empty() => {
                self.notes.error(
                    "empty-list",
                    item.span().into(),
                    "This list is empty.".to_owned(),
                    "Name at least one, or leave the key out.",
                );
                None
            }
            DeValue::Array(items) => {
                let texts = items.iter().filter(|item| item.get_ref().is_str());
                let texts: Vec<_> = texts.filter_map(|item| self.literal(item)).collect();
                self.each_once(&texts);
                Some(items.iter().filter_map(|item| self.id(item)).collect())
            }
            _ => Some(vec![self.id(item)?]),
        }
    }

    pub fn id<T: FromStr<Err = InvalidId>>(&mut self, item: Item<'_>) -> Option<Located<T>> {
        let text = self.literal(item)?;
        match text.value.parse() {
            Ok(value) => Some(Located { value, at: text.at }),
            Err(error) => {
                let error: InvalidId = error;
                self.notes.error(
                    "invalid-id",
                    text.at,
                    format!("{:?} is not a valid {}.", error.text, error.what),
                    "Use 1 to 64 of a-z, A-Z, 0-9, '.', '-' and '_', starting with a letter or digit.",
                );
                None
            }
        }
    }

    /// One of some words.
    pub fn choice<T: Copy>(&mut self, item: Item<'_>, choices: &[(&str, T)]) -> Option<T> {
        let text = self.literal(item)?;
        let found = choices
            .iter()
            .find(|(word, _)| *word == text.value)
            .map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let message = format!("`{}` can't be {:?}.", self.key, text.value);
            self.notes
                .error("unknown-word", text.at, message, suggestion(&text.value, &words));
        }
        found
    }
}
