//! Reval and CloudFront when things go wrong.

use std::time::{Duration, Instant};

use switchback_rehearsal::{
    DISTRIBUTION, INVALIDATION_TAKES, LogEntry, Outcome, REVAL_WRONG_POOL, RevalBuild, RevalRelease, Site,
    World,
};

use super::{ask, both, invalidate, invalidation, made, main_of, of, pass, pool, refusal, sent};
use crate::support::{until, world};

fn inject(world: &World, fault: &str) {
    world.inject(fault.parse().unwrap()).unwrap();
}

/// How each CreateInvalidation ended, and the id that it left.
fn creations(world: &World) -> Vec<(Outcome, Option<String>)> {
    let left = |entry: &LogEntry| Some(entry.left.as_ref()?["id"].as_str()?.to_owned());
    let log = world.log();
    log.iter()
        .filter(|entry| entry.operation == "CreateInvalidation")
        .map(|entry| (entry.outcome, left(entry)))
        .collect()
}

/// The ids of all invalidations.
fn ids(world: &World) -> Vec<String> {
    let all = &world.snapshot().distributions[0].invalidations;
    all.iter().map(|one| one.id.clone()).collect()
}

#[tokio::test]
async fn faults_before_an_invalidation_make_none() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (fault, status, code) in [
        ("throttle:CreateInvalidation", 400, "Throttling"),
        (
            "error-before:CreateInvalidation:TooManyInvalidationsInProgress",
            400,
            "TooManyInvalidationsInProgress",
        ),
        ("error-before:CreateInvalidation", 503, "ServiceUnavailable"),
        (
            "error-before:CreateInvalidation:BatchTooLarge",
            413,
            "BatchTooLarge",
        ),
    ] {
        inject(&world, fault);
        let reply = invalidate(&world, "r", &["/*"]).await.unwrap();
        assert_eq!(refusal(&reply), (status, code), "{fault}");
        assert!(world.snapshot().faults.is_empty(), "{fault} is used up");
    }
    inject(&world, "denied:CreateInvalidation");
    let reply = invalidate(&world, "r", &["/*"]).await.unwrap();
    assert_eq!(refusal(&reply), (403, "AccessDenied"));
    assert_eq!(
        reply.tag("Message").unwrap(),
        "User: arn:aws:sts::123456789012:assumed-role/operator/rehearsal is not authorized to perform: \
         cloudfront:CreateInvalidation on resource: arn:aws:cloudfront::123456789012:distribution/E1REHEARSALREV because \
         no identity-based policy allows the cloudfront:CreateInvalidation action"
    );
    world.lift("denied").unwrap();
    inject(&world, "expired-credentials");
    let reply = invalidate(&world, "r", &["/*"]).await.unwrap();
    assert_eq!(refusal(&reply), (403, "ExpiredToken"));
    assert!(ids(&world).is_empty());
    assert_eq!(creations(&world), vec![(Outcome::Refused, None); 6]);
}

#[tokio::test]
async fn an_invalidation_that_is_made_may_be_answered_in_every_wrong_way() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    inject(&world, "lost-response:CreateInvalidation");
    assert!(invalidate(&world, "lost", &["/*"]).await.is_none());
    let lost = ids(&world)[0].clone();
    assert_eq!(creations(&world), [(Outcome::Lost, Some(lost.clone()))]);
    // The same reference finds it, and makes no other.
    assert_eq!(made(&world, "lost", &["/*"]).await, lost);

    inject(&world, "error-after:CreateInvalidation:ServiceUnavailable");
    let reply = invalidate(&world, "after", &["/"]).await.unwrap();
    assert_eq!(refusal(&reply), (503, "ServiceUnavailable"));
    assert_eq!(ids(&world).len(), 2);

    // Both requests are carried out, and the second finds what the first has made.
    inject(&world, "repeated:CreateInvalidation");
    let twice = made(&world, "twice", &["/"]).await;
    assert_eq!(ids(&world)[2], twice);
    assert_eq!(ids(&world).len(), 3);
    assert_eq!(creations(&world)[3..], vec![(Outcome::Committed, Some(twice)); 2]);

    inject(&world, "answer-cut:CreateInvalidation");
    let cut = invalidate(&world, "cut", &["/"]).await.unwrap();
    assert!(
        cut.status == 201 && !cut.body.contains("</Invalidation>"),
        "{}",
        cut.body
    );

    inject(&world, "answer-endless:CreateInvalidation");
    let endless =
        tokio::time::timeout(Duration::from_millis(100), invalidate(&world, "endless", &["/"])).await;
    assert!(endless.is_err());

    // The client gives up before it is carried out.
    inject(&world, "lands-late:CreateInvalidation:150");
    let late = tokio::time::timeout(Duration::from_millis(20), invalidate(&world, "late", &["/"])).await;
    assert!(late.is_err());
    assert_eq!(ids(&world).len(), 5);
    until("the late invalidation", || async { ids(&world).len() == 6 }).await;

    inject(&world, "delay:CreateInvalidation:60");
    let began = Instant::now();
    made(&world, "slow", &["/"]).await;
    assert!(began.elapsed() >= Duration::from_millis(60));
    world.lift("delay").unwrap();
    assert!(world.snapshot().faults.is_empty());
}

