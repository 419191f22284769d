//! Zones beside the one that holds the name, and routing policies that nobody may switch.

use hickory_proto::rr::RecordType;
use switchback_rehearsal::{Fault, OtherZone, Routing, World};

use crate::dns::udp;
use crate::support::{ZONE, route53, set, swap, world};

fn fault(text: &str) -> Fault {
    text.parse().unwrap()
}

async fn ids(world: &World, line: &str) -> Vec<String> {
    let body = route53(world, line, "").await.unwrap().body;
    body.split("<Id>/hostedzone/")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn other_zones_come_with_their_fault_and_go_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let by_name = "GET /2013-04-01/hostedzonesbyname?dnsname=example.nhs.test";
    let ours = "Z0REHEARSALEXAMPLE1";
    assert_eq!(ids(&world, by_name).await, [ours]);
    for zone in ["private", "public", "delegated"] {
        world.inject(fault(&format!("other-zone:{zone}"))).unwrap();
    }
    let [private, public, apps] =
        [OtherZone::Private, OtherZone::Public, OtherZone::Delegated].map(OtherZone::id);
    assert_eq!(ids(&world, by_name).await, [ours, private, public, apps]);
    assert_eq!(ids(&world, "GET /2013-04-01/hostedzone").await.len(), 4);

    // Paging gives each once.
    let first = route53(&world, &format!("{by_name}&maxitems=2"), "")
        .await
        .unwrap();
    assert_eq!(first.tag("IsTruncated"), Some("true"));
    let next = format!(
        "{by_name}&hostedzoneid={}&maxitems=2",
        first.tag("NextHostedZoneId").unwrap()
    );
    assert_eq!(ids(&world, &next).await, [public, apps]);

    let private_zone = route53(&world, &format!("GET /2013-04-01/hostedzone/{private}"), "")
        .await
        .unwrap();
    assert_eq!(private_zone.tag("PrivateZone"), Some("true"));
    assert!(!private_zone.body.contains("DelegationSet"));
    let public_zone = route53(&world, &format!("GET /2013-04-01/hostedzone/{public}"), "")
        .await
        .unwrap();
    assert!(public_zone.body.contains("ns-5.rehearsal.test"));

    // The zone that holds the name says where it is delegated; nobody changes the other zones.
    let line = format!("GET {ZONE}/rrset?name=apps.example.nhs.test&type=NS");
    let listed = route53(&world, &line, "").await.unwrap();
    assert_eq!(listed.tag("Value"), Some("ns-7.rehearsal.test."));
    let elsewhere = format!("POST /2013-04-01/hostedzone/{apps}/rrset/");
    let body = format!(
        "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>UPSERT</Action>{}</Change></Changes>\
         </ChangeBatch></ChangeResourceRecordSetsRequest>",
        set(60, "192.0.2.10")
    );
    let refused = route53(&world, &elsewhere, &body).await.unwrap();
    assert_eq!(refused.tag("Code"), Some("AccessDenied"));

    assert_eq!(world.lift("other-zone:private").unwrap(), 1);
    assert_eq!(world.lift("other-zone").unwrap(), 2);
    assert_eq!(ids(&world, by_name).await, [ours]);
    let gone = route53(&world, &format!("GET /2013-04-01/hostedzone/{private}"), "")
        .await
        .unwrap();
    assert_eq!(gone.tag("Code"), Some("NoSuchHostedZone"));
}

#[tokio::test]
async fn each_policy_is_listed_with_its_own_fields() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (policy, tag) in Routing::POLICIES.into_iter().zip([
        "CountryCode",
        "AWSRegion",
        "MultiValueAnswer",
        "CollectionId",
        "TrafficPolicyInstanceId",
        "Region",
        "Failover",
        "Weight",
    ]) {
        world.inject(fault(&format!("routed:{policy}"))).unwrap();
        let line = format!("GET {ZONE}/rrset?name=apps.example.nhs.test");
        let listed = route53(&world, &line, "").await.unwrap();
        assert!(listed.tag(tag).is_some(), "{policy}: {}", listed.body);
        // The address stays, and a simple swap no longer fits.
        assert_eq!(listed.tag("Value"), Some("192.0.2.10"));
        let swapped = swap(&world, &set(300, "192.0.2.10"), &set(300, "198.51.100.20"), "x").await;
        assert_eq!(
            swapped.unwrap().tag("Code"),
            Some("InvalidChangeBatch"),
            "{policy}"
        );
    }
}

/// What the first resolver answers.
async fn ask(world: &World, name: &str, kind: RecordType) -> Vec<String> {
    let answer = udp(world.handle().resolvers[0].addr, name, kind, true).await;
    answer
        .answers
        .iter()
        .map(|record| record.data.to_string())
        .collect()
}

/// The address that the resolver gives for a name; none where it gives none.
async fn address(world: &World, name: &str) -> Option<String> {
    ask(world, name, RecordType::A).await.last().cloned()
}

#[tokio::test]
async fn a_white_label_delegation_has_the_addresses_of_the_servers() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let before = ask(&world, "example.nhs.test.", RecordType::NS).await;
    assert!(
        before.iter().all(|server| server.ends_with(".rehearsal.test.")),
        "{before:?}"
    );
    world.inject(fault("other-zone:white-label-copy")).unwrap();
    let mut servers = ask(&world, "example.nhs.test.", RecordType::NS).await;
    servers.sort();
    assert_eq!(servers[0], "ns1.example.nhs.test.");
    for n in 1..=4 {
        let white = address(&world, &format!("ns{n}.example.nhs.test.")).await;
        let own = address(&world, &format!("ns-{n}.rehearsal.test.")).await;
        assert!(white.is_some() && white == own, "{n}: {white:?} {own:?}");
        let stand_in = world.handle().stand_ins()[&white.unwrap().parse::<std::net::IpAddr>().unwrap()];
        assert_eq!(stand_in, world.handle().name_servers[n - 1].addr);
    }
    let five = address(&world, "ns-5.rehearsal.test.").await.unwrap();
    assert!(
        !world
            .handle()
            .stand_ins()
            .contains_key(&five.parse::<std::net::IpAddr>().unwrap())
    );
    assert_eq!(world.lift("other-zone").unwrap(), 1);
    assert_eq!(ask(&world, "example.nhs.test.", RecordType::NS).await, before);
}
