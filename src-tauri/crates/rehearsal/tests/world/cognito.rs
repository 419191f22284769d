//! Cognito as a raw client sees it.

use serde_json::{Value, json};
use switchback_rehearsal::{
    ADMINS_CLIENT, ADMINS_DOMAIN, ADMINS_POOL, CANARY_USER, Client, OLD_POOL, Outcome, World,
};

use crate::support::{COGNITO, cognito, cognito_as, cognito_refusal, json_as, world};

/// All pages of a search: who was found, and how many pages of them held nobody.
async fn search(world: &World, pool: &str, filter: &str, limit: u32) -> (Vec<Value>, Vec<usize>) {
    let (mut users, mut pages) = (Vec::new(), Vec::new());
    let mut token = None;
    loop {
        let mut body = json!({"UserPoolId": pool, "Filter": filter, "Limit": limit});
        if let Some(token) = &token {
            body["PaginationToken"] = json!(token);
        }
        let answer = cognito(world, "ListUsers", body).await;
        let page = answer["Users"].as_array().unwrap();
        pages.push(page.len());
        users.extend(page.iter().cloned());
        token = answer["PaginationToken"].as_str().map(str::to_owned);
        if token.is_none() {
            return (users, pages);
        }
    }
}

fn attribute<'a>(user: &'a Value, name: &str) -> Option<&'a str> {
    let all = user["Attributes"].as_array().unwrap();
    all.iter().find(|a| a["Name"] == name)?["Value"].as_str()
}

#[tokio::test]
async fn a_search_finds_by_one_attribute() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (pool, filter, found) in [
        (ADMINS_POOL, "email = \"anna.baker@example.nhs.test\"", 1),
        // The new pool does not count case, the old one does.
        (ADMINS_POOL, "email = \"ISLA.jones@example.nhs.test\"", 2),
        (OLD_POOL, "email = \"sam.lee@example.nhs.test\"", 1),
        (OLD_POOL, "email ^= \"SAM\"", 0),
        (OLD_POOL, "given_name = \"Sam\"", 2),
        (ADMINS_POOL, "given_name = \"Pat \\\"Paddy\\\"\"", 1),
        (ADMINS_POOL, "family_name = \"Back\\\\slash\"", 1),
        (ADMINS_POOL, "cognito:user_status = \"force_change_password\"", 2),
        (ADMINS_POOL, "status = \"Disabled\"", 1),
        (ADMINS_POOL, "email = \"nobody@example.nhs.test\"", 0),
        (ADMINS_POOL, "", 16),
    ] {
        let (users, _) = search(&world, pool, filter, 60).await;
        assert_eq!(users.len(), found, "{filter}");
    }
    let (anna, _) = search(&world, ADMINS_POOL, "email ^= \"anna.\"", 60).await;
    let sub = attribute(&anna[0], "sub").unwrap();
    assert_eq!(anna[0]["Username"], sub);
    let read = cognito(
        &world,
        "AdminGetUser",
        json!({"UserPoolId": ADMINS_POOL, "Username": "Anna.Baker@example.nhs.test"}),
    )
    .await;
    assert_eq!(read["Username"], sub);
    assert_eq!(read["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    let unknown = json!({"UserPoolId": OLD_POOL, "Username": "Anna.Baker@example.nhs.test"});
    assert_eq!(
        cognito_refusal(&world, "AdminGetUser", unknown).await,
        "UserNotFoundException"
    );
}

#[tokio::test]
async fn pages_hold_everybody_once_and_may_be_empty() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let client = Client::new(world.handle());
    assert_eq!(client.add_users(ADMINS_POOL, 4_990).await.unwrap(), 4_990);
    assert_eq!(client.add_users(ADMINS_POOL, 10).await.unwrap(), 5_000);
    assert!(client.add_users("eu-west-2_NONE", 1).await.is_err());

    let (users, pages) = search(&world, ADMINS_POOL, "family_name ^= \"Number\"", 60).await;
    assert_eq!(users.len(), 5_000);
    let mut names: Vec<_> = users.iter().map(|u| u["Username"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 5_000);
    assert!(pages.iter().all(|page| *page <= 60));

    // One of the two parts of the pool does not have her.
    let (found, pages) = search(&world, ADMINS_POOL, "email ^= \"anna.\"", 60).await;
    assert_eq!(found.len(), 1);
    assert!(pages.contains(&0) && pages.len() == 2, "{pages:?}");
    world.inject("empty-pages:3".parse().unwrap()).unwrap();
    let (found, pages) = search(&world, ADMINS_POOL, "email = \"anna.baker@example.nhs.test\"", 60).await;
    assert_eq!((found.len(), pages), (1, vec![0, 0, 0, 1]));
    let counts = client.counts().await.unwrap();
    assert_eq!(counts.get("cognito-idp:AdminGetUser"), None);
    let asked = world.log().iter().filter(|e| e.operation == "ListUsers").count();
    assert_eq!(counts["cognito-idp:ListUsers"], asked as u64);

    // A token answers the question for which it was given, and no other.
    let first = cognito(
        &world,
        "ListUsers",
        json!({"UserPoolId": ADMINS_POOL, "Limit": 1}),
    )
    .await;
    let token = first["PaginationToken"].as_str().unwrap();
    for other in [
        json!({"UserPoolId": OLD_POOL, "PaginationToken": token}),
        json!({"UserPoolId": ADMINS_POOL, "PaginationToken": token, "Filter": "email ^= \"a\""}),
        json!({"UserPoolId": ADMINS_POOL, "PaginationToken": "7b7d"}),
    ] {
        assert_eq!(
            cognito_refusal(&world, "ListUsers", other).await,
            "InvalidParameterException"
        );
    }
}

#[tokio::test]
async fn what_cognito_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (operation, body, code) in [
        (
            "ListUsers",
            json!({"UserPoolId": ADMINS_POOL, "Limit": 61}),
            "InvalidParameterException",
        ),
        (
            "ListUsers",
            json!({"UserPoolId": ADMINS_POOL, "Filter": "custom:x = \"1\""}),
            "InvalidParameterException",
        ),
        (
            "ListUsers",
            json!({"UserPoolId": ADMINS_POOL, "Filters": "email = \"x\""}),
            "SerializationException",
        ),
        (
            "DescribeUserPool",
            json!({"UserPoolId": "eu-west-2_NONE"}),
            "ResourceNotFoundException",
        ),
        (
            "DescribeUserPoolClient",
            json!({"UserPoolId": OLD_POOL, "ClientId": ADMINS_CLIENT}),
            "ResourceNotFoundException",
        ),
        (
            "AdminCreateUser",
            json!({"UserPoolId": ADMINS_POOL}),
            "NotRehearsed",
        ),
    ] {
        assert_eq!(
            cognito_refusal(&world, operation, body.clone()).await,
            code,
            "{body}"
        );
    }
    // Another region and another account have no such pool.
    let pool = json!({"UserPoolId": ADMINS_POOL});
    for (key, region) in [
        ("AKIAREHEARSAL", "eu-west-1"),
        ("AKIAREHEARSALOTHER", "eu-west-2"),
    ] {
        let (status, answer) = cognito_as(&world, key, region, "DescribeUserPool", &pool)
            .await
            .unwrap();
        assert_eq!(
            (status, answer["__type"].as_str()),
            (400, Some("ResourceNotFoundException"))
        );
    }
    let unknown = cognito(
        &world,
        "DescribeUserPoolDomain",
        json!({"Domain": "none.example.nhs.test"}),
    )
    .await;
    assert_eq!(unknown, json!({"DomainDescription": {}}));
}

