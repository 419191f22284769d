//! InitiateAuth: who has a password that the world knows signs in and gets real tokens, and who is absent is brought over
//! from the old provider where the pool has a trigger for it. It needs no signature (API reference, InitiateAuth), and the
//! two pools' public keys stand where everybody looks for them.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::json::read;
use super::super::{AwsError, Call};
use super::keys::SigningKey;
use super::pools::Pool;
use super::seed::{CANARY_PASSWORD, CANARY_USER};
use super::tokens::{SignedIn, dated_s};
use super::user::{User, UserStatus};
use super::{CallerView, FACE, described, invalid, triggers};
use crate::core::Core;
use crate::faults::Fault;
use crate::http::{self as web, Answer};
use crate::log::Caller;

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
pub(super) struct InitiateAuth {
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

/// Whether an operation needs no signature.
pub(crate) fn is_unsigned(operation: &str) -> bool {
    operation == "InitiateAuth"
}

/// What became of an InitiateAuth.
pub(super) struct Initiated {
    pub answer: Result<Value, AwsError>,
    /// What the log should know of somebody who was brought over, also where there are no tokens in the end.
    pub migrated: Option<Value>,
}

impl From<AwsError> for Initiated {
    fn from(error: AwsError) -> Self {
        Self {
            answer: Err(error),
            migrated: None,
        }
    }
}

impl InitiateAuth {
    /// The app client.
    pub(super) fn client(&self) -> &str {
        &self.client_id
    }

    /// The name that was given.
    pub(super) fn name(&self) -> Option<&str> {
        self.auth_parameters.get("USERNAME").map(String::as_str)
    }

    /// The password that was given; none in a flow that carries none.
    pub(super) fn password(&self) -> Option<&str> {
        let given = self.auth_parameters.get("PASSWORD").map(String::as_str);
        given.filter(|_| self.auth_flow == PASSWORD_FLOW)
    }
}

/// Answers InitiateAuth.
pub(super) fn initiate(core: &Core, body: &[u8]) -> Initiated {
    match prepared(core, body) {
        Ok((asked, migrated)) => {
            let now_ms = core.now_ms();
            let answer = core.read(|state| {
                let seen = CallerView {
                    cognito: &state.cognito,
                    state,
                };
                seen.initiate(&asked, now_ms)
            });
            Initiated { answer, migrated }
        }
        Err(error) => error.into(),
    }
}

/// Makes the key of the pool where it has none, and brings somebody over where they are absent. What the pool needs is there
/// then, and nothing of the state changes any more.
fn prepared(core: &Core, body: &[u8]) -> Result<(InitiateAuth, Option<Value>), AwsError> {
    let asked: InitiateAuth = read(body)?;
    let client = asked.client();
    let Some(id) = core.read(|state| state.cognito.of_client(client).map(str::to_owned)) else {
        return Ok((asked, None));
    };
    // The pool's key is made when the first token of it is asked for; see `make_key`.
    make_key(core, &id)?;
    let migrates = core.read(|state| {
        let shown = state
            .cognito
            .pools
            .get(&id)
            .and_then(|pool| pool.clients.get(client));
        let is_allowed = shown
            .is_some_and(|shown| allowed(&described::client(shown, &state.faults), &asked.auth_flow).is_ok());
        is_allowed && triggers::would_migrate(state, &id, &asked)
    });
    let migrated = match migrates {
        true => {
            let now_ms = core.now_ms();
            core.change(|state| triggers::migrate(state, &id, &asked, now_ms))??
        }
        false => None,
    };
    Ok((asked, migrated))
}

/// World time that the triggers of a sign-in keep it waiting; none of any other request.
pub(crate) fn takes(core: &Core, caller: &Caller, call: &Call) -> Duration {
    let asked = match caller.service == FACE.scope && is_unsigned(&caller.operation) {
        true => read::<InitiateAuth>(&call.body).ok(),
        false => None,
    };
    asked.map_or(Duration::ZERO, |asked| {
        core.read(|state| match state.cognito.of_client(asked.client()) {
            Some(id) => triggers::takes(state, id, &asked),
            None => Duration::ZERO,
        })
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

impl CallerView<'_> {
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
        let overrides = triggers::overrides(&mut self.state.lambda_now(), pool, &self.state.faults, &who)?;
        let key = self.cognito.keys.get(id);
        let dated = dated_s(now_ms, &self.state.faults);
        key.and_then(|key| who.tokens(key, dated, &overrides))
            .ok_or_else(|| {
                AwsError::new(
                    "InternalErrorException",
                    "The rehearsal could not sign a token of this pool",
                )
            })
    }
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

/// The user, where name and password are right, and nothing else stands in the way.
fn proven<'a>(pool: &'a Pool, asked: &InitiateAuth) -> Result<&'a User, AwsError> {
    let needed = |name: &str, given: Option<&'_ str>| match given {
        Some(given) => Ok(given.to_owned()),
        None => Err(AwsError::new(
            "InvalidParameterException",
            &format!("Missing required parameter {name}"),
        )),
    };
    let (name, password) = (
        needed("USERNAME", asked.name())?,
        needed("PASSWORD", asked.password())?,
    );
    let user = pool
        .named(&name)
        .filter(|user| password_of(user).is_some_and(|right| right == password))
        .ok_or_else(wrong)?;
    match (user.enabled, user.status) {
        (false, _) => Err(AwsError::new("NotAuthorizedException", "User is disabled.")),
        (true, UserStatus::ResetRequired) => Err(AwsError::new(
            "PasswordResetRequiredException",
            "Password reset required for the user",
        )),
        (
            true,
            UserStatus::Unconfirmed
            | UserStatus::Confirmed
            | UserStatus::Archived
            | UserStatus::Compromised
            | UserStatus::Unknown
            | UserStatus::ForceChangePassword
            | UserStatus::ExternalProvider,
        ) => Ok(user),
    }
}

/// The password of a user, where the world knows it: the canary's, and of who was brought over.
fn password_of(user: &User) -> Option<&str> {
    let is_canary = user
        .attributes
        .get("email")
        .is_some_and(|email| email == CANARY_USER);
    match (&user.password, is_canary) {
        (Some(password), _) => Some(password),
        (None, true) => Some(CANARY_PASSWORD),
        (None, false) => None,
    }
}
