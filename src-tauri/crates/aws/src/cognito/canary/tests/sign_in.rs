//! What is asked on the way to the sign-in, and what each failure of it leaves behind.

use std::time::Duration;

use serde_json::{Value, json};
use switchback_engine::ports::{Action as _, ProviderErrorKind as Kind};
use switchback_model::{SignInCanary, Witness};

use super::super::send::Holds;
use super::super::{CanaryChange, send};
use super::{
    Keychain, Marked, PASSWORD, SUB, TOKEN, Tried, USER, answer, at, aws_with, error, migrated, overridden,
    proven, said, spec, stands, token, tried, tried_with,
};
use crate::Bound;
use crate::tests::server::{Play, server};

#[tokio::test]
async fn all_is_asked_in_its_order_and_the_sub_is_the_receipt() {
    let mut plays = proven();
    plays.push(token(|_| {}));
    let Tried {
        outcome,
        marks,
        requests,
        refusals,
    } = tried(plays).await;
    let receipt = outcome.unwrap();
    assert_eq!(receipt.change_id.as_deref(), Some(SUB));
    assert_eq!(receipt.proven.len(), 1, "{:?}", receipt.proven);
    // Written once, with what was proven and when the last look found nobody, by AWS's clock.
    assert_eq!((marks.len(), marks[0].proven.len()), (1, 3), "{marks:?}");
    assert_eq!(marks[0].last_look, Witness::Time { at: at() });
    assert!(refusals.is_empty());
    let asked: Vec<bool> = [
        ["function%3Amigrate/invocations", "UserMigration_Authentication"],
        ["function%3Atoken/invocations", "TokenGeneration_Authentication"],
        ["InitiateAuth", "@invalid.example"],
        ["AdminGetUser", USER],
        ["InitiateAuth", USER],
    ]
    .iter()
    .zip(&requests)
    .map(|(parts, request)| parts.iter().all(|part| request.contains(part)))
    .collect();
    assert_eq!(asked, [true; 5], "{requests:#?}");
    let first = requests[0].to_ascii_lowercase();
    assert!(
        first.contains("x-amz-invocation-type: requestresponse") && first.contains("x-amz-log-type: none")
    );
    assert!(!requests[2].contains(PASSWORD), "nobody's password but its own");
}

