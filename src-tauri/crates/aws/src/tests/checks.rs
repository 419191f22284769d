use std::net::IpAddr;

use async_trait::async_trait;
use switchback_model::dns::DnsName;
use switchback_model::plan::{Target, TargetKind};
use switchback_model::{CheckId, CheckKind, CheckReading, CheckSpec, Observers, TargetName, Verdict};

use super::server::{CALLER, Play, error, listed, server, set, values, zone_answer, zones};
use super::{OLD, ZONE, apps, aws, name};
use crate::route53::{RecordLook, ZoneLook};
use crate::{AnyLook, Aws, IdentityLook, Outside};

async fn look(aws: &Aws, look: &dyn AnyLook) -> CheckReading {
    look.reading(aws, &spec(), jiff::Timestamp::UNIX_EPOCH).await
}

/// What the world finds for a zone; every other server answers for another zone.
struct Found(Result<Vec<DnsName>, String>);

#[async_trait]
impl Outside for Found {
    async fn delegation(&self, _zone: &DnsName) -> Result<Vec<DnsName>, String> {
        self.0.clone()
    }

    async fn addresses(&self, host: &DnsName) -> Result<Vec<IpAddr>, String> {
        let last = host.host().as_bytes().get(3).copied().unwrap_or_default();
        Ok(vec![IpAddr::from([192, 0, 2, last])])
    }

    async fn soa(&self, _zone: &DnsName, _server: IpAddr) -> Result<Option<String>, String> {
        Ok(Some(
            "ns-9.example.test. hostmaster.example.test. 1 7200 900 1209600 86400".to_owned(),
        ))
    }
}

fn spec() -> CheckSpec {
    CheckSpec {
        id: CheckId::new("check").unwrap(),
        title: "A check".to_owned(),
        kind: CheckKind::Identity,
        believable_s: 60,
        within_s: None,
        mend: None,
    }
}

#[tokio::test]
async fn a_zone_is_checked_from_all_sides() {
    let twin = |private: bool| {
        format!(
            "<HostedZone><Id>/hostedzone/ZTWIN</Id><Name>example.nhs.test.</Name><CallerReference>x</CallerReference>\
             <Config><PrivateZone>{private}</PrivateZone></Config></HostedZone>"
        )
    };
    let good = || {
        Some(Found(Ok(vec![
            name("ns-2.example.test"),
            name("NS-1.example.test."),
        ])))
    };
    let bad = Some(Found(Ok(vec![name("ns-9.example.test")])));
    let table = [
        (
            zone_answer("example.nhs.test.", false),
            zones(""),
            good(),
            Verdict::Pass,
            "delegated to ns-1.example.test",
        ),
        (
            zone_answer("example.nhs.test.", false),
            zones(&twin(false)),
            good(),
            Verdict::Pass,
            "1 other public",
        ),
        (
            zone_answer("example.nhs.test.", false),
            zones(&twin(true)),
            good(),
            Verdict::Fail,
            "private zone ZTWIN",
        ),
        (
            zone_answer("example.nhs.test.", false),
            zones(""),
            bad,
            Verdict::Fail,
            "DNS leads to ns-9.example.test",
        ),
        (
            zone_answer("example.nhs.test.", false),
            zones(""),
            Some(Found(Err("no answer".to_owned()))),
            Verdict::Error,
            "no answer",
        ),
        (
            zone_answer("example.nhs.test.", false),
            zones(""),
            None,
            Verdict::Pass,
            "not observed",
        ),
        (
            zone_answer("example.nhs.test.", true),
            zones(""),
            good(),
            Verdict::Fail,
            "is private",
        ),
        (
            zone_answer("other.nhs.test.", false),
            zones(""),
            good(),
            Verdict::Fail,
            "means other.nhs.test",
        ),
        (
            error(404, "NoSuchHostedZone", "x"),
            zones(""),
            good(),
            Verdict::Fail,
            "there is no zone",
        ),
        (
            error(403, "ExpiredToken", "x"),
            zones(""),
            good(),
            Verdict::Error,
            "expired",
        ),
    ];
    for (first, second, parent, verdict, observed) in table {
        let soa = "<TTL>900</TTL><ResourceRecords><ResourceRecord><Value>ns-1.example.test. hostmaster.example.test. 1 \
                   7200 900 1209600 86400</Value></ResourceRecord></ResourceRecords>";
        let soa = listed(&set("example.nhs.test.", "SOA", soa), "");
        let server = server(vec![first, second, soa]).await;
        let zone = name("example.nhs.test");
        let reading = look(
            &aws(&server.url),
            &ZoneLook {
                zone_id: ZONE,
                zone: &zone,
                outside: parent.as_ref().map(|found| found as &dyn Outside),
                vouched: &[],
            },
        )
        .await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
        assert!(reading.observed.contains(observed), "{}", reading.observed);
        assert_eq!(reading.mend.is_none(), verdict == Verdict::Pass);
    }
}

