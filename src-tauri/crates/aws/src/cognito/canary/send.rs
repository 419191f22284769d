//! The one request that makes the user, and the one that takes it away.

use std::time::{Duration, Instant};

use aws_sdk_cognitoidentityprovider::config::Builder;
use aws_smithy_types::retry::RetryConfig;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;
use switchback_engine::ports::{Marks, ProviderError, ProviderErrorKind as Kind};
use switchback_model::event::{Mark, Receipt};
use switchback_model::{CanaryUser, SignInCanary, Witness};
use zeroize::Zeroizing;

use super::super::Credentials;
use super::super::NotSignedIn;
use super::super::sign_in::{Initiated, challenged, refused};
use super::read::OurSub;
use super::{DELETE, SIGN_IN, proofs};
use crate::connect::{Aws, incomplete};
use crate::error::guard;
use crate::grammar::Word;
use crate::observe::CallFacts;
use crate::service::Service;

const NOT_CREATED: &str = "nothing was created";

/// For how long the last look holds: a process that was stopped meanwhile, or a computer that was asleep, must not sign in
/// whom somebody else brought over since.
#[derive(Clone, Copy)]
pub(super) struct Holds {
    /// Until the request leaves. Else it does not.
    to_send: Duration,
    /// Until its answer is here. Else whose user it names can't be told by the answer.
    to_answer: Duration,
}

impl Holds {
    #[cfg(test)]
    pub(super) fn of(to_send: Duration, to_answer: Duration) -> Self {
        Self { to_send, to_answer }
    }

    /// The answer has as long as a request may be on its way (the engine's `MAY_LAND`).
    pub(super) const USUAL: Self = Self {
        to_send: Duration::from_secs(8),
        to_answer: Duration::from_secs(18),
    };
}

/// Proves what can be proven without making anybody, looks once more, writes the mark, and signs the canary in, once.
pub(super) async fn sign_in(
    aws: &Aws,
    spec: &SignInCanary,
    (marks, token): (&dyn Marks, &str),
    holds: Holds,
) -> Result<Receipt, ProviderError> {
    let canaries = aws.canaries(SIGN_IN.operation)?;
    let held = canaries.hold_to_sign_in(&spec.pool_id).await;
    let mut held = held.map_err(|why| why.before(SIGN_IN.operation))?;
    let canary = aws.canary_of(spec).await?;
    let proven = proofs::all(aws, spec, &canary, token).await?;
    let looked = Instant::now();
    let at = nobody_came(aws, spec).await?;
    let mark = Mark {
        proven,
        last_look: Witness::Time { at },
    };
    marks.mark(mark).await.map_err(|why| {
        guard(
            SIGN_IN.operation,
            &format!(
                "That the sign-in comes now could not be written to the journal: {}; the canary was not signed in, and \
                 {NOT_CREATED}",
                why.to_string().trim_end_matches('.')
            ),
            "Mend what the journal says, then carry the step out anew.",
        )
    })?;
    if looked.elapsed() > holds.to_send {
        return Err(guard(
            SIGN_IN.operation,
            &format!(
                "The last look whether somebody came is {} s old, because this computer was busy or asleep; the canary was \
                 not signed in, and {NOT_CREATED}",
                looked.elapsed().as_secs()
            ),
            "Carry the step out anew.",
        ));
    }
    let who = Credentials {
        client: &spec.client_id,
        user: &canary.user,
        password: &canary.password,
    };
    let seen = CallFacts::default();
    let not_in = match aws.initiate(SIGN_IN, who, &seen).await {
        Initiated::Token(token) => {
            let sub = sub_of(&token, spec).ok_or_else(|| ProviderError {
                request_id: seen.request_id(),
                ..incomplete(SIGN_IN.operation, "ID token of this pool and client with a sub")
            })?;
            // Who was brought over by somebody else in so long a time would be signed in all the same.
            let (sub, proven) = match looked.elapsed() <= holds.to_answer {
                true => (Some(sub), "the canary signed in, and the pool made it"),
                false => (
                    None,
                    "the canary signed in, so long after the last look that the answer does not tell who made it there",
                ),
            };
            return Ok(Receipt {
                change_id: sub,
                proven: vec![proven.to_owned()],
                ..aws.receipt(&seen)
            });
        }
        Initiated::Challenge(name) => (None, challenged(&name)),
        Initiated::Failed { code, error, .. } => {
            let kept = error.clone();
            (Some((code.clone(), kept)), refused(code.as_deref(), error))
        }
    };
    let (failed, not_in) = not_in;
    if let NotSignedIn::Refused { why, mend } = &not_in {
        held.refused(why, mend).await;
    }
    Err(said(failed, not_in, &seen))
}

