use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use switchback_model::Verdict;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{Manner, name, name_server, spec, zone};
use crate::{ProbeErrorKind, ProbeWorld, certificate, check_certificate, check_http_build, http_build};

const HOST: &str = "apps.example.nhs.test";
const URL: &str = "https://apps.example.nhs.test/version.json";
const PINNED: &str = "198.51.100.20";

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn authority() -> Authority {
    named("Rehearsal authority")
}

fn named(common: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, common);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    Authority {
        pem,
        issuer: Issuer::new(params, key),
    }
}

/// What a site says to any request.
fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Serves one certificate and one answer; counts requests for the right host.
async fn site(
    authority: &Authority,
    covers: &str,
    expired: bool,
    answer: String,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let mut params = CertificateParams::new(vec![covers.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = if expired {
        date_time_ymd(2021, 1, 1)
    } else {
        date_time_ymd(2099, 1, 1)
    };
    let key = KeyPair::generate().unwrap();
    let shown = params.signed_by(&key, &authority.issuer).unwrap();
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
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(tcp).await else {
                continue;
            };
            let sni = stream.get_ref().1.server_name().map(str::to_owned);
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { break };
                request.push(byte);
            }
            let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
            if sni.as_deref() == Some(HOST) && text.contains(&format!("host: {HOST}\r\n")) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (address, count)
}

fn world(authority: &Authority, stand_in: SocketAddr) -> ProbeWorld {
    ProbeWorld {
        dial: [(PINNED.parse().unwrap(), stand_in)].into(),
        ca_pem: Some(authority.pem.clone()),
        ..ProbeWorld::default()
    }
}

fn pinned() -> Option<IpAddr> {
    Some(PINNED.parse().unwrap())
}

#[tokio::test]
async fn a_pinned_address_is_dialled_with_the_real_name() {
    let authority = authority();
    let (at, count) = site(&authority, HOST, false, ok(r#"{"build":"8f2c"}"#)).await;
    let seen = http_build(URL, pinned(), &world(&authority, at)).await.unwrap();
    assert_eq!(
        (seen.status, seen.build.as_deref(), seen.address),
        (200, Some("8f2c"), pinned().unwrap())
    );
    assert_eq!(count.load(Ordering::SeqCst), 1);

    // The same by DNS: the first resolver leads to the documentation address.
    let mut by_dns = world(&authority, at);
    by_dns.resolvers = vec![(
        "resolver-1".to_owned(),
        name_server(zone(PINNED), Manner::Authority).await,
    )];
    by_dns.dial.insert("2001:db8::1".parse().unwrap(), at);
    assert_eq!(
        http_build(URL, None, &by_dns).await.unwrap().build.as_deref(),
        Some("8f2c")
    );
}

#[tokio::test]
async fn urls_that_lead_past_the_resolver_are_refused() {
    let authority = authority();
    let (at, count) = site(&authority, HOST, false, ok("{}")).await;
    for url in [
        "https://127.0.0.1/version.json",
        "https://[::1]/version.json",
        "https://2130706433/",
        "https://apps.example.nhs.test:8443/",
        "https://user:pass@apps.example.nhs.test/",
        "ftp://apps.example.nhs.test/",
        "apps.example.nhs.test",
    ] {
        let refused = http_build(url, pinned(), &world(&authority, at))
            .await
            .unwrap_err();
        assert_eq!(refused.kind, ProbeErrorKind::Refused, "{url}");
        assert!(!refused.is_evidence());
    }
    let elsewhere = http_build(URL, Some("192.0.2.99".parse().unwrap()), &world(&authority, at))
        .await
        .unwrap_err();
    assert_eq!(elsewhere.kind, ProbeErrorKind::ClosedWorld);
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn builds_are_judged() {
    let authority = authority();
    let redirect = "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/\r\nContent-Length: 0\r\n\r\n";
    let table = [
        (
            ok(r#"{"build":"8f2c"}"#),
            Some("8f2c"),
            Verdict::Pass,
            "build 8f2c, HTTP 200, 198.51.100.20, ",
        ),
        (
            ok(r#"{"build":"8f2c"}"#),
            None,
            Verdict::Pass,
            "build 8f2c, HTTP 200",
        ),
        (
            ok(r#"{"build":"1a1a"}"#),
            Some("8f2c"),
            Verdict::Fail,
            "build 1a1a, HTTP 200",
        ),
        (
            ok("<!doctype html>"),
            None,
            Verdict::Fail,
            "no build: the answer is HTML, not JSON, HTTP 200",
        ),
        (
            redirect.to_owned(),
            None,
            Verdict::Fail,
            "no build: a redirect to https://elsewhere.test/, HTTP 302",
        ),
        (
            ok(&"x".repeat(17 * 1024 * 1024)),
            None,
            Verdict::Fail,
            "HTTP 200, answer larger than 16 MiB",
        ),
        (
            ok(&format!(r#"{{"build":"\u001b[31m{}"}}"#, "b".repeat(200))),
            None,
            Verdict::Pass,
            "build [31mbbb",
        ),
    ];
    for (answer, wanted, verdict, observed) in table {
        let (at, _) = site(&authority, HOST, false, answer).await;
        let world = world(&authority, at);
        let reading = check_http_build(&spec(), URL, pinned(), wanted, &world, Timestamp::UNIX_EPOCH).await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
        assert!(
            reading.observed.starts_with(observed) && reading.observed.len() < 200,
            "{}",
            reading.observed
        );
    }
}

#[tokio::test]
async fn certificates_that_are_not_accepted_are_told_apart() {
    let (ours, theirs, twin) = (authority(), named("A proxy"), authority());
    let table = [
        (&ours, HOST, true, ProbeErrorKind::Expired),
        (&ours, "other.example.nhs.test", false, ProbeErrorKind::WrongName),
        (&theirs, HOST, false, ProbeErrorKind::UnknownIssuer),
        (&twin, HOST, false, ProbeErrorKind::UnknownIssuer),
    ];
    for (signer, covers, expired, kind) in table {
        let (at, count) = site(signer, covers, expired, ok("{}")).await;
        let world = world(&ours, at);
        let by_tls = certificate(&name(HOST), pinned(), &world).await.unwrap_err();
        let by_http = http_build(URL, pinned(), &world).await.unwrap_err();
        assert_eq!((by_tls.kind, by_http.kind), (kind, kind));
        assert!(by_tls.is_evidence() && by_tls.hint.is_some());
        assert_eq!(
            count.load(Ordering::SeqCst),
            0,
            "nothing is sent over a connection that is not trusted"
        );
    }
}

#[tokio::test]
async fn a_certificate_is_read_and_its_life_judged_by_the_given_time() {
    let authority = authority();
    let (at, _) = site(&authority, HOST, false, ok("{}")).await;
    let world = world(&authority, at);
    let shown = certificate(&name(HOST), pinned(), &world).await.unwrap();
    assert_eq!(
        (shown.names.as_slice(), shown.issuer.as_str()),
        (&[HOST.to_owned()][..], "Rehearsal authority")
    );
    for (left, verdict) in [
        (31, Verdict::Pass),
        (30, Verdict::Pass),
        (29, Verdict::Fail),
        (-1, Verdict::Fail),
    ] {
        let now = shown
            .not_after
            .checked_sub(SignedDuration::from_hours(24 * left))
            .unwrap();
        let reading = check_certificate(&spec(), &name(HOST), pinned(), 30, &world, now).await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
    }
}

#[tokio::test]
async fn a_site_that_is_down_fails_the_check() {
    let authority = authority();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let world = world(&authority, nobody);
    let reading = check_http_build(&spec(), URL, pinned(), None, &world, Timestamp::UNIX_EPOCH).await;
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (Verdict::Fail, "the connection was refused")
    );
    let down = certificate(&name(HOST), pinned(), &world).await.unwrap_err();
    assert_eq!(down.kind, ProbeErrorKind::NoAnswer);
}
