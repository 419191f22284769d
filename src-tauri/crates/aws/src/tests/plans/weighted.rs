//! Weighted record sets go and come together.

use switchback_engine::ports::Action as _;
use switchback_model::Finding;
use switchback_model::dns::{RecordSet, RecordType, Routing};

use super::judged;
use crate::tests::{OLD, a, apps, image, set_ttl, switch};

fn weighted(id: &str, weight: u8, ttl: u32, value: &str) -> RecordSet {
    RecordSet {
        routing: Routing::weighted(id.to_owned(), weight),
        ..a(ttl, value)
    }
}

/// Verb, identifier, weight and TTL of each change of a preview.
fn changes(preview: &switchback_model::Preview) -> Vec<String> {
    let changes = preview.calls[0].parameters["ChangeBatch"]["Changes"]
        .as_array()
        .unwrap();
    let line = |change: &serde_json::Value| {
        let set = &change["ResourceRecordSet"];
        let text = |value: &serde_json::Value| value.to_string().replace('"', "");
        format!(
            "{} {} {} {}",
            text(&change["Action"]),
            text(&set["SetIdentifier"]),
            text(&set["Weight"]),
            text(&set["TTL"])
        )
    };
    changes.iter().map(line).collect()
}

#[test]
fn weighted_sets_go_and_come_together() {
    const NEW: &str = "198.51.100.20";
    let old = image(vec![
        weighted("blue", 100, 300, OLD),
        weighted("green", 0, 300, NEW),
    ]);
    let lowered = set_ttl(60).plan(&old, None).unwrap();
    assert_eq!(
        changes(&lowered),
        [
            "DELETE blue 100 300",
            "DELETE green 0 300",
            "CREATE blue 100 60",
            "CREATE green 0 60"
        ]
    );
    // One of them stays as it is, and is part of the compare-and-swap all the same.
    let shift = switch(vec![
        weighted("blue", 100, 60, OLD),
        weighted("green", 50, 60, NEW),
    ]);
    let there = shift.plan(&lowered.to, None).unwrap();
    assert_eq!(
        changes(&there),
        [
            "DELETE blue 100 60",
            "DELETE green 0 60",
            "CREATE blue 100 60",
            "CREATE green 50 60"
        ]
    );
    let back = shift.plan(&there.to, Some(&lowered.to)).unwrap();
    assert_eq!(back.to, lowered.to);
    assert_eq!(set_ttl(60).plan(&lowered.to, Some(&old)).unwrap().to, old);
    assert!(shift.plan(&there.to, None).unwrap().is_empty());
    // A simple record set of another type is left out, as ever.
    let six = RecordSet::values(apps(), RecordType::Aaaa, 60, vec!["2001:db8::1".to_owned()]);
    let mixed = image(vec![
        weighted("blue", 100, 60, OLD),
        weighted("green", 0, 60, NEW),
        six.clone(),
    ]);
    let there = switch(vec![
        weighted("blue", 0, 60, OLD),
        weighted("green", 9, 60, NEW),
        six,
    ])
    .plan(&mixed, None);
    assert_eq!(changes(&there.unwrap()).len(), 4);
    // To and from a simple record.
    let simple = image(vec![a(60, NEW)]);
    let one = switch(vec![a(60, NEW)]).plan(&old, None).unwrap();
    assert_eq!(
        changes(&one),
        ["DELETE blue 100 300", "DELETE green 0 300", "CREATE null null 60"]
    );
    assert_eq!(switch(vec![]).plan(&simple, Some(&old)).unwrap().to, old);
    // A weight is judged as a field of its own.
    let other = image(vec![
        weighted("blue", 7, 300, OLD),
        weighted("green", 0, 300, NEW),
    ]);
    let Finding::Other { differences, .. } = judged(&set_ttl(60), &other, &old, &lowered.to) else {
        panic!("somebody else's weight")
    };
    let routing = differences
        .iter()
        .find(|difference| difference.field == "A set \"blue\" routing")
        .unwrap();
    assert_eq!(
        (routing.found.as_str(), routing.before.as_str()),
        ("weight 7", "weight 100")
    );
}

#[test]
fn weighted_sets_that_route_53_would_refuse_are_refused_before() {
    let from = image(vec![a(60, OLD)]);
    for (to, words) in [
        (
            vec![weighted("blue", 1, 60, OLD), a(60, "192.0.2.11")],
            "cannot stand beside one that is not weighted",
        ),
        (
            vec![weighted("blue", 1, 60, OLD), weighted("green", 1, 61, OLD)],
            "different TTLs",
        ),
        (
            vec![weighted("blue", 1, 60, OLD), weighted("blue", 2, 60, OLD)],
            "the same type and identifier",
        ),
        (
            vec![RecordSet {
                routing: Routing {
                    set_identifier: None,
                    ..Routing::weighted(String::new(), 1)
                },
                ..a(60, OLD)
            }],
            "has no identifier",
        ),
        (
            vec![RecordSet {
                routing: Routing {
                    weight: Some(256),
                    ..Routing::weighted("b".to_owned(), 1)
                },
                ..a(60, OLD)
            }],
            "not between 0 and 255",
        ),
    ] {
        let refused = switch(to).plan(&from, None).unwrap_err();
        assert!(refused.message.contains(words), "{}", refused.message);
    }
    // Latency and failover are not switched; what an earlier release has switched comes back.
    for (routing, words) in [
        (
            Routing {
                region: Some("eu-west-2".to_owned()),
                ..Routing::default()
            },
            "uses latency routing",
        ),
        (
            Routing {
                failover: Some("PRIMARY".to_owned()),
                ..Routing::default()
            },
            "uses failover routing",
        ),
    ] {
        let routed = image(vec![RecordSet {
            routing: Routing {
                set_identifier: Some("one".to_owned()),
                ..routing
            },
            ..a(60, OLD)
        }]);
        for action in [set_ttl(30), switch(vec![a(60, OLD)])] {
            let refused = action.plan(&routed, None).unwrap_err();
            assert!(refused.message.contains(words), "{}", refused.message);
            assert_eq!(action.plan(&from, Some(&routed)).unwrap().to, routed);
        }
    }
}
