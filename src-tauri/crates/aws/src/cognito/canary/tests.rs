#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use switchback_engine::ports::{
    Action as _, Marks, NotMarked, Observed, ProviderError, ProviderErrorKind as Kind, Sent,
};
use switchback_model::event::{Mark, Receipt};
use switchback_model::{CanaryUser, Finding, Image, MadeCanary, PoolCanary, SignInCanary, Way, Witness};
use zeroize::Zeroizing;

use super::port::{Canaries, Held, Known, NoCanary};
use super::{CanaryChange, send};
use crate::tests::server::{DATE_S, Play, Server, server};
use crate::{Aws, Bound};

const POOL: &str = "eu-west-2_EXAMPLE";
const CLIENT: &str = "1exampleclient";
const USER: &str = "canary@example.nhs.test";
const PASSWORD: &str = "not-a-real-password";
const SUB: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "11111111-2222-3333-4444-666666666666";

/// The keychain: one canary, or none, or one that must wait.
#[derive(Default)]
struct Keychain {
    empty: bool,
    paused: bool,
    refusals: Arc<Mutex<Vec<String>>>,
    holds: Arc<Mutex<u32>>,
}

struct Hold(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Held for Hold {
    async fn refused(&mut self, why: &str, _mend: &str) {
        self.0.lock().unwrap().push(why.to_owned());
    }
}

#[async_trait]
impl Canaries for Keychain {
    async fn canary(&self, _pool: &str) -> Result<Known, NoCanary> {
        match self.empty {
            true => Err(NoCanary {
                message: "no canary user is known here".to_owned(),
                hint: "switchback canary set".to_owned(),
            }),
            false => Ok(Known {
                client: CLIENT.to_owned(),
                user: Zeroizing::new(USER.to_owned()),
                password: Zeroizing::new(PASSWORD.to_owned()),
            }),
        }
    }

    async fn hold(&self, _pool: &str) -> Box<dyn Held> {
        *self.holds.lock().unwrap() += 1;
        Box::new(Hold(self.refusals.clone()))
    }

    async fn hold_to_sign_in(&self, pool: &str) -> Result<Box<dyn Held>, NoCanary> {
        match self.paused {
            true => Err(NoCanary {
                message: "not tried again before 10:15 UTC".to_owned(),
                hint: "Wait.".to_owned(),
            }),
            false => Ok(self.hold(pool).await),
        }
    }
}

/// The journal: keeps what was asked by the time of the mark, or can't be written.
#[derive(Default)]
struct Marked {
    full: bool,
    marks: Mutex<Vec<Mark>>,
}

#[async_trait]
impl Marks for Marked {
    async fn mark(&self, mark: Mark) -> Result<(), NotMarked> {
        if self.full {
            return Err(NotMarked(
                "the journal could not be written: disk full".to_owned(),
            ));
        }
        self.marks.lock().unwrap().push(mark);
        Ok(())
    }
}

fn spec(made: Option<MadeCanary>) -> SignInCanary {
    let arn = |name: &str| format!("arn:aws:lambda:eu-west-2:123456789012:function:{name}");
    SignInCanary {
        pool_id: POOL.to_owned(),
        client_id: CLIENT.to_owned(),
        migrate_trigger: arn("migrate"),
        token_trigger: arn("token"),
        claims: vec!["preferred_username".to_owned()],
        made,
    }
}

fn aws_with(server: &Server, keychain: Keychain) -> Aws {
    crate::tests::aws(&server.url).with_canaries(Arc::new(keychain))
}

fn bound(server: &Server, made: Option<MadeCanary>) -> Bound<CanaryChange> {
    Bound::new(aws_with(server, Keychain::default()), CanaryChange(spec(made)))
}

fn answer(body: &Value) -> Play {
    Play::Answer(200, body.to_string())
}

fn error(code: &str) -> Play {
    said(code, &format!("{USER} with {PASSWORD}: no"))
}

fn said(code: &str, message: &str) -> Play {
    Play::Answer(400, json!({"__type": code, "message": message}).to_string())
}

/// Made after a moment at which the pool did not have it.
fn made(sub: &str) -> MadeCanary {
    MadeCanary::Sub {
        sub: sub.to_owned(),
        absent: "2026-01-01T09:59:58Z".parse().unwrap(),
    }
}

fn at() -> Timestamp {
    Timestamp::from_second(DATE_S).unwrap()
}

/// AdminGetUser's answer, changed.
fn stands(change: impl FnOnce(&mut Value)) -> Play {
    let mut user = json!({
        "Username": SUB,
        "Enabled": true,
        "UserStatus": "CONFIRMED",
        "UserCreateDate": DATE_S + 5,
        "UserLastModifiedDate": DATE_S + 5,
        "UserAttributes": [
            {"Name": "sub", "Value": SUB},
            {"Name": "email", "Value": USER},
            {"Name": "email_verified", "Value": "true"},
        ],
    });
    change(&mut user);
    answer(&user)
}

fn migrated() -> Value {
    json!({"response": {
        "userAttributes": {"email": USER, "email_verified": "true", "given_name": "Canary"},
        "finalUserStatus": "CONFIRMED",
        "messageAction": "SUPPRESS",
    }})
}

fn overridden() -> Value {
    json!({"response": {"claimsAndScopeOverrideDetails": {
        "idTokenGeneration": {"claimsToAddOrOverride": {"preferred_username": USER}},
        "groupOverrideDetails": {"groupsToOverride": ["1-1RSG4X0"], "iamRolesToOverride": ["a role"]},
    }}})
}

fn token(change: impl FnOnce(&mut Value)) -> Play {
    let mut claims = json!({
        "sub": SUB,
        "iss": format!("https://cognito-idp.eu-west-2.amazonaws.com/{POOL}"),
        "aud": CLIENT,
        "token_use": "id",
    });
    change(&mut claims);
    let id = format!("a.{}.c", URL_SAFE_NO_PAD.encode(claims.to_string()));
    answer(&json!({"AuthenticationResult": {"IdToken": id, "AccessToken": "d.e.f", "RefreshToken": "r"}}))
}

/// The answers up to the positive sign-in, where all is well.
fn proven() -> Vec<Play> {
    vec![
        answer(&migrated()),
        answer(&overridden()),
        error("NotAuthorizedException"),
        // Nobody came meanwhile.
        error("UserNotFoundException"),
    ]
}

struct Tried {
    outcome: Result<Receipt, ProviderError>,
    marks: Vec<Mark>,
    requests: Vec<String>,
    refusals: Vec<String>,
}

/// Signs in against these answers; nothing that is said names the canary.
async fn tried(plays: Vec<Play>) -> Tried {
    tried_with(plays, Marked::default()).await
}

async fn tried_with(plays: Vec<Play>, journal: Marked) -> Tried {
    let server = server(plays).await;
    let keychain = Keychain::default();
    let refusals = keychain.refusals.clone();
    let outcome = send::sign_in(&aws_with(&server, keychain), &spec(None), &journal).await;
    let said = format!("{outcome:?}");
    assert!(!said.contains(USER) && !said.contains(PASSWORD), "{said}");
    let refusals = refusals.lock().unwrap().clone();
    let marks = journal.marks.into_inner().unwrap();
    assert!(!format!("{marks:?}").contains(USER), "{marks:?}");
    Tried {
        outcome,
        marks,
        requests: server.requests(),
        refusals,
    }
}

fn image(user: Option<CanaryUser>) -> Image {
    Image::Canary {
        pool: POOL.to_owned(),
        content: Box::new(PoolCanary { user }),
    }
}

fn user(sub: &str, ours: bool) -> CanaryUser {
    CanaryUser {
        sub: Some(sub.to_owned()),
        created: Some(at()),
        ours,
        ..CanaryUser::wished()
    }
}

fn mark() -> Mark {
    Mark {
        proven: Vec::new(),
        last_look: Witness::Time { at: at() },
    }
}

fn sent<'a>(receipt: Option<&'a Receipt>, mark: Option<&'a Mark>) -> Sent<'a> {
    Sent {
        way: Way::Apply,
        token: "switchback r step g1 apply 1 abcd",
        at: at(),
        witness: None,
        mark,
        receipt,
    }
}

fn receipt() -> Receipt {
    Receipt {
        request_id: None,
        change_id: Some(SUB.to_owned()),
        version: None,
        proven: Vec::new(),
        server_date: at(),
    }
}

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
    } = tried_with(proven(), full).await;
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
    let error = send::sign_in(&aws_with(&server, paused), &spec(None), &Marked::default())
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

