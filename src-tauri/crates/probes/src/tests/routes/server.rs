//! An application behind a restriction, on loopback: what each request gets, and what came.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    /// Names in small letters, in their order.
    pub(super) headers: Vec<(String, String)>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The method that it has in the eyes of who heeds the header.
    pub(super) fn meant(&self) -> &str {
        self.header("x-http-method-override").unwrap_or(&self.method)
    }
}

/// What a request gets.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// A status and a header.
    Says(u16, &'static str),
    /// A status, and a body that never ends.
    Pours(u16),
    /// Nothing, ever.
    Hangs,
}

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) requests: Mutex<Vec<Request>>,
    pub(super) connections: AtomicUsize,
    now: AtomicUsize,
    /// The most requests that were in hand at once.
    pub(super) most: AtomicUsize,
}

/// Serves for as long as the test runs.
pub(super) async fn serve(
    replies: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (SocketAddr, Arc<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (seen, replies) = (Arc::new(Received::default()), Arc::new(replies));
    let all = seen.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            all.connections.fetch_add(1, Ordering::SeqCst);
            let (seen, replies) = (all.clone(), replies.clone());
            tokio::spawn(async move { talk(stream, &seen, replies.as_ref()).await });
        }
    });
    (address, seen)
}

async fn talk(mut stream: TcpStream, seen: &Received, replies: &(impl Fn(&Request) -> Reply + Sync)) {
    while let Some(request) = next(&mut stream).await {
        let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most.fetch_max(now, Ordering::SeqCst);
        let reply = replies(&request);
        seen.requests.lock().unwrap().push(request.clone());
        // Long enough for others to come in between.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let goes_on = answer(&mut stream, &request, reply).await;
        seen.now.fetch_sub(1, Ordering::SeqCst);
        if !goes_on {
            break;
        }
    }
}

/// A request without a body; none where the connection ends.
async fn next(stream: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers = lines.filter_map(|line| line.split_once(": "));
    Some(Request {
        method,
        target,
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
    })
}

/// Whether the connection goes on.
async fn answer(stream: &mut TcpStream, request: &Request, reply: Reply) -> bool {
    match reply {
        Reply::Says(status, header) => {
            let body = if request.method == "HEAD" { "" } else { "{}" };
            let header = match header {
                "" => String::new(),
                header => format!("{header}\r\n"),
            };
            let text = format!("HTTP/1.1 {status} Said\r\n{header}content-length: 2\r\n\r\n{body}");
            stream.write_all(text.as_bytes()).await.is_ok()
        }
        Reply::Pours(status) => {
            let head = format!("HTTP/1.1 {status} Said\r\nx-restricted: by the rule\r\n\r\n");
            let mut sent = stream.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(&[b'x'; 8192]).await;
            }
            false
        }
        Reply::Hangs => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            false
        }
    }
}
