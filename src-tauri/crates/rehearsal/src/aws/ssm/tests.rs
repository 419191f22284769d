#![expect(clippy::unwrap_used, reason = "tests")]

use super::name::{self, Selector};
use super::part::{AccountRegion, Ssm};
use super::put::{self, PutParameter};
use super::{PROFILES_PARAMETER, SECRET_PARAMETER};
use crate::log::Caller;

fn caller() -> Caller {
    Caller {
        region: "eu-west-2".to_owned(),
        ..Caller::somebody_else("PutParameter")
    }
}

fn asked(name: &str, value: &str) -> PutParameter {
    PutParameter {
        name: name.to_owned(),
        value: value.to_owned(),
        kind: Some("String".to_owned()),
        ..PutParameter::default()
    }
}

/// Puts into a new world; the code of the refusal.
fn refusal(asked: &PutParameter) -> String {
    let mut ssm = Ssm::seeded(0);
    let refused = put::put(&mut ssm, &AccountRegion::own(), &caller(), asked, 1);
    refused
        .map(|_| "none".to_owned())
        .unwrap_or_else(|error| error.code)
}

#[test]
fn names_are_taken_and_refused_as_at_aws() {
    let deep = |levels: usize| "/a".repeat(levels);
    let long = |length: usize| format!("/x/{}", "y".repeat(length));
    // `arn:aws:ssm:eu-west-2:123456789012:parameter/x/` has 47 characters.
    for (name, code) in [
        ("/tis/new", "none"),
        ("root", "none"),
        ("/root", "none"),
        ("  /tis/blanks-around ", "none"),
        (deep(15).as_str(), "none"),
        (long(964).as_str(), "none"),
        (long(965).as_str(), "ValidationException"),
        (deep(16).as_str(), "HierarchyLevelLimitExceededException"),
        ("tis/new", "ValidationException"),
        ("/tis/a b", "ValidationException"),
        ("/tis//a", "ValidationException"),
        ("/tis/a/", "ValidationException"),
        ("/tis/ä", "ValidationException"),
        ("/tis/a:1", "ValidationException"),
        (
            "arn:aws:ssm:eu-west-2:123456789012:parameter/tis/a",
            "ValidationException",
        ),
        ("/", "ValidationException"),
        ("", "ValidationException"),
        ("awsome", "ValidationException"),
        ("SSM-thing", "ValidationException"),
        ("/AWS/thing", "AccessDeniedException"),
        ("/ssm/thing", "ValidationException"),
        ("/tis/aws", "none"),
    ] {
        assert_eq!(refusal(&asked(name, "x")), code, "{name}");
    }
}

#[test]
fn a_reader_names_a_version_a_label_or_an_arn() {
    let place = AccountRegion::own();
    let read = |text: &str| name::reference(text, &place, &caller()).map_err(|error| error.code);
    let arn = "arn:aws:ssm:eu-west-2:123456789012:parameter/tis/a";
    for (text, name, selector) in [
        ("/tis/a", "/tis/a", None),
        (" /tis/a ", "/tis/a", None),
        ("/tis/a:3", "/tis/a", Some(Selector::Version(3))),
        ("/tis/a:live", "/tis/a", Some(Selector::Label("live".to_owned()))),
        (arn, "/tis/a", None),
        (&format!("{arn}:3"), "/tis/a", Some(Selector::Version(3))),
    ] {
        let found = read(text).unwrap();
        assert_eq!((found.name.as_str(), found.selector), (name, selector), "{text}");
    }
    for (text, code) in [
        ("/tis/a:", "ValidationException"),
        ("/tis/a:1:2", "ValidationException"),
        ("{test}-test", "ValidationException"),
        (
            "arn:aws:ssm:eu-west-1:123456789012:parameter/tis/a",
            "ParameterNotFound",
        ),
        (
            "arn:aws:ssm:eu-west-2:210987654321:parameter/tis/a",
            "AccessDenied",
        ),
        ("arn:aws:s3:::bucket", "ValidationException"),
    ] {
        assert_eq!(read(text).unwrap_err(), code, "{text}");
    }
}

