//! The tokens of somebody who has signed in: what Cognito says of them, and what the pre-token trigger adds.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::REGION;
use super::keys::SigningKey;
use super::triggers::Overrides;
use super::user::User;
use crate::faults::Fault;

/// Seconds until an ID or access token ends: the default of an app client.
const LIFE_S: i64 = 3_600;

/// How far ahead tokens are dated while [`Fault::TokenClockAhead`] lasts: twice as far as AWS lets a signature's clock be
/// off (IAM user guide, "AWS Signature Version 4", troubleshooting).
pub const TOKENS_AHEAD: Duration = Duration::from_secs(600);

/// Who has proven to be who, and where.
pub(super) struct SignedIn<'a> {
    pub pool: &'a str,
    pub client: &'a str,
    pub user: &'a User,
}

/// The issuer of a pool's tokens.
pub(super) fn issuer(pool: &str) -> String {
    format!("https://cognito-idp.{REGION}.amazonaws.com/{pool}")
}

/// The moment of which tokens are dated, in whole seconds.
pub(super) fn dated_s(now_ms: i64, faults: &[Fault]) -> i64 {
    let ahead = match faults.contains(&Fault::TokenClockAhead) {
        true => TOKENS_AHEAD,
        false => Duration::ZERO,
    };
    let ahead_ms = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
    now_ms.saturating_add(ahead_ms).div_euclid(1_000)
}

impl SignedIn<'_> {
    fn attribute(&self, name: &str) -> &str {
        self.user.attributes.get(name).map_or("", String::as_str)
    }

    /// The tokens of this second.
    pub(super) fn tokens(&self, key: &SigningKey, now: i64, overrides: &Overrides) -> Option<Value> {
        let id = || uuid::Uuid::new_v4().to_string();
        let (origin, event) = (id(), id());
        let mut id_token = json!({
            "sub": self.attribute("sub"),
            "email_verified": self.attribute("email_verified") == "true",
            "iss": issuer(self.pool),
            "cognito:username": self.user.username,
            "given_name": self.attribute("given_name"),
            "family_name": self.attribute("family_name"),
            "origin_jti": origin,
            "aud": self.client,
            "event_id": event,
            "token_use": "id",
            "auth_time": now,
            "exp": now + LIFE_S,
            "iat": now,
            "jti": id(),
            "email": self.attribute("email"),
        });
        if let Some(own) = self.user.attributes.get("preferred_username") {
            id_token["preferred_username"] = json!(own);
        }
        let mut access_token = json!({
            "sub": self.attribute("sub"),
            "iss": issuer(self.pool),
            "client_id": self.client,
            "origin_jti": origin,
            "event_id": event,
            "token_use": "access",
            "scope": "aws.cognito.signin.user.admin",
            "auth_time": now,
            "exp": now + LIFE_S,
            "iat": now,
            "jti": id(),
            "username": self.user.username,
        });
        overrides.apply(&mut id_token, &mut access_token);
        Some(json!({
            "AuthenticationResult": {
                "AccessToken": key.token(&access_token)?,
                "ExpiresIn": LIFE_S,
                "IdToken": key.token(&id_token)?,
                // Nobody can read what is in one, and here nothing is.
                "RefreshToken": format!("rehearsal.{}", id()),
                "TokenType": "Bearer",
            },
            "ChallengeParameters": {},
        }))
    }

    /// The question for a new password that somebody is asked who was invited with a temporary one (developer guide,
    /// "Authentication flows", `NEW_PASSWORD_REQUIRED`).
    pub(super) fn challenge(&self) -> Value {
        let attributes: BTreeMap<&str, &str> = ["email", "email_verified", "given_name", "family_name"]
            .into_iter()
            .map(|name| (name, self.attribute(name)))
            .collect();
        json!({
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": format!("rehearsal.{}", uuid::Uuid::new_v4()),
            "ChallengeParameters": {
                "USER_ID_FOR_SRP": self.user.username,
                "requiredAttributes": "[]",
                "userAttributes": json!(attributes).to_string(),
            },
        })
    }
}
