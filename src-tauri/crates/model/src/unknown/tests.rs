#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::lost;
use crate::{
    ActionSpec, AttemptId, CheckSpec, Event, EventKind, Frozen, Image, Plan, Reversibility, StepId, Way,
};

fn image() -> Value {
    json!({"kind": "record_sets", "zone_id": "Z0EXAMPLE", "name": "apps.example.nhs.test.", "sets": [
        {"name": "apps.example.nhs.test.", "type": "A", "data": {"values": {"ttl": 60, "values": ["192.0.2.10"]}},
         "routing": {"set_identifier": "blue", "weight": 90}},
    ]})
}

/// Every object of a tree with one field more, one at a time.
fn with_a_field_more(tree: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match tree {
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("of_the_future".to_owned(), json!(1));
            all.push(Value::Object(more));
            for (key, value) in fields {
                for inner in with_a_field_more(value) {
                    let mut more = fields.clone();
                    more.insert(key.clone(), inner);
                    all.push(Value::Object(more));
                }
            }
        }
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                for inner in with_a_field_more(value) {
                    let mut more = values.clone();
                    more[at] = inner;
                    all.push(Value::Array(more));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    all
}

#[test]
fn an_image_with_a_field_that_is_not_known_is_not_known_at_any_depth() {
    let known: Image = serde_json::from_value(image()).unwrap();
    assert!(matches!(known, Image::RecordSets { .. }));
    let all = with_a_field_more(&image());
    assert_eq!(all.len(), 5, "the image, its set, data, values, routing");
    for newer in all {
        let text = newer.to_string();
        // A data of a kind with two keys is refused by serde and so is not known either.
        let read: Image = serde_json::from_str(&text).unwrap();
        assert!(matches!(read, Image::Unknown(_)), "{text}");
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            text,
            "written as it was read"
        );
        assert!(!read.same_as(&known) && !known.same_as(&read) && read.same_as(&read));
    }
}

/// An image looks at its own text, which serde's copy of an object with a tag inside, or of one that is flattened, does
/// not have any more: whatever holds one has to be read without such a copy.
#[test]
fn an_image_is_known_wherever_an_event_has_one() {
    let preview = json!({"from": image(), "to": image(), "changes": [],
        "calls": [{"service": "route53", "operation": "ChangeResourceRecordSets", "parameters": {"a": [1, {"b": null}]}}]});
    let plan = json!({"scope": "all", "items": [
        {"id": "a", "step": "a", "title": "A", "kind": "undo", "preview": preview, "restores": image(), "loses": [],
         "because": "named"},
        {"id": "b", "step": "b", "title": "B", "kind": "publish", "preview": preview, "loses": [], "because": "named"},
        {"id": "notice-1", "step": null, "title": "N", "kind": "notice", "words": "w", "loses": [], "because": "named"},
    ], "breaches": [], "in_flight": [], "in_doubt": []});
    let events = [
        json!({"event": "checks_finished", "step": "a", "readings": [], "preview": preview, "undo": preview,
               "undo_readings": []}),
        json!({"event": "drifted", "step": "a", "finding": {"finding": "other", "found": image(), "differences": []}}),
        json!({"event": "rollback_confirmed", "plan": plan, "overrides": [], "accept_breaches": [], "by": "o"}),
    ];
    for body in events {
        let text = body.to_string();
        let event = EventKind::read(&text).unwrap();
        assert!(!matches!(event, EventKind::Unknown(_)), "{text}");
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), body);
        let mut line = body.as_object().unwrap().clone();
        line.insert("seq".to_owned(), json!(1));
        line.insert("at".to_owned(), json!("2026-03-01T20:00:00Z"));
        let line: Event = serde_json::from_value(Value::Object(line)).unwrap();
        assert_eq!(line.kind, event);
    }
}

