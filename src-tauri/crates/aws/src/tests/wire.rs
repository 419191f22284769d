//! What is sent, and what the SDK makes of answers.

use switchback_engine::ports::{Action as _, ProviderErrorKind as Kind};
use switchback_model::Image;
use switchback_model::dns::RecordType;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::server::{CALLER, DATE_S, NS, Play, changed, error, listed, server, set, values, zone_answer};
use super::{OLD, ZONE, a, alias, apps, aws, image, name, switch, switch_at};
use crate::route53::Batch;

async fn send(
    url: &str,
) -> Result<switchback_model::event::Receipt, switchback_engine::ports::ProviderError> {
    let action = switch_at(url, vec![alias(RecordType::A)]);
    let approved = action.plan(&image(vec![a(60, OLD)]), None).unwrap();
    action.as_approved(&approved)?;
    let sets = |image: &Image| image.record_sets().unwrap().1.to_vec();
    let batch = Batch::between(ZONE, &sets(&approved.from), &sets(&approved.to));
    aws(url)
        .send(&batch, "switchback run-1 mid.3 g1 apply 1 0123")
        .await
}

/// The same answer, of which only a part arrived though its length fits: as something in between hands on what it
/// got.
fn cut(play: Play) -> Play {
    match play {
        Play::Answer(status, body) => Play::Answer(status, body.chars().take(body.len() * 3 / 4).collect()),
        other => other,
    }
}

#[tokio::test]
async fn what_was_approved_is_sent_once_with_its_token() {
    let server = server(vec![changed()]).await;
    let receipt = send(&server.url).await.unwrap();
    assert_eq!(
        (receipt.change_id.as_deref(), receipt.request_id.as_deref()),
        (Some("C1"), Some("request-1"))
    );
    assert_eq!(receipt.server_date.as_second(), DATE_S);
    let request = server.requests().remove(0);
    assert!(
        request.starts_with("POST /2013-04-01/hostedzone/Z0EXAMPLE/rrset"),
        "{request}"
    );
    for part in [
        "<Comment>switchback run-1 mid.3 g1 apply 1 0123</Comment>",
        "<Action>DELETE</Action>",
        "<TTL>60</TTL>",
        "<Value>192.0.2.10</Value>",
        "<Action>CREATE</Action>",
        "<HostedZoneId>Z2FDTNDATAQYW2</HostedZoneId>",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    assert!(!request.contains("UPSERT") && !request.contains("rehearsal-secret"));
}

#[tokio::test]
async fn failures_say_whether_the_change_may_have_been_made() {
    let legacy = |message: &str| {
        let root = format!(
            "<InvalidChangeBatch {NS}><Messages><Message>{message}</Message></Messages></InvalidChangeBatch>"
        );
        Play::Answer(400, root)
    };
    let table = [
        (Play::Lost, Kind::NoAnswer),
        (Play::Reset, Kind::NoAnswer),
        (Play::Half, Kind::Unclear),
        (
            Play::Answer(200, "<html>Sign in to the network</html>".to_owned()),
            Kind::Unclear,
        ),
        (
            Play::Answer(502, "<html>Bad gateway</html>".to_owned()),
            Kind::Unclear,
        ),
        (error(500, "InternalError", "x"), Kind::Unclear),
        (error(400, "Throttling", "Rate exceeded"), Kind::Throttled),
        (error(400, "PriorRequestNotComplete", "x"), Kind::Busy),
        (
            error(
                400,
                "InvalidChangeBatch",
                "Tried to delete it but it was not found",
            ),
            Kind::Conflict,
        ),
        (
            error(400, "InvalidChangeBatch", "FATAL problem: DomainLabelTooLong"),
            Kind::Conflict,
        ),
        (legacy("Tried to create it but it already exists"), Kind::Conflict),
        (legacy("FATAL problem: DomainLabelTooLong"), Kind::Conflict),
        (cut(error(400, "Throttling", "Rate exceeded")), Kind::Unclear),
        (cut(error(403, "AccessDenied", "x")), Kind::Unclear),
        (cut(error(403, "ExpiredToken", "x")), Kind::Unclear),
        (
            cut(legacy("Tried to create it but it already exists")),
            Kind::Unclear,
        ),
        (error(400, "InvalidInput", "Invalid XML"), Kind::Refused),
        (error(404, "NoSuchHostedZone", "x"), Kind::NotFound),
        (error(403, "ExpiredToken", "x"), Kind::Credentials),
        (error(403, "AccessDenied", "x"), Kind::Denied),
    ];
    for (play, kind) in table {
        let server = server(vec![play]).await;
        let failed = send(&server.url).await.unwrap_err();
        assert_eq!(failed.kind, kind, "{failed}");
        assert!(failed.sent, "it had been handed over: {failed}");
        assert_eq!(failed.operation, "ChangeResourceRecordSets");
        assert_eq!(server.requests().len(), 1, "never repeated by itself: {failed}");
    }
}

/// What doesn't know a call answers with a page: it is told as that, with its status, and not as an answer that broke off.
#[tokio::test]
async fn a_page_is_no_answer_of_aws() {
    for (status, page) in [
        (
            404,
            "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>x</p>\n",
        ),
        (
            403,
            "\n <HTML><HEAD><TITLE>Blocked</TITLE></HEAD><BODY>x</BODY></HTML>",
        ),
        (501, "<!DOCTYPE HTML><html>"),
    ] {
        let server = server(vec![Play::Answer(status, page.to_owned())]).await;
        let failed = send(&server.url).await.unwrap_err();
        assert_eq!(failed.kind, Kind::Unclear, "{failed}");
        let words = format!("HTTP {status} with a web page, which is no answer of AWS, came from ");
        assert!(failed.message.starts_with(&words), "{failed}");
        let hint = failed.hint.unwrap_or_default();
        assert!(hint.contains("does not know this call"), "{hint}");
    }
    // XML that broke off is still that.
    let half = cut(error(404, "NoSuchHostedZone", "x"));
    let failed = send(&server(vec![half]).await.url).await.unwrap_err();
    assert!(failed.message.contains("the answer was cut"), "{failed}");
}

#[tokio::test]
async fn a_port_where_nobody_listens_was_not_reached() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let failed = send(&format!("http://{nobody}")).await.unwrap_err();
    assert_eq!(failed.kind, Kind::Connect);
    assert!(!failed.sent && !failed.is_hearsay());
    assert!(!failed.may_have_applied() && failed.is_retryable());
}

