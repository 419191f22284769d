//! What can be wrong with the triggers, as the API shows it and as a sign-in meets it.

use serde_json::{Value, json};
use switchback_rehearsal::{
    ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, MIGRATE_USER_ARN, OLD_CLIENT, OLD_USER, World,
};

use super::{MINE, invoke, look, migration, password, refused};
use crate::reval::tokens::{claims, initiate};
use crate::support::{cognito, world};

/// A sign-in that is refused: the code and the words.
async fn refusal(world: &World, (user, word): (&str, &str)) -> (String, String) {
    let (status, said) = initiate(world, &password(user, word)).await;
    assert_eq!(status, 400, "{said}");
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    (text("__type"), text("message"))
}

/// What Cognito says of the migrate-user trigger, whatever it was.
fn not_migrated() -> (String, String) {
    (
        "UserNotFoundException".to_owned(),
        "Exception migrating user in app client rehearsaladminsclient000001".to_owned(),
    )
}

/// What Cognito says where the pre-token trigger was not run.
fn no_token(why: &str) -> (String, String) {
    (
        "UnexpectedLambdaException".to_owned(),
        format!("PreTokenGeneration invocation failed due to error {why}."),
    )
}

const CANARY: (&str, &str) = (CANARY_USER, CANARY_PASSWORD);

/// The canary is brought over while all is well.
async fn canary_stands(world: &World) {
    assert_eq!(initiate(world, &password(CANARY.0, CANARY.1)).await.0, 200);
}

#[tokio::test]
async fn without_its_permission_nobody_is_brought_over_and_whoever_is_there_signs_in() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    canary_stands(&world).await;
    let bare = "/2015-03-31/functions/rehearsal-migrate-user/policy";
    for (fault, alias) in [
        ("migrate-permission-missing", 404),
        ("migrate-permission-missing:alias", 200),
    ] {
        world.inject(fault.parse().unwrap()).unwrap();
        let (status, _, _) = refused(&world, MINE, &format!("GET {bare}")).await;
        assert_eq!(status, 404);
        let (status, _) = look(&world, &format!("{bare}?Qualifier=live")).await;
        assert_eq!(status, alias, "{fault}");
        assert_eq!(refusal(&world, OLD_USER).await, not_migrated());
        assert_eq!(initiate(&world, &password(CANARY.0, CANARY.1)).await.0, 200);
        // Our own permission has nothing to do with it.
        let reply = invoke(&world, "rehearsal-migrate-user", "DryRun", &json!({})).await;
        assert_eq!(reply.status, 204);
        world.lift(fault).unwrap();
    }
    assert_eq!(initiate(&world, &password(OLD_USER.0, OLD_USER.1)).await.0, 200);
}

#[tokio::test]
async fn a_permission_for_another_pool_ends_every_sign_in() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    canary_stands(&world).await;
    let described = || cognito(&world, "DescribeUserPool", json!({"UserPoolId": ADMINS_POOL}));
    let before = described().await;
    world
        .inject("trigger-source-other-pool".parse().unwrap())
        .unwrap();
    assert_eq!(before, described().await, "the pool looks perfect");
    assert_eq!(refusal(&world, CANARY).await, no_token("AccessDeniedException"));
    assert_eq!(refusal(&world, OLD_USER).await, not_migrated());
    // The old pool has a trigger of its own.
    let mut old = password(CANARY.0, CANARY.1);
    old["ClientId"] = json!(OLD_CLIENT);
    assert_eq!(initiate(&world, &old).await.0, 200);
    world.lift("trigger-source-other-pool").unwrap();
    assert_eq!(initiate(&world, &password(CANARY.0, CANARY.1)).await.0, 200);
}

