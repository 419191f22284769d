//! The checks of a runbook, as described to editors.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use switchback_model::CheckWord;

use super::{Duration, Number, RecordType, words};

macro_rules! check {
    ($(#[$doc:meta])* $name:ident { $($(#[$extra_doc:meta])* $extra:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(super) struct $name {
            /// A short word, unique in its step.
            id: String,
            /// One line for people.
            title: String,
            /// What it looks at.
            kind: CheckKind,
            /// How long a reading may be believed; 60 s where left out.
            believable: Option<Duration>,
            /// How to mend a failure.
            mend: Option<String>,
            /// The hosted zone's id (route53.zone, route53.record).
            zone_id: Option<String>,
            /// The zone's name (route53.zone, dns.authoritative).
            zone: Option<String>,
            /// The record's name (route53.record and dns.*).
            name: Option<String>,
            /// What is expected: a list, or a placeholder of type record-sets.
            values: Option<Values>,
            /// The record type asked for (dns.authoritative, dns.resolvers).
            record: Option<RecordType>,
            /// The lowered TTL (dns.ttl_wait).
            lowered: Option<Duration>,
            /// The URL, without port or IP address (http.build).
            url: Option<String>,
            /// The address to dial instead of asking DNS (http.build, tls.certificate).
            address: Option<String>,
            /// The build expected; any where left out (http.build).
            build: Option<String>,
            /// The host that the certificate must cover (tls.certificate).
            host: Option<String>,
            /// Whole days that the certificate must live (tls.certificate).
            days: Option<Number>,
            /// The user pool's id, such as eu-west-2_EXAMPLE (cognito.*).
            pool_id: Option<String>,
            /// Characters of a password at least; 8 where left out (cognito.password_policy).
            minimum_length: Option<Number>,
            /// Days that a temporary password lives; 7 where left out (cognito.password_policy).
            temporary_days: Option<Number>,
            /// The ARN of the migrate-user trigger (cognito.triggers).
            user_migration: Option<String>,
            /// The ARN of the pre-token trigger (cognito.triggers).
            pre_token: Option<String>,
            /// The version of the pre-token event; any where left out (cognito.triggers).
            pre_token_version: Option<PreTokenVersion>,
            /// What people sign in with; email where left out (cognito.sign_in_names).
            username_attributes: Option<Vec<UsernameAttribute>>,
            /// Whether case counts in a user name; false where left out (cognito.sign_in_names).
            case_sensitive: Option<bool>,
            /// The address in the FROM header (cognito.email).
            from: Option<String>,
            /// Whether a second factor is asked for (cognito.mfa).
            mfa: Option<Mfa>,
            /// The app client's id (cognito.client).
            client_id: Option<String>,
            /// Exactly these authentication flows (cognito.client).
            flows: Option<Vec<Flow>>,
            /// Exactly these callback URLs (cognito.client).
            callback_urls: Option<Vec<String>>,
            /// Exactly these sign-out URLs (cognito.client).
            logout_urls: Option<Vec<String>>,
            /// Whether the client has a secret; false where left out (cognito.client).
            secret: Option<bool>,
            /// Identity providers that it offers at least; COGNITO where left out (cognito.client).
            providers: Option<Vec<String>>,
            /// The domain of the sign-in pages (cognito.domain).
            domain: Option<String>,
            $($(#[$extra_doc])* $extra: $ty,)*
        }
    };
}

check!(
    /// A check before a call.
    Check {}
);
check!(
    /// A check after a call.
    CheckAfter {
        /// By when it must pass after the call; past it a decision is due.
        within: Duration,
    }
);
check!(
    /// One look of a monitor.
    MonitorCheck {
        /// Applies while this step has an effect.
        while_done: Option<String>,
        /// Applies until this step has an effect.
        until_done: Option<String>,
    }
);

/// One of the kinds that there are: the list is the reader's own.
struct CheckKind;

impl JsonSchema for CheckKind {
    fn schema_name() -> Cow<'static, str> {
        "CheckKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words(CheckWord::ALL.iter().map(|word| word.text()))
    }
}

/// Lines or values, or a placeholder of type record-sets.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Values {
    List(Vec<String>),
    Placeholder(String),
}

#[derive(JsonSchema)]
enum PreTokenVersion {
    #[schemars(rename = "V1_0")]
    V1,
    #[schemars(rename = "V2_0")]
    V2,
    #[schemars(rename = "V3_0")]
    V3,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum UsernameAttribute {
    Email,
    PhoneNumber,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Mfa {
    Off,
    Optional,
    On,
}

#[derive(JsonSchema)]
enum Flow {
    #[schemars(rename = "ALLOW_ADMIN_USER_PASSWORD_AUTH")]
    AdminUserPassword,
    #[schemars(rename = "ALLOW_CUSTOM_AUTH")]
    Custom,
    #[schemars(rename = "ALLOW_REFRESH_TOKEN_AUTH")]
    RefreshToken,
    #[schemars(rename = "ALLOW_USER_AUTH")]
    User,
    #[schemars(rename = "ALLOW_USER_PASSWORD_AUTH")]
    UserPassword,
    #[schemars(rename = "ALLOW_USER_SRP_AUTH")]
    UserSrp,
}
