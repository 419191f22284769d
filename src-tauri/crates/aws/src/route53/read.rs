//! Reading a name and its zone.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use aws_sdk_route53::operation::list_resource_record_sets::ListResourceRecordSetsOutput;
use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use switchback_engine::ports::ProviderError;
use switchback_model::Image;
use switchback_model::dns::{DnsName, RecordSet};

use super::{FIND_ZONES, GET_ZONE, LIST_SETS, bare, convert};
use crate::connect::{Aws, incomplete};
use crate::error::guard;
use crate::observe::CallFacts;
use crate::service::Service;

/// Pages of one name that are read at most; 100 sets a name and type is Route 53's limit.
const PAGES: usize = 10;

/// A hosted zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedZone {
    /// Without `/hostedzone/`.
    pub id: String,
    /// Its name.
    pub name: DnsName,
    /// Whether only VPCs see it.
    pub private: bool,
    /// The name servers that its parent must name; empty for a private zone.
    pub delegation_set: Vec<DnsName>,
}

/// Where a page of record sets starts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Start {
    name: String,
    kind: Option<RrType>,
    identifier: Option<String>,
}

impl Start {
    fn at(name: &DnsName, kind: Option<RrType>) -> Self {
        Self {
            name: name.as_str().to_owned(),
            kind,
            identifier: None,
        }
    }
}

/// What stands at a name.
#[derive(Debug, Default)]
struct Listed {
    /// A, AAAA and CNAME, sorted.
    sets: Vec<RecordSet>,
    /// The other types.
    beside: BTreeSet<String>,
    /// The NS set.
    delegation: Option<ResourceRecordSet>,
}

impl Aws {
    /// Every A, AAAA and CNAME record set of one name, of the public zone that the id must mean.
    ///
    /// # Errors
    /// `Guard` where the zone id means another or a private zone, or where the zone delegates the name;
    /// otherwise as the API failed.
    pub async fn read_name(
        &self,
        zone_id: &str,
        zone: &DnsName,
        name: &DnsName,
    ) -> Result<Image, ProviderError> {
        self.prove_zone(zone_id, zone).await?;
        for cut in between(zone, name) {
            let start = Start::at(&cut, Some(RrType::Ns));
            let page = self.page(zone_id, &start, 1).await?;
            Self::served_here(zone_id, zone, name, page.resource_record_sets().first())?;
        }
        let Listed {
            sets,
            beside,
            delegation,
        } = self.list(zone_id, name).await?;
        if name != zone {
            Self::served_here(zone_id, zone, name, delegation.as_ref())?;
        }
        Ok(Image::RecordSets {
            zone_id: bare(zone_id).to_owned(),
            name: name.clone(),
            sets,
            beside: beside.into_iter().collect(),
        })
    }

    /// A zone by its id.
    ///
    /// # Errors
    /// `NotFound` where there is none; otherwise as the API failed.
    pub async fn hosted_zone(&self, zone_id: &str) -> Result<HostedZone, ProviderError> {
        const OPERATION: &str = GET_ZONE.operation;
        let seen = CallFacts::default();
        self.pace(Service::Route53).await;
        let call = self
            .route53
            .get_hosted_zone()
            .id(bare(zone_id))
            .customize()
            .interceptor(seen.clone())
            .send();
        let output = self.run(GET_ZONE, &seen, call).await?;
        let zone = output
            .hosted_zone()
            .ok_or_else(|| incomplete(OPERATION, "zone"))?;
        if bare(zone.id()) != bare(zone_id) {
            return Err(incomplete(OPERATION, "zone of that id"));
        }
        let servers = output
            .delegation_set()
            .map(|set| set.name_servers())
            .unwrap_or_default();
        Ok(HostedZone {
            id: bare(zone.id()).to_owned(),
            name: DnsName::new(zone.name()).map_err(|_| incomplete(OPERATION, "readable zone name"))?,
            private: zone.config().is_some_and(|config| config.private_zone),
            delegation_set: servers
                .iter()
                .filter_map(|server| DnsName::new(server).ok())
                .collect(),
        })
    }

    /// The value of a zone's SOA record; none where it is not listed as Route 53 writes it.
    pub(crate) async fn soa(&self, zone_id: &str, zone: &DnsName) -> Result<Option<String>, ProviderError> {
        let start = Start::at(zone, Some(RrType::Soa));
        let page = self.page(zone_id, &start, 1).await?;
        let set = page.resource_record_sets().first().filter(|set| {
            *set.r#type() == RrType::Soa && DnsName::new(set.name()).is_ok_and(|name| name == *zone)
        });
        let value = set.and_then(|set| set.resource_records().first());
        Ok(value.map(|record| record.value().to_owned()))
    }

    /// Ids of the other zones with this name, and whether each is private.
    pub(crate) async fn twins(
        &self,
        zone_id: &str,
        zone: &DnsName,
    ) -> Result<Vec<(String, bool)>, ProviderError> {
        let seen = CallFacts::default();
        self.pace(Service::Route53).await;
        let call = self
            .route53
            .list_hosted_zones_by_name()
            .dns_name(zone.as_str())
            .max_items(100)
            .customize()
            .interceptor(seen.clone())
            .send();
        let output = self.run(FIND_ZONES, &seen, call).await?;
        Ok(output
            .hosted_zones()
            .iter()
            .filter(|found| bare(found.id()) != bare(zone_id))
            .filter(|found| DnsName::new(found.name()).is_ok_and(|name| name == *zone))
            .map(|found| {
                (
                    bare(found.id()).to_owned(),
                    found.config().is_some_and(|config| config.private_zone),
                )
            })
            .collect())
    }

