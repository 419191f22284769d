//! Tokens: those that tell nothing, and the forged one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;
use switchback_model::{AuthorisedCheck, Verdict};

use super::{
    Canaries, HOST, NEW, NOW, OLD, PINNED, REFUSED, check, claims_of, forged_of, gateway, is, said,
    said_with, token_of,
};
use crate::tests::serving::{Reply, Request, says, secure};
use crate::tests::spec;
use crate::{ProbeWorld, check_authorised};

#[tokio::test]
async fn a_token_with_which_nothing_can_be_told_is_never_sent() {
    let changed = |key: &str, value: serde_json::Value| {
        let mut claims = claims_of(OLD);
        claims[key] = value;
        token_of(&claims)
    };
    let broken = token_of(&claims_of(OLD)).replace("eyJpc3Mi", "e!yJpc3Mi");
    let padded = format!("eyJhbGciOiJSUzI1NiJ9.{}==.x", URL_SAFE_NO_PAD.encode("{}"));
    let table = [
        (
            changed("exp", json!(NOW)),
            "its token has expired by this computer's clock",
        ),
        (changed("exp", json!(null)), "its token does not say when it ends"),
        (
            changed("exp", json!(1e300)),
            "its token does not say when it ends",
        ),
        (
            changed("iat", json!(NOW + 301)),
            "its token was issued 301 s ahead of this computer's clock",
        ),
        (
            changed(
                "iss",
                json!("https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_NEWEXAMPLE"),
            ),
            "its token is of another issuer, https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_NEWEXAMPLE",
        ),
        (
            changed("iss", json!("https://evil.test/eu-west-2_OLDEXAMPLE")),
            "its token is of another issuer, https://evil.test/eu-west-2_OLDEXAMPLE",
        ),
        (changed("iss", json!(null)), "its token names no issuer"),
        (changed("token_use", json!("access")), "its token is no ID token"),
        (changed("exp", json!("soon")), "its token can't be read"),
        (broken, "its token can't be read"),
        (padded, "its token can't be read"),
        ("a.b".to_owned(), "its token can't be read"),
        ("a.b.c.d".to_owned(), "its token can't be read"),
        ("a.e30.c".to_owned(), "its token names no issuer"),
        (String::new(), "its token can't be read"),
        (format!("a.{}.c", "\n"), "its token can't be read"),
    ];
    for (token, words) in table {
        let canaries = Canaries {
            odd: vec![(OLD, token.clone())],
            ..Canaries::default()
        };
        let (reading, came) = said_with(&canaries, gateway).await;
        is(
            &reading,
            Verdict::Error,
            &format!(
                "{OLD}: {words}; 401 without a token; 401 with a forged one of {NEW}; 200 with one of {NEW}"
            ),
        );
        assert_eq!(came.len(), 3, "{words}");
        assert!(token.is_empty() || !format!("{reading:?}").contains(&token));
    }
}

#[tokio::test]
async fn without_a_canary_it_can_not_be_told_and_the_mend_says_how_to_name_one() {
    let canaries = Canaries {
        nobody: true,
        ..Canaries::default()
    };
    let (reading, _) = said_with(&canaries, gateway).await;
    is(
        &reading,
        Verdict::Error,
        &format!(
            "{OLD}: no canary user is known here; {NEW}: no canary user is known here; 401 without a token"
        ),
    );
    let mend = format!(
        "Name one: switchback canary set --target preprod --pool {OLD} --client CLIENT-ID --user NAME"
    );
    assert_eq!(reading.mend, Some(mend));
}

#[tokio::test]
async fn a_token_is_never_sent_in_the_clear() {
    let check = AuthorisedCheck {
        url: format!("http://{HOST}/"),
        ..check()
    };
    let canaries = Canaries::default();
    let world = ProbeWorld {
        dial: [(PINNED.parse().unwrap(), "127.0.0.1:9".parse().unwrap())].into(),
        ..ProbeWorld::default()
    };
    let reading = check_authorised(&spec(), &check, Some(&canaries), &world, Timestamp::UNIX_EPOCH).await;
    is(&reading, Verdict::Error, "a token is never sent in the clear");
    assert!(canaries.asked.lock().unwrap().is_empty());
}

/// An API that looks at whether there is a token, or at what it says, answers everybody who can write one. Where no pool is to
/// be refused, nothing but the forged one finds that.
#[tokio::test]
async fn an_api_that_takes_any_token_is_told() {
    let accepts = AuthorisedCheck {
        refuses: Vec::new(),
        ..check()
    };
    type Gateway = fn(&Request) -> Reply;
    let any: Gateway = |request| match request.header("authorization") {
        Some(_) => says(200, "", ""),
        None => says(401, "application/json", REFUSED),
    };
    let claims: Gateway = |request| {
        let names = |token: &str| {
            let payload = token
                .split('.')
                .nth(1)
                .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
            payload.is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains(NEW))
        };
        match request.header("authorization").is_some_and(names) {
            true => says(200, "", ""),
            false => says(401, "application/json", REFUSED),
        }
    };
    let now = Timestamp::from_second(NOW).unwrap();
    for gateway in [any, claims] {
        let (at, _, pem) = secure(HOST, gateway).await;
        let world = ProbeWorld {
            dial: [(PINNED.parse().unwrap(), at)].into(),
            ca_pem: Some(pem),
            ..ProbeWorld::default()
        };
        let canaries = Canaries::default();
        let reading = check_authorised(&spec(), &accepts, Some(&canaries), &world, now).await;
        is(
            &reading,
            Verdict::Fail,
            "a forged token of eu-west-2_NEWEXAMPLE is answered (HTTP 200): nobody looks at its signature; 401 without a \
             token; 200 with one of eu-west-2_NEWEXAMPLE",
        );
        assert!(reading.mend.is_some_and(|mend| mend.contains("verifies tokens")));
    }
}

/// Who refuses a forged token in words of its own has looked at it; who says that its time is over has not.
#[tokio::test]
async fn a_forged_token_is_refused_in_any_words_but_those_of_time() {
    for (words, verdict) in [
        ("Signature verification failed", Verdict::Pass),
        ("The incoming token has expired", Verdict::Error),
    ] {
        let reading = said(move |request| match request.header("authorization") {
            Some(token) if token == forged_of(NEW) => {
                says(401, "application/json", &format!("{{\"message\":\"{words}\"}}"))
            }
            _ => gateway(request),
        })
        .await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
    }
    for (status, verdict) in [(403, Verdict::Fail), (500, Verdict::Error)] {
        let reading = said(move |request| match request.header("authorization") {
            Some(token) if token == forged_of(NEW) => says(status, "", ""),
            _ => gateway(request),
        })
        .await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
    }
}

/// A token that names its signature in no way that can be read is not forged, and says so.
#[tokio::test]
async fn a_signature_that_can_not_be_read_is_told() {
    for signature in ["", "c", "!!!!"] {
        let token = token_of(&claims_of(NEW)).replace("c2lnbmVk", signature);
        let canaries = Canaries {
            odd: vec![(NEW, token)],
            ..Canaries::default()
        };
        let (reading, _) = said_with(&canaries, gateway).await;
        assert!(
            reading
                .observed
                .contains("its token has no signature that can be read"),
            "{signature}: {}",
            reading.observed
        );
        assert_ne!(reading.verdict, Verdict::Pass);
    }
}
