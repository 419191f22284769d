use serde_json::json;
use switchback_engine::ports::{Action as _, ProviderErrorKind};
use switchback_model::dns::{RecordData, RecordSet, RecordType, Routing};
use switchback_model::{Finding, Image};

use crate::Bound;
use crate::route53::NameChange;

use super::{OLD, a, alias, apps, image, name, set_ttl, switch};

/// What an image means, whatever request was sent.
fn judged(action: &Bound<NameChange>, now: &Image, before: &Image, after: &Image) -> Finding {
    action.judge(&now.clone().into(), before, after, None)
}

#[test]
fn a_switch_deletes_exactly_what_is_there_and_creates_what_comes() {
    let from = image(vec![a(60, OLD)]);
    let preview = switch(vec![alias(RecordType::A)]).plan(&from, None).unwrap();
    assert_eq!(preview.to, image(vec![alias(RecordType::A)]));
    assert_eq!(preview.calls.len(), 1);
    assert_eq!(
        preview.calls[0].parameters,
        json!({"HostedZoneId": "Z0EXAMPLE", "ChangeBatch": {"Changes": [
            {"Action": "DELETE", "ResourceRecordSet": {
                "Name": "apps.example.nhs.test.", "Type": "A", "TTL": 60,
                "ResourceRecords": [{"Value": "192.0.2.10"}]}},
            {"Action": "CREATE", "ResourceRecordSet": {
                "Name": "apps.example.nhs.test.", "Type": "A",
                "AliasTarget": {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d111111abcdef8.cloudfront.net.",
                                "EvaluateTargetHealth": false}}}]}})
    );
    assert_eq!(
        preview.changes[0].before,
        ["A apps.example.nhs.test 192.0.2.10 TTL 60 s"]
    );
}

