//! The canary of a user pool: it signs in and its ID token is the right one, or the pool does not have it.
//!
//! Nothing of a token is shown but the names of its claims, and whether they hold anything.

use jiff::Timestamp;
use switchback_model::{CanaryCheck, CanaryExpected, CheckReading, CheckSpec, Verdict};

use crate::reading::Reading;
use crate::tokens::{NoToken, Tokens};

/// `cognito.canary`: a token of the pool is of this client and holds these claims, with a verified e-mail address; or the
/// pool must not have the canary, and does not. `tokens`: who signs in and looks; none = nobody is known.
pub async fn check_canary(
    spec: &CheckSpec,
    check: &CanaryCheck,
    tokens: Option<&dyn Tokens>,
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
            format!("AdminGetUser of the canary of {pool}"),
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
        CanaryExpected::SignsIn { client_id, claims } => match tokens.id_token(pool).await {
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
        CanaryExpected::Absent => match tokens.is_there(pool).await {
            Err(why) => untold(reading, why),
            Ok(false) => reading.end(
                Verdict::Pass,
                "the pool does not have the canary".to_owned(),
                None,
            ),
            Ok(true) => reading.end(
                Verdict::Fail,
                "the pool has the canary".to_owned(),
                Some("Somebody signed it in since, or it was never deleted: look when it was made."),
            ),
        },
    }
}

fn untold(reading: Reading<'_>, why: NoToken) -> CheckReading {
    reading.end(Verdict::Error, why.message, why.hint.as_deref())
}