#[tokio::test]
async fn an_absent_canary_is_previewed_with_all_that_is_asked_and_without_its_name() {
    let server = server(vec![error("UserNotFoundException")]).await;
    let change = bound(&server, None);
    let found = change.read(None).await.unwrap();
    // It would be as old as the proofs take; the mark has the one that counts.
    assert_eq!(found.witness, None);
    assert_eq!(found.image, image(None));
    let preview = change.plan(&found.image, None).unwrap();
    assert_eq!(preview.calls.len(), 1);
    assert_eq!(preview.calls[0].operation, "InitiateAuth");
    // After is the state, and nothing else; what is asked is a list of its own.
    let told = &preview.changes[0];
    assert_eq!(told.after, preview.to.lines());
    assert_eq!(told.after[0], "the canary is CONFIRMED, enabled, e-mail verified");
    assert_eq!(told.asked.len(), 5, "{:?}", told.asked);
    let text = serde_json::to_string(&told.asked).unwrap() + told.caution.as_deref().unwrap();
    for part in [
        "function:migrate",
        "function:token",
        "made-up user",
        "15 minutes",
        "nothing is created",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = serde_json::to_string(&preview).unwrap();
    assert!(!text.contains(USER) && !text.contains(PASSWORD), "{text}");
    // Its way back, before anybody was made.
    let back = change.plan(&preview.to, Some(&found.image)).unwrap();
    assert_eq!(back.calls[0].operation, "AdminDeleteUser");
    assert_eq!(back.changes[0].after, image(None).lines());
    assert!(back.changes[0].asked.is_empty());
}

#[tokio::test]
async fn who_is_there_already_proves_nothing_and_is_never_deleted() {
    let server = server(vec![stands(|_| {})]).await;
    let change = bound(&server, None);
    let found = change.read(None).await.unwrap();
    let error = change.plan(&found.image, None).unwrap_err();
    for part in ["somebody else made it", "2026-01-01 10:00 UTC"] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
    let error = change.plan(&found.image, Some(&image(None))).unwrap_err();
    assert!(error.message.contains("it is not deleted"), "{error}");
    // Whatever an image claims, what the journal says counts.
    let aws = aws_with(&server, Keychain::default());
    for (made, user) in [
        (None, user(SUB, true)),
        (Some(made("another")), user(SUB, true)),
        (Some(made(SUB)), user(SUB, false)),
        // The token named somebody who stood there long before.
        (
            Some(made(SUB)),
            CanaryUser {
                created: Some("2025-11-01T10:00:00Z".parse().unwrap()),
                ..user(SUB, true)
            },
        ),
        (
            Some(MadeCanary::After(at())),
            CanaryUser {
                created: Some(at() - jiff::SignedDuration::from_secs(1)),
                ..user(SUB, true)
            },
        ),
        (
            Some(MadeCanary::After(at())),
            CanaryUser {
                created: Some(at() + jiff::SignedDuration::from_secs(19)),
                ..user(SUB, true)
            },
        ),
    ] {
        let error = send::delete(&aws, &spec(made), &user).await.unwrap_err();
        assert!(
            error.message.contains("nothing was deleted") && error.kind == Kind::Guard,
            "{error:?}"
        );
    }
    assert_eq!(server.requests().len(), 1, "the one look");
}

#[tokio::test]
async fn our_user_is_deleted_by_its_sub_and_gone_is_gone() {
    let made = Some(made(SUB));
    for (play, works) in [
        (answer(&json!({})), true),
        (error("UserNotFoundException"), true),
        (error("NotAuthorizedException"), false),
        (Play::Lost, false),
    ] {
        let server = server(vec![play]).await;
        let keychain = Keychain::default();
        let holds = keychain.holds.clone();
        let deleted = send::delete(
            &aws_with(&server, keychain),
            &spec(made.clone()),
            &user(SUB, true),
        )
        .await;
        assert_eq!(deleted.is_ok(), works, "{deleted:?}");
        assert_eq!(*holds.lock().unwrap(), 1, "nobody signs it in meanwhile");
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "one try");
        assert!(
            requests[0].contains("AdminDeleteUser")
                && requests[0].contains(&format!("\"Username\":\"{SUB}\""))
        );
        assert!(!requests[0].contains(USER));
    }
}

