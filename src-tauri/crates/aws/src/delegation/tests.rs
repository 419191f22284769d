#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::net::IpAddr;

use async_trait::async_trait;
use switchback_model::dns::DnsName;

use super::{Claim, Leads, Outside};

/// A made-up Internet: where names lead, and which SOA an address gives.
#[derive(Default)]
struct Internet {
    addresses: BTreeMap<&'static str, Vec<&'static str>>,
    soas: BTreeMap<&'static str, &'static str>,
}

#[async_trait]
impl Outside for Internet {
    async fn delegation(&self, _zone: &DnsName) -> Result<Vec<DnsName>, String> {
        Err("not asked here".to_owned())
    }

    async fn addresses(&self, host: &DnsName) -> Result<Vec<IpAddr>, String> {
        let found = self.addresses.get(host.host());
        let found = found.ok_or_else(|| "it could not be looked up".to_owned())?;
        Ok(found.iter().map(|address| address.parse().unwrap()).collect())
    }

    async fn soa(&self, _zone: &DnsName, server: IpAddr) -> Result<Option<String>, String> {
        match self.soas.get(server.to_string().as_str()) {
            None => Err("no answer".to_owned()),
            Some(&"") => Ok(None),
            Some(soa) => Ok(Some((*soa).to_owned())),
        }
    }
}

const OURS: [&str; 2] = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.co.uk"];
const WHITE: [&str; 2] = ["ns1.example.nhs.test", "ns2.example.nhs.test"];
const OWN_SOA: &str = "ns-1.awsdns-01.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400";
const WHITE_SOA: &str = "ns1.example.nhs.test. hostmaster.example.nhs.test. 1 7200 900 1209600 86400";

fn names(texts: &[&str]) -> Vec<DnsName> {
    texts.iter().map(|text| DnsName::new(text).unwrap()).collect()
}

async fn leads(found: &[&str], soa: Option<&str>, vouched: &[&str], internet: &Internet) -> Leads {
    let (zone, servers, vouched) = (
        DnsName::new("example.nhs.test").unwrap(),
        names(&OURS),
        names(vouched),
    );
    let claim = Claim {
        zone: &zone,
        servers: &servers,
        soa,
        vouched: &vouched,
    };
    claim.proven(&names(found), internet).await
}

