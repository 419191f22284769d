//! What is not safe is refused by name.

use switchback_engine::ports::{Action as _, ProviderErrorKind};
use switchback_model::Image;
use switchback_model::dns::{RecordSet, RecordType};

use crate::tests::{OLD, a, alias, apps, image, name, set_ttl, switch};

#[test]
fn a_cname_does_not_join_records_of_other_types() {
    let Image::RecordSets {
        zone_id, name, sets, ..
    } = image(vec![a(300, OLD)])
    else {
        panic!("an image of record sets")
    };
    let crowded = Image::RecordSets {
        zone_id,
        name,
        sets,
        beside: vec!["MX".to_owned(), "TXT".to_owned()],
    };
    let cname = RecordSet::values(
        apps(),
        RecordType::Cname,
        60,
        vec!["new.example.nhs.test".to_owned()],
    );
    let refused = switch(vec![cname]).plan(&crowded, None).unwrap_err();
    assert_eq!(refused.kind, ProviderErrorKind::Refused);
    assert!(refused.message.contains("(MX, TXT)"), "{}", refused.message);
    let preview = switch(vec![alias(RecordType::A)]).plan(&crowded, None).unwrap();
    let Image::RecordSets { beside, .. } = preview.to else {
        panic!("an image of record sets")
    };
    assert_eq!(beside, ["MX", "TXT"]);
}

#[test]
fn what_is_not_safe_is_refused_by_name() {
    for routing in [
        "traffic policy",
        "geolocation",
        "geoproximity",
        "multivalue",
        "CIDR",
    ] {
        let mut set = a(300, OLD);
        set.routing.refused = Some(routing.to_owned());
        for error in [
            set_ttl(60).plan(&image(vec![set.clone()]), None).unwrap_err(),
            switch(vec![alias(RecordType::A)])
                .plan(&image(vec![set.clone()]), None)
                .unwrap_err(),
            switch(vec![alias(RecordType::A)])
                .plan(&image(vec![a(60, OLD)]), Some(&image(vec![set])))
                .unwrap_err(),
        ] {
            assert_eq!(error.kind, ProviderErrorKind::Refused);
            assert!(error.message.contains(routing) && error.hint.is_some(), "{error}");
        }
    }
    let from = image(vec![a(60, OLD)]);
    let cname = || {
        RecordSet::values(
            apps(),
            RecordType::Cname,
            60,
            vec!["new.example.nhs.test".to_owned()],
        )
    };
    let mut elsewhere = a(60, "198.51.100.20");
    elsewhere.name = name("other.example.nhs.test");
    for to in [
        vec![],
        vec![cname(), a(60, OLD)],
        vec![a(60, OLD), a(60, "192.0.2.11")],
        vec![elsewhere],
    ] {
        assert_eq!(
            switch(to).plan(&from, None).unwrap_err().kind,
            ProviderErrorKind::Refused
        );
    }
    assert_eq!(
        set_ttl(60).plan(&image(vec![]), None).unwrap_err().kind,
        ProviderErrorKind::Refused
    );
    assert_eq!(
        set_ttl(u32::MAX).plan(&from, None).unwrap_err().kind,
        ProviderErrorKind::Refused
    );
    let Image::RecordSets {
        name: owner, sets, ..
    } = from.clone()
    else {
        panic!("an image of record sets")
    };
    let other = Image::RecordSets {
        zone_id: "Z1OTHER".to_owned(),
        name: owner,
        sets,
        beside: Vec::new(),
    };
    assert_eq!(
        set_ttl(60).plan(&other, None).unwrap_err().kind,
        ProviderErrorKind::Refused
    );
}
