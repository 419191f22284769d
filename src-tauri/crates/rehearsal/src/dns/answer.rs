//! What an authoritative server of the zone answers.

use std::net::IpAddr;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use rand::Rng;

use crate::core::Core;
use crate::faults::Site;
use crate::records::{RecordSet, Routing, in_zone, normal_name};
use crate::seed;
use crate::state::State;
use crate::zones;

/// The edge addresses of every CloudFront distribution in the world.
const EDGES: [[u8; 4]; 2] = [[203, 0, 113, 11], [203, 0, 113, 12]];
/// The TTL of an alias to CloudFront, which Route 53 doesn't let one set, and of the gateway's own name.
const EDGE_TTL: u32 = 60;
/// The TTL of the address of a name server, in seconds.
const SERVER_TTL: u32 = 300;
/// The longest chain of CNAMEs that is followed.
pub(super) const LONGEST_CHAIN: usize = 8;

/// An answer without its header.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub code: ResponseCode,
    pub authoritative: bool,
    pub answers: Vec<Record>,
    /// The SOA of a negative answer, which says how long it may be believed.
    pub soa: Option<Record>,
    /// The servers to ask instead, in an answer without authority.
    pub referral: Vec<Record>,
}

impl Reply {
    pub(super) fn error(code: ResponseCode) -> Self {
        Self {
            code,
            authoritative: false,
            answers: Vec::new(),
            soa: None,
            referral: Vec::new(),
        }
    }
}

/// Answers as authoritative server `index` does at this moment.
pub(super) fn authoritative(core: &Core, index: usize, name: &str, kind: RecordType) -> Reply {
    let now = core.now_ms();
    core.read(|state| {
        let at = state.route53.served(index, seed::NAME_SERVERS.len(), now);
        if state.delegated().is_some() && in_zone(name, seed::APPS_NAME) {
            let set = zones::delegation();
            return Reply {
                referral: to_records(&set, &set.name),
                ..Reply::error(ResponseCode::NoError)
            };
        }
        let mut pick = |total: u64| rand::rng().random_range(0..total);
        answer(
            &state.shown(&state.route53.versions[at].records),
            name,
            kind,
            &mut pick,
        )
    })
}

/// The address of a name server of the world, which stands outside the zone; none for any other name.
pub(super) fn of_server(name: &str, kind: RecordType) -> Option<Reply> {
    let address = seed::server_address(name)?;
    let records = dns_name(name)
        .filter(|_| kind == RecordType::A)
        .map(|name| Record::from_rdata(name, SERVER_TTL, RData::A(A::from(address))));
    Some(Reply {
        answers: records.into_iter().collect(),
        ..Reply::error(ResponseCode::NoError)
    })
}

/// The address of the gateway under the own name of one of its APIs, which stands outside the zone; none for any other
/// name.
pub(super) fn of_gateway(name: &str, kind: RecordType) -> Option<Reply> {
    let bare = name.trim_end_matches('.');
    let is_it = [
        seed::GATEWAY_HOST,
        seed::REVAL_API_HOST,
        seed::ADMINS_NEW_API_HOST,
    ]
    .into_iter()
    .any(|host| bare.eq_ignore_ascii_case(host));
    let IpAddr::V4(address) = Site::Gateway.address() else {
        return None;
    };
    let records = dns_name(name)
        .filter(|_| kind == RecordType::A)
        .map(|name| Record::from_rdata(name, EDGE_TTL, RData::A(A::from(address))));
    is_it.then(|| Reply {
        answers: records.into_iter().collect(),
        ..Reply::error(ResponseCode::NoError)
    })
}

/// Answers as the servers of the zone to which the name is delegated do, where it is.
pub(super) fn delegated(core: &Core, name: &str, kind: RecordType) -> Option<Reply> {
    let zone = core.read(State::delegated)?;
    in_zone(name, zone.name).then(|| answer(&zone.records, name, kind, &mut |_| 0))
}

