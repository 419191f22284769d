//! The servers over UDP and TCP.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::support::{set, swap, until, world};

const APPS: &str = "apps.example.nhs.test.";

fn question(name: &str, kind: RecordType, recursion: bool) -> Vec<u8> {
    let mut message = Message::query();
    message.metadata.id = 4711;
    message.metadata.recursion_desired = recursion;
    message.add_query(Query::query(Name::from_str(name).unwrap(), kind));
    message.to_vec().unwrap()
}

pub(crate) async fn udp(addr: SocketAddr, name: &str, kind: RecordType, recursion: bool) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(addr).await.unwrap();
    socket.send(&question(name, kind, recursion)).await.unwrap();
    let mut buffer = [0; 4096];
    let answer = socket.recv(&mut buffer);
    let length = tokio::time::timeout(Duration::from_secs(5), answer)
        .await
        .unwrap()
        .unwrap();
    Message::from_vec(&buffer[..length]).unwrap()
}

async fn tcp(addr: SocketAddr, name: &str, kind: RecordType) -> Message {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let bytes = question(name, kind, false);
    stream
        .write_u16(u16::try_from(bytes.len()).unwrap())
        .await
        .unwrap();
    stream.write_all(&bytes).await.unwrap();
    let length = stream.read_u16().await.unwrap();
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await.unwrap();
    Message::from_vec(&buffer).unwrap()
}

fn value(message: &Message) -> (u32, String) {
    let last = message.answers.last().unwrap();
    (last.ttl, last.data.to_string())
}

#[tokio::test]
async fn authorities_answer_with_authority_over_udp_and_tcp() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for server in &world.handle().name_servers {
        let answer = udp(server.addr, APPS, RecordType::A, false).await;
        assert!(answer.metadata.authoritative && !answer.metadata.recursion_available);
        assert_eq!(value(&answer), (300, "192.0.2.10".to_owned()));
        let answer = tcp(server.addr, "www.example.nhs.test.", RecordType::A).await;
        assert_eq!(answer.answers.len(), 2);
    }
    let addr = world.handle().name_servers[0].addr;
    let nothing = udp(addr, "no.example.nhs.test.", RecordType::A, false).await;
    assert_eq!(nothing.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(nothing.authorities.len(), 1);
    let foreign = udp(addr, "example.org.", RecordType::A, false).await;
    assert_eq!(foreign.metadata.response_code, ResponseCode::Refused);
}

#[tokio::test]
async fn servers_pick_a_change_up_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 35).await;
    let handle = world.handle().clone();
    swap(&world, &set(300, "192.0.2.10"), &set(300, "198.51.100.20"), "")
        .await
        .unwrap();
    let count = || async {
        let mut new = 0;
        for server in &handle.name_servers {
            let answer = udp(server.addr, APPS, RecordType::A, false).await;
            new += usize::from(value(&answer).1 == "198.51.100.20");
        }
        new
    };
    let mut seen = vec![count().await];
    while seen.last() != Some(&4) {
        assert!(seen.len() < 500, "{seen:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        seen.push(count().await);
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen.iter().any(|n| (1..4).contains(n)), "{seen:?}");
    assert!(world.snapshot().serving.iter().all(|s| s.current));
}

#[tokio::test]
async fn a_resolver_counts_the_ttl_down_and_keeps_the_old_answer() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    let resolver = world.handle().resolvers[0].addr;
    let first = udp(resolver, APPS, RecordType::A, true).await;
    assert!(first.metadata.recursion_available && !first.metadata.authoritative);
    assert_eq!(value(&first).1, "192.0.2.10");
    swap(&world, &set(300, "192.0.2.10"), &set(60, "198.51.100.20"), "")
        .await
        .unwrap();
    until("the countdown", || async {
        let (ttl, at) = value(&udp(resolver, APPS, RecordType::A, true).await);
        assert_eq!(at, "192.0.2.10", "the old answer must be kept for its TTL");
        ttl < 250
    })
    .await;
    until("the end of the old TTL", || async {
        value(&udp(resolver, APPS, RecordType::A, true).await).1 == "198.51.100.20"
    })
    .await;
    assert!(value(&udp(resolver, APPS, RecordType::A, true).await).0 <= 60);
}

#[tokio::test]
async fn a_delegated_name_is_referred_away_and_resolvers_follow() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world.inject("other-zone:delegated".parse().unwrap()).unwrap();
    swap(&world, &set(300, "192.0.2.10"), &set(60, "198.51.100.20"), "x")
        .await
        .unwrap();
    for server in &world.handle().name_servers {
        let referred = udp(server.addr, APPS, RecordType::A, false).await;
        assert!(!referred.metadata.authoritative && referred.answers.is_empty());
        assert_eq!(referred.authorities.len(), 2);
    }
    // The change of the zone that no longer answers is seen by nobody.
    let answer = udp(world.handle().resolvers[0].addr, APPS, RecordType::A, true).await;
    assert_eq!(value(&answer), (300, "192.0.2.10".to_owned()));
}

/// A name that AWS gives is AWS's: the resolvers find it, and the zone's servers have nothing to do with it.
#[tokio::test]
async fn the_gateways_own_name_is_outside_the_zone() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let name = "a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com.";
    for resolver in &world.handle().resolvers {
        let found = udp(resolver.addr, name, RecordType::A, true).await;
        assert_eq!(value(&found), (60, "198.51.100.40".to_owned()));
        let none = udp(resolver.addr, name, RecordType::AAAA, true).await;
        assert_eq!(
            (none.metadata.response_code, none.answers.len()),
            (ResponseCode::NoError, 0)
        );
    }
    let refused = udp(world.handle().name_servers[0].addr, name, RecordType::A, false).await;
    assert_eq!(refused.metadata.response_code, ResponseCode::Refused);
}
