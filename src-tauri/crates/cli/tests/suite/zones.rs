//! The wrong zone, a twin, a delegated name, a routing policy: each is refused by name, by the real
//! command line against a served world, and the world's own log shows that nothing was sent.

use serde_json::Value;
use switchback_rehearsal::{OtherZone, ZONE_ID};

use crate::station::Station;

const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");

/// World seconds per real second.
const SPEED: &str = "20";
/// What changes records.
const CHANGE: &str = "ChangeResourceRecordSets";

impl Station {
    fn reset(&self) {
        self.world.control(async |client| client.reset().await.unwrap());
    }

    /// Exit code, and everything that was said.
    fn heard(&self, words: &[&str]) -> (i32, String) {
        let output = self.for_people(words).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    /// A run on the rehearsal, with another zone id in its target.
    fn run_on(&self, zone_id: &str) -> String {
        let file = self.home.path().join("target.toml");
        assert!(TARGET.contains(ZONE_ID));
        std::fs::write(&file, TARGET.replace(ZONE_ID, zone_id)).unwrap();
        let file = file.display().to_string();
        let (code, said) = self.heard(&["run", "new", "dns-switch", "--target", &file]);
        assert_eq!(code, 0, "{said}");
        said.lines().next().unwrap().to_owned()
    }
}

#[test]
fn every_zone_and_policy_that_must_not_be_switched_is_refused_by_name() {
    let desk = Station::served(SPEED);
    let [private, public, apps] =
        [OtherZone::Private, OtherZone::Public, OtherZone::Delegated].map(OtherZone::id);
    let routed = |policy: &str| format!("uses {policy} routing, which Switchback does not change");
    let cases = [
        (
            "no fault",
            "Z0NOSUCHZONE",
            3,
            "there is no zone Z0NOSUCHZONE".to_owned(),
        ),
        (
            "other-zone:private",
            ZONE_ID,
            3,
            format!("the private zone {private} has the same name and hides it inside VPCs"),
        ),
        ("other-zone:private", private, 3, format!("{private} is private")),
        (
            "other-zone:public",
            public,
            3,
            "the zone has ns-5.rehearsal.test; ns-6.rehearsal.test".to_owned(),
        ),
        (
            "other-zone:delegated",
            ZONE_ID,
            5,
            "delegates apps.example.nhs.test to ns-7.rehearsal.test, ns-8.rehearsal.test".to_owned(),
        ),
        (
            "other-zone:delegated",
            apps,
            3,
            format!("{apps} means apps.example.nhs.test"),
        ),
        ("routed:geolocation", ZONE_ID, 3, routed("geolocation")),
        ("routed:geoproximity", ZONE_ID, 3, routed("geoproximity")),
        ("routed:multivalue", ZONE_ID, 3, routed("multivalue")),
        ("routed:cidr", ZONE_ID, 3, routed("CIDR")),
        ("routed:traffic-policy", ZONE_ID, 3, routed("traffic policy")),
        ("routed:latency", ZONE_ID, 3, routed("latency")),
        ("routed:failover", ZONE_ID, 3, routed("failover")),
    ];
    let digest = "0".repeat(64);
    for (fault, zone_id, code, words) in cases {
        desk.reset();
        if fault != "no fault" {
            desk.world.inject(fault);
        }
        let run = desk.run_on(zone_id);
        let confirmed = ["--confirm", "rehearsal", "--preview", &digest];
        for words_of in [
            vec!["step", "check", &run, "lower-ttl"],
            [&["step", "apply", &run, "lower-ttl"][..], &confirmed].concat(),
        ] {
            let (got, said) = desk.heard(&words_of);
            assert!(
                said.contains(&words),
                "{fault} on {zone_id}: {words_of:?}: {said}"
            );
            assert_eq!(got, code, "{fault} on {zone_id}: {words_of:?}: {said}");
        }
        assert_eq!(
            desk.asked(CHANGE).len(),
            0,
            "{fault} on {zone_id}: something was sent"
        );
        println!("{fault} on {zone_id}: exit {code}, nothing sent: {words}");
    }
}

/// Name servers under names of the zone's own: addresses tell whose they are, a copied record does not, and
/// what can't be told is unknown until somebody vouches for it by name.
#[test]
fn white_label_name_servers_are_told_by_their_addresses() {
    let desk = Station::served(SPEED);
    let copy = OtherZone::WhiteLabelCopy.id();
    let servers = "ns1.example.nhs.test; ns2.example.nhs.test; ns3.example.nhs.test; ns4.example.nhs.test";
    for (fault, zone_id, code, words) in [
        (
            "other-zone:white-label",
            ZONE_ID,
            0,
            format!("delegated to {servers}, which are servers of ns-1.rehearsal.test"),
        ),
        (
            "other-zone:white-label-copy",
            ZONE_ID,
            0,
            format!("delegated to {servers}, which are servers of ns-1.rehearsal.test"),
        ),
        (
            "other-zone:white-label-copy",
            copy,
            4,
            format!(
                "DNS leads to {servers}, the zone has ns-5.rehearsal.test; ns-6.rehearsal.test; whose these servers are can't be told"
            ),
        ),
    ] {
        desk.reset();
        desk.world.inject(fault);
        let run = desk.run_on(zone_id);
        let (got, said) = desk.heard(&["--json", "step", "check", &run, "lower-ttl"]);
        assert!(said.contains(&words), "{fault} on {zone_id}: {said}");
        assert!(!said.contains("nother zone of"), "{said}");
        assert_eq!(got, code, "{fault} on {zone_id}: {said}");
    }
    // The way on that it names.
    let vouched = format!(
        "[name_servers]\n\"example.nhs.test\" = [{}]\n\n[values]",
        servers
            .split("; ")
            .map(|server| format!("\"{server}\""))
            .collect::<Vec<_>>()
            .join(", ")
    );
    let file = desk.home.path().join("vouched.toml");
    let text = TARGET.replace(ZONE_ID, copy).replace("[values]", &vouched);
    std::fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    let (code, said) = desk.heard(&["run", "new", "dns-switch", "--target", &file]);
    assert_eq!(code, 0, "{said}");
    let run = said.lines().next().unwrap().to_owned();
    let (_, said) = desk.heard(&["--json", "step", "check", &run, "lower-ttl"]);
    assert!(
        said.contains("by the word of the target's name_servers, not proven"),
        "{said}"
    );
    assert_eq!(desk.asked(CHANGE).len(), 0);
}

/// What a person saw and approved is worth nothing once the name is routed or delegated.
#[test]
fn a_policy_or_delegation_that_comes_after_the_preview_is_refused_too() {
    let desk = Station::served(SPEED);
    for (fault, words) in [
        ("routed:geolocation", "uses geolocation routing"),
        ("other-zone:delegated", "delegates apps.example.nhs.test to"),
    ] {
        desk.reset();
        let run = desk.run_on(ZONE_ID);
        let (code, said) = desk.heard(&["--json", "step", "preview", &run, "lower-ttl"]);
        assert_eq!(code, 0, "{said}");
        let preview: Value = serde_json::from_str(&said).unwrap();
        let digest = preview["digest"].as_str().unwrap();
        desk.world.inject(fault);
        let apply = ["step", "apply", &run, "lower-ttl", "--confirm", "rehearsal"];
        let (code, said) = desk.heard(&[&apply[..], &["--preview", digest]].concat());
        assert!(said.contains(words), "{fault}: {said}");
        assert!(matches!(code, 3 | 5), "{fault}: exit {code}: {said}");
        assert_eq!(desk.asked(CHANGE).len(), 0, "{fault}: something was sent");
        println!("{fault} after the preview: exit {code}, nothing sent");
    }
}
