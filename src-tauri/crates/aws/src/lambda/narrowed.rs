//! For whom a statement of a policy is beside the pool that is asked about. Which keys it names does not tell: one with the
//! ARN of every pool of every account names a source too, so the statement is asked of others.

use serde_json::{Map, Value};
use switchback_model::PoolArn;

use super::statement::{Asked, Context, Holds, any, conditions};

/// For whom a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Narrowed {
    /// Everybody who has an AWS account, and not Cognito alone.
    Anybody,
    /// Every pool of every account.
    Open,
    /// Every pool of an account.
    ToAccount,
    /// Some pools.
    ToPool,
}

/// An id of a pool, and an account, that nobody names: whoever lets these lets all.
const ANY_POOL: &str = "switchbackAnyPool";
const ANY_ACCOUNT: &str = "000000000000";

/// For whom a statement is, found out by asking it of others.
pub(super) fn narrowed(statement: &Map<String, Value>, asked: &Asked<'_>) -> Narrowed {
    let lets = |source: Option<&str>, account: Option<&str>| {
        let context = Context { source, account };
        conditions(statement.get("Condition"), &context) == Holds::Yes
    };
    if everybody(statement) == Holds::Yes && lets(None, None) {
        return Narrowed::Anybody;
    }
    let (Some(pool), Some(("arn", rest))) = (PoolArn::of(asked.source), asked.source.split_once(':')) else {
        return Narrowed::ToPool;
    };
    let partition = rest.split(':').next().unwrap_or_default();
    let of = |account: &str| {
        format!(
            "arn:{partition}:cognito-idp:{region}:{account}:userpool/{region}_{ANY_POOL}",
            region = pool.region
        )
    };
    if lets(Some(&of(ANY_ACCOUNT)), Some(ANY_ACCOUNT)) {
        return Narrowed::Open;
    }
    match lets(Some(&of(pool.account)), Some(pool.account)) {
        true => Narrowed::ToAccount,
        false => Narrowed::ToPool,
    }
}

/// Whether everybody is among them: whoever asks by themselves, and not a service alone (IAM user guide, "AWS JSON policy
/// elements: Principal", all principals).
fn everybody(statement: &Map<String, Value>) -> Holds {
    match statement.get("Principal") {
        Some(Value::String(name)) => Holds::from(name == "*"),
        Some(Value::Object(kinds)) => kinds
            .get("AWS")
            .map_or(Holds::No, |names| any(names, |name| name == "*")),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => Holds::Unclear,
    }
}
