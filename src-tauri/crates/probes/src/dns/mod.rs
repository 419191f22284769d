//! DNS as each server answers it: no cache, no hosts file, no retries behind our back.

mod wire;

use std::net::{IpAddr, SocketAddr};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType as Kind};
use switchback_model::dns::{DnsName, RecordType, normal_values};
use tokio::task::JoinSet;

use crate::error::{ProbeError, ProbeErrorKind};
use crate::world::ProbeWorld;

/// How a question is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    /// RD = 0, and the answer must carry authority.
    Authority,
    /// RD = 1.
    Recursion,
}

/// What one server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Values in normal form, sorted; empty = the name has no such record.
    pub values: Vec<String>,
    /// The shortest TTL of the answer, in seconds; from a cache: what remains.
    pub ttl: Option<u32>,
}

/// One server and what came of asking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The server's name.
    pub server: String,
    /// Its answer.
    pub answer: Result<Answer, ProbeError>,
}

/// Asks every authoritative server directly (RD = 0), all at once; the order is kept.
pub async fn authoritative(name: &DnsName, kind: RecordType, servers: &[(String, SocketAddr)]) -> Vec<Asked> {
    ask_all(name, proto(kind), servers, Asking::Authority).await
}

/// Asks every resolver, all at once; the order is kept. Each is one node's cache, no more.
pub async fn resolvers(name: &DnsName, kind: RecordType, servers: &[(String, SocketAddr)]) -> Vec<Asked> {
    ask_all(name, proto(kind), servers, Asking::Recursion).await
}

/// The authoritative servers of a zone with their addresses.
///
/// # Errors
/// `NotResolved` where the zone's NS records or all of their addresses could not be looked up.
pub async fn name_servers_of(
    zone: &DnsName,
    world: &ProbeWorld,
) -> Result<Vec<(String, SocketAddr)>, ProbeError> {
    if let Some(servers) = &world.name_servers {
        return Ok(servers.clone());
    }
    let mut found = Vec::new();
    for server in delegation(zone, world).await? {
        let socket = match addresses(&server, world).await {
            Ok(addresses) => addresses.first().map(|address| SocketAddr::new(*address, 53)),
            Err(_) => None,
        };
        // A server without an address is asked all the same, so that it shows as a failure.
        found.push((server.host().to_owned(), socket.unwrap_or(UNKNOWN)));
    }
    if found.iter().all(|(_, socket)| *socket == UNKNOWN) {
        let message = format!("no name server of {} has an address", zone.host());
        return Err(ProbeError::new(ProbeErrorKind::NotResolved, message));
    }
    Ok(found)
}

/// Stands for a server whose address could not be looked up; never dialled.
const UNKNOWN: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// The names of a zone's name servers as the world outside finds them, following the parent.
///
/// # Errors
/// `NotResolved` where they could not be looked up.
pub async fn delegation(zone: &DnsName, world: &ProbeWorld) -> Result<Vec<DnsName>, ProbeError> {
    let known = world.name_servers.as_ref();
    let found = match known {
        // A rehearsal's resolvers know under which names its servers stand at present.
        Some(_) if !world.is_closed() => None,
        known => match (lookup(zone, Kind::NS, world).await, known) {
            (Err(_), Some(_)) => None,
            (found, _) => Some(found?),
        },
    };
    let Some(found) = found else {
        let names = known.into_iter().flatten().map(|(name, _)| name);
        return Ok(names.filter_map(|name| DnsName::new(name).ok()).collect());
    };
    let mut names: Vec<DnsName> = found
        .values
        .iter()
        .filter_map(|name| DnsName::new(name).ok())
        .collect();
    names.sort();
    if names.is_empty() {
        let message = format!("{} has no name servers", zone.host());
        return Err(ProbeError::new(ProbeErrorKind::NotResolved, message));
    }
    Ok(names)
}

/// The SOA of a zone as one server gives it with authority (RD = 0): `primary. mailbox. serial refresh
/// retry expire minimum`; none where it has none.
///
/// # Errors
/// When the server does not answer, or not with authority.
pub async fn soa(zone: &DnsName, server: IpAddr, world: &ProbeWorld) -> Result<Option<String>, ProbeError> {
    let socket = world.socket(server, 53)?;
    let message = exchange(zone, Kind::SOA, socket, Asking::Authority).await?;
    Ok(message.answers.iter().find_map(|record| match &record.data {
        RData::SOA(soa) => Some(format!(
            "{} {} {} {} {} {} {}",
            soa.mname.to_ascii(),
            soa.rname.to_ascii(),
            soa.serial,
            soa.refresh,
            soa.retry,
            soa.expire,
            soa.minimum
        )),
        _ => None,
    }))
}

/// Where a host leads, as users see it: by the first resolver, else the system's. IPv4 first.
///
/// # Errors
/// `NotResolved` where it could not be looked up, `NoAddress` where it leads nowhere.
pub async fn addresses(host: &DnsName, world: &ProbeWorld) -> Result<Vec<IpAddr>, ProbeError> {
    let four = lookup(host, Kind::A, world).await;
    let six = lookup(host, Kind::AAAA, world).await;
    let found: Vec<IpAddr> = [&four, &six]
        .into_iter()
        .flatten()
        .flat_map(|answer| &answer.values)
        .filter_map(|value| value.parse().ok())
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    four.and(six)?;
    Err(ProbeError::new(
        ProbeErrorKind::NoAddress,
        format!("{} has no address", host.host()),
    ))
}

