//! A user of a pool, and what the index of ListUsers knows of one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::json::seconds;

/// The status of a user (API reference, UserStatusType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum UserStatus {
    /// Signed up, not confirmed.
    Unconfirmed,
    /// Has a password of their own.
    Confirmed,
    /// No longer active.
    Archived,
    /// Known to be in wrong hands.
    Compromised,
    /// Cognito does not know.
    Unknown,
    /// Must ask for a code.
    ResetRequired,
    /// Was invited with a temporary password.
    ForceChangePassword,
    /// Signs in elsewhere.
    ExternalProvider,
}

impl UserStatus {
    /// As AWS writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::Archived => "ARCHIVED",
            Self::Compromised => "COMPROMISED",
            Self::Unknown => "UNKNOWN",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }
}

/// A user; every name in the world is made up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    /// The user name, unique in the pool.
    pub username: String,
    /// Its status.
    pub status: UserStatus,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether an authenticator app is set up as a second factor.
    pub authenticator: bool,
    /// World time in milliseconds since 1970.
    pub created_ms: i64,
    /// World time in milliseconds since 1970.
    pub modified_ms: i64,
    /// The password, where the world knows one: of who was brought over, the one from the old provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Standard attributes: `sub`, `email`, `email_verified`, ..
    pub attributes: BTreeMap<String, String>,
}

impl User {
    /// A confirmed user who signs in with an e-mail address; `sub` is made from the address.
    pub(crate) fn confirmed(email: &str, given_name: &str, family_name: &str, created_ms: i64) -> Self {
        let sub = sub_of(email);
        let attributes = [
            ("sub", sub.as_str()),
            ("email", email),
            ("email_verified", "true"),
            ("given_name", given_name),
            ("family_name", family_name),
        ];
        Self {
            username: sub.clone(),
            status: UserStatus::Confirmed,
            enabled: true,
            authenticator: false,
            created_ms,
            modified_ms: created_ms,
            password: None,
            attributes: attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// As ListUsers shows it, with the attributes asked for or all.
    pub(crate) fn shown(&self, only: Option<&[String]>) -> Shown<'_> {
        let asked_for = |name: &String| only.is_none_or(|only| only.contains(name));
        let attributes = self.attributes.iter().filter(|(name, _)| asked_for(name));
        Shown {
            username: &self.username,
            attributes: attributes
                .map(|(name, value)| Attribute { name, value })
                .collect(),
            user_create_date: seconds(self.created_ms),
            user_last_modified_date: seconds(self.modified_ms),
            enabled: self.enabled,
            user_status: self.status.word(),
        }
    }
}

/// A user as an answer shows one (API reference, UserType). It borrows: a page is written as it is made, because a pool
/// of 100,000 is read in 1,667 of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Shown<'a> {
    username: &'a str,
    attributes: Vec<Attribute<'a>>,
    user_create_date: Value,
    user_last_modified_date: Value,
    enabled: bool,
    user_status: &'static str,
}

/// One attribute (API reference, AttributeType).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
}

/// An id in the form of a UUID that says the same in every world.
pub(crate) fn sub_of(seed: &str) -> String {
    uuid::Uuid::from_u128(fnv(seed)).to_string()
}

/// FNV-1a (its 128-bit form): spreads short texts, and is no secret.
fn fnv(text: &str) -> u128 {
    text.bytes()
        .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        })
}
