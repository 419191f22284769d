#![allow(clippy::unwrap_used)]

mod authorised;
mod bundle;
mod canary;
mod chain;
mod dns;
mod routes;
mod serving;
mod shown;
mod sites;
mod version;

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType as Kind, rdata};
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::{CheckId, CheckKind, CheckSpec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

pub(crate) fn name(text: &str) -> DnsName {
    DnsName::new(text).unwrap()
}

pub(crate) fn spec() -> CheckSpec {
    CheckSpec {
        id: CheckId::new("check").unwrap(),
        title: "A check".to_owned(),
        kind: CheckKind::Resolvers {
            name: name("apps.example.nhs.test"),
            record: RecordType::A,
            values: Vec::new(),
            or: Vec::new(),
        },
        believable_s: 60,
        within_s: None,
        mend: None,
    }
}

/// How a loopback name server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Authority,
    WithoutAuthority,
    CutOverUdp,
    Refuses,
    Silent,
    AnswersAnotherQuestionFirst,
}

type Zone = Arc<Vec<(String, Kind, RData, u32)>>;

/// `apps` = two addresses, `www` = a chain of aliases to `apps`, `loop` = itself.
pub(crate) fn zone(address: &str) -> Zone {
    let a = |text: &str| RData::A(rdata::A(text.parse().unwrap()));
    let to = |text: &str| RData::CNAME(rdata::CNAME(Name::from_ascii(text).unwrap()));
    let own = |text: &str| format!("{text}.example.nhs.test.");
    Arc::new(vec![
        (own("apps"), Kind::A, a(address), 60),
        (
            own("apps"),
            Kind::AAAA,
            RData::AAAA(rdata::AAAA("2001:db8::1".parse().unwrap())),
            60,
        ),
        (own("www"), Kind::CNAME, to("Alias.example.nhs.test."), 300),
        (own("alias"), Kind::CNAME, to("apps.example.nhs.test."), 30),
        (own("loop"), Kind::CNAME, to("loop.example.nhs.test."), 30),
    ])
}

fn respond(zone: &Zone, bytes: &[u8], manner: Manner, udp: bool) -> Vec<u8> {
    let question = Message::from_vec(bytes).unwrap();
    let recursion = question.metadata.recursion_desired;
    let mut answer = question.clone().into_response();
    answer.metadata.authoritative = manner != Manner::WithoutAuthority && !recursion;
    if manner == Manner::Refuses {
        answer.metadata.response_code = ResponseCode::Refused;
    } else if manner == Manner::CutOverUdp && udp {
        answer.metadata.truncation = true;
    } else {
        let asked = question.queries[0].clone();
        let mut owner = asked.name().clone();
        for _ in 0..4 {
            let here: Vec<_> = zone
                .iter()
                .filter(|(name, ..)| Name::from_ascii(name).unwrap() == owner)
                .cloned()
                .collect();
            let mut next = None;
            for (_, kind, data, ttl) in here {
                if kind == asked.query_type() || kind == Kind::CNAME {
                    if let RData::CNAME(target) = &data {
                        next = Some(target.0.clone());
                    }
                    answer.add_answer(Record::from_rdata(owner.clone(), ttl, data));
                }
            }
            match next {
                Some(target) => owner = target,
                None => break,
            }
        }
        if answer.answers.is_empty() {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
    }
    answer.to_vec().unwrap()
}

/// Serves a zone over UDP and TCP on one loopback port, for as long as the test runs.
pub(crate) async fn name_server(zone: Zone, manner: Manner) -> SocketAddr {
    let (udp, tcp) = loop {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
            break (udp, tcp);
        }
    };
    let address = tcp.local_addr().unwrap();
    let for_tcp = zone.clone();
    tokio::spawn(async move {
        let mut buffer = [0; 1024];
        loop {
            let (length, from) = udp.recv_from(&mut buffer).await.unwrap();
            if manner == Manner::Silent {
                continue;
            }
            let answer = respond(&zone, &buffer[..length], manner, true);
            if manner == Manner::AnswersAnotherQuestionFirst {
                let mut forged = Message::from_vec(&answer).unwrap();
                forged.metadata.id = forged.metadata.id.wrapping_add(1);
                forged.answers.clear();
                udp.send_to(&forged.to_vec().unwrap(), from).await.unwrap();
            }
            udp.send_to(&answer, from).await.unwrap();
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            let length = stream.read_u16().await.unwrap();
            let mut buffer = vec![0; usize::from(length)];
            stream.read_exact(&mut buffer).await.unwrap();
            let answer = respond(&for_tcp, &buffer, manner, false);
            stream
                .write_u16(u16::try_from(answer.len()).unwrap())
                .await
                .unwrap();
            stream.write_all(&answer).await.unwrap();
        }
    });
    address
}
