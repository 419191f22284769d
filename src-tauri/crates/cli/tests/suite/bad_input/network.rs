//! What stands between us and AWS, or a site: nothing that listens, a proxy, another authority.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::support::{BUNDLED, Closed, SECRETS, TestHome, proving, unserved_port};

/// The name of an AWS endpoint that no resolver knows: only a proxy can lead there.
pub(super) const AWS: &str = "aws.example.nhs.test";

/// Serves connections in the background until the test process ends.
pub(super) fn serve<F>(on: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(on(stream));
            }
        });
    });
    told.recv().unwrap()
}

/// TLS with a certificate of an authority of its own in front of a plain port. Gives its port and the
/// authority's certificate.
pub(super) fn tls_before(names: &[&str], inner: SocketAddr) -> (SocketAddr, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "Example inspection authority");
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let shown = CertificateParams::new(names)
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
    let port = serve(move |tcp| {
        let acceptor = acceptor.clone();
        async move {
            let (Ok(mut outer), Ok(mut inner)) =
                (acceptor.accept(tcp).await, TcpStream::connect(inner).await)
            else {
                return;
            };
            let _ = copy_bidirectional(&mut outer, &mut inner).await;
        }
    });
    (port, pem)
}

/// A proxy that tunnels every CONNECT to one port, or answers it with an error. Counts what it heard.
pub(super) fn proxy(to: SocketAddr, answer: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let port = serve(move |mut stream| {
        let counted = counted.clone();
        async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { return };
                head.push(byte);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            if head.starts_with(&format!("CONNECT {AWS}:443 ")) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            let _ = stream.write_all(answer.as_bytes()).await;
            if !answer.contains(" 200 ") {
                return;
            }
            if let Ok(mut inner) = TcpStream::connect(to).await {
                let _ = copy_bidirectional(&mut stream, &mut inner).await;
            }
        }
    });
    (port, count)
}

pub(super) const TUNNEL: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// Signed in with keys of the environment at an endpoint.
pub(super) fn signed_in(endpoint: &str) -> (TestHome, String) {
    let place = TestHome::new()
        .set("AWS_ACCESS_KEY_ID", SECRETS[3])
        .set("AWS_SECRET_ACCESS_KEY", SECRETS[0])
        .set("AWS_SESSION_TOKEN", SECRETS[1])
        .set("AWS_ENDPOINT_URL", endpoint);
    let target = place.test_target("");
    let run = place.new_run(&target, &[]);
    (place, run)
}

#[test]
fn an_endpoint_where_nobody_listens_is_named() {
    let (place, run) = signed_in(&format!("http://127.0.0.1:{}", unserved_port()));
    let check = place.bad(4, &["step", "check", &run, "lower-ttl"]);
    insta::assert_snapshot!("endpoint-refused", check);
    // Whatever is not reached, the status stays readable and the way back can be looked at.
    place.ok(&["run", "show", &run]);
    place.verify(&run);
    place.holds_no_secret();
}

#[test]
fn an_endpoint_that_says_nothing_is_given_up_in_time() {
    if !proving() {
        return;
    }
    // Accepts by the system's queue, and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (place, run) = signed_in(&format!("http://{}", listener.local_addr().unwrap()));
    let started = Instant::now();
    let said = place.bad_text(4, &["step", "check", &run, "lower-ttl"]);
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
    insta::assert_snapshot!("endpoint-silent", said);
}

