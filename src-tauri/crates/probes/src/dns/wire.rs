//! One question over UDP, repeated once, then over TCP if the answer was cut. An error is an answer.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::error::{ProbeError, ProbeErrorKind};

const UDP: Duration = Duration::from_millis(1500);
const TCP: Duration = Duration::from_secs(3);
const TRIES: usize = 2;

/// Asks one server.
pub(super) async fn exchange(
    name: &Name,
    kind: RecordType,
    server: SocketAddr,
    recursion: bool,
) -> Result<Message, ProbeError> {
    let mut question = Message::query();
    question.metadata.recursion_desired = recursion;
    question.add_query(Query::query(name.clone(), kind));
    let bytes = question
        .to_vec()
        .map_err(|_| ProbeError::new(ProbeErrorKind::Unreadable, "the name cannot be asked for"))?;
    let mut last = Silent::default();
    for _ in 0..TRIES {
        match timeout(UDP, udp(&question, &bytes, server, &mut last)).await {
            Ok(Ok(Heard::Answer(answer))) if !answer.metadata.truncation => return Ok(*answer),
            Ok(Ok(Heard::Error(code))) => return Err(refused(code)),
            // It was cut, with or without saying so.
            Ok(Ok(Heard::Answer(_) | Heard::Cut)) => {
                return match timeout(TCP, tcp(&question, &bytes, server)).await {
                    Ok(Ok(Heard::Answer(answer))) => Ok(*answer),
                    Ok(Ok(Heard::Error(code))) => Err(refused(code)),
                    Ok(Ok(Heard::Cut)) => Err(ProbeError::new(
                        ProbeErrorKind::Unreadable,
                        "its answer can't be read",
                    )),
                    _ => Err(ProbeError::new(
                        ProbeErrorKind::NoAnswer,
                        "no whole answer over TCP",
                    )),
                };
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => last.closed = true,
            Ok(Err(_)) | Err(_) => {}
        }
    }
    Err(last.words())
}

/// What came back.
enum Heard {
    /// An answer to this question.
    Answer(Box<Message>),
    /// An answer to this question that says only why there is none.
    Error(ResponseCode),
    /// An answer to this question, not all of it.
    Cut,
}

/// What is known of a server that gave no answer.
#[derive(Default)]
struct Silent {
    /// Nothing listens there.
    closed: bool,
    /// Something came that was no answer to this question.
    other: bool,
}

impl Silent {
    fn words(&self) -> ProbeError {
        let words = match (self.closed, self.other) {
            (true, _) => "no answer: nothing listens there",
            (false, true) => "no answer to this question, only answers to others",
            (false, false) => "no answer",
        };
        let error = ProbeError::new(ProbeErrorKind::NoAnswer, words);
        match (self.closed, self.other) {
            (true, _) => error.hint("Look at the server's address, and at the network."),
            (false, true) => error.hint("A DNS proxy or a firewall may stand in between."),
            (false, false) => error,
        }
    }
}

/// An error is an answer: at once, and by its name (RFC 1035, 4.1.1; RFC 2136, 2.2).
pub(super) fn refused(code: ResponseCode) -> ProbeError {
    let (name, hint) = match code {
        ResponseCode::Refused => (
            "REFUSED".to_owned(),
            "The server does not answer this question for this network, or does not serve this zone.",
        ),
        ResponseCode::ServFail => (
            "SERVFAIL".to_owned(),
            "The server could not find the answer: look at the zone's name servers and its DNSSEC, then look again.",
        ),
        ResponseCode::NotImp => (
            "NOTIMP".to_owned(),
            "The server does not know this kind of question: is it a name server?",
        ),
        ResponseCode::FormErr => (
            "FORMERR".to_owned(),
            "The server could not read the question: is it a name server?",
        ),
        ResponseCode::NotAuth => ("NOTAUTH".to_owned(), "The server does not serve this zone."),
        other => (
            format!("the error {}", u16::from(other)),
            "Look at the server: it answers, but not this question.",
        ),
    };
    ProbeError::new(ProbeErrorKind::Unreadable, format!("it answered {name}")).hint(hint)
}

async fn udp(
    question: &Message,
    bytes: &[u8],
    server: SocketAddr,
    silent: &mut Silent,
) -> std::io::Result<Heard> {
    let any: SocketAddr = if server.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(any).await?;
    // Connected: answers from other addresses are dropped by the system.
    socket.connect(server).await?;
    socket.send(bytes).await?;
    let mut buffer = [0_u8; 4096];
    loop {
        let length = socket.recv(&mut buffer).await?;
        match heard(question, buffer.get(..length).unwrap_or_default()) {
            Some(heard) => return Ok(heard),
            None => silent.other = true,
        }
    }
}

async fn tcp(question: &Message, bytes: &[u8], server: SocketAddr) -> std::io::Result<Heard> {
    let broken = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(bytes.len()).map_err(|_| broken())?;
    stream
        .write_all(&[&length.to_be_bytes()[..], bytes].concat())
        .await?;
    let length = stream.read_u16().await?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await?;
    heard(question, &buffer).ok_or_else(broken)
}

/// What a message says of this question; none where it is an answer to another one, as its id tells. A
/// server that refuses may leave the question out, and may know nothing but the head of a message.
fn heard(question: &Message, bytes: &[u8]) -> Option<Heard> {
    let [a, b, flags, codes, ..] = *bytes else {
        return None;
    };
    let response = flags & 0x80 != 0;
    if u16::from_be_bytes([a, b]) != question.metadata.id || !response {
        return None;
    }
    let whole = Message::from_vec(bytes).ok();
    let code = whole.as_ref().map_or_else(
        || ResponseCode::from(0, codes & 0x0f),
        |message| message.metadata.response_code,
    );
    let is_error = !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain);
    match whole {
        Some(message) if message.queries == question.queries => Some(match is_error {
            true => Heard::Error(code),
            false => Heard::Answer(Box::new(message)),
        }),
        Some(message) if is_error && message.queries.is_empty() => Some(Heard::Error(code)),
        Some(_) => None,
        None if is_error => Some(Heard::Error(code)),
        None => Some(Heard::Cut),
    }
}
