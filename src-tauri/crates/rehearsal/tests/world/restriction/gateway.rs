//! API Gateway's own operations.

use serde_json::{Value, json};
use switchback_rehearsal::{API_ID, API_NAME, Outcome};

use super::{patch, patches, rest, rest_as, rest_refusal, rest_sent, stage, stage_line};
use crate::support::{exchange, world};

const CREATE: &str = "/~1usermanagement~1createUser/POST";
const USER: &str = "/~1usermanagement~1api~1users~1{u}/PUT";

#[tokio::test]
async fn the_api_and_its_resources_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let api = rest(&world, &format!("GET /restapis/{API_ID}"), Value::Null).await;
    assert_eq!((&api["id"], &api["name"]), (&json!(API_ID), &json!(API_NAME)));
    let line = |query: &str| format!("GET /restapis/{API_ID}/resources{query}");
    let whole = rest(&world, &line("?embed=methods"), Value::Null).await;
    let all = whole["item"].as_array().unwrap();
    assert_eq!(whole.get("position"), None);
    let mut paged = Vec::new();
    let mut position = String::new();
    loop {
        let query = format!("?embed=methods&limit=5{position}");
        let page = rest(&world, &line(&query), Value::Null).await;
        paged.extend(page["item"].as_array().unwrap().iter().cloned());
        match page["position"].as_str() {
            Some(next) => position = format!("&position={next}"),
            None => break,
        }
    }
    assert_eq!(&paged, all);
    assert_eq!(all.len(), 17);

    let of = |path: &str| all.iter().find(|one| one["path"] == path).unwrap();
    assert_eq!(of("/")["id"], api["rootResourceId"]);
    assert_eq!(of("/").get("parentId"), None);
    assert_eq!(of("/usermanagement").get("resourceMethods"), None);
    let user = of("/usermanagement/api/users/{u}");
    assert_eq!(user["pathPart"], "{u}");
    assert_eq!(user["parentId"], of("/usermanagement/api/users")["id"]);
    let methods: Vec<&String> = user["resourceMethods"].as_object().unwrap().keys().collect();
    assert_eq!(methods, ["OPTIONS", "GET", "PUT", "DELETE"]);
    assert_eq!(user["resourceMethods"]["PUT"]["httpMethod"], "PUT");
    let routes: usize = all
        .iter()
        .filter_map(|one| one["resourceMethods"].as_object())
        .map(|methods| methods.len() - 1)
        .sum();
    assert_eq!(routes, 16);
    let bare = rest(&world, &line("?limit=500"), Value::Null).await;
    let user = bare["item"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["pathPart"] == "{u}");
    assert_eq!(user.unwrap()["resourceMethods"]["PUT"], json!({}));
    for query in ["?limit=0", "?limit=501", "?limit=x", "?position=x", "?embed=x"] {
        let (status, code, _) = rest_refusal(&world, &line(query), Value::Null).await;
        assert_eq!((status, code.as_str()), (400, "BadRequestException"), "{query}");
    }
}

