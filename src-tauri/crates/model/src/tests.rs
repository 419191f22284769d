#![allow(clippy::unwrap_used)]

use crate::dns::{DnsName, RecordSet, RecordType};
use crate::preview::ApiCall;
use crate::{Captured, Digest, Event, EventKind, Image, Opened, Sealed, StepId};

#[test]
fn names_are_brought_into_one_form() {
    for (text, normal) in [
        ("Apps.Example.NHS.test", "apps.example.nhs.test."),
        ("apps.example.nhs.test.", "apps.example.nhs.test."),
        ("\\052.example.nhs.test", "*.example.nhs.test."),
    ] {
        assert_eq!(DnsName::new(text).unwrap().as_str(), normal);
        assert_eq!(DnsName::try_from(text.to_owned()).unwrap().as_str(), normal);
    }
    for bad in [
        "",
        ".",
        "a..b",
        "a b.test",
        "a/b.test",
        "<x>.test",
        &"a".repeat(64),
    ] {
        assert!(DnsName::new(bad).is_err(), "{bad:?}");
        for bad in [bad.to_owned(), format!("{bad}."), format!("{bad}.test.")] {
            assert_eq!(
                DnsName::try_from(bad.clone()).is_ok(),
                DnsName::new(&bad).is_ok(),
                "{bad:?}"
            );
        }
    }
    let zone = DnsName::new("example.nhs.test").unwrap();
    assert!(DnsName::new("apps.example.nhs.test").unwrap().is_within(&zone));
    assert!(
        !DnsName::new("apps.other-example.nhs.test")
            .unwrap()
            .is_within(&zone)
    );
}

#[test]
fn values_have_no_order() {
    let name = DnsName::new("apps.example.nhs.test").unwrap();
    let one = RecordSet::values(
        name.clone(),
        RecordType::A,
        60,
        vec!["192.0.2.2".into(), "192.0.2.10".into()],
    );
    let two = RecordSet::values(
        name,
        RecordType::A,
        60,
        vec!["192.0.2.10".into(), "192.0.2.2".into()],
    );
    assert_eq!(Digest::of(&one), Digest::of(&two));
    assert_eq!(
        one.line(),
        "A apps.example.nhs.test 192.0.2.10, 192.0.2.2 TTL 60 s"
    );
}

#[test]
fn ids_refuse_what_could_be_markup_path_or_word() {
    for bad in ["", "a b", "../x", "<b>", "-x", "a;b", "é", &"x".repeat(65)] {
        assert!(StepId::new(bad).is_err(), "{bad:?}");
    }
    assert_eq!(StepId::new("mid.3").unwrap().as_str(), "mid.3");
}

#[test]
fn a_command_for_the_shell_keeps_quotes_inside() {
    let call = ApiCall {
        service: "route53".into(),
        operation: "ChangeResourceRecordSets".into(),
        parameters: serde_json::json!({"Comment": "it's; rm -rf"}).into(),
    };
    let command = call.as_cli();
    let words = shlex::split(&command).unwrap();
    assert_eq!(
        words,
        [
            "aws",
            "route53",
            "change-resource-record-sets",
            "--cli-input-json",
            r#"{"Comment":"it's; rm -rf"}"#
        ],
        "{command}"
    );
}

/// On a screen, on paper and in a script it is the same text, and no terminal obeys any of it.
#[test]
fn a_command_holds_nothing_that_is_obeyed_or_unseen_and_says_the_same_to_the_letter() {
    let value =
        "family \u{1f468}\u{200d}\u{1f469}, soft\u{ad}hyphen, \u{9b}2J, \u{202e}turned\u{2028}\u{e0041}'";
    let call = ApiCall {
        service: "ssm".to_owned(),
        operation: "PutParameter".to_owned(),
        parameters: serde_json::json!({ "Value": value }).into(),
    };
    let command = call.as_cli();
    let bad = |c: char| crate::text::is_obeyed(c) || crate::text::is_unseen(c);
    assert!(!command.chars().any(bad), "{command:?}");
    let words = shlex::split(&command).unwrap();
    let said: serde_json::Value = serde_json::from_str(words.last().unwrap()).unwrap();
    assert_eq!(said["Value"], value);
}

