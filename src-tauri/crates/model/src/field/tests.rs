#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::dns::{AliasTarget, DnsName, RecordData, RecordSet, Routing};

fn name() -> DnsName {
    DnsName::new("apps.example.nhs.test").unwrap()
}

fn set(kind: RecordType, ttl: u32, value: &str) -> RecordSet {
    RecordSet::values(name(), kind, ttl, vec![value.to_owned()])
}

fn alias() -> RecordSet {
    RecordSet {
        name: name(),
        kind: RecordType::A,
        data: RecordData::Alias(AliasTarget {
            zone_id: "Z2FDTNDATAQYW2".to_owned(),
            name: DnsName::new("d111111abcdef8.cloudfront.net").unwrap(),
            evaluate_target_health: false,
        }),
        routing: Routing::default(),
    }
}

fn image(mut sets: Vec<RecordSet>) -> Image {
    sets.sort();
    Image::RecordSets {
        zone_id: "Z0000EXAMPLE".to_owned(),
        name: name(),
        sets,
        beside: vec![],
    }
}

fn choices(text: &str) -> FieldChoices {
    text.split_whitespace()
        .map(|pair| {
            let (field, how) = pair.split_once('=').unwrap();
            let choice = if how == "keep" {
                FieldChoice::Keep
            } else {
                FieldChoice::Restore
            };
            (field.to_owned(), choice)
        })
        .collect()
}

const A: RecordType = RecordType::A;
const AAAA: RecordType = RecordType::Aaaa;
const CNAME: RecordType = RecordType::Cname;

#[test]
fn the_target_is_put_together_as_chosen() {
    // before: A old, 900 s. ours: A new, 60 s.
    let (before, ours) = (vec![set(A, 900, "192.0.2.10")], vec![set(A, 60, "198.51.100.20")]);
    let other = vec![set(A, 77, "198.51.100.99")];
    type Row = (
        Vec<RecordSet>,
        &'static str,
        Result<Vec<RecordSet>, FieldError>,
        &'static [&'static str],
        bool,
    );
    let table: Vec<Row> = vec![
        (
            other.clone(),
            "ttl=restore A=restore",
            Ok(before.clone()),
            &[],
            false,
        ),
        (
            other.clone(),
            "ttl=keep A=keep",
            Ok(other.clone()),
            &["ttl", "A"],
            false,
        ),
        (
            other.clone(),
            "ttl=keep A=restore",
            Ok(vec![set(A, 77, "192.0.2.10")]),
            &["ttl"],
            false,
        ),
        (
            other,
            "ttl=restore A=keep",
            Ok(vec![set(A, 900, "198.51.100.99")]),
            &["A"],
            false,
        ),
        // Somebody put an address of the other family beside ours: ours may stay without it.
        (
            vec![set(A, 60, "198.51.100.20"), set(AAAA, 60, "2001:db8::1")],
            "ttl=keep A=keep AAAA=restore",
            Ok(ours.clone()),
            &["ttl", "A"],
            true,
        ),
        (
            vec![set(A, 60, "198.51.100.20"), set(AAAA, 60, "2001:db8::1")],
            "ttl=restore A=restore AAAA=keep",
            Ok(vec![set(A, 900, "192.0.2.10"), set(AAAA, 900, "2001:db8::1")]),
            &["AAAA"],
            false,
        ),
        // A choice for a field that is as before anyway changes nothing.
        (
            vec![set(A, 900, "198.51.100.99")],
            "ttl=restore A=keep AAAA=restore CNAME=keep",
            Ok(vec![set(A, 900, "198.51.100.99")]),
            &["A"],
            false,
        ),
        // Another type of answer.
        (
            vec![set(CNAME, 30, "other.example.nhs.test")],
            "ttl=restore A=restore CNAME=keep",
            Err(FieldError::CnameBeside),
            &[],
            false,
        ),
        (
            vec![set(CNAME, 30, "other.example.nhs.test")],
            "ttl=restore A=keep CNAME=keep",
            Ok(vec![set(CNAME, 900, "other.example.nhs.test")]),
            &["A", "CNAME"],
            false,
        ),
        (
            vec![set(CNAME, 30, "other.example.nhs.test")],
            "ttl=keep A=keep CNAME=restore",
            Err(FieldError::NothingLeft),
            &[],
            false,
        ),
        // An alias has no TTL of its own, so there is none to keep.
        (
            vec![alias()],
            "ttl=keep A=restore",
            Ok(before.clone()),
            &["ttl"],
            false,
        ),
        (
            vec![alias()],
            "ttl=restore A=keep",
            Ok(vec![alias()]),
            &["A"],
            false,
        ),
        (vec![], "ttl=restore A=restore", Ok(before.clone()), &[], false),
    ];
    for (found, how, wanted, kept, effect_stays) in table {
        let three = three_way(
            &image(before.clone()),
            &image(ours.clone()),
            &image(found),
            &choices(how),
        );
        match wanted {
            Err(error) => assert_eq!(three.unwrap_err(), error, "{how}"),
            Ok(wanted) => {
                let three = three.unwrap();
                assert_eq!(three.to, Some(image(wanted)), "{how}");
                assert_eq!(three.kept(), kept, "{how}");
                assert_eq!(three.effect_stays(), effect_stays, "{how}");
            }
        }
    }
}

