#![allow(clippy::unwrap_used)]

mod answers;
mod bundle;
mod checks;
mod identity;
mod plans;
mod profiles;
pub(crate) mod server;
mod wire;

use switchback_model::Image;
use switchback_model::dns::{AliasTarget, DnsName, RecordData, RecordSet, RecordType, Routing};

use crate::route53::NameChange;
use crate::{Aws, AwsOptions, Bound};

pub(crate) const ZONE: &str = "Z0EXAMPLE";
pub(crate) const OLD: &str = "192.0.2.10";

pub(crate) fn name(text: &str) -> DnsName {
    DnsName::new(text).unwrap()
}

pub(crate) fn apps() -> DnsName {
    name("apps.example.nhs.test")
}

pub(crate) fn a(ttl: u32, value: &str) -> RecordSet {
    RecordSet::values(apps(), RecordType::A, ttl, vec![value.to_owned()])
}

pub(crate) fn alias(kind: RecordType) -> RecordSet {
    RecordSet {
        name: apps(),
        kind,
        data: RecordData::Alias(AliasTarget {
            zone_id: "Z2FDTNDATAQYW2".to_owned(),
            name: name("d111111abcdef8.cloudfront.net"),
            evaluate_target_health: false,
        }),
        routing: Routing::default(),
    }
}

pub(crate) fn image(mut sets: Vec<RecordSet>) -> Image {
    sets.sort();
    Image::RecordSets {
        zone_id: ZONE.to_owned(),
        name: apps(),
        sets,
        beside: Vec::new(),
    }
}

/// The rehearsal's connection; nothing is sent before a call.
pub(crate) fn aws(endpoint: &str) -> Aws {
    Aws::connect(&AwsOptions {
        endpoint: Some(endpoint.to_owned()),
        region: "eu-west-2".to_owned(),
        rehearsal_credentials: Some(("AKIAREHEARSAL".to_owned(), "rehearsal".to_owned())),
        ..AwsOptions::default()
    })
    .unwrap()
}

pub(crate) fn set_ttl(ttl: u32) -> Bound<NameChange> {
    let spec = switchback_model::SetTtl {
        zone_id: ZONE.to_owned(),
        zone: name("example.nhs.test"),
        name: apps(),
        ttl,
    };
    Bound::new(aws("http://127.0.0.1:9"), spec.into())
}

pub(crate) fn switch_at(endpoint: &str, to: Vec<RecordSet>) -> Bound<NameChange> {
    let spec = switchback_model::SwitchRecord {
        zone_id: ZONE.to_owned(),
        zone: name("example.nhs.test"),
        name: apps(),
        to,
    };
    Bound::new(aws(endpoint), spec.into())
}

pub(crate) fn switch(to: Vec<RecordSet>) -> Bound<NameChange> {
    switch_at("http://127.0.0.1:9", to)
}
