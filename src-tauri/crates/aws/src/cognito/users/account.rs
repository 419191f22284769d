//! An account of an answer, and an error that names nobody.

use aws_sdk_cognitoidentityprovider::types::{AttributeType, UserStatusType};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};
use switchback_model::directory::{Account, AccountStatus, Personal, PoolId};

use crate::cognito::ask::lacking;
use crate::cognito::look::WRONG_POOL;

/// An error without AWS's own words, which may repeat a name.
pub(super) fn nameless(mut error: ProviderError, pool: &PoolId) -> ProviderError {
    match error.kind {
        Kind::Denied => return lacking(error, &format!("the user pool {}", pool.as_str())),
        Kind::NotFound => {
            error.message = format!("There is no user pool {}", pool.as_str());
            error.hint = Some(WRONG_POOL.to_owned());
        }
        Kind::Refused | Kind::Conflict | Kind::Busy | Kind::Unclear | Kind::Untrue => {
            // Ours, then the code in brackets, then theirs (`error::by_answer`).
            if let Some((ours, _)) = error.message.split_once("): ") {
                error.message = format!("{ours})");
            }
        }
        Kind::Throttled
        | Kind::Credentials
        | Kind::Connect
        | Kind::Tls
        | Kind::NoAnswer
        | Kind::Guard
        | Kind::Aside => {}
    }
    error
}

/// What both operations say of a user besides attributes.
pub(super) struct About {
    pub(super) status: Option<UserStatusType>,
    pub(super) enabled: Option<bool>,
    pub(super) created: Option<DateTime>,
    pub(super) modified: Option<DateTime>,
    pub(super) mfa: Option<Vec<String>>,
}

pub(super) fn account(
    pool: &PoolId,
    username: String,
    attributes: Vec<AttributeType>,
    about: About,
) -> Account {
    let mut account = Account {
        pool: pool.as_str().to_owned(),
        username: Personal::new(username),
        sub: None,
        email: None,
        email_verified: None,
        given_name: None,
        family_name: None,
        // An account without a status is one of which we do not know enough.
        status: about.status.map_or(AccountStatus::Unknown, |status| {
            AccountStatus::from_api(status.as_str())
        }),
        enabled: about.enabled,
        created_at: about.created.and_then(moment),
        modified_at: about.modified.and_then(moment),
        mfa: about.mfa,
    };
    for attribute in attributes {
        let Some(value) = attribute.value else { continue };
        match attribute.name.as_str() {
            "sub" => account.sub = Some(Personal::new(value)),
            "email" => account.email = Some(Personal::new(value)),
            "email_verified" => account.email_verified = Some(value.eq_ignore_ascii_case("true")),
            "given_name" => account.given_name = Some(Personal::new(value)),
            "family_name" => account.family_name = Some(Personal::new(value)),
            _ => {}
        }
    }
    account
}

fn moment(at: DateTime) -> Option<Timestamp> {
    let nanos = i32::try_from(at.subsec_nanos()).ok()?;
    Timestamp::new(at.secs(), nanos).ok()
}
