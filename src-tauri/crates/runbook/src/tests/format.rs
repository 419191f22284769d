//! What the format means once it is resolved.

use std::net::SocketAddr;

use switchback_model::dns::RecordType;
use switchback_model::plan::Reversibility;
use switchback_model::{ActionSpec, CheckKind, Digest};

use super::{runbook, target};
use crate::fields::duration;
use crate::resolve;

#[test]
fn durations() {
    for (text, seconds) in [
        ("90", 90),
        ("90 s", 90),
        ("90s", 90),
        ("5 min", 300),
        ("1 h 30 min", 5400),
        ("60 s + 1 min", 120),
        ("2 days", 172_800),
    ] {
        assert_eq!(duration(text), Some(seconds), "{text}");
    }
    for bad in [
        "",
        "s",
        "5 5",
        "-1 s",
        "1.5 h",
        "5 mins",
        "1 h 30",
        "4294967295 h",
    ] {
        assert_eq!(duration(bad), None, "{bad}");
    }
}

#[test]
fn a_plan_item_means_its_steps() {
    let plan = resolve(
        &runbook(&[("undo = [\"switch\"]\nkeep = [\"lower\"]", "undo = [\"mid.3\"]")]),
        &target(&[]),
    )
    .unwrap();
    let undo: Vec<_> = plan.rules[0].undo.iter().map(|id| id.as_str()).collect();
    assert_eq!(undo, ["lower", "switch"]);
}

#[test]
fn fields_reach_the_plan() {
    let target = target(&[(
        "[values]",
        "profile = \"p\"\n[observers]\ndns = \"none\"\n[resolvers]\na = \"192.0.2.53\"\nb = \"[2001:db8::53]:5353\"\n[values]",
    )]);
    let edits = [
        (
            "reversibility = { kind = \"undo\" }",
            "reversibility = { kind = \"manual\", words = \"Ask for ${name}\" }\nexpected = \"4 min\"",
        ),
        (
            "kind = \"http.build\"\nurl = \"https://${name}/\"",
            "kind = \"route53.record\"\nzone_id = \"/hostedzone/Z0EXAMPLE\"\nname = \"${name}\"\nvalues = [\"A 192.0.2.11, 192.0.2.10\", \"A alias D1.CloudFront.net.\"]",
        ),
    ];
    let plan = resolve(&runbook(&edits), &target).unwrap();
    assert_eq!(
        (plan.target.observers.dns, plan.target.observers.http),
        (false, true)
    );
    assert_eq!(
        plan.target.resolvers["a"],
        "192.0.2.53:53".parse::<SocketAddr>().unwrap()
    );
    assert_eq!(
        plan.target.resolvers["b"],
        "[2001:db8::53]:5353".parse::<SocketAddr>().unwrap()
    );
    assert_eq!(plan.decisions[0].decided.as_deref(), Some("yes"));
    let [lower, switch] = &plan.phases[0].steps[..] else {
        panic!("two steps")
    };
    assert_eq!(
        lower.reversibility,
        Reversibility::Manual {
            words: "Ask for apps.example.nhs.test".into()
        }
    );
    assert_eq!(lower.expected_s, Some(240));
    let CheckKind::Record { zone_id, values, .. } = &lower.verify[0].kind else {
        panic!("a record check")
    };
    assert_eq!(zone_id, "Z0EXAMPLE");
    assert_eq!(values, &["A 192.0.2.10,192.0.2.11", "A alias d1.cloudfront.net"]);
    let Some(ActionSpec::SwitchRecord(action)) = &switch.action else {
        panic!("a switch")
    };
    assert_eq!(
        action.to[0].line(),
        "A apps.example.nhs.test 198.51.100.20 TTL 60 s"
    );
    let CheckKind::Authoritative { record, values, .. } = &switch.verify[0].kind else {
        panic!("a dns check")
    };
    assert_eq!(
        (*record, values.as_slice()),
        (RecordType::A, ["198.51.100.20".to_owned()].as_slice())
    );
    assert_eq!(
        (switch.before[0].believable_s, switch.verify[0].within_s),
        (60, Some(180))
    );
}

#[test]
fn the_digest_changes_with_the_meaning_only() {
    let digest =
        |edits: &[(&str, &str)], on: &[(&str, &str)]| resolve(&runbook(edits), &target(on)).unwrap().digest();
    let plain = digest(&[], &[]);
    assert_eq!(
        plain,
        digest(
            &[("id = \"mini\"", "# A comment.\n\nid = 'mini'")],
            &[("ttl = 60\n", "ttl = \"1 min\"\n")]
        )
    );
    assert_ne!(plain, digest(&[], &[("ttl = 60\n", "ttl = 61\n")]));
    assert_ne!(
        plain,
        digest(&[("why = \"A quick switch\"", "why = \"A slow switch\"")], &[])
    );
    // Approvals and journals hold this digest: a change of the plan's form shows here.
    let known: Digest = "474d3a59af1a1d7c8efeb2cc2ef8f03d607a0929ec4753185731d8bd97b5d558"
        .parse()
        .unwrap();
    assert_eq!(plain.to_string(), known.to_string());
}
