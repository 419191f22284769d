//! What the kinds of checks and actions have of their own, as described to editors.
//!
//! A table lists the keys of all its kinds, each with the kinds that have it: that is what editors of TOML
//! complete. Behind `if` and `then` stands what one kind has: which keys must be there, and that no others
//! may. Not behind `oneOf`, of which a validator says only that nothing fits, but for the keys of which exactly one
//! is written; and `allOf` stands under
//! `then`, because Even Better TOML (taplo 0.9) completes no keys of a table that has one itself.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::tables::{Action, Check, CheckAfter, MonitorCheck};
use super::{Duration, Number, RecordSets, Runbook};
use crate::kinds::key::{Key, Shape};
use crate::kinds::{self, Entry, in_short};

/// The schema of a runbook, the kinds' own keys included.
pub(super) fn describe(mut generator: SchemaGenerator) -> Value {
    let checks = Family::of("check", kinds::checks(), &mut generator);
    let actions = Family::of("action", kinds::actions(), &mut generator);
    let mut root = generator.into_root_schema_for::<Runbook>().to_value();
    if let Some(defs) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        let tables = [
            Check::schema_name(),
            CheckAfter::schema_name(),
            MonitorCheck::schema_name(),
        ];
        checks.join(defs, &tables);
        actions.join(defs, &[Action::schema_name()]);
    }
    root
}

/// Lines or values, or a placeholder of type record-sets.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Values {
    List(Vec<String>),
    Placeholder(String),
}

/// Texts, or a placeholder of type strings.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Texts {
    List(Vec<String>),
    Placeholder(String),
}

/// A deployment's id, or the step of the runbook that makes it.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Deployment {
    Id(String),
    From(FromStep),
}

/// What a step of the runbook makes.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct FromStep {
    /// The id of the step.
    #[expect(dead_code, reason = "described, never read")]
    from: String,
}

/// Kinds that stand in the same tables.
pub(crate) struct Family {
    name: &'static str,
    kinds: Vec<Described>,
}

/// A kind with what may stand behind each of its keys.
struct Described {
    entry: Entry,
    own: Vec<(&'static Key, Value)>,
}

impl Family {
    pub(crate) fn of(name: &'static str, entries: Vec<Entry>, generator: &mut SchemaGenerator) -> Self {
        let described = entries.into_iter().map(|entry| Described {
            entry,
            own: entry
                .keys
                .iter()
                .map(|key| (key, value(key.shape, generator)))
                .collect(),
        });
        Self {
            name,
            kinds: described.collect(),
        }
    }

    /// Every key that some of the kinds have, each with the kinds that have it. One name may mean several
    /// things: then it may be any of them here, and each kind says which it is.
    pub(crate) fn properties(&self) -> Map<String, Value> {
        let entries: Vec<_> = self.kinds.iter().map(|kind| kind.entry).collect();
        let names = kinds::key_names(&entries).into_iter();
        names
            .map(|name| (name.to_owned(), told_of(&self.values(name), &self.meanings(name))))
            .collect()
    }

