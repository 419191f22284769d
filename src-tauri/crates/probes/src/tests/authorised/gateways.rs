//! Gateways that are sound, and that are set up badly in known ways.

use jiff::Timestamp;
use switchback_model::Verdict;

use super::{
    Canaries, NEW, NOW, OLD, PINNED, REFUSED, check, claims_of, forged_of, gateway, is, pool_of, said,
    said_with, token_of,
};
use crate::tests::serving::{Reply, says, secure};
use crate::tests::spec;
use crate::{IdToken, ProbeWorld, check_authorised};

#[tokio::test]
async fn a_sound_gateway_passes_in_the_right_order_and_is_given_the_raw_token() {
    let (reading, came) = said_with(&Canaries::default(), gateway).await;
    is(
        &reading,
        Verdict::Pass,
        "401 without a token; 401 with one of eu-west-2_OLDEXAMPLE; 401 with a forged one of eu-west-2_NEWEXAMPLE; 200 with \
         one of eu-west-2_NEWEXAMPLE",
    );
    let tokens: Vec<Option<&str>> = came
        .iter()
        .map(|request| request.header("authorization"))
        .collect();
    let (new, old) = (token_of(&claims_of(NEW)), token_of(&claims_of(OLD)));
    let forged = forged_of(NEW);
    assert_eq!(
        tokens,
        [
            None,
            Some(old.as_str()),
            Some(forged.as_str()),
            Some(new.as_str())
        ]
    );
    assert_eq!(
        forged.rsplit_once('.').unwrap().0,
        new.rsplit_once('.').unwrap().0
    );
    let shown = format!("{reading:?} {:?}", IdToken::new(new.clone()));
    assert!(!shown.contains("eyJ") && !shown.contains("somebody"), "{shown}");
}

#[tokio::test]
async fn who_answers_everybody_is_named_and_nobody_is_signed_in_for_it() {
    for (status, words) in [
        (200, "without a token: HTTP 200, not 401"),
        (
            403,
            "without a token: HTTP 403, which a firewall or the application says, too, not 401",
        ),
        (404, "without a token: HTTP 404, not 401"),
        (302, "without a token: HTTP 302, not 401"),
    ] {
        let canaries = Canaries::default();
        let (reading, came) = said_with(&canaries, move |_| says(status, "", "")).await;
        is(&reading, Verdict::Fail, words);
        assert!(canaries.asked.lock().unwrap().is_empty() && came.len() == 1);
        assert!(reading.mend.is_some());
    }
}

#[tokio::test]
async fn a_pool_that_is_still_answered_and_one_that_is_refused_are_told() {
    let reading = said(|request| match pool_of(request) {
        Some(OLD) => says(200, "", ""),
        _ => says(401, "application/json", REFUSED),
    })
    .await;
    is(
        &reading,
        Verdict::Fail,
        "a token of eu-west-2_OLDEXAMPLE is still answered (HTTP 200); a token of eu-west-2_NEWEXAMPLE is refused (HTTP \
         401); 401 without a token; 401 with a forged one of eu-west-2_NEWEXAMPLE",
    );
    let reading = said(|request| match pool_of(request) {
        None => says(401, "application/json", REFUSED),
        Some(_) => says(403, "application/json", "{\"message\":\"Forbidden\"}"),
    })
    .await;
    is(
        &reading,
        Verdict::Fail,
        "a token of eu-west-2_OLDEXAMPLE: HTTP 403, which a firewall or the application says, too, not 401; a token of \
         eu-west-2_NEWEXAMPLE: HTTP 403, which a firewall or the application says, too, not 200; 401 without a token; \
         401 with a forged one of eu-west-2_NEWEXAMPLE",
    );
}

#[tokio::test]
async fn what_says_nothing_of_whom_it_answers_can_not_be_told() {
    for status in [429, 500, 502, 503, 504] {
        let reading = said(move |_| says(status, "", "")).await;
        is(
            &reading,
            Verdict::Error,
            &format!("without a token: HTTP {status}"),
        );
        let reading = said(move |request| match pool_of(request) {
            None => says(401, "application/json", REFUSED),
            Some(_) => says(status, "", ""),
        })
        .await;
        let words = format!(
            "a token of {OLD}: HTTP {status}; a token of {NEW}: HTTP {status}; 401 without a token; 401 with a forged one of {NEW}"
        );
        is(&reading, Verdict::Error, &words);
    }
}

#[tokio::test]
async fn a_refusal_in_other_words_is_none() {
    // API Gateway says this of a token whose time is over, whatever its pool.
    let expired = "{\"message\":\"The incoming token has expired\"}";
    let reading = said(move |request| match pool_of(request) {
        None => says(401, "application/json", REFUSED),
        Some(_) => says(401, "application/json", expired),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Error);
    let words = "a token of eu-west-2_OLDEXAMPLE: HTTP 401, but it says that the token has expired: look at the clocks; \
                 a token of eu-west-2_NEWEXAMPLE: HTTP 401, but it says that the token has expired";
    assert!(reading.observed.starts_with(words), "{}", reading.observed);
    // And this is how a resource server says it.
    let reading = said(|request| match pool_of(request) {
        None => Reply::Says(401, "", "www-authenticate: Bearer\r\n".to_owned(), Vec::new()),
        Some(_) => {
            let challenge =
                "www-authenticate: Bearer error=\"invalid_token\", error_description=\"Jwt expired at\"\r\n";
            Reply::Says(401, "", challenge.to_owned(), Vec::new())
        }
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Error, "{}", reading.observed);
    let reading = said(|request| match pool_of(request) {
        Some(OLD) => says(401, "application/json", "{\"message\":\"Nobody is at home\"}"),
        _ => gateway(request),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Error);
    let words = "a token of eu-west-2_OLDEXAMPLE: HTTP 401, but in other words than without a token, where it says \
                 \"Unauthorized\"";
    assert!(
        !reading.observed.contains("Nobody is at home"),
        "{}",
        reading.observed
    );
    assert!(reading.observed.starts_with(words), "{}", reading.observed);
}

#[tokio::test]
async fn an_answer_without_end_is_not_waited_for() {
    let reading = said(|request| match pool_of(request) {
        // What an accepted token is answered is not read at all.
        Some(NEW) => Reply::Pours,
        _ => gateway(request),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
    let long = format!("{{\"message\":\"{}\"}}", "x".repeat(100_000));
    let reading = said(move |request| match pool_of(request) {
        Some(OLD) => says(401, "application/json", &long),
        _ => gateway(request),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Error, "{}", reading.observed);
    assert!(reading.observed.len() < 300);
}

#[tokio::test]
async fn a_site_that_is_down_can_not_be_told() {
    let (at, _, pem) = secure("other.example.nhs.test", gateway).await;
    let world = |at, pem: &str| ProbeWorld {
        dial: [(PINNED.parse().unwrap(), at)].into(),
        ca_pem: Some(pem.to_owned()),
        ..ProbeWorld::default()
    };
    let now = Timestamp::from_second(NOW).unwrap();
    let nobody = "127.0.0.1:1".parse().unwrap();
    let down = check_authorised(&spec(), &check(), None, &world(nobody, &pem), now).await;
    is(
        &down,
        Verdict::Error,
        "without a token: the connection was refused",
    );
    // And nothing is sent to who is somebody else.
    let wrong = check_authorised(&spec(), &check(), None, &world(at, &pem), now).await;
    assert_eq!(wrong.verdict, Verdict::Error);
    assert!(wrong.observed.contains("for other names"), "{}", wrong.observed);
}