#[tokio::test]
async fn faults_show_in_descriptions_and_are_lifted() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let whole = async || {
        let pool = json!({"UserPoolId": ADMINS_POOL});
        let client = json!({"UserPoolId": ADMINS_POOL, "ClientId": ADMINS_CLIENT});
        json!([
            cognito(&world, "DescribeUserPool", pool).await["UserPool"],
            cognito(&world, "DescribeUserPoolClient", client).await["UserPoolClient"],
            cognito(&world, "DescribeUserPoolDomain", json!({"Domain": ADMINS_DOMAIN})).await["DomainDescription"],
        ])
    };
    let right = whole().await;
    for (fault, place, wrong) in [
        (
            "partial-policy",
            "/0/Policies/PasswordPolicy/RequireSymbols",
            json!(false),
        ),
        ("missing-trigger", "/0/LambdaConfig/UserMigration", Value::Null),
        (
            "wrong-client-flow",
            "/1/ExplicitAuthFlows",
            json!(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]),
        ),
        (
            "default-mail",
            "/0/EmailConfiguration",
            json!({"EmailSendingAccount": "COGNITO_DEFAULT"}),
        ),
        ("domain-creating", "/2/Status", json!("CREATING")),
    ] {
        assert_ne!(right.pointer(place).unwrap(), &wrong);
        world.inject(fault.parse().unwrap()).unwrap();
        let seen = whole().await;
        assert_eq!(seen.pointer(place).unwrap_or(&Value::Null), &wrong, "{fault}");
        assert_eq!(world.lift(fault).unwrap(), 1);
        assert_eq!(whole().await, right, "{fault} is lifted");
    }

    world.inject("denied:DescribeUserPool".parse().unwrap()).unwrap();
    world.inject("throttle:ListUsers:2".parse().unwrap()).unwrap();
    let pool = || json!({"UserPoolId": ADMINS_POOL});
    for _ in 0..2 {
        assert_eq!(
            cognito_refusal(&world, "DescribeUserPool", pool()).await,
            "AccessDeniedException"
        );
        assert_eq!(
            cognito_refusal(&world, "ListUsers", pool()).await,
            "TooManyRequestsException"
        );
    }
    cognito(&world, "ListUsers", pool()).await;
    cognito(&world, "GetUserPoolMfaConfig", pool()).await;
    assert_eq!(world.lift("denied:DescribeUserPool").unwrap(), 1);
    cognito(&world, "DescribeUserPool", pool()).await;
}

