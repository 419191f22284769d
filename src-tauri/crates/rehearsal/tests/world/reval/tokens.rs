//! Reval's API as a browser calls it, by https and under its own name: what a token meets there.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use switchback_rehearsal::{
    ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, OLD_CLIENT, OLD_POOL, REVAL_API, REVAL_API_HOST,
    REVAL_API_URL, REVAL_AUTHORIZER, REVAL_CLIENT, REVAL_STAGE, REVAL_USERINFO, STAGE_SPREAD, Site, World,
};
use tokio::net::TcpStream;

use super::{pass, resolved};
use crate::support::{Reply, exchange, patches, rest, rest_sent, secured, world};

/// InitiateAuth without a signature, which it does not need.
pub(crate) async fn initiate(world: &World, body: &Value) -> (u16, Value) {
    let (addr, body) = (world.handle().aws_addr(), body.to_string());
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {addr}\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\nContent-Length: {}\r\nConnection: close\r\n\r\n\
         {body}",
        body.len()
    );
    let stream = TcpStream::connect(addr).await.unwrap();
    let reply = exchange(stream, &request).await.unwrap();
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

/// The canary signs in by a client.
pub(super) fn password(client: &str) -> Value {
    json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client,
        "AuthParameters": {"USERNAME": CANARY_USER, "PASSWORD": CANARY_PASSWORD},
    })
}

