//! A caching resolver: asks the authoritative servers and then believes them for the TTL.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{RData, Record, RecordType};
use rand::Rng;

use super::answer::{self, LONGEST_CHAIN, Reply};
use crate::core::Core;
use crate::faults::Fault;
use crate::records::{in_zone, normal_name};
use crate::seed;

/// One cached record set, or the cached news that there is none.
#[derive(Debug, Clone)]
struct Cached {
    code: ResponseCode,
    records: Vec<Record>,
    soa: Option<Record>,
    /// Seconds for which it may be believed.
    ttl: u32,
    /// World time of the answer.
    at_ms: i64,
}

type Key = (String, RecordType);

/// The cache of one resolver, in memory only: a resolver that restarts has forgotten everything.
#[derive(Debug, Default)]
pub(super) struct Cache {
    inner: Mutex<(u64, HashMap<Key, Cached>)>,
}

impl Cache {
    /// Answers from the cache, and asks one of the authoritative servers where it has nothing fresh.
    pub(super) fn resolve(&self, core: &Core, name: &str, kind: RecordType) -> Reply {
        let outside = answer::of_server(name, kind).or_else(|| answer::of_gateway(name, kind));
        if let Some(reply) = outside {
            return reply;
        }
        let now = core.now_ms();
        let generation = core.read(|state| state.generation);
        let kept = core.read(|state| {
            let mut faults = state.faults.iter();
            faults.find_map(|fault| match fault {
                Fault::StaleResolver { seconds } => Some(*seconds),
                _ => None,
            })
        });
        let kept = u32::try_from(kept.unwrap_or(0)).unwrap_or(u32::MAX);
        let mut guard = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (seen, entries) = &mut *guard;
        if *seen != generation {
            entries.clear();
            *seen = generation;
        }
        let mut ask = |owner: &str| {
            let server = rand::rng().random_range(0..seed::NAME_SERVERS.len());
            answer::delegated(core, owner, kind)
                .unwrap_or_else(|| answer::authoritative(core, server, owner, kind))
        };
        resolve(entries, name, kind, (now, kept), &mut ask)
    }
}

/// `now` comes with the world seconds for which every answer is kept at least.
fn resolve(
    entries: &mut HashMap<Key, Cached>,
    name: &str,
    kind: RecordType,
    (now, kept): (i64, u32),
    ask: &mut dyn FnMut(&str) -> Reply,
) -> Reply {
    let mut reply = Reply {
        code: ResponseCode::NoError,
        authoritative: false,
        answers: Vec::new(),
        soa: None,
        referral: Vec::new(),
    };
    let mut owner = name.to_owned();
    let mut asked_for = None;
    for _ in 0..LONGEST_CHAIN * 2 {
        if let Some((code, records, soa)) = fresh(entries, &owner, kind, (now, kept)) {
            reply.code = code;
            reply.answers.extend(records);
            reply.soa = soa;
            return reply;
        }
        if let Some((_, records, _)) = fresh(entries, &owner, RecordType::CNAME, (now, kept))
            && let Some(target) = records.iter().find_map(target)
        {
            reply.answers.extend(records);
            owner = target;
            continue;
        }
        if !in_zone(&owner, seed::ZONE_NAME) || asked_for.as_ref() == Some(&owner) {
            break;
        }
        let answer = ask(&owner);
        if answer.code == ResponseCode::ServFail {
            break;
        }
        store(entries, &owner, kind, now, answer);
        asked_for = Some(owner.clone());
    }
    // The world ends at its zone.
    reply.code = ResponseCode::ServFail;
    reply
}

fn target(record: &Record) -> Option<String> {
    match &record.data {
        RData::CNAME(name) => Some(normal_name(&name.0.to_ascii())),
        _ => None,
    }
}

type Fresh = (ResponseCode, Vec<Record>, Option<Record>);

