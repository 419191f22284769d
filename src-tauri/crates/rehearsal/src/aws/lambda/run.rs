//! What the triggers compute: Cognito's events, answered as the application's functions answer them (Cognito developer
//! guide, "Migrate user Lambda trigger" and "Pre token generation Lambda trigger").

use serde_json::{Value, json};

use super::part::Does;
use super::provider::{Account, Login, OldProvider};

/// The designated body whose code is the group of everybody's tokens.
const BODY: &str = "1-1RSG4X0";
/// The role that everybody's tokens have, which Reval asks for.
const ROLE: &str = "HEE Admin Revalidation";

/// The words with which a function fails.
pub(super) type Failed = String;

impl Does {
    /// Answers an event; what it asks the old provider counts there.
    pub(super) fn run(self, event: &Value, provider: &mut OldProvider) -> Result<Value, Failed> {
        match self {
            Self::MigrateUser => migrate(event, provider),
            Self::PreToken => pre_token(event),
        }
    }
}

/// The event with another response, as a function hands it back.
fn answered(event: &Value, response: Value) -> Value {
    let mut event = event.clone();
    event["response"] = response;
    event
}

fn text<'a>(event: &'a Value, pointer: &str) -> Result<&'a str, Failed> {
    let found = event.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| {
        format!(
            "the event has no {}",
            pointer.trim_start_matches('/').replace('/', ".")
        )
    })
}

fn migrate(event: &Value, provider: &mut OldProvider) -> Result<Value, Failed> {
    let name = text(event, "/userName")?;
    let nobody = || "User not found".to_owned();
    match text(event, "/triggerSource")? {
        "UserMigration_Authentication" => {
            let password = text(event, "/request/password")?;
            match provider.login(name, password).ok_or_else(nobody)? {
                (Login::Right, account) => Ok(answered(event, brought_over(account, true))),
                (Login::Wrong, _) => Err("Bad password".to_owned()),
                (Login::Locked, _) => Err("Account is temporarily disabled".to_owned()),
            }
        }
        // Who has forgotten a password can't prove one.
        "UserMigration_ForgotPassword" => {
            let account = provider.find(name).ok_or_else(nobody)?;
            Ok(answered(event, brought_over(account, false)))
        }
        other => Err(format!("Unknown trigger source {other}")),
    }
}

/// Somebody as the new pool shall have them. Only who signs in is confirmed: the others set a password next.
fn brought_over(account: &Account, is_confirmed: bool) -> Value {
    let mut response = json!({
        "userAttributes": {
            "username": account.email,
            "email": account.email,
            "email_verified": "true",
            "given_name": account.given_name,
            "family_name": account.family_name,
            "preferred_username": account.email,
        },
        "messageAction": "SUPPRESS",
    });
    if is_confirmed {
        response["finalUserStatus"] = json!("CONFIRMED");
    }
    response
}

/// Groups and roles of an ID token are overridden as such, not among the claims (the same page, "Pre token generation
/// request parameters").
fn pre_token(event: &Value) -> Result<Value, Failed> {
    if !text(event, "/triggerSource")?.starts_with("TokenGeneration_") {
        return Err("Unknown trigger source".to_owned());
    }
    let email = text(event, "/request/userAttributes/email")?;
    Ok(answered(
        event,
        json!({
            "claimsAndScopeOverrideDetails": {
                "idTokenGeneration": {"claimsToAddOrOverride": {"preferred_username": email}},
                "accessTokenGeneration": {},
                "groupOverrideDetails": {"groupsToOverride": [BODY], "iamRolesToOverride": [ROLE]},
            },
        }),
    ))
}
