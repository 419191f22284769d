//! Whose name servers a parent names: the zone's own, perhaps under names of their own, or another zone's.
//!
//! An NS record proves nothing, because it can be copied from zone to zone. What proves it is the address
//! of a server of the zone's delegation set, or the start of authority (SOA) that only this zone has: Route
//! 53 names one of the zone's own servers in it ("SOA and NS records that Amazon Route 53 creates for a
//! public hosted zone").

use std::collections::BTreeSet;
use std::net::IpAddr;

use async_trait::async_trait;
use futures_util::future::join_all;
use switchback_model::dns::DnsName;

/// The world outside, as DNS shows it. What can't be told comes back as words.
#[async_trait]
pub trait Outside: Send + Sync {
    /// The names of the zone's name servers, as the world finds them.
    async fn delegation(&self, zone: &DnsName) -> Result<Vec<DnsName>, String>;
    /// The addresses of a host.
    async fn addresses(&self, host: &DnsName) -> Result<Vec<IpAddr>, String>;
    /// The zone's SOA as the server at an address gives it with authority; none where it gives none.
    async fn soa(&self, zone: &DnsName, server: IpAddr) -> Result<Option<String>, String>;
}

/// What came of asking whose a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whose {
    /// It is of the delegation set: by its name, its address, or by the SOA that only this zone has.
    Ours,
    /// It gives another zone's SOA.
    Another(String),
    /// Nobody can tell, and why.
    Untold(String),
}

/// The zone that a target means, as Route 53 shows it.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) zone: &'a DnsName,
    /// Its delegation set.
    pub(crate) servers: &'a [DnsName],
    /// The value of its SOA record; none where it could not be read.
    pub(crate) soa: Option<&'a str>,
    /// Servers that the target's author vouches for.
    pub(crate) vouched: &'a [DnsName],
}

/// What the delegation comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leads {
    /// To this zone, in words.
    Here(String),
    /// To another zone, in words.
    Elsewhere(String),
    /// Nobody can tell, in words, and what to do.
    Untold(String, String),
}