#[tokio::test]
async fn a_new_key_begins_with_what_the_whole_stage_has_and_goes_when_it_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let before = stage(&world).await;
    let settings = before["methodSettings"].as_object().unwrap();
    assert_eq!(
        settings.keys().collect::<Vec<_>>(),
        ["*/*", "~1usermanagement~1updatePassword/POST"]
    );
    assert_eq!(settings["*/*"]["loggingLevel"], "ERROR");
    assert_eq!(settings["*/*"]["throttlingBurstLimit"], 200);
    assert!(
        before["webAclArn"]
            .as_str()
            .unwrap()
            .contains("/webacl/tis-gateway/")
    );

    let answer = patch(
        &world,
        &[
            &format!("replace {CREATE}/throttling/rateLimit 0"),
            &format!("replace {CREATE}/throttling/burstLimit 0"),
            // Of what comes before it in the same patch, too.
            "replace /*/*/throttling/burstLimit 300",
            &format!("replace {USER}/metrics/enabled false"),
            "replace /*/*/throttling/burstLimit 200",
        ],
    )
    .await;
    let after = stage(&world).await;
    assert_eq!(answer, after);
    assert_eq!(
        after["methodSettings"]["~1usermanagement~1createUser/POST"],
        json!({
            "metricsEnabled": true,
            "loggingLevel": "ERROR",
            "dataTraceEnabled": false,
            "throttlingBurstLimit": 0,
            "throttlingRateLimit": 0.0,
            "cachingEnabled": false,
            "cacheTtlInSeconds": 300,
            "cacheDataEncrypted": false,
            "requireAuthorizationForCacheControl": true,
            "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
        })
    );
    let user = &after["methodSettings"]["~1usermanagement~1api~1users~1{u}/PUT"];
    assert_eq!(
        (&user["metricsEnabled"], &user["throttlingBurstLimit"]),
        (&json!(false), &json!(300))
    );
    assert_eq!(after["methodSettings"]["*/*"], settings["*/*"]);

    patch(&world, &[&format!("remove {CREATE}"), &format!("remove {USER}")]).await;
    assert_eq!(stage(&world).await["methodSettings"], before["methodSettings"]);
    let entry = world
        .log()
        .into_iter()
        .rfind(|entry| entry.outcome == Outcome::Committed);
    let entry = entry.unwrap();
    assert_eq!(entry.operation, "UpdateStage");
    assert_eq!(entry.comment.unwrap(), format!("remove {CREATE}; remove {USER}"));
    // Where the whole stage has nothing, with AWS's defaults.
    let user = format!("replace {USER}/metrics/enabled true");
    let after = patch(&world, &["remove /*/*", &user]).await;
    let user = &after["methodSettings"]["~1usermanagement~1api~1users~1{u}/PUT"];
    assert_eq!(
        (
            &user["metricsEnabled"],
            &user["throttlingBurstLimit"],
            &user["loggingLevel"]
        ),
        (&json!(true), &json!(5_000), &json!("OFF"))
    );
}

