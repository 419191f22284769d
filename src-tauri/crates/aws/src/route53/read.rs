//! Reading a name and its zone.

use std::sync::PoisonError;

use aws_sdk_route53::operation::list_resource_record_sets::ListResourceRecordSetsOutput;
use aws_sdk_route53::types::RrType;
use switchback_engine::ports::ProviderError;
use switchback_model::Image;
use switchback_model::dns::{DnsName, RecordSet};

use super::{bare, convert};
use crate::connect::{Aws, incomplete};
use crate::error::guard;
use crate::observe::Seen;

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

impl Aws {
    /// Every A, AAAA and CNAME record set of one name, of the public zone that the id must mean.
    ///
    /// # Errors
    /// `Guard` where the zone id means another or a private zone; otherwise as the API failed.
    pub async fn read_name(
        &self,
        zone_id: &str,
        zone: &DnsName,
        name: &DnsName,
    ) -> Result<Image, ProviderError> {
        self.prove_zone(zone_id, zone).await?;
        let (sets, beside) = self.list_name(zone_id, name).await?;
        Ok(Image::RecordSets {
            zone_id: bare(zone_id).to_owned(),
            name: name.clone(),
            sets,
            beside,
        })
    }

    /// A zone by its id.
    ///
    /// # Errors
    /// `NotFound` where there is none; otherwise as the API failed.
    pub async fn hosted_zone(&self, zone_id: &str) -> Result<HostedZone, ProviderError> {
        const OPERATION: &str = "GetHostedZone";
        let seen = Seen::default();
        self.pace().await;
        let call = self
            .route53
            .get_hosted_zone()
            .id(bare(zone_id))
            .customize()
            .interceptor(seen.clone())
            .send();
        let output = self.run("route53", OPERATION, &seen, call).await?;
        let zone = output
            .hosted_zone()
            .ok_or_else(|| incomplete(OPERATION, "zone"))?;
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

    /// Ids of the other zones with this name, and whether each is private.
    pub(crate) async fn twins(
        &self,
        zone_id: &str,
        zone: &DnsName,
    ) -> Result<Vec<(String, bool)>, ProviderError> {
        let seen = Seen::default();
        self.pace().await;
        let call = self
            .route53
            .list_hosted_zones_by_name()
            .dns_name(zone.as_str())
            .max_items(100)
            .customize()
            .interceptor(seen.clone())
            .send();
        let output = self.run("route53", "ListHostedZonesByName", &seen, call).await?;
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
        const OPERATION: &str = "GetHostedZone";
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

    /// Sorted A, AAAA and CNAME record sets of one name, and the other types beside them; the zone is
    /// not proven.
    pub(crate) async fn list_name(
        &self,
        zone_id: &str,
        name: &DnsName,
    ) -> Result<(Vec<RecordSet>, Vec<String>), ProviderError> {
        const OPERATION: &str = "ListResourceRecordSets";
        let mut start = Start {
            name: name.as_str().to_owned(),
            kind: None,
            identifier: None,
        };
        let mut sets = Vec::new();
        let mut beside = std::collections::BTreeSet::new();
        for _ in 0..PAGES {
            let page = self.page(zone_id, &start).await?;
            for set in page.resource_record_sets() {
                // Sets of a name stand together, and the page starts at the name or right after.
                if !DnsName::new(set.name()).is_ok_and(|found| found == *name) {
                    sets.sort();
                    return Ok((sets, beside.into_iter().collect()));
                }
                match convert::kind(set.r#type()) {
                    Some(kind) => sets.push(convert::from_sdk(name, kind, set)?),
                    None => {
                        beside.insert(set.r#type().as_str().to_owned());
                    }
                }
            }
            let next = Start {
                name: page.next_record_name().unwrap_or_default().to_owned(),
                kind: page.next_record_type().cloned(),
                identifier: page.next_record_identifier().map(str::to_owned),
            };
            if !page.is_truncated() || !DnsName::new(&next.name).is_ok_and(|found| found == *name) {
                sets.sort();
                return Ok((sets, beside.into_iter().collect()));
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
    ) -> Result<ListResourceRecordSetsOutput, ProviderError> {
        let seen = Seen::default();
        self.pace().await;
        let call = self
            .route53
            .list_resource_record_sets()
            .hosted_zone_id(bare(zone_id))
            .start_record_name(&start.name)
            .set_start_record_type(start.kind.clone())
            .set_start_record_identifier(start.identifier.clone())
            .max_items(300)
            .customize()
            .interceptor(seen.clone())
            .send();
        self.run("route53", "ListResourceRecordSets", &seen, call).await
    }
}
