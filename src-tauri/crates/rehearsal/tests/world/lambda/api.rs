//! The reads and invocations of the API.

use serde_json::{Value, json};
use switchback_rehearsal::{
    ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, MIGRATE_USER_ALIAS, MIGRATE_USER_ARN, OLD_PRE_TOKEN_ARN,
    OLD_USER, PRE_TOKEN_ARN,
};

use super::{MINE, invoke, lambda_as, look, migration, refused};
use crate::support::world;

const NAME: &str = "rehearsal-migrate-user";

#[tokio::test]
async fn a_policy_belongs_to_one_qualifier_and_says_who_may_invoke() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let escaped = MIGRATE_USER_ARN.replace(':', "%3A");
    for of in [
        NAME,
        &escaped,
        "123456789012%3Afunction%3Arehearsal-migrate-user",
        "function:rehearsal-migrate-user",
    ] {
        let (status, said) = look(&world, &format!("/2015-03-31/functions/{of}/policy")).await;
        assert_eq!(status, 200, "{of}: {said}");
        let policy: Value = serde_json::from_str(said["Policy"].as_str().unwrap()).unwrap();
        let statement = &policy["Statement"][0];
        assert_eq!(statement["Principal"]["Service"], "cognito-idp.amazonaws.com");
        assert_eq!(
            (&statement["Action"], &statement["Resource"]),
            (&json!("lambda:InvokeFunction"), &json!(MIGRATE_USER_ARN))
        );
        let source = format!("arn:aws:cognito-idp:eu-west-2:123456789012:userpool/{ADMINS_POOL}");
        assert_eq!(statement["Condition"]["ArnLike"]["AWS:SourceArn"], source);
    }
    // The alias has none, which is answered as of no function at all.
    let none = (
        404,
        "ResourceNotFoundException".to_owned(),
        "The resource you requested does not exist.".to_owned(),
    );
    for of in [
        format!("{NAME}/policy?Qualifier={MIGRATE_USER_ALIAS}"),
        format!("{NAME}:{MIGRATE_USER_ALIAS}/policy"),
        format!("{NAME}/policy?Qualifier=$LATEST"),
    ] {
        let line = format!("GET /2015-03-31/functions/{of}");
        assert_eq!(refused(&world, MINE, &line).await, none, "{of}");
    }
    for (of, words) in [
        ("nothing/policy", "Function not found: "),
        (
            "rehearsal-migrate-user/policy?Qualifier=7",
            "Cannot find alias arn: ",
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:one/policy",
            "Functions from 'us-east-1' are not reachable",
        ),
    ] {
        let line = format!("GET /2015-03-31/functions/{of}");
        let (status, code, said) = refused(&world, MINE, &line).await;
        assert_eq!(
            (status, code.as_str()),
            (404, "ResourceNotFoundException"),
            "{of}"
        );
        assert!(said.starts_with(words), "{said}");
    }
    assert_eq!(world.counts()["lambda:GetPolicy"], 10);
}

#[tokio::test]
async fn settings_are_shown_and_nothing_is_reserved() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for arn in [MIGRATE_USER_ARN, PRE_TOKEN_ARN, OLD_PRE_TOKEN_ARN] {
        let (status, said) = look(&world, &format!("/2015-03-31/functions/{arn}/configuration")).await;
        assert_eq!(status, 200, "{said}");
        assert_eq!(
            (&said["FunctionArn"], &said["State"], &said["LastUpdateStatus"]),
            (&json!(arn), &json!("Active"), &json!("Successful"))
        );
        assert!(said["Timeout"].as_u64().unwrap() <= 5 && said["Version"] == "$LATEST");
        let (status, said) = look(&world, &format!("/2019-09-30/functions/{arn}/concurrency")).await;
        assert_eq!((status, said), (200, json!({})));
    }
    let path = format!("/2015-03-31/functions/{NAME}/configuration?Qualifier={MIGRATE_USER_ALIAS}");
    let (_, said) = look(&world, &path).await;
    assert_eq!(
        (&said["FunctionArn"], &said["Version"]),
        (&json!(format!("{MIGRATE_USER_ARN}:live")), &json!("1"))
    );
    let line = format!("GET /2019-09-30/functions/{NAME}:live/concurrency");
    let (status, code, _) = refused(&world, MINE, &line).await;
    assert_eq!((status, code.as_str()), (400, "InvalidParameterValueException"));
    let line = format!("GET /2015-03-31/functions/{NAME}:live/policy?Qualifier=other");
    let (_, code, _) = refused(&world, MINE, &line).await;
    assert_eq!(code, "InvalidParameterValueException");
}

