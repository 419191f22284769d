//! What is proven before the one sign-in that makes somebody: nothing here can make anybody, so whatever fails here is told
//! as what it is, and nothing was created.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};
use switchback_model::{Digest, SignInCanary};
use zeroize::Zeroizing;

use super::super::Credentials;
use super::super::sign_in::{Initiated, Migration};
use super::answer::{migrated, overridden};
use super::port::Known;
use super::{INVOKE, SIGN_IN, event};
use crate::connect::Aws;
use crate::error::guard;
use crate::grammar::{self, Word};
use crate::observe::CallFacts;
use crate::raw::{Asked, Body, Hidden};
use crate::resource::part;

/// A migrate-user function that takes longer may be given up by Cognito on a cold start, after 5 s (Cognito developer
/// guide, "Considerations for Lambda triggers").
const SLOW: Duration = Duration::from_millis(2_500);

/// Asks everything that is proven before, in its order, and says what was found.
pub(super) async fn all(
    aws: &Aws,
    spec: &SignInCanary,
    canary: &Known,
    token: &str,
) -> Result<Vec<String>, ProviderError> {
    let mut found = Vec::new();
    let event = event::migrate(spec, aws.region(), canary);
    let (answer, took) = invoke(aws, "migrate-user", &spec.migrate_trigger, event).await?;
    let attributes = migrated(&answer).map_err(|wrong| failed("migrate-user", wrong))?;
    let seconds = took.as_secs_f64();
    found.push(match took > SLOW {
        false => format!(
            "the migrate-user function accepts the canary's password in {seconds:.1} s: CONFIRMED, no welcome mail, e-mail \
             verified"
        ),
        true => format!(
            "CAUTION: the migrate-user function took {seconds:.1} s, and Cognito gives up after 5 s: CONFIRMED, no welcome \
             mail, e-mail verified"
        ),
    });
    let event = event::token(spec, aws.region(), attributes);
    let (answer, _) = invoke(aws, "pre-token", &spec.token_trigger, event).await?;
    let set = overridden(&answer).map_err(|wrong| failed("pre-token", wrong))?;
    found.push(format!(
        "the pre-token function sets {}",
        grammar::claims(&set, &spec.claims)
    ));
    found.push(nobody_gets_in(aws, spec, &made_up(token)).await?);
    Ok(found)
}

fn failed(which: &str, (what, mend): (String, &str)) -> ProviderError {
    guard(
        INVOKE.operation,
        &format!("The {which} function answered, but {what}. Nobody was signed in, and nothing was created"),
        mend,
    )
}

/// Runs a function with an event, once. Neither event nor answer is ever shown.
async fn invoke(
    aws: &Aws,
    which: &str,
    function: &str,
    event: Zeroizing<Vec<u8>>,
) -> Result<(Value, Duration), ProviderError> {
    let seen = CallFacts::default();
    let asked = Asked {
        method: Method::POST,
        path: format!("/2015-03-31/functions/{}/invocations", part(function)),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("x-amz-invocation-type", "RequestResponse".to_owned()),
            // The tail of a log may hold what the function was told.
            ("x-amz-log-type", "None".to_owned()),
        ],
        body: Some(Body::Hidden(Hidden::new(event))),
        region: None,
    };
    let began = aws.monotonic();
    let answer = aws.hushed(true).ask_raw(INVOKE, asked, &seen).await;
    let took = aws.monotonic().saturating_sub(began);
    let answer = answer.map_err(|mut error| {
        error.hint.get_or_insert_with(|| {
            "Look at the function's state, its reserved concurrency and its log, and whether the role may invoke it.".to_owned()
        });
        unasked(&format!("The {which} function could not be run"), error)
    })?;
    // The function failed although the request did not (Lambda API reference, Invoke, `FunctionError`).
    if seen.function_failed() {
        let kind = answer.get("errorType").and_then(Value::as_str);
        let kind = kind.map_or_else(
            || "an error".to_owned(),
            |kind| Word::error_type(kind).to_string(),
        );
        let mend = match which {
            "migrate-user" => {
                "Look at its log. It fails as well where the old provider does not take the canary's password: compare it \
                 with `switchback canary set`, and mind that three wrong tries may lock it there."
            }
            _ => "Look at its log.",
        };
        return Err(guard(
            INVOKE.operation,
            &format!(
                "The {which} function failed with {kind}. Nobody was signed in, and nothing was created"
            ),
            mend,
        ));
    }
    Ok((answer, took))
}

/// The made-up user of an attempt, by its token: who finds the attempt broken off knows whom to look for.
pub(super) fn made_up(token: &str) -> String {
    format!("switchback-{}@invalid.example", Digest::of(&token).short())
}

