//! Checks that read AWS. Each takes the moment of reading and never fails: what could not be told
//! is a reading with the verdict `Error`.

use jiff::Timestamp;
use switchback_engine::ports::ProviderErrorKind;
use switchback_model::dns::{DnsName, RecordData, RecordSet};
use switchback_model::{CheckReading, CheckSpec, Target};

use crate::connect::Aws;
use crate::guard::{masked, role_of};
use crate::op::Op;
use crate::reading::Reading;
use crate::route53::{self, bare};

/// Which name servers the world outside finds for a zone, as a DNS probe saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParentNs {
    /// Their names.
    Found(Vec<DnsName>),
    /// The lookup failed, in words.
    Failed(String),
    /// The target has no DNS observer: the delegation is not compared.
    NotObserved,
}

impl Aws {
    /// `aws.identity`: the caller is the target's asserted account and role.
    pub async fn check_identity(&self, spec: &CheckSpec, target: &Target, now: Timestamp) -> CheckReading {
        let role = target
            .role
            .as_deref()
            .map_or_else(|| "any role".to_owned(), |role| format!("role {role}"));
        let expected = format!("account {}, {role}", masked(&target.account));
        let reading = Reading {
            spec,
            source: &crate::sts::IDENTITY.action(),
            expected,
            now,
        };
        let found = match self.identity().await {
            Ok(found) => found,
            Err(error) => return reading.error(&error),
        };
        match self.assert_identity(target, &found).await {
            Ok(()) => {
                let role =
                    role_of(&found.arn).map_or_else(|| "no role".to_owned(), |role| format!("role {role}"));
                reading.pass(format!("account {}, {role}", masked(&found.account)))
            }
            Err(error) => {
                let mut reading = reading.fail(error.message, "");
                // Where these credentials come from says more than the runbook can.
                reading.mend = error.hint.or(reading.mend);
                reading
            }
        }
    }

    /// `route53.zone`: the id means this public zone, its delegation is what the parent says, and
    /// no private zone of the same name hides it.
    pub async fn check_zone(
        &self,
        spec: &CheckSpec,
        zone_id: &str,
        zone: &DnsName,
        parent: &ParentNs,
        now: Timestamp,
    ) -> CheckReading {
        let expected = format!(
            "{} is public, named {}, delegated, without a twin",
            bare(zone_id),
            zone.host()
        );
        let reading = Reading {
            spec,
            source: &sources(route53::ZONE_OPS),
            expected,
            now,
        };
        let found = match self.hosted_zone(zone_id).await {
            Ok(found) => found,
            Err(error) if error.kind == ProviderErrorKind::NotFound => {
                return reading.fail(
                    format!("there is no zone {}", bare(zone_id)),
                    "Correct the zone id in the target.",
                );
            }
            Err(error) => return reading.error(&error),
        };
        if found.name != *zone {
            let observed = format!("{} means {}", found.id, found.name.host());
            return reading.fail(observed, "Correct the zone id or the zone's name in the target.");
        }
        if found.private {
            return reading.fail(
                format!("{} is private", found.id),
                "Name the public zone of this name in the target.",
            );
        }
        let twins = match self.twins(zone_id, zone).await {
            Ok(twins) => twins,
            Err(error) => return reading.error(&error),
        };
        if let Some((twin, _)) = twins.iter().find(|(_, private)| *private) {
            let observed = format!("the private zone {twin} has the same name and hides it inside VPCs");
            return reading.fail(
                observed,
                "Change the private zone as well, by hand, or take it away first.",
            );
        }
        let delegated = match parent {
            ParentNs::Failed(why) => {
                let observed = format!("the zone's name servers could not be looked up: {why}");
                return reading.unclear(observed, "Look at the resolver, then repeat.");
            }
            ParentNs::NotObserved => "delegation not observed".to_owned(),
            ParentNs::Found(servers) => {
                let sorted = |list: &[DnsName]| {
                    let mut hosts: Vec<String> = list.iter().map(|name| name.host().to_owned()).collect();
                    hosts.sort();
                    hosts.dedup();
                    hosts
                };
                let (outside, inside) = (sorted(servers), sorted(&found.delegation_set));
                if outside != inside {
                    let observed = format!(
                        "DNS leads to {}, the zone has {}",
                        listed(&outside),
                        listed(&inside)
                    );
                    return reading.fail(
                        observed,
                        "This is another zone of the same name: find the delegated one.",
                    );
                }
                format!("delegated to {}", listed(&inside))
            }
        };
        let others = if twins.is_empty() {
            String::new()
        } else {
            format!(", {} other public of this name", twins.len())
        };
        reading.pass(format!("public zone {}, {delegated}{others}", found.name.host()))
    }

    /// `route53.record`: the record sets of a name have these lines (any TTL) and may be switched.
    pub async fn check_record(
        &self,
        spec: &CheckSpec,
        zone_id: &str,
        name: &DnsName,
        values: &[String],
        now: Timestamp,
    ) -> CheckReading {
        let reading = Reading {
            spec,
            source: &sources(route53::RECORD_OPS),
            expected: listed(values),
            now,
        };
        let sets = match self.list_name(zone_id, name).await {
            Ok(sets) => sets,
            Err(error) => return reading.error(&error),
        };
        if let Some(routing) = sets.iter().find_map(|set| set.routing.refused.as_deref()) {
            let observed = format!(
                "{} uses {routing} routing, which Switchback does not change",
                name.host()
            );
            return reading.fail(
                observed,
                "Change it by hand, and let Switchback check the result.",
            );
        }
        let lines: Vec<String> = sets.iter().map(line_without_ttl).collect();
        if comparable(&lines) == comparable(values) {
            let ttls: Vec<String> = sets
                .iter()
                .filter_map(RecordSet::ttl)
                .map(|ttl| format!("{ttl} s"))
                .collect();
            let ttl = if ttls.is_empty() {
                "fixed by alias".to_owned()
            } else {
                ttls.join(", ")
            };
            reading.pass(format!("{}, TTL {ttl}", listed(&lines)))
        } else {
            reading.fail(
                listed(&lines),
                "Somebody changed the records, or the runbook names other ones: compare both.",
            )
        }
    }
}

/// A record set in one line without name and TTL, as a runbook writes what it expects:
/// `A 192.0.2.10,192.0.2.11`, `A alias d111111abcdef8.cloudfront.net`.
pub(crate) fn line_without_ttl(set: &RecordSet) -> String {
    let set = set.normal();
    match &set.data {
        RecordData::Values { values, .. } => format!("{} {}", set.kind, values.join(",")),
        RecordData::Alias(alias) => format!("{} alias {}", set.kind, alias.name.host()),
    }
}

/// Lines as they are compared: without case, trailing dots and order.
fn comparable(lines: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let words = line.split([' ', ',']).filter(|word| !word.is_empty());
            let words = words.map(|word| word.trim_end_matches('.').to_ascii_lowercase());
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    lines.sort();
    lines
}

/// The operations that a reading comes from.
fn sources(ops: &[Op]) -> String {
    ops.iter().map(Op::action).collect::<Vec<_>>().join(", ")
}

fn listed<T: AsRef<str>>(parts: &[T]) -> String {
    if parts.is_empty() {
        return "no record".to_owned();
    }
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("; ")
}
