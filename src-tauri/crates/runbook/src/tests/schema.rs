//! The schema describes what is read.

use std::collections::BTreeSet;

use serde_json::Value;

use super::kinds::{variants, written};
use super::{runbook, target};
use crate::kinds;
use crate::resolve::known_keys;

/// The properties of a table of the schema; the root when it has no name there.
fn properties(schema: &Value, name: Option<&str>) -> BTreeSet<String> {
    let table = name.map_or(schema, |name| &schema["$defs"][name]);
    table["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn every_key_is_described_and_every_described_key_is_read() {
    // One check of each kind, so that every key is asked for.
    let all = |header: &str, extra: &str| {
        let kinds = kinds::checks().into_iter().enumerate();
        kinds
            .map(|(n, kind)| {
                let (word, own) = (kind.word, written(variants(kind.keys).remove(0)));
                format!("[[{header}]]\nid = \"c{n}\"\ntitle = \"A check\"\nkind = \"{word}\"\n{own}{extra}\n")
            })
            .collect::<String>()
    };
    let before = all("phase.step.before", "") + "[[phase.step.before]]\nid = \"wait\"";
    let after = all("phase.step.verify", "within = 9") + "[[phase.step.verify]]\nid = \"authoritative\"";
    let looks = all("monitor.check", "") + "[[monitor.check]]\nid = \"site-answers\"";
    let runbook = runbook(&[
        ("[[phase.step.before]]\nid = \"wait\"", &before),
        ("[[phase.step.verify]]\nid = \"authoritative\"", &after),
        ("[[monitor.check]]\nid = \"site-answers\"", &looks),
        (
            "title = \"The switch\"",
            "title = \"The switch\"\n[phase.gate]\ntitle = \"Go\"\nfresh = \"15 min\"\npeople = [\"Incident lead\"]",
        ),
        (
            "reversibility = { kind = \"undo\" }",
            "reversibility = { kind = \"manual\", words = \"By hand\" }",
        ),
        (
            "reversibility = { kind = \"undo\" }",
            "reversibility = { kind = \"correct\", notice = \"Sorry\" }",
        ),
        (
            "type = \"yes_no\"",
            "type = \"one_of\"\nchoices = [\"yes\", \"no\"]",
        ),
    ]);
    let target = target(&[
        (
            "[values]",
            "[observers]\ndns = \"on\"\n[pools.admins]\nid = \"eu-west-2_EXAMPLE1\"\ntitle = \"Admins\"\n[values]",
        ),
        (
            "new = [",
            "more = [{ type = \"A\", alias = { zone_id = \"Z1\", name = \"x.test\" } }]\nnew = [",
        ),
    ]);
    let alias = "to = [{ type = \"A\", alias = { zone_id = \"Z1\", name = \"x.test\" } }]";
    // And one action of each kind.
    let actions = kinds::actions().into_iter().enumerate().map(|(n, kind)| {
        let own = written(variants(kind.keys).remove(0));
        format!(
            "[[phase.step]]\nid = \"a{n}\"\n[phase.step.action]\nkind = \"{}\"\n{own}\n",
            kind.word
        )
    });
    let actions: String = actions.collect();
    let text = runbook.text.replacen("to = \"${new}\"", alias, 1);
    let runbook = crate::Source::new("r", format!("{text}\n[[phase]]\nid = \"more\"\n{actions}"));
    let known = known_keys(&runbook, &target);
    let (schema, on) = (crate::schema(), crate::target_schema());
    for (what, schema, name) in [
        ("runbook", &schema, None),
        ("value", &schema, Some("Value")),
        ("phase", &schema, Some("Phase")),
        ("gate", &schema, Some("Gate")),
        ("step", &schema, Some("Step")),
        ("action", &schema, Some("Action")),
        ("reversibility", &schema, Some("Reversibility")),
        ("record set", &schema, Some("RecordSet")),
        ("alias", &schema, Some("Alias")),
        ("check", &schema, Some("Check")),
        ("check after a call", &schema, Some("CheckAfter")),
        ("monitor", &schema, Some("Monitor")),
        ("monitor check", &schema, Some("MonitorCheck")),
        ("rollback rule", &schema, Some("Rollback")),
        ("coherence rule", &schema, Some("Coherence")),
        ("combination", &schema, Some("Combination")),
        ("decision", &schema, Some("Decision")),
        ("target", &on, None),
        ("observers table", &on, Some("ObserverTable")),
        ("pool", &on, Some("Pool")),
    ] {
        let read: BTreeSet<String> = known[what].iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(properties(schema, name), read, "{what}");
    }
}

#[test]
fn the_words_of_the_schema_are_those_that_are_read() {
    let (schema, on) = (crate::schema(), crate::target_schema());
    let words = |schema: &Value, name: &str| -> BTreeSet<String> {
        schema["$defs"][name]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w.as_str().unwrap().to_owned())
            .collect()
    };
    fn read<T>(list: &[(&str, T)]) -> BTreeSet<String> {
        list.iter().map(|(word, _)| (*word).to_owned()).collect()
    }
    assert_eq!(words(&schema, "ValueType"), read(crate::values::VALUE_TYPES));
    assert_eq!(words(&schema, "CheckKind"), read(&crate::checks::check_kinds()));
    assert_eq!(words(&schema, "StepKind"), read(crate::steps::STEP_KINDS));
    assert_eq!(
        words(&schema, "ActionKind"),
        read(&crate::actions::action_kinds())
    );
    assert_eq!(words(&schema, "ReversibilityKind"), read(crate::steps::WAYS_BACK));
    assert_eq!(words(&schema, "RecordType"), read(crate::records::RECORD_TYPES));
    assert_eq!(words(&schema, "DecisionType"), read(crate::rules::DECISION_TYPES));
    assert_eq!(words(&on, "TargetKind"), read(crate::target::TARGET_KINDS));
    assert_eq!(words(&on, "PoolRole"), read(crate::target::POOL_ROLES));
    assert_eq!(words(&on, "Observer"), read(crate::target::OBSERVERS));
}
