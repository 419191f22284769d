//! One list of changes, from which the preview's parameters and the request are both made.

use std::collections::BTreeSet;

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types as sdk;
use serde_json::{Map, Value, json};
use switchback_model::ApiCall;
use switchback_model::dns::{RecordData, RecordSet, RecordType};

use super::convert::to_sdk;

/// The operation's name.
pub(crate) const OPERATION: &str = super::CHANGE_SETS.operation;
/// Route 53 keeps at most this many characters of a comment.
const COMMENT: usize = 256;

/// What happens to one record set. There is no UPSERT on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Exactly as it is.
    Delete,
    /// Must not exist yet.
    Create,
}

impl Verb {
    fn word(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Create => "CREATE",
        }
    }
}

/// A whole request, without its comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) zone_id: String,
    pub(crate) changes: Vec<(Verb, RecordSet)>,
}

impl Batch {
    /// DELETE of every set that goes, then CREATE of every set that comes; what stays is left out. Weighted
    /// sets of a type go and come together: what one of them answers rests on the weights of the others, so
    /// an exact DELETE of all of them refuses the change where somebody has touched any of them.
    pub(crate) fn between(zone_id: &str, from: &[RecordSet], to: &[RecordSet]) -> Self {
        let has =
            |sets: &[RecordSet], wanted: &RecordSet| sets.iter().any(|set| set.normal() == wanted.normal());
        let changed: BTreeSet<RecordType> = from
            .iter()
            .filter(|set| !has(to, set))
            .chain(to.iter().filter(|set| !has(from, set)))
            .map(|set| set.kind)
            .collect();
        let touched = |set: &RecordSet, others: &[RecordSet]| {
            !has(others, set) || (set.routing.weight.is_some() && changed.contains(&set.kind))
        };
        let gone = from
            .iter()
            .filter(|set| touched(set, to))
            .map(|set| (Verb::Delete, set.clone()));
        let come = to
            .iter()
            .filter(|set| touched(set, from))
            .map(|set| (Verb::Create, set.clone()));
        Self {
            zone_id: zone_id.to_owned(),
            changes: gone.chain(come).collect(),
        }
    }

    /// The call of a preview.
    pub(crate) fn call(&self) -> ApiCall {
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|(verb, set)| json!({"Action": verb.word(), "ResourceRecordSet": parameters(set)}))
            .collect();
        ApiCall {
            service: super::CHANGE_SETS.service.id().to_owned(),
            operation: OPERATION.to_owned(),
            parameters: json!({"HostedZoneId": self.zone_id, "ChangeBatch": {"Changes": changes}}).into(),
        }
    }

    /// The request's body with its comment.
    pub(crate) fn request(&self, comment: &str) -> Result<sdk::ChangeBatch, BuildError> {
        let mut batch =
            sdk::ChangeBatch::builder().comment(comment.chars().take(COMMENT).collect::<String>());
        for (verb, set) in &self.changes {
            let action = match verb {
                Verb::Delete => sdk::ChangeAction::Delete,
                Verb::Create => sdk::ChangeAction::Create,
            };
            batch = batch.changes(
                sdk::Change::builder()
                    .action(action)
                    .resource_record_set(to_sdk(set)?)
                    .build()?,
            );
        }
        batch.build()
    }
}

/// A record set in the spelling of the AWS CLI.
fn parameters(set: &RecordSet) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("Name", json!(set.name.as_str()));
    put("Type", json!(set.kind.to_string()));
    let routing = &set.routing;
    if let Some(identifier) = &routing.set_identifier {
        put("SetIdentifier", json!(identifier));
    }
    if let Some(weight) = routing.weight {
        put("Weight", json!(weight));
    }
    if let Some(region) = &routing.region {
        put("Region", json!(region));
    }
    if let Some(failover) = &routing.failover {
        put("Failover", json!(failover));
    }
    match &set.data {
        RecordData::Values { ttl, values } => {
            let records: Vec<Value> = values.iter().map(|value| json!({"Value": value})).collect();
            put("TTL", json!(ttl));
            put("ResourceRecords", json!(records));
        }
        RecordData::Alias(alias) => put(
            "AliasTarget",
            json!({
                "HostedZoneId": alias.zone_id,
                "DNSName": alias.name.as_str(),
                "EvaluateTargetHealth": alias.evaluate_target_health,
            }),
        ),
    }
    if let Some(check) = &routing.health_check_id {
        put("HealthCheckId", json!(check));
    }
    Value::Object(fields)
}