#[tokio::test]
async fn what_is_asleep_or_switched_off_is_not_run() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    canary_stands(&world).await;
    for (fault, code, status) in [
        ("trigger-inactive", "ResourceNotReadyException", 502),
        ("trigger-concurrency-zero", "TooManyRequestsException", 429),
    ] {
        world.inject(fault.parse().unwrap()).unwrap();
        assert_eq!(refusal(&world, CANARY).await, no_token(code));
        assert_eq!(refusal(&world, OLD_USER).await, not_migrated());
        let event = migration(OLD_USER.0, OLD_USER.1);
        let reply = invoke(&world, "rehearsal-migrate-user", "RequestResponse", &event).await;
        assert_eq!(
            (reply.status, reply.header("x-amzn-errortype")),
            (status, Some(code))
        );
        let path = format!("/2015-03-31/functions/{MIGRATE_USER_ARN}/configuration");
        let (_, said) = look(&world, &path).await;
        let path = format!("/2019-09-30/functions/{MIGRATE_USER_ARN}/concurrency");
        let (_, reserved) = look(&world, &path).await;
        let shown = (said["State"].clone(), said["StateReasonCode"].clone(), reserved);
        let right = match fault {
            "trigger-inactive" => (json!("Inactive"), json!("Idle"), json!({})),
            _ => (
                json!("Active"),
                Value::Null,
                json!({"ReservedConcurrentExecutions": 0}),
            ),
        };
        assert_eq!(shown, right);
        world.lift(fault).unwrap();
    }
}

#[tokio::test]
async fn a_slow_trigger_is_three_logins_at_the_old_provider() {
    let dir = tempfile::tempdir().unwrap();
    // Cognito waits in world time.
    let world = world(dir.path(), 60).await;
    world.inject("migrate-slow".parse().unwrap()).unwrap();
    let path = format!("/2015-03-31/functions/{MIGRATE_USER_ARN}/configuration");
    assert_eq!(look(&world, &path).await.1["Timeout"], 30);
    let clock = world.handle().clock;
    let before = clock.now_ms();
    assert_eq!(refusal(&world, (OLD_USER.0, "no")).await, not_migrated());
    let waited = clock.now_ms() - before;
    assert!(waited >= 15_000, "{waited} ms");
    world.lift("migrate-slow").unwrap();
    // One wrong password has locked them out.
    let (code, words) = refusal(&world, OLD_USER).await;
    assert_eq!(
        (code.as_str(), words.as_str()),
        (
            "UserLambdaValidationException",
            "UserMigration failed with error Account is temporarily disabled."
        )
    );
}

#[tokio::test]
async fn a_wrong_answer_of_a_trigger_shows_in_who_was_brought_over() {
    for fault in [
        "migrate-no-confirmed",
        "migrate-welcome-mail",
        "migrate-unverified",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let world = world(dir.path(), 1).await;
        world.inject(fault.parse().unwrap()).unwrap();
        let (status, said) = initiate(&world, &password(OLD_USER.0, OLD_USER.1)).await;
        let asked = json!({"UserPoolId": ADMINS_POOL, "Username": OLD_USER.0});
        let user = cognito(&world, "AdminGetUser", asked).await;
        let attributes = user["UserAttributes"].as_array().unwrap();
        let is_verified = attributes
            .iter()
            .any(|one| one["Name"] == "email_verified" && one["Value"] == "true");
        let left = world.log().into_iter().find_map(|entry| entry.left).unwrap();
        let is_welcomed = left["migrated"]["welcome_mail"] == json!(true);
        let (right_status, right) = match fault {
            "migrate-no-confirmed" => (400, ("RESET_REQUIRED", true, false)),
            "migrate-welcome-mail" => (200, ("CONFIRMED", true, true)),
            _ => (200, ("CONFIRMED", false, false)),
        };
        let found = (user["UserStatus"].as_str().unwrap(), is_verified, is_welcomed);
        assert_eq!((status, found), (right_status, right), "{fault}");
        if right_status == 400 {
            assert_eq!(said["__type"], "PasswordResetRequiredException");
        }
    }
}

#[tokio::test]
async fn a_trigger_that_adds_nothing_leaves_tokens_bare() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world.inject("pre-token-empty".parse().unwrap()).unwrap();
    let (status, said) = initiate(&world, &password(CANARY.0, CANARY.1)).await;
    assert_eq!(status, 200, "{said}");
    let id = claims(said["AuthenticationResult"]["IdToken"].as_str().unwrap());
    assert_eq!(id["email"], CANARY_USER);
    // The preferred name is an attribute of who was brought over.
    for missing in ["cognito:groups", "cognito:roles"] {
        assert!(id.get(missing).is_none(), "{missing}: {id}");
    }
}
