//! CloudFront's interface.

use std::time::Duration;

use switchback_rehearsal::{
    DISTRIBUTION, DISTRIBUTION_ARN, DISTRIBUTION_DOMAIN, INVALIDATION_TAKES, MOST_WILDCARDS, Outcome,
    REVAL_CERTIFICATE, Site,
};

use super::{batch, invalidate, invalidation, made, of, pass, refusal, sent, sent_as};
use crate::support::world;

#[tokio::test]
async fn the_distribution_is_described() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let line = format!("GET {}", of(DISTRIBUTION));
    let reply = sent(&world, &line, "").await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("text/xml"));
    let tag = reply.header("etag").unwrap().to_owned();
    for (name, value) in [
        ("Id", DISTRIBUTION),
        ("ARN", DISTRIBUTION_ARN),
        ("Status", "Deployed"),
        ("DomainName", DISTRIBUTION_DOMAIN),
        ("InProgressInvalidationBatches", "0"),
        ("DefaultRootObject", "index.html"),
        ("CNAME", Site::Reval.host()),
        ("ACMCertificateArn", REVAL_CERTIFICATE),
        ("Comment", "Reval"),
    ] {
        assert_eq!(reply.tag(name), Some(value));
    }
    for part in [
        "<Distribution xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">",
        "<PriceClass>PriceClass_100</PriceClass><Enabled>true</Enabled>",
        "<ErrorCode>403</ErrorCode><ResponsePagePath>/index.html</ResponsePagePath><ResponseCode>200</ResponseCode>",
        "<ErrorCode>404</ErrorCode><ResponsePagePath>/index.html</ResponsePagePath><ResponseCode>200</ResponseCode>",
    ] {
        assert!(reply.body.contains(part), "{part}");
    }
    made(&world, "r1", &["/index.html"]).await;
    let reply = sent(&world, &line, "").await.unwrap();
    assert_eq!(reply.tag("InProgressInvalidationBatches"), Some("1"));
    // Other settings, another tag.
    world.inject("alias-elsewhere".parse().unwrap()).unwrap();
    let reply = sent(&world, &line, "").await.unwrap();
    assert_ne!(reply.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn an_invalidation_is_in_progress_then_completed_in_world_time() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    let reply = invalidate(&world, "run 1 &lt;2&gt;", &["/index.html", "/*"])
        .await
        .unwrap();
    assert_eq!(reply.status, 201, "{}", reply.body);
    let id = reply.tag("Id").unwrap().to_owned();
    assert_eq!(
        reply.header("location").unwrap(),
        format!(
            "https://cloudfront.amazonaws.com{}/invalidation/{id}",
            of(DISTRIBUTION)
        )
    );
    assert_eq!(reply.tag("Status"), Some("InProgress"));
    let whole = "<InvalidationBatch><Paths><Quantity>2</Quantity><Items><Path>/index.html</Path><Path>/*</Path></Items>\
         </Paths><CallerReference>run 1 &lt;2&gt;</CallerReference></InvalidationBatch></Invalidation>";
    assert!(reply.body.ends_with(whole), "{}", reply.body);
    assert_eq!(invalidation(&world, &id).await.tag("Status"), Some("InProgress"));
    pass(&world, INVALIDATION_TAKES).await;
    let completed = invalidation(&world, &id).await;
    assert_eq!(
        (completed.status, completed.tag("Status")),
        (200, Some("Completed"))
    );
    assert_eq!(completed.tag("CreateTime"), reply.tag("CreateTime"));
    assert!(completed.body.ends_with(whole), "{}", completed.body);
    // The same again answers what is there, Completed as it is by now, in whichever order the paths stand.
    let again = invalidate(&world, "run 1 &lt;2&gt;", &["/*", "/index.html"])
        .await
        .unwrap();
    assert_eq!((again.status, again.tag("Id")), (201, Some(id.as_str())));
    assert_eq!(again.tag("Status"), Some("Completed"));
    assert!(again.body.ends_with(whole), "{}", again.body);
    let other = invalidate(&world, "run 1 &lt;2&gt;", &["/*"]).await.unwrap();
    assert_eq!(refusal(&other), (409, "InvalidationBatchAlreadyExists"));
    let shown = &world.snapshot().distributions[0].invalidations;
    assert_eq!(shown.len(), 1);
    assert_eq!(
        (shown[0].id.as_str(), shown[0].status.as_str()),
        (id.as_str(), "Completed")
    );
    let log = world.log();
    let entry = log
        .iter()
        .find(|entry| entry.operation == "CreateInvalidation")
        .unwrap();
    assert_eq!(
        (entry.service.as_str(), entry.outcome),
        ("cloudfront", Outcome::Committed)
    );
    assert_eq!(
        entry.left,
        Some(serde_json::json!({"id": id, "reference": "run 1 <2>", "paths": ["/index.html", "/*"]}))
    );
}