async fn lookup(name: &DnsName, kind: Kind, world: &ProbeWorld) -> Result<Answer, ProbeError> {
    let servers = match world.resolvers.first() {
        Some((_, resolver)) => vec![*resolver],
        None => system(world)?,
    };
    let mut last = ProbeError::new(ProbeErrorKind::NotResolved, "there is no resolver");
    for server in servers {
        match ask(name, kind, server, Asking::Recursion).await {
            Ok(answer) => return Ok(answer),
            Err(error) => {
                let message = format!("{} could not be looked up: {}", name.host(), error.message);
                last = ProbeError::new(ProbeErrorKind::NotResolved, message);
            }
        }
    }
    Err(last.hint("Look at the network and the resolver."))
}

fn system(world: &ProbeWorld) -> Result<Vec<SocketAddr>, ProbeError> {
    if world.is_closed() {
        return Err(ProbeError::new(
            ProbeErrorKind::ClosedWorld,
            "the rehearsal names no resolver",
        ));
    }
    let (config, _) = hickory_resolver::system_conf::read_system_conf().map_err(|_| {
        ProbeError::new(
            ProbeErrorKind::NotResolved,
            "the system's resolver settings could not be read",
        )
        .hint("Name a resolver in the target.")
    })?;
    Ok(config
        .name_servers
        .iter()
        .map(|server| SocketAddr::new(server.ip, 53))
        .take(3)
        .collect())
}

async fn ask_all(name: &DnsName, kind: Kind, servers: &[(String, SocketAddr)], asking: Asking) -> Vec<Asked> {
    let mut running = JoinSet::new();
    for (at, (_, socket)) in servers.iter().enumerate() {
        let (name, socket) = (name.clone(), *socket);
        running.spawn(async move { (at, ask(&name, kind, socket, asking).await) });
    }
    let unanswered = || Err(ProbeError::new(ProbeErrorKind::NoAnswer, "no answer"));
    let mut asked: Vec<Asked> = servers
        .iter()
        .map(|(server, _)| Asked {
            server: server.clone(),
            answer: unanswered(),
        })
        .collect();
    while let Some(done) = running.join_next().await {
        if let Ok((at, answer)) = done
            && let Some(slot) = asked.get_mut(at)
        {
            slot.answer = answer;
        }
    }
    asked
}

async fn ask(name: &DnsName, kind: Kind, server: SocketAddr, asking: Asking) -> Result<Answer, ProbeError> {
    let message = exchange(name, kind, server, asking).await?;
    let owner = Name::from_ascii(name.as_str()).map_err(|_| unaskable())?;
    Ok(read(&message, owner, kind))
}

fn unaskable() -> ProbeError {
    ProbeError::new(ProbeErrorKind::Unreadable, "the name cannot be asked for")
}

async fn exchange(
    name: &DnsName,
    kind: Kind,
    server: SocketAddr,
    asking: Asking,
) -> Result<Message, ProbeError> {
    if server == UNKNOWN {
        return Err(ProbeError::new(
            ProbeErrorKind::NotResolved,
            "its address could not be looked up",
        ));
    }
    let wrong = |what: &str| ProbeError::new(ProbeErrorKind::Unreadable, what.to_owned());
    let owner = Name::from_ascii(name.as_str()).map_err(|_| unaskable())?;
    let message = wire::exchange(&owner, kind, server, asking == Asking::Recursion).await?;
    match message.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => {}
        other => return Err(wrong(&format!("it answered {other}"))),
    }
    if asking == Asking::Authority && !message.metadata.authoritative {
        return Err(wrong("it answered without authority")
            .hint("A DNS proxy may stand in between, or the server does not serve this zone."));
    }
    Ok(message)
}

/// The records of the wanted type at the end of the chain of CNAMEs.
fn read(message: &Message, mut owner: Name, kind: Kind) -> Answer {
    let mut ttl: Option<u32> = None;
    let mut shortest = |new: u32| ttl = Some(ttl.map_or(new, |old| old.min(new)));
    // Each step uses up one record of the answer, so a loop ends.
    for _ in 0..=message.answers.len() {
        let mut values = Vec::new();
        for record in message.answers.iter().filter(|record| record.name == owner) {
            if let Some(value) = value(&record.data, kind) {
                shortest(record.ttl);
                values.push(value);
            }
        }
        let next = message.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == owner => Some((target.0.clone(), record.ttl)),
            _ => None,
        });
        match next {
            Some((target, kept)) if values.is_empty() && kind != Kind::CNAME => {
                shortest(kept);
                owner = target;
            }
            _ => {
                return Answer {
                    values: normal(kind, values),
                    ttl,
                };
            }
        }
    }
    Answer {
        values: Vec::new(),
        ttl,
    }
}

fn value(data: &RData, kind: Kind) -> Option<String> {
    match (data, kind) {
        (RData::A(address), Kind::A) => Some(address.0.to_string()),
        (RData::AAAA(address), Kind::AAAA) => Some(address.0.to_string()),
        (RData::CNAME(target), Kind::CNAME) => Some(target.0.to_ascii()),
        (RData::NS(server), Kind::NS) => Some(server.0.to_ascii()),
        _ => None,
    }
}

fn normal(kind: Kind, values: Vec<String>) -> Vec<String> {
    let kind = match kind {
        Kind::A => RecordType::A,
        Kind::AAAA => RecordType::Aaaa,
        _ => RecordType::Cname,
    };
    let mut values = normal_values(kind, values);
    values.dedup();
    values
}

fn proto(kind: RecordType) -> Kind {
    match kind {
        RecordType::A => Kind::A,
        RecordType::Aaaa => Kind::AAAA,
        RecordType::Cname => Kind::CNAME,
    }
}
