//! Every name server and every resolver, asked one by one.

use switchback_engine::ports::{Said, ServerSaid};
use switchback_model::dns::{DnsName, RecordType};
use switchback_probes::{Asked, ProbeWorld, authoritative, name_servers_of, resolvers};

/// What each server answers for a name: the zone's own first, where a zone is named, then the resolvers.
pub(crate) async fn asked(
    name: &DnsName,
    record: RecordType,
    zone: Option<&DnsName>,
    probes: &ProbeWorld,
) -> Vec<ServerSaid> {
    let mut servers = Vec::new();
    if let Some(zone) = zone {
        match name_servers_of(zone, probes).await {
            Ok(found) => {
                let asked = authoritative(name, record, &found).await;
                servers.extend(asked.into_iter().map(|asked| said(asked, false)));
            }
            Err(error) => servers.push(ServerSaid {
                server: format!("name servers of {}", zone.host()),
                resolver: false,
                said: Err(error.message),
            }),
        }
    }
    let caches = resolvers(name, record, &probes.resolvers).await;
    servers.extend(caches.into_iter().map(|asked| said(asked, true)));
    servers
}

fn said(asked: Asked, resolver: bool) -> ServerSaid {
    let said = asked.answer.map(|answer| Said {
        values: answer.values,
        ttl: answer.ttl,
    });
    ServerSaid {
        server: asked.server.trim_end_matches('.').to_owned(),
        resolver,
        said: said.map_err(|error| error.message),
    }
}
