//! Tokens of people who are made for probes: where they come from, and what a token says of itself.

use std::fmt;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::Value;
use switchback_model::cognito::pool_region;
use zeroize::Zeroizing;

use crate::error::printable;

/// Gives ID tokens of user pools, each of somebody who is made for probes and has signed in before.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// A token of this pool. Whoever gives them keeps them in memory alone, and sees to it that nobody is locked out
    /// by many tries.
    ///
    /// # Errors
    /// In words for people, where there is nobody of this pool or the sign-in fails.
    async fn id_token(&self, pool: &str) -> Result<IdToken, NoToken>;

    /// A token of a sign-in of now, or of half a minute ago at most: what says what a sign-in brings is no older.
    ///
    /// # Errors
    /// As [`Tokens::id_token`].
    async fn fresh_id_token(&self, pool: &str) -> Result<IdToken, NoToken>;

    /// Whether a canary of this pool is known here at all. Nobody is asked for it but this computer.
    ///
    /// # Errors
    /// In words for people, where there is none.
    async fn knows(&self, pool: &str) -> Result<(), NoToken>;

    /// Whether the pool has somebody of that name, and whether it has the user of this `sub`, where one is given: who was
    /// renamed is found by that alone. Nobody is signed in for it.
    ///
    /// # Errors
    /// In words for people, where there is nobody of this pool or it can't be asked.
    async fn stands(&self, pool: &str, sub: Option<&str>) -> Result<Stands, NoToken>;
}

/// Whom a look at a pool found, by what it was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    /// Somebody of the canary's user name.
    pub by_name: bool,
    /// The user of the `sub` that was given; none where none was.
    pub by_sub: Option<bool>,
}

/// An ID token. It is never shown, and wiped from memory at its end.
#[derive(Clone)]
pub struct IdToken(Zeroizing<String>);

impl IdToken {
    /// Of a token as Cognito gave it.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(Zeroizing::new(token))
    }

    /// When it ends, on the clock of who issued it; none where it can't be read.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.claims()?.exp.and_then(moment)
    }

    /// The same token with another signature, which nobody's key has made: one bit of it is turned round, so that its form
    /// and its length stay. None where it has no signature that can be read.
    pub(crate) fn forged(&self) -> Option<Self> {
        let (signed, signature) = self.0.rsplit_once('.')?;
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let middle = bytes.len() / 2;
        *bytes.get_mut(middle)? ^= 1;
        Some(Self::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// As Reval sends it: the token alone, without `Bearer`.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.0).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// What of it is not as it should be: the client that it is for, these claims, a verified e-mail address. In words
    /// without a value.
    pub(crate) fn lacks(&self, client: &str, claims: &[String]) -> Vec<String> {
        let Some(told) = self
            .payload()
            .and_then(|payload| serde_json::from_slice::<Value>(&payload).ok())
        else {
            return vec!["its token can't be read".to_owned()];
        };
        let mut lacks = Vec::new();
        if told.get("aud").and_then(Value::as_str) != Some(client) {
            lacks.push(format!("its token is not for client {client}"));
        }
        let empty: Vec<&str> = claims
            .iter()
            .filter(|name| told.get(name.as_str()).is_none_or(is_empty))
            .map(String::as_str)
            .collect();
        if !empty.is_empty() {
            lacks.push(format!("its token has nothing in {}", empty.join(", ")));
        }
        // A boolean as Cognito writes it, or a text where a function put it there.
        let verified = told.get("email_verified");
        if !verified.is_some_and(|is| is.as_bool() == Some(true) || is.as_str() == Some("true")) {
            lacks.push("its e-mail address does not count as verified".to_owned());
        }
        lacks
    }

    /// What it says of itself, which nobody has verified here.
    fn claims(&self) -> Option<Claims> {
        serde_json::from_slice(&self.payload()?).ok()
    }

    fn payload(&self) -> Option<Zeroizing<Vec<u8>>> {
        // A JWS in its compact form (RFC 7515, section 7.1).
        let mut parts = self.0.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        URL_SAFE_NO_PAD.decode(payload).ok().map(Zeroizing::new)
    }

    /// Why nothing can be told with it, at this moment of our clock, of this pool; none where it is sound.
    #[must_use]
    pub fn unfit(&self, pool: &str, now: Timestamp) -> Option<String> {
        let Some(claims) = self.claims() else {
            return Some("its token can't be read".to_owned());
        };
        match &claims.iss {
            Some(issuer) if is_of(issuer, pool) => {}
            Some(issuer) => {
                return Some(format!(
                    "its token is of another issuer, {}",
                    printable(issuer, 120)
                ));
            }
            None => return Some("its token names no issuer".to_owned()),
        }
        // An access token is refused by who expects an ID token, whatever pool it is of.
        if claims.token_use.as_deref().is_some_and(|kind| kind != "id") {
            return Some("its token is no ID token".to_owned());
        }
        let Some(ends) = claims.exp.and_then(moment) else {
            return Some("its token does not say when it ends".to_owned());
        };
        if ends <= now {
            return Some("its token has expired by this computer's clock".to_owned());
        }
        let begins = claims.iat.and_then(moment)?;
        let ahead = begins.duration_since(now);
        (ahead > MOST_AHEAD).then(|| {
            format!(
                "its token was issued {} s ahead of this computer's clock",
                ahead.as_secs()
            )
        })
    }
}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdToken(not shown)")
    }
}

/// How far two clocks may be apart: the five minutes that AWS allows of a signature (IAM user guide, "AWS Signature
/// Version 4", troubleshooting).
const MOST_AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Why there is no token. The words hold no name and no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NoToken {
    /// What happened, in words that go on "POOL: …".
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl NoToken {
    /// Nobody of this pool is known.
    #[must_use]
    pub fn nobody(target: &str, pool: &str) -> Self {
        Self {
            message: "no canary user is known here".to_owned(),
            hint: Some(format!(
                "Name one: switchback canary set --target {target} --pool {pool} --client CLIENT-ID --user NAME"
            )),
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    token_use: Option<String>,
    /// Seconds since 1970 (RFC 7519, section 2, NumericDate).
    exp: Option<f64>,
    iat: Option<f64>,
}

/// Whether a claim has nothing in it.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(all) => all.iter().all(is_empty),
        Value::Object(all) => all.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn moment(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() {
        return None;
    }
    Timestamp::UNIX_EPOCH
        .checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?)
        .ok()
}

/// A pool's issuer (Cognito developer guide, "Verifying JSON web tokens").
fn is_of(issuer: &str, pool: &str) -> bool {
    let Some(region) = pool_region(pool) else {
        return false;
    };
    ["amazonaws.com", "amazonaws.com.cn"]
        .iter()
        .any(|domain| issuer == format!("https://cognito-idp.{region}.{domain}/{pool}"))
}