/// Answers from record sets; `pick` draws a number below its argument, for weights.
pub(super) fn answer(
    records: &[RecordSet],
    name: &str,
    kind: RecordType,
    pick: &mut dyn FnMut(u64) -> u64,
) -> Reply {
    if !in_zone(name, seed::ZONE_NAME) {
        return Reply::error(ResponseCode::Refused);
    }
    let mut reply = Reply {
        code: ResponseCode::NoError,
        authoritative: true,
        answers: Vec::new(),
        soa: None,
        referral: Vec::new(),
    };
    let mut owner = name.to_owned();
    for _ in 0..LONGEST_CHAIN {
        let sets = sets_at(records, &owner);
        if sets.is_empty() {
            if !exists(records, &owner) {
                reply.code = ResponseCode::NXDomain;
            }
            reply.soa = soa(records);
            return reply;
        }
        let cname = sets.iter().find(|s| s.kind == "CNAME");
        if let (Some(cname), true) = (cname, kind != RecordType::CNAME) {
            reply.answers.extend(to_records(cname, &owner));
            let target = cname.values.first().map(|v| normal_name(v));
            match target.filter(|t| in_zone(t, seed::ZONE_NAME)) {
                Some(target) => owner = target,
                None => return reply,
            }
            continue;
        }
        let found = chosen(records, &sets, &owner, kind, pick);
        if found.is_empty() {
            reply.soa = soa(records);
        }
        reply.answers.extend(found);
        return reply;
    }
    Reply::error(ResponseCode::ServFail)
}

/// The sets of a name, or of the wildcard that covers it.
fn sets_at<'a>(records: &'a [RecordSet], name: &str) -> Vec<&'a RecordSet> {
    let of = |wanted: &str| -> Vec<&'a RecordSet> { records.iter().filter(|r| r.name == wanted).collect() };
    let exact = of(name);
    if !exact.is_empty() || exists(records, name) {
        return exact;
    }
    // RFC 4592: the wildcard at the closest encloser covers the name, one further up does not.
    let mut rest = name;
    while let Some((_, parent)) = rest.split_once('.') {
        if !in_zone(parent, seed::ZONE_NAME) {
            break;
        }
        if exists(records, parent) {
            return of(&format!("\\052.{parent}"));
        }
        rest = parent;
    }
    Vec::new()
}

/// Whether a name or anything below it has records.
fn exists(records: &[RecordSet], name: &str) -> bool {
    records.iter().any(|r| in_zone(&r.name, name))
}

fn soa(records: &[RecordSet]) -> Option<Record> {
    let set = records.iter().find(|r| r.kind == "SOA")?;
    to_records(set, &set.name).into_iter().next()
}

fn chosen(
    records: &[RecordSet],
    sets: &[&RecordSet],
    owner: &str,
    kind: RecordType,
    pick: &mut dyn FnMut(u64) -> u64,
) -> Vec<Record> {
    let wanted = kind.to_string();
    let sets: Vec<&RecordSet> = sets.iter().copied().filter(|s| s.kind == wanted).collect();
    let weight = |set: &RecordSet| match set.routing {
        Some(Routing::Weight(w)) => w,
        _ => 0,
    };
    let one = match sets.first().map(|s| &s.routing) {
        None => return Vec::new(),
        Some(Some(Routing::MultiValue(_))) => {
            return sets.iter().take(8).flat_map(|s| to_records(s, owner)).collect();
        }
        Some(Some(Routing::Weight(_))) => {
            let total: u64 = sets.iter().map(|s| weight(s)).sum();
            // All weights 0 means all are equally likely.
            let equal = u64::from(total == 0);
            let total = total.max(equal * u64::try_from(sets.len()).unwrap_or(1));
            let mut drawn = pick(total);
            sets.iter().copied().find(|s| {
                let share = weight(s) + equal;
                let hit = drawn < share;
                drawn = drawn.saturating_sub(share);
                hit
            })
        }
        Some(Some(Routing::Failover(_))) => sets
            .iter()
            .copied()
            .find(|s| s.routing == Some(Routing::Failover("PRIMARY".to_owned()))),
        Some(_) => sets.first().copied(),
    };
    let Some(set) = one.or_else(|| sets.first().copied()) else {
        return Vec::new();
    };
    let Some(alias) = &set.alias else {
        return to_records(set, owner);
    };
    if alias.hosted_zone_id == seed::CLOUDFRONT_ZONE_ID {
        return edges(owner, kind);
    }
    // An alias to itself can't be made, but two can point at each other.
    let targets: Vec<&RecordSet> = records
        .iter()
        .filter(|r| r.name == alias.dns_name && r.alias.is_none())
        .collect();
    chosen(records, &targets, owner, kind, pick)
}

