//! Reads the checks of Cognito.

use switchback_model::CheckKind;
use switchback_model::cognito::{
    ClientExpectation, CognitoCheck, MfaMode, PoolExpectation, PreTokenVersion, pool_region,
};
use toml::de::DeValue;

use crate::reader::{Item, Reader, Table};

/// Every key that some kind of these checks has of its own.
pub(crate) const KEYS: &[&str] = &[
    "pool_id",
    "minimum_length",
    "temporary_days",
    "user_migration",
    "pre_token",
    "pre_token_version",
    "username_attributes",
    "case_sensitive",
    "from",
    "mfa",
    "client_id",
    "flows",
    "callback_urls",
    "logout_urls",
    "secret",
    "providers",
    "domain",
];

pub(crate) const PRE_TOKEN_VERSIONS: &[(&str, PreTokenVersion)] = &[
    ("V1_0", PreTokenVersion::V1),
    ("V2_0", PreTokenVersion::V2),
    ("V3_0", PreTokenVersion::V3),
];

pub(crate) const MFA_MODES: &[(&str, MfaMode)] = &[
    ("off", MfaMode::Off),
    ("optional", MfaMode::Optional),
    ("on", MfaMode::On),
];

pub(crate) const USERNAME_ATTRIBUTES: &[(&str, &str)] =
    &[("email", "email"), ("phone_number", "phone_number")];

/// The flows that an app client may allow (API reference, CreateUserPoolClient, ExplicitAuthFlows).
pub(crate) const FLOWS: &[(&str, &str)] = &[
    ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"),
    ("ALLOW_CUSTOM_AUTH", "ALLOW_CUSTOM_AUTH"),
    ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"),
    ("ALLOW_USER_AUTH", "ALLOW_USER_AUTH"),
    ("ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"),
    ("ALLOW_USER_SRP_AUTH", "ALLOW_USER_SRP_AUTH"),
];

/// The shortest and the longest password that Cognito lets a policy ask for, and the longest life of
/// a temporary one (API reference, PasswordPolicyType).
const LENGTHS: std::ops::RangeInclusive<u32> = 6..=99;
const DAYS: std::ops::RangeInclusive<u32> = 1..=365;

