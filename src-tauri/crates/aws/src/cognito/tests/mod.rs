#![expect(clippy::unwrap_used, reason = "tests")]

mod ask;
mod client;
mod hcl;
mod pool;
mod rehearsed;
mod told;

use switchback_model::cognito::{ClientExpectation, MfaMode, PoolExpectation, PreTokenVersion};

use super::found::Found;

/// The mend of a wrong one; a right one has none.
#[track_caller]
fn mend(found: Found) -> String {
    found.mend.unwrap()
}

#[track_caller]
fn right(found: &Found) {
    assert_eq!(found.mend, None, "{}", found.observed);
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// All that is expected of the new pool. The pool, its functions, its client and its domain have other
/// names in each world.
fn expectations(
    [migrate, token]: [&str; 2],
    from: &str,
    client: ClientExpectation,
    domain: &str,
) -> Vec<PoolExpectation> {
    vec![
        PoolExpectation::PasswordPolicy {
            minimum_length: 8,
            temporary_days: 7,
        },
        PoolExpectation::Triggers {
            user_migration: Some(migrate.to_owned()),
            pre_token: Some(token.to_owned()),
            pre_token_version: Some(PreTokenVersion::V2),
        },
        PoolExpectation::SignInNames {
            username_attributes: words(&["email"]),
            case_sensitive: false,
        },
        PoolExpectation::DeletionProtection,
        PoolExpectation::AdminCreateOnly,
        PoolExpectation::Recovery,
        PoolExpectation::Email {
            from: from.to_owned(),
        },
        PoolExpectation::Mfa {
            mfa: MfaMode::Optional,
        },
        PoolExpectation::Client(client),
        PoolExpectation::Domain {
            domain: domain.to_owned(),
        },
    ]
}
