//! Cognito user pools (JSON 1.1), the reads that a console and its onlookers make, signing in with a password, and what
//! an administrator does to one user. Settings are opaque JSON, so that a field that the SDK gains does not drift; what behaves is typed.

mod described;
mod filter;
mod judge;
mod keys;
mod list;
mod people;
mod pools;
mod seed;
mod sign_in;
mod tokens;
mod triggers;
mod user;

use std::io;

pub use seed::{
    ADMINS_CLIENT, ADMINS_DOMAIN, ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, MAIL_FROM, MIGRATE_USER_ARN,
    OLD_CLIENT, OLD_POOL, OLD_PRE_TOKEN_ARN, PRE_TOKEN_ARN,
};

pub(crate) use judge::Judged;
pub(crate) use pools::{Cognito, arn};
pub(crate) use sign_in::{is_unsigned, key_set, takes};
pub use tokens::TOKENS_AHEAD;

use super::json::{self, read};
use super::service::{Face, Wire, operation_itself};
use super::{AwsError, Call, Refused, Served};
use crate::core::Core;
use crate::http::Answer;
use crate::log::{Caller, Outcome};
use crate::seed as world;
use crate::state::State;

/// The region of every pool.
pub(crate) const REGION: &str = "eu-west-2";

pub(super) const FACE: Face = Face {
    scope: "cognito-idp",
    wire: Wire::Json {
        target: "AWSCognitoIdentityProviderService",
    },
    throttled: "TooManyRequestsException",
    operation: json::operation,
    action: operation_itself,
    resource: |_, _| None,
    serve,
};

/// Adds made-up users to a pool and says how many it has now; nothing where there is no such pool.
pub(crate) fn generate_users(core: &Core, pool: &str, more: u32) -> io::Result<Option<u32>> {
    if !core.read(|state| state.cognito.pools.contains_key(pool)) {
        return Ok(None);
    }
    core.change(|state| state.cognito.pools.get_mut(pool).map(|pool| pool.generate(more)))
}

/// What somebody does with the canary of a pool; whether it could be done.
pub(crate) fn canary_is(core: &Core, pool: &str, how: &str) -> io::Result<bool> {
    let now = core.now_ms();
    core.change(|state| {
        let pool = state.cognito.pools.get_mut(pool);
        pool.is_some_and(|pool| pool.canary_is(how, now))
    })
}

/// Answers one operation.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    if people::changes(&caller.operation) {
        return match people::change(core, caller, &call.body) {
            Ok((body, lost)) => Ok(Served {
                answer: json::answer(&body),
                entry: None,
                lost,
            }),
            Err(error) => Err(Box::new((error, caller.entry(Outcome::Refused)))),
        };
    }
    let mut entry = caller.entry(Outcome::Read);
    let answered = match sign_in::is_unsigned(&caller.operation) {
        // It may make a key, which changes the state; to the log it is a read all the same, unless somebody was brought
        // over from the old provider.
        true => {
            let initiated = sign_in::initiate(core, &call.body);
            if let Some(migrated) = initiated.migrated {
                entry.outcome = Outcome::Committed;
                entry.left = Some(migrated);
            }
            initiated.answer.map(|body| json::answer(&body))
        }
        false => core.read(|state| answer(state, caller, &call.body)),
    };
    match answered {
        Ok(answer) => Ok(Served {
            answer,
            entry: Some(entry),
            lost: false,
        }),
        Err(error) => Err(Box::new((error, entry))),
    }
}

fn answer(state: &State, caller: &Caller, body: &[u8]) -> Result<Answer, AwsError> {
    // Another account and another region have no pools at all.
    let mine = caller.account == world::ACCOUNT && caller.region == REGION;
    let none = Cognito::default();
    let seen = CallerView {
        cognito: if mine { &state.cognito } else { &none },
        state,
    };
    let tree = match caller.operation.as_str() {
        "ListUsers" => return json::written(&seen.users(&read(body)?)?),
        "DescribeUserPool" => seen.describe_pool(&read(body)?),
        "GetUserPoolMfaConfig" => seen.mfa(&read(body)?),
        "ListUserPools" => seen.pools(&read(body)?),
        "ListUserPoolClients" => seen.clients(&read(body)?),
        "DescribeUserPoolClient" => seen.describe_client(&read(body)?),
        "DescribeUserPoolDomain" => seen.describe_domain(&read(body)?),
        "AdminGetUser" => seen.get_user(&read(body)?),
        other => Err(AwsError::not_rehearsed(other)),
    };
    tree.map(|body| json::answer(&body))
}

/// The world as one caller sees it.
pub(crate) struct CallerView<'a> {
    pub cognito: &'a Cognito,
    pub state: &'a State,
}

/// Cognito's refusal of a value that breaks a constraint of the API.
pub(crate) fn invalid(name: &str, rule: &str) -> AwsError {
    AwsError::new(
        "InvalidParameterException",
        &format!("1 validation error detected: Value at '{name}' failed to satisfy constraint: {rule}"),
    )
}

/// The length of a page as asked for.
pub(crate) fn page_size(
    name: &str,
    asked: Option<i64>,
    least: i64,
    default: usize,
) -> Result<usize, AwsError> {
    match asked {
        None => Ok(default),
        Some(asked) if asked > 60 => Err(invalid(name, "Member must have value less than or equal to 60")),
        Some(asked) if asked < least => Err(invalid(
            name,
            &format!("Member must have value greater than or equal to {least}"),
        )),
        // Cognito reads a limit of 0 as none.
        Some(0) => Ok(default),
        Some(asked) => Ok(usize::try_from(asked).unwrap_or(default)),
    }
}

/// A token that answers another question, or that nobody gave.
pub(crate) fn wrong_token() -> AwsError {
    AwsError::new("InvalidParameterException", "Invalid pagination token")
}

#[cfg(test)]
mod tests;