#[test]
fn nothing_is_put_together_before_every_difference_is_spoken_of() {
    let (before, ours) = (
        image(vec![set(A, 900, "192.0.2.10")]),
        image(vec![set(A, 60, "192.0.2.10")]),
    );
    let found = image(vec![set(A, 77, "198.51.100.99")]);
    let three = three_way(&before, &ours, &found, &choices("")).unwrap();
    assert_eq!((three.undecided(), three.to.clone()), (vec!["ttl", "A"], None));
    let row = &three.rows[0];
    assert_eq!(
        (row.before.as_str(), row.ours.as_str(), row.found.as_str()),
        ("900 s", "60 s", "77 s")
    );
    let three = three_way(&before, &ours, &found, &choices("ttl=keep")).unwrap();
    assert_eq!(three.undecided(), ["A"]);
    let unknown = three_way(&before, &ours, &found, &choices("values=keep")).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "There is no field values: there are ttl, A, AAAA, CNAME."
    );
    let elsewhere = Image::RecordSets {
        zone_id: "Z1111EXAMPLE".to_owned(),
        name: name(),
        sets: vec![],
        beside: vec![],
    };
    assert_eq!(
        three_way(&before, &ours, &elsewhere, &choices("")),
        Err(FieldError::OtherObject)
    );
}

#[test]
fn several_ttls_are_restored_each_to_its_own_or_not_at_all() {
    let before = image(vec![set(A, 900, "192.0.2.10"), set(AAAA, 300, "2001:db8::1")]);
    let found = image(vec![set(A, 60, "192.0.2.10"), set(AAAA, 60, "2001:db8::1")]);
    let three = three_way(&before, &found, &found, &choices("ttl=restore")).unwrap();
    assert_eq!(three.to, Some(before.clone()));
    assert_eq!(three.rows[0].before, "A 900 s; AAAA 300 s");
    let found = image(vec![set(CNAME, 60, "other.example.nhs.test")]);
    let how = choices("ttl=restore A=keep AAAA=keep CNAME=keep");
    assert_eq!(
        three_way(&before, &found, &found, &how),
        Err(FieldError::NoTtl(CNAME))
    );
}

