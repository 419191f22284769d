//! Chains as servers send them, whole and broken: which certificate is named, and whose move it is.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::name;
use crate::{ProbeError, ProbeErrorKind as Kind, ProbeWorld, certificate, http_build};

const HOST: &str = "apps.example.nhs.test";
const PINNED: &str = "198.51.100.20";

struct Authority {
    shown: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

fn params(common: &str, last_year: i32) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(last_year, 8, 6);
    params.distinguished_name.push(DnType::CommonName, common);
    params
}

fn authority(common: &str, last_year: i32, above: Option<&Authority>) -> Authority {
    let mut params = params(common, last_year);
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

/// A server's own certificate and key.
fn own(names: &[&str], last_year: i32, by: Option<&Authority>) -> (Certificate, KeyPair) {
    let mut params = params("the site", last_year);
    params.subject_alt_names =
        CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())
            .unwrap()
            .subject_alt_names;
    let key = KeyPair::generate().unwrap();
    let shown = match by {
        Some(by) => params.signed_by(&key, &by.issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    (shown, key)
}

async fn serving(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> SocketAddr {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let _ = acceptor.accept(tcp).await;
        }
    });
    address
}

/// What both probes say of it, which is the same.
async fn said(root: &Authority, chain: Vec<&Certificate>, key: &KeyPair) -> ProbeError {
    let chain = chain.into_iter().map(|one| one.der().clone()).collect();
    let at = serving(chain, key).await;
    let world = ProbeWorld {
        dial: [(PINNED.parse().unwrap(), at)].into(),
        ca_pem: Some(root.shown.pem()),
        ..ProbeWorld::default()
    };
    let pinned = Some(PINNED.parse().unwrap());
    let by_tls = certificate(&name(HOST), pinned, &world).await.unwrap_err();
    let url = format!("https://{HOST}/version.json");
    let by_http = http_build(&url, pinned, &world).await.unwrap_err();
    assert_eq!(by_tls, by_http);
    by_tls
}

#[tokio::test]
async fn each_broken_chain_names_its_certificate_and_whose_move_it_is() {
    let root = authority("Example Root", 2099, None);
    let between = authority("Example Intermediate", 2099, Some(&root));
    let stale = authority("Example Intermediate", 2021, Some(&root));
    let stranger = authority("Trust Inspection", 2099, None);
    let theirs = authority("Trust Inspection 2", 2099, Some(&stranger));
    let (good, good_key) = own(&[HOST], 2099, Some(&between));
    let (late, late_key) = own(&[HOST], 2021, Some(&between));
    let (by_stale, stale_key) = own(&[HOST], 2098, Some(&stale));
    let (lone, lone_key) = own(&[HOST], 2099, None);
    let (other, other_key) = own(&["a.example.nhs.test", "b.example.nhs.test"], 2099, Some(&root));
    let (foreign, foreign_key) = own(&[HOST], 2099, Some(&theirs));
    let (first, cert) = (&between.shown, &good);
    let table = [
        // It does not send its intermediate.
        (
            vec![cert],
            &good_key,
            Kind::UnknownIssuer,
            "sends only its own certificate, and the intermediate certificate Example Intermediate that issued it is missing",
            "move of whoever runs apps.example.nhs.test: send the intermediate",
        ),
        (
            vec![cert, &root.shown],
            &good_key,
            Kind::UnknownIssuer,
            "sends 2 certificates, but none of the one that issued its own",
            "send the intermediate certificate Example Intermediate",
        ),
        // Its own has ended, or the one that it sends with it.
        (
            vec![&late, first],
            &late_key,
            Kind::Expired,
            "the certificate of apps.example.nhs.test, issued by Example Intermediate, has expired: it ended on 6 August 2021",
            "renew the certificate",
        ),
        (
            vec![&by_stale, &stale.shown],
            &stale_key,
            Kind::Expired,
            "the intermediate certificate Example Intermediate, issued by Example Root, which apps.example.nhs.test sends, has expired: it ended on 6 August 2021; the server's own lasts until 6 August 2098",
            "need not be renewed",
        ),
        (
            vec![&by_stale, &stale.shown, &root.shown],
            &stale_key,
            Kind::Expired,
            "the intermediate certificate Example Intermediate",
            "send the intermediate certificate",
        ),
        (
            vec![&lone],
            &lone_key,
            Kind::UnknownIssuer,
            "self-signed (the site)",
            "use a certificate of an authority",
        ),
        (
            vec![&other],
            &other_key,
            Kind::WrongName,
            "a.example.nhs.test, b.example.nhs.test, not apps.example.nhs.test (issued by Example Root)",
            "another site",
        ),
        // Somebody stands in between, with or without the root.
        (
            vec![&foreign, &theirs.shown, &stranger.shown],
            &foreign_key,
            Kind::UnknownIssuer,
            "ends at Trust Inspection, which is not trusted here",
            "a proxy which inspects traffic",
        ),
        (
            vec![&foreign, &theirs.shown],
            &foreign_key,
            Kind::UnknownIssuer,
            "ends at Trust Inspection 2, whose issuer Trust Inspection is neither sent nor trusted",
            "a proxy which inspects traffic",
        ),
    ];
    for (chain, key, kind, words, mend) in table {
        let error = said(&root, chain, key).await;
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{words}: {error}");
        let hint = error.hint.clone().unwrap();
        assert!(hint.contains(mend), "{mend}: {hint}");
    }
}