    /// What may stand behind a key, each once.
    fn values(&self, name: &str) -> Vec<&Value> {
        let mut values = Vec::new();
        for (key, value) in self.kinds.iter().flat_map(|kind| &kind.own) {
            if key.name == name && !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    /// What a key means, and in which kinds.
    fn meanings(&self, name: &str) -> String {
        let all: Vec<_> = self.kinds.iter().map(|kind| kind.entry.word).collect();
        let mut meanings: Vec<(&str, Vec<&str>)> = Vec::new();
        for kind in &self.kinds {
            for (key, _) in kind.own.iter().filter(|(key, _)| key.name == name) {
                match meanings.iter_mut().find(|(words, _)| *words == key.words) {
                    Some((_, kinds)) => kinds.push(kind.entry.word),
                    None => meanings.push((key.words, vec![kind.entry.word])),
                }
            }
        }
        let told = meanings
            .iter()
            .map(|(words, kinds)| match kinds.len() == all.len() {
                true => format!("{words}."),
                false => format!("{words} ({}).", in_short(kinds, &all)),
            });
        told.collect::<Vec<_>>().join(" ")
    }

    /// A table of one kind: `properties` are those that it may have with any kind. Of a value that means one
    /// thing everywhere nothing is said again: editors would show each fault twice.
    fn table(&self, kind: &Described, mut properties: Map<String, Value>) -> Value {
        for (key, value) in &kind.own {
            let words = format!("{}.", key.words);
            let told = match self.values(key.name).len() {
                1 => json!({ "description": words }),
                _ => told_of(&[value], &words),
            };
            let property = match example(key) {
                Some(example) => with(told, "examples", json!([example])),
                None => told,
            };
            properties.insert(key.name.to_owned(), property);
        }
        let needed = kind.own.iter().filter(|(key, _)| key.needed);
        let needed: Vec<_> = needed.map(|(key, _)| key.name).collect();
        let table = json!({
            "type": "object",
            "description": format!("{}.", kind.entry.says),
            "properties": properties,
            "required": needed,
            "additionalProperties": false,
        });
        let either = kind.own.iter().filter(|(key, _)| key.either);
        let either: Vec<_> = either.map(|(key, _)| json!({ "required": [key.name] })).collect();
        match either.is_empty() {
            true => table,
            false => with(table, "oneOf", either.into()),
        }
    }

    /// Adds the kinds to the tables in which they stand.
    fn join(&self, defs: &mut Map<String, Value>, tables: &[impl AsRef<str>]) {
        let mut common = Map::new();
        for table in tables {
            let keys = defs
                .get(table.as_ref())
                .and_then(|table| table["properties"].as_object());
            let keys = keys.into_iter().flatten().map(|(key, _)| key.clone());
            common.extend(keys.map(|key| (key, Value::Bool(true))));
        }
        let mut one_of_them = Vec::new();
        for kind in &self.kinds {
            let word = kind.entry.word;
            let name = format!("{}.{word}", self.name);
            one_of_them.push(json!({
                "if": { "properties": { "kind": { "const": word } } },
                "then": { "$ref": format!("#/$defs/{name}") },
            }));
            defs.insert(name, self.table(kind, common.clone()));
        }
        let own = self.properties();
        for table in tables {
            let Some(table) = defs.get_mut(table.as_ref()).and_then(Value::as_object_mut) else {
                continue;
            };
            if let Some(properties) = table.get_mut("properties").and_then(Value::as_object_mut) {
                properties.extend(own.clone());
            }
            table.insert("if".into(), json!({ "required": ["kind"] }));
            table.insert("then".into(), json!({ "allOf": one_of_them }));
        }
    }
}

/// A property that may be any of these. What stands beside a `$ref` is not seen by every editor, so one that
/// is a reference stands in a list as well.
fn told_of(values: &[&Value], description: &str) -> Value {
    match values {
        [one] if one.get("$ref").is_none() => with((*one).clone(), "description", description.into()),
        some => json!({ "anyOf": some, "description": description }),
    }
}

fn with(mut schema: Value, keyword: &str, value: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(keyword.to_owned(), value);
    }
    schema
}

/// What may stand behind a key.
fn value(shape: Shape, generator: &mut SchemaGenerator) -> Value {
    let schema = match shape {
        Shape::Text => generator.subschema_for::<String>(),
        Shape::Texts => generator.subschema_for::<Texts>(),
        Shape::Number => generator.subschema_for::<Number>(),
        Shape::Duration => generator.subschema_for::<Duration>(),
        Shape::Flag => generator.subschema_for::<bool>(),
        Shape::Answers => generator.subschema_for::<Values>(),
        Shape::RecordSets => generator.subschema_for::<RecordSets>(),
        Shape::Deployment => generator.subschema_for::<Deployment>(),
        Shape::Word(words) => return word(words()),
        Shape::Words(words) => return json!({ "type": "array", "items": word(words()) }),
    };
    schema.to_value()
}

fn word(words: Vec<&str>) -> Value {
    json!({ "type": "string", "enum": words })
}

/// The example of a key as JSON.
fn example(key: &Key) -> Option<Value> {
    let mut table: Map<String, Value> = toml::from_str(&format!("example = {}", key.example)).ok()?;
    table.remove("example")
}