#[test]
fn an_undo_is_the_mirror_image() {
    let action = switch(vec![alias(RecordType::A), alias(RecordType::Aaaa)]);
    let before = image(vec![a(60, OLD)]);
    let there = action.plan(&before, None).unwrap();
    let back = action.plan(&there.to, Some(&before)).unwrap();
    assert_eq!((&back.from, &back.to), (&there.to, &before));
    let verbs = |preview: &switchback_model::Preview| {
        let changes = preview.calls[0].parameters["ChangeBatch"]["Changes"]
            .as_array()
            .unwrap()
            .clone();
        changes
            .iter()
            .map(|c| c["Action"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(verbs(&there), ["DELETE", "CREATE", "CREATE"]);
    assert_eq!(verbs(&back), ["DELETE", "DELETE", "CREATE"]);
    // Back to a name without records is a deletion.
    let nothing = image(vec![]);
    assert_eq!(
        verbs(&action.plan(&there.to, Some(&nothing)).unwrap()),
        ["DELETE", "DELETE"]
    );
}

#[test]
fn a_ttl_is_set_on_values_and_an_alias_is_left_out() {
    let six = RecordSet::values(apps(), RecordType::Aaaa, 900, vec!["2001:db8::1".to_owned()]);
    let from = image(vec![a(300, OLD), six.clone()]);
    let preview = set_ttl(60).plan(&from, None).unwrap();
    assert_eq!(preview.to, image(vec![a(60, OLD), six.with_ttl(60)]));
    assert_eq!(
        preview.calls[0].parameters["ChangeBatch"]["Changes"]
            .as_array()
            .unwrap()
            .len(),
        4
    );

    let mixed = image(vec![a(300, OLD), alias(RecordType::Aaaa)]);
    let preview = set_ttl(60).plan(&mixed, None).unwrap();
    assert_eq!(
        preview.calls[0].parameters["ChangeBatch"]["Changes"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    for nothing in [image(vec![a(60, OLD)]), image(vec![alias(RecordType::A)])] {
        let preview = set_ttl(60).plan(&nothing, None).unwrap();
        assert!(preview.is_empty() && preview.changes.is_empty());
        assert_eq!((&preview.from, &preview.to), (&nothing, &nothing));
    }
}

#[test]
fn values_spelt_differently_are_the_same_but_are_deleted_as_they_are() {
    let raw = |value: &str| RecordSet {
        data: RecordData::Values {
            ttl: 60,
            values: vec![value.to_owned()],
        },
        ..RecordSet::values(apps(), RecordType::Aaaa, 60, vec![])
    };
    let spelt = image(vec![raw("2001:0DB8::0001")]);
    assert!(
        switch(vec![raw("2001:db8::1")])
            .plan(&spelt, None)
            .unwrap()
            .is_empty()
    );
    let preview = switch(vec![alias(RecordType::A)]).plan(&spelt, None).unwrap();
    let deleted = &preview.calls[0].parameters["ChangeBatch"]["Changes"][0]["ResourceRecordSet"];
    assert_eq!(deleted["ResourceRecords"][0]["Value"], "2001:0DB8::0001");
    let finding = judged(
        &set_ttl(60),
        &image(vec![raw("2001:db8::1")]),
        &spelt,
        &image(vec![alias(RecordType::A)]),
    );
    assert_eq!(finding, Finding::Before);
}

#[test]
fn the_way_back_restores_values_in_their_order() {
    let listed = RecordSet {
        data: RecordData::Values {
            ttl: 300,
            values: vec!["192.0.2.7".to_owned(), "192.0.2.5".to_owned()],
        },
        ..a(300, OLD)
    };
    let from = image(vec![listed]);
    let there = switch(vec![alias(RecordType::A)]).plan(&from, None).unwrap();
    let back = switch(vec![alias(RecordType::A)])
        .plan(&there.to, Some(&from))
        .unwrap();
    let created = &back.calls[0].parameters["ChangeBatch"]["Changes"][1];
    assert_eq!(created["Action"], "CREATE");
    assert_eq!(
        created["ResourceRecordSet"]["ResourceRecords"],
        serde_json::json!([{ "Value": "192.0.2.7" }, { "Value": "192.0.2.5" }])
    );
    // Another order is no other answer.
    let sorted = image(vec![RecordSet::values(
        apps(),
        RecordType::A,
        300,
        vec!["192.0.2.7".to_owned(), "192.0.2.5".to_owned()],
    )]);
    assert_eq!(judged(&set_ttl(60), &sorted, &from, &there.to), Finding::Before);
}

#[test]
fn a_cname_does_not_join_records_of_other_types() {
    let Image::RecordSets {
        zone_id, name, sets, ..
    } = image(vec![a(300, OLD)])
    else {
        panic!("an image of record sets")
    };
    let crowded = Image::RecordSets {
        zone_id,
        name,
        sets,
        beside: vec!["MX".to_owned(), "TXT".to_owned()],
    };
    let cname = RecordSet::values(
        apps(),
        RecordType::Cname,
        60,
        vec!["new.example.nhs.test".to_owned()],
    );
    let refused = switch(vec![cname]).plan(&crowded, None).unwrap_err();
    assert_eq!(refused.kind, ProviderErrorKind::Refused);
    assert!(refused.message.contains("(MX, TXT)"), "{}", refused.message);
    let preview = switch(vec![alias(RecordType::A)]).plan(&crowded, None).unwrap();
    let Image::RecordSets { beside, .. } = preview.to else {
        panic!("an image of record sets")
    };
    assert_eq!(beside, ["MX", "TXT"]);
}

#[test]
fn the_whole_routing_is_echoed() {
    let mut weighted = a(300, OLD);
    weighted.routing.set_identifier = Some("one".to_owned());
    weighted.routing.weight = Some(10);
    weighted.routing.health_check_id = Some("11111111-1111-1111-1111-111111111111".to_owned());
    let preview = set_ttl(60).plan(&image(vec![weighted.clone()]), None).unwrap();
    let deleted = &preview.calls[0].parameters["ChangeBatch"]["Changes"][0]["ResourceRecordSet"];
    assert_eq!(
        (&deleted["SetIdentifier"], &deleted["Weight"]),
        (&json!("one"), &json!(10))
    );
    assert_eq!(
        deleted["HealthCheckId"],
        json!("11111111-1111-1111-1111-111111111111")
    );
    let sent = crate::route53::to_sdk(&weighted).unwrap();
    assert_eq!(
        (sent.set_identifier(), sent.weight(), sent.ttl()),
        (Some("one"), Some(10), Some(300))
    );
}

#[test]
fn what_is_not_safe_is_refused_by_name() {
    for routing in [
        "traffic policy",
        "geolocation",
        "geoproximity",
        "multivalue",
        "CIDR",
    ] {
        let mut set = a(300, OLD);
        set.routing.refused = Some(routing.to_owned());
        for error in [
            set_ttl(60).plan(&image(vec![set.clone()]), None).unwrap_err(),
            switch(vec![alias(RecordType::A)])
                .plan(&image(vec![set.clone()]), None)
                .unwrap_err(),
            switch(vec![alias(RecordType::A)])
                .plan(&image(vec![a(60, OLD)]), Some(&image(vec![set])))
                .unwrap_err(),
        ] {
            assert_eq!(error.kind, ProviderErrorKind::Refused);
            assert!(error.message.contains(routing) && error.hint.is_some(), "{error}");
        }
    }
    let from = image(vec![a(60, OLD)]);
    let cname = || {
        RecordSet::values(
            apps(),
            RecordType::Cname,
            60,
            vec!["new.example.nhs.test".to_owned()],
        )
    };
    let mut elsewhere = a(60, "198.51.100.20");
    elsewhere.name = name("other.example.nhs.test");
    for to in [
        vec![],
        vec![cname(), a(60, OLD)],
        vec![a(60, OLD), a(60, "192.0.2.11")],
        vec![elsewhere],
    ] {
        assert_eq!(
            switch(to).plan(&from, None).unwrap_err().kind,
            ProviderErrorKind::Refused
        );
    }
    assert_eq!(
        set_ttl(60).plan(&image(vec![]), None).unwrap_err().kind,
        ProviderErrorKind::Refused
    );
    assert_eq!(
        set_ttl(u32::MAX).plan(&from, None).unwrap_err().kind,
        ProviderErrorKind::Refused
    );
    let Image::RecordSets {
        name: owner, sets, ..
    } = from.clone()
    else {
        panic!("an image of record sets")
    };
    let other = Image::RecordSets {
        zone_id: "Z1OTHER".to_owned(),
        name: owner,
        sets,
        beside: Vec::new(),
    };
    assert_eq!(
        set_ttl(60).plan(&other, None).unwrap_err().kind,
        ProviderErrorKind::Refused
    );
}

#[test]
fn findings_speak_about_the_world() {
    let (before, after) = (
        image(vec![a(60, OLD)]),
        image(vec![alias(RecordType::A), alias(RecordType::Aaaa)]),
    );
    let action = switch(vec![alias(RecordType::A)]);
    let word = |now: &Image| judged(&action, now, &before, &after).word();
    assert_eq!(word(&before), "before");
    assert_eq!(word(&after), "after");
    assert_eq!(word(&image(vec![alias(RecordType::A)])), "partial");
    assert_eq!(word(&image(vec![a(60, OLD), alias(RecordType::Aaaa)])), "partial");
    assert_eq!(word(&image(vec![a(60, "192.0.2.99")])), "other");
    assert_eq!(word(&image(vec![a(61, OLD)])), "other");
    // Nothing of the A record is as before or after.
    assert_eq!(word(&image(vec![])), "other");
    assert_eq!(judged(&action, &before, &before, &before), Finding::After);

    let Finding::Other { differences, .. } = judged(&action, &image(vec![a(61, OLD)]), &before, &after)
    else {
        panic!()
    };
    let ttl = differences.iter().find(|d| d.field == "A TTL").unwrap();
    assert_eq!(
        (ttl.found.as_str(), ttl.before.as_str(), ttl.after.as_str()),
        ("61 s", "60 s", "fixed by alias")
    );
}

#[test]
fn a_line_without_its_ttl() {
    assert_eq!(a(60, OLD).check_line(), "A 192.0.2.10");
    assert_eq!(
        alias(RecordType::A).check_line(),
        "A alias d111111abcdef8.cloudfront.net"
    );
}

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
