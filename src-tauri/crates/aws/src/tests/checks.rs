use switchback_model::plan::{Target, TargetKind};
use switchback_model::{CheckId, CheckKind, CheckSpec, Observers, TargetName, Verdict};

use super::server::{CALLER, Play, error, listed, server, set, values, zone_answer, zones};
use super::{OLD, ZONE, apps, aws, name};
use crate::ParentNs;

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
    let good = || ParentNs::Found(vec![name("ns-2.example.test"), name("NS-1.example.test.")]);
    let bad = ParentNs::Found(vec![name("ns-9.example.test")]);
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
            ParentNs::Failed("no answer".to_owned()),
            Verdict::Error,
            "no answer",
        ),
        (
            zone_answer("example.nhs.test.", false),
            zones(""),
            ParentNs::NotObserved,
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
        let server = server(vec![first, second]).await;
        let zone = name("example.nhs.test");
        let reading = aws(&server.url)
            .check_zone(&spec(), ZONE, &zone, &parent, jiff::Timestamp::UNIX_EPOCH)
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
        let now = jiff::Timestamp::UNIX_EPOCH;
        let reading = aws(&server.url)
            .check_record(&spec(), ZONE, &apps(), &[wanted.to_owned()], now)
            .await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
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
        pools: std::collections::BTreeMap::new(),
    };
    let reading = aws
        .check_identity(&spec(), &target, jiff::Timestamp::UNIX_EPOCH)
        .await;
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (Verdict::Pass, "account …9012, role operator")
    );
}