/// Whatever fails before the last sign-in: nothing was created, nobody asks again by itself, and what follows is not asked.
#[tokio::test]
async fn what_fails_before_the_sign_in_created_nothing() {
    let without = |path: &str, value: Value| {
        let mut answered = migrated();
        *answered.pointer_mut(path).unwrap() = value;
        answer(&answered)
    };
    let no_claim = json!({"response": {"claimsAndScopeOverrideDetails": {"groupOverrideDetails": {"groupsToOverride": []}}}});
    let two = || vec![answer(&migrated()), answer(&overridden())];
    let after_two = |play: Play| {
        let mut plays = two();
        plays.push(play);
        plays
    };
    for (words, asked, plays) in [
        (
            "failed with KeycloakError",
            1,
            vec![Play::FunctionError(
                json!({"errorType": "KeycloakError", "errorMessage": USER}).to_string(),
            )],
        ),
        (
            "failed with (not repeated: no name of an error)",
            1,
            vec![Play::FunctionError(json!({"errorType": USER}).to_string())],
        ),
        (
            "finalUserStatus",
            1,
            vec![without("/response/finalUserStatus", Value::Null)],
        ),
        (
            "messageAction",
            1,
            vec![without("/response/messageAction", json!("RESEND"))],
        ),
        (
            "email_verified",
            1,
            vec![without("/response/userAttributes/email_verified", json!("false"))],
        ),
        ("no user attributes", 1, vec![answer(&json!({"response": null}))]),
        ("could not be run", 1, vec![error("ResourceNotFoundException")]),
        ("could not be run", 1, vec![error("TooManyRequestsException")]),
        ("could not be run", 1, vec![Play::Lost]),
        ("sets no claim", 2, vec![answer(&migrated()), answer(&no_claim)]),
        ("was let in", 3, after_two(token(|_| {}))),
        (
            "was let in",
            3,
            after_two(answer(&json!({"ChallengeName": "SMS_MFA"}))),
        ),
        (
            "could not run the migrate-user function",
            3,
            after_two(said(
                "UserNotFoundException",
                "Exception migrating user in app client x",
            )),
        ),
        (
            "UnexpectedLambdaException",
            3,
            after_two(error("UnexpectedLambdaException")),
        ),
        (
            "InvalidLambdaResponseException",
            3,
            after_two(error("InvalidLambdaResponseException")),
        ),
        (
            "does not allow a password",
            3,
            after_two(error("InvalidParameterException")),
        ),
        ("may hold a user switchback-", 3, after_two(Play::Lost)),
        (
            "was let in",
            3,
            after_two(error("PasswordResetRequiredException")),
        ),
        (
            "a trigger that runs after the migration refused",
            3,
            after_two(said(
                "UserLambdaValidationException",
                "PreTokenGeneration failed with error no roles.",
            )),
        ),
        (
            "could not be asked",
            3,
            after_two(error("TooManyRequestsException")),
        ),
    ] {
        let Tried {
            outcome,
            marks,
            requests,
            refusals,
        } = tried(plays).await;
        let error = outcome.unwrap_err();
        assert!(marks.is_empty(), "{words}: the sign-in was not due");
        // Where a made-up user may stand there now, "nothing was changed" must not be said.
        assert_eq!(
            error.kind == Kind::Aside,
            error.message.contains("may hold a user switchback-"),
            "{words}: {error:?}"
        );
        assert!(error.message.contains(words), "{words}: {error}");
        assert!(error.message.contains("created"), "{words}: {error}");
        assert!(
            !error.may_have_applied() && !error.sent && !error.is_retryable(),
            "{words}: {error:?}"
        );
        assert_eq!((requests.len(), refusals.len()), (asked, 0), "{words}");
    }
    // The function's own no is a no.
    let mut plays = vec![
        answer(&migrated()),
        answer(&overridden()),
        said(
            "UserLambdaValidationException",
            "UserMigration failed with error Bad password.",
        ),
        error("UserNotFoundException"),
    ];
    plays.push(token(|_| {}));
    tried(plays).await.outcome.unwrap();
    // Who came meanwhile is not signed in, and not taken for ours.
    let mut plays = proven();
    plays.pop();
    plays.push(stands(|_| {}));
    let Tried {
        outcome, requests, ..
    } = tried(plays).await;
    let error = outcome.unwrap_err();
    assert!(
        error.message.contains("Somebody else brought the canary over"),
        "{error}"
    );
    assert_eq!((requests.len(), error.sent), (4, false));
}

/// The user is made before the token is: what fails behind the migration may have left a user, and is looked at.
#[tokio::test]
async fn what_fails_at_the_sign_in_may_have_made_the_user() {
    for (code, may_have, noted) in [
        ("NotAuthorizedException", false, 1),
        ("UserNotFoundException", false, 1),
        ("ResourceNotFoundException", false, 1),
        ("UserLambdaValidationException", true, 1),
        ("UnexpectedLambdaException", true, 1),
        ("InvalidLambdaResponseException", true, 1),
        ("PasswordResetRequiredException", true, 1),
        ("UserNotConfirmedException", true, 1),
        ("CodeDeliveryFailureException", true, 0),
        ("TooManyRequestsException", false, 0),
    ] {
        let mut plays = proven();
        plays.push(error(code));
        let Tried {
            outcome,
            marks,
            requests,
            refusals,
        } = tried(plays).await;
        let error = outcome.unwrap_err();
        assert_eq!(marks.len(), 1, "{code}: marked before it left");
        assert_eq!(
            (error.may_have_applied(), refusals.len(), requests.len()),
            (may_have, noted, 5),
            "{code}: {error:?}"
        );
        // One try, whatever is said.
        assert!(!error.is_retryable(), "{code}: {error:?}");
    }
    for (what, play) in [
        (
            "a challenge",
            answer(&json!({"ChallengeName": "NEW_PASSWORD_REQUIRED"})),
        ),
        ("no token", answer(&json!({}))),
        ("no sub", token(|claims| claims["sub"] = json!(""))),
        ("a name for a sub", token(|claims| claims["sub"] = json!(USER))),
        (
            "another pool",
            token(|claims| {
                claims["iss"] = json!("https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_OTHER")
            }),
        ),
        ("another client", token(|claims| claims["aud"] = json!("other"))),
        (
            "no ID token",
            token(|claims| claims["token_use"] = json!("access")),
        ),
        ("lost", Play::Lost),
        (
            "failed",
            Play::Answer(500, json!({"__type": "InternalErrorException"}).to_string()),
        ),
    ] {
        let mut plays = proven();
        plays.push(play);
        let Tried {
            outcome, requests, ..
        } = tried(plays).await;
        let error = outcome.unwrap_err();
        assert!(error.may_have_applied(), "{what}: {error:?}");
        assert_eq!(requests.len(), 5, "{what}: one try");
    }
}