#[test]
fn a_custom_endpoint_that_cannot_be_or_must_not_be_used_is_refused() {
    let place = TestHome::new();
    let mut all = String::new();
    let target = place.test_target("");
    for (title, code, target, endpoint) in [
        ("a production target", 5, "prod.example", "http://127.0.0.1:4566"),
        ("no URL", 2, target.as_str(), "localhost"),
        ("another scheme", 2, target.as_str(), "ftp://127.0.0.1"),
        (
            "a password in it",
            2,
            target.as_str(),
            "http://me:SeededPassword0123@127.0.0.1:4566",
        ),
        ("none for a target of kind test", 5, target.as_str(), ""),
    ] {
        let args = [
            "run",
            "new",
            "dns-switch",
            "--target",
            target,
            "--aws-endpoint",
            endpoint,
        ];
        all.push_str(&format!("## {title}\n{}\n", place.bad(code, &args)));
    }
    insta::assert_snapshot!("endpoints", all);
    // The same from the environment, where it may have been forgotten.
    let place = place.set("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
    place.bad(5, &["run", "new", "dns-switch", "--target", "prod.example"]);
    assert_eq!(place.json(&["run", "list"])["runs"].as_array().unwrap().len(), 0);
}

#[test]
fn a_run_on_production_refuses_an_endpoint_that_was_set_later() {
    let place = TestHome::new();
    let run = place.new_run("prod.example", &[]);
    let place = place.set("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
    insta::assert_snapshot!(
        "endpoint-set-later",
        place.bad(5, &["step", "check", &run, "lower-ttl"])
    );
}

#[test]
fn traffic_to_aws_that_is_inspected_is_told_and_the_authority_can_be_trusted() {
    let hidden = TestHome::new();
    let world = Closed::of(&hidden);
    let (port, pem) = tls_before(&["localhost"], world.handle.aws_addr());
    let (place, run) = signed_in(&format!("https://localhost:{}", port.port()));
    let check = ["step", "check", &run, "lower-ttl"];
    let mut all = format!("## unknown authority\n{}\n", place.bad_text(4, &check));
    let bundle = place.write("bundle.pem", &pem);
    let mut place = place.set("AWS_CA_BUNDLE", bundle.display());
    place.ok(&check);
    for (title, value) in [
        ("a bundle that is not there", place.path().join("nosuch.pem")),
        (
            "a bundle without a certificate",
            place.write("empty.pem", "none\n"),
        ),
    ] {
        place = place.set("AWS_CA_BUNDLE", value.display());
        all.push_str(&format!("## {title}\n{}\n", place.bad(5, &check)));
        place.ok(&["run", "show", &run]);
    }
    insta::assert_snapshot!("inspected", all);
    place.verify(&run);
    place.holds_no_secret();
}

#[test]
fn a_certificate_for_other_names_is_told() {
    let hidden = TestHome::new();
    let world = Closed::of(&hidden);
    let (port, pem) = tls_before(&["other.example.nhs.test"], world.handle.aws_addr());
    let (place, run) = signed_in(&format!("https://localhost:{}", port.port()));
    let bundle = place.write("bundle.pem", &pem);
    let place = place.set("AWS_CA_BUNDLE", bundle.display());
    insta::assert_snapshot!(
        "other-names",
        place.bad_text(4, &["step", "check", &run, "lower-ttl"])
    );
}

#[test]
fn a_proxy_is_used_where_it_is_set_and_told_where_it_refuses() {
    let hidden = TestHome::new();
    let world = Closed::of(&hidden);
    let (tls, pem) = tls_before(&[AWS], world.handle.aws_addr());
    let (place, run) = signed_in(&format!("https://{AWS}"));
    let bundle = place.write("bundle.pem", &pem);
    let place = place.set("AWS_CA_BUNDLE", bundle.display());
    let check = ["step", "check", &run, "lower-ttl"];
    let mut all = format!("## no proxy\n{}\n", place.bad_text(4, &check));

    let (port, heard) = proxy(tls, TUNNEL);
    let place = place.set("HTTPS_PROXY", format!("http://me:{}@{port}", SECRETS[2]));
    place.ok(&check);
    assert!(heard.load(Ordering::SeqCst) > 0);

    let before = heard.load(Ordering::SeqCst);
    let place = place.set("NO_PROXY", ".example.nhs.test");
    place.bad_text(4, &check);
    assert_eq!(heard.load(Ordering::SeqCst), before, "NO_PROXY was not minded");

    let mut place = place.set("NO_PROXY", "");
    let wants = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let refuses = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    for (title, code, value) in [
        (
            "a password is wanted",
            4,
            format!("http://{}", proxy(tls, wants).0),
        ),
        ("it refuses", 4, format!("http://{}", proxy(tls, refuses).0)),
        (
            "nobody listens there",
            4,
            format!("127.0.0.1:{}", unserved_port()),
        ),
        ("it is a SOCKS proxy", 5, "socks5://127.0.0.1:1080".to_owned()),
    ] {
        place = place.set("HTTPS_PROXY", value);
        all.push_str(&format!("## {title}\n{}\n", place.bad_text(code, &check)));
    }
    insta::assert_snapshot!("proxies", all);
    place.verify(&run);
    place.holds_no_secret();
}

#[test]
fn a_rehearsal_never_goes_through_a_proxy_or_a_bundle() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let place = place
        .set("HTTPS_PROXY", format!("http://127.0.0.1:{}", unserved_port()))
        .set("HTTP_PROXY", format!("http://127.0.0.1:{}", unserved_port()))
        .set("AWS_CA_BUNDLE", "/nosuch/bundle.pem");
    let run = place.new_run("rehearsal", &[]);
    place.ok(&["step", "check", &run, "lower-ttl"]);
}

#[test]
fn a_resolver_that_says_nothing_makes_the_sites_unknown_in_bounded_time() {
    // Takes every question, and never answers.
    let resolver = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = TestHome::new();
    let target = std::fs::read_to_string(format!("{BUNDLED}/targets/prod.example.toml")).unwrap();
    let (before, after) = target.split_once("[resolvers]").unwrap();
    let (_, values) = after.split_once("[values]").unwrap();
    let silent = resolver.local_addr().unwrap();
    place.write(
        "silent.toml",
        format!("{before}[resolvers]\nsilent = \"{silent}\"\n\n[values]{values}"),
    );
    let run = place.new_run("./silent.toml", &[]);
    let started = Instant::now();
    let shown = place.json(&["run", "show", &run]);
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
    for monitor in shown["monitors"].as_array().unwrap() {
        let said = monitor["value"].as_str().unwrap();
        assert_eq!(monitor["state"], "unknown", "{monitor}");
        assert!(said.contains("could not be looked up: no answer"), "{monitor}");
    }
    assert_eq!(shown["rollback"][0]["ready"], false);
}

#[test]
fn the_systems_resolver_answers_or_gives_up_in_bounded_time() {
    let place = TestHome::new();
    let target = std::fs::read_to_string(format!("{BUNDLED}/targets/prod.example.toml")).unwrap();
    let (before, after) = target.split_once("[resolvers]").unwrap();
    let (_, values) = after.split_once("[values]").unwrap();
    place.write("system.toml", format!("{before}[values]{values}"));
    let run = place.new_run("./system.toml", &[]);
    let started = Instant::now();
    let shown = place.json(&["run", "show", &run]);
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
    for monitor in shown["monitors"].as_array().unwrap() {
        // Whatever this machine's resolver makes of a reserved name (RFC 6761): nobody is there.
        assert_ne!(monitor["state"], "passing", "{monitor}");
    }
}