fn edges(owner: &str, kind: RecordType) -> Vec<Record> {
    let Some(name) = dns_name(owner).filter(|_| kind == RecordType::A) else {
        return Vec::new();
    };
    EDGES
        .iter()
        .map(|e| {
            Record::from_rdata(
                name.clone(),
                EDGE_TTL,
                RData::A(A::from(std::net::Ipv4Addr::from(*e))),
            )
        })
        .collect()
}

fn dns_name(text: &str) -> Option<Name> {
    Name::from_ascii(text).ok()
}

fn to_records(set: &RecordSet, owner: &str) -> Vec<Record> {
    let (Some(name), Ok(kind)) = (dns_name(owner), set.kind.parse::<RecordType>()) else {
        return Vec::new();
    };
    let ttl = set.ttl.and_then(|t| u32::try_from(t).ok()).unwrap_or(0);
    set.values
        .iter()
        .filter_map(|value| {
            // Route 53 takes every name for a full one, with or without its dot.
            let full = if kind == RecordType::CNAME {
                normal_name(value)
            } else {
                value.clone()
            };
            RData::try_from_str(kind, &full).ok()
        })
        .map(|data| Record::from_rdata(name.clone(), ttl, data))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(name: &str, kind: RecordType) -> Reply {
        answer(&seed::records(), name, kind, &mut |total| total - 1)
    }

    fn data(reply: &Reply) -> Vec<String> {
        reply
            .answers
            .iter()
            .map(|r| format!("{} {}", r.ttl, r.data))
            .collect()
    }

    #[test]
    fn answers_of_the_seed() {
        for (name, kind, expected) in [
            ("apps.example.nhs.test.", RecordType::A, vec!["300 192.0.2.10"]),
            (
                "www.example.nhs.test.",
                RecordType::A,
                vec!["300 apps.example.nhs.test.", "300 192.0.2.10"],
            ),
            (
                "assets.example.nhs.test.",
                RecordType::A,
                vec!["60 203.0.113.11", "60 203.0.113.12"],
            ),
            ("api.example.nhs.test.", RecordType::A, vec!["60 192.0.2.32"]),
            (
                "x.preview.example.nhs.test.",
                RecordType::A,
                vec!["60 192.0.2.51"],
            ),
            (
                "status.example.nhs.test.",
                RecordType::AAAA,
                vec!["300 2001:db8::61"],
            ),
        ] {
            let reply = ask(name, kind);
            assert_eq!(data(&reply), expected, "{name}");
            assert!(reply.authoritative && reply.code == ResponseCode::NoError);
        }
        assert_eq!(ask("example.nhs.test.", RecordType::NS).answers.len(), 4);
    }

    #[test]
    fn negative_answers_carry_the_soa_and_foreign_names_are_refused() {
        let nothing = ask("nothing.example.nhs.test.", RecordType::A);
        assert_eq!(nothing.code, ResponseCode::NXDomain);
        assert_eq!(nothing.soa.map(|r| r.ttl), Some(900));
        let no_data = ask("apps.example.nhs.test.", RecordType::AAAA);
        assert_eq!(no_data.code, ResponseCode::NoError);
        assert!(no_data.answers.is_empty() && no_data.soa.is_some());
        let empty = ask("preview.example.nhs.test.", RecordType::A);
        assert_eq!(empty.code, ResponseCode::NoError);
        assert_eq!(
            ask("apps.example.org.", RecordType::A).code,
            ResponseCode::Refused
        );
    }
}