#[tokio::test]
async fn records_are_checked_whatever_their_ttl() {
    let owner = "apps.example.nhs.test.";
    for (wanted, verdict) in [("A 192.0.2.10", Verdict::Pass), ("A 192.0.2.11", Verdict::Fail)] {
        let server = server(vec![listed(&set(owner, "A", &values(300, OLD)), "")]).await;
        let name = apps();
        let wanted = [wanted.to_owned()];
        let look_at = RecordLook {
            zone_id: ZONE,
            name: &name,
            values: &wanted,
        };
        let reading = look(&aws(&server.url), &look_at).await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
    }
}

#[tokio::test]
async fn weighted_sets_are_checked_with_their_shares() {
    let owner = "apps.example.nhs.test.";
    let weighted = |id: &str, weight: u8, address: &str| {
        let routing = format!("<SetIdentifier>{id}</SetIdentifier><Weight>{weight}</Weight>");
        set(owner, "A", &(routing + &values(300, address)))
    };
    let pair = weighted("blue", 90, OLD) + &weighted("Green, new", 10, "198.51.100.20");
    for (wanted, verdict) in [
        (
            vec![
                "A 192.0.2.10 weight 90 set blue",
                "A 198.51.100.20 weight 10 set Green, new",
            ],
            Verdict::Pass,
        ),
        (
            vec![
                "A 192.0.2.10 weight 80 set blue",
                "A 198.51.100.20 weight 10 set Green, new",
            ],
            Verdict::Fail,
        ),
        (
            vec![
                "A 192.0.2.10 weight 90 set blue",
                "A 198.51.100.20 weight 10 set green, new",
            ],
            Verdict::Fail,
        ),
        (vec!["A 192.0.2.10 weight 90 set blue"], Verdict::Fail),
        (vec!["A 192.0.2.10", "A 198.51.100.20"], Verdict::Fail),
    ] {
        let server = server(vec![listed(&pair, "")]).await;
        let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        let name = apps();
        let look_at = RecordLook {
            zone_id: ZONE,
            name: &name,
            values: &wanted,
        };
        let reading = look(&aws(&server.url), &look_at).await;
        assert_eq!(reading.verdict, verdict, "{wanted:?}: {}", reading.observed);
        if verdict == Verdict::Pass {
            assert!(
                reading.observed.ends_with("set Green, new, TTL 300 s"),
                "{}",
                reading.observed
            );
        }
    }
    for (routing, words) in [
        ("<Region>eu-west-2</Region>", "latency"),
        ("<Failover>PRIMARY</Failover>", "failover"),
    ] {
        let routed = format!("<SetIdentifier>blue</SetIdentifier>{routing}{}", values(300, OLD));
        let server = server(vec![listed(&set(owner, "A", &routed), "")]).await;
        let wanted = ["A 192.0.2.10".to_owned()];
        let name = apps();
        let look_at = RecordLook {
            zone_id: ZONE,
            name: &name,
            values: &wanted,
        };
        let reading = look(&aws(&server.url), &look_at).await;
        assert_eq!(reading.verdict, Verdict::Fail);
        assert!(
            reading.observed.contains(&format!("uses {words} routing")),
            "{}",
            reading.observed
        );
    }
}

#[tokio::test]
async fn the_caller_is_checked_against_the_target() {
    let server = server(vec![Play::Answer(200, CALLER.to_owned())]).await;
    let aws = aws(&server.url);
    let target = Target {
        name: TargetName::new("prod").unwrap(),
        kind: TargetKind::Production,
        account: "123456789012".to_owned(),
        region: "eu-west-2".to_owned(),
        role: Some("operator".to_owned()),
        profile: None,
        observers: Observers::default(),
        resolvers: std::collections::BTreeMap::new(),
        name_servers: std::collections::BTreeMap::new(),
        pools: std::collections::BTreeMap::new(),
    };
    let reading = look(&aws, &IdentityLook { target: &target }).await;
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (Verdict::Pass, "account …9012, role operator")
    );
}
