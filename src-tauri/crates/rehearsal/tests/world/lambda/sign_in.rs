//! A sign-in that calls the triggers.

use serde_json::{Value, json};
use switchback_rehearsal::{ADMINS_POOL, OLD_CLIENT, OLD_USER, Outcome};

use super::password;
use crate::reval::tokens::{claims, initiate};
use crate::support::{cognito, cognito_refusal, world};

#[tokio::test]
async fn who_is_absent_is_brought_over_once_and_then_stands_in_the_pool() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    let (email, right) = OLD_USER;
    let asked = json!({"UserPoolId": ADMINS_POOL, "Username": email});
    assert_eq!(
        cognito_refusal(&first, "AdminGetUser", asked.clone()).await,
        "UserNotFoundException"
    );
    let before = first.handle().clock.now().as_second();
    let (status, said) = initiate(&first, &password(email, right)).await;
    assert_eq!(status, 200, "{said}");
    let id = claims(said["AuthenticationResult"]["IdToken"].as_str().unwrap());
    assert_eq!(
        (
            &id["preferred_username"],
            &id["cognito:roles"],
            &id["cognito:groups"]
        ),
        (
            &json!(email),
            &json!(["HEE Admin Revalidation"]),
            &json!(["1-1RSG4X0"])
        )
    );
    let user = cognito(&first, "AdminGetUser", asked.clone()).await;
    assert_eq!(
        (&user["UserStatus"], &user["Enabled"], &user["Username"]),
        (&json!("CONFIRMED"), &json!(true), &id["sub"])
    );
    let created = user["UserCreateDate"].as_f64().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "seconds of this millennium fit")]
    let before = before as f64;
    assert!(created >= before, "{created} before {before}");
    let attribute = |name: &str| {
        let all = user["UserAttributes"].as_array().unwrap();
        let found = all.iter().find(|one| one["Name"] == name).unwrap();
        found["Value"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        [
            "email",
            "email_verified",
            "given_name",
            "preferred_username",
            "sub"
        ]
        .map(attribute),
        [email, "true", "Nora", email, id["sub"].as_str().unwrap()]
    );
    // The log says so once: then the pool knows the password itself, also after a kill.
    let migrated = |world: &switchback_rehearsal::World| {
        let log = world.log();
        let found = log
            .into_iter()
            .filter(|entry| entry.outcome == Outcome::Committed);
        let left: Vec<Value> = found.filter_map(|entry| entry.left).collect();
        left
    };
    let once = json!({"migrated": {
        "pool": ADMINS_POOL, "username": id["sub"], "status": "CONFIRMED", "welcome_mail": false,
    }});
    assert_eq!(migrated(&first), vec![once.clone()]);
    drop(first);
    let again = world(dir.path(), 1).await;
    let (status, said) = initiate(&again, &password(&email.to_uppercase(), right)).await;
    assert_eq!(status, 200, "{said}");
    let (status, said) = initiate(&again, &password(email, "no")).await;
    assert_eq!(
        (status, said["__type"].as_str()),
        (400, Some("NotAuthorizedException"))
    );
    assert_eq!(migrated(&again), vec![once]);
    again.reset().unwrap();
    assert_eq!(
        cognito_refusal(&again, "AdminGetUser", asked).await,
        "UserNotFoundException"
    );
}

#[tokio::test]
async fn a_lost_answer_has_brought_somebody_over_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world
        .inject("lost-response:InitiateAuth".parse().unwrap())
        .unwrap();
    let (email, right) = OLD_USER;
    let addr = world.handle().aws_addr();
    let body = password(email, right).to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {addr}\r\nX-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    assert!(crate::support::exchange(stream, &request).await.is_none());
    let asked = json!({"UserPoolId": ADMINS_POOL, "Username": email});
    assert_eq!(
        cognito(&world, "AdminGetUser", asked).await["UserStatus"],
        "CONFIRMED"
    );
    assert_eq!(
        world.log().first().map(|entry| entry.outcome),
        Some(Outcome::Lost)
    );
}

#[tokio::test]
async fn what_the_function_refuses_cognito_says_in_its_words() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let (email, right) = OLD_USER;
    for (user, given, words) in [
        ("nobody@example.nhs.test", right, "User not found"),
        (email, "no", "Bad password"),
        (email, "no", "Bad password"),
        (email, "no", "Bad password"),
        (email, right, "Account is temporarily disabled"),
    ] {
        let (status, said) = initiate(&world, &password(user, given)).await;
        assert_eq!(
            (status, said["__type"].as_str(), said["message"].as_str()),
            (
                400,
                Some("UserLambdaValidationException"),
                Some(format!("UserMigration failed with error {words}.").as_str())
            )
        );
    }
    // Who is in the pool is never asked for elsewhere, and the old pool has no such trigger.
    let (_, said) = initiate(&world, &password("anna.baker@example.nhs.test", "no")).await;
    assert_eq!(said["__type"], "NotAuthorizedException");
    let mut old = password("nobody@example.nhs.test", right);
    old["ClientId"] = json!(OLD_CLIENT);
    assert_eq!(initiate(&world, &old).await.1["__type"], "NotAuthorizedException");
    world.inject("missing-trigger".parse().unwrap()).unwrap();
    let (_, said) = initiate(&world, &password("nobody@example.nhs.test", right)).await;
    assert_eq!(said["__type"], "NotAuthorizedException");
    world.lift("missing-trigger").unwrap();
    // A client that takes no passwords never comes so far.
    world.inject("wrong-client-flow".parse().unwrap()).unwrap();
    let (_, said) = initiate(&world, &password("nobody@example.nhs.test", right)).await;
    assert_eq!(said["__type"], "InvalidParameterException");
}
