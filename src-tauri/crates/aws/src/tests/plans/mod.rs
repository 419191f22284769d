use serde_json::json;
use switchback_engine::ports::Action as _;
use switchback_model::dns::{RecordData, RecordSet, RecordType};
use switchback_model::{Finding, Image};

use super::{OLD, a, alias, apps, image, set_ttl, switch};
use crate::Bound;
use crate::route53::NameChange;

mod refused;
mod weighted;

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
