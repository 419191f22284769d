//! The new Admins-UI behind its distribution, and the API that it calls: what AWS says of both, what a browser and a token
//! meet there, and what each fault makes of it.

use serde_json::{Value, json};
use switchback_rehearsal::{
    ADMINS_CERTIFICATE, ADMINS_CLIENT, ADMINS_DISTRIBUTION, ADMINS_DISTRIBUTION_ARN, ADMINS_NEW_API,
    ADMINS_NEW_API_HOST, ADMINS_NEW_API_NAME, ADMINS_NEW_API_URL, ADMINS_NEW_AUTHORIZER,
    ADMINS_NEW_DEPLOYMENT, ADMINS_NEW_STAGE, ADMINS_PATHS, ADMINS_POOL, ADMINS_WRONG_POOL, CANARY_USER,
    DISTRIBUTION, INVALIDATION_TAKES, OLD_CLIENT, Site, World, WorldError,
};
use tokio::net::TcpStream;

use crate::reval::tokens::id_token;
use crate::reval::{batch, of, pass, resolved, sent};
use crate::support::{Reply, exchange, rest, secured, world};

fn inject(world: &World, fault: &str) -> Result<(), WorldError> {
    world.inject(fault.parse().unwrap())
}

/// A line below the API.
fn api(method: &str, below: &str) -> String {
    format!("{method} /restapis/{ADMINS_NEW_API}{below}")
}

/// One request to the API, at the address that a resolver says and by https.
async fn call(world: &World, line: &str, token: Option<&str>) -> Reply {
    let address = resolved(world, ADMINS_NEW_API_HOST).await;
    assert_eq!(address, Site::Gateway.address());
    let authorised = token.map(|token| format!("Authorization: {token}\r\n"));
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {ADMINS_NEW_API_HOST}\r\n{}Content-Length: 0\r\nConnection: close\r\n\r\n",
        authorised.unwrap_or_default()
    );
    let stream = secured(world, address, ADMINS_NEW_API_HOST).await.unwrap();
    exchange(stream, &request).await.unwrap()
}

const USERINFO: &str = "GET /prod/profile/api/userinfo";

/// The new side, by http, in the spelling that is given.
async fn ask(world: &World, path: &str) -> Reply {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        Site::New.host()
    );
    let addr = world.handle().stand_in(Site::New.address()).unwrap();
    exchange(TcpStream::connect(addr).await.unwrap(), &request)
        .await
        .unwrap()
}

async fn distribution(world: &World) -> Reply {
    let line = format!("GET {}", of(ADMINS_DISTRIBUTION));
    let reply = sent(world, &line, "").await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply
}

/// The methods of the API, by path and method: how each asks, as it is edited.
async fn edited(world: &World) -> Vec<String> {
    let told = rest(world, &api("GET", "/resources?embed=methods"), Value::Null).await;
    let mut lines = Vec::new();
    for item in told["item"].as_array().unwrap() {
        for (verb, method) in item["resourceMethods"].as_object().into_iter().flatten() {
            let path = item["path"].as_str().unwrap();
            let guard = method["authorizerId"].as_str().unwrap_or("nobody");
            lines.push(format!("{verb} {path} {guard}"));
        }
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn the_api_takes_tokens_of_the_new_pool_alone() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let host = ADMINS_NEW_API_URL.strip_prefix("https://").unwrap();
    assert_eq!(host, format!("{ADMINS_NEW_API_HOST}/{ADMINS_NEW_STAGE}"));
    let shown = rest(&world, &api("GET", ""), Value::Null).await;
    assert_eq!(shown["name"], ADMINS_NEW_API_NAME);
    let line = api("GET", &format!("/authorizers/{ADMINS_NEW_AUTHORIZER}"));
    let shown = rest(&world, &line, Value::Null).await;
    let arn = format!("arn:aws:cognito-idp:eu-west-2:123456789012:userpool/{ADMINS_POOL}");
    assert_eq!(shown["providerARNs"], json!([arn]));
    let line = api("GET", &format!("/stages/{ADMINS_NEW_STAGE}"));
    let shown = rest(&world, &line, Value::Null).await;
    assert_eq!(shown["deploymentId"], ADMINS_NEW_DEPLOYMENT);

    let (old, new) = (
        id_token(&world, OLD_CLIENT).await,
        id_token(&world, ADMINS_CLIENT).await,
    );
    for (token, status) in [(None, 401), (Some("x.y.z"), 401), (Some(old.as_str()), 401)] {
        let reply = call(&world, USERINFO, token).await;
        let origin = format!("https://{}", Site::New.host());
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (status, Some(origin.as_str()))
        );
    }
    let reply = call(&world, USERINFO, Some(&new)).await;
    let said: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(
        (reply.status, said),
        (200, json!({"pool": ADMINS_POOL, "user": CANARY_USER}))
    );
    // Nobody's own id stands in the path of a resource, and its method is met all the same.
    for (line, status) in [
        ("PUT /prod/profile/api/users/7", 401),
        ("PUT /prod/profile/api/users/7/8", 403),
        ("PUT /prod/profile/api/users/", 403),
        ("OPTIONS /prod/profile/api/users/7", 200),
        ("GET /prod/api/doctors", 403),
    ] {
        assert_eq!(call(&world, line, None).await.status, status, "{line}");
    }
    let reply = call(&world, "OPTIONS /prod/profile/api/users/7", None).await;
    assert_eq!(
        reply.header("access-control-allow-methods"),
        Some("PUT,DELETE,OPTIONS")
    );
}

