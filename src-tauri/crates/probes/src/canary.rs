//! The canary of a user pool: it signs in and its ID token is the right one, or the pool does not have it.
//!
//! Nothing of a token is shown but the names of its claims, and whether they hold anything.

use jiff::Timestamp;
use switchback_model::{CanaryCheck, CanaryExpected, CheckReading, CheckSpec, Verdict};

use crate::reading::Reading;
use crate::tokens::{NoToken, Stands, Tokens};

/// `cognito.canary`: a token of the pool is of this client and holds these claims, with a verified e-mail address; or the
/// pool must not have the canary, and does not. `tokens`: who signs in and looks; none = nobody is known. `made`: the `sub`
/// of the user that the run made there last; it must be gone as well, whatever its name is by now.
pub async fn check_canary(
    spec: &CheckSpec,
    check: &CanaryCheck,
    tokens: Option<&dyn Tokens>,
    made: Option<&str>,
    now: Timestamp,
) -> CheckReading {
    let pool = &check.pool_id;
    let (source, expected) = match &check.expected {
        CanaryExpected::SignsIn { client_id, claims } => (
            format!("InitiateAuth of the canary of {pool}"),
            format!(
                "signs in by client {client_id}, with {} and a verified e-mail address",
                claims.join(", ")
            ),
        ),
        CanaryExpected::Absent => (
            match made {
                Some(_) => format!(
                    "AdminGetUser of {pool}, by the canary's user name and by the sub that this run made"
                ),
                None => format!("AdminGetUser of {pool}, by the canary's user name"),
            },
            "the pool does not have the canary".to_owned(),
        ),
    };
    let reading = Reading {
        spec,
        source,
        expected,
        now,
    };
    let Some(tokens) = tokens else {
        return untold(reading, NoToken::nobody("NAME", pool));
    };
    match &check.expected {
        CanaryExpected::SignsIn { client_id, claims } => match tokens.fresh_id_token(pool).await {
            Err(why) => untold(reading, why),
            Ok(token) => {
                let wrong = match token.unfit(pool, now) {
                    Some(unfit) => vec![unfit],
                    None => token.lacks(client_id, claims),
                };
                match wrong.is_empty() {
                    true => reading.end(
                        Verdict::Pass,
                        format!(
                            "signed in: issuer {pool}, client {client_id}, {} set, e-mail verified",
                            claims.join(", ")
                        ),
                        None,
                    ),
                    false => reading.end(
                        Verdict::Fail,
                        format!("signed in, but {}", wrong.join("; ")),
                        Some(
                            "Look at the pre-token function and at what the migrate-user function says of the user: the \
                             applications refuse such a token.",
                        ),
                    ),
                }
            }
        },
        CanaryExpected::Absent => match tokens.stands(pool, made).await {
            Err(why) => untold(reading, why),
            Ok(stands) => {
                let (verdict, observed, mend) = absent(stands);
                reading.end(verdict, observed.to_owned(), mend)
            }
        },
    }
}

/// What it means whom the pool has, and what was looked for.
fn absent(stands: Stands) -> (Verdict, &'static str, Option<&'static str>) {
    let still = Some("Its deletion did not last, or was not made: take the step back, or look who made it.");
    match (stands.by_name, stands.by_sub) {
        (false, Some(false)) => (
            Verdict::Pass,
            "nobody has the canary's user name, and the user that this run made is gone (no user has its sub)",
            None,
        ),
        (false, None) => (
            Verdict::Pass,
            "nobody has the canary's user name; no sub was looked for, because this run made nobody whose sub is known",
            None,
        ),
        (false, Some(true)) => (
            Verdict::Fail,
            "the user that this run made is still there, under another name: its sub was found, and nobody has the canary's \
             user name",
            still,
        ),
        (true, Some(true)) => (
            Verdict::Fail,
            "the user that this run made is still there: its sub was found, and somebody has the canary's user name",
            still,
        ),
        (true, Some(false)) => (
            Verdict::Fail,
            "somebody else has the canary's user name: the user that this run made is gone (no user has its sub)",
            Some(
                "Somebody signed the canary in since, which made it anew: look when it was made, and who did.",
            ),
        ),
        (true, None) => (
            Verdict::Fail,
            "somebody has the canary's user name; no sub was looked for, because this run made nobody whose sub is known",
            Some("Somebody signed it in, or it was never deleted: look when it was made."),
        ),
    }
}

/// The reading of a check that this computer can't take, because no canary of a pool is known here.
#[must_use]
pub fn not_possible(spec: &CheckSpec, pool: &str, why: NoToken, now: Timestamp) -> CheckReading {
    let reading = Reading {
        spec,
        source: "this computer".to_owned(),
        expected: format!("a canary of {pool}, to prove the way back with"),
        now,
    };
    untold(reading, why)
}

fn untold(reading: Reading<'_>, why: NoToken) -> CheckReading {
    reading.end(Verdict::Error, why.message, why.hint.as_deref())
}
