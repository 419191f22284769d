//! What is read of a name, its zone and its clock.

use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_model::dns::RecordType;

use crate::tests::server::{CALLER, DATE_S, NS, Play, listed, server, set, values, zone_answer};
use crate::tests::{OLD, ZONE, alias, apps, aws, image, name};

#[tokio::test]
async fn a_name_is_read_over_pages_up_to_the_next_name() {
    let owner = "apps.example.nhs.test.";
    let weighted = |id: &str, kind: &str, weight: u8, value: &str| {
        let rest = format!(
            "<SetIdentifier>{id}</SetIdentifier><Weight>{weight}</Weight>{}",
            values(60, value)
        );
        set(owner, kind, &rest)
    };
    let next = format!(
        "<NextRecordName>{owner}</NextRecordName><NextRecordType>A</NextRecordType>\
         <NextRecordIdentifier>two</NextRecordIdentifier>"
    );
    let second = [
        weighted("two", "A", 20, "192.0.2.11"),
        set(owner, "TXT", &values(60, "\"x\"")),
        set("zz.example.nhs.test.", "A", &values(60, "192.0.2.12")),
    ]
    .concat();
    let server = server(vec![
        zone_answer("example.nhs.test.", false),
        listed(&weighted("one", "A", 10, OLD), &next),
        listed(&second, ""),
        listed("", ""),
    ])
    .await;
    let aws = aws(&server.url);
    let (zone, apps) = (name("example.nhs.test"), apps());
    let found = aws
        .read_name("/hostedzone/Z0EXAMPLE", &zone, &apps)
        .await
        .unwrap();
    assert_eq!(
        found.lines(),
        [
            "A apps.example.nhs.test 192.0.2.10 TTL 60 s set \"one\" (weight 10)",
            "A apps.example.nhs.test 192.0.2.11 TTL 60 s set \"two\" (weight 20)",
        ]
    );
    assert_eq!(aws.read_name(ZONE, &zone, &apps).await.unwrap(), image(vec![]));
    let requests = server.requests();
    assert_eq!(requests.len(), 4, "the zone is proven once");
    assert!(
        requests[1].contains("name=apps.example.nhs.test."),
        "{}",
        requests[1]
    );
    assert!(
        requests[2].contains("identifier=two") && requests[2].contains("type=A"),
        "{}",
        requests[2]
    );
}

#[tokio::test]
async fn routing_that_is_not_switched_is_named_and_an_alias_is_read() {
    let owner = "apps.example.nhs.test.";
    let target = "<AliasTarget><HostedZoneId>Z2FDTNDATAQYW2</HostedZoneId>\
                  <DNSName>D111111abcdef8.cloudfront.net.</DNSName>\
                  <EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget>";
    let id = "<SetIdentifier>x</SetIdentifier>";
    let table = [
        (
            "traffic policy",
            "<TTL>60</TTL><TrafficPolicyInstanceId>i</TrafficPolicyInstanceId>".to_owned(),
        ),
        (
            "geolocation",
            format!(
                "{id}<GeoLocation><CountryCode>GB</CountryCode></GeoLocation>{}",
                values(60, OLD)
            ),
        ),
        (
            "multivalue",
            format!("{id}<MultiValueAnswer>true</MultiValueAnswer>{}", values(60, OLD)),
        ),
        (
            "geoproximity",
            format!(
                "{id}<GeoProximityLocation><AWSRegion>eu-west-2</AWSRegion></GeoProximityLocation>{}",
                values(60, OLD)
            ),
        ),
        (
            "CIDR",
            format!(
                "{id}<CidrRoutingConfig><CollectionId>c</CollectionId><LocationName>l</LocationName>\
                 </CidrRoutingConfig>{}",
                values(60, OLD)
            ),
        ),
    ];
    for (routing, rest) in table {
        let server = server(vec![listed(&set(owner, "A", &rest), "")]).await;
        let found = aws(&server.url).list_name(ZONE, &apps()).await.unwrap();
        assert_eq!(found[0].routing.refused.as_deref(), Some(routing));
    }
    let server = server(vec![listed(&set(owner, "A", target), "")]).await;
    assert_eq!(
        aws(&server.url).list_name(ZONE, &apps()).await.unwrap(),
        [alias(RecordType::A)]
    );
}

#[tokio::test]
async fn a_zone_id_that_means_something_else_is_refused() {
    for (play, words) in [
        (
            zone_answer("other.nhs.test.", false),
            "means other.nhs.test, not example.nhs.test",
        ),
        (zone_answer("example.nhs.test.", true), "is private"),
    ] {
        let server = server(vec![play]).await;
        let failed = aws(&server.url)
            .read_name(ZONE, &name("example.nhs.test"), &apps())
            .await
            .unwrap_err();
        assert_eq!(failed.kind, Kind::Guard);
        assert!(failed.message.contains(words), "{failed}");
    }
}

