//! Whom a route answers, against gateways that are set up badly in known ways.

use std::sync::Mutex;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;
use switchback_model::{AuthorisedCheck, CheckReading, Verdict};

use super::serving::{Reply, Request, says, secure};
use super::spec;
use crate::{IdToken, NoToken, ProbeWorld, Stands, Tokens, check_authorised};

const HOST: &str = "api.example.nhs.test";
const PINNED: &str = "198.51.100.30";
const NEW: &str = "eu-west-2_NEWEXAMPLE";
const OLD: &str = "eu-west-2_OLDEXAMPLE";
const NOW: i64 = 1_790_000_000;

fn check() -> AuthorisedCheck {
    AuthorisedCheck {
        url: format!("https://{HOST}/reval/api/trainees"),
        address: Some(PINNED.parse().unwrap()),
        accepts: vec![NEW.to_owned()],
        refuses: vec![OLD.to_owned()],
    }
}

fn claims_of(pool: &str) -> serde_json::Value {
    json!({
        "iss": format!("https://cognito-idp.eu-west-2.amazonaws.com/{pool}"),
        "token_use": "id", "iat": NOW - 60, "exp": NOW + 3540,
    })
}

fn token_of(claims: &serde_json::Value) -> String {
    format!(
        "eyJhbGciOiJSUzI1NiJ9.{}.c2lnbmVk",
        URL_SAFE_NO_PAD.encode(claims.to_string())
    )
}

/// The same token, of which one bit of the signature is another one: `signed` became `sigoed`.
fn forged_of(pool: &str) -> String {
    token_of(&claims_of(pool)).replace(".c2lnbmVk", ".c2lnb2Vk")
}

/// Gives what it is made of, and remembers who was asked for.
#[derive(Default)]
struct Canaries {
    /// Instead of a sound token, by pool.
    odd: Vec<(&'static str, String)>,
    nobody: bool,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Tokens for Canaries {
    async fn id_token(&self, pool: &str) -> Result<IdToken, NoToken> {
        self.asked.lock().unwrap().push(pool.to_owned());
        if self.nobody {
            return Err(NoToken::nobody("preprod", pool));
        }
        let odd = self.odd.iter().find(|(of, _)| *of == pool);
        Ok(IdToken::new(odd.map_or_else(
            || token_of(&claims_of(pool)),
            |(_, token)| token.clone(),
        )))
    }

    async fn fresh_id_token(&self, pool: &str) -> Result<IdToken, NoToken> {
        self.id_token(pool).await
    }

    async fn knows(&self, pool: &str) -> Result<(), NoToken> {
        match self.nobody {
            true => Err(NoToken::nobody("preprod", pool)),
            false => Ok(()),
        }
    }

    async fn stands(&self, _pool: &str, _sub: Option<&str>) -> Result<Stands, NoToken> {
        Ok(Stands {
            by_name: !self.nobody,
            by_sub: None,
        })
    }
}

/// Which pool the token is of, as the gateway reads it.
fn pool_of(request: &Request) -> Option<&'static str> {
    let token = request.header("authorization")?;
    [NEW, OLD]
        .into_iter()
        .find(|pool| token == token_of(&claims_of(pool)))
}

const REFUSED: &str = "{\"message\":\"Unauthorized\"}";

/// API Gateway with one pool.
fn gateway(request: &Request) -> Reply {
    match pool_of(request) {
        Some(NEW) => says(200, "application/json", "[{\"name\":\"somebody\"}]"),
        _ => says(401, "application/json", REFUSED),
    }
}

async fn said_with(
    canaries: &Canaries,
    replies: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (CheckReading, Vec<Request>) {
    let (at, came, pem) = secure(HOST, replies).await;
    let world = ProbeWorld {
        dial: [(PINNED.parse().unwrap(), at)].into(),
        ca_pem: Some(pem),
        ..ProbeWorld::default()
    };
    let now = Timestamp::from_second(NOW).unwrap();
    let reading = check_authorised(&spec(), &check(), Some(canaries), &world, now).await;
    let came = came.lock().unwrap().clone();
    (reading, came)
}

async fn said(replies: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> CheckReading {
    said_with(&Canaries::default(), replies).await.0
}

#[track_caller]
fn is(reading: &CheckReading, verdict: Verdict, observed: &str) {
    assert_eq!(
        (reading.verdict.clone(), reading.observed.as_str()),
        (verdict, observed)
    );
}

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
