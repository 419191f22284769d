//! What an editor says by the schema is what the reader says: the keys of the kind that is written, those
//! and no others.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::fits::{faults, faults_of};
use super::kinds::{variants, written};
use super::{RUNBOOK, edited};
use crate::bundled;
use crate::kinds::key::{Key, Shape};
use crate::kinds::{self, Entry};
use crate::schema::Family;

fn document(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

#[test]
fn every_runbook_that_is_read_fits_the_schema() {
    let schema = crate::schema();
    let bundled = bundled::ALL
        .iter()
        .map(|runbook| runbook.source().text.to_string());
    let seed = include_str!("../../tests/seed/runbook.toml").to_owned();
    for text in bundled.chain([seed, RUNBOOK.to_owned()]) {
        assert_eq!(faults(&schema, &document(&text)), Vec::<String>::new());
    }
}

/// The tables in which a check stands, with what each needs besides.
const TABLES: [(&str, &str); 3] = [
    ("Check", ""),
    ("CheckAfter", "within = \"3 min\"\n"),
    ("MonitorCheck", "while_done = \"switch\"\n"),
];

/// Judges a kind by the schema: whole, without each key, and with each key of the others.
#[track_caller]
fn exactly_its_keys(schema: &Value, table: &str, all: &[Entry], kind: &Entry, besides: &str) {
    let word = kind.word;
    let said = |own: String| {
        let text = format!("kind = \"{word}\"\n{besides}{own}");
        faults_of(schema, table, &document(&text))
    };
    for keys in variants(kind.keys) {
        assert_eq!(
            said(written(keys.iter().copied())),
            Vec::<String>::new(),
            "{word}"
        );
        for left_out in &keys {
            let name = left_out.name;
            let missing = match (left_out.needed, left_out.either) {
                (true, _) => vec![format!(": \"{name}\" is missing")],
                (_, true) => vec![": not exactly one of them fits".to_owned()],
                (false, false) => Vec::new(),
            };
            let rest = keys.iter().copied().filter(|key| key.name != name);
            assert_eq!(said(written(rest)), missing, "{word} without {name}");
        }
        let either = kind.keys.iter().filter(|key| key.either);
        for other in either.filter(|other| keys.iter().all(|key| key.name != other.name)) {
            let both = written(keys.iter().copied().chain([other]));
            assert_eq!(
                said(both),
                [": not exactly one of them fits"],
                "{word} with {}",
                other.name
            );
        }
    }
    let others = all.iter().flat_map(|other| other.keys);
    for foreign in others.filter(|key| kind.keys.iter().all(|own| own.name != key.name)) {
        let unexpected = format!("/{}: unexpected", foreign.name);
        assert_eq!(
            said(written(
                variants(kind.keys).remove(0).into_iter().chain([foreign])
            )),
            [unexpected],
            "{word}"
        );
    }
}

#[test]
fn a_check_has_exactly_the_keys_of_its_kind() {
    let (schema, all) = (crate::schema(), kinds::checks());
    for (table, besides) in TABLES {
        let besides = format!("id = \"new\"\ntitle = \"New\"\n{besides}");
        for kind in &all {
            exactly_its_keys(&schema, table, &all, kind, &besides);
        }
    }
}

#[test]
fn an_action_has_exactly_the_keys_of_its_kind() {
    let (schema, all) = (crate::schema(), kinds::actions());
    for kind in &all {
        exactly_its_keys(&schema, "Action", &all, kind, "");
    }
}

#[test]
fn a_value_that_is_wrong_is_told_once() {
    let schema = crate::schema();
    let check = |kind: &str| {
        let text = format!("id = \"new\"\ntitle = \"New\"\nkind = {kind}\npool_id = \"eu-west-2_EXAMPLE\"");
        faults_of(&schema, "Check", &document(&text))
    };
    let mfa = [r#"/mfa: "sometimes" is none of ["off","optional","on"]"#];
    assert_eq!(check("\"cognito.mfa\"\nmfa = \"sometimes\""), mfa);
    let policy = "\"cognito.password_policy\"\nminimum_length = []";
    assert_eq!(check(policy).len(), 1);
}

#[test]
fn no_kind_has_a_key_that_every_check_or_action_has() {
    let schema = crate::schema();
    for (entries, table) in [
        (kinds::checks(), "check.aws.identity"),
        (kinds::actions(), "action.route53.switch"),
    ] {
        let all = schema["$defs"][table]["properties"].as_object().unwrap();
        let common: Vec<_> = all
            .iter()
            .filter(|(_, is)| is.is_boolean())
            .map(|(key, _)| key.as_str())
            .collect();
        assert!(common.contains(&"kind"));
        for name in kinds::key_names(&entries) {
            assert!(!common.contains(&name), "{name}");
        }
    }
}

#[test]
fn a_word_that_no_kind_has_is_the_only_thing_that_is_said_of_its_table() {
    let wrong = edited(
        RUNBOOK,
        &[("kind = \"route53.set_ttl\"", "kind = \"route53.set_tll\"")],
    );
    let said = faults(&crate::schema(), &document(&wrong));
    let [one] = said.as_slice() else {
        panic!("{said:?}")
    };
    let start = "/phase/0/step/0/action/kind: \"route53.set_tll\" is none of";
    assert!(one.starts_with(start), "{one}");
}

const RECORD_NAME: Key = Key::needed("name", Shape::Text, "The record's name", "\"a.example.nhs.test\"");
const PARAMETER_NAME: Key = Key::needed("name", Shape::Text, "The parameter's name", "\"/a/b\"");
const COUNT: Key = Key::optional("of", Shape::Number, "How many", "3");
const LIST: Key = Key::needed("of", Shape::Texts, "What they are", "[\"a\"]");

#[test]
fn a_key_that_means_another_thing_in_another_kind_is_described_as_both() {
    let kind = |word, keys| Entry {
        word,
        says: "Is so",
        keys,
    };
    let entries = vec![
        kind("dns.one", &[RECORD_NAME, COUNT]),
        kind("dns.two", &[RECORD_NAME]),
        kind("ssm.one", &[PARAMETER_NAME, LIST]),
    ];
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let properties = Family::of("check", entries, &mut generator).properties();
    assert_eq!(
        properties["name"],
        json!({
            "type": "string",
            "description": "The record's name (dns.one, dns.two). The parameter's name (ssm.one).",
        })
    );
    assert_eq!(
        properties["of"],
        json!({
            "anyOf": [{ "$ref": "#/$defs/Number" }, { "$ref": "#/$defs/Texts" }],
            "description": "How many (dns.one). What they are (ssm.one).",
        })
    );
}