    async fn prove_zone(&self, zone_id: &str, zone: &DnsName) -> Result<(), ProviderError> {
        const OPERATION: &str = GET_ZONE.operation;
        let known = self
            .zones
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(bare(zone_id))
            .cloned();
        let name = match known {
            Some(name) => name,
            None => {
                let found = self.hosted_zone(zone_id).await?;
                if found.private {
                    let message = format!(
                        "Zone {} ({}) is private: the public does not see it",
                        found.id,
                        found.name.host()
                    );
                    return Err(guard(
                        OPERATION,
                        &message,
                        "Name the public zone of this name in the target.",
                    ));
                }
                self.zones
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(bare(zone_id).to_owned(), found.name.clone());
                found.name
            }
        };
        if name == *zone {
            Ok(())
        } else {
            let message = format!(
                "Zone id {} means {}, not {}",
                bare(zone_id),
                name.host(),
                zone.host()
            );
            Err(guard(
                OPERATION,
                &message,
                "Correct the zone id or the zone's name in the target.",
            ))
        }
    }

    /// A zone does not answer for what it delegates (RFC 1034, 4.2.1): a change of the name there would
    /// succeed and be seen by nobody.
    fn served_here(
        zone_id: &str,
        zone: &DnsName,
        name: &DnsName,
        found: Option<&ResourceRecordSet>,
    ) -> Result<(), ProviderError> {
        let Some((cut, set)) = found.filter(|set| *set.r#type() == RrType::Ns).and_then(|set| {
            let cut = DnsName::new(set.name()).ok()?;
            name.is_within(&cut).then_some((cut, set))
        }) else {
            return Ok(());
        };
        let servers: Vec<&str> = set
            .resource_records()
            .iter()
            .map(|server| server.value().trim_end_matches('.'))
            .collect();
        let message = format!(
            "Zone {} ({}) delegates {} to {}: its own records of {} are served to nobody",
            bare(zone_id),
            zone.host(),
            cut.host(),
            servers.join(", "),
            name.host()
        );
        Err(guard(
            LIST_SETS.operation,
            &message,
            "Name the zone that serves it in the target.",
        ))
    }

    /// Sorted A, AAAA and CNAME record sets of one name; the zone is not proven.
    pub(crate) async fn list_name(
        &self,
        zone_id: &str,
        name: &DnsName,
    ) -> Result<Vec<RecordSet>, ProviderError> {
        Ok(self.list(zone_id, name).await?.sets)
    }

    async fn list(&self, zone_id: &str, name: &DnsName) -> Result<Listed, ProviderError> {
        const OPERATION: &str = LIST_SETS.operation;
        let mut start = Start::at(name, None);
        let mut listed = Listed::default();
        for _ in 0..PAGES {
            let page = self.page(zone_id, &start, 300).await?;
            for set in page.resource_record_sets() {
                // Sets of a name stand together, and the page starts at the name or right after.
                if !DnsName::new(set.name()).is_ok_and(|found| found == *name) {
                    listed.sets.sort();
                    return Ok(listed);
                }
                let Some(kind) = convert::kind(set.r#type()) else {
                    listed.beside.insert(set.r#type().as_str().to_owned());
                    if *set.r#type() == RrType::Ns {
                        listed.delegation = Some(set.clone());
                    }
                    continue;
                };
                listed.sets.push(convert::from_sdk(name, kind, set)?);
            }
            let next = Start {
                name: page.next_record_name().unwrap_or_default().to_owned(),
                kind: page.next_record_type().cloned(),
                identifier: page.next_record_identifier().map(str::to_owned),
            };
            if !page.is_truncated() || !DnsName::new(&next.name).is_ok_and(|found| found == *name) {
                listed.sets.sort();
                return Ok(listed);
            }
            if next == start {
                return Err(incomplete(OPERATION, "next page"));
            }
            start = next;
        }
        Err(incomplete(OPERATION, "end"))
    }

    async fn page(
        &self,
        zone_id: &str,
        start: &Start,
        most: i32,
    ) -> Result<ListResourceRecordSetsOutput, ProviderError> {
        let seen = CallFacts::default();
        self.pace(Service::Route53).await;
        let call = self
            .route53
            .list_resource_record_sets()
            .hosted_zone_id(bare(zone_id))
            .start_record_name(&start.name)
            .set_start_record_type(start.kind.clone())
            .set_start_record_identifier(start.identifier.clone())
            .max_items(most)
            .customize()
            .interceptor(seen.clone())
            .send();
        self.run(LIST_SETS, &seen, call).await
    }
}

/// Every name between a name and its zone, without the two.
fn between(zone: &DnsName, name: &DnsName) -> Vec<DnsName> {
    let up = |name: &DnsName| {
        let (_, parent) = name.as_str().split_once('.')?;
        DnsName::new(parent)
            .ok()
            .filter(|parent| parent != zone && parent.is_within(zone))
    };
    std::iter::successors(up(name), up).collect()
}
