//! Weighted record sets: what is read of them, what is refused, and what the checks make of them.

use switchback_model::dns::{RecordData, RecordType};
use switchback_model::{ActionSpec, CheckKind, Plan};

use super::{runbook, target, target_errors};
use crate::resolve;

const NEW: &str = "[{ type = \"A\", ttl = 60, values = [\"198.51.100.20\"] }]";
const BLUE: &str =
    "{ type = \"A\", ttl = 60, values = [\"192.0.2.10\"], set_identifier = \"blue\", weight = 90 }";
const GREEN: &str =
    "{ type = \"A\", ttl = 60, values = [\"198.51.100.20\"], set_identifier = \"green\", weight = 10 }";

fn plan(new: &str) -> Plan {
    resolve(&runbook(&[]), &target(&[(NEW, &format!("[{new}]"))])).unwrap()
}

fn said(new: &str) -> String {
    target_errors(&[(NEW, &format!("[{new}]"))])
}

/// The answers that the plan's check of the name servers takes for right.
fn right(plan: &Plan) -> Vec<Vec<String>> {
    let CheckKind::Authoritative { values, or, .. } = &plan.phases[0].steps[1].verify[0].kind else {
        panic!("a dns check")
    };
    std::iter::once(values.clone())
        .chain(or.iter().cloned())
        .collect()
}

#[test]
fn a_pair_reaches_the_plan_and_its_checks() {
    let plan = plan(&format!("{GREEN}, {BLUE}"));
    let Some(ActionSpec::SwitchRecord(switch)) = &plan.phases[0].steps[1].action else {
        panic!("a switch")
    };
    let lines: Vec<String> = switch.to.iter().map(|set| set.line()).collect();
    assert_eq!(
        lines,
        [
            "A apps.example.nhs.test 192.0.2.10 TTL 60 s set \"blue\" (weight 90)",
            "A apps.example.nhs.test 198.51.100.20 TTL 60 s set \"green\" (weight 10)",
        ]
    );
    assert_eq!(right(&plan), [["192.0.2.10"], ["198.51.100.20"]]);
    let json = serde_json::to_string(&plan).unwrap();
    let again: Plan = serde_json::from_str(&json).unwrap();
    assert_eq!(again.digest(), plan.digest());
}

#[test]
fn only_what_has_a_share_is_a_right_answer() {
    let weighed = |blue: u32, green: u32| {
        let new = format!("{BLUE}, {GREEN}")
            .replace("weight = 90", &format!("weight = {blue}"))
            .replace("weight = 10", &format!("weight = {green}"));
        right(&plan(&new))
    };
    assert_eq!(weighed(0, 255), [["198.51.100.20"]]);
    assert_eq!(weighed(1, 0), [["192.0.2.10"]]);
    // All of them 0: each is served as often as the others.
    assert_eq!(weighed(0, 0), [["192.0.2.10"], ["198.51.100.20"]]);
    // The same answer twice is one.
    assert_eq!(
        right(&plan(&format!(
            "{BLUE}, {}",
            GREEN.replace("198.51.100.20", "192.0.2.10")
        ))),
        [["192.0.2.10"]]
    );
    // An alias with a share can't be compared; one without is never served.
    let alias = |weight: u32| {
        format!(
            "{BLUE}, {{ type = \"A\", alias = {{ zone_id = \"Z2FDTNDATAQYW2\", name = \"d1.cloudfront.net\" }}, \
             set_identifier = \"edge\", weight = {weight} }}"
        )
    };
    assert!(plan(&alias(1)).phases[0].steps[1].verify.is_empty());
    assert_eq!(right(&plan(&alias(0))), [["192.0.2.10"]]);
}