/// A cached entry with what remains of its TTL, unless it is too old.
fn fresh(
    entries: &HashMap<Key, Cached>,
    owner: &str,
    kind: RecordType,
    (now, kept): (i64, u32),
) -> Option<Fresh> {
    let cached = entries.get(&(owner.to_owned(), kind))?;
    let age_ms = now.saturating_sub(cached.at_ms);
    let age = u32::try_from(age_ms / 1_000).unwrap_or(u32::MAX);
    // A TTL of 0 serves the question that fetched it, and no other.
    if age >= cached.ttl.max(kept) && age_ms > 0 {
        return None;
    }
    let aged = |record: &Record| {
        let mut record = record.clone();
        record.ttl = record.ttl.saturating_sub(age);
        record
    };
    Some((
        cached.code,
        cached.records.iter().map(aged).collect(),
        cached.soa.as_ref().map(aged),
    ))
}

/// Keeps each record set of an answer by itself, as caches do, so that a CNAME outlives its target.
fn store(entries: &mut HashMap<Key, Cached>, asked: &str, kind: RecordType, now: i64, answer: Reply) {
    let mut last = asked.to_owned();
    let mut sets: HashMap<Key, Vec<Record>> = HashMap::new();
    for record in answer.answers {
        let owner = normal_name(&record.name.to_ascii());
        if let Some(target) = target(&record) {
            last = target;
        }
        let key = (owner, record.record_type());
        sets.entry(key).or_default().push(record);
    }
    for (key, records) in sets {
        let ttl = records.iter().map(|r| r.ttl).min().unwrap_or(0);
        let cached = Cached {
            code: ResponseCode::NoError,
            records,
            soa: None,
            ttl,
            at_ms: now,
        };
        entries.insert(key, cached);
    }
    if let Some(mut soa) = answer.soa {
        // RFC 2308: negative answers live for the smaller of the SOA's TTL and its minimum.
        let minimum = match &soa.data {
            RData::SOA(data) => data.minimum,
            _ => soa.ttl,
        };
        let ttl = soa.ttl.min(minimum);
        soa.ttl = ttl;
        let cached = Cached {
            code: answer.code,
            records: Vec::new(),
            soa: Some(soa),
            ttl,
            at_ms: now,
        };
        entries.insert((last, kind), cached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::RecordSet;

    #[test]
    fn a_cached_answer_counts_down_and_is_believed_to_its_end() {
        let mut entries = HashMap::new();
        let mut records = seed::records();
        let mut at = |records: &[RecordSet], now: i64| {
            let mut asked = 0;
            let reply = resolve(
                &mut entries,
                "www.example.nhs.test.",
                RecordType::A,
                (now, 0),
                &mut |o| {
                    asked += 1;
                    answer::answer(records, o, RecordType::A, &mut |_| 0)
                },
            );
            let last = reply.answers.last().cloned();
            (asked, last.map(|r| (r.ttl, r.data.to_string())))
        };
        let old = |ttl| Some((ttl, "192.0.2.10".to_owned()));
        assert_eq!(at(&records, 0), (1, old(300)));
        for set in &mut records {
            if set.name == seed::APPS_NAME {
                set.values = vec!["198.51.100.20".to_owned()];
            }
        }
        assert_eq!(at(&records, 100_500), (0, old(200)));
        assert_eq!(at(&records, 299_999), (0, old(1)));
        assert_eq!(
            at(&records, 300_000),
            (1, Some((300, "198.51.100.20".to_owned())))
        );
    }

    #[test]
    fn a_negative_answer_is_cached_too() {
        let mut entries = HashMap::new();
        let mut asked = 0;
        for now in [0, 899_000, 900_000] {
            let reply = resolve(
                &mut entries,
                "no.example.nhs.test.",
                RecordType::A,
                (now, 0),
                &mut |o| {
                    asked += 1;
                    answer::answer(&seed::records(), o, RecordType::A, &mut |_| 0)
                },
            );
            assert_eq!(reply.code, ResponseCode::NXDomain);
        }
        assert_eq!(asked, 2);
        let away = resolve(&mut entries, "a.example.org.", RecordType::A, (0, 0), &mut |_| {
            Reply::error(ResponseCode::Refused)
        });
        assert_eq!(away.code, ResponseCode::ServFail);
    }
}
