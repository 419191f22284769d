//! Zones beside the one that holds the name, and routing policies that nobody may switch.

use switchback_rehearsal::{Fault, OtherZone, Routing, World};

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
