//! Checks that read AWS. Each takes the moment of reading and never fails: what could not be told
//! is a reading with the verdict `Error`.

use jiff::Timestamp;
use switchback_engine::ports::ProviderErrorKind;
use switchback_model::dns::{DnsName, RecordSet};
use switchback_model::{CheckReading, CheckSpec, Target};

use crate::connect::Aws;
use crate::delegation::{Claim, Leads, Outside, same_servers};
use crate::guard::{masked, role_of};
use crate::op::Op;
use crate::reading::Reading;
use crate::route53::{self, bare};

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

    /// `route53.zone`: the id means this public zone, the servers that the world finds are its own, and
    /// no private zone of the same name hides it. Without an `outside` the target has no DNS observer, and
    /// the delegation is not compared; `vouched` are servers that its author knows to be this zone's.
    pub async fn check_zone(
        &self,
        spec: &CheckSpec,
        zone_id: &str,
        zone: &DnsName,
        (outside, vouched): (Option<&dyn Outside>, &[DnsName]),
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
        let delegated = match outside {
            None => "delegation not observed".to_owned(),
            Some(outside) => {
                let servers = match outside.delegation(zone).await {
                    Ok(servers) => servers,
                    Err(why) => {
                        let observed = format!("the zone's name servers could not be looked up: {why}");
                        return reading.unclear(observed, "Look at the resolver, then repeat.");
                    }
                };
                let soa = match same_servers(&servers, &found.delegation_set) {
                    true => None,
                    false => match self.soa(zone_id, zone).await {
                        Ok(soa) => soa,
                        Err(error) => return reading.error(&error),
                    },
                };
                let claim = Claim {
                    zone,
                    servers: &found.delegation_set,
                    soa: soa.as_deref(),
                    vouched,
                };
                match claim.proven(&servers, outside).await {
                    Leads::Here(words) => words,
                    Leads::Elsewhere(observed) => {
                        return reading.fail(
                            observed,
                            "Another zone of this name is the one that is served: name it in the target.",
                        );
                    }
                    Leads::Untold(observed, mend) => {
                        // How to go on is ours to say; the runbook's words are about another zone.
                        let mut reading = reading.unclear(observed, "");
                        reading.mend = Some(mend);
                        return reading;
                    }
                }
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
        if let Some(routing) = sets.iter().find_map(|set| set.routing.unswitchable()) {
            let observed = format!(
                "{} uses {routing} routing, which Switchback does not change",
                name.host()
            );
            return reading.fail(
                observed,
                "Change it by hand, and let Switchback check the result.",
            );
        }
        let lines: Vec<String> = sets.iter().map(RecordSet::check_line).collect();
        if comparable(&lines) == comparable(values) {
            let mut ttls: Vec<String> = sets
                .iter()
                .filter_map(RecordSet::ttl)
                .map(|ttl| format!("{ttl} s"))
                .collect();
            // Weighted record sets have one TTL in common.
            if sets.iter().all(|set| set.routing.weight.is_some()) {
                ttls.dedup();
            }
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

/// Lines as they are compared: without case, trailing dots and order; but what is said of the weight and
/// of the identifier counts to the letter.
fn comparable(lines: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let cut = line.find(" weight ").unwrap_or(line.len());
            let (answer, shared) = line.split_at(cut);
            let words = answer.split([' ', ',']).filter(|word| !word.is_empty());
            let words = words.map(|word| word.trim_end_matches('.').to_ascii_lowercase());
            words.collect::<Vec<_>>().join(" ") + shared
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
