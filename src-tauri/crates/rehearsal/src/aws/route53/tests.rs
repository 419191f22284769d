#![expect(clippy::unwrap_used, reason = "tests")]

use super::{list, rules, wire};
use crate::aws::Call;
use crate::clock::ScaledClock;
use crate::records::{Action, Alias, BatchItem, RecordSet, Routing};
use crate::seed;
use crate::state::State;
use crate::tls::Authority;

const APPS: &str = seed::APPS_NAME;

fn item(action: Action, record: RecordSet) -> BatchItem {
    BatchItem { action, record }
}

fn old() -> RecordSet {
    RecordSet::simple(APPS, "A", 300, &["192.0.2.10"])
}

fn new() -> RecordSet {
    RecordSet::simple(APPS, "A", 300, &["198.51.100.20"])
}

fn weighted(name: &str, id: &str) -> RecordSet {
    RecordSet {
        set_identifier: Some(id.into()),
        routing: Some(Routing::Weight(1)),
        ..RecordSet::simple(name, "A", 60, &["192.0.2.77"])
    }
}

fn alias(name: &str, zone: &str, target: &str) -> RecordSet {
    RecordSet {
        ttl: None,
        values: vec![],
        alias: Some(Alias {
            hosted_zone_id: zone.into(),
            dns_name: target.into(),
            evaluate_target_health: false,
        }),
        ..RecordSet::simple(name, "A", 0, &[])
    }
}

fn apply(batch: &[BatchItem]) -> Result<Vec<RecordSet>, (String, String)> {
    rules::apply(&seed::records(), seed::ZONE_NAME, batch).map_err(|e| (e.code, e.message))
}

#[test]
fn batches_that_are_accepted() {
    use Action::{Create, Delete, Upsert};
    let www = RecordSet::simple("www.example.nhs.test", "CNAME", 300, &["apps.example.nhs.test"]);
    let blue = seed::records()
        .into_iter()
        .find(|r| r.set_identifier.as_deref() == Some("blue"))
        .unwrap();
    for (what, batch) in [
        ("compare and swap", vec![item(Delete, old()), item(Create, new())]),
        (
            "CNAME to alias in one batch",
            vec![
                item(Delete, www),
                item(
                    Create,
                    alias(
                        "www.example.nhs.test",
                        seed::CLOUDFRONT_ZONE_ID,
                        "d1.cloudfront.net.",
                    ),
                ),
            ],
        ),
        (
            "alias within the zone",
            vec![item(Create, alias("n.example.nhs.test", seed::ZONE_ID, APPS))],
        ),
        (
            "a third weighted",
            vec![item(Create, weighted("api.example.nhs.test", "red"))],
        ),
        ("delete one weighted", vec![item(Delete, blue)]),
        ("upsert", vec![item(Upsert, new())]),
        ("1,000 values", vec![item(Create, many(1_000))]),
    ] {
        assert!(apply(&batch).is_ok(), "{what}: {:?}", apply(&batch));
    }
}

fn many(n: usize) -> RecordSet {
    let values: Vec<String> = (0..n).map(|i| format!("10.0.{}.{}", i / 256, i % 256)).collect();
    RecordSet {
        values,
        ..RecordSet::simple("many.example.nhs.test", "A", 60, &[])
    }
}

#[test]
fn batches_that_are_refused() {
    use Action::{Create, Delete, Upsert};
    let simple = |name: &str, kind: &str, value: &str| RecordSet::simple(name, kind, 60, &[value]);
    let soa = seed::records().into_iter().find(|r| r.kind == "SOA").unwrap();
    let ns = seed::records().into_iter().find(|r| r.kind == "NS").unwrap();
    for (batch, code, text) in [
        (
            vec![item(Delete, simple("no.example.nhs.test", "A", "192.0.2.1"))],
            "InvalidChangeBatch",
            "[Tried to delete resource record set [name='no.example.nhs.test.', type='A'] but it was not found]",
        ),
        (
            vec![item(Delete, new()), item(Create, old())],
            "InvalidChangeBatch",
            "but the values provided do not match the current values",
        ),
        (
            vec![item(
                Delete,
                RecordSet {
                    ttl: Some(60),
                    ..old()
                },
            )],
            "InvalidChangeBatch",
            "do not match",
        ),
        (
            vec![item(Create, new())],
            "InvalidChangeBatch",
            "but it already exists",
        ),
        (
            vec![item(Create, simple("apps.example.org", "A", "192.0.2.1"))],
            "InvalidChangeBatch",
            "is not permitted in zone example.nhs.test.",
        ),
        (
            vec![item(Create, simple(APPS, "CNAME", "www.example.org."))],
            "InvalidChangeBatch",
            "conflicts with other records",
        ),
        (
            vec![item(Create, simple("www.example.nhs.test", "A", "192.0.2.1"))],
            "InvalidChangeBatch",
            "conflicting RRSet of type CNAME",
        ),
        (
            vec![item(Create, simple(seed::ZONE_NAME, "CNAME", "a.example.org."))],
            "InvalidChangeBatch",
            "not permitted at apex",
        ),
        (vec![item(Delete, soa)], "InvalidChangeBatch", "exactly one SOA"),
        (vec![item(Delete, ns)], "InvalidChangeBatch", "at least one NS"),
        (
            vec![item(Create, weighted(APPS, "one"))],
            "InvalidChangeBatch",
            "non multi-answer rrset exists",
        ),
        (
            vec![item(
                Create,
                RecordSet {
                    ttl: Some(61),
                    ..weighted("api.example.nhs.test", "third")
                },
            )],
            "InvalidChangeBatch",
            "weighted sets must contain the same TTL",
        ),
        (
            vec![item(
                Create,
                RecordSet {
                    routing: Some(Routing::Region("eu-west-2".into())),
                    ..weighted("api.example.nhs.test", "third")
                },
            )],
            "InvalidChangeBatch",
            "a different routing policy exists",
        ),
        (
            vec![item(Create, weighted("api.example.nhs.test", "blue"))],
            "InvalidChangeBatch",
            "already exists",
        ),
        (
            vec![item(Create, weighted("w.example.nhs.test", &"x".repeat(129)))],
            "InvalidInput",
            "length between 1 and 128",
        ),
        (
            vec![item(Create, simple("api.example.nhs.test", "A", "192.0.2.1"))],
            "InvalidChangeBatch",
            "other RRSets exist",
        ),
        (
            vec![item(Upsert, simple(APPS, "A", "not an address"))],
            "InvalidChangeBatch",
            "not a valid IPv4 address",
        ),
        (
            vec![item(Upsert, simple("t.example.nhs.test", "TXT", "bare"))],
            "InvalidChangeBatch",
            "quotation marks",
        ),
        (
            vec![item(
                Create,
                alias("n.example.nhs.test", seed::ZONE_ID, "nothing.example.nhs.test."),
            )],
            "InvalidChangeBatch",
            "that target was not found",
        ),
        (
            vec![item(
                Create,
                alias("n.example.nhs.test", seed::CLOUDFRONT_ZONE_ID, "d1.example.org."),
            )],
            "InvalidChangeBatch",
            "does not lie within the target zone",
        ),
        (
            vec![item(Create, many(1_001))],
            "InvalidChangeBatch",
            "limit of 1000",
        ),
        (
            vec![item(Upsert, many(501))],
            "InvalidChangeBatch",
            "limit of 1000",
        ),
        (
            vec![item(Create, simple("x.example.nhs.test", "BOGUS", "1"))],
            "InvalidInput",
            "enum value set",
        ),
    ] {
        let (found, message) = apply(&batch).unwrap_err();
        assert_eq!(found, code, "{message}");
        assert!(message.contains(text), "{message}");
    }
}