#[tokio::test]
async fn a_patch_lands_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let before = stage(&world).await;
    let good = format!("replace {CREATE}/throttling/rateLimit 0");
    for wrong in [
        format!("replace {CREATE}/throttling/rateLimit often"),
        format!("replace {CREATE}/throttling/burstLimit"),
        format!("replace {CREATE}/throttling/burstLimit 0.5"),
        format!("replace {CREATE}/logging/loglevel error"),
        format!("replace {CREATE}/throttling 0"),
        format!("replace {CREATE} 0"),
        "replace /usermanagement/createUser/POST/throttling/rateLimit 0".to_owned(),
        "replace /~1usermanagement~1createUser/ANY/throttling/rateLimit 0".to_owned(),
        "replace /*/POST/throttling/rateLimit 0".to_owned(),
        "replace /tags/one 1".to_owned(),
        format!("add {CREATE}/throttling/rateLimit 0"),
        format!("test {CREATE}/throttling/rateLimit 0"),
        format!("copy {CREATE}/throttling/rateLimit 0"),
        // There is nothing of its own to remove.
        format!("remove {USER}"),
        format!("remove {CREATE}/throttling/rateLimit"),
        "replace /deploymentId abc123".to_owned(),
        "replace /deploymentId".to_owned(),
        "add /deploymentId d3p10y".to_owned(),
        "remove /deploymentId".to_owned(),
    ] {
        let body = patches(&[good.as_str(), wrong.as_str()]);
        let (status, code, words) = rest_refusal(&world, &stage_line("PATCH"), body).await;
        assert_eq!(
            (status, code.as_str()),
            (400, "BadRequestException"),
            "{wrong}: {words}"
        );
    }
    let (_, _, words) = rest_refusal(&world, &stage_line("PATCH"), patches(&["remove /~1a/GET"])).await;
    assert_eq!(
        words,
        "Cannot remove method setting ~1a/GET because there is no method setting for this method "
    );
    let body = patches(&[good.as_str(), "replace /description abc123"]);
    let (status, code, _) = rest_refusal(&world, &stage_line("PATCH"), body).await;
    assert_eq!((status, code.as_str()), (501, "NotRehearsed"));
    assert_eq!(stage(&world).await, before);
    // Settings of a method that is not there are taken, and do nothing.
    patch(&world, &["replace /~1nowhere/POST/throttling/rateLimit 0"]).await;
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_rehearsed() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (line, words) in [
        (
            "GET /restapis/none",
            "Invalid API identifier specified 123456789012:none",
        ),
        (
            "GET /restapis/none/resources",
            "Invalid API identifier specified 123456789012:none",
        ),
        (
            "GET /restapis/none/stages/prod",
            "Invalid API identifier specified 123456789012:none",
        ),
        (
            "GET /restapis/a1b2c3d4e5/stages/none",
            "Invalid stage identifier specified",
        ),
        (
            "PATCH /restapis/a1b2c3d4e5/stages/none",
            "Invalid stage identifier specified",
        ),
    ] {
        let right = (404, "NotFoundException".to_owned(), words.to_owned());
        assert_eq!(rest_refusal(&world, line, patches(&[])).await, right, "{line}");
    }
    for (key, region) in [
        ("AKIAREHEARSAL", "us-east-1"),
        ("AKIAREHEARSALOTHER", "eu-west-2"),
    ] {
        let reply = rest_as(&world, key, region, &stage_line("GET"), &Value::Null).await;
        assert_eq!(reply.unwrap().status, 404, "{key} {region}");
    }
    for line in ["GET /restapis", "DELETE /restapis/a1b2c3d4e5/deployments/d3p10y"] {
        let (status, code, words) = rest_refusal(&world, line, Value::Null).await;
        assert_eq!((status, code.as_str()), (501, "NotRehearsed"));
        assert!(words.ends_with(line), "{words}");
    }
    // Without a signature it is API Gateway that refuses, by the path.
    let addr = world.handle().aws_addr();
    let request = "GET /restapis/a1b2c3d4e5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    let reply = exchange(stream, request).await.unwrap();
    assert_eq!(
        (reply.status, reply.header("x-amzn-errortype")),
        (403, Some("MissingAuthenticationTokenException"))
    );
    assert_eq!(world.counts()["apigateway:GetRestApi"], 2);
}

#[tokio::test]
async fn the_faults_of_every_service_are_this_ones_too() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let body = || patches(&["replace /*/*/throttling/rateLimit 0"]);
    for (fault, status, code) in [
        ("throttle:UpdateStage", 429, "TooManyRequestsException"),
        (
            "error-before:UpdateStage:ConflictException",
            409,
            "ConflictException",
        ),
        ("expired-credentials", 403, "ExpiredTokenException"),
        ("denied:UpdateStage", 403, "AccessDeniedException"),
        (
            "error-after:UpdateStage:ServiceUnavailableException",
            503,
            "ServiceUnavailableException",
        ),
    ] {
        world.inject(fault.parse().unwrap()).unwrap();
        let (found, said, words) = rest_refusal(&world, &stage_line("PATCH"), body()).await;
        assert_eq!((found, said.as_str()), (status, code), "{fault}");
        if code == "AccessDeniedException" {
            let right = "perform: apigateway:PATCH on resource: \
                         arn:aws:apigateway:eu-west-2::/restapis/a1b2c3d4e5/stages/prod because";
            assert!(words.contains(right), "{words}");
        }
        for name in ["expired-credentials", "denied"] {
            world.lift(name).unwrap();
        }
        let rate = &stage(&world).await["methodSettings"]["*/*"]["throttlingRateLimit"];
        let is_made = fault.starts_with("error-after");
        assert_eq!(*rate, json!(if is_made { 0.0 } else { 100.0 }), "{fault}");
    }
    world
        .inject("lost-response:UpdateStage".parse().unwrap())
        .unwrap();
    assert!(rest_sent(&world, &stage_line("PATCH"), &body()).await.is_none());
}
