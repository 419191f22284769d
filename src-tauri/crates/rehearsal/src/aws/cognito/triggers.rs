//! The triggers that a sign-in calls: migrate-user where somebody is absent, pre-token at each token. Cognito calls a
//! function only if its resource policy lets it, and says of a trigger that did not answer well what AWS documents.

use std::time::Duration;

use serde_json::{Value, json};

use super::pools::{Pool, arn};
use super::sign_in::InitiateAuth;
use super::tokens::SignedIn;
use super::user::{User, UserStatus};
use super::{REGION, described};
use crate::aws::AwsError;
use crate::aws::lambda::{Lambda, NotInvoked, NotRun};
use crate::faults::Fault;
use crate::state::State;

/// A trigger of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    UserMigration,
    PreTokenGeneration,
}

/// The ARN of a trigger, where the pool has it.
fn configured(pool: &Pool, faults: &[Fault], trigger: Trigger) -> Option<String> {
    let place = match trigger {
        Trigger::UserMigration => "/LambdaConfig/UserMigration",
        Trigger::PreTokenGeneration => "/LambdaConfig/PreTokenGenerationConfig/LambdaArn",
    };
    let shown = described::pool(pool, faults);
    shown.pointer(place).and_then(Value::as_str).map(str::to_owned)
}

/// The event of a trigger: what every one has, and its request and empty response (developer guide, "Customizing user
/// pool workflows with Lambda triggers", common parameters).
fn event(
    version: &str,
    source: &str,
    (pool, client): (&str, &str),
    name: &str,
    parts: (Value, Value),
) -> Value {
    json!({
        "version": version,
        "triggerSource": source,
        "region": REGION,
        "userPoolId": pool,
        "userName": name,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
        "request": parts.0,
        "response": parts.1,
    })
}

/// What Cognito says where it got no answer. Of the migrate-user trigger it says the same of everything but the function's
/// own words, and says it of the user (re:Post knowledge center, "How do I resolve user migration Lambda trigger errors in
/// Amazon Cognito?"); of the others it names what Lambda refused ("How do I resolve errors when I use Lambda triggers in
/// Amazon Cognito?").
fn refusal(trigger: Trigger, client: &str, why: &NotInvoked) -> AwsError {
    let name = match trigger {
        Trigger::UserMigration => "UserMigration",
        Trigger::PreTokenGeneration => "PreTokenGeneration",
    };
    let refused = match why {
        NotInvoked::Failed(words) => {
            let words = format!("{name} failed with error {words}.");
            return AwsError::new("UserLambdaValidationException", &words);
        }
        // Of a function that is gone, the knowledge center says the same.
        NotInvoked::Denied | NotInvoked::NotRun(NotRun::Missing) => "AccessDeniedException",
        NotInvoked::NotRun(NotRun::Inactive) => "ResourceNotReadyException",
        NotInvoked::NotRun(NotRun::Throttled) => "TooManyRequestsException",
        NotInvoked::TimedOut => "Socket timeout while invoking Lambda function",
    };
    match (trigger, why) {
        (Trigger::UserMigration, _) => {
            not_migrated(&format!("Exception migrating user in app client {client}"))
        }
        (Trigger::PreTokenGeneration, NotInvoked::TimedOut) => AwsError::new(
            "UnexpectedLambdaException",
            &format!("{name} failed with error {refused}."),
        ),
        (Trigger::PreTokenGeneration, NotInvoked::Denied | NotInvoked::NotRun(_) | NotInvoked::Failed(_)) => {
            AwsError::new(
                "UnexpectedLambdaException",
                &format!("{name} invocation failed due to error {refused}."),
            )
        }
    }
}

fn not_migrated(words: &str) -> AwsError {
    AwsError::new("UserNotFoundException", words)
}

/// Whether a sign-in would call the migrate-user trigger.
pub(super) fn would_migrate(state: &State, id: &str, asked: &InitiateAuth) -> bool {
    let Some(pool) = state.cognito.pools.get(id) else {
        return false;
    };
    let is_absent = asked.name().is_some_and(|name| pool.named(name).is_none());
    is_absent
        && asked.password().is_some()
        && configured(pool, &state.faults, Trigger::UserMigration).is_some()
}

/// World time that the triggers of a sign-in keep it waiting.
pub(super) fn takes(state: &State, id: &str, asked: &InitiateAuth) -> Duration {
    let Some(pool) = state.cognito.pools.get(id) else {
        return Duration::ZERO;
    };
    let lambda = state.lambda_now();
    let waits = |trigger| {
        let function = configured(pool, &state.faults, trigger);
        function.map_or(Duration::ZERO, |function| lambda.pool_waits(&arn(id), &function))
    };
    let migration = match would_migrate(state, id, asked) {
        true => waits(Trigger::UserMigration),
        false => Duration::ZERO,
    };
    migration + waits(Trigger::PreTokenGeneration)
}