#[test]
fn an_opened_image_is_written_as_its_sealed_form_only() {
    let name = DnsName::new("apps.example.nhs.test").unwrap();
    let image = Image::RecordSets {
        zone_id: "Z0000EXAMPLE".to_owned(),
        name: name.clone(),
        sets: vec![RecordSet::values(
            name,
            RecordType::A,
            60,
            vec!["192.0.2.77".into()],
        )],
        beside: Vec::new(),
    };
    let sealed = Sealed::from_parts("k".to_owned(), "n".to_owned(), "c".to_owned());
    let opened = Captured::Opened(Opened::new(image.clone(), sealed.clone()));
    assert_eq!(opened.readable(), Some(&image));
    assert_eq!(opened.clear(), None, "a plain file never gets it");
    let written = serde_json::to_string(&opened).unwrap();
    assert_eq!(
        written,
        serde_json::to_string(&Captured::Sealed(sealed.clone())).unwrap()
    );
    let read: Captured = serde_json::from_str(&written).unwrap();
    assert_eq!(read, Captured::Sealed(sealed));
    assert_eq!(read.readable(), None);
    for shown in [written, format!("{opened:?}")] {
        assert!(!shown.contains("192.0.2.77"), "{shown}");
    }
}

#[test]
fn an_operation_is_spelt_as_the_aws_cli_spells_it() {
    // The right column is what botocore's own `xform_name` gives.
    for (operation, spelt) in [
        ("ChangeResourceRecordSets", "change-resource-record-sets"),
        ("PutParameter", "put-parameter"),
        ("UpdateWebACL", "update-web-acl"),
        ("GetWebACLForResource", "get-web-acl-for-resource"),
        ("ListWebACLs", "list-web-acls"),
        ("ListCAs", "list-cas"),
        ("ListHITs", "list-hits"),
        ("CreateHITType", "create-hit-type"),
        ("CreateDBInstance", "create-db-instance"),
        ("DescribeSSLPolicies", "describe-ssl-policies"),
        ("UpdateIPSet", "update-ip-set"),
        ("GetV2LoggingStatus", "get-v2-logging-status"),
        ("GetUserPoolMfaConfig", "get-user-pool-mfa-config"),
    ] {
        assert_eq!(crate::preview::cli_word(operation), spelt);
    }
}

#[test]
fn each_kind_has_a_word_of_its_own() {
    let actions = crate::ActionWord::ALL.iter().map(|word| word.text());
    let checks = crate::CheckWord::ALL.iter().map(|word| word.text());
    // A check and an action of one thing have one word.
    for all in [actions.collect::<Vec<&str>>(), checks.collect()] {
        let once: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), once.len());
    }
}

/// The kind stands first and the event flat beside its number and time; read, they may stand in any order.
#[test]
fn an_event_stands_flat_in_its_line() {
    let line = r#"{"seq":7,"at":"2026-03-01T20:00:00Z","event":"resumed","gap_ms":5}"#;
    let event: Event = serde_json::from_str(line).unwrap();
    assert_eq!(event.kind, EventKind::Resumed { gap_ms: 5 });
    assert_eq!(serde_json::to_string(&event).unwrap(), line);
    let otherwise =
        serde_json::json!({"gap_ms": 5, "event": "resumed", "at": "2026-03-01T20:00:00Z", "seq": 7});
    assert_eq!(serde_json::from_value::<Event>(otherwise).unwrap(), event);
    for body in [
        r#"{"event":"resumed","gap_ms":5}"#,
        r#"{"event":"stopped"}"#,
        r#"{"event":"rollback_completed"}"#,
    ] {
        let kind = EventKind::read(body).unwrap();
        assert!(!matches!(kind, EventKind::Unknown(_)), "{body}");
        assert_eq!(serde_json::to_string(&kind).unwrap(), body);
    }
    let refused = serde_json::from_str::<EventKind>(r#"{"event":"resumed"}"#).unwrap_err();
    assert!(refused.to_string().contains("gap_ms"), "{refused}");
}
