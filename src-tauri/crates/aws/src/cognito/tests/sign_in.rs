//! One try, and what each answer comes to. No words hold the user's name or password.

use switchback_engine::ports::ProviderErrorKind as Kind;
use zeroize::Zeroizing;

use crate::cognito::{Credentials, NotSignedIn};
use crate::tests::server::{Play, Server, server};

const POOL: &str = "eu-west-2_EXAMPLE";
const WHO: Credentials<'_> = Credentials {
    client: "exampleclient",
    user: "canary-of-probes",
    password: "not-a-real-password",
};

async fn sign_in(server: &Server) -> Result<Zeroizing<String>, NotSignedIn> {
    let signed_in = crate::tests::aws(&server.url).sign_in_to(POOL, WHO).await;
    let said = format!("{signed_in:?} {WHO:?}");
    assert!(!said.contains(WHO.user) && !said.contains(WHO.password), "{said}");
    signed_in
}

async fn answered(status: u16, body: &str) -> (Result<Zeroizing<String>, NotSignedIn>, Server) {
    let server = server(vec![Play::Answer(status, body.to_owned())]).await;
    let signed_in = sign_in(&server).await;
    assert_eq!(server.requests().len(), 1, "one try");
    (signed_in, server)
}

#[tokio::test]
async fn one_unsigned_request_brings_the_id_token() {
    let body =
        r#"{"AuthenticationResult":{"IdToken":"a.b.c","AccessToken":"d.e.f"},"ChallengeParameters":{}}"#;
    let (signed_in, server) = answered(200, body).await;
    assert_eq!(signed_in.unwrap().as_str(), "a.b.c");
    let request = server.requests().remove(0);
    for part in ["InitiateAuth", "USER_PASSWORD_AUTH", "exampleclient", WHO.user] {
        assert!(request.contains(part), "{part}: {request}");
    }
    assert!(
        !request.to_ascii_lowercase().contains("authorization:"),
        "it needs no signature"
    );
}

#[tokio::test]
async fn what_is_refused_is_said_in_our_own_words_and_not_tried_twice() {
    for (code, words) in [
        ("NotAuthorizedException", "not accepted"),
        ("UserNotFoundException", "no such user"),
        ("PasswordResetRequiredException", "must be reset"),
        ("UserNotConfirmedException", "not confirmed"),
        ("ResourceNotFoundException", "no such app client"),
        ("InvalidParameterException", "does not allow a password"),
        ("UserLambdaValidationException", "trigger"),
        ("SomethingNewException", "SomethingNewException"),
    ] {
        let body =
            format!(r#"{{"__type":"{code}","message":"canary-of-probes with not-a-real-password: no"}}"#);
        let (signed_in, _) = answered(400, &body).await;
        match signed_in.unwrap_err() {
            NotSignedIn::Refused { why, mend } => assert!(why.contains(words) && !mend.is_empty(), "{why}"),
            NotSignedIn::Untold(error) => panic!("{code}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_challenge_is_refused_by_its_name() {
    let body = r#"{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"s","ChallengeParameters":{"USER_ID_FOR_SRP":"canary-of-probes"}}"#;
    let (signed_in, _) = answered(200, body).await;
    let NotSignedIn::Refused { why, .. } = signed_in.unwrap_err() else {
        panic!("a challenge is a refusal")
    };
    assert!(why.contains("NEW_PASSWORD_REQUIRED"), "{why}");
    // A name that is none is shown, and not obeyed.
    let (signed_in, _) = answered(200, r#"{"ChallengeName":"A\u001b[31m\nB"}"#).await;
    let NotSignedIn::Refused { why, .. } = signed_in.unwrap_err() else {
        panic!("a challenge is a refusal")
    };
    assert!(!why.contains('\u{1b}') && !why.contains('\n'), "{why:?}");
}

#[tokio::test]
async fn what_is_no_refusal_is_not_called_one() {
    let kind = |signed_in: Result<_, NotSignedIn>| match signed_in {
        Err(NotSignedIn::Untold(error)) => error.kind,
        other => panic!("{other:?}"),
    };
    let (busy, _) = answered(400, r#"{"__type":"TooManyRequestsException","message":"x"}"#).await;
    assert_eq!(kind(busy), Kind::Throttled);
    let (failed, _) = answered(500, r#"{"__type":"InternalErrorException","message":"x"}"#).await;
    assert_eq!(kind(failed), Kind::Unclear);
    let (empty, _) = answered(200, "{}").await;
    assert_eq!(kind(empty), Kind::Untrue);
    let lost = server(vec![Play::Lost]).await;
    sign_in(&lost).await.unwrap_err();
    assert_eq!(lost.requests().len(), 1, "one try");
}

#[tokio::test]
async fn a_pool_of_another_region_is_not_asked() {
    let server = server(vec![]).await;
    let aws = crate::tests::aws(&server.url);
    for pool in ["eu-west-1_EXAMPLE", "no pool"] {
        let NotSignedIn::Untold(error) = aws.sign_in_to(pool, WHO).await.unwrap_err() else {
            panic!("nobody was asked")
        };
        assert_eq!(error.kind, Kind::Guard, "{error}");
    }
    assert!(server.requests().is_empty());
}