#[tokio::test]
async fn an_answer_about_somebody_else_or_half_an_answer_is_not_believed() {
    let without = |field: &'static str| stands(move |user| drop(user.as_object_mut().unwrap().remove(field)));
    for (what, play) in [
        (
            "another user",
            stands(|user| {
                user["Username"] = json!("other");
                user["UserAttributes"] = json!([{"Name": "sub", "Value": "x"}, {"Name": "email", "Value": "other@example.nhs.test"}]);
            }),
        ),
        (
            "no sub",
            stands(|user| user["UserAttributes"] = json!([{"Name": "email", "Value": USER}])),
        ),
        ("not said whether enabled", without("Enabled")),
        ("no time", without("UserCreateDate")),
        ("no status", without("UserStatus")),
        (
            "the user's name for a sub",
            stands(|user| user["UserAttributes"][0]["Value"] = json!(USER)),
        ),
    ] {
        let server = server(vec![play]).await;
        let error = bound(&server, None).read(None).await.unwrap_err();
        assert_eq!(error.kind, Kind::Untrue, "{what}: {error:?}");
        let said = error.sentence();
        for part in [
            "AdminGetUser",
            POOL,
            "was answered, but",
            "Look who answers there",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!format!("{error:?}").contains(USER));
    }
}

/// Whose user it is: by the answer's sub, else by when it was made, by AWS's own clock.
#[tokio::test]
async fn whose_user_stands_there_is_told_by_its_sub_or_by_its_time() {
    let mark = mark();
    let answered = receipt();
    let created = |seconds: i64| stands(move |user| user["UserCreateDate"] = json!(DATE_S + seconds));
    let wish = image(Some(CanaryUser::wished()));
    for (what, play, receipt, expected) in [
        ("ours by its sub", created(1_000), Some(&answered), "after"),
        ("there long before", created(-60), Some(&answered), "other"),
        (
            "another sub",
            stands(|user| user["UserAttributes"][0]["Value"] = json!(OTHER)),
            Some(&answered),
            "other",
        ),
        ("lost, at once", created(0), None, "after"),
        ("lost, within", created(18), None, "after"),
        ("lost, too late", created(19), None, "other"),
        ("lost, before", created(-1), None, "other"),
        (
            "reset",
            stands(|user| user["UserStatus"] = json!("RESET_REQUIRED")),
            Some(&answered),
            "other",
        ),
        (
            "disabled",
            stands(|user| user["Enabled"] = json!(false)),
            Some(&answered),
            "other",
        ),
        (
            "unverified",
            stands(|user| user["UserAttributes"][2]["Value"] = json!("false")),
            Some(&answered),
            "other",
        ),
        (
            "absent",
            error("UserNotFoundException"),
            Some(&answered),
            "before",
        ),
        ("absent, lost", error("UserNotFoundException"), None, "before"),
    ] {
        // Whom the answer named is looked for by the sub as well.
        let server = server(vec![play, error("UserNotFoundException")]).await;
        let change = bound(&server, None);
        let sent = sent(receipt, Some(&mark));
        let now = change.read(Some(&sent)).await.unwrap();
        let finding = change.judge(&now, &image(None), &wish, Some(&sent));
        assert_eq!(finding.word(), expected, "{what}: {finding:?}");
    }
}

