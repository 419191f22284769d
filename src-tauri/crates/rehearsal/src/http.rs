//! HTTP/1.1 as the world speaks it: a loop that serves connections, and a few words for answers.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::clock::http_date;

/// An answer of the world.
pub(crate) type Answer = Response<AnswerBody>;

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum AnswerBody {
    /// Whole in memory.
    Whole(Full<Bytes>),
    /// What is still to be said, then blanks for as long as anybody listens.
    Endless(Bytes),
}

/// What goes on without end: blanks, as a proxy that keeps a connection awake sends them.
const BLANKS: &[u8] = &[b' '; 64 * 1024];

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(cx),
            Self::Endless(said) => {
                let next = std::mem::replace(said, Bytes::from_static(BLANKS));
                Poll::Ready(Some(Ok(Frame::data(next))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Endless(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Endless(_) => SizeHint::default(),
        }
    }
}

/// The answer is lost: the connection is dropped without a byte.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost (a fault of the rehearsal)")]
pub(crate) struct Dropped;

/// The head of an answer and all that its body was to say.
fn taken(answer: Answer) -> (http::response::Parts, Bytes) {
    let (parts, body) = answer.into_parts();
    let bytes = match body {
        AnswerBody::Whole(body) => body.into_inner().unwrap_or_default(),
        AnswerBody::Endless(bytes) => bytes,
    };
    (parts, bytes)
}

/// The first half of an answer, as something in between hands on what it got: with a length that fits.
pub(crate) fn cut(answer: Answer) -> Answer {
    let (parts, whole) = taken(answer);
    let half = whole.slice(..whole.len() / 2);
    Response::from_parts(parts, AnswerBody::Whole(Full::new(half)))
}

/// The answer without an end.
pub(crate) fn endless(answer: Answer) -> Answer {
    let (parts, whole) = taken(answer);
    Response::from_parts(parts, AnswerBody::Endless(whole))
}

/// The largest request that is read; Route 53's own limits are far below.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Serves one connection until the client or a [`Dropped`] ends it.
pub(crate) async fn serve_connection<S, F, Fut>(stream: S, respond: F)
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Request<Incoming>) -> Fut,
    Fut: Future<Output = Result<Answer, Dropped>>,
{
    let mut builder = http1::Builder::new();
    // The Date header carries world time, so hyper must not add its own.
    builder.auto_date_header(false).timer(TokioTimer::new());
    let served = builder
        .serve_connection(TokioIo::new(stream), service_fn(respond))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a rehearsal connection ended early");
    }
}

/// Accepts connections for ever; dropping the future ends all of them.
pub(crate) async fn accept<F, Fut>(listener: TcpListener, serve: F)
where
    F: Fn(tokio::net::TcpStream) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: give the others time to finish.
                    tracing::warn!(%error, "the rehearsal could not accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Reads a body, or says that it is too long or was cut.
pub(crate) async fn read_body(body: Incoming) -> Option<Bytes> {
    let collected = Limited::new(body, MOST_BYTES).collect().await;
    collected.ok().map(http_body_util::Collected::to_bytes)
}

/// An answer with a body.
pub(crate) fn answer(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(AnswerBody::Whole(Full::new(body.into())));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Sets a header; a value that is no header value is left out.
pub(crate) fn set(answer: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// Puts world time into the Date header.
pub(crate) fn date(answer: &mut Answer, world_ms: i64) {
    set(answer, "date", &http_date(world_ms));
}

/// The pairs of a query string or form, decoded.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// Decodes `%XX`; anything that is no such escape stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// The same of bytes.
pub(crate) fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(bytes).collect()
}

/// Text with the five characters escaped that XML and HTML reserve.
pub(crate) fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// Serves one handler over a listener.
pub(crate) async fn serve_all<T, F, Fut>(listener: TcpListener, shared: Arc<T>, respond: F)
where
    T: Send + Sync + 'static,
    F: Fn(Arc<T>, Request<Incoming>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer, Dropped>> + Send + 'static,
{
    accept(listener, move |stream| {
        let (shared, respond) = (Arc::clone(&shared), respond.clone());
        async move {
            serve_connection(stream, move |request| respond(Arc::clone(&shared), request)).await;
        }
    })
    .await;
}
