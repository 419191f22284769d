//! InitiateAuth: the one user who has a password signs in and gets real tokens. It needs no signature (API reference,
//! InitiateAuth), and the two pools' public keys stand where everybody looks for them.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::AwsError;
use super::super::json::read;
use super::keys::SigningKey;
use super::pools::Pool;
use super::seed::{BODY, CANARY_PASSWORD, CANARY_USER, ROLE};
use super::user::User;
use super::{REGION, Seen, described, invalid};
use crate::core::Core;
use crate::faults::Fault;
use crate::http::{self as web, Answer};

/// Seconds until an ID or access token ends: the default of an app client.
const LIFE_S: i64 = 3_600;

/// How far ahead tokens are dated while [`Fault::TokenClockAhead`] lasts: twice as far as AWS lets a signature's clock be
/// off (IAM user guide, "AWS Signature Version 4", troubleshooting).
pub const TOKENS_AHEAD: Duration = Duration::from_secs(600);

/// The flows of the API (API reference, AuthFlowType), and those of them that an app client must allow.
const FLOWS: [(&str, Option<&str>); 8] = [
    ("USER_SRP_AUTH", Some("ALLOW_USER_SRP_AUTH")),
    ("REFRESH_TOKEN_AUTH", Some("ALLOW_REFRESH_TOKEN_AUTH")),
    ("REFRESH_TOKEN", Some("ALLOW_REFRESH_TOKEN_AUTH")),
    ("CUSTOM_AUTH", Some("ALLOW_CUSTOM_AUTH")),
    ("ADMIN_NO_SRP_AUTH", None),
    (PASSWORD_FLOW, Some("ALLOW_USER_PASSWORD_AUTH")),
    ("ADMIN_USER_PASSWORD_AUTH", None),
    ("USER_AUTH", Some("ALLOW_USER_AUTH")),
];
const PASSWORD_FLOW: &str = "USER_PASSWORD_AUTH";

/// The request. It has no `Debug`: there is a password in it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct InitiateAuth {
    auth_flow: String,
    client_id: String,
    #[serde(default)]
    auth_parameters: BTreeMap<String, String>,
    // What they say changes nothing here.
    #[serde(rename = "ClientMetadata")]
    _client_metadata: Option<Value>,
    #[serde(rename = "AnalyticsMetadata")]
    _analytics_metadata: Option<Value>,
    #[serde(rename = "UserContextData")]
    _user_context_data: Option<Value>,
    #[serde(rename = "Session")]
    _session: Option<Value>,
}

/// Who has proven to be who, and where.
struct SignedIn<'a> {
    pool: &'a str,
    client: &'a str,
    user: &'a User,
}

/// The issuer of a pool's tokens.
pub(super) fn issuer(pool: &str) -> String {
    format!("https://cognito-idp.{REGION}.amazonaws.com/{pool}")
}

/// Whether an operation needs no signature.
pub(crate) fn is_unsigned(operation: &str) -> bool {
    operation == "InitiateAuth"
}

/// Answers InitiateAuth.
pub(super) fn initiate(core: &Core, body: &[u8]) -> Result<Value, AwsError> {
    let asked: InitiateAuth = read(body)?;
    // The pool's key is made when the first token of it is asked for; see `make_key`.
    if let Some(pool) = core.read(|state| state.cognito.of_client(&asked.client_id).map(str::to_owned)) {
        make_key(core, &pool)?;
    }
    let now_ms = core.now_ms();
    core.read(|state| {
        let seen = Seen {
            cognito: &state.cognito,
            state,
        };
        seen.initiate(&asked, now_ms)
    })
}

/// What `/{pool}/.well-known/jwks.json` answers; nothing where that is not asked for.
///
/// # Errors
/// Where a new key can't be made or saved.
pub(crate) fn key_set(core: &Core, path: &str) -> io::Result<Option<Answer>> {
    let segments: Vec<&str> = path.split('/').collect();
    let ["", pool, ".well-known", "jwks.json"] = segments[..] else {
        return Ok(None);
    };
    if !core.read(|state| state.cognito.pools.contains_key(pool)) {
        let words = format!("User pool {pool} does not exist.");
        let body = json!({"__type": "ResourceNotFoundException", "message": words});
        return Ok(Some(web::answer(400, "application/json", body.to_string())));
    }
    make_key(core, pool)?;
    let key = core.read(|state| state.cognito.keys.get(pool).and_then(SigningKey::shown));
    let body = json!({"keys": key.into_iter().collect::<Vec<_>>()});
    Ok(Some(web::answer(200, "application/json", body.to_string())))
}

/// Makes the key of a pool where it has none. That takes a while, so a world that nobody signs in to does without; and
/// it is made before the state is locked. A key stays for the life of the world, also when that is reset.
fn make_key(core: &Core, pool: &str) -> io::Result<()> {
    if core.read(|state| state.cognito.keys.contains_key(pool)) {
        return Ok(());
    }
    let key = SigningKey::generate()?;
    core.change(|state| {
        // Somebody else may have been quicker.
        state.cognito.keys.entry(pool.to_owned()).or_insert(key);
    })
}