#[tokio::test]
async fn what_somebody_does_to_the_api_shows_there_and_not_at_revals() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let reval = |world: &World| -> Vec<String> {
        let all = world.snapshot().objects().into_iter();
        all.filter(|line| line.contains(switchback_rehearsal::REVAL_API))
            .collect()
    };
    let (start, theirs) = (world.snapshot().objects(), reval(&world));
    let open = "POST /profile/api/users/{u}/roles nobody".to_owned();
    assert!(!edited(&world).await.contains(&open));
    inject(&world, "unfinished-work:admins").unwrap();
    assert!(edited(&world).await.contains(&open));
    assert!(inject(&world, "unfinished-work:admins").is_err());
    let line = "POST /prod/profile/api/users/7/roles";
    assert_eq!(call(&world, line, None).await.status, 403);
    inject(&world, "stage-moved:admins").unwrap();
    pass(&world, switchback_rehearsal::STAGE_SPREAD).await;
    assert_eq!(call(&world, line, None).await.status, 200);
    inject(&world, "authorizer-edited:admins").unwrap();
    let line = api("GET", &format!("/authorizers/{ADMINS_NEW_AUTHORIZER}"));
    let shown = rest(&world, &line, Value::Null).await;
    assert_eq!(shown["providerARNs"].as_array().unwrap().len(), 2);
    assert_eq!(reval(&world), theirs);
    assert!(world.snapshot().faults.is_empty());
    world.reset().unwrap();
    assert_eq!(world.snapshot().objects(), start);
}

#[tokio::test]
async fn a_method_may_be_open_and_a_refusal_unreadable_until_they_are_lifted() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let write = "PUT /prod/profile/api/users/7";
    let guarded = format!("PUT /profile/api/users/{{u}} {ADMINS_NEW_AUTHORIZER}");
    let summary = api(
        "GET",
        &format!("/deployments/{ADMINS_NEW_DEPLOYMENT}?embed=apisummary"),
    );
    let deployed =
        |told: Value| told["apiSummary"]["/profile/api/users/{u}"]["PUT"]["authorizationType"].clone();
    for (fault, edited_so, how, status) in [
        (None, true, "COGNITO_USER_POOLS", 401),
        (Some("method-open:admins"), false, "NONE", 200),
        (Some("method-open"), true, "COGNITO_USER_POOLS", 401),
    ] {
        if let Some(fault) = fault {
            inject(&world, fault).unwrap();
        }
        assert_eq!(edited(&world).await.contains(&guarded), edited_so, "{fault:?}");
        assert_eq!(deployed(rest(&world, &summary, Value::Null).await), how);
        assert_eq!(call(&world, write, None).await.status, status, "{fault:?}");
        assert_eq!(call(&world, USERINFO, None).await.status, 401);
        if let Some(fault) = fault {
            world.lift(fault).unwrap();
        }
    }
    let response = api("GET", "/gatewayresponses/DEFAULT_4XX");
    for readable in [true, false, true] {
        let told = rest(&world, &response, Value::Null).await;
        let header = &told["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"];
        assert_eq!(header.is_string(), readable);
        assert_eq!(told["defaultResponse"], !readable);
        let reply = call(&world, USERINFO, None).await;
        assert_eq!(reply.header("access-control-allow-origin").is_some(), readable);
        match readable {
            true => inject(&world, "refusals-unreadable:admins").unwrap(),
            false => {
                world.lift("refusals-unreadable:admins").unwrap();
            }
        }
    }
}

#[tokio::test]
async fn the_distribution_answers_for_the_switched_name_and_routes_other_applications() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let start = world.snapshot().objects();
    let told = distribution(&world).await;
    assert_eq!(
        (told.tag("ARN"), told.tag("CNAME"), told.tag("ACMCertificateArn")),
        (
            Some(ADMINS_DISTRIBUTION_ARN),
            Some(Site::New.host()),
            Some(ADMINS_CERTIFICATE)
        )
    );
    assert_eq!(told.tag("DefaultRootObject"), Some("index.html"));
    let pattern = |path: &str| format!("<PathPattern>{path}*</PathPattern>");
    assert!(ADMINS_PATHS.iter().all(|path| told.body.contains(&pattern(path))));
    let tag = told.header("etag").unwrap().to_owned();
    let routed = ask(&world, "/usermanagement/api/users").await;
    assert_eq!(routed.status, 200);

    inject(&world, "behaviour-missing:/usermanagement").unwrap();
    let told = distribution(&world).await;
    assert!(!told.body.contains(&pattern("/usermanagement")) && told.body.contains(&pattern("/auth")));
    assert_ne!(told.header("etag").unwrap(), tag);
    assert_eq!(ask(&world, "/usermanagement/api/users").await.status, 404);
    // Only this side is led by it.
    let old = world.handle().stand_in(Site::Old.address()).unwrap();
    let request = format!(
        "GET /usermanagement/api/users HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        Site::Old.host()
    );
    let reply = exchange(TcpStream::connect(old).await.unwrap(), &request)
        .await
        .unwrap();
    assert_eq!(reply.status, 200);
    world.lift("behaviour-missing:/usermanagement").unwrap();
    assert_eq!(world.snapshot().objects(), start);

    inject(&world, "distribution-disabled:admins").unwrap();
    assert!(!world.snapshot().distributions[1].enabled && world.snapshot().distributions[0].enabled);
    let reply = ask(&world, "/").await;
    assert!(
        reply.status == 403 && reply.body.contains("The distribution is disabled."),
        "{}",
        reply.body
    );
}