#[tokio::test]
async fn an_invalidation_may_never_complete() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    inject(&world, "reval-released:new");
    inject(&world, "invalidation-stuck");
    let id = made(&world, "r", &["/*"]).await;
    pass(&world, INVALIDATION_TAKES * 3).await;
    assert_eq!(invalidation(&world, &id).await.tag("Status"), Some("InProgress"));
    let pages = both(&world, "/index.html").await;
    assert_ne!(pages[0].body, pages[1].body);
    world.lift("invalidation-stuck").unwrap();
    assert_eq!(invalidation(&world, &id).await.tag("Status"), Some("Completed"));
    let pages = both(&world, "/index.html").await;
    assert_eq!(pages[0].body, pages[1].body);
}

#[tokio::test]
async fn an_edge_may_keep_its_copies_although_the_invalidation_is_completed() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    inject(&world, "reval-released:new");
    inject(&world, "edge-stale");
    let id = made(&world, "r", &["/*"]).await;
    pass(&world, INVALIDATION_TAKES).await;
    assert_eq!(invalidation(&world, &id).await.tag("Status"), Some("Completed"));
    let seen = || {
        world
            .snapshot()
            .reval
            .unwrap()
            .edges
            .iter()
            .map(|edge| edge.index)
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(), [RevalBuild::New, RevalBuild::Old]);
    let pages = both(&world, "/").await;
    assert_ne!(pages[0].body, pages[1].body);
    // The same again is the same; only another one helps, once the edge listens.
    world.lift("edge-stale").unwrap();
    assert_eq!(made(&world, "r", &["/*"]).await, id);
    pass(&world, INVALIDATION_TAKES).await;
    assert_eq!(seen(), [RevalBuild::New, RevalBuild::Old]);
    made(&world, "r2", &["/*"]).await;
    pass(&world, INVALIDATION_TAKES).await;
    assert_eq!(seen(), [RevalBuild::New; 2]);
}

#[tokio::test]
async fn half_a_release_and_a_wrong_one() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 100).await;
    inject(&world, "reval-released:half");
    made(&world, "half", &["/*"]).await;
    pass(&world, INVALIDATION_TAKES).await;
    let page = &both(&world, "/").await[0];
    let script = ask(&world, &format!("GET {}", main_of(page))).await;
    assert_eq!(
        (script.status, script.header("content-type")),
        (200, Some("text/html"))
    );
    assert_eq!(script.body, page.body);
    let reval = world.snapshot().reval.unwrap();
    assert_eq!(reval.release, RevalRelease::Half);
    for edge in reval.edges {
        assert_eq!(
            (edge.index, edge.starts, edge.returning),
            (RevalBuild::New, false, RevalBuild::Old)
        );
    }
    inject(&world, "reval-released:wrong");
    made(&world, "wrong", &["/*"]).await;
    pass(&world, INVALIDATION_TAKES).await;
    let page = &both(&world, "/").await[0];
    assert_eq!(pool(&world, page).await, REVAL_WRONG_POOL);
    // Its build string is the new one's: only the script tells.
    let reval = world.snapshot().reval.unwrap();
    assert_eq!(reval.build, switchback_rehearsal::REVAL_NEW_BUILD);
    assert_eq!(reval.edges[0].returning, RevalBuild::Wrong);
    assert!(world.snapshot().faults.is_empty());
}

#[tokio::test]
async fn the_distribution_may_be_disabled_and_the_alias_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let before = world.snapshot().objects();
    let line = format!("GET {}", of(DISTRIBUTION));
    inject(&world, "alias-elsewhere");
    let reply = sent(&world, &line, "").await.unwrap();
    assert!(!reply.body.contains(Site::Reval.host()), "{}", reply.body);
    assert_ne!(reply.tag("CNAME"), Some(Site::Reval.host()));
    assert_ne!(world.snapshot().objects(), before);
    assert_eq!(ask(&world, "GET /").await.status, 200);
    world.lift("alias-elsewhere").unwrap();
    inject(&world, "distribution-disabled");
    let reply = sent(&world, &line, "").await.unwrap();
    assert!(
        reply.body.contains("</PriceClass><Enabled>false</Enabled>"),
        "{}",
        reply.body
    );
    assert_eq!(reply.tag("Status"), Some("Deployed"));
    assert!(!world.snapshot().distributions[0].enabled);
    let reply = ask(&world, "GET /").await;
    assert_eq!(
        (reply.status, reply.header("x-cache")),
        (403, Some("Error from cloudfront"))
    );
    world.lift("distribution-disabled").unwrap();
    assert_eq!(world.snapshot().objects(), before);
    // The site's own faults come before all that.
    inject(&world, "site-down:reval");
    let reply = ask(&world, "GET /").await;
    assert_eq!(
        (reply.status, reply.header("cache-control")),
        (503, Some("no-store"))
    );
}