/// Whoever reads the first of two would restore something else: by this program neither is restored.
#[test]
fn an_image_in_which_a_name_stands_twice_is_not_known() {
    let plain = image().to_string();
    assert!(matches!(
        serde_json::from_str(&plain).unwrap(),
        Image::RecordSets { .. }
    ));
    for (one, twice) in [
        (r#""ttl":60"#, r#""ttl":60,"ttl":77"#),
        (r#""ttl":60"#, r#""ttl":60,"\u0074tl":77"#),
        (r#""zone_id":"#, r#""zone_id":"ZOTHER","zone_id":"#),
        (
            r#""kind":"record_sets""#,
            r#""kind":"newer","kind":"record_sets""#,
        ),
        (r#""weight":90"#, r#""weight":90,"weight":90"#),
    ] {
        let text = plain.replacen(one, twice, 1);
        assert_ne!(text, plain);
        let read: Image = serde_json::from_str(&text).unwrap();
        assert!(matches!(read, Image::Unknown(_)), "{text}");
    }
    // The same object at two places is no such thing.
    let text = plain.replacen(r#","zone_id""#, r#", "zone_id""#, 1);
    assert_ne!(text, plain);
    assert!(matches!(
        serde_json::from_str(&text).unwrap(),
        Image::RecordSets { .. }
    ));
}

#[test]
fn an_image_of_another_order_is_known() {
    let text = r#"{"sets":[],"name":"apps.example.nhs.test.","zone_id":"Z0EXAMPLE","kind":"record_sets"}"#;
    let read: Image = serde_json::from_str(text).unwrap();
    assert!(matches!(read, Image::RecordSets { .. }));
}

#[test]
fn a_kind_that_is_not_known_is_named_and_written_as_it_was_read() {
    let text = r#"{"kind":"wafv2.rule","acl":"x","lock":{"token":[1,2.5,null]}}"#;
    let action: ActionSpec = serde_json::from_str(text).unwrap();
    assert_eq!((action.id(), action.service()), ("wafv2.rule", "wafv2"));
    assert_eq!(serde_json::to_string(&action).unwrap(), text);
    let image: Image = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&image).unwrap(), text);
    let way: Reversibility = serde_json::from_str(r#"{"kind":"by_ticket","queue":"a"}"#).unwrap();
    assert!(matches!(&way, Reversibility::Unknown(unknown) if unknown.kind() == "by_ticket"));
    let check = r#"{"id":"a","title":"A","kind":"wafv2.allows","acl":"x","believable_s":60,"mend":"m"}"#;
    let spec: CheckSpec = serde_json::from_str(check).unwrap();
    assert_eq!(spec.kind.id(), "wafv2.allows");
    assert_eq!(serde_json::to_string(&spec).unwrap(), check);
    for no_kind in ["{}", "7", r#"{"kind":7}"#, r#"{"acl":"x"}"#] {
        assert!(serde_json::from_str::<ActionSpec>(no_kind).is_err(), "{no_kind}");
        assert!(serde_json::from_str::<Image>(no_kind).is_err(), "{no_kind}");
    }
}

#[test]
fn an_event_that_is_not_known_is_read_as_it_stands() {
    for text in [
        r#"{"event":"paired","step":"mid.3","with":["Jo"]}"#,
        r#"{"event":"held","by":7,"reason":"a known kind of another shape"}"#,
    ] {
        let event = EventKind::read(text).unwrap();
        assert!(matches!(event, EventKind::Unknown(_)), "{text}");
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
    for text in ["{}", "[]", r#"{"event":7}"#, r#"{"event":"held""#] {
        assert!(EventKind::read(text).is_err(), "{text}");
    }
}

#[test]
fn a_plan_has_the_digest_of_its_bytes_whatever_is_known_of_it() {
    let plan: Plan = serde_json::from_value(json!({
        "runbook": "example", "title": "Example", "version": "1",
        "target": {"name": "rehearsal", "kind": "rehearsal", "account": "123456789012", "region": "eu-west-2"},
        "phases": [], "monitors": [], "rules": [], "coherence": [], "decisions": [],
    }))
    .unwrap();
    let ours = serde_json::to_string(&plan).unwrap();
    let read: Frozen = serde_json::from_str(&ours).unwrap();
    assert_eq!((read.digest(), read.not_known()), (plan.digest(), vec![]));

    let newer = ours.replacen('{', r#"{"publishes":[{"export":"a"}],"#, 1);
    let newer = newer.replace(r#""region":"#, r#""partition":"aws","region":"#);
    let read: Frozen = serde_json::from_str(&newer).unwrap();
    assert_eq!(read.digest(), crate::Digest::of_bytes(newer.as_bytes()));
    assert_eq!(serde_json::to_string(&read).unwrap(), newer);
    assert_eq!(read.not_known(), ["publishes", "target.partition"]);
    assert_eq!(*read, plan);
}

#[test]
fn what_is_lost_is_named_by_its_path() {
    let raw = json!({"a": {"b": [1, {"c": 2}]}, "d": 3});
    assert_eq!(lost(&raw, &raw, 9), Vec::<String>::new());
    assert_eq!(
        lost(&raw, &json!({"a": {"b": [1, {}]}, "d": 4}), 9),
        ["a.b[1].c", "d"]
    );
    assert_eq!(lost(&raw, &json!({"a": {"b": [1]}}), 1), ["a.b"]);
}

/// A mark is written again as it was read, also with a last look of a kind that is not known; without one it is no mark.
#[test]
fn a_mark_is_written_again_as_it_was_read() {
    let attempt = AttemptId {
        step: StepId::new("pool-canary").unwrap(),
        generation: 1,
        way: Way::Apply,
        n: 1,
    };
    let attempt = serde_json::to_string(&attempt).unwrap();
    for (mark, is_known) in [
        (
            r#"{"proven":["asked"],"last_look":{"kind":"time","at":"2026-01-01T10:00:00Z"}}"#,
            true,
        ),
        (
            r#"{"last_look":{"kind":"time","at":"2026-01-01T10:00:00Z"}}"#,
            true,
        ),
        (r#"{"last_look":{"kind":"newer","x":1}}"#, true),
        (r#"{"proven":["asked"]}"#, false),
    ] {
        let text = format!(r#"{{"event":"marked","attempt":{attempt},"mark":{mark}}}"#);
        let event = EventKind::read(&text).unwrap();
        assert_eq!(matches!(event, EventKind::Marked { .. }), is_known, "{mark}");
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
}
