//! `route53.record`: what a name answers.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::dns::{DnsName, RecordSet};

use super::{RECORD_OPS, record};
use crate::connect::Aws;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// The record sets of a name have these lines (any TTL) and may be switched.
#[derive(Debug, Clone, Copy)]
pub struct RecordLook<'a> {
    /// The hosted zone's id.
    pub zone_id: &'a str,
    /// The name.
    pub name: &'a DnsName,
    /// The lines expected.
    pub values: &'a [String],
}

#[async_trait]
impl Look for RecordLook<'_> {
    type Answer = Vec<RecordSet>;
    const OPS: &'static [Op] = RECORD_OPS;

    fn resource(&self) -> Option<Resource> {
        Some(record(self.zone_id, self.name))
    }

    fn expected(&self) -> String {
        listed(self.values)
    }

    async fn ask(&self, aws: &Aws) -> Result<Vec<RecordSet>, ProviderError> {
        aws.list_name(self.zone_id, self.name).await
    }

    fn judge(&self, sets: &Vec<RecordSet>) -> Found {
        if let Some(routing) = sets.iter().find_map(|set| set.routing.unswitchable()) {
            let observed = format!(
                "{} uses {routing} routing, which Switchback does not change",
                self.name.host()
            );
            let mend = "Change it by hand, and let Switchback check the result.";
            return Found::wrong(self.expected(), observed, Mend::Unsaid(mend.to_owned()));
        }
        let lines: Vec<String> = sets.iter().map(RecordSet::check_line).collect();
        if comparable(&lines) != comparable(self.values) {
            let mend = "Somebody changed the records, or the runbook names other ones: compare both.";
            return Found::wrong(self.expected(), listed(&lines), Mend::Unsaid(mend.to_owned()));
        }
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
        Found::right(self.expected(), format!("{}, TTL {ttl}", listed(&lines)))
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

fn listed<T: AsRef<str>>(parts: &[T]) -> String {
    if parts.is_empty() {
        return "no record".to_owned();
    }
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("; ")
}
