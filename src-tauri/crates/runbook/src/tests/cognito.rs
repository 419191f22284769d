//! The checks of Cognito as written, and what is refused.

use switchback_model::CheckKind;
use switchback_model::cognito::{ClientExpectation, CognitoCheck, PoolExpectation, PreTokenVersion};

use super::{errors, runbook, target};

const AT: &str = "[[phase.step.before]]\nid = \"wait\"";

fn with(kind: &str, keys: &str) -> String {
    format!(
        "[[phase.step.before]]\nid = \"pool\"\ntitle = \"The pool\"\nkind = \"{kind}\"\npool_id = \"eu-west-2_EXAMPLE\"\n{keys}\n\n{AT}"
    )
}

#[track_caller]
fn read(kind: &str, keys: &str) -> PoolExpectation {
    let plan = crate::resolve(&runbook(&[(AT, &with(kind, keys))]), &target(&[])).unwrap();
    let step = plan
        .steps()
        .find(|step| step.before.iter().any(|c| c.id.as_str() == "pool"));
    let spec = step
        .unwrap()
        .before
        .iter()
        .find(|c| c.id.as_str() == "pool")
        .unwrap();
    assert_eq!(spec.kind.id(), kind);
    let CheckKind::Cognito(CognitoCheck { pool_id, expected }) = &spec.kind else {
        panic!("{spec:?}");
    };
    assert_eq!(pool_id, "eu-west-2_EXAMPLE");
    expected.clone()
}

#[test]
fn what_is_left_out_is_the_safe_expectation() {
    assert_eq!(
        read("cognito.password_policy", ""),
        PoolExpectation::PasswordPolicy {
            minimum_length: 8,
            temporary_days: 7
        }
    );
    assert_eq!(
        read("cognito.sign_in_names", ""),
        PoolExpectation::SignInNames {
            username_attributes: vec!["email".to_owned()],
            case_sensitive: false
        }
    );
    assert_eq!(
        read(
            "cognito.client",
            "client_id = \"c\"\nflows = [\"ALLOW_USER_PASSWORD_AUTH\", \"ALLOW_REFRESH_TOKEN_AUTH\"]\n\
             callback_urls = [\"https://b/\", \"https://a/\"]\nlogout_urls = []"
        ),
        PoolExpectation::Client(ClientExpectation {
            client_id: "c".to_owned(),
            flows: vec![
                "ALLOW_REFRESH_TOKEN_AUTH".to_owned(),
                "ALLOW_USER_PASSWORD_AUTH".to_owned()
            ],
            callback_urls: vec!["https://a/".to_owned(), "https://b/".to_owned()],
            logout_urls: vec![],
            secret: false,
            providers: vec!["COGNITO".to_owned()],
        })
    );
    assert_eq!(
        read(
            "cognito.triggers",
            "pre_token = \"arn\"\npre_token_version = \"V2_0\""
        ),
        PoolExpectation::Triggers {
            user_migration: None,
            pre_token: Some("arn".to_owned()),
            pre_token_version: Some(PreTokenVersion::V2)
        }
    );
    for kind in [
        "cognito.deletion_protection",
        "cognito.admin_create_only",
        "cognito.recovery",
    ] {
        assert_eq!(read(kind, "").id(), kind);
    }
}

#[test]
fn what_could_never_hold_is_refused() {
    for (kind, keys, code) in [
        ("cognito.password_policy", "minimum_length = 5", "out-of-bounds"),
        ("cognito.password_policy", "temporary_days = 0", "out-of-bounds"),
        ("cognito.triggers", "", "missing-key"),
        ("cognito.triggers", "pre_token_version = \"V2_0\"", "missing-key"),
        (
            "cognito.triggers",
            "pre_token = \"a\"\npre_token_version = \"V4\"",
            "unknown-word",
        ),
        (
            "cognito.sign_in_names",
            "username_attributes = [\"mail\"]",
            "unknown-word",
        ),
        ("cognito.email", "", "missing-key"),
        ("cognito.mfa", "mfa = \"sometimes\"", "unknown-word"),
        (
            "cognito.client",
            "client_id = \"c\"\nflows = [\"SRP\"]\ncallback_urls = []\nlogout_urls = []",
            "unknown-word",
        ),
        (
            "cognito.client",
            "client_id = \"c\"\nflows = []\ncallback_urls = \"a\"\nlogout_urls = []",
            "wrong-type",
        ),
        ("cognito.domain", "", "missing-key"),
        ("cognito.recovery", "mfa = \"off\"", "unknown-key"),
    ] {
        let found = errors(&[(AT, &with(kind, keys))]);
        assert!(found.contains(code), "{kind} {keys:?}: {found}");
    }
    let bad = with("cognito.recovery", "").replace("eu-west-2_EXAMPLE", "EXAMPLE");
    assert!(errors(&[(AT, &bad)]).contains("invalid-pool"));
}