/// Somebody whom nobody knows must be refused, and by Cognito or the function's own no, not by a trigger that fails.
async fn nobody_gets_in(aws: &Aws, spec: &SignInCanary, user: &str) -> Result<String, ProviderError> {
    let password = Zeroizing::new(format!("Aa1!{}", uuid::Uuid::new_v4()));
    let who = Credentials {
        client: &spec.client_id,
        user,
        password: &password,
    };
    let seen = CallFacts::default();
    let no = |what: &str, mend: &str| {
        Err(guard(
            SIGN_IN.operation,
            &format!(
                "A made-up user was to be refused, but {what}. The canary was not signed in, and was not created"
            ),
            mend,
        ))
    };
    // The pool may have somebody more now: that nothing was changed may not be said then.
    let perhaps_in = |what: &str, mend: &str| {
        no(what, mend).map_err(|error| ProviderError {
            kind: Kind::Aside,
            ..error
        })
    };
    // The name is nobody's: who has to look for that user must know it.
    let let_in = || {
        perhaps_in(
            &format!(
                "was let in: the migrate-user function accepts anybody. The pool may hold a user {user} now"
            ),
            "Look at the function, and delete that user yourself.",
        )
    };
    match aws.initiate(SIGN_IN, who, &seen).await {
        Initiated::Token(_) | Initiated::Challenge(_) => let_in(),
        Initiated::Failed {
            migration: Migration::NotHad,
            ..
        } => no(
            "the pool could not run the migrate-user function, or could not use its answer",
            "Look at the function's resource policy, which must let this pool invoke it by the very ARN that is set, at its \
             state and its reserved concurrency, and at its log.",
        ),
        Initiated::Failed {
            code,
            error,
            migration,
        } => match code.as_deref().unwrap_or_default() {
            code @ ("NotAuthorizedException" | "UserNotFoundException") => {
                Ok(format!("a made-up user is refused ({code})"))
            }
            // The function's own no, in its own words.
            code @ "UserLambdaValidationException" if migration == Migration::SaidNo => {
                Ok(format!("a made-up user is refused ({code})"))
            }
            "UserLambdaValidationException" => perhaps_in(
                &format!(
                    "a trigger that runs after the migration refused: the migrate-user function may have let it in, and the \
                     pool may hold a user {user} now"
                ),
                "Look at the functions and their logs, and delete that user yourself.",
            ),
            // Only of somebody who is in the pool.
            "PasswordResetRequiredException"
            | "UserNotConfirmedException"
            | "CodeDeliveryFailureException" => let_in(),
            // Whichever trigger it was: one behind the migration fails when the user is there.
            code @ ("UnexpectedLambdaException" | "InvalidLambdaResponseException") => perhaps_in(
                &format!(
                    "Cognito says {code}: a trigger failed where it should have said no. Where that was one behind the \
                     migration, the pool may hold a user {user} now"
                ),
                "Look at the functions' resource policies, which must let this pool invoke them by the very ARN that is \
                 set, and at their logs; look for that user in the pool and delete it yourself if it is there.",
            ),
            "InvalidParameterException" => no(
                "the app client does not allow a password",
                "Allow ALLOW_USER_PASSWORD_AUTH in the app client.",
            ),
            "ResourceNotFoundException" => {
                no("there is no such app client", "Correct the client in the step.")
            }
            _ if error.may_have_applied() => perhaps_in(
                &format!(
                    "what became of that is not known ({}): the pool may hold a user {user} now",
                    error.message.trim_end_matches('.')
                ),
                "Look for that user in the pool and delete it yourself if it is there; then try again.",
            ),
            _ => Err(unasked(
                "A made-up user was to be refused, and that could not be asked",
                error,
            )),
        },
    }
}

/// A question before the sign-in failed: whatever became of it, nobody was made. It is never asked again by itself.
fn unasked(what: &str, error: ProviderError) -> ProviderError {
    let kind = match error.kind {
        Kind::Credentials | Kind::Denied | Kind::Aside => error.kind,
        Kind::Throttled
        | Kind::Busy
        | Kind::Refused
        | Kind::Conflict
        | Kind::NotFound
        | Kind::Connect
        | Kind::Tls
        | Kind::NoAnswer
        | Kind::Unclear
        | Kind::Untrue
        | Kind::Guard => Kind::Guard,
    };
    ProviderError {
        kind,
        message: format!(
            "{what}; the canary was not signed in, and nothing was created. {}",
            error.message
        ),
        sent: false,
        ..error
    }
}