impl Reader<'_> {
    /// A check of a pool: which pool, and what one kind expects of it.
    pub fn pool<'a>(
        &mut self,
        t: &mut Table<'a>,
        expected: impl FnOnce(&mut Self, &mut Table<'a>) -> Option<PoolExpectation>,
    ) -> Option<CheckKind> {
        let pool_id = self.must(t, "pool_id", Reader::pool_id);
        let expected = expected(self, t)?;
        Some(CheckKind::Cognito(CognitoCheck {
            pool_id: pool_id?,
            expected,
        }))
    }

    /// `cognito.password_policy`.
    pub fn password_policy(&mut self, t: &mut Table<'_>) -> Option<PoolExpectation> {
        let minimum_length = self.optional(t, "minimum_length", |r, item| r.bounded(item, &LENGTHS));
        let temporary_days = self.optional(t, "temporary_days", |r, item| r.bounded(item, &DAYS));
        Some(PoolExpectation::PasswordPolicy {
            minimum_length: minimum_length?.unwrap_or(8),
            temporary_days: temporary_days?.unwrap_or(7),
        })
    }

    /// `cognito.triggers`.
    pub fn triggers(&mut self, t: &mut Table<'_>) -> Option<PoolExpectation> {
        let at = t.at;
        let user_migration = self.optional(t, "user_migration", Reader::text);
        let pre_token = self.optional(t, "pre_token", Reader::text);
        let version = self.optional(t, "pre_token_version", |r, item| {
            r.choice(item, PRE_TOKEN_VERSIONS)
        });
        let (user_migration, pre_token) = (user_migration?, pre_token?);
        if user_migration.is_none() && pre_token.is_none() {
            self.notes.error(
                "missing-key",
                at,
                "This check names no trigger.",
                "Add `user_migration = …`, `pre_token = …` or both.",
            );
            return None;
        }
        Some(PoolExpectation::Triggers {
            user_migration,
            pre_token,
            pre_token_version: version?,
        })
    }

    /// `cognito.sign_in_names`.
    pub fn sign_in_names(&mut self, t: &mut Table<'_>) -> Option<PoolExpectation> {
        let names = self.optional(t, "username_attributes", |r, item| {
            r.words(item, USERNAME_ATTRIBUTES)
        });
        let case_sensitive = self.optional(t, "case_sensitive", Reader::boolean);
        Some(PoolExpectation::SignInNames {
            username_attributes: names?.unwrap_or_else(|| vec!["email".to_owned()]),
            case_sensitive: case_sensitive?.unwrap_or(false),
        })
    }

    /// `cognito.email`.
    pub fn email(&mut self, t: &mut Table<'_>) -> Option<PoolExpectation> {
        Some(PoolExpectation::Email {
            from: self.must(t, "from", Reader::text)?,
        })
    }

    /// `cognito.mfa`.
    pub fn mfa(&mut self, t: &mut Table<'_>) -> Option<PoolExpectation> {
        Some(PoolExpectation::Mfa {
            mfa: self.must(t, "mfa", |r, item| r.choice(item, MFA_MODES))?,
        })
    }

    /// `cognito.domain`.
    pub fn domain(&mut self, t: &mut Table<'_>) -> Option<PoolExpectation> {
        Some(PoolExpectation::Domain {
            domain: self.must(t, "domain", Reader::text)?,
        })
    }

    /// `cognito.client`.
    pub fn client(&mut self, t: &mut Table<'_>) -> Option<PoolExpectation> {
        let client_id = self.must(t, "client_id", Reader::text);
        let flows = self.must(t, "flows", |r, item| r.words(item, FLOWS));
        let callback_urls = self.must(t, "callback_urls", Reader::set);
        let logout_urls = self.must(t, "logout_urls", Reader::set);
        let secret = self.optional(t, "secret", Reader::boolean);
        let providers = self.optional(t, "providers", Reader::set);
        Some(PoolExpectation::Client(ClientExpectation {
            client_id: client_id?,
            flows: flows?,
            callback_urls: callback_urls?,
            logout_urls: logout_urls?,
            secret: secret?.unwrap_or(false),
            providers: providers?.unwrap_or_else(|| vec!["COGNITO".to_owned()]),
        }))
    }

    /// A pool's id, whose form names its region.
    pub fn pool_id(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.text(item)?;
        if pool_region(&text).is_none() {
            self.notes.error(
                "invalid-pool",
                item.span().into(),
                "This is not the id of a user pool.",
                "Write the region, an underscore and the pool's own id, such as eu-west-2_EXAMPLE.",
            );
            return None;
        }
        Some(text)
    }

    fn bounded(&mut self, item: Item<'_>, bounds: &std::ops::RangeInclusive<u32>) -> Option<u32> {
        let number = self.number(item)?;
        if !bounds.contains(&number) {
            self.notes.error(
                "out-of-bounds",
                item.span().into(),
                format!("{number} is more or less than Cognito allows."),
                format!("Write {} to {}.", bounds.start(), bounds.end()),
            );
            return None;
        }
        Some(number)
    }

    /// A list of texts whose order says nothing.
    fn set(&mut self, item: Item<'_>) -> Option<Vec<String>> {
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(item, "a list of strings");
            return None;
        };
        let texts = self.texts(item)?;
        // One text that could not be read must not become an expectation of fewer.
        (texts.len() == items.len()).then(|| sorted(texts))
    }

    /// A list of some words whose order says nothing.
    fn words(&mut self, item: Item<'_>, choices: &[(&str, &'static str)]) -> Option<Vec<String>> {
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(item, "a list of strings");
            return None;
        };
        let words: Vec<String> = items
            .iter()
            .filter_map(|item| self.choice(item, choices).map(str::to_owned))
            .collect();
        (words.len() == items.len()).then(|| sorted(words))
    }
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}
