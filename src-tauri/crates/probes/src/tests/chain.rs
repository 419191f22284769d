use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{ProbeErrorKind, Tunnel, chain, reachable};

const HOST: &str = "sts.eu-west-2.amazonaws.com";

/// A proxy that breaks TLS open: it answers CONNECT, then shows a certificate of its own. Gives its
/// port, its authority's PEM and what it was asked.
async fn inspecting(answer: &'static str) -> (u16, String, Arc<Mutex<String>>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for (kind, text) in [
        (rcgen::DnType::CommonName, "Example Inspection CA"),
        (rcgen::DnType::OrganizationName, "Example Trust IT"),
    ] {
        params.distinguished_name.push(kind, text);
    }
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let shown = CertificateParams::new(vec![HOST.to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked: Arc<Mutex<String>> = Arc::default();
    let log = asked.clone();
    tokio::spawn(async move {
        loop {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = tcp.read_u8().await else { break };
                head.push(byte);
            }
            *log.lock().unwrap() = String::from_utf8(head).unwrap();
            tcp.write_all(answer.as_bytes()).await.unwrap();
            let _ = acceptor.accept(tcp).await;
        }
    });
    (port, pem, asked)
}

fn through(port: u16) -> Option<Tunnel<'static>> {
    Some(Tunnel {
        host: "127.0.0.1",
        port,
        authorization: Some("Basic bWU6U2VlZGVkUGFzc3dvcmQ="),
    })
}

#[tokio::test]
async fn an_inspecting_proxy_is_named_whether_or_not_it_is_trusted() {
    let (port, pem, asked) = inspecting("HTTP/1.1 200 Connection established\r\n\r\n").await;
    let seen = chain(HOST, 443, through(port), None).await.unwrap();
    assert_eq!(seen.issuer, "Example Inspection CA");
    assert_eq!(seen.organisation.as_deref(), Some("Example Trust IT"));
    assert_eq!(seen.refused.unwrap().kind, ProbeErrorKind::UnknownIssuer);
    let asked = asked.lock().unwrap().clone();
    assert!(
        asked.starts_with(&format!("CONNECT {HOST}:443 HTTP/1.1\r\n")),
        "{asked}"
    );
    assert!(asked.contains("Proxy-Authorization: Basic "), "{asked}");

    let trusted = chain(HOST, 443, through(port), Some(pem.as_bytes()))
        .await
        .unwrap();
    assert_eq!(trusted.refused, None);
    assert_eq!(trusted.organisation.as_deref(), Some("Example Trust IT"));

    // Trusted, but for another name.
    let other = chain("route53.amazonaws.com", 443, through(port), Some(pem.as_bytes())).await;
    assert_eq!(other.unwrap().refused.unwrap().kind, ProbeErrorKind::WrongName);
}

#[tokio::test]
async fn a_proxy_that_refuses_says_so() {
    for (answer, words) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "user name and a password",
        ),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "refused to connect on (403)"),
    ] {
        let (port, ..) = inspecting(answer).await;
        let error = chain(HOST, 443, through(port), None).await.unwrap_err();
        assert!(error.message.contains(words), "{error}");
        let shown = format!("{:?}", through(port));
        assert!(!shown.contains("Basic"), "{shown}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let refused = reachable("127.0.0.1", port).await.unwrap_err();
    assert_eq!(refused.message, "the connection was refused");
    let refused = chain("localhost", port, None, None).await.unwrap_err();
    assert_eq!(refused.kind, ProbeErrorKind::NoAnswer);
}