/// An attempt without a mark never signed anybody in: whoever stands there is somebody else's, whenever they were made. In
/// journals from before marks the time stands with the intent, and tells only with a sub beside it.
#[tokio::test]
async fn without_a_mark_nobody_was_signed_in() {
    let wish = image(Some(CanaryUser::wished()));
    let (early, answered) = (Witness::Time { at: at() }, receipt());
    for (what, witness, receipt, expected) in [
        ("killed during the proofs", None, None, "other"),
        ("an old journal, lost", Some(&early), None, "other"),
        ("an old journal, answered", Some(&early), Some(&answered), "after"),
    ] {
        let server = server(vec![stands(|_| {})]).await;
        let change = bound(&server, None);
        let sent = Sent {
            witness,
            ..sent(receipt, None)
        };
        let now = change.read(Some(&sent)).await.unwrap();
        let finding = change.judge(&now, &image(None), &wish, Some(&sent));
        assert_eq!(finding.word(), expected, "{what}: {finding:?}");
    }
}

#[tokio::test]
async fn an_undo_is_told_by_the_user_that_it_was_sent_for() {
    let server = server(vec![]).await;
    let change = bound(&server, Some(made(SUB)));
    let left = image(Some(user(SUB, true)));
    let undo = Sent {
        way: Way::Undo,
        ..sent(None, None)
    };
    for (now, expected) in [
        (image(None), "before"),
        // Answered with 200, and still there.
        (left.clone(), "after"),
        // Somebody signed it in since.
        (image(Some(user("another", false))), "other"),
    ] {
        let found = change.judge(&Observed::from(now), &image(None), &left, Some(&undo));
        assert_eq!(found.word(), expected, "{found:?}");
    }
    // Watched later, as the step left it.
    let wish = image(Some(CanaryUser::wished()));
    let watched =
        |user: CanaryUser| change.judge(&Observed::from(image(Some(user))), &image(None), &wish, None);
    assert_eq!(watched(user(SUB, true)), Finding::After);
    assert_eq!(watched(user("another", false)).word(), "other");
}

/// The way back does not depend on what the keychain holds since.
#[tokio::test]
async fn who_was_forgotten_is_found_by_the_sub() {
    let server = server(vec![stands(|_| {})]).await;
    let keychain = Keychain {
        empty: true,
        ..Keychain::default()
    };
    let made = Some(made(SUB));
    let change = Bound::new(aws_with(&server, keychain), CanaryChange(spec(made)));
    let now = change.read(None).await.unwrap();
    assert!(server.requests()[0].contains(SUB) && !server.requests()[0].contains(USER));
    let back = change.plan(&now.image, Some(&image(None))).unwrap();
    assert_eq!(back.calls[0].parameters["Username"], SUB);
    assert_eq!(back.calls.len(), 1);
}
