//! What stands on the way to AWS and to the name servers: proxies and exceptions, chains of certificates
//! that are broken, bundles in part, and servers that only refuse.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tokio_rustls::TlsAcceptor;

use super::connection::row;
use super::network::{AWS, TUNNEL, proxy, serve, signed_in, tls_before};
use super::support::{BUNDLED, Closed, TestHome, harmless, unserved_port};

const HOSTS: [&str; 3] = [
    "sts.eu-west-2.amazonaws.com",
    "route53.amazonaws.com",
    "cognito-idp.eu-west-2.amazonaws.com",
];

struct Authority {
    shown: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

fn dated(common: &str, last_year: i32) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(last_year, 8, 6);
    params.distinguished_name.push(DnType::CommonName, common);
    params.distinguished_name.push(DnType::OrganizationName, "Amazon");
    params
}

fn authority(common: &str, last_year: i32, above: Option<&Authority>) -> Authority {
    let mut params = dated(common, last_year);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let shown = match above {
        Some(above) => params.signed_by(&key, &above.issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    Authority {
        shown,
        issuer: Issuer::new(params, key),
    }
}

/// A server of these names, and what it sends besides its own certificate.
fn server(names: &[&str], last_year: i32, by: &Authority, sends: &[&Certificate]) -> SocketAddr {
    let mut params = dated("the server", last_year);
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    params.subject_alt_names = CertificateParams::new(names).unwrap().subject_alt_names;
    let key = KeyPair::generate().unwrap();
    let own = params.signed_by(&key, &by.issuer).unwrap();
    let mut chain = vec![own.der().clone()];
    chain.extend(sends.iter().map(|one| one.der().clone()));
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    serve(move |tcp| {
        let acceptor = acceptor.clone();
        async move {
            let _ = acceptor.accept(tcp).await;
        }
    })
}

/// The check of the connection through a proxy that leads every host to one server.
fn checked(place: &TestHome, to: SocketAddr) -> Value {
    let (port, _) = proxy(to, TUNNEL);
    let place = place
        .also("HTTPS_PROXY", format!("http://{port}"))
        .set("AWS_ACCESS_KEY_ID", "AKIAREHEARSAL")
        .set("AWS_SECRET_ACCESS_KEY", "rehearsal");
    let did = place.run(&["connection", "--json"]);
    harmless(&did);
    did.json()
}

#[test]
fn a_broken_chain_names_the_certificate_and_whose_move_it_is() {
    let root = authority("Example Root", 2099, None);
    let between = authority("Example Intermediate", 2099, Some(&root));
    let stale = authority("Example Intermediate", 2021, Some(&root));
    let place = TestHome::new();
    let bundle = place.write("bundle.pem", root.shown.pem());
    let place = place.set("AWS_CA_BUNDLE", bundle.display());
    let good = server(&HOSTS, 2099, &between, &[&between.shown]);
    assert_eq!(row(&checked(&place, good), "tls")["tone"], "passing");
    let table = [
        (
            server(&HOSTS, 2099, &between, &[]),
            "the intermediate certificate Example Intermediate that issued it is missing",
            "send the intermediate certificate",
        ),
        (
            server(&HOSTS, 2098, &stale, &[&stale.shown]),
            "the intermediate certificate Example Intermediate, issued by Example Root",
            "need not be renewed",
        ),
        (
            server(&HOSTS, 2021, &between, &[&between.shown]),
            "it ended on 6 August 2021",
            "renew the certificate",
        ),
        (
            server(&["a.example.nhs.test"], 2099, &root, &[]),
            "is for other names: a.example.nhs.test",
            "another site",
        ),
    ];
    for (at, said, mend) in table {
        let view = checked(&place, at);
        for id in ["tls", "reach-route53"] {
            let row = row(&view, id);
            assert_eq!(row["tone"], "failing", "{row}");
            assert!(row["observed"].as_str().unwrap().contains(said), "{said}: {row}");
            assert!(row["mend"].as_str().unwrap().contains(mend), "{mend}: {row}");
            assert!(!row["observed"].as_str().unwrap().contains("inspects"), "{row}");
        }
    }
}

#[test]
fn a_bundle_with_a_cut_certificate_is_told_and_the_others_count() {
    let root = authority("Example Root", 2099, None);
    let other = authority("Another Root", 2099, None);
    let good = server(&HOSTS, 2099, &root, &[]);
    let cut = &other.shown.pem()[..200];
    let place = TestHome::new();
    let bundle = place.write("bundle.pem", format!("{}{cut}", root.shown.pem()));
    let place = place.set("AWS_CA_BUNDLE", bundle.display());
    let view = checked(&place, good);
    assert_eq!(row(&view, "tls")["tone"], "passing", "{view}");
    let said = row(&view, "authorities");
    let words = said["observed"].as_str().unwrap();
    assert!(
        words.contains("certificate 2 (line ")
            && words.contains("it is cut")
            && words.contains("the other 1 count"),
        "{words}"
    );
    // By the profile, and with the cut one first.
    place.write("bundle.pem", format!("{cut}\n{}", root.shown.pem()));
    let config = place.write(
        "aws-config",
        format!("[default]\nca_bundle = {}\n", bundle.display()),
    );
    let place = place
        .set("AWS_CA_BUNDLE", "")
        .set("AWS_CONFIG_FILE", config.display());
    let view = checked(&place, good);
    assert_eq!(row(&view, "tls")["tone"], "passing", "{view}");
    assert!(
        row(&view, "authorities")["observed"]
            .as_str()
            .unwrap()
            .contains("certificate 1 (line 1)")
    );
    // None that can be read is an error, with the first of them.
    place.write("bundle.pem", cut);
    let said = row(&checked(&place, good), "authorities");
    assert_eq!(said["tone"], "failing");
    let words = said["observed"].as_str().unwrap();
    assert!(
        words.contains("ca_bundle of the AWS profile default") && words.contains("certificate 1 (line 1)"),
        "{words}"
    );
}

#[test]
fn a_proxy_with_an_ipv6_address_is_dialled() {
    let Ok(listener) = std::net::TcpListener::bind("[::1]:0") else {
        // This machine has no IPv6.
        return;
    };
    let port = listener.local_addr().unwrap().port();
    let place = TestHome::new()
        .set("AWS_ACCESS_KEY_ID", "AKIAREHEARSAL")
        .set("AWS_SECRET_ACCESS_KEY", "rehearsal")
        .set("HTTPS_PROXY", format!("http://[::1]:{port}"));
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = heads.clone();
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 1024];
            let length = stream.read(&mut head).unwrap_or(0);
            let text = String::from_utf8_lossy(&head[..length]).into_owned();
            heard.lock().unwrap().push(text);
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let view = place.run(&["connection", "--json"]).json();
    let said = row(&view, "proxy");
    assert_eq!(said["tone"], "passing", "{said}");
    assert!(
        said["observed"]
            .as_str()
            .unwrap()
            .contains(&format!("[::1]:{port}")),
        "{said}"
    );
    assert!(
        row(&view, "tls")["observed"].as_str().unwrap().contains("403"),
        "{view}"
    );
    let who = row(&view, "sts")["observed"].as_str().unwrap().to_owned();
    assert!(
        who.contains("The proxy of HTTPS_PROXY refused to connect"),
        "{who}"
    );
    let heads = heads.lock().unwrap().clone();
    assert!(
        heads
            .iter()
            .any(|head| head.starts_with("CONNECT sts.eu-west-2.amazonaws.com:443")),
        "{heads:?}"
    );
}

#[test]
fn what_was_dialled_is_said_where_no_proxy_goes_before_a_proxy() {
    let hidden = TestHome::new();
    let world = Closed::of(&hidden);
    let (tls, _) = tls_before(&[AWS], world.handle.aws_addr());
    let (place, run) = signed_in(&format!("https://{AWS}"));
    let (port, heard) = proxy(tls, TUNNEL);
    let place = place.set("HTTPS_PROXY", format!("http://{port}"));
    let check = ["step", "check", &run, "lower-ttl"];
    for exceptions in [".example.nhs.test", "*.nhs.test", "aws.example.nhs.test:443", "*"] {
        let said = place.also("NO_PROXY", exceptions).bad_text(4, &check);
        assert!(
            said.contains("It was made directly, not through the proxy of HTTPS_PROXY: NO_PROXY covers aws.example.nhs.test"),
            "{exceptions}: {said}"
        );
        assert!(said.contains("take the name out of NO_PROXY"), "{said}");
    }
    assert_eq!(heard.load(Ordering::SeqCst), 0);
    // Where it does not cover the name, the proxy is what is told.
    let dead = place.set("HTTPS_PROXY", format!("http://127.0.0.1:{}", unserved_port()));
    let said = dead
        .also("NO_PROXY", ".other.test,aws.example.nhs.test:8443")
        .bad_text(4, &check);
    assert!(
        said.contains("The proxy of HTTPS_PROXY could not be reached"),
        "{said}"
    );
}

#[test]
fn a_resolver_that_only_refuses_is_heard_at_once_and_by_name() {
    let target = std::fs::read_to_string(format!("{BUNDLED}/targets/prod.example.toml")).unwrap();
    let (before, after) = target.split_once("[resolvers]").unwrap();
    let (_, values) = after.split_once("[values]").unwrap();
    for (code, name) in [(5_u8, "REFUSED"), (2, "SERVFAIL")] {
        let resolver = UdpSocket::bind("127.0.0.1:0").unwrap();
        let at = resolver.local_addr().unwrap();
        std::thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((_, from)) = resolver.recv_from(&mut question) {
                // The head alone: neither question nor answer.
                let head = [question[0], question[1], 0x81, code, 0, 0, 0, 0, 0, 0, 0, 0];
                let _ = resolver.send_to(&head, from);
            }
        });
        let place = TestHome::new();
        place.write(
            "refusing.toml",
            format!("{before}[resolvers]\nrefusing = \"{at}\"\n\n[values]{values}"),
        );
        let run = place.new_run("./refusing.toml", &[]);
        let started = Instant::now();
        let shown = place.json(&["run", "show", &run]);
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{:?}",
            started.elapsed()
        );
        let said = shown.to_string();
        assert!(
            said.contains(&format!("it answered {name}")) && !said.contains("no answer"),
            "{said}"
        );
    }
}
