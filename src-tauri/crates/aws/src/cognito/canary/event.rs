//! The events that Cognito sends its triggers, made for one call of our own (Cognito developer guide, "Migrate user Lambda
//! trigger" and "Pre token generation Lambda trigger").

use serde_json::{Value, json};
use switchback_model::SignInCanary;
use zeroize::Zeroizing;

use super::port::Known;

fn context(spec: &SignInCanary) -> Value {
    json!({"awsSdkVersion": "switchback", "clientId": spec.client_id})
}

/// Written into a buffer that is wiped at its end, because there is a password in it.
pub(super) fn migrate(spec: &SignInCanary, region: &str, canary: &Known) -> Zeroizing<Vec<u8>> {
    let mut event = json!({
        "version": "1",
        "triggerSource": "UserMigration_Authentication",
        "region": region,
        "userPoolId": spec.pool_id,
        "userName": canary.user.as_str(),
        "callerContext": context(spec),
        "request": {"password": canary.password.as_str(), "validationData": null, "userAttributes": null},
        "response": {
            "userAttributes": null,
            "forceAliasCreation": null,
            "finalUserStatus": null,
            "messageAction": null,
            "desiredDeliveryMediums": null,
        },
    });
    let bytes = Zeroizing::new(event.to_string().into_bytes());
    if let Value::String(password) = &mut event["request"]["password"] {
        drop(Zeroizing::new(std::mem::take(password)));
    }
    bytes
}

/// Of the user that the migration would make, with attributes as the migrate-user function answered them.
pub(super) fn token(spec: &SignInCanary, region: &str, attributes: &Value) -> Zeroizing<Vec<u8>> {
    let sub = uuid::Uuid::new_v4().to_string();
    let mut attributes = attributes.clone();
    if let Some(all) = attributes.as_object_mut() {
        all.insert("sub".to_owned(), json!(sub));
        all.insert("cognito:user_status".to_owned(), json!("CONFIRMED"));
    }
    let event = json!({
        "version": "2",
        "triggerSource": "TokenGeneration_Authentication",
        "region": region,
        "userPoolId": spec.pool_id,
        "userName": sub,
        "callerContext": context(spec),
        "request": {
            "userAttributes": attributes,
            "groupConfiguration": {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null},
            "scopes": ["aws.cognito.signin.user.admin"],
        },
        "response": {"claimsAndScopeOverrideDetails": null},
    });
    Zeroizing::new(event.to_string().into_bytes())
}