#[tokio::test]
async fn another_region_and_another_account_have_no_such_function() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let line = format!("GET /2015-03-31/functions/{NAME}/configuration");
    for who in [
        ("AKIAREHEARSAL", "us-east-1"),
        ("AKIAREHEARSALOTHER", "eu-west-2"),
    ] {
        let (status, code, _) = refused(&world, who, &line).await;
        assert_eq!(
            (status, code.as_str()),
            (404, "ResourceNotFoundException"),
            "{who:?}"
        );
    }
    // Whose it is not is not told whether it is there.
    let line = format!("GET /2015-03-31/functions/{MIGRATE_USER_ARN}/configuration");
    let (status, code, words) = refused(&world, ("AKIAREHEARSALOTHER", "eu-west-2"), &line).await;
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    assert!(
        words.contains("lambda:GetFunctionConfiguration on resource: "),
        "{words}"
    );
    let (status, code, _) = refused(&world, MINE, "GET /2015-03-31/functions/").await;
    assert_eq!((status, code.as_str()), (501, "NotRehearsed"));
    world.inject("denied:Invoke".parse().unwrap()).unwrap();
    let reply = invoke(&world, NAME, "DryRun", &json!({})).await;
    assert_eq!(reply.status, 403);
    assert!(
        reply
            .body
            .contains(&format!("lambda:InvokeFunction on resource: {MIGRATE_USER_ARN}")),
        "{}",
        reply.body
    );
}

#[tokio::test]
async fn a_dry_run_runs_nothing_and_a_real_one_answers() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let event = migration(CANARY_USER, CANARY_PASSWORD);
    let reply = invoke(&world, NAME, "DryRun", &event).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    let reply = invoke(&world, NAME, "RequestResponse", &event).await;
    assert_eq!(
        (
            reply.status,
            reply.header("x-amz-function-error"),
            reply.header("x-amz-executed-version")
        ),
        (200, None, Some("$LATEST"))
    );
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    let response = &said["response"];
    assert_eq!(
        (&response["finalUserStatus"], &response["messageAction"]),
        (&json!("CONFIRMED"), &json!("SUPPRESS"))
    );
    let attributes = &response["userAttributes"];
    assert_eq!(
        (&attributes["email"], &attributes["email_verified"]),
        (&json!(CANARY_USER), &json!("true"))
    );
    assert_eq!(
        (&said["userName"], &attributes["given_name"]),
        (&json!(CANARY_USER), &json!("Canary"))
    );

    let mut forgotten = migration(OLD_USER.0, "");
    forgotten["triggerSource"] = json!("UserMigration_ForgotPassword");
    let reply = invoke(&world, NAME, "RequestResponse", &forgotten).await;
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(said["response"]["userAttributes"]["email"], OLD_USER.0);
    assert!(said["response"].get("finalUserStatus").is_none());

    // Three wrong passwords lock somebody out, dry runs do not.
    for _ in 0..3 {
        invoke(&world, NAME, "DryRun", &migration(OLD_USER.0, "no")).await;
    }
    for (password, words) in [
        (OLD_USER.1, None),
        ("no", Some("Bad password")),
        ("no", Some("Bad password")),
        ("no", Some("Bad password")),
        (OLD_USER.1, Some("Account is temporarily disabled")),
    ] {
        let reply = invoke(&world, NAME, "RequestResponse", &migration(OLD_USER.0, password)).await;
        let said: Value = serde_json::from_str(&reply.body).unwrap();
        let failed = words.map(|_| "Unhandled");
        assert_eq!(
            (reply.status, reply.header("x-amz-function-error")),
            (200, failed)
        );
        assert_eq!(said["errorMessage"].as_str(), words);
    }
    for event in [migration("nobody@example.nhs.test", "x"), json!({}), json!([])] {
        let reply = invoke(&world, NAME, "RequestResponse", &event).await;
        assert_eq!(reply.header("x-amz-function-error"), Some("Unhandled"), "{event}");
    }
    let line = format!("POST /2015-03-31/functions/{NAME}/invocations");
    let reply = lambda_as(&world, MINE, &line, &[], "no json").await;
    assert_eq!(
        (reply.status, reply.header("x-amzn-errortype")),
        (400, Some("InvalidRequestContentException"))
    );
    let reply = invoke(&world, NAME, "Event", &json!({})).await;
    assert_eq!(reply.status, 501);
    // Passwords are nowhere in the log.
    let log = serde_json::to_string(&world.log()).unwrap();
    assert!(!log.contains(CANARY_PASSWORD) && !log.contains(OLD_USER.1));
}

#[tokio::test]
async fn the_pre_token_trigger_sets_groups_roles_and_the_name() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let event = json!({
        "version": "2",
        "triggerSource": "TokenGeneration_Authentication",
        "userName": "someone",
        "request": {"userAttributes": {"email": CANARY_USER}, "groupConfiguration": {}, "scopes": []},
        "response": {"claimsAndScopeOverrideDetails": null},
    });
    let reply = invoke(&world, "rehearsal-pre-token", "RequestResponse", &event).await;
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    let details = &said["response"]["claimsAndScopeOverrideDetails"];
    assert_eq!(
        details["groupOverrideDetails"],
        json!({"groupsToOverride": ["1-1RSG4X0"], "iamRolesToOverride": ["HEE Admin Revalidation"]})
    );
    assert_eq!(
        details["idTokenGeneration"]["claimsToAddOrOverride"]["preferred_username"],
        CANARY_USER
    );
    let reply = invoke(&world, "rehearsal-pre-token", "RequestResponse", &json!({})).await;
    assert_eq!(reply.header("x-amz-function-error"), Some("Unhandled"));
}