impl Claim<'_> {
    /// Whether the servers that the world finds are this zone's.
    pub(crate) async fn proven(&self, found: &[DnsName], outside: &dyn Outside) -> Leads {
        let same = same_servers(found, self.servers);
        let found: BTreeSet<&DnsName> = found.iter().collect();
        let own: BTreeSet<&DnsName> = self.servers.iter().collect();
        if same {
            return Leads::Here(format!("delegated to {}", hosts(&found)));
        }
        let addresses: BTreeSet<IpAddr> = join_all(self.servers.iter().map(|own| outside.addresses(own)))
            .await
            .into_iter()
            .filter_map(Result::ok)
            .flatten()
            .collect();
        let asked = join_all(found.iter().map(|server| self.whose(server, &addresses, outside)));
        let whose: Vec<(&DnsName, Whose)> = found.iter().copied().zip(asked.await).collect();
        self.judged(&found, &own, &whose)
    }

    async fn whose(&self, server: &DnsName, own: &BTreeSet<IpAddr>, outside: &dyn Outside) -> Whose {
        if self.servers.contains(server) {
            return Whose::Ours;
        }
        let addresses = match outside.addresses(server).await {
            Ok(found) if found.is_empty() => return Whose::Untold("it has no address".to_owned()),
            Ok(found) => found,
            Err(why) => return Whose::Untold(why),
        };
        if addresses.iter().all(|address| own.contains(address)) {
            return Whose::Ours;
        }
        // One with an address is enough to ask; more of them are the same server.
        let Some(address) = addresses.iter().find(|address| !own.contains(*address)) else {
            return Whose::Ours;
        };
        match (outside.soa(self.zone, *address).await, self.soa) {
            (Err(why), _) => Whose::Untold(format!("{address}: {why}")),
            (Ok(None), _) => Whose::Untold(format!("{address} gives no SOA")),
            (Ok(Some(_)), None) => Whose::Untold("the zone's own SOA could not be read".to_owned()),
            (Ok(Some(given)), Some(ours)) if !same_authority(&given, ours) => Whose::Another(primary(&given)),
            (Ok(Some(_)), Some(ours)) if self.is_own_authority(ours) => Whose::Ours,
            (Ok(Some(_)), Some(_)) => Whose::Untold(format!(
                "{address} is none of the zone's own addresses, and its SOA is one that several zones may have"
            )),
        }
    }

    /// Whether the SOA names a server of this zone's delegation set: no other zone has those.
    fn is_own_authority(&self, soa: &str) -> bool {
        DnsName::new(&primary(soa)).is_ok_and(|name| self.servers.contains(&name))
    }

    fn judged(
        &self,
        found: &BTreeSet<&DnsName>,
        own: &BTreeSet<&DnsName>,
        whose: &[(&DnsName, Whose)],
    ) -> Leads {
        let apart = format!("DNS leads to {}, the zone has {}", hosts(found), hosts(own));
        let others: Vec<String> = whose
            .iter()
            .filter_map(|(server, whose)| match whose {
                Whose::Another(primary) => Some(format!("{} answers for {primary}", server.host())),
                Whose::Ours | Whose::Untold(_) => None,
            })
            .collect();
        if !others.is_empty() {
            return Leads::Elsewhere(format!("{apart}; {}", others.join("; ")));
        }
        let untold: Vec<(&DnsName, &str)> = whose
            .iter()
            .filter_map(|(server, whose)| match whose {
                Whose::Untold(why) => Some((*server, why.as_str())),
                Whose::Ours | Whose::Another(_) => None,
            })
            .collect();
        if untold.is_empty() {
            return Leads::Here(format!(
                "delegated to {}, which are servers of {}",
                hosts(found),
                hosts(own)
            ));
        }
        // Route 53's own names have their own addresses: other names are other servers.
        if untold.iter().all(|(server, _)| is_route_53(server)) && own.iter().all(|own| is_route_53(own)) {
            return Leads::Elsewhere(apart);
        }
        let names: BTreeSet<&DnsName> = untold.iter().map(|(server, _)| *server).collect();
        if names.iter().all(|server| self.vouched.contains(server)) {
            return Leads::Here(format!(
                "delegated to {}; {} by the word of the target's name_servers, not proven",
                hosts(found),
                hosts(&names)
            ));
        }
        let why: Vec<String> = untold
            .iter()
            .map(|(server, why)| format!("{}: {why}", server.host()))
            .collect();
        Leads::Untold(
            format!(
                "{apart}; whose these servers are can't be told: {}",
                why.join("; ")
            ),
            self.way_on(found),
        )
    }

    fn way_on(&self, found: &BTreeSet<&DnsName>) -> String {
        let list: Vec<String> = found
            .iter()
            .map(|server| format!("\"{}\"", server.host()))
            .collect();
        format!(
            "Look up the addresses of both lists from a network that may, and compare them. If the servers are \
             this zone's, vouch for them by name in the target file: [name_servers] \"{}\" = [{}].",
            self.zone.host(),
            list.join(", ")
        )
    }
}

/// Whether two lists name the same servers.
pub(crate) fn same_servers(one: &[DnsName], two: &[DnsName]) -> bool {
    let set = |list: &[DnsName]| list.iter().cloned().collect::<BTreeSet<_>>();
    set(one) == set(two)
}

/// Whether two SOA values are of one authority: the same primary server and mailbox. The numbers behind
/// them change, and Route 53 counts no serial.
fn same_authority(one: &str, two: &str) -> bool {
    let parts = |soa: &str| -> Vec<String> {
        let words = soa.split_whitespace().take(2);
        words
            .map(|word| word.trim_end_matches('.').to_ascii_lowercase())
            .collect()
    };
    parts(one) == parts(two)
}

/// The primary server that an SOA value names.
fn primary(soa: &str) -> String {
    let first = soa.split_whitespace().next().unwrap_or(soa);
    first.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a name is one that Route 53 gives its servers: `ns-12.awsdns-34.co.uk`.
fn is_route_53(server: &DnsName) -> bool {
    let mut labels = server.host().split('.');
    let (first, second) = (labels.next(), labels.next());
    first.is_some_and(|label| label.starts_with("ns-"))
        && second.is_some_and(|label| label.starts_with("awsdns-"))
}

fn hosts(names: &BTreeSet<&DnsName>) -> String {
    let hosts: Vec<&str> = names.iter().map(|name| name.host()).collect();
    if hosts.is_empty() {
        "no server".to_owned()
    } else {
        hosts.join("; ")
    }
}

#[cfg(test)]
mod tests;
