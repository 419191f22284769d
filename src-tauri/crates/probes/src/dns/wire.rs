//! One question over UDP, repeated once, then over TCP if the answer was cut.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, Query};
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
    let silent = || ProbeError::new(ProbeErrorKind::NoAnswer, "no answer");
    for _ in 0..TRIES {
        match timeout(UDP, udp(&question, &bytes, server)).await {
            Ok(Ok(answer)) if answer.metadata.truncation => {
                return match timeout(TCP, tcp(&question, &bytes, server)).await {
                    Ok(Ok(answer)) => Ok(answer),
                    _ => Err(ProbeError::new(
                        ProbeErrorKind::NoAnswer,
                        "no whole answer over TCP",
                    )),
                };
            }
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(_)) | Err(_) => {}
        }
    }
    Err(silent())
}

async fn udp(question: &Message, bytes: &[u8], server: SocketAddr) -> std::io::Result<Message> {
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
        let answer = buffer
            .get(..length)
            .and_then(|bytes| Message::from_vec(bytes).ok());
        if let Some(answer) = answer.filter(|answer| belongs(question, answer)) {
            return Ok(answer);
        }
    }
}

async fn tcp(question: &Message, bytes: &[u8], server: SocketAddr) -> std::io::Result<Message> {
    let broken = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(bytes.len()).map_err(|_| broken())?;
    stream
        .write_all(&[&length.to_be_bytes()[..], bytes].concat())
        .await?;
    let length = stream.read_u16().await?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await?;
    let answer = Message::from_vec(&buffer).map_err(|_| broken())?;
    if belongs(question, &answer) {
        Ok(answer)
    } else {
        Err(broken())
    }
}

/// Whether an answer is one to this question: same id, same question.
fn belongs(question: &Message, answer: &Message) -> bool {
    answer.metadata.id == question.metadata.id
        && answer.metadata.message_type == MessageType::Response
        && answer.queries == question.queries
}
