//! The rehearsal's Cognito, Lambda, Parameter Store, ECS, WAF, API Gateway and CloudFront read by boto3, which shares no
//! code with them, and held against botocore's models of the services.
//!
//! Needs SWITCHBACK_VENV: a Python venv with what `xtask/python-requirements.txt` names.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod tokens;

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use switchback_rehearsal::{IMAGE_DIGEST, MIGRATE_USER_ARN, Outcome, PRE_TOKEN_ARN, World, WorldOptions};

const MODEL_PY: &str = include_str!("model.py");
const POOLS_PY: &str = include_str!("pools.py");
const PARAMETERS_PY: &str = include_str!("parameters.py");
const SERVICES_PY: &str = include_str!("services.py");
const RESTRICTION_PY: &str = include_str!("restriction.py");
const EDGES_PY: &str = include_str!("edges.py");
const FUNCTIONS_PY: &str = include_str!("functions.py");

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

async fn seen_by_boto3(python: &PathBuf, script: &str, world: &World) -> Value {
    let output = tokio::process::Command::new(python)
        .args(["-c", &format!("{MODEL_PY}\n\n{script}")])
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
        "clients": ["rehearsaladminsclient000001", "rehearsalrevalclient0000001"],
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
    assert_eq!(seen_by_boto3(&python, POOLS_PY, &world).await, right);

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
        assert_eq!(
            seen_by_boto3(&python, POOLS_PY, &world).await,
            expected,
            "{fault}"
        );
        world.lift(fault).unwrap();
    }
}

#[tokio::test]
async fn boto3_reads_and_puts_parameters() {
    let Some(python) = python() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let seen = seen_by_boto3(&python, PARAMETERS_PY, &world).await;
    assert_eq!(
        seen,
        json!({
            "names": [
                "/tis/reval/origins", "/tis/usermanagement/client-secret",
                "/tis/usermanagement/profiles", "/tis/usermanagement/under-maintenance",
            ],
            "described": {
                "Type": "SecureString", "Tier": "Standard", "Version": 1, "KeyId": "alias/tis-usermanagement",
            },
            "before": ["prod", 3, "text"],
            "put": [4, "Standard"],
            "after": ["prod,cognito", 4, "text"],
            "was": ["prod", 3, ":3"],
            "history": [[1, "stage"], [2, "prod,debug"], [3, "prod"], [4, "prod,cognito"]],
            "sealed": true,
            "opened": "not-a-real-secret",
            "several": [["/tis/reval/origins", "/tis/usermanagement/profiles"], ["/tis/none"]],
            "labelled": [["1st"], 2],
            "by label": 2,
            "modified": "arn:aws:sts::123456789012:assumed-role/operator/rehearsal",
            "in order": true,
            "refusals": [
                "ParameterAlreadyExists ParameterAlreadyExists",
                "HierarchyTypeMismatchException HierarchyTypeMismatchException",
                "ParameterPatternMismatchException ParameterPatternMismatchException",
                "ValidationException ValidationException",
                "ParameterNotFound ParameterNotFound",
                "ParameterVersionNotFound ParameterVersionNotFound",
                "InvalidKeyId InvalidKeyId",
                "InvalidNextToken InvalidNextToken",
                "ClientError NotRehearsed",
            ],
            "deleted": "ParameterNotFound ParameterNotFound",
            "not in the model": [],
        })
    );
    let puts: Vec<u64> = world
        .log()
        .into_iter()
        .filter(|entry| entry.outcome == Outcome::Committed)
        .filter_map(|entry| Some(entry.parameter?.version))
        .collect();
    assert_eq!(puts, [4]);

    // The SDK tries again where the answer is lost, and so puts twice: the trap for which ours has its retries
    // off.
    world.reset().unwrap();
    world
        .inject("lost-response:PutParameter".parse().unwrap())
        .unwrap();
    let seen = seen_by_boto3(&python, PARAMETERS_PY, &world).await;
    assert_eq!(seen["put"], json!([5, "Standard"]));
}

#[tokio::test]
async fn boto3_rolls_a_service() {
    let Some(python) = python() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions {
        scale: 30,
        ..WorldOptions::new(dir.path())
    })
    .await
    .unwrap();
    assert_eq!(
        seen_by_boto3(&python, SERVICES_PY, &world).await,
        json!({
            "before": ["PRIMARY COMPLETED"],
            "began": ["PRIMARY IN_PROGRESS", "ACTIVE COMPLETED"],
            "middle": ["PENDING", "RUNNING"],
            "after": ["PRIMARY COMPLETED"],
            "is new": true,
            "started by it": true,
            "later": true,
            "stopped": ["ServiceSchedulerInitiated"],
            "digests": [IMAGE_DIGEST],
            "definition": [7, "ACTIVE"],
            "secrets": ["SPRING_PROFILES_ACTIVE", "UNDER_MAINTENANCE"],
            "missing": [[], "MISSING"],
            "refusals": [
                "ClusterNotFoundException ClusterNotFoundException",
                "InvalidParameterException InvalidParameterException",
                "ServiceNotFoundException ServiceNotFoundException",
                "ServiceNotActiveException ServiceNotActiveException",
                "ClientException ClientException",
                "ClientException ClientException",
                "ClientException ClientException",
                "ClientError NotRehearsed",
            ],
            "not in the model": [],
        })
    );
}