#[test]
fn types_are_weighted_apart_and_health_checks_are_carried() {
    let six = "{ type = \"AAAA\", ttl = 300, values = [\"2001:db8::10\"] }";
    let health = GREEN.replace(
        "weight = 10",
        "weight = 10, health_check_id = \"c0ffee00-0000-4000-8000-000000000001\"",
    );
    let plan = plan(&format!("{BLUE}, {health}, {six}"));
    let Some(ActionSpec::SwitchRecord(switch)) = &plan.phases[0].steps[1].action else {
        panic!("a switch")
    };
    assert_eq!(switch.to.len(), 3);
    assert_eq!(
        switch.to[1].check_line(),
        "A 198.51.100.20 weight 10 health check c0ffee00-0000-4000-8000-000000000001 set green"
    );
    assert!(switch.to[2].kind == RecordType::Aaaa && switch.to[2].routing.is_simple());
    let names = ["one", "two"].map(|n| {
        format!("{{ type = \"CNAME\", ttl = 60, values = [\"{n}.example.nhs.test\"], set_identifier = \"{n}\", weight = 1 }}")
    });
    assert_eq!(said(&names.join(", ")), "");
    let last = self::plan(BLUE);
    let Some(ActionSpec::SwitchRecord(switch)) = &last.phases[0].steps[1].action else {
        panic!("a switch")
    };
    assert!(matches!(&switch.to[0].data, RecordData::Values { ttl: 60, .. }));
}

#[test]
fn what_route_53_would_refuse_is_refused_here() {
    let edit = |from: &str, to: &str| format!("{BLUE}, {}", GREEN.replace(from, to));
    for (new, words) in [
        (
            edit("weight = 10", "weight = 256"),
            "weight: The weight 256 is not between 0 and 255.",
        ),
        (
            edit("weight = 10", "weight = -1"),
            "weight: The weight -1 is not between 0 and 255.",
        ),
        (
            edit("weight = 10", "weight = \"10\""),
            "wrong-type: `weight` must be a whole number from 0 to 255",
        ),
        (
            edit("weight = 10", "weight = 1.5"),
            "wrong-type: `weight` must be a whole number from 0 to 255",
        ),
        (
            edit(", weight = 10", ""),
            "record-shape: This record set has a `set_identifier` but no `weight`.",
        ),
        (
            edit(", set_identifier = \"green\"", ""),
            "record-shape: This record set has a `weight` but no `set_identifier`.",
        ),
        (edit("\"green\"", "\"\""), "empty-text"),
        (
            edit("\"green\"", "\" green\""),
            "set-identifier: This identifier has blanks around it",
        ),
        (
            edit("\"green\"", &format!("\"{}\"", "x".repeat(129))),
            "set-identifier: This identifier has 129 characters",
        ),
        (
            edit("\"green\"", "\"blue\""),
            "record-twice: Two record sets of type A have the identifier \"blue\".",
        ),
        (
            edit("ttl = 60", "ttl = 300"),
            "record-ttl: The weighted record sets of type A have different TTLs, 60 s and 300 s",
        ),
        (
            edit(", set_identifier = \"green\", weight = 10", ""),
            "record-mixed: A weighted record set of type A can't stand beside one that is not weighted.",
        ),
        (
            edit(
                ", set_identifier = \"green\", weight = 10",
                ", health_check_id = \"x\"",
            ),
            "record-shape: A `health_check_id` belongs to a weighted record set.",
        ),
        (
            edit("weight = 10", "region = \"eu-west-2\""),
            "record-routing: latency routing is not changed by Switchback.",
        ),
        (
            edit("weight = 10", "failover = \"PRIMARY\""),
            "record-routing: failover routing is not changed by Switchback.",
        ),
        (
            edit("weight = 10", "GeoLocation = { CountryCode = \"GB\" }"),
            "record-routing: geolocation routing",
        ),
        (
            edit("weight = 10", "multi_value_answer = true"),
            "record-routing: multivalue routing",
        ),
        (
            edit("weight = 10", "cidr_routing_config = {}"),
            "record-routing: CIDR routing",
        ),
        (
            format!(
                "{BLUE}, {{ type = \"CNAME\", ttl = 60, values = [\"x.test\"], set_identifier = \"c\", weight = 1 }}"
            ),
            "cname-conflict",
        ),
        (
            format!(
                "{}, {}",
                NEW.trim_matches(['[', ']']),
                NEW.trim_matches(['[', ']'])
            ),
            "record-twice",
        ),
    ] {
        let got = said(&new);
        assert!(got.starts_with("8:") && got.contains(words), "{new}: {got}");
    }
    // 128 characters, and what a terminal or a shell would mind, are fine.
    assert_eq!(said(&edit("\"green\"", &format!("\"{}\"", "x".repeat(128)))), "");
    assert_eq!(said(&edit("\"green\"", "'new side; \"v2\", $HOME'")), "");
}