#[test]
fn a_batch_with_one_objection_changes_nothing_and_all_are_named() {
    let batch = [
        item(Action::Delete, old()),
        item(Action::Create, old()),
        item(Action::Create, weighted("a.example.org", "x")),
        item(Action::Delete, new()),
    ];
    let (_, message) = apply(&batch).unwrap_err();
    assert!(message.contains("not permitted in zone"), "{message}");
    assert!(message.contains("do not match"), "{message}");
}

#[test]
fn xml_goes_both_ways_and_unknown_elements_are_refused() {
    for set in seed::records() {
        let xml = format!(
            "<?xml version=\"1.0\"?><ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <ChangeBatch><Comment>run 1 &amp; step 2</Comment><Changes><Change><Action>DELETE</Action>{}</Change></Changes></ChangeBatch>\
             </ChangeResourceRecordSetsRequest>",
            wire::write_record(&set).unwrap()
        );
        let (comment, batch) = wire::read_batch(xml.as_bytes()).unwrap();
        assert_eq!(comment.as_deref(), Some("run 1 & step 2"));
        assert_eq!(batch, [item(Action::Delete, set)]);
        let odd = xml.replace("</Action>", "</Action><Surprise>1</Surprise>");
        let error = wire::read_batch(odd.as_bytes()).unwrap_err();
        assert_eq!(error.code, "MalformedInput");
        assert!(error.message.contains("Surprise"), "{}", error.message);
    }
}

#[test]
fn incomplete_records_are_refused_in_words() {
    for (inner, text) in [
        ("<Name>a</Name><Type>A</Type>", "but found none"),
        (
            "<Name>a</Name><Type>A</Type><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>",
            "Missing field 'TTL'",
        ),
        (
            "<Name>a</Name><Type>A</Type><Weight>1</Weight><TTL>1</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>",
            "SetIdentifier",
        ),
    ] {
        let xml = format!(
            "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>CREATE</Action>\
             <ResourceRecordSet>{inner}</ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
        );
        let error = wire::read_batch(xml.as_bytes()).unwrap_err();
        assert_eq!(error.code, "InvalidInput");
        assert!(error.message.contains(text), "{}", error.message);
    }
}

#[test]
fn paging_by_one_gives_every_set_once_and_in_order() {
    let state = State::new(
        ScaledClock::starting_now(1),
        35_000,
        Authority::generate().unwrap(),
    );
    let zone = state.zones().remove(0);
    let tag = |body: &str, name: &str| {
        let from = body.split(&format!("<{name}>")).nth(1)?;
        from.split("</").next().map(str::to_owned)
    };
    let mut query: Vec<(String, String)> = vec![("maxitems".into(), "1".into())];
    let mut seen = Vec::new();
    loop {
        let call = Call {
            method: http::Method::GET,
            target: None,
            invocation: None,
            segments: vec![],
            query: query.clone(),
            body: bytes::Bytes::new(),
        };
        let body = list::record_sets(&zone, &call).unwrap();
        seen.push((
            tag(&body, "Name").unwrap(),
            tag(&body, "Type").unwrap(),
            tag(&body, "SetIdentifier"),
        ));
        if tag(&body, "IsTruncated").as_deref() == Some("false") {
            break;
        }
        query = vec![("maxitems".into(), "1".into())];
        for (from, to) in [
            ("NextRecordName", "name"),
            ("NextRecordType", "type"),
            ("NextRecordIdentifier", "identifier"),
        ] {
            query.extend(tag(&body, from).map(|v| (to.to_owned(), v)));
        }
    }
    let all: Vec<_> = seed::records()
        .into_iter()
        .map(|r| (r.name, r.kind, r.set_identifier))
        .collect();
    assert_eq!(seen, all);
}