/// The last look: AWS's time at which the pool had nobody of the canary's name. Whoever was brought over by somebody else
/// meanwhile would be signed in all the same, and be taken for ours.
async fn nobody_came(aws: &Aws, spec: &SignInCanary) -> Result<Timestamp, ProviderError> {
    let (now, at) = aws.pool_canary(spec, None).await.map_err(|error| ProviderError {
        sent: false,
        ..guard(
            SIGN_IN.operation,
            &format!(
                "Whether the pool still lacks its canary could not be read: {}; it was not signed in, and {NOT_CREATED}",
                error.message.trim_end_matches('.')
            ),
            "Try again.",
        )
    })?;
    match now.user {
        None => Ok(at),
        Some(_) => Err(guard(
            SIGN_IN.operation,
            &format!(
                "Somebody else brought the canary over meanwhile; it was not signed in, and {NOT_CREATED} by this step"
            ),
            "Delete it yourself if nobody needs it, then carry the step out anew.",
        )),
    }
}

/// What a failed sign-in means for what was made. The user comes first and the token after it: whatever fails behind the
/// migration leaves a user behind.
fn said(
    failed: Option<(Option<String>, ProviderError)>,
    not_in: NotSignedIn,
    seen: &CallFacts,
) -> ProviderError {
    let code = failed
        .as_ref()
        .and_then(|(code, _)| code.as_deref())
        .unwrap_or_default();
    let may_have = failed.is_none()
        || matches!(
            code,
            "UserLambdaValidationException"
                | "UnexpectedLambdaException"
                | "InvalidLambdaResponseException"
                | "PasswordResetRequiredException"
                | "UserNotConfirmedException"
                | "CodeDeliveryFailureException"
        );
    let (why, hint) = match not_in {
        NotSignedIn::Refused { why, mend } => (why, Some(mend.to_owned())),
        NotSignedIn::Untold(error) => {
            return ProviderError {
                // It is never tried again by itself: each try is a sign-in at the old provider.
                kind: match error.kind {
                    Kind::Throttled | Kind::Busy => Kind::Refused,
                    // Nothing was handed over.
                    Kind::Connect | Kind::Tls => Kind::Guard,
                    kind @ (Kind::Unclear
                    | Kind::NoAnswer
                    | Kind::Refused
                    | Kind::Conflict
                    | Kind::Credentials
                    | Kind::Denied
                    | Kind::NotFound
                    | Kind::Untrue
                    | Kind::Guard
                    | Kind::Aside) => kind,
                },
                ..error
            };
        }
    };
    let error = failed.map(|(_, error)| error);
    ProviderError {
        kind: if may_have { Kind::Unclear } else { Kind::Refused },
        operation: SIGN_IN.operation.to_owned(),
        message: format!("The sign-in of the canary was refused: {why}"),
        hint,
        request_id: error
            .and_then(|error| error.request_id)
            .or_else(|| seen.request_id()),
        sent: true,
    }
}

/// The `sub` of an ID token, if it is one of this pool and client (Cognito developer guide, "Understanding the identity
/// (ID) token"). Nobody verifies its signature here: it came from Cognito itself over TLS.
fn sub_of(token: &str, spec: &SignInCanary) -> Option<String> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let of_pool = text("iss").is_some_and(|issuer| issuer.ends_with(&format!("/{}", spec.pool_id)));
    let sound = of_pool && text("aud") == Some(&spec.client_id) && text("token_use") == Some("id");
    // In a pool whose users are named by what they like it may be a name, if it is no UUID.
    text("sub")
        .filter(|_| sound)
        .and_then(|sub| Word::sub(sub).fits())
}

/// Deletes the user that the step made. One who is gone already is what was wanted.
pub(super) async fn delete(
    aws: &Aws,
    spec: &SignInCanary,
    user: &CanaryUser,
) -> Result<Receipt, ProviderError> {
    let Some(ours) = OurSub::of(spec.made.as_ref(), user, aws) else {
        return Err(guard(
            DELETE.operation,
            "It is not proven that this step made the user that is there; nothing was deleted",
            "Look who made it. If it has to go, delete it yourself.",
        ));
    };
    // Whoever signed the canary in meanwhile would make it again.
    let _held = match aws.canaries(DELETE.operation) {
        Ok(canaries) => Some(canaries.hold(&spec.pool_id).await),
        Err(_) => None,
    };
    aws.pace(Service::Cognito).await;
    let seen = CallFacts::default();
    let once = Builder::new().retry_config(RetryConfig::disabled());
    let request = aws
        .cognito
        .admin_delete_user()
        .user_pool_id(&spec.pool_id)
        .username(ours.as_username())
        .customize()
        .config_override(once)
        .interceptor(seen.clone());
    let call = async {
        match request.send().await {
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_user_not_found_exception()) =>
            {
                Ok(())
            }
            answer => answer.map(drop),
        }
    };
    aws.hushed(true).run(DELETE, &seen, call).await?;
    Ok(aws.receipt(&seen))
}