/// Who holds a name is told to whom has a certificate for it.
#[tokio::test]
async fn the_name_and_the_certificate_may_be_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let conflicts = format!(
        "GET /2020-05-31/conflicting-alias?Alias={}&DistributionId={ADMINS_DISTRIBUTION}",
        Site::New.host()
    );
    let reply = sent(&world, &conflicts, "").await.unwrap();
    assert_eq!((reply.status, reply.tag("Quantity")), (200, Some("0")));
    inject(&world, "alias-elsewhere:admins").unwrap();
    let reply = sent(&world, &conflicts, "").await.unwrap();
    assert_eq!(
        (reply.status, reply.tag("Quantity"), reply.tag("Alias")),
        (200, Some("1"), Some(Site::New.host()))
    );
    assert_ne!(distribution(&world).await.tag("CNAME"), Some(Site::New.host()));
    world.lift("alias-elsewhere:admins").unwrap();

    inject(&world, "certificate-elsewhere:admins").unwrap();
    let told = distribution(&world).await;
    assert_eq!(
        (told.tag("CloudFrontDefaultCertificate"), told.tag("CNAME")),
        (Some("true"), None)
    );
    assert!(!told.body.contains(ADMINS_CERTIFICATE));
    assert_eq!(sent(&world, &conflicts, "").await.unwrap().status, 400);
    let connected = secured(&world, Site::New.address(), Site::New.host()).await;
    assert!(
        connected.is_err(),
        "CloudFront's own certificate is for no name of ours"
    );
    assert!(
        secured(&world, Site::Old.address(), Site::Old.host())
            .await
            .is_ok()
    );
    world.lift("certificate-elsewhere:admins").unwrap();
    assert!(
        secured(&world, Site::New.address(), Site::New.host())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_invalidation_is_under_way_at_one_distribution() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 20).await;
    inject(&world, "invalidation-begun:admins").unwrap();
    let under_way = "InProgressInvalidationBatches";
    assert_eq!(distribution(&world).await.tag(under_way), Some("1"));
    let reval = sent(&world, &format!("GET {}", of(DISTRIBUTION)), "")
        .await
        .unwrap();
    assert_eq!(reval.tag(under_way), Some("0"));
    let listed = sent(&world, &format!("GET {}/invalidation", of(DISTRIBUTION)), "")
        .await
        .unwrap();
    assert_eq!(listed.tag("Quantity"), Some("0"));
    // A reference is one of its distribution.
    let line = format!("POST {}/invalidation", of(ADMINS_DISTRIBUTION));
    let made = sent(&world, &line, &batch("r", &["/*"])).await.unwrap();
    let id = made.tag("Id").unwrap().to_owned();
    let elsewhere = format!("GET {}/invalidation/{id}", of(DISTRIBUTION));
    assert_eq!(sent(&world, &elsewhere, "").await.unwrap().status, 404);
    pass(&world, INVALIDATION_TAKES).await;
    assert_eq!(distribution(&world).await.tag(under_way), Some("0"));
    assert!(world.snapshot().faults.is_empty());
}

/// The page asks for one script, in which the settings of its environment stand.
#[tokio::test]
async fn the_script_names_pool_client_and_api() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let mut paths = Vec::new();
    for (fault, pool) in [(None, ADMINS_POOL), (Some("wrong-bundle"), ADMINS_WRONG_POOL)] {
        if let Some(fault) = fault {
            inject(&world, fault).unwrap();
        }
        let page = ask(&world, "/").await;
        let path = page
            .body
            .split_once("src=\"")
            .unwrap()
            .1
            .split_once('"')
            .unwrap()
            .0
            .to_owned();
        let script = ask(&world, &path).await;
        assert_eq!(
            (script.status, script.header("content-type")),
            (200, Some("application/javascript"))
        );
        assert!(script.body.contains(pool), "{}", script.body);
        assert_eq!(script.body.contains(ADMINS_NEW_API_URL), fault.is_none());
        assert_eq!(ask(&world, "/version.json").await.body, "{\"build\":\"8f2c\"}");
        paths.push(path);
    }
    assert_ne!(paths[0], paths[1]);
    assert_eq!(
        ask(&world, &paths[0]).await.status,
        404,
        "the other build has it not"
    );
}
