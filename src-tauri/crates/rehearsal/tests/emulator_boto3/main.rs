//! The rehearsal's Cognito read by boto3, which shares no code with it, and held against botocore's model
//! of the service.
//!
//! Needs SWITCHBACK_VENV: a Python venv with what `xtask/python-requirements.txt` names.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use switchback_rehearsal::{MIGRATE_USER_ARN, PRE_TOKEN_ARN, World, WorldOptions};

const POOLS_PY: &str = include_str!("pools.py");

/// The interpreter; none where the test is skipped, which a CI run must not do.
fn python() -> Option<PathBuf> {
    let found = std::env::var_os("SWITCHBACK_VENV")
        .map(|venv| PathBuf::from(venv).join("bin/python"))
        .filter(|python| python.exists());
    if found.is_none() {
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(
            !ci,
            "SWITCHBACK_VENV names no venv; make one from xtask/python-requirements.txt"
        );
        println!("skipped, because SWITCHBACK_VENV names no venv");
    }
    found
}

async fn seen_by_boto3(python: &PathBuf, world: &World) -> Value {
    let output = tokio::process::Command::new(python)
        .args(["-c", POOLS_PY])
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", switchback_rehearsal::SECRET_KEY)
        .env("AWS_DEFAULT_REGION", "eu-west-2")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_ENDPOINT_URL", &world.handle().endpoint)
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn boto3_reads_every_operation_back() {
    let Some(python) = python() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let right = json!({
        "pools": [["eu-west-2_REHEARSAL0", "reval"], ["eu-west-2_REHEARSAL1", "admins"]],
        "clients": ["rehearsaladminsclient000001"],
        "policy": {
            "MinimumLength": 8,
            "RequireUppercase": true,
            "RequireLowercase": true,
            "RequireNumbers": true,
            "RequireSymbols": true,
            "TemporaryPasswordValidityDays": 7,
        },
        "triggers": {
            "UserMigration": MIGRATE_USER_ARN,
            "PreTokenGeneration": PRE_TOKEN_ARN,
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": PRE_TOKEN_ARN},
        },
        "mail": "DEVELOPER",
        "protection": "ACTIVE",
        "mfa": "OPTIONAL",
        "flows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        "secret": false,
        "domain": "ACTIVE",
        "factors": ["SOFTWARE_TOKEN_MFA"],
        "created before changed": true,
        "everybody": 16,
        "statuses": [
            "ARCHIVED", "COMPROMISED", "CONFIRMED", "EXTERNAL_PROVIDER", "FORCE_CHANGE_PASSWORD",
            "RESET_REQUIRED", "UNCONFIRMED", "UNKNOWN",
        ],
        "disabled": 1,
        "starting": true,
        "refusals": [
            "ResourceNotFoundException ResourceNotFoundException",
            "ResourceNotFoundException ResourceNotFoundException",
            "UserNotFoundException UserNotFoundException",
            "InvalidParameterException InvalidParameterException",
            "InvalidParameterException InvalidParameterException",
            "ClientError NotRehearsed",
        ],
        "not in the model": [],
    });
    assert_eq!(seen_by_boto3(&python, &world).await, right);

    // Each fault changes what it is about, and leaves the rest.
    for (fault, place, wrong) in [
        (
            "partial-policy",
            "/policy",
            json!({
                "MinimumLength": 8,
                "RequireUppercase": false,
                "RequireLowercase": true,
                "RequireNumbers": false,
                "RequireSymbols": false,
                "TemporaryPasswordValidityDays": 7,
            }),
        ),
        ("default-mail", "/mail", json!("COGNITO_DEFAULT")),
    ] {
        world.inject(fault.parse().unwrap()).unwrap();
        let mut expected = right.clone();
        *expected.pointer_mut(place).unwrap() = wrong;
        assert_eq!(seen_by_boto3(&python, &world).await, expected, "{fault}");
        world.lift(fault).unwrap();
    }
}
