//! Each field left out of an answer: what it left out is unknown, or the documented default; never a
//! value that AWS did not say.

use serde_json::{Value, json};
use switchback_model::cognito::{CognitoCheck, MfaMode, PoolExpectation};
use switchback_model::{CheckId, CheckKind, CheckReading, CheckSpec, Verdict};
use switchback_testkit::cognito::NewPool;

use crate::tests::server::{Play, server};

const ARN: &str = "arn:aws:lambda:eu-west-2:123456789012:function:example";
const DOMAIN: &str = "auth.apps.example.nhs.test";

fn answer(expected: &PoolExpectation) -> Value {
    match expected {
        PoolExpectation::Client(_) => json!({"UserPoolClient": {
            "UserPoolId": "eu-west-2_EXAMPLE", "ClientId": "c1", "ClientName": "a",
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
            "CallbackURLs": ["https://apps.example.nhs.test/"],
            "LogoutURLs": ["https://apps.example.nhs.test/signed-out"],
            "SupportedIdentityProviders": ["COGNITO"],
            "AllowedOAuthFlows": ["code"], "AllowedOAuthFlowsUserPoolClient": true,
        }}),
        PoolExpectation::Domain { .. } => json!({"DomainDescription": {
            "UserPoolId": "eu-west-2_EXAMPLE", "Domain": DOMAIN, "Status": "ACTIVE",
        }}),
        PoolExpectation::Mfa { .. } => json!({
            "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
        }),
        _ => json!({"UserPool": {
            "Id": "eu-west-2_EXAMPLE",
            "Policies": {"PasswordPolicy": {
                "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true,
                "RequireNumbers": true, "RequireSymbols": true, "TemporaryPasswordValidityDays": 7,
            }},
            "DeletionProtection": "ACTIVE",
            "LambdaConfig": {"UserMigration": ARN, "PreTokenGeneration": ARN,
                "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": ARN}},
            "AutoVerifiedAttributes": ["email"],
            "UsernameAttributes": ["email"],
            "UsernameConfiguration": {"CaseSensitive": false},
            "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:eu-west-2:123456789012:identity/example.nhs.test",
                "From": "no-reply@example.nhs.test"},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
            "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
            "UserPoolTier": "ESSENTIALS",
        }}),
    }
}

fn expectations() -> Vec<PoolExpectation> {
    let pool = NewPool {
        migrate_user: ARN,
        pre_token: ARN,
        from: "no-reply@example.nhs.test",
        mfa: MfaMode::Optional,
        client: "c1",
        callbacks: &["https://apps.example.nhs.test/"],
        domain: DOMAIN,
    };
    pool.expectations()
}

/// The places of all that can be left out.
fn places(prefix: &str, value: &Value, into: &mut Vec<String>) {
    let fields: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.is_object())
            .map(|(at, item)| (at.to_string(), item))
            .collect(),
        _ => return,
    };
    for (name, value) in fields {
        let place = format!("{prefix}/{name}");
        places(&place, value, into);
        into.push(place);
    }
}

async fn read(expected: &PoolExpectation, answer: &Value) -> CheckReading {
    let server = server(vec![Play::Answer(200, answer.to_string())]).await;
    let aws = crate::tests::aws(&server.url);
    let check = CognitoCheck {
        pool_id: "eu-west-2_EXAMPLE".to_owned(),
        expected: expected.clone(),
    };
    let spec = CheckSpec {
        id: CheckId::new("check").unwrap(),
        title: "A check".to_owned(),
        kind: CheckKind::Cognito(check.clone()),
        believable_s: 60,
        within_s: None,
        mend: Some("The runbook's own words.".to_owned()),
    };
    aws.check_cognito(&spec, &check, jiff::Timestamp::UNIX_EPOCH)
        .await
}

#[tokio::test]
async fn what_is_left_out_is_not_made_up() {
    let mut table = String::new();
    for expected in expectations() {
        let whole = answer(&expected);
        let sound = read(&expected, &whole).await;
        assert_eq!(sound.verdict, Verdict::Pass, "{}", sound.observed);
        let mut all = Vec::new();
        places("", &whole, &mut all);
        for place in all {
            let mut partial = whole.clone();
            let (above, name) = place.rsplit_once('/').unwrap();
            match partial.pointer_mut(above).unwrap() {
                Value::Object(fields) => drop(fields.remove(name)),
                Value::Array(items) => items.clear(),
                _ => unreachable!(),
            }
            let reading = read(&expected, &partial).await;
            if (&reading.verdict, &reading.observed) == (&sound.verdict, &sound.observed) {
                continue;
            }
            if reading.verdict == Verdict::Error {
                let mend = reading.mend.unwrap();
                assert!(
                    !mend.contains("terraform") && !mend.contains("resource"),
                    "{mend}"
                );
                assert!(!mend.contains("runbook's own"), "{mend}");
            }
            table.push_str(&format!(
                "{} {place}: {:?}: {}\n",
                expected.id(),
                reading.verdict,
                reading.observed
            ));
        }
    }
    insta::assert_snapshot!("left out", table);
}

/// What is told and wrong stays wrong, whatever else is left out.
#[tokio::test]
async fn what_is_wrong_stays_wrong_beside_what_is_left_out() {
    let policy = PoolExpectation::PasswordPolicy {
        minimum_length: 8,
        temporary_days: 7,
    };
    let mut partial = answer(&policy);
    let inner = partial.pointer_mut("/UserPool/Policies/PasswordPolicy").unwrap();
    inner["RequireSymbols"] = json!(false);
    inner.as_object_mut().unwrap().remove("MinimumLength");
    let reading = read(&policy, &partial).await;
    assert_eq!(reading.verdict, Verdict::Fail);
    insta::assert_snapshot!(
        "wrong beside left out",
        format!("{}\n{}", reading.observed, reading.mend.unwrap())
    );
}
