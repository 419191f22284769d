//! A raw HTTP client, and the requests that the tests send.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use switchback_rehearsal::{SECRET_KEY, World, WorldOptions};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

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

/// A connection to an address of the world under a name for which its certificate must be, by the world's authority.
pub async fn secured(world: &World, address: IpAddr, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(world.handle().ca_pem.as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(world.handle().stand_in(address).unwrap()).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// A request as an SDK signs it.
pub struct Signing<'a> {
    pub key: &'a str,
    pub secret: &'a str,
    pub token: Option<&'a str>,
    pub region: &'a str,
    pub service: &'a str,
}

impl Signing<'_> {
    /// The whole request; `line` = method and path, `headers` are signed too.
    #[expect(clippy::disallowed_methods, reason = "SDKs sign by the computer's clock")]
    pub fn request(&self, addr: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> String {
        let (method, path) = line.split_once(' ').unwrap();
        let host = addr.to_string();
        let mut all = vec![("host", host.as_str())];
        all.extend(headers);
        let identity = Credentials::new(
            self.key,
            self.secret,
            self.token.map(str::to_owned),
            None,
            "tests",
        )
        .into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(std::time::SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let url = format!("http://{host}{path}");
        let signable = SignableRequest::new(
            method,
            url,
            all.iter().copied(),
            SignableBody::Bytes(body.as_bytes()),
        )
        .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let mut text = format!(
            "{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in all.into_iter().chain(instructions.headers()) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        format!("{text}\r\n{body}")
    }
}

pub async fn send(addr: SocketAddr, key: &str, service: &str, line: &str, body: &str) -> Option<Reply> {
    let signing = Signing {
        key,
        secret: SECRET_KEY,
        token: None,
        region: "us-east-1",
        service,
    };
    let stream = TcpStream::connect(addr).await.unwrap();
    exchange(stream, &signing.request(addr, line, &[], body)).await
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

/// A JSON service: its name in the scope of a signature, and what its targets begin with.
pub const COGNITO: (&str, &str) = ("cognito-idp", "AWSCognitoIdentityProviderService");
pub const SSM: (&str, &str) = ("ssm", "AmazonSSM");

/// One JSON 1.1 request to a service in a region, as an access key; nothing where no answer comes.
pub async fn json_as(
    world: &World,
    (service, target): (&str, &str),
    key: &str,
    region: &str,
    operation: &str,
    body: &serde_json::Value,
) -> Option<Reply> {
    let addr = world.handle().aws_addr();
    let body = body.to_string();
    let signing = Signing {
        key,
        secret: SECRET_KEY,
        token: None,
        region,
        service,
    };
    let target = format!("{target}.{operation}");
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", target.as_str()),
    ];
    let request = signing.request(addr, "POST /", &headers, &body);
    exchange(TcpStream::connect(addr).await.unwrap(), &request).await
}

/// One request to Cognito in a region, as an access key.
pub async fn cognito_as(
    world: &World,
    key: &str,
    region: &str,
    operation: &str,
    body: &serde_json::Value,
) -> Option<(u16, serde_json::Value)> {
    let reply = json_as(world, COGNITO, key, region, operation, body).await?;
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

/// One request to Parameter Store as the world's operator; nothing where no answer comes.
pub async fn ssm_sent(world: &World, operation: &str, body: serde_json::Value) -> Option<Reply> {
    json_as(world, SSM, "AKIAREHEARSAL", "eu-west-2", operation, &body).await
}

/// One request to Parameter Store that must be answered well.
pub async fn ssm(world: &World, operation: &str, body: serde_json::Value) -> serde_json::Value {
    let reply = ssm_sent(world, operation, body).await.unwrap();
    assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

/// The code with which a request to Parameter Store is refused, and its words.
pub async fn ssm_refusal(world: &World, operation: &str, body: serde_json::Value) -> (String, String) {
    let reply = ssm_sent(world, operation, body).await.unwrap();
    assert_ne!(reply.status, 200, "{operation}: {}", reply.body);
    let said: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    let code = said["__type"].as_str().unwrap().to_owned();
    assert_eq!(reply.header("x-amzn-errortype"), Some(code.as_str()));
    (code, said["message"].as_str().unwrap_or_default().to_owned())
}

/// One request to API Gateway; nothing where no answer comes.
pub async fn rest_as(
    world: &World,
    key: &str,
    region: &str,
    line: &str,
    body: &serde_json::Value,
) -> Option<Reply> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let signing = Signing {
        key,
        secret: SECRET_KEY,
        token: None,
        region,
        service: "apigateway",
    };
    let addr = world.handle().aws_addr();
    let headers = [("accept", "application/json")];
    let request = signing.request(addr, line, &headers, &body);
    exchange(TcpStream::connect(addr).await.unwrap(), &request).await
}

pub async fn rest_sent(world: &World, line: &str, body: &serde_json::Value) -> Option<Reply> {
    rest_as(world, "AKIAREHEARSAL", "eu-west-2", line, body).await
}

/// One request to API Gateway that must be answered well.
pub async fn rest(world: &World, line: &str, body: serde_json::Value) -> serde_json::Value {
    let reply = rest_sent(world, line, &body).await.unwrap();
    assert_eq!(reply.status, 200, "{line}: {}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

/// The status and the code with which API Gateway refuses, and its words.
pub async fn rest_refusal(world: &World, line: &str, body: serde_json::Value) -> (u16, String, String) {
    let reply = rest_sent(world, line, &body).await.unwrap();
    let said: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    let code = reply.header("x-amzn-errortype").unwrap().to_owned();
    assert_eq!(said.as_object().unwrap().len(), 1);
    (reply.status, code, said["message"].as_str().unwrap().to_owned())
}

/// Patches; each operation is `op path value`.
pub fn patches(operations: &[&str]) -> serde_json::Value {
    let all = operations.iter().map(|line| {
        let parts: Vec<&str> = line.splitn(3, ' ').collect();
        let mut one = serde_json::json!({"op": parts[0], "path": parts[1]});
        if let Some(value) = parts.get(2) {
            one["value"] = serde_json::json!(value);
        }
        one
    });
    serde_json::json!({"patchOperations": all.collect::<Vec<_>>()})
}
