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

mod gateways;
mod tokens;

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
