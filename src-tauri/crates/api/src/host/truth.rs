//! DNS truth: every name server and every resolver, asked one by one.

use std::collections::BTreeMap;

use switchback_model::dns::{DnsName, RecordType};
use switchback_model::{CheckSpec, Plan, RunId, Target, TargetKind};
use switchback_probes::{Asked, ProbeWorld, authoritative, name_servers_of, resolvers};

use crate::core::Core;
use crate::wire::{ApiError, DnsTruth, NameTruth, ServerAnswer};

/// Where a target's probes look outside a rehearsal.
pub(crate) fn outside(target: &Target) -> ProbeWorld {
    ProbeWorld {
        resolvers: target.resolvers.iter().map(|(n, a)| (n.clone(), *a)).collect(),
        ..ProbeWorld::default()
    }
}

impl Core {
    /// What each name server and resolver answers now, for the names that the plan's DNS checks are
    /// about. It reads only, and needs no lease.
    ///
    /// # Errors
    /// When the run is not there, or the rehearsal world can't be reached.
    pub async fn dns_truth(&self, id: &RunId) -> Result<DnsTruth, ApiError> {
        let run = self.load(id).await?;
        let target = &run.plan.target;
        let probes = if target.kind == TargetKind::Rehearsal {
            crate::closed_world::probes(&self.closed_world().await?)
        } else {
            outside(target)
        };
        let mut names = Vec::new();
        if target.observers.dns {
            for ((name, record), zone) in asked_names(&run.plan) {
                names.push(truth_of(&name, record, zone.as_ref(), &probes).await);
            }
        }
        Ok(DnsTruth {
            observed_at: self.now_of(&run),
            names,
        })
    }
}

/// Every name and type that a DNS check of the plan asks for, with its zone where one is named.
fn asked_names(plan: &Plan) -> BTreeMap<(DnsName, RecordType), Option<DnsName>> {
    let steps = plan.steps().flat_map(|step| {
        [&step.before, &step.verify, &step.undo_verify]
            .into_iter()
            .flatten()
    });
    let monitors = plan
        .monitors
        .iter()
        .flat_map(|monitor| monitor.checks.iter().map(|check| &check.check));
    let mut names: BTreeMap<(DnsName, RecordType), Option<DnsName>> = BTreeMap::new();
    for CheckSpec { kind, .. } in steps.chain(monitors) {
        let Some(asked) = kind.dns_question() else {
            continue;
        };
        let servers = names.entry((asked.name.clone(), asked.record)).or_default();
        if let Some(zone) = asked.zone {
            *servers = Some(zone.clone());
        }
    }
    names
}

async fn truth_of(
    name: &DnsName,
    record: RecordType,
    zone: Option<&DnsName>,
    probes: &ProbeWorld,
) -> NameTruth {
    let mut servers = Vec::new();
    if let Some(zone) = zone {
        match name_servers_of(zone, probes).await {
            Ok(found) => servers.extend(
                authoritative(name, record, &found)
                    .await
                    .into_iter()
                    .map(|asked| answer(asked, "name_server")),
            ),
            Err(error) => servers.push(ServerAnswer {
                server: format!("name servers of {}", zone.host()),
                place: "name_server".to_owned(),
                values: Vec::new(),
                ttl_s: None,
                problem: Some(error.message),
            }),
        }
    }
    let caches = resolvers(name, record, &probes.resolvers).await;
    servers.extend(caches.into_iter().map(|asked| answer(asked, "resolver")));
    NameTruth {
        name: name.host().to_owned(),
        record: record.to_string(),
        servers,
    }
}

fn answer(asked: Asked, place: &str) -> ServerAnswer {
    let server = asked.server.trim_end_matches('.').to_owned();
    let place = place.to_owned();
    match asked.answer {
        Ok(said) => ServerAnswer {
            server,
            place,
            values: said.values,
            ttl_s: said.ttl,
            problem: None,
        },
        Err(error) => ServerAnswer {
            server,
            place,
            values: Vec::new(),
            ttl_s: None,
            problem: Some(error.message),
        },
    }
}
