//! Signing in with a password, and the keys by which everybody can tell a pool's tokens.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use switchback_rehearsal::{
    ADMINS_CLIENT, ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, Client, OLD_CLIENT, OLD_POOL, REVAL_CLIENT,
    TOKENS_AHEAD, World,
};
use tokio::net::TcpStream;

use super::tokens::{claims, id_token, initiate, password, userinfo};
use crate::support::{exchange, world};

/// The code and the words with which a sign-in is refused.
async fn refusal(world: &World, body: &Value) -> (String, String) {
    let (status, said) = initiate(world, body).await;
    assert_eq!(status, 400, "{said}");
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    (text("__type"), text("message"))
}

/// The public keys of a pool.
async fn keys(world: &World, pool: &str) -> (u16, Value) {
    let addr = world.handle().aws_addr();
    let request =
        format!("GET /{pool}/.well-known/jwks.json HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    let stream = TcpStream::connect(addr).await.unwrap();
    let reply = exchange(stream, &request).await.unwrap();
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

/// Whether one of these keys, found by the id that the token names, has signed it.
fn is_signed(token: &str, keys: &Value) -> bool {
    let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let header: Value = serde_json::from_slice(&decoded(signed.split('.').next().unwrap())).unwrap();
    assert_eq!(header["alg"], "RS256");
    let all = keys["keys"].as_array().unwrap();
    let Some(key) = all.iter().find(|key| key["kid"] == header["kid"]) else {
        return false;
    };
    let part = |name: &str| decoded(key[name].as_str().unwrap());
    let components = RsaPublicKeyComponents {
        n: part("n"),
        e: part("e"),
    };
    let verified = components.verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &decoded(signature),
    );
    verified.is_ok()
}

#[tokio::test]
async fn each_pool_signs_its_own_tokens_with_a_key_that_everybody_may_read() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let mut tokens = Vec::new();
    for (pool, client) in [(OLD_POOL, OLD_CLIENT), (ADMINS_POOL, REVAL_CLIENT)] {
        let now = world.handle().clock.now().as_second();
        let (status, said) = initiate(&world, &password(client)).await;
        assert_eq!(status, 200, "{said}");
        let result = &said["AuthenticationResult"];
        assert_eq!(
            (&result["TokenType"], &result["ExpiresIn"]),
            (&json!("Bearer"), &json!(3_600))
        );
        let token = |name: &str| result[name].as_str().unwrap().to_owned();
        let (id, access) = (claims(&token("IdToken")), claims(&token("AccessToken")));
        let issuer = format!("https://cognito-idp.eu-west-2.amazonaws.com/{pool}");
        for (claims, kind) in [(&id, "id"), (&access, "access")] {
            assert_eq!(
                (&claims["iss"], &claims["token_use"]),
                (&json!(issuer), &json!(kind))
            );
            assert_eq!(claims["sub"], id["sub"]);
            let (made, ends) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
            assert!((now..now + 60).contains(&made), "{made} at {now}");
            assert_eq!(ends - made, 3_600);
        }
        assert_eq!(
            (&id["aud"], &access["client_id"]),
            (&json!(client), &json!(client))
        );
        assert_eq!(id["email"], CANARY_USER);
        assert_eq!(id["cognito:roles"], json!(["HEE Admin Revalidation"]));
        let (status, own) = keys(&world, pool).await;
        assert_eq!((status, own["keys"].as_array().unwrap().len()), (200, 1));
        assert!(own["keys"][0].get("d").is_none());
        assert!(is_signed(&token("IdToken"), &own) && is_signed(&token("AccessToken"), &own));
        tokens.push((token("IdToken"), own));
    }
    assert!(!is_signed(&tokens[0].0, &tokens[1].1) && !is_signed(&tokens[1].0, &tokens[0].1));
    let (status, none) = keys(&world, "eu-west-2_NONE").await;
    assert_eq!(
        (status, none["__type"].as_str()),
        (400, Some("ResourceNotFoundException"))
    );
    assert_eq!(world.counts()["cognito-idp:InitiateAuth"], 2);
    // Passwords and tokens are nowhere in the log.
    let log = serde_json::to_string(&world.log()).unwrap();
    assert!(!log.contains(CANARY_PASSWORD) && !log.contains(&tokens[0].0));
}