/// A new token, which the gateway has never seen.
pub(crate) async fn id_token(world: &World, client: &str) -> String {
    let (status, said) = initiate(world, &password(client)).await;
    assert_eq!(status, 200, "{said}");
    said["AuthenticationResult"]["IdToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// What a token says of itself.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// One request to Reval's API: at the address that a resolver says, and by https.
pub(super) async fn call(world: &World, line: &str, headers: &str) -> Reply {
    let address = resolved(world, REVAL_API_HOST).await;
    assert_eq!(address, Site::Gateway.address());
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {REVAL_API_HOST}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let stream = secured(world, address, REVAL_API_HOST).await.unwrap();
    exchange(stream, &request).await.unwrap()
}

/// What a token meets where the API says who one is.
pub(super) async fn userinfo(world: &World, token: &str) -> Reply {
    let line = format!("GET /{REVAL_STAGE}{REVAL_USERINFO}");
    call(world, &line, &format!("Authorization: {token}\r\n")).await
}

/// The status of that.
pub(super) async fn status(world: &World, token: &str) -> u16 {
    userinfo(world, token).await.status
}

/// A line below Reval's API.
pub(super) fn api(method: &str, below: &str) -> String {
    format!("{method} /restapis/{REVAL_API}{below}")
}

/// Patches the authoriser, and gives it as it is then.
pub(super) async fn edit(world: &World, operations: &[&str]) -> Value {
    let line = api("PATCH", &format!("/authorizers/{REVAL_AUTHORIZER}"));
    rest(world, &line, patches(operations)).await
}

/// Adds the new pool to the authoriser, or takes it away again.
pub(super) async fn edit_pool(world: &World, op: &str) -> Value {
    edit(world, &[&format!("{op} /providerARNs {}", arn(ADMINS_POOL))]).await
}

/// The ARN of a pool.
pub(super) fn arn(pool: &str) -> String {
    format!("arn:aws:cognito-idp:eu-west-2:123456789012:userpool/{pool}")
}

/// Deploys without a stage, and gives the id.
pub(super) async fn deploy(world: &World) -> String {
    let body = json!({"description": "switchback"});
    let reply = rest_sent(world, &api("POST", "/deployments"), &body)
        .await
        .unwrap();
    assert_eq!(reply.status, 201, "{}", reply.body);
    let made: Value = serde_json::from_str(&reply.body).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// Points the stage to a deployment.
pub(super) async fn point(world: &World, deployment: &str) {
    let line = api("PATCH", &format!("/stages/{REVAL_STAGE}"));
    let body = patches(&[&format!("replace /deploymentId {deployment}")]);
    assert_eq!(rest(world, &line, body).await["deploymentId"], deployment);
}

/// The same, and waits until that is everywhere.
pub(super) async fn move_to(world: &World, deployment: &str) {
    point(world, deployment).await;
    pass(world, STAGE_SPREAD).await;
}

/// Lets the gateway forget its verdicts.
pub(super) async fn flush(world: &World) {
    let line = api("DELETE", &format!("/stages/{REVAL_STAGE}/cache/authorizers"));
    let reply = rest_sent(world, &line, &Value::Null).await.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (202, ""));
}

/// What the snapshot says of a pool's tokens: of one that comes for the first time, and of those that came before.
pub(super) fn shown(world: &World, pool: &str) -> (u16, Vec<u16>) {
    let apis = world.snapshot().apis;
    let reval = apis.iter().find(|one| one.api == REVAL_API).unwrap();
    let tokens = &reval.stages[0].tokens;
    let token = tokens.iter().find(|one| one.pool == pool).unwrap();
    (token.fresh, token.remembered.clone())
}

#[tokio::test]
async fn a_token_of_the_old_pool_is_let_in_and_one_of_the_new_pool_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let host = REVAL_API_URL.strip_prefix("https://").unwrap();
    assert_eq!(host, format!("{REVAL_API_HOST}/{REVAL_STAGE}"));
    let old = id_token(&world, OLD_CLIENT).await;
    let reply = userinfo(&world, &old).await;
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(
        (reply.status, said),
        (200, json!({"pool": OLD_POOL, "user": CANARY_USER}))
    );
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let authorised = format!("Authorization: Bearer {old}\r\n");
    assert_eq!(
        call(&world, "GET /prod/api/doctors", &authorised).await.status,
        200
    );

    let new = id_token(&world, REVAL_CLIENT).await;
    let reply = userinfo(&world, &new).await;
    assert_eq!(
        (
            reply.status,
            reply.body.as_str(),
            reply.header("x-amzn-errortype")
        ),
        (
            401,
            "{\"message\":\"Unauthorized\"}",
            Some("UnauthorizedException")
        )
    );
    let authorised = format!("Authorization: {new}\r\n");
    assert_eq!(
        call(&world, "GET /prod/api/doctors", &authorised).await.status,
        401
    );
    assert_eq!(
        (shown(&world, OLD_POOL), shown(&world, ADMINS_POOL)),
        ((200, vec![]), (401, vec![]))
    );
}

#[tokio::test]
async fn what_is_no_token_of_a_pool_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let (_, said) = initiate(&world, &password(OLD_CLIENT)).await;
    let token = |name: &str| said["AuthenticationResult"][name].as_str().unwrap().to_owned();
    let (id, access) = (token("IdToken"), token("AccessToken"));
    let (signed, signature) = id.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    // Somebody else's claims under the signature of ours, and the other way round.
    let mut other = claims(&id);
    other["preferred_username"] = json!("anna.baker@example.nhs.test");
    let other = BASE64_URL_SAFE_NO_PAD.encode(other.to_string());
    let other_signature = access.rsplit_once('.').unwrap().1;
    let unsigned = BASE64_URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}");
    for wrong in [
        String::new(),
        "token".to_owned(),
        "a.b.c".to_owned(),
        access.clone(),
        format!("{head}.{other}.{signature}"),
        format!("{signed}.{other_signature}"),
        format!("{signed}."),
        format!("{unsigned}.{other}."),
    ] {
        let reply = userinfo(&world, &wrong).await;
        assert_eq!(
            (reply.status, reply.header("x-amzn-errortype")),
            (401, Some("UnauthorizedException")),
            "{wrong}"
        );
    }
    assert_eq!(
        call(&world, "GET /prod/profile/api/userinfo", "").await.status,
        401
    );
    assert_eq!(status(&world, &id).await, 200);

    // A browser asks first, and nobody guards that.
    let asked = call(&world, "OPTIONS /prod/profile/api/userinfo", "").await;
    assert_eq!(
        (asked.status, asked.header("access-control-allow-headers")),
        (200, Some("Authorization,Content-Type"))
    );
    let authorised = format!("Authorization: {id}\r\n");
    for line in [
        "POST /prod/api/doctors",
        "GET /prod/api",
        "GET /prod/none",
        "GET /prod",
        "GET /stage/api/doctors",
        "GET /prod/usermanagement/api/users",
    ] {
        assert_eq!(call(&world, line, &authorised).await.status, 403, "{line}");
    }
    // The other API of the gateway has nothing of this one.
    let addr = world.handle().stand_in(Site::Gateway.address()).unwrap();
    let request = format!(
        "GET /prod/profile/api/userinfo HTTP/1.1\r\nHost: {}\r\n{authorised}Connection: close\r\n\r\n",
        Site::Gateway.host()
    );
    let reply = exchange(TcpStream::connect(addr).await.unwrap(), &request).await;
    assert_eq!(reply.unwrap().status, 403);
    // A site's faults are this one's too.
    world.inject("tls-wrong-name:gateway".parse().unwrap()).unwrap();
    assert!(
        secured(&world, Site::Gateway.address(), REVAL_API_HOST)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_token_ends() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1_500).await;
    // The old pool's last, because keys take a while to make and time flies here.
    let (_, new) = (
        id_token(&world, OLD_CLIENT).await,
        id_token(&world, REVAL_CLIENT).await,
    );
    let old = id_token(&world, OLD_CLIENT).await;
    assert_eq!(status(&world, &old).await, 200);
    let ends = claims(&old)["exp"].as_i64().unwrap();
    let left = ends - world.handle().clock.now().as_second();
    pass(
        &world,
        std::time::Duration::from_secs(u64::try_from(left).unwrap_or(0)),
    )
    .await;
    // Its verdict is over too: that lives for 300 seconds.
    let reply = userinfo(&world, &old).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (401, "{\"message\":\"The incoming token has expired\"}")
    );
    // Of one that would not be let in anyway, nothing is said.
    assert_eq!(
        userinfo(&world, &new).await.body,
        "{\"message\":\"Unauthorized\"}"
    );
}