#[tokio::test]
async fn a_name_that_the_zone_delegates_is_refused() {
    let delegation = |cut: &str| {
        let servers = "<TTL>300</TTL><ResourceRecords><ResourceRecord><Value>ns-7.example.test.</Value></ResourceRecord>\
                       </ResourceRecords>";
        listed(&set(cut, "NS", servers), "")
    };
    let answer = |owner: &str| listed(&set(owner, "A", &values(60, OLD)), "");
    let deep = name("a.b.example.nhs.test");
    for (wanted, plays, refused) in [
        (
            apps(),
            vec![delegation("apps.example.nhs.test.")],
            Some("delegates apps.example.nhs.test to ns-7.example.test"),
        ),
        (
            deep.clone(),
            vec![delegation("b.example.nhs.test.")],
            Some("delegates b.example.nhs.test to"),
        ),
        // The listing starts right after where there is nothing at the cut.
        (
            deep,
            vec![delegation("c.example.nhs.test."), answer("a.b.example.nhs.test.")],
            None,
        ),
        // The zone's own servers are no delegation.
        (
            name("example.nhs.test"),
            vec![delegation("example.nhs.test.")],
            None,
        ),
    ] {
        let plays = std::iter::once(zone_answer("example.nhs.test.", false))
            .chain(plays)
            .collect();
        let server = server(plays).await;
        let read = aws(&server.url)
            .read_name(ZONE, &name("example.nhs.test"), &wanted)
            .await;
        match refused {
            Some(words) => {
                let failed = read.unwrap_err();
                assert_eq!(failed.kind, Kind::Guard);
                assert!(failed.message.contains(words), "{failed}");
            }
            None => assert!(read.is_ok(), "{wanted}: {read:?}"),
        }
    }
}

#[tokio::test]
async fn sync_and_server_time_come_from_the_server() {
    let change = |status: &str| {
        let body = format!(
            "<GetChangeResponse {NS}><ChangeInfo><Id>/change/C1</Id><Status>{status}</Status>\
             <SubmittedAt>2026-01-01T10:00:00Z</SubmittedAt></ChangeInfo></GetChangeResponse>"
        );
        Play::Answer(200, body)
    };
    let answers = (0..2).map(|_| Play::Answer(200, CALLER.to_owned()));
    let server = server(
        [change("PENDING"), change("INSYNC")]
            .into_iter()
            .chain(answers)
            .collect(),
    )
    .await;
    let aws = aws(&server.url);
    let mut receipt = switchback_model::event::Receipt {
        request_id: None,
        change_id: Some("C1".to_owned()),
        version: None,
        proven: Vec::new(),
        server_date: jiff::Timestamp::UNIX_EPOCH,
    };
    for in_sync in [false, true] {
        let state = aws.change_state(&receipt).await.unwrap().unwrap();
        assert_eq!((state.in_sync, state.server_date.as_second()), (in_sync, DATE_S));
    }
    receipt.change_id = None;
    assert_eq!(aws.change_state(&receipt).await.unwrap(), None);

    assert_eq!(aws.identity().await.unwrap().account, "123456789012");
    assert_eq!(aws.server_now().await.unwrap().as_second(), DATE_S);
}

/// What is asked about a change until it is everywhere: only an answer about that change is one.
#[tokio::test]
async fn only_an_answer_about_our_change_says_that_it_is_everywhere() {
    let told = |id: &str, status: &str| {
        Play::Answer(
            200,
            format!(
                "<GetChangeResponse {NS}><ChangeInfo><Id>{id}</Id><Status>{status}</Status>\
                 <SubmittedAt>2026-01-01T10:00:00Z</SubmittedAt></ChangeInfo></GetChangeResponse>"
            ),
        )
    };
    let unknown = "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchChange</Code><Message>no</Message></Error>\
                   <RequestId>x</RequestId></ErrorResponse>";
    let receipt = switchback_model::event::Receipt {
        request_id: None,
        change_id: Some("C1".to_owned()),
        version: None,
        proven: Vec::new(),
        server_date: jiff::Timestamp::UNIX_EPOCH,
    };
    for (play, kind, words) in [
        (
            told("/change/COTHER", "INSYNC"),
            Kind::Untrue,
            "about another change: asked about C1, told of COTHER",
        ),
        (told("", "INSYNC"), Kind::Untrue, "told of (not repeated: no id)"),
        (
            told("/change/anna@example.nhs.test", "INSYNC"),
            Kind::Untrue,
            "(not repeated: no id)",
        ),
        (
            told("/change/C1", "insync "),
            Kind::Untrue,
            "(not repeated: no status)",
        ),
        (
            told("/change/C1", "DONE"),
            Kind::Untrue,
            "neither PENDING nor INSYNC: DONE",
        ),
        (
            Play::Answer(404, unknown.to_owned()),
            Kind::NotFound,
            "knows no such change (NoSuchChange)",
        ),
    ] {
        let server = server(vec![play]).await;
        let error = aws(&server.url).change_state(&receipt).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert!(!error.message.contains("anna"), "{error}");
    }
    let server = server(vec![told("/change/C1", "INSYNC")]).await;
    let state = aws(&server.url).change_state(&receipt).await.unwrap();
    assert!(state.unwrap().in_sync, "of ours it is one");
}

#[tokio::test]
async fn a_zone_that_was_not_asked_for_is_none() {
    let server = server(vec![zone_answer("example.nhs.test.", false)]).await;
    let error = aws(&server.url).hosted_zone("Z0OTHER").await.unwrap_err();
    assert_eq!(error.kind, Kind::Untrue);
    assert!(error.message.contains("zone of that id"), "{error}");
}