#[tokio::test]
async fn boto3_closes_user_management() {
    let Some(python) = python() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    assert_eq!(
        seen_by_boto3(&python, RESTRICTION_PY, &world).await,
        json!({
            "guard": true,
            "description": "",
            "sought": ["/usermanagement/", "/usermanagement;"],
            "listed": [true],
            "api": ["tis-admins", true],
            "pages": [5, 5, 5, 2],
            "methods": ["DELETE", "GET", "OPTIONS", "PUT"],
            "guarded by": true,
            "in order": true,
            "keys": ["*/*", "~1usermanagement~1updatePassword/POST"],
            "closed": [0.0, 0],
            "opened": true,
            "refusals": [
                "WAFOptimisticLockException WAFOptimisticLockException",
                "WAFNonexistentItemException WAFNonexistentItemException",
                "nothing",
                "WAFInvalidParameterException WAFInvalidParameterException",
                "ClientError NotRehearsed",
                "NotFoundException NotFoundException",
                "NotFoundException NotFoundException",
                "BadRequestException BadRequestException",
                "BadRequestException BadRequestException",
                "ClientError NotRehearsed",
            ],
            // Which boto3 drops without a word, and loses with the first update: that is what they are there for.
            "not in the model": [
                "GetWebACL.WebACL.FutureSetting",
                "GetWebACL.WebACL.Rules[].FutureSetting",
                "GetWebACLForResource.WebACL.FutureSetting",
                "GetWebACLForResource.WebACL.Rules[].FutureSetting",
            ],
        })
    );
    let shown = serde_json::to_string(&world.snapshot().firewalls).unwrap();
    assert!(!shown.contains("FutureSetting"), "{shown}");
}

#[tokio::test]
async fn boto3_invalidates_what_the_edges_keep() {
    let Some(python) = python() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    // Fast enough to wait for, and slow enough that what is made first still runs when the rest is made.
    let world = World::start(WorldOptions {
        scale: 10,
        ..WorldOptions::new(dir.path())
    })
    .await
    .unwrap();
    assert_eq!(
        seen_by_boto3(&python, EDGES_PY, &world).await,
        json!({
            "aliases": ["reval.example.nhs.test"],
            "enabled": true,
            "root": "index.html",
            "certificate": "us-east-1",
            "errors": [[403, "/index.html", "200"], [404, "/index.html", "200"]],
            "tagged": true,
            "made": [201, 201, 201],
            "same": true,
            "located": true,
            "running": 2,
            "listed": true,
            "after": ["Completed", ["/index.html", "/*"]],
            "refusals": [
                "NoSuchDistribution NoSuchDistribution",
                "NoSuchInvalidation NoSuchInvalidation",
                // The model does not have this one.
                "ClientError InvalidationBatchAlreadyExists",
                "InconsistentQuantities InconsistentQuantities",
                "InvalidArgument InvalidArgument",
                "TooManyInvalidationsInProgress TooManyInvalidationsInProgress",
                "ClientError NotRehearsed",
            ],
            "not in the model": [],
        })
    );

    // The SDK tries again where the answer is lost, with the same reference: so it makes one invalidation all the same.
    world.reset().unwrap();
    world
        .inject("lost-response:CreateInvalidation".parse().unwrap())
        .unwrap();
    let seen = seen_by_boto3(&python, EDGES_PY, &world).await;
    assert_eq!(
        (&seen["made"], &seen["same"]),
        (&json!([201, 201, 201]), &json!(true))
    );
    assert_eq!(world.snapshot().distributions[0].invalidations.len(), 2);
}

#[tokio::test]
async fn boto3_reads_and_invokes_the_triggers() {
    let Some(python) = python() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(WorldOptions::new(dir.path())).await.unwrap();
    let source = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL1";
    let right = json!({
        "state": ["Active", "Successful", 4],
        "alias": "1",
        "principal": {"Service": "cognito-idp.amazonaws.com"},
        "source": {"ArnLike": {"AWS:SourceArn": source}},
        "reserved": null,
        "invoked": [[204, null, false], [200, "Unhandled", true], [200, null, true]],
        "refusals": [
            "ResourceNotFoundException ResourceNotFoundException",
            "ResourceNotFoundException ResourceNotFoundException",
            "ResourceNotFoundException ResourceNotFoundException",
            "ResourceNotFoundException ResourceNotFoundException",
            "ClientError NotRehearsed",
        ],
        "not in the model": [],
    });
    assert_eq!(seen_by_boto3(&python, FUNCTIONS_PY, &world).await, right);
}