fn any_sets() -> impl Strategy<Value = Vec<RecordSet>> {
    let addresses = (
        proptest::option::of((30u32..90, 0u8..3)),
        proptest::option::of((30u32..90, 0u8..3)),
    );
    let both = addresses.prop_map(|(v4, v6)| {
        let v4 = v4.map(|(ttl, last)| set(A, ttl, &format!("192.0.2.{last}")));
        let v6 = v6.map(|(ttl, last)| set(AAAA, ttl, &format!("2001:db8::{}", last + 1)));
        v4.into_iter().chain(v6).collect()
    });
    let cname =
        (30u32..90, 0u8..3).prop_map(|(ttl, n)| vec![set(CNAME, ttl, &format!("n{n}.example.nhs.test"))]);
    prop_oneof![both, cname, Just(vec![alias()])]
}

proptest! {
    /// All restored is the image from before, all kept is what was found, and whatever is chosen
    /// between is valid and has each field as chosen, in words as in sets.
    #[test]
    fn every_choice_means_what_it_says(
        before in any_sets(), ours in any_sets(), found in any_sets(), keep in any::<[bool; 4]>(),
    ) {
        let all = |choice| ["ttl", "A", "AAAA", "CNAME"].map(|f| (f.to_owned(), choice)).into();
        let (before, ours, found) = (image(before), image(ours), image(found));
        let three = |choices: &FieldChoices| three_way(&before, &ours, &found, choices);
        // Where the words of every field are the same, so are the sets, up to the TTL that an alias has not.
        prop_assert_eq!(three(&all(FieldChoice::Restore)).unwrap().to, Some(before.clone()));
        prop_assert_eq!(three(&all(FieldChoice::Keep)).unwrap().to, Some(found.clone()));
        let mixed: FieldChoices = ["ttl", "A", "AAAA", "CNAME"].into_iter().zip(keep)
            .map(|(f, keep)| (f.to_owned(), if keep { FieldChoice::Keep } else { FieldChoice::Restore }))
            .collect();
        if let Ok(chosen) = three(&mixed) {
            let to = chosen.to.clone().unwrap();
            let then = three_way(&before, &ours, &to, &FieldChoices::new()).unwrap();
            for (row, after) in chosen.rows.iter().zip(&then.rows).skip(1) {
                let wanted = if row.choice == Some(FieldChoice::Keep) { &row.found } else { &row.before };
                prop_assert_eq!(wanted, &after.found);
            }
        }
    }
}

/// The weighted sets of a type are one field: a share means nothing without the others.
#[test]
fn weighted_sets_of_a_type_are_kept_or_restored_together() {
    let weighted = |id: &str, weight: u8, ttl: u32, value: &str| RecordSet {
        routing: Routing::weighted(id.to_owned(), weight),
        ..set(A, ttl, value)
    };
    let pair = |blue: u8, green: u8, ttl: u32| {
        vec![
            weighted("blue", blue, ttl, "192.0.2.10"),
            weighted("green", green, ttl, "198.51.100.20"),
        ]
    };
    let (before, ours, found) = (
        image(pair(100, 0, 300)),
        image(pair(0, 100, 60)),
        image(pair(50, 50, 60)),
    );
    let open = three_way(&before, &ours, &found, &choices("")).unwrap();
    assert_eq!(open.undecided(), ["ttl", "A"]);
    assert_eq!(
        open.rows[1].found,
        "192.0.2.10 set \"blue\" (weight 50); 198.51.100.20 set \"green\" (weight 50)"
    );
    for (chosen, to) in [
        ("ttl=restore A=keep", pair(50, 50, 300)),
        ("ttl=keep A=restore", pair(100, 0, 60)),
        ("ttl=restore A=restore", pair(100, 0, 300)),
    ] {
        let three = three_way(&before, &ours, &found, &choices(chosen)).unwrap();
        assert_eq!(three.to, Some(image(to)), "{chosen}");
    }
    // Somebody has made the pair one record.
    let one = image(vec![set(A, 60, "203.0.113.9")]);
    let three = three_way(&before, &ours, &one, &choices("ttl=restore A=keep")).unwrap();
    assert_eq!(three.to, Some(image(vec![set(A, 300, "203.0.113.9")])));
}
