//! A raw HTTP client, and the requests that the tests send.

use std::net::SocketAddr;
use std::time::Duration;

use switchback_rehearsal::{World, WorldOptions};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

pub const ZONE: &str = "/2013-04-01/hostedzone/Z0REHEARSALEXAMPLE1";

/// A world with 35 s to INSYNC that runs so many times as fast as real time.
pub async fn world(dir: &std::path::Path, scale: u32) -> World {
    World::start(WorldOptions {
        scale,
        ..WorldOptions::new(dir)
    })
    .await
    .unwrap()
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn tag(&self, name: &str) -> Option<&str> {
        let from = self.body.split_once(&format!("<{name}>"))?.1;
        Some(from.split_once("</")?.0)
    }
}

/// One exchange over a stream; `None` if the connection ended without an answer.
pub async fn exchange<S>(mut stream: S, request: &str) -> Option<Reply>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A dropped connection may be a reset or an end.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Reply {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

pub async fn send(addr: SocketAddr, key: &str, service: &str, line: &str, body: &str) -> Option<Reply> {
    let stream = TcpStream::connect(addr).await.unwrap();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential={key}/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=00\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(stream, &request).await
}

pub async fn route53(world: &World, line: &str, body: &str) -> Option<Reply> {
    send(world.handle().aws_addr(), "AKIAREHEARSAL", "route53", line, body).await
}

pub fn set(ttl: u32, value: &str) -> String {
    format!(
        "<ResourceRecordSet><Name>apps.example.nhs.test</Name><Type>A</Type><TTL>{ttl}</TTL>\
         <ResourceRecords><ResourceRecord><Value>{value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    )
}

/// Compare and swap of the `apps` record.
pub async fn swap(world: &World, from: &str, to: &str, comment: &str) -> Option<Reply> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ChangeResourceRecordSetsRequest \
         xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeBatch><Comment>{comment}</Comment>\
         <Changes><Change><Action>DELETE</Action>{from}</Change>\
         <Change><Action>CREATE</Action>{to}</Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
    );
    route53(world, &format!("POST {ZONE}/rrset/"), &body).await
}

/// Looks again until it is true, at most ten seconds.
pub async fn until<F, Fut>(what: &str, mut look: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !look().await {
        assert!(tokio::time::Instant::now() < deadline, "{what} took too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One JSON 1.1 request to Cognito in a region, as an access key.
pub async fn cognito_as(
    world: &World,
    key: &str,
    region: &str,
    operation: &str,
    body: &serde_json::Value,
) -> Option<(u16, serde_json::Value)> {
    let addr = world.handle().aws_addr();
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential={key}/20260101/{region}/cognito-idp/aws4_request, SignedHeaders=host, Signature=00\r\n\
         Content-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: AWSCognitoIdentityProviderService.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let reply = exchange(TcpStream::connect(addr).await.unwrap(), &request).await?;
    Some((reply.status, serde_json::from_str(&reply.body).unwrap()))
}

/// One request to Cognito that must be answered well.
pub async fn cognito(world: &World, operation: &str, body: serde_json::Value) -> serde_json::Value {
    let (status, answer) = cognito_as(world, "AKIAREHEARSAL", "eu-west-2", operation, &body)
        .await
        .unwrap();
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

/// The code with which a request to Cognito is refused.
pub async fn cognito_refusal(world: &World, operation: &str, body: serde_json::Value) -> String {
    let (status, answer) = cognito_as(world, "AKIAREHEARSAL", "eu-west-2", operation, &body)
        .await
        .unwrap();
    assert_ne!(status, 200, "{operation}: {answer}");
    answer["__type"].as_str().unwrap().to_owned()
}