#[test]
fn a_pattern_must_match_the_whole_value() {
    let with = |pattern: &str, value: &str| PutParameter {
        allowed_pattern: Some(pattern.to_owned()),
        ..asked("/tis/a", value)
    };
    for (pattern, value, code) in [
        ("\\d{1,4}", "100", "none"),
        ("\\d{1,4}", "10,000", "ParameterPatternMismatchException"),
        ("^\\d+$", "10", "none"),
        ("a|bc", "bc", "none"),
        ("a|bc", "abc", "ParameterPatternMismatchException"),
        ("(", "x", "InvalidAllowedPatternException"),
        ("", "anything", "none"),
    ] {
        assert_eq!(refusal(&with(pattern, value)), code, "{pattern} {value}");
    }
}

#[test]
fn tiers_sizes_policies_and_keys() {
    let large = "x".repeat(4_097);
    let tier = |tier: &str, value: &str| PutParameter {
        tier: Some(tier.to_owned()),
        ..asked("/tis/a", value)
    };
    let with = |policies: &str, tier: Option<&str>| PutParameter {
        policies: Some(policies.to_owned()),
        tier: tier.map(str::to_owned),
        ..asked("/tis/a", "x")
    };
    let secret = |key: &str| PutParameter {
        kind: Some("SecureString".to_owned()),
        key_id: Some(key.to_owned()),
        ..asked("/tis/a", "x")
    };
    let notice =
        r#"[{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"20","Unit":"Days"}}]"#;
    for (asked, code) in [
        (asked("/tis/a", &large[1..]), "none"),
        (asked("/tis/a", &large), "ValidationException"),
        // Bytes count, not characters.
        (asked("/tis/a", &"ä".repeat(2_049)), "ValidationException"),
        (tier("Advanced", &large), "none"),
        (tier("Intelligent-Tiering", &large), "none"),
        (tier("Advanced", &"x".repeat(8_193)), "ValidationException"),
        (tier("Cheap", "x"), "ValidationException"),
        (asked("/tis/a", ""), "ValidationException"),
        (asked("/tis/a", "a {{ssm:other}} b"), "ValidationException"),
        (with(notice, None), "ValidationException"),
        (with(notice, Some("Advanced")), "none"),
        (with(notice, Some("Intelligent-Tiering")), "none"),
        (with("[{}]", None), "none"),
        (
            with("[{\"Type\":\"Sometimes\"}]", None),
            "InvalidPolicyTypeException",
        ),
        (with("{", None), "InvalidPolicyAttributeException"),
        (
            with("[{\"Type\":\"Expiration\"}]", Some("Advanced")),
            "NotRehearsed",
        ),
        (secret("alias/tis-usermanagement"), "none"),
        (secret("alias/aws/ssm"), "none"),
        (secret("alias/nobodys"), "InvalidKeyId"),
        // A key for what is no secret is overlooked.
        (
            PutParameter {
                key_id: Some("alias/nobodys".to_owned()),
                ..self::asked("/tis/a", "x")
            },
            "none",
        ),
        (
            PutParameter {
                kind: Some("Secret".to_owned()),
                ..self::asked("/tis/a", "x")
            },
            "ValidationException",
        ),
        (
            PutParameter {
                kind: None,
                ..self::asked("/tis/a", "x")
            },
            "ValidationException",
        ),
        (self::asked(PROFILES_PARAMETER, "x"), "ParameterAlreadyExists"),
        (
            PutParameter {
                overwrite: Some(true),
                ..self::asked(SECRET_PARAMETER, "x")
            },
            "HierarchyTypeMismatchException",
        ),
    ] {
        assert_eq!(refusal(&asked), code, "{asked:?}");
    }
}
