//! What a runbook expects of a Cognito user pool, its app client and its domain. The console only
//! reads them: Terraform owns them, because a partial write resets what it leaves out (AWS API
//! reference, UpdateUserPool).

use serde::{Deserialize, Serialize};

/// An expectation of one user pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CognitoCheck {
    /// The pool, such as `eu-west-2_EXAMPLE`: its region stands before the underscore.
    pub pool_id: String,
    /// What is expected of it.
    #[serde(flatten)]
    pub expected: PoolExpectation,
}

/// What is expected of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum PoolExpectation {
    /// The whole password policy: this length and life, all four kinds of characters required, no
    /// password history. The whole, because a partial Terraform declaration fills what it leaves
    /// out with false.
    #[serde(rename = "cognito.password_policy")]
    PasswordPolicy {
        /// Characters at least; Cognito's default is 8.
        minimum_length: u32,
        /// Days that a temporary password lives; Cognito's default is 7.
        temporary_days: u32,
    },
    /// The Lambda triggers; one that is absent here is not looked at.
    #[serde(rename = "cognito.triggers")]
    Triggers {
        /// The ARN of the migrate-user trigger.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_migration: Option<String>,
        /// The ARN of the pre-token trigger, expected in both fields that may name it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pre_token: Option<String>,
        /// The version of the pre-token event; absent = any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pre_token_version: Option<PreTokenVersion>,
    },
    /// What people sign in with, and whether case counts; neither can be changed later.
    #[serde(rename = "cognito.sign_in_names")]
    SignInNames {
        /// `email`, `phone_number`; sorted.
        username_attributes: Vec<String>,
        /// Whether `A@example` and `a@example` are two people; the API's default is true.
        case_sensitive: bool,
    },
    /// The pool can't be deleted by mistake.
    #[serde(rename = "cognito.deletion_protection")]
    DeletionProtection,
    /// Only administrators create users.
    #[serde(rename = "cognito.admin_create_only")]
    AdminCreateOnly,
    /// Accounts are recovered by verified e-mail alone, and e-mail addresses are verified by
    /// themselves.
    #[serde(rename = "cognito.recovery")]
    Recovery,
    /// Mail is sent by an SES identity of our own, not by Cognito's 50 mails a day.
    #[serde(rename = "cognito.email")]
    Email {
        /// The address that the FROM header holds.
        from: String,
    },
    /// Whether a second factor is asked for.
    #[serde(rename = "cognito.mfa")]
    Mfa {
        /// Off, optional or on.
        mfa: MfaMode,
    },
    /// An app client of the pool.
    #[serde(rename = "cognito.client")]
    Client(ClientExpectation),
    /// The domain of the sign-in pages belongs to the pool and is active.
    #[serde(rename = "cognito.domain")]
    Domain {
        /// The custom domain whole, or the prefix of a domain of Amazon's.
        domain: String,
    },
}

/// What is expected of an app client: a browser app that signs in by authorisation code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientExpectation {
    /// Its id.
    pub client_id: String,
    /// Exactly these authentication flows, sorted, such as `ALLOW_USER_PASSWORD_AUTH`. SRP never
    /// fires the migrate-user trigger.
    pub flows: Vec<String>,
    /// Exactly these callback URLs, sorted.
    pub callback_urls: Vec<String>,
    /// Exactly these sign-out URLs, sorted.
    pub logout_urls: Vec<String>,
    /// Whether it has a secret; a browser can't keep one.
    pub secret: bool,
    /// Identity providers that it offers at least, sorted; `COGNITO` for the pool's own users.
    pub providers: Vec<String>,
}

/// The version of the pre-token event. V1 changes the ID token only; V2 and V3 need the feature plan
/// Essentials or Plus (Cognito developer guide, "Pre token generation Lambda trigger").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreTokenVersion {
    /// ID token only.
    #[serde(rename = "V1_0")]
    V1,
    /// ID and access token.
    #[serde(rename = "V2_0")]
    V2,
    /// As V2, for machines too.
    #[serde(rename = "V3_0")]
    V3,
}

impl PreTokenVersion {
    /// As AWS writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::V1 => "V1_0",
            Self::V2 => "V2_0",
            Self::V3 => "V3_0",
        }
    }
}

/// Whether a second factor is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MfaMode {
    /// Never.
    Off,
    /// Of those who have set one up.
    Optional,
    /// Always.
    On,
}

impl MfaMode {
    /// As AWS writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Optional => "OPTIONAL",
            Self::On => "ON",
        }
    }
}

impl PoolExpectation {
    /// The kind as written in a runbook.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.word().text()
    }
}

/// The region that a pool id names, such as `eu-west-2` of `eu-west-2_EXAMPLE`; none where the text
/// is no pool id (API reference, UserPoolIdType: `[\w-]+_[0-9a-zA-Z]+`, at most 55 characters).
#[must_use]
pub fn pool_region(pool_id: &str) -> Option<&str> {
    let (region, name) = pool_id.split_once('_')?;
    let fits = pool_id.len() <= 55
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric())
        && region.contains('-')
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    fits.then_some(region)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::check::CheckSpec;

    #[test]
    fn a_pool_id_names_its_region() {
        assert_eq!(pool_region("eu-west-2_REHEARSAL1"), Some("eu-west-2"));
        for bad in [
            "",
            "eu-west-2",
            "eu-west-2_",
            "_REHEARSAL1",
            "EU-WEST-2_A",
            "eu-west-2_a_b",
            "eu-west-2_a b",
            "users",
        ] {
            assert_eq!(pool_region(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_check_comes_back_as_it_was_written() {
        for text in [
            r#"{"id":"a","title":"A","kind":"cognito.deletion_protection","pool_id":"eu-west-2_A","believable_s":60}"#,
            r#"{"id":"a","title":"A","kind":"cognito.mfa","pool_id":"eu-west-2_A","mfa":"optional","believable_s":60}"#,
            r#"{"id":"a","title":"A","kind":"cognito.password_policy","pool_id":"eu-west-2_A","minimum_length":8,"temporary_days":7,"believable_s":60}"#,
            r#"{"id":"a","title":"A","kind":"cognito.triggers","pool_id":"eu-west-2_A","pre_token":"arn","pre_token_version":"V2_0","believable_s":60}"#,
            r#"{"id":"a","title":"A","kind":"cognito.client","pool_id":"eu-west-2_A","client_id":"c","flows":[],"callback_urls":[],"logout_urls":[],"secret":false,"providers":["COGNITO"],"believable_s":60}"#,
            r#"{"id":"a","title":"A","kind":"aws.identity","believable_s":60}"#,
        ] {
            let spec: CheckSpec = serde_json::from_str(text).unwrap();
            let again = serde_json::to_value(&spec).unwrap();
            assert_eq!(
                again,
                serde_json::from_str::<serde_json::Value>(text).unwrap(),
                "{text}"
            );
        }
        let newer =
            r#"{"id":"a","title":"A","kind":"cognito.nothing","pool_id":"eu-west-2_A","believable_s":60}"#;
        let spec: CheckSpec = serde_json::from_str(newer).unwrap();
        assert_eq!(spec.kind.id(), "cognito.nothing");
        assert_eq!(serde_json::to_string(&spec).unwrap(), newer);
    }
}
