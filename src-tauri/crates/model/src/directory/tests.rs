#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn a_person_is_never_shown_by_accident() {
    let email = Personal::new("jo.bloggs@example.nhs.test");
    assert_eq!(format!("{email:?}"), "Personal(•••)");
    assert_eq!(email.masked(), "j•••@example.nhs.test");
    assert_eq!(Personal::new("Bloggs").masked(), "B•••");
    assert_eq!(Personal::new("").masked(), "");
    assert_eq!(email.revealed(), "jo.bloggs@example.nhs.test");
    let filter = Filter::new(LookupBy::Email, "jo.bloggs@example.nhs.test").unwrap();
    assert!(!format!("{filter:?}").contains("bloggs"));
}

#[test]
fn a_value_never_leaves_its_quotes() {
    let text = |value: &str| Filter::new(LookupBy::FamilyNamePrefix, value).unwrap().text();
    assert_eq!(text("Bloggs"), "family_name ^= \"Bloggs\"");
    assert_eq!(text("\" or sub = \""), "family_name ^= \"\\\" or sub = \\\"\"");
    assert_eq!(text("a\\\""), "family_name ^= \"a\\\\\\\"\"");
}

#[test]
fn what_can_not_be_searched_for_is_named() {
    let of = |value: &str| Filter::new(LookupBy::Email, value).unwrap_err();
    assert_eq!(of(""), NotAFilter::Empty);
    assert_eq!(of("a\nb"), NotAFilter::ControlCharacter);
    assert_eq!(of(&"a".repeat(247)), NotAFilter::TooLong { limit: 246 });
}

#[test]
fn a_pool_says_its_region() {
    assert_eq!(PoolId::new("eu-west-2_EXAMPLE1").unwrap().region(), "eu-west-2");
    for wrong in [
        "",
        "EXAMPLE1",
        "eu-west-2_",
        "_A",
        "eu-west-2_a/b",
        "EU-WEST-2_a",
        "eu-west-2_é",
    ] {
        assert!(PoolId::new(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_state_has_its_word() {
    for word in [
        "CONFIRMED",
        "FORCE_CHANGE_PASSWORD",
        "RESET_REQUIRED",
        "UNCONFIRMED",
        "EXTERNAL_PROVIDER",
        "ARCHIVED",
        "COMPROMISED",
        "UNKNOWN",
    ] {
        assert_eq!(AccountStatus::from_api(word).word(), word);
    }
    assert_eq!(AccountStatus::from_api("NEW_WORD"), AccountStatus::Unknown);
}