#[tokio::test]
async fn pools_and_users_survive_a_kill_and_a_reset_brings_the_seeds() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    let all = json!({"UserPoolId": ADMINS_POOL, "Limit": 60});
    Client::new(first.handle())
        .add_users(ADMINS_POOL, 20)
        .await
        .unwrap();
    let seen = cognito(&first, "ListUsers", all.clone()).await;
    let counts = first.counts();
    drop(first);
    let again = world(dir.path(), 1).await;
    assert_eq!(again.counts(), counts);
    assert_eq!(cognito(&again, "ListUsers", all.clone()).await, seen);
    assert_eq!(seen["Users"].as_array().unwrap().len(), 36);
    again.reset().unwrap();
    assert!(again.counts().is_empty());
    let seeds = cognito(&again, "ListUsers", all).await;
    assert_eq!(seeds["Users"].as_array().unwrap().len(), 16);
    drop(again);

    // A state from before there were pools is given them.
    let path = dir.path().join("state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    state.as_object_mut().unwrap().remove("cognito").unwrap();
    std::fs::write(&path, state.to_string()).unwrap();
    let old = world(dir.path(), 1).await;
    let pools = cognito(&old, "ListUserPools", json!({"MaxResults": 10})).await;
    assert_eq!(pools["UserPools"].as_array().unwrap().len(), 2);
}

/// What an administrator does to one user, by name, by address or by `sub`; nobody else is touched.
#[tokio::test]
async fn an_administrator_disables_resets_and_deletes_one_user() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let of = |name: &str| json!({"UserPoolId": ADMINS_POOL, "Username": name});
    let name = "anna.baker@example.nhs.test";
    let before = cognito(&world, "AdminGetUser", of(name)).await;
    let sub = before["Username"].as_str().unwrap().to_owned();
    assert_eq!(cognito(&world, "AdminDisableUser", of(&sub)).await, json!({}));
    let found = cognito(&world, "AdminGetUser", of(name)).await;
    assert_eq!(
        (&found["Enabled"], &found["UserStatus"]),
        (&json!(false), &json!("CONFIRMED"))
    );
    // Somebody who is disabled can't be reset (API reference, AdminResetUserPassword, "Errors").
    assert_eq!(
        cognito_refusal(&world, "AdminResetUserPassword", of(name)).await,
        "NotAuthorizedException"
    );
    cognito(&world, "AdminEnableUser", of(name)).await;
    cognito(&world, "AdminResetUserPassword", of(name)).await;
    let found = cognito(&world, "AdminGetUser", of(name)).await;
    assert_eq!(
        (&found["Enabled"], &found["UserStatus"]),
        (&json!(true), &json!("RESET_REQUIRED"))
    );
    // It has no output, so that the body is empty (API reference, AdminDeleteUser); each of the others has one without
    // members.
    let reply = json_as(
        &world,
        COGNITO,
        "AKIAREHEARSAL",
        "eu-west-2",
        "AdminDeleteUser",
        &of(&sub),
    )
    .await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    for operation in ["AdminGetUser", "AdminDeleteUser", "AdminDisableUser"] {
        assert_eq!(
            cognito_refusal(&world, operation, of(&sub)).await,
            "UserNotFoundException"
        );
    }
    let all = json!({"UserPoolId": ADMINS_POOL, "Limit": 60});
    let left = cognito(&world, "ListUsers", all).await;
    assert_eq!(left["Users"].as_array().unwrap().len(), 15);
    let deleted = world
        .log()
        .into_iter()
        .rfind(|entry| entry.operation == "AdminDeleteUser" && entry.outcome == Outcome::Committed);
    assert_eq!(
        deleted.unwrap().left,
        Some(json!({"deleted": {"pool": ADMINS_POOL, "username": sub}}))
    );
    let elsewhere = json!({"UserPoolId": "eu-west-2_NONE", "Username": name});
    assert_eq!(
        cognito_refusal(&world, "AdminDeleteUser", elsewhere).await,
        "ResourceNotFoundException"
    );
}

/// The canary is known to the old provider, and the new pool does not have it before it signed in there.
#[tokio::test]
async fn the_new_pool_begins_without_the_canary() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let of = |pool: &str| json!({"UserPoolId": pool, "Username": CANARY_USER});
    assert_eq!(
        cognito_refusal(&world, "AdminGetUser", of(ADMINS_POOL)).await,
        "UserNotFoundException"
    );
    cognito(&world, "AdminGetUser", of(OLD_POOL)).await;
    let said = world.snapshot().canaries;
    assert_eq!(
        (said[ADMINS_POOL].as_str(), said[OLD_POOL].as_str()),
        ("absent", "CONFIRMED, enabled")
    );
}
