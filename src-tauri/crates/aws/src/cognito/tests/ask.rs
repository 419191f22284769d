//! How often Cognito is asked, and what becomes of what it refuses.

use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::cognito::{CognitoCheck, MfaMode, PoolExpectation};
use switchback_model::{CheckId, CheckKind, CheckReading, CheckSpec, Verdict};

use crate::Aws;
use crate::tests::server::{Play, Server, server};

const POOL: &str = "eu-west-2_EXAMPLE";

fn play(status: u16, body: &str) -> Play {
    Play::Answer(status, body.to_owned())
}

fn refusal(code: &str, message: &str) -> Play {
    play(400, &format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
}

fn a_pool() -> Play {
    play(
        200,
        r#"{"UserPool":{"Id":"eu-west-2_EXAMPLE","DeletionProtection":"ACTIVE","AdminCreateUserConfig":{"AllowAdminCreateUserOnly":true}}}"#,
    )
}

async fn check_with(aws: &Aws, pool: &str, expected: PoolExpectation, mend: Option<&str>) -> CheckReading {
    let check = CognitoCheck {
        pool_id: pool.to_owned(),
        expected,
    };
    let spec = CheckSpec {
        id: CheckId::new("check").unwrap(),
        title: "A check".to_owned(),
        kind: CheckKind::Cognito(check.clone()),
        believable_s: 60,
        within_s: None,
        mend: mend.map(str::to_owned),
    };
    aws.check_cognito(&spec, &check, jiff::Timestamp::UNIX_EPOCH)
        .await
}

async fn check(aws: &Aws, expected: PoolExpectation) -> CheckReading {
    check_with(aws, POOL, expected, None).await
}

fn operations(server: &Server) -> Vec<String> {
    let name = |request: &String| {
        let line = request
            .lines()
            .find(|line| line.to_lowercase().starts_with("x-amz-target:"));
        line.unwrap().rsplit('.').next().unwrap().trim().to_owned()
    };
    server.requests().iter().map(name).collect()
}

fn client(id: &str) -> PoolExpectation {
    PoolExpectation::Client(switchback_model::cognito::ClientExpectation {
        client_id: id.to_owned(),
        flows: vec![],
        callback_urls: vec![],
        logout_urls: vec![],
        secret: false,
        providers: vec![],
    })
}

#[tokio::test]
async fn one_description_serves_a_round_and_no_other() {
    let server = server(vec![a_pool(), a_pool()]).await;
    let aws = crate::tests::aws(&server.url);
    for round in 1..=2 {
        let readings = tokio::join!(
            check(&aws, PoolExpectation::DeletionProtection),
            check(&aws, PoolExpectation::AdminCreateOnly),
            check(&aws, PoolExpectation::Recovery),
        );
        assert_eq!(readings.0.verdict, Verdict::Pass);
        assert_eq!(readings.1.verdict, Verdict::Pass);
        assert_eq!(readings.2.verdict, Verdict::Fail);
        assert_eq!(operations(&server), vec!["DescribeUserPool"; round]);
    }
}

#[tokio::test]
async fn who_asks_after_the_question_has_left_asks_anew() {
    let server = server(vec![a_pool(), a_pool()]).await;
    let aws = crate::tests::aws(&server.url);
    let first = tokio::spawn({
        let aws = aws.clone();
        async move { check(&aws, PoolExpectation::DeletionProtection).await }
    });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let second = check(&aws, PoolExpectation::DeletionProtection).await;
    assert_eq!(second.verdict, Verdict::Pass);
    assert_eq!(first.await.unwrap().verdict, Verdict::Pass);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_question_that_was_given_up_is_asked_by_the_next() {
    let server = server(vec![a_pool()]).await;
    let aws = crate::tests::aws(&server.url);
    let mut dropped = Box::pin(check(&aws, PoolExpectation::DeletionProtection));
    let once = std::future::poll_fn(|cx| {
        let _ = dropped.as_mut().poll(cx);
        std::task::Poll::Ready(())
    });
    once.await;
    drop(dropped);
    assert!(server.requests().is_empty());
    let reading = check(&aws, PoolExpectation::DeletionProtection).await;
    assert_eq!(reading.verdict, Verdict::Pass);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_missing_permission_stops_only_its_own_checks() {
    let denied = || {
        refusal(
            "AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/operator/me is not authorized",
        )
    };
    // The server's clock is not ours, so the SDK takes a refusal for a skewed clock and repeats it.
    let server = server(vec![denied(), denied(), denied(), a_pool()]).await;
    let aws = crate::tests::aws(&server.url);
    let mfa = check(&aws, PoolExpectation::Mfa { mfa: MfaMode::Off }).await;
    assert_eq!(mfa.verdict, Verdict::Error);
    assert!(
        mfa.observed.contains("cognito-idp:GetUserPoolMfaConfig"),
        "{}",
        mfa.observed
    );
    assert!(
        mfa.mend
            .unwrap()
            .contains("cognito-idp:GetUserPoolMfaConfig on the user pool eu-west-2_EXAMPLE")
    );
    assert!(!mfa.observed.contains("123456789012"));
    let pool = check(&aws, PoolExpectation::DeletionProtection).await;
    assert_eq!(pool.verdict, Verdict::Pass);
}

#[tokio::test]
async fn a_pool_of_another_region_is_named_before_any_call() {
    let server = server(vec![]).await;
    let aws = crate::tests::aws(&server.url);
    for (pool, said) in [
        ("us-east-1_EXAMPLE", "us-east-1, this target is in eu-west-2"),
        ("EXAMPLE", "no id of a user pool"),
    ] {
        let reading = check_with(&aws, pool, PoolExpectation::Recovery, None).await;
        assert_eq!(reading.verdict, Verdict::Fail);
        assert!(reading.observed.contains(said), "{}", reading.observed);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let no_pool = || {
        refusal(
            "ResourceNotFoundException",
            "User pool eu-west-2_EXAMPLE does not exist.",
        )
    };
    let no_client = refusal("ResourceNotFoundException", "User pool client c1 does not exist.");
    let nobody = || play(200, r#"{"DomainDescription":{}}"#);
    let domain = || PoolExpectation::Domain {
        domain: "auth.example.nhs.test".to_owned(),
    };
    for (answer, expected, said) in [
        (
            no_pool(),
            PoolExpectation::Recovery,
            "there is no pool eu-west-2_EXAMPLE in eu-west-2",
        ),
        (
            no_pool(),
            PoolExpectation::Mfa { mfa: MfaMode::Off },
            "there is no pool",
        ),
        (no_pool(), client("c1"), "there is no pool eu-west-2_EXAMPLE"),
        (
            // As another implementation says it.
            refusal("ResourceNotFoundException", "c1"),
            client("c1"),
            "there is no client c1 in the pool eu-west-2_EXAMPLE",
        ),
        (
            no_client,
            client("c1"),
            "there is no client c1 in the pool eu-west-2_EXAMPLE",
        ),
        (nobody(), domain(), "there is no such domain"),
        (
            refusal("ResourceNotFoundException", "No such domain"),
            domain(),
            "there is no such domain",
        ),
    ] {
        let server = server(vec![answer]).await;
        let aws = crate::tests::aws(&server.url);
        let reading = check_with(&aws, POOL, expected, Some("Ask the platform team.")).await;
        assert_eq!(reading.verdict, Verdict::Fail, "{}", reading.observed);
        assert!(reading.observed.contains(said), "{}", reading.observed);
    }
}

#[tokio::test]
async fn the_runbooks_words_stand_above_the_terraform() {
    let empty = play(
        200,
        r#"{"UserPool":{"Id":"eu-west-2_EXAMPLE","DeletionProtection":"INACTIVE"}}"#,
    );
    let server = server(vec![empty]).await;
    let aws = crate::tests::aws(&server.url);
    let words = Some("Ask the platform team.");
    let reading = check_with(&aws, POOL, PoolExpectation::DeletionProtection, words).await;
    insta::assert_snapshot!("words above", reading.mend.unwrap());
    assert_eq!(reading.source, "cognito-idp:DescribeUserPool");
    assert_eq!(
        (reading.observed.as_str(), reading.expected.as_str()),
        ("INACTIVE", "ACTIVE")
    );
}

#[tokio::test]
async fn an_answer_without_a_mode_does_not_mean_off() {
    let server = server(vec![play(200, "{}")]).await;
    let aws = crate::tests::aws(&server.url);
    let reading = check(&aws, PoolExpectation::Mfa { mfa: MfaMode::Off }).await;
    assert_eq!(reading.verdict, Verdict::Error, "{}", reading.observed);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_verdict() {
    for (answer, said) in [
        (play(200, "{}"), "no user pool"),
        (play(500, r#"{"__type":"InternalErrorException"}"#), "failed"),
        (
            refusal("TooManyRequestsException", "Rate exceeded"),
            "too many requests",
        ),
        (
            refusal("NotAuthorizedException", "no"),
            "cognito-idp:DescribeUserPool",
        ),
    ] {
        let again = |answer: &Play| match answer {
            Play::Answer(status, body) => Play::Answer(*status, body.clone()),
            _ => Play::Lost,
        };
        // The SDK repeats a read by itself.
        let server = server(vec![again(&answer), again(&answer), answer]).await;
        let aws = crate::tests::aws(&server.url);
        let reading = check(&aws, PoolExpectation::DeletionProtection).await;
        assert_eq!(reading.verdict, Verdict::Error, "{}", reading.observed);
        assert!(reading.observed.contains(said), "{}", reading.observed);
    }
}

#[test]
fn who_may_not_look_people_up_is_told_which_policy_grants_it() {
    let denied = |operation: &str| {
        let error = ProviderError {
            kind: ProviderErrorKind::Denied,
            operation: operation.to_owned(),
            message: String::new(),
            hint: None,
            request_id: None,
            sent: false,
        };
        super::super::ask::lacking(error, "the user pool").hint.unwrap()
    };
    for operation in ["ListUsers", "AdminGetUser"] {
        let hint = denied(operation);
        assert!(hint.contains("--target TARGET --iam support` prints"), "{hint}");
    }
    assert!(!denied("DescribeUserPool").contains("--iam support"));
}

#[tokio::test]
async fn an_answer_about_another_object_tells_nothing_of_ours() {
    let theirs = r#"{"UserPool":{"Id":"eu-west-2_OTHER","DeletionProtection":"ACTIVE"}}"#;
    let of_client = |pool: &str, id: &str| {
        format!(r#"{{"UserPoolClient":{{"UserPoolId":"{pool}","ClientId":"{id}","ExplicitAuthFlows":[]}}}}"#)
    };
    let domain =
        r#"{"DomainDescription":{"Domain":"other","UserPoolId":"eu-west-2_EXAMPLE","Status":"ACTIVE"}}"#;
    let sign_in = || PoolExpectation::Domain {
        domain: "signin".to_owned(),
    };
    for (body, expected, said) in [
        (
            theirs.to_owned(),
            PoolExpectation::DeletionProtection,
            "holds no user pool of that id",
        ),
        (
            of_client(POOL, "2other"),
            client("1example"),
            "holds no client of that id in that pool",
        ),
        (
            of_client("eu-west-2_OTHER", "1example"),
            client("1example"),
            "holds no client of that id in that pool",
        ),
        (
            domain.to_owned(),
            sign_in(),
            "holds no description of that domain",
        ),
    ] {
        let server = server(vec![play(200, &body)]).await;
        let reading = check(&crate::tests::aws(&server.url), expected).await;
        assert_eq!(reading.verdict, Verdict::Error, "{}", reading.observed);
        assert!(reading.observed.contains(said), "{}", reading.observed);
    }
}
