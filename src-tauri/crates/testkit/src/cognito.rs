//! What a user pool is expected to be. The worlds that the checks are tried in name its parts differently.

use switchback_model::cognito::{ClientExpectation, MfaMode, PoolExpectation, PreTokenVersion};

/// The parts of a pool that have another name in each world.
#[derive(Debug, Clone, Copy)]
pub struct NewPool<'a> {
    /// The ARN of the migrate-user function.
    pub migrate_user: &'a str,
    /// The ARN of the pre-token function.
    pub pre_token: &'a str,
    /// Where mail to users comes from.
    pub from: &'a str,
    /// Whether a second factor is asked for.
    pub mfa: MfaMode,
    /// The app client's id.
    pub client: &'a str,
    /// The addresses that the client may send people to.
    pub callbacks: &'a [&'a str],
    /// The sign-in domain.
    pub domain: &'a str,
}

impl NewPool<'_> {
    /// Every expectation that there is, once.
    #[must_use]
    pub fn expectations(&self) -> Vec<PoolExpectation> {
        vec![
            PoolExpectation::PasswordPolicy {
                minimum_length: 8,
                temporary_days: 7,
            },
            PoolExpectation::Triggers {
                user_migration: Some(self.migrate_user.to_owned()),
                pre_token: Some(self.pre_token.to_owned()),
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
                from: self.from.to_owned(),
            },
            PoolExpectation::Mfa { mfa: self.mfa },
            PoolExpectation::Client(client(self.client, self.callbacks)),
            PoolExpectation::Domain {
                domain: self.domain.to_owned(),
            },
        ]
    }
}

/// An app client that signs in with a password, renews, and has no secret.
#[must_use]
pub fn client(id: &str, callbacks: &[&str]) -> ClientExpectation {
    ClientExpectation {
        client_id: id.to_owned(),
        flows: words(&["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]),
        callback_urls: words(callbacks),
        logout_urls: words(&["https://apps.example.nhs.test/signed-out"]),
        secret: false,
        providers: words(&["COGNITO"]),
    }
}

/// As lists of the model and the SDK want them.
#[must_use]
pub fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