/// The addresses of the delegation set, and those of the white-label names.
fn internet(white: [&'static str; 2]) -> Internet {
    Internet {
        addresses: BTreeMap::from([
            (OURS[0], vec!["192.0.2.53", "2001:db8::53"]),
            (OURS[1], vec!["192.0.2.54"]),
            (WHITE[0], vec![white[0]]),
            (WHITE[1], vec![white[1]]),
        ]),
        soas: BTreeMap::new(),
    }
}

#[tokio::test]
async fn the_same_names_need_no_further_look() {
    let turned = ["NS-2.awsdns-02.co.uk.", OURS[0]];
    let Leads::Here(words) = leads(&turned, None, &[], &Internet::default()).await else {
        panic!("the same names")
    };
    assert_eq!(words, "delegated to ns-1.awsdns-01.com; ns-2.awsdns-02.co.uk");
}

#[tokio::test]
async fn names_of_its_own_with_the_addresses_of_the_delegation_set_are_this_zone() {
    for white in [
        ["192.0.2.53", "192.0.2.54"],
        ["2001:db8::53", "192.0.2.54"],
        ["192.0.2.54", "192.0.2.54"],
    ] {
        let found = leads(&WHITE, Some(WHITE_SOA), &[], &internet(white)).await;
        assert!(
            matches!(&found, Leads::Here(words) if words.contains("which are servers of ns-1")),
            "{found:?}"
        );
    }
    // A parent that names one of them under each kind of name, and one that names fewer.
    for list in [vec![WHITE[0], OURS[1]], vec![WHITE[0]], vec![OURS[0]]] {
        let found = leads(&list, None, &[], &internet(["192.0.2.53", "192.0.2.54"])).await;
        assert!(matches!(found, Leads::Here(_)), "{list:?}: {found:?}");
    }
}

#[tokio::test]
async fn a_copied_ns_record_proves_nothing() {
    // Other addresses, and servers that give an SOA which a copy has as well.
    let mut net = internet(["198.51.100.1", "198.51.100.2"]);
    net.soas = BTreeMap::from([("198.51.100.1", WHITE_SOA), ("198.51.100.2", WHITE_SOA)]);
    let Leads::Untold(words, mend) = leads(&WHITE, Some(WHITE_SOA), &[], &net).await else {
        panic!("it can't be told")
    };
    assert!(
        words.contains("198.51.100.1 is none of the zone's own addresses"),
        "{words}"
    );
    assert!(
        mend.ends_with(
            "[name_servers] \"example.nhs.test\" = [\"ns1.example.nhs.test\", \"ns2.example.nhs.test\"]."
        ),
        "{mend}"
    );
    // One address of the two is not enough.
    let half = internet(["192.0.2.53", "198.51.100.2"]);
    assert!(matches!(
        leads(&WHITE, Some(OWN_SOA), &[], &half).await,
        Leads::Untold(..)
    ));
}

#[tokio::test]
async fn the_soa_that_only_this_zone_has_proves_it_and_another_refutes_it() {
    // As with servers of another firm that carry the zone on.
    let mut net = internet(["198.51.100.1", "198.51.100.2"]);
    net.soas = BTreeMap::from([
        ("198.51.100.1", OWN_SOA),
        (
            "198.51.100.2",
            "NS-1.awsdns-01.com awsdns-hostmaster.amazon.com 9 1 1 1 1",
        ),
    ]);
    assert!(matches!(
        leads(&WHITE, Some(OWN_SOA), &[], &net).await,
        Leads::Here(_)
    ));
    net.soas.insert(
        "198.51.100.2",
        "ns-7.awsdns-07.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400",
    );
    let Leads::Elsewhere(words) = leads(&WHITE, Some(OWN_SOA), &WHITE, &net).await else {
        panic!("another zone answers, whoever vouches")
    };
    assert!(
        words.ends_with("ns2.example.nhs.test answers for ns-7.awsdns-07.org"),
        "{words}"
    );
}

#[tokio::test]
async fn what_cannot_be_told_is_believed_by_name_only() {
    let silent = internet(["198.51.100.1", "198.51.100.2"]);
    let nowhere = Internet::default();
    let mut without = internet(["198.51.100.1", "198.51.100.2"]);
    without.soas = BTreeMap::from([("198.51.100.1", ""), ("198.51.100.2", "")]);
    for net in [&silent, &nowhere, &without] {
        for vouched in [&[][..], &WHITE[..1]] {
            let found = leads(&WHITE, Some(OWN_SOA), vouched, net).await;
            assert!(matches!(found, Leads::Untold(..)), "{found:?}");
        }
        let Leads::Here(words) = leads(&WHITE, Some(OWN_SOA), &WHITE, net).await else {
            panic!("vouched for")
        };
        assert!(
            words.contains("by the word of the target's name_servers, not proven"),
            "{words}"
        );
    }
    // The SOA of the zone itself is not known.
    let mut net = internet(["198.51.100.1", "198.51.100.2"]);
    net.soas = BTreeMap::from([("198.51.100.1", OWN_SOA), ("198.51.100.2", OWN_SOA)]);
    assert!(matches!(leads(&WHITE, None, &[], &net).await, Leads::Untold(..)));
}

#[tokio::test]
async fn other_names_of_route_53_are_other_servers_though_nothing_answers() {
    let found = leads(
        &["ns-9.awsdns-09.net", "ns-8.awsdns-08.org"],
        Some(OWN_SOA),
        &[],
        &Internet::default(),
    )
    .await;
    assert!(
        matches!(&found, Leads::Elsewhere(words) if words.contains("the zone has ns-1.awsdns-01.com")),
        "{found:?}"
    );
}
