use switchback_engine::ports::{Identity, ProviderErrorKind};
use switchback_model::plan::{Target, TargetKind};
use switchback_model::{Observers, TargetName};

use crate::assert_identity;
use crate::guard::{masked, role_of};

fn target(kind: TargetKind, role: Option<&str>) -> Target {
    Target {
        name: TargetName::new("prod").unwrap(),
        kind,
        account: "123456789012".to_owned(),
        region: "eu-west-2".to_owned(),
        role: role.map(str::to_owned),
        profile: None,
        observers: Observers::default(),
        resolvers: std::collections::BTreeMap::new(),
        name_servers: std::collections::BTreeMap::new(),
        pools: std::collections::BTreeMap::new(),
    }
}

fn caller(arn: &str) -> Identity {
    let account = arn.split(':').nth(4).unwrap().to_owned();
    Identity {
        account,
        arn: arn.to_owned(),
    }
}

#[test]
fn only_the_asserted_account_and_role_pass() {
    use TargetKind::{Preproduction, Production};
    let table = [
        (
            Production,
            Some("operator"),
            "arn:aws:sts::123456789012:assumed-role/operator/me",
            true,
        ),
        (
            Production,
            Some("Operator"),
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/me@example.nhs.test",
            true,
        ),
        (
            Production,
            Some("Oper"),
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Oper_ator_0123456789abcdef/me",
            false,
        ),
        (
            Production,
            Some("Operator"),
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Operator_x/me",
            false,
        ),
        (
            Production,
            Some("operator"),
            "arn:aws:sts::123456789012:assumed-role/Operator/me",
            false,
        ),
        (
            Production,
            Some("operator"),
            "arn:aws:sts::210987654321:assumed-role/operator/me",
            false,
        ),
        (
            Production,
            Some("operator"),
            "arn:aws:iam::123456789012:user/operator",
            false,
        ),
        (
            Production,
            Some("operator"),
            "arn:aws:iam::123456789012:root",
            false,
        ),
        (
            Production,
            Some("operator"),
            "arn:aws:sts::123456789012:federated-user/operator",
            false,
        ),
        (
            Production,
            None,
            "arn:aws:sts::123456789012:assumed-role/operator/me",
            false,
        ),
        (Preproduction, None, "arn:aws:iam::123456789012:user/me", true),
        (Preproduction, None, "arn:aws:iam::210987654321:user/me", false),
    ];
    for (kind, role, arn, allowed) in table {
        let result = assert_identity(&target(kind, role), &caller(arn));
        assert_eq!(result.is_ok(), allowed, "{kind:?} {role:?} {arn}");
        if let Err(error) = result {
            assert_eq!(error.kind, ProviderErrorKind::Guard);
            assert!(error.hint.is_some());
            assert!(!error.message.contains("123456789012") && !error.message.contains("210987654321"));
        }
    }
}

#[test]
fn an_account_is_masked_and_both_sides_are_named() {
    let other = caller("arn:aws:sts::210987654321:assumed-role/operator/me");
    let error = assert_identity(&target(TargetKind::Production, Some("operator")), &other).unwrap_err();
    assert_eq!(
        error.message,
        "These credentials are for account …4321, but target prod is account …9012"
    );
    assert_eq!(masked("1"), "…1");
    assert_eq!(role_of("arn:aws-us-gov:sts::1:assumed-role/a/b"), Some("a"));
    for none in [
        "",
        "arn:aws:sts::1:assumed-role/",
        "arn:aws:sts::1:assumed-role/a",
        "arn:aws:iam::1:role/a",
    ] {
        assert_eq!(role_of(none), None, "{none}");
    }
}