#[tokio::test]
async fn who_is_not_the_canary_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let with = |place: &str, value: &str| {
        let mut body = password(OLD_CLIENT);
        *body.pointer_mut(place).unwrap() = json!(value);
        body
    };
    let wrong = (
        "NotAuthorizedException".to_owned(),
        "Incorrect username or password.".to_owned(),
    );
    for (place, value) in [
        ("/AuthParameters/PASSWORD", "rehearsal-canary-1"),
        ("/AuthParameters/USERNAME", "nobody@example.nhs.test"),
        ("/AuthParameters/USERNAME", "anna.baker@example.nhs.test"),
        // The old pool counts case.
        ("/AuthParameters/USERNAME", "Canary@example.nhs.test"),
    ] {
        assert_eq!(refusal(&world, &with(place, value)).await, wrong, "{value}");
    }
    let mut body = password(REVAL_CLIENT);
    body["AuthParameters"]["USERNAME"] = json!("Canary@example.nhs.test");
    assert_eq!(initiate(&world, &body).await.0, 200);
    let mut nameless = password(OLD_CLIENT);
    nameless["AuthParameters"]
        .as_object_mut()
        .unwrap()
        .remove("USERNAME");
    for (body, code, words) in [
        (
            with("/ClientId", "none"),
            "ResourceNotFoundException",
            "User pool client none does not exist.",
        ),
        (
            nameless,
            "InvalidParameterException",
            "Missing required parameter USERNAME",
        ),
        (
            with("/AuthFlow", "USER_SRP_AUTH"),
            "InvalidParameterException",
            "USER_SRP_AUTH is not enabled for the client.",
        ),
        (
            with("/AuthFlow", "ADMIN_USER_PASSWORD_AUTH"),
            "InvalidParameterException",
            "Initiate Auth method not supported.",
        ),
    ] {
        assert_eq!(refusal(&world, &body).await, (code.to_owned(), words.to_owned()));
    }
    let (code, words) = refusal(&world, &with("/AuthFlow", "PASSWORD")).await;
    assert_eq!(code, "InvalidParameterException");
    assert!(words.contains("'authFlow'"), "{words}");
    let (status, said) = initiate(&world, &with("/AuthFlow", "REFRESH_TOKEN_AUTH")).await;
    assert_eq!((status, said["__type"].as_str()), (501, Some("NotRehearsed")));
}

#[tokio::test]
async fn faults_of_a_sign_in() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let inject = |fault: &str| world.inject(fault.parse().unwrap()).unwrap();
    inject("sign-in-challenge");
    for client in [OLD_CLIENT, REVAL_CLIENT] {
        let (status, said) = initiate(&world, &password(client)).await;
        assert_eq!(
            (status, said["ChallengeName"].as_str()),
            (200, Some("NEW_PASSWORD_REQUIRED"))
        );
        assert!(said.get("AuthenticationResult").is_none() && said["Session"].is_string());
    }
    world.lift("sign-in-challenge").unwrap();

    inject("token-clock-ahead");
    let now = world.handle().clock.now().as_second();
    let token = id_token(&world, OLD_CLIENT).await;
    let ahead = i64::try_from(TOKENS_AHEAD.as_secs()).unwrap();
    let said = claims(&token);
    for (name, after) in [("iat", 0), ("auth_time", 0), ("exp", 3_600)] {
        let from = now + ahead + after;
        assert!(
            (from..from + 60).contains(&said[name].as_i64().unwrap()),
            "{name}: {said}"
        );
    }
    // The gateway does not mind, and neither does a token mind that the fault is gone.
    assert_eq!(userinfo(&world, &token).await.status, 200);
    world.lift("token-clock-ahead").unwrap();
    assert_eq!(userinfo(&world, &token).await.status, 200);
    let made = claims(&id_token(&world, OLD_CLIENT).await)["iat"]
        .as_i64()
        .unwrap();
    assert!(made < now + ahead, "{made} at {now}");

    // It needs no credentials, so theirs do not end it; everything else of every operation is its own too.
    inject("expired-credentials");
    id_token(&world, OLD_CLIENT).await;
    inject("throttle:InitiateAuth");
    let (code, _) = refusal(&world, &password(OLD_CLIENT)).await;
    assert_eq!(code, "TooManyRequestsException");
    inject("wrong-client-flow");
    let (code, words) = refusal(&world, &password(ADMINS_CLIENT)).await;
    assert_eq!(
        (code.as_str(), words.as_str()),
        (
            "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client"
        )
    );
}

#[tokio::test]
async fn a_token_outlives_a_kill_and_a_reset() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    let token = id_token(&first, OLD_CLIENT).await;
    drop(first);
    let again = world(dir.path(), 1).await;
    assert_eq!(userinfo(&again, &token).await.status, 200);
    again.reset().unwrap();
    assert_eq!(userinfo(&again, &token).await.status, 200);
    Client::new(again.handle())
        .add_users(ADMINS_POOL, 1)
        .await
        .unwrap();
    drop(again);

    // A world from before anybody could sign in is given the canary, Reval's client and Reval's API.
    let path = dir.path().join("state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let removed = |parts: &mut Value, name: &str| {
        assert!(parts.as_object_mut().unwrap().remove(name).is_some(), "{name}");
    };
    removed(&mut state["cognito"], "keys");
    removed(
        &mut state["cognito"]["pools"][ADMINS_POOL]["clients"],
        REVAL_CLIENT,
    );
    removed(&mut state["cognito"]["pools"][OLD_POOL]["users"], CANARY_USER);
    removed(&mut state["apigateway"], "apis");
    let stages = state["apigateway"]["stages"].as_array_mut().unwrap();
    stages.retain(|stage| stage["api"] == "a1b2c3d4e5");
    // Which could not be changed.
    stages[0]["deployment"] = json!("d3p10y");
    removed(&mut stages[0], "verdicts");
    std::fs::write(&path, state.to_string()).unwrap();
    let old = world(dir.path(), 1).await;
    // The keys are others.
    assert_eq!(userinfo(&old, &token).await.status, 401);
    let token = id_token(&old, OLD_CLIENT).await;
    assert_eq!(userinfo(&old, &token).await.status, 200);
    let token = id_token(&old, REVAL_CLIENT).await;
    assert_eq!(userinfo(&old, &token).await.status, 401);
    let fresh = tempfile::tempdir().unwrap();
    let fresh = world(fresh.path(), 1).await;
    id_token(&fresh, REVAL_CLIENT).await;
    assert_eq!(old.snapshot().objects(), fresh.snapshot().objects());
}
