//! What a token is, as whoever gets one can tell (Cognito developer guide, "Verifying JSON web tokens").

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use super::pools::Cognito;
use super::tokens::issuer;

/// A token, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    /// No token at all.
    Garbage,
    /// Of no pool of the world, changed on the way, or no ID token.
    Bad,
    /// Of a pool, and its time is over.
    Expired {
        /// The id of the pool.
        pool: String,
    },
    /// An ID token of a pool, and in its time.
    Genuine {
        /// The id of the pool.
        pool: String,
        /// The preferred name of the user.
        user: String,
    },
}

/// The three parts of a token.
struct Parts<'a> {
    header: Value,
    claims: Value,
    /// What is signed: the first two, as they came.
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let object = |part: &str| {
            serde_json::from_slice(&decoded(part)?)
                .ok()
                .filter(Value::is_object)
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: decoded(signature)?,
        })
    }
}

impl Cognito {
    /// Judges an ID token at a moment of the world. Whether it was made in the future is not asked: no document says
    /// that a REST API does, other than an HTTP API (API Gateway developer guide, "Control access to HTTP APIs with JWT
    /// authorizers").
    pub(crate) fn judge(&self, token: &str, now_ms: i64) -> Judged {
        let Some(parts) = Parts::of(token) else {
            return Judged::Garbage;
        };
        self.judged(&parts, now_ms).unwrap_or(Judged::Bad)
    }

    fn judged(&self, parts: &Parts<'_>, now_ms: i64) -> Option<Judged> {
        let claims = &parts.claims;
        let said = claims["iss"].as_str()?;
        let pool = self.pools.keys().find(|pool| issuer(pool) == said)?.clone();
        let key = self.keys.get(&pool)?;
        let is_named = parts.header["alg"] == "RS256" && parts.header["kid"].as_str() == key.id().as_deref();
        if !is_named || !key.signed(parts.signed, &parts.signature) {
            return None;
        }
        // Without scopes on the method, only an ID token will do (API Gateway developer guide, "Control access to REST
        // APIs using Amazon Cognito user pools as an authorizer").
        if claims["token_use"] != "id" {
            return None;
        }
        let ends = claims["exp"].as_i64()?;
        if ends.saturating_mul(1_000) <= now_ms {
            return Some(Judged::Expired { pool });
        }
        let user = claims["preferred_username"].as_str()?.to_owned();
        Some(Judged::Genuine { pool, user })
    }
}