/// Brings somebody over from the old provider, by the trigger. What the log should know of it; nothing where they are
/// there already.
///
/// # Errors
/// What Cognito says where that did not come off; what the old provider counted is counted all the same.
pub(super) fn migrate(
    state: &mut State,
    id: &str,
    asked: &InitiateAuth,
    now_ms: i64,
) -> Result<Option<Value>, AwsError> {
    if !would_migrate(state, id, asked) {
        return Ok(None);
    }
    let function = state
        .cognito
        .pools
        .get(id)
        .and_then(|pool| configured(pool, &state.faults, Trigger::UserMigration));
    let (Some(function), Some(name), Some(password)) = (function, asked.name(), asked.password()) else {
        return Ok(None);
    };
    let event = event(
        "1",
        "UserMigration_Authentication",
        (id, asked.client()),
        name,
        (
            json!({"password": password, "validationData": null, "clientMetadata": null}),
            json!({
                "userAttributes": null,
                "forceAliasCreation": null,
                "enableSMSMFA": null,
                "finalUserStatus": null,
                "messageAction": null,
                "desiredDeliveryMediums": null,
            }),
        ),
    );
    let answer = state
        .with_lambda(|lambda| lambda.invoke_for_pool(&arn(id), &function, &event))
        .map_err(|why| refusal(Trigger::UserMigration, asked.client(), &why))?;
    let response = &answer["response"];
    let mut user = brought_over(response, now_ms)?;
    user.password = Some(password.to_owned());
    let is_welcomed = match response["messageAction"].as_str() {
        Some("SUPPRESS") => false,
        None | Some("RESEND") => true,
        Some(_) => return Err(not_migrated("Error during migration: Invalid messageAction")),
    };
    let left = json!({"migrated": {
        "pool": id, "username": user.username, "status": user.status.word(), "welcome_mail": is_welcomed,
    }});
    if let Some(pool) = state.cognito.pools.get_mut(id) {
        pool.users.insert(user.username.clone(), user);
    }
    Ok(Some(left))
}

/// The user that a trigger's answer makes: with a new `sub`, which is the user name where one signs in by e-mail address.
fn brought_over(response: &Value, now_ms: i64) -> Result<User, AwsError> {
    let bad = |what: &str| not_migrated(&format!("Error during migration: {what}"));
    let status = match response["finalUserStatus"].as_str() {
        None | Some("CONFIRMED") => UserStatus::Confirmed,
        Some("RESET_REQUIRED") => UserStatus::ResetRequired,
        Some(_) => return Err(bad("Invalid finalUserStatus")),
    };
    let given = response["userAttributes"].as_object();
    let given = given.ok_or_else(|| bad("Invalid userAttributes"))?;
    let sub = uuid::Uuid::new_v4().to_string();
    let mut attributes = std::collections::BTreeMap::from([("sub".to_owned(), sub.clone())]);
    // The user name is told among the attributes, and is none.
    for (name, value) in given.iter().filter(|(name, _)| *name != "username") {
        let value = value.as_str().ok_or_else(|| bad("Invalid userAttributes"))?;
        if name == "sub" {
            return Err(bad("Cannot modify an immutable attribute: sub"));
        }
        attributes.insert(name.clone(), value.to_owned());
    }
    if !attributes.contains_key("email") {
        return Err(bad(
            "Attributes did not conform to the schema: email: The attribute is required",
        ));
    }
    Ok(User {
        username: sub,
        status,
        enabled: true,
        authenticator: false,
        created_ms: now_ms,
        modified_ms: now_ms,
        password: None,
        attributes,
    })
}

/// What the pre-token trigger adds to tokens, and takes from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Overrides {
    details: Value,
}

/// Asks the pre-token trigger; a pool without one adds nothing.
///
/// # Errors
/// What Cognito says where the trigger did not answer well: then there are no tokens.
pub(super) fn overrides(
    lambda: &mut Lambda,
    pool: &Pool,
    faults: &[Fault],
    who: &SignedIn<'_>,
) -> Result<Overrides, AwsError> {
    let Some(function) = configured(pool, faults, Trigger::PreTokenGeneration) else {
        return Ok(Overrides::default());
    };
    let groups = json!({"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null});
    let event = event(
        "2",
        "TokenGeneration_Authentication",
        (who.pool, who.client),
        &who.user.username,
        (
            json!({
                "userAttributes": who.user.attributes,
                "groupConfiguration": groups,
                "scopes": ["aws.cognito.signin.user.admin"],
            }),
            json!({"claimsAndScopeOverrideDetails": null}),
        ),
    );
    let answer = lambda
        .invoke_for_pool(&arn(who.pool), &function, &event)
        .map_err(|why| refusal(Trigger::PreTokenGeneration, who.client, &why))?;
    let details = answer.pointer("/response/claimsAndScopeOverrideDetails");
    match details {
        None | Some(Value::Null | Value::Object(_)) => Ok(Overrides {
            details: details.cloned().unwrap_or_default(),
        }),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => Err(AwsError::new(
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        )),
    }
}

impl Overrides {
    /// Changes the claims as the trigger says. Groups are in both tokens, roles in the ID token alone (developer guide,
    /// "Pre token generation Lambda trigger").
    pub(super) fn apply(&self, id_token: &mut Value, access_token: &mut Value) {
        let groups = &self.details["groupOverrideDetails"];
        let is_some = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
        if is_some(&groups["groupsToOverride"]) {
            id_token["cognito:groups"] = groups["groupsToOverride"].clone();
            access_token["cognito:groups"] = groups["groupsToOverride"].clone();
        }
        if is_some(&groups["iamRolesToOverride"]) {
            id_token["cognito:roles"] = groups["iamRolesToOverride"].clone();
        }
        for (part, token) in [
            ("idTokenGeneration", id_token),
            ("accessTokenGeneration", access_token),
        ] {
            let generation = &self.details[part];
            let added = generation["claimsToAddOrOverride"].as_object();
            for (name, value) in added.into_iter().flatten() {
                token[name.as_str()] = value.clone();
            }
            let suppressed = generation["claimsToSuppress"].as_array();
            let suppressed = suppressed.into_iter().flatten().filter_map(Value::as_str);
            if let Some(claims) = token.as_object_mut() {
                for name in suppressed {
                    claims.remove(name);
                }
            }
        }
    }
}