#[tokio::test]
async fn invalidations_are_listed_newest_first_and_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let line = format!("GET {}/invalidation", of(DISTRIBUTION));
    let none = sent(&world, &line, "").await.unwrap();
    assert_eq!((none.status, none.tag("Quantity")), (200, Some("0")));
    assert!(!none.body.contains("<Items>"), "{}", none.body);
    let mut ids = Vec::new();
    for reference in ["a", "b", "c"] {
        ids.insert(0, made(&world, reference, &["/index.html"]).await);
    }
    let listed = |body: &str| -> Vec<String> {
        let parts = body.split("<InvalidationSummary><Id>").skip(1);
        parts
            .map(|part| part.split_once('<').unwrap().0.to_owned())
            .collect()
    };
    let all = sent(&world, &line, "").await.unwrap();
    assert_eq!(listed(&all.body), ids);
    assert_eq!(
        (all.tag("IsTruncated"), all.tag("MaxItems")),
        (Some("false"), Some("100"))
    );
    assert!(!all.body.contains("CallerReference") && !all.body.contains("NextMarker"));
    let first = sent(&world, &format!("{line}?MaxItems=2"), "").await.unwrap();
    assert_eq!(
        (first.tag("IsTruncated"), first.tag("Quantity")),
        (Some("true"), Some("2"))
    );
    assert_eq!(listed(&first.body), ids[..2]);
    let marker = first.tag("NextMarker").unwrap();
    assert_eq!(marker, ids[1]);
    let second = sent(&world, &format!("{line}?Marker={marker}&MaxItems=2"), "")
        .await
        .unwrap();
    assert_eq!(second.tag("Marker"), Some(marker));
    assert_eq!(second.tag("IsTruncated"), Some("false"));
    assert_eq!(listed(&second.body), ids[2..]);
    for wrong in ["?MaxItems=0", "?MaxItems=many", "?Marker=INONE"] {
        let reply = sent(&world, &format!("{line}{wrong}"), "").await.unwrap();
        assert_eq!(refusal(&reply), (400, "InvalidArgument"), "{wrong}");
    }
}

#[tokio::test]
async fn what_cloudfront_refuses_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let create = format!("POST {}/invalidation", of(DISTRIBUTION));
    let good = batch("r", &["/"]);
    let two = good.replace("<Quantity>1", "<Quantity>2");
    for (line, body, status, code) in [
        (
            format!("GET {}", of("E1OTHER")),
            String::new(),
            404,
            "NoSuchDistribution",
        ),
        (
            format!("POST {}/invalidation", of("E1OTHER")),
            good.clone(),
            404,
            "NoSuchDistribution",
        ),
        (
            format!("GET {}/invalidation", of("E1OTHER")),
            String::new(),
            404,
            "NoSuchDistribution",
        ),
        (
            format!("GET {}/invalidation/I1", of("E1OTHER")),
            String::new(),
            404,
            "NoSuchDistribution",
        ),
        (
            format!("GET {}/invalidation/I1", of(DISTRIBUTION)),
            String::new(),
            404,
            "NoSuchInvalidation",
        ),
        (create.clone(), two, 400, "InconsistentQuantities"),
        (
            create.clone(),
            batch("r", &["index.html"]),
            400,
            "InvalidArgument",
        ),
        (create.clone(), batch("r", &["/*.js"]), 400, "InvalidArgument"),
        (
            create.clone(),
            batch("r", &["/index.html /ngsw.json"]),
            400,
            "InvalidArgument",
        ),
        (create.clone(), batch("r", &[]), 400, "InvalidArgument"),
        (create.clone(), batch("", &["/"]), 400, "InvalidArgument"),
        (
            create.clone(),
            "<InvalidationBatch>".to_owned(),
            400,
            "MalformedInput",
        ),
        (create.clone(), String::new(), 400, "MissingBody"),
        (create.clone(), batch("r", &["/a"; 3_001]), 413, "BatchTooLarge"),
        (
            format!("PUT {}/config", of(DISTRIBUTION)),
            String::new(),
            501,
            "NotRehearsed",
        ),
        (
            "GET /2020-05-31/distribution".to_owned(),
            String::new(),
            501,
            "NotRehearsed",
        ),
    ] {
        let reply = sent(&world, &line, &body).await.unwrap();
        assert_eq!(refusal(&reply), (status, code), "{line}");
    }
    // Another account has no such distribution.
    let line = format!("GET {}", of(DISTRIBUTION));
    let reply = sent_as(&world, "AKIAREHEARSALOTHER", "us-east-1", &line, "")
        .await
        .unwrap();
    assert_eq!(refusal(&reply), (404, "NoSuchDistribution"));
    assert!(world.snapshot().distributions[0].invalidations.is_empty());
    assert!(world.log().iter().all(|entry| entry.outcome == Outcome::Refused));
    // SDKs that are given an endpoint sign in the region that they are set to.
    let reply = sent_as(&world, "AKIAREHEARSAL", "eu-west-2", &line, "")
        .await
        .unwrap();
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn so_many_wildcards_may_be_in_progress() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    let paths: Vec<String> = (0..MOST_WILDCARDS).map(|number| format!("/{number}/*")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    // Nothing completes between two requests, however busy the machine is.
    world.inject("invalidation-stuck".parse().unwrap()).unwrap();
    made(&world, "many", &paths).await;
    let refused = invalidate(&world, "one more", &["/*"]).await.unwrap();
    assert_eq!(refusal(&refused), (400, "TooManyInvalidationsInProgress"));
    // Files have a limit of their own, and what is there already is answered.
    made(&world, "a file", &["/index.html"]).await;
    made(&world, "many", &paths).await;
    world.lift("invalidation-stuck").unwrap();
    pass(&world, INVALIDATION_TAKES).await;
    made(&world, "one more", &["/*"]).await;
    pass(&world, INVALIDATION_TAKES + Duration::from_secs(1)).await;
    let files: Vec<String> = (0..2_000).map(|number| format!("/{number}")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    world.inject("invalidation-stuck".parse().unwrap()).unwrap();
    made(&world, "files", &files).await;
    let refused = invalidate(&world, "more files", &files).await.unwrap();
    assert_eq!(refusal(&refused), (400, "TooManyInvalidationsInProgress"));
}