#[tokio::test]
async fn tls_that_is_not_accepted_is_not_reached_either() {
    // Something that speaks no TLS: the handshake fails before a request could be sent.
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", server.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = server.accept().await.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    });
    let failed = send(&url).await.unwrap_err();
    assert_eq!(failed.kind, Kind::Tls, "{failed}");
    assert!(!failed.sent);
    assert!(failed.hint.unwrap().contains("AWS_CA_BUNDLE"));
}

#[test]
fn something_else_than_approved_is_not_sent() {
    let action = switch(vec![alias(RecordType::A)]);
    let mut approved = action.plan(&image(vec![a(60, OLD)]), None).unwrap();
    approved.to = image(vec![a(60, "192.0.2.99")]);
    let failed = action.as_approved(&approved).unwrap_err();
    assert_eq!((failed.kind, failed.sent), (Kind::Guard, false));
}

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

#[tokio::test]
async fn an_answer_without_end_is_cut_and_the_change_may_have_been_made() {
    // Whether it succeeds or fails, and whether its length is said or not.
    for head in [
        "200 OK",
        "400 Bad Request",
        "503 Service Unavailable",
        "200 OK\r\nContent-Length: 7000000000",
    ] {
        let server = server(vec![Play::Endless(head)]).await;
        let error = send(&server.url).await.unwrap_err();
        assert!(error.may_have_applied(), "{head}: {error:?}");
        assert_eq!(server.requests().len(), 1, "{head}: it was sent again");
        // What lies in the buffers of both ends comes to it.
        assert!(server.sent() < 32 << 20, "{head}: {} bytes", server.sent());
    }
}

#[tokio::test]
async fn an_answer_that_drips_ends_by_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        super::server::read(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<Change").await;
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            if stream.write_all(b" ").await.is_err() {
                break;
            }
        }
    });
    let started = std::time::Instant::now();
    let error = send(&url).await.unwrap_err();
    assert!(error.may_have_applied(), "{error:?}");
    assert!(
        started.elapsed() < std::time::Duration::from_secs(25),
        "{:?}",
        started.elapsed()
    );
}
