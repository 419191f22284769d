//! What the closed world holds, as images and as what a request left there.

use std::collections::BTreeMap;

use switchback_model::dns::{AliasTarget, DnsName, RecordData, RecordSet, RecordType};
use switchback_model::{Image, Parameter, Service};
use switchback_rehearsal as rehearsal;
use switchback_testkit::Mutation;

use super::PARAMETER;
use super::oracle::WorldOracle;

impl WorldOracle {
    pub(super) fn value(&self) -> String {
        match self.parameter(PARAMETER) {
            Image::Parameter { content, .. } => content.value,
            _ => unreachable!("a parameter"),
        }
    }

    pub(super) fn parameter(&self, name: &str) -> Image {
        let state = self.world.snapshot();
        let found = state.parameters.iter().find(|found| found.name == name).unwrap();
        Image::Parameter {
            name: found.name.clone(),
            content: Box::new(Parameter {
                kind: found.kind.clone(),
                tier: found.tier.clone(),
                data_type: "text".to_owned(),
                value: found.value.clone().unwrap(),
                description: found.description.clone(),
                key_id: found.key_id.clone(),
                allowed_pattern: found.allowed_pattern.clone(),
            }),
        }
    }

    pub(super) fn records(&self) -> Image {
        let state = self.world.snapshot();
        let name = DnsName::new(rehearsal::APPS_NAME).unwrap();
        let mut sets: Vec<RecordSet> = state
            .records
            .iter()
            .filter(|set| DnsName::new(&set.name).is_ok_and(|n| n == name))
            .filter_map(|set| {
                let kind = match set.kind.as_str() {
                    "A" => RecordType::A,
                    "AAAA" => RecordType::Aaaa,
                    "CNAME" => RecordType::Cname,
                    _ => return None,
                };
                Some(match &set.alias {
                    Some(alias) => RecordSet {
                        name: name.clone(),
                        kind,
                        data: RecordData::Alias(AliasTarget {
                            zone_id: alias.hosted_zone_id.clone(),
                            name: DnsName::new(&alias.dns_name).unwrap(),
                            evaluate_target_health: alias.evaluate_target_health,
                        }),
                        routing: switchback_model::dns::Routing::default(),
                    },
                    None => RecordSet::values(
                        name.clone(),
                        kind,
                        u32::try_from(set.ttl.unwrap_or_default()).unwrap(),
                        set.values.clone(),
                    ),
                })
            })
            .collect();
        sets.sort();
        Image::RecordSets {
            zone_id: rehearsal::ZONE_ID.to_owned(),
            name,
            sets,
            beside: Vec::new(),
        }
    }
}

/// The lines of a parameter with another value.
pub(super) fn as_left(image: &Image, value: String) -> String {
    let mut lines = image.lines();
    lines[0] = value;
    lines.join("\n")
}

/// One that is told by what it left.
pub(super) fn as_image(image: &Image) -> Mutation {
    Mutation {
        token: None,
        left: Some(image.lines().join("\n")),
        published: None,
    }
}

/// The service as the journal names it.
pub(super) fn service_object() -> String {
    Image::Service {
        cluster: rehearsal::CLUSTER_NAME.to_owned(),
        service: rehearsal::SERVICE_NAME.to_owned(),
        content: Box::new(Service {
            definition: String::new(),
            controller: String::new(),
            images: BTreeMap::new(),
            by_tag: Vec::new(),
            not_handed: Vec::new(),
        }),
    }
    .object()
}