/// Cognito does not say what of it was wrong where the client hides who there is (developer guide, "Managing error
/// responses"), as both clients do.
fn wrong() -> AwsError {
    AwsError::new("NotAuthorizedException", "Incorrect username or password.")
}

impl Seen<'_> {
    fn initiate(&self, asked: &InitiateAuth, now_ms: i64) -> Result<Value, AwsError> {
        let client = asked.client_id.as_str();
        let found = self.cognito.of_client(client).and_then(|id| {
            let pool = self.cognito.pools.get(id)?;
            Some((id, pool, pool.clients.get(client)?))
        });
        let (id, pool, shown) = found.ok_or_else(|| {
            AwsError::new(
                "ResourceNotFoundException",
                &format!("User pool client {client} does not exist."),
            )
        })?;
        allowed(&described::client(shown, &self.state.faults), &asked.auth_flow)?;
        let user = proven(pool, asked)?;
        let who = SignedIn {
            pool: id,
            client,
            user,
        };
        if self.state.faults.contains(&Fault::SignInChallenge) {
            return Ok(who.challenge());
        }
        let key = self.cognito.keys.get(id);
        let dated = dated_s(now_ms, &self.state.faults);
        key.and_then(|key| who.tokens(key, dated)).ok_or_else(|| {
            AwsError::new(
                "InternalErrorException",
                "The rehearsal could not sign a token of this pool",
            )
        })
    }
}

/// The moment of which tokens are dated, in whole seconds.
fn dated_s(now_ms: i64, faults: &[Fault]) -> i64 {
    let ahead = match faults.contains(&Fault::TokenClockAhead) {
        true => TOKENS_AHEAD,
        false => Duration::ZERO,
    };
    let ahead_ms = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
    now_ms.saturating_add(ahead_ms).div_euclid(1_000)
}

/// Whether the client allows the flow; other flows than the one with a password are refused by name where it does.
fn allowed(client: &Value, flow: &str) -> Result<(), AwsError> {
    let Some((_, needs)) = FLOWS.iter().find(|(name, _)| *name == flow) else {
        let all = FLOWS.map(|(name, _)| name).join(", ");
        let rule = format!("Member must satisfy enum value set: [{all}]");
        return Err(invalid("authFlow", &rule));
    };
    let refuse = |words: String| Err(AwsError::new("InvalidParameterException", &words));
    let Some(needs) = needs else {
        // Those are AdminInitiateAuth's.
        return refuse("Initiate Auth method not supported.".to_owned());
    };
    let flows = client["ExplicitAuthFlows"].as_array();
    let is_allowed = flows.is_some_and(|flows| flows.iter().any(|one| one == needs));
    match (is_allowed, flow) {
        (true, PASSWORD_FLOW) => Ok(()),
        (true, _) => Err(AwsError::not_rehearsed(&format!("InitiateAuth with {flow}"))),
        // As AWS words it, of the one flow and of the others.
        (false, PASSWORD_FLOW) => refuse(format!("{flow} flow not enabled for this client")),
        (false, _) => refuse(format!("{flow} is not enabled for the client.")),
    }
}

/// The user, where name and password are right. Only one has a password that the world knows.
fn proven<'a>(pool: &'a Pool, asked: &InitiateAuth) -> Result<&'a User, AwsError> {
    let parameter = |name: &str| {
        asked.auth_parameters.get(name).ok_or_else(|| {
            AwsError::new(
                "InvalidParameterException",
                &format!("Missing required parameter {name}"),
            )
        })
    };
    let (name, password) = (parameter("USERNAME")?, parameter("PASSWORD")?);
    pool.named(name)
        .filter(|user| {
            user.attributes
                .get("email")
                .is_some_and(|email| email == CANARY_USER)
        })
        .filter(|_| password == CANARY_PASSWORD)
        .ok_or_else(wrong)
}

impl SignedIn<'_> {
    fn attribute(&self, name: &str) -> &str {
        self.user.attributes.get(name).map_or("", String::as_str)
    }

    /// The tokens of this second. The pre-token trigger sets groups and roles in both pools, as Reval needs them.
    fn tokens(&self, key: &SigningKey, now: i64) -> Option<Value> {
        let id = || uuid::Uuid::new_v4().to_string();
        let (origin, event) = (id(), id());
        let email = self.attribute("email");
        let id_token = json!({
            "sub": self.attribute("sub"),
            "cognito:groups": [BODY],
            "email_verified": self.attribute("email_verified") == "true",
            "iss": issuer(self.pool),
            "cognito:username": self.user.username,
            "preferred_username": email,
            "given_name": self.attribute("given_name"),
            "family_name": self.attribute("family_name"),
            "cognito:roles": [ROLE],
            "origin_jti": origin,
            "aud": self.client,
            "event_id": event,
            "token_use": "id",
            "auth_time": now,
            "exp": now + LIFE_S,
            "iat": now,
            "jti": id(),
            "email": email,
        });
        let access_token = json!({
            "sub": self.attribute("sub"),
            "cognito:groups": [BODY],
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
    fn challenge(&self) -> Value {
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
