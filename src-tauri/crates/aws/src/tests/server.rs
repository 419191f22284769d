//! A tiny server that reads one request a connection and plays an answer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::ZONE;

pub(crate) const NS: &str = "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"";
pub(crate) const DATE: &str = "Thu, 01 Jan 2026 10:00:00 GMT";
pub(crate) const DATE_S: i64 = 1_767_261_600;

/// What the server does with one request.
pub(crate) enum Play {
    Answer(u16, String),
    /// Answers for a function that failed.
    FunctionError(String),
    /// Reads the request and closes the connection.
    Lost,
    /// Reads the request and resets the connection.
    Reset,
    /// Reads the request and answers for ever, as fast as it is read.
    Endless(&'static str),
    /// Reads the request and closes within the body of the answer.
    Half,
}

pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
    sent: Arc<AtomicUsize>,
}

impl Server {
    /// How many bytes of answers without end were sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub(crate) async fn server(plays: Vec<Play>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = requests.clone();
    let sent: Arc<AtomicUsize> = Arc::default();
    let told = sent.clone();
    tokio::spawn(async move {
        let mut plays = VecDeque::from(plays);
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read(&mut stream).await;
            seen.lock().unwrap().push(request);
            match plays.pop_front() {
                Some(Play::Answer(status, body)) => {
                    let head = format!(
                        "HTTP/1.1 {status} X\r\nDate: {DATE}\r\nx-amzn-RequestId: request-1\r\n\
                         Content-Type: text/xml\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                        body.len()
                    );
                    stream
                        .write_all(format!("{head}{body}").as_bytes())
                        .await
                        .unwrap();
                }
                Some(Play::FunctionError(body)) => {
                    let head = format!(
                        "HTTP/1.1 200 X\r\nx-amz-function-error: Unhandled\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                        body.len()
                    );
                    stream
                        .write_all(format!("{head}{body}").as_bytes())
                        .await
                        .unwrap();
                }
                Some(Play::Endless(head)) => {
                    let head = format!("HTTP/1.1 {head}\r\nContent-Type: text/xml\r\n\r\n<Change>");
                    let part = vec![b' '; 1 << 16];
                    let mut ended = stream.write_all(head.as_bytes()).await;
                    while ended.is_ok() {
                        sent.fetch_add(part.len(), Ordering::Relaxed);
                        ended = stream.write_all(&part).await;
                    }
                }
                Some(Play::Half) => {
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<Change")
                        .await
                        .unwrap();
                }
                Some(Play::Reset) => {
                    stream.set_zero_linger().unwrap();
                    continue;
                }
                Some(Play::Lost) | None => {}
            }
            let _ = stream.shutdown().await;
        }
    });
    Server {
        url,
        requests,
        sent: told,
    }
}

pub(crate) async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).await.unwrap();
        assert!(length > 0, "the request ended early");
        bytes.extend_from_slice(&buffer[..length]);
    }
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Play {
    Play::Answer(
        status,
        format!(
            "<ErrorResponse {NS}><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>request-1</RequestId></ErrorResponse>"
        ),
    )
}

pub(crate) fn changed() -> Play {
    Play::Answer(
        200,
        format!(
            "<ChangeResourceRecordSetsResponse {NS}><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>\
             <SubmittedAt>2026-01-01T10:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>"
        ),
    )
}

pub(crate) fn zone_answer(name: &str, private: bool) -> Play {
    Play::Answer(
        200,
        format!(
            "<GetHostedZoneResponse {NS}><HostedZone><Id>/hostedzone/{ZONE}</Id><Name>{name}</Name>\
             <CallerReference>x</CallerReference><Config><PrivateZone>{private}</PrivateZone></Config></HostedZone>\
             <DelegationSet><NameServers><NameServer>ns-1.example.test</NameServer>\
             <NameServer>ns-2.example.test</NameServer></NameServers></DelegationSet></GetHostedZoneResponse>"
        ),
    )
}

pub(crate) fn zones(twins: &str) -> Play {
    Play::Answer(
        200,
        format!(
            "<ListHostedZonesByNameResponse {NS}><HostedZones><HostedZone><Id>/hostedzone/{ZONE}</Id>\
             <Name>example.nhs.test.</Name><CallerReference>x</CallerReference></HostedZone>{twins}</HostedZones>\
             <IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesByNameResponse>"
        ),
    )
}

pub(crate) fn set(owner: &str, kind: &str, rest: &str) -> String {
    format!("<ResourceRecordSet><Name>{owner}</Name><Type>{kind}</Type>{rest}</ResourceRecordSet>")
}

pub(crate) fn values(ttl: u32, value: &str) -> String {
    format!(
        "<TTL>{ttl}</TTL><ResourceRecords><ResourceRecord><Value>{value}</Value></ResourceRecord></ResourceRecords>"
    )
}

pub(crate) fn listed(sets: &str, next: &str) -> Play {
    Play::Answer(
        200,
        format!(
            "<ListResourceRecordSetsResponse {NS}><ResourceRecordSets>{sets}</ResourceRecordSets>\
             <IsTruncated>{}</IsTruncated>{next}<MaxItems>300</MaxItems></ListResourceRecordSetsResponse>",
            !next.is_empty()
        ),
    )
}

/// The answer of GetCallerIdentity.
pub(crate) const CALLER: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                  <GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/operator/me</Arn>\
                  <UserId>x</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
                  </GetCallerIdentityResponse>";
