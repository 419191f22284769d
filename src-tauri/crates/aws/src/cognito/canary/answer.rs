//! What the two functions answered, judged before anybody is signed in. Their answers name the canary, so only the names
//! of fields are repeated, never a value.

use serde_json::Value;

/// What is wrong with an answer: what, and how to mend it.
pub(super) type Wrong = (String, &'static str);

const LOOK_AT_MIGRATE: &str = "Mend the migrate-user function; Cognito's developer guide, \"Migrate user Lambda trigger\", says what it must answer.";
const LOOK_AT_TOKEN: &str =
    "Mend the pre-token function: it must set these claims in claimsAndScopeOverrideDetails.";

/// The attributes that the migrate-user function would give the user (developer guide, "Migrate user Lambda trigger",
/// response parameters).
pub(super) fn migrated(answer: &Value) -> Result<&Value, Wrong> {
    let response = answer.get("response").unwrap_or(&Value::Null);
    let text = |key: &str| response.get(key).and_then(Value::as_str);
    let wrong = |what: &str| Err((what.to_owned(), LOOK_AT_MIGRATE));
    let Some(attributes) = response
        .get("userAttributes")
        .filter(|all| all.as_object().is_some_and(|all| !all.is_empty()))
    else {
        return wrong("it gives no user attributes");
    };
    if text("finalUserStatus") != Some("CONFIRMED") {
        return wrong(
            "it does not set finalUserStatus to CONFIRMED: every user would have to reset the password",
        );
    }
    if text("messageAction") != Some("SUPPRESS") {
        return wrong("it does not set messageAction to SUPPRESS: every user would get a welcome mail");
    }
    if attributes
        .get("email_verified")
        .and_then(Value::as_str)
        .is_none_or(|is| !is.eq_ignore_ascii_case("true"))
    {
        return wrong("it does not set email_verified to \"true\": nobody could reset a password later");
    }
    Ok(attributes)
}

/// What the pre-token function sets: the names of claims, sorted (developer guide, "Pre token generation Lambda trigger",
/// response parameters; version 1 has `claimsOverrideDetails`).
pub(super) fn overridden(answer: &Value) -> Result<Vec<String>, Wrong> {
    let response = answer.get("response").unwrap_or(&Value::Null);
    let of = |path: &str| response.pointer(path).filter(|value| !is_empty(value));
    let details = "/claimsAndScopeOverrideDetails";
    let mut set: Vec<String> = Vec::new();
    for path in [
        format!("{details}/idTokenGeneration/claimsToAddOrOverride"),
        "/claimsOverrideDetails/claimsToAddOrOverride".to_owned(),
    ] {
        let claims = of(&path).and_then(Value::as_object);
        let filled = claims.into_iter().flatten().filter(|(_, value)| !is_empty(value));
        set.extend(filled.map(|(name, _)| name.clone()));
    }
    for (from, claim) in [
        ("groupsToOverride", "cognito:groups"),
        ("iamRolesToOverride", "cognito:roles"),
    ] {
        let found = [
            format!("{details}/groupOverrideDetails/{from}"),
            format!("/claimsOverrideDetails/groupOverrideDetails/{from}"),
        ];
        if found.iter().any(|path| of(path).is_some()) {
            set.push(claim.to_owned());
        }
    }
    set.sort();
    set.dedup();
    match set.is_empty() {
        true => Err(("it sets no claim".to_owned(), LOOK_AT_TOKEN)),
        false => Ok(set),
    }
}

/// Whether a claim has nothing in it.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(all) => all.iter().all(is_empty),
        Value::Object(all) => all.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
