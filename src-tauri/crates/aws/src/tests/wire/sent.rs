//! What is sent once, and what a failure says of it.

use switchback_engine::ports::{Action as _, ProviderErrorKind as Kind};
use switchback_model::Image;
use switchback_model::dns::RecordType;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::route53::Batch;
use crate::tests::server::{DATE_S, NS, Play, changed, error, server};
use crate::tests::{OLD, ZONE, a, alias, aws, image, switch, switch_at};

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
        crate::tests::server::read(&mut stream).await;
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