/// No mark, no sign-in: all that comes before it was asked, and the sign-in was not.
#[tokio::test]
async fn what_the_journal_does_not_take_signs_nobody_in() {
    let full = Marked {
        full: true,
        ..Marked::default()
    };
    let Tried {
        outcome,
        requests,
        refusals,
        ..
    } = tried_with(proven(), full, Holds::USUAL).await;
    let error = outcome.unwrap_err();
    assert!(
        error.message.contains("disk full") && error.message.contains("nothing was created"),
        "{error}"
    );
    assert!(
        !error.may_have_applied() && !error.sent && !error.is_retryable(),
        "{error:?}"
    );
    assert_eq!((requests.len(), refusals.len()), (4, 0), "{requests:#?}");
}

/// A process that is stopped behind the last look: whoever came meanwhile is signed in by nobody, and is nobody's of ours.
#[tokio::test]
async fn what_the_last_look_showed_holds_for_seconds() {
    let slow = || Marked {
        takes: Duration::from_millis(300),
        ..Marked::default()
    };
    let hour = Duration::from_secs(3_600);
    let moment = Duration::from_millis(100);
    let old = tried_with(proven(), slow(), Holds::of(moment, hour)).await;
    let error = old.outcome.unwrap_err();
    assert!(error.message.contains("nothing was created"), "{error}");
    assert!(!error.may_have_applied() && !error.sent && !error.is_retryable());
    assert_eq!(
        (old.requests.len(), old.marks.len()),
        (4, 1),
        "it was not signed in"
    );
    let plays = || {
        let mut plays = proven();
        plays.push(token(|_| {}));
        plays
    };
    let late = tried_with(plays(), slow(), Holds::of(hour, moment)).await;
    let receipt = late.outcome.unwrap();
    assert_eq!(
        receipt.change_id, None,
        "whose user it is, the answer does not tell"
    );
    let usual = tried_with(plays(), slow(), Holds::USUAL).await;
    assert_eq!(usual.outcome.unwrap().change_id.as_deref(), Some(SUB));
}

#[tokio::test]
async fn nobody_is_asked_without_a_canary_or_while_it_must_wait() {
    let server = server(vec![]).await;
    let keychain = || Keychain {
        empty: true,
        ..Keychain::default()
    };
    let change = Bound::new(aws_with(&server, keychain()), CanaryChange(spec(None)));
    let error = change.read(None).await.unwrap_err();
    assert!(
        error.sentence().contains("switchback canary set") && error.kind == Kind::Guard,
        "{error:?}"
    );
    let paused = Keychain {
        paused: true,
        ..Keychain::default()
    };
    let error = send::sign_in(
        &aws_with(&server, paused),
        &spec(None),
        (&Marked::default(), TOKEN),
        Holds::USUAL,
    )
    .await
    .unwrap_err();
    assert!(
        error.message.contains("not tried again") && error.kind == Kind::Guard,
        "{error:?}"
    );
    // Set with another client than the step's.
    let other = SignInCanary {
        client_id: "other".to_owned(),
        ..spec(None)
    };
    let change = Bound::new(aws_with(&server, Keychain::default()), CanaryChange(other));
    assert!(
        change
            .read(None)
            .await
            .unwrap_err()
            .message
            .contains("another app client")
    );
    let none = Bound::new(crate::tests::aws(&server.url), CanaryChange(spec(None)));
    assert_eq!(none.read(None).await.unwrap_err().kind, Kind::Guard);
    assert!(server.requests().is_empty());
}
