//! A site on loopback that answers each request as a test says, in the clear or behind TLS, and what came to it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) target: String,
    /// Names in small letters.
    pub(super) headers: Vec<(String, String)>,
    /// How many came before.
    pub(super) before: usize,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What a request gets.
pub(super) enum Reply {
    /// A status, a type, further headers and a body.
    Says(u16, &'static str, String, Vec<u8>),
    /// A body that never ends.
    Pours,
    /// Nothing, ever.
    Hangs,
}

pub(super) fn says(status: u16, kind: &'static str, body: &str) -> Reply {
    Reply::Says(status, kind, String::new(), body.as_bytes().to_vec())
}

pub(super) type Came = Arc<Mutex<Vec<Request>>>;
type Replies = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// In the clear, for as long as the test runs.
pub(super) async fn plain(replies: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (SocketAddr, Came) {
    serve(None, Arc::new(replies)).await
}

/// Behind TLS with a certificate for this host; with the authority that vouches for it.
pub(super) async fn secure(
    host: &str,
    replies: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (SocketAddr, Came, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2099, 1, 1));
    let key = KeyPair::generate().unwrap();
    let shown = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (at, came) = serve(Some(acceptor), Arc::new(replies)).await;
    (at, came, pem)
}

async fn serve(tls: Option<TlsAcceptor>, replies: Replies) -> (SocketAddr, Came) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (at, came) = (listener.local_addr().unwrap(), Came::default());
    let all = came.clone();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let (tls, came, replies) = (tls.clone(), all.clone(), replies.clone());
            tokio::spawn(async move {
                match tls {
                    None => talk(tcp, &came, &replies).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(tcp).await {
                            talk(stream, &came, &replies).await;
                        }
                    }
                }
            });
        }
    });
    (at, came)
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, came: &Came, replies: &Replies) {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else {
                return;
            };
            head.push(byte);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let target = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        let request = {
            let mut came = came.lock().unwrap();
            let request = Request {
                before: came.iter().filter(|other| other.target == target).count(),
                target,
                headers: headers.collect(),
            };
            came.push(request.clone());
            request
        };
        match replies(&request) {
            Reply::Says(status, kind, more, body) => {
                let kind = match kind {
                    "" => String::new(),
                    kind => format!("content-type: {kind}\r\n"),
                };
                let head = format!(
                    "HTTP/1.1 {status} Said\r\n{kind}{more}content-length: {}\r\n\r\n",
                    body.len()
                );
                let whole = [head.as_bytes(), &body].concat();
                if stream.write_all(&whole).await.is_err() {
                    return;
                }
                let _ = stream.flush().await;
            }
            Reply::Pours => {
                let head = "HTTP/1.1 200 Said\r\ncontent-type: text/javascript\r\n\r\n";
                let mut sent = stream.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(&[b'x'; 65536]).await;
                }
                return;
            }
            Reply::Hangs => std::future::pending().await,
        }
    }
}
