//! What a browser gets from Reval.

use std::time::Duration;

use switchback_rehearsal::{
    ADMINS_DOMAIN, ADMINS_POOL, DISTRIBUTION_DOMAIN, INVALIDATION_TAKES, OLD_CLIENT, OLD_POOL, REVAL_API_URL,
    REVAL_CLIENT, REVAL_NEW_BUILD, REVAL_OLD_DOMAIN, RevalBuild, RevalRelease, Site, World,
};

use super::{ask, both, made, main_of, pass, pool, resolved};
use crate::support::{exchange, secured, world};

/// What a run of Reval's switch covers, but for the hashed names.
const PAGE: [&str; 4] = ["/", "/index.html", "/ngsw.json", "/ngsw-worker.js"];

fn release(world: &World, which: &str) {
    world
        .inject(format!("reval-released:{which}").parse().unwrap())
        .unwrap();
}

/// The build of the page that each edge answers, and what a browser that comes back runs.
fn seen(world: &World) -> Vec<(RevalBuild, RevalBuild)> {
    let edges = world.snapshot().reval.unwrap().edges;
    edges.iter().map(|edge| (edge.index, edge.returning)).collect()
}

#[tokio::test]
async fn a_build_is_served_as_angular_made_it() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let page = ask(&world, "GET /index.html").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html"))
    );
    assert_eq!(page.body.matches("type=\"module\"></script>").count(), 3);
    for path in ["/", "/connections/7?a=b", "/none.js"] {
        let reply = ask(&world, &format!("GET {path}")).await;
        assert_eq!(reply.body, page.body, "{path}");
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, Some("text/html"))
        );
        assert_eq!(reply.header("cache-control"), None);
        let is_fallback = reply.header("x-cache") == Some("Error from cloudfront");
        assert_eq!(is_fallback, path != "/", "{path}");
    }
    let version = ask(&world, "GET /version.json").await;
    assert_eq!(version.body, format!("{{\"build\":\"{}\"}}", Site::Reval.build()));
    assert_eq!(version.header("content-type"), Some("application/json"));
    let manifest = ask(&world, "GET /ngsw.json").await;
    assert_eq!(manifest.header("content-type"), Some("application/json"));
    let manifest: serde_json::Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!(
        (&manifest["configVersion"], &manifest["index"]),
        (&1.into(), &"/index.html".into())
    );
    for url in manifest["assetGroups"][0]["urls"].as_array().unwrap() {
        let path = url.as_str().unwrap();
        let reply = ask(&world, &format!("GET {path}")).await;
        let kind = match path.rsplit_once('.').unwrap().1 {
            "js" => "application/javascript",
            "css" => "text/css",
            _ => "text/html",
        };
        assert_eq!(reply.header("content-type"), Some(kind), "{path}");
        assert!(page.body.contains(&path[1..]) || path == "/index.html", "{path}");
        assert_eq!(manifest["hashTable"][path].as_str().map(str::len), Some(40));
    }
    let worker = ask(&world, "GET /ngsw-worker.js").await;
    assert_eq!(worker.header("content-type"), Some("application/javascript"));
    let main = ask(&world, &format!("GET {}", main_of(&page))).await;
    for part in [OLD_POOL, OLD_CLIENT, REVAL_OLD_DOMAIN, REVAL_API_URL] {
        assert!(main.body.contains(part), "{part}");
    }
    // HEAD says the same without the body; nothing is written here.
    let head = ask(&world, "HEAD /index.html").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(
        head.header("content-length"),
        Some(page.body.len().to_string().as_str())
    );
    assert_eq!(ask(&world, "POST /index.html").await.status, 403);
}

#[tokio::test]
async fn the_page_is_where_its_name_leads_by_https() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let host = Site::Reval.host();
    assert_eq!(host, "reval.example.nhs.test");
    let address = resolved(&world, host).await;
    assert_eq!(address, Site::Reval.address());
    let get = async |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let stream = secured(&world, address, host).await.unwrap();
        exchange(stream, &request).await.unwrap()
    };
    let page = get("/").await;
    assert_eq!(
        (page.status, page.header("x-cache")),
        (200, Some("Miss from cloudfront"))
    );
    let script = get(&main_of(&page)).await;
    assert!(script.body.contains(OLD_POOL) && script.body.contains(REVAL_API_URL));
    let version = get("/version.json").await;
    assert_eq!(version.body, format!("{{\"build\":\"{}\"}}", Site::Reval.build()));
    // The name that CloudFront gave the distribution is not one of its certificate.
    assert!(secured(&world, address, DISTRIBUTION_DOMAIN).await.is_err());
    world.inject("tls-expired:reval".parse().unwrap()).unwrap();
    assert!(secured(&world, address, host).await.is_err());
}

#[tokio::test]
async fn a_release_shows_when_the_edges_drop_what_they_keep() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 20).await;
    let before = world.snapshot().objects();
    let old = both(&world, "/index.html").await;
    assert_eq!(old[0].header("x-cache"), Some("Miss from cloudfront"));
    assert_ne!(old[0].header("x-amz-cf-pop"), old[1].header("x-amz-cf-pop"));
    let again = ask(&world, "GET /index.html?query=is-ignored").await;
    assert_eq!(again.header("x-cache"), Some("Hit from cloudfront"));
    assert!(again.header("age").is_some());
    // What an edge keeps of the release that is there makes no difference.
    assert_eq!(world.snapshot().objects(), before);

    release(&world, "new");
    assert_eq!(world.snapshot().reval.unwrap().release, RevalRelease::New);
    assert_eq!(seen(&world), [(RevalBuild::Old, RevalBuild::Old); 2]);
    for path in ["/", "/index.html", "/ngsw.json", "/version.json"] {
        for reply in both(&world, path).await {
            assert_eq!(reply.header("x-cache"), Some("Hit from cloudfront"), "{path}");
        }
    }
    assert_eq!(pool(&world, &both(&world, "/").await[0]).await, OLD_POOL);
    // A deep link that nobody has asked for takes the page that the edge keeps.
    assert_eq!(both(&world, "/connections/9").await[1].body, old[1].body);

    made(&world, "page", &PAGE).await;
    pass(&world, Duration::from_secs(6)).await;
    // One edge has dropped it, the other not yet: answers are mixed.
    let mixed = both(&world, "/index.html").await;
    assert_ne!(mixed[0].body, mixed[1].body);
    assert_eq!(mixed[1].body, old[1].body);
    assert_eq!(
        seen(&world),
        [
            (RevalBuild::New, RevalBuild::New),
            (RevalBuild::Old, RevalBuild::Old)
        ]
    );
    pass(&world, INVALIDATION_TAKES).await;
    let new = both(&world, "/index.html").await;
    assert_eq!(new[0].body, new[1].body);
    assert_eq!(seen(&world), [(RevalBuild::New, RevalBuild::New); 2]);
    let script = ask(&world, &format!("GET {}", main_of(&new[0]))).await;
    for part in [ADMINS_POOL, REVAL_CLIENT, ADMINS_DOMAIN, REVAL_API_URL] {
        assert!(script.body.contains(part), "{part}");
    }
    // The old scripts stay, and so does whatever the invalidation did not name.
    let old_script = ask(&world, &format!("GET {}", main_of(&old[0]))).await;
    assert!(old_script.body.contains(OLD_POOL));
    assert_eq!(both(&world, "/connections/9").await[0].body, old[0].body);
    let version = ask(&world, "GET /version.json").await;
    assert!(version.body.contains(Site::Reval.build()), "{}", version.body);

    // The way back.
    release(&world, "old");
    assert_eq!(seen(&world), [(RevalBuild::New, RevalBuild::New); 2]);
    assert_ne!(world.snapshot().objects(), before);
    made(&world, "back", &["/*"]).await;
    pass(&world, INVALIDATION_TAKES).await;
    assert_eq!(both(&world, "/index.html").await[0].body, old[0].body);
    assert_eq!(world.snapshot().objects(), before);
}

#[tokio::test]
async fn what_the_edges_keep_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 20).await;
    release(&first, "new");
    let id = made(&first, "kept", &["/*"]).await;
    let objects = first.snapshot().objects();
    drop(first);
    let second = world(dir.path(), 20).await;
    assert_eq!(second.snapshot().objects(), objects);
    pass(&second, INVALIDATION_TAKES).await;
    assert_eq!(seen(&second), [(RevalBuild::New, RevalBuild::New); 2]);
    assert_eq!(
        super::invalidation(&second, &id).await.tag("Status"),
        Some("Completed")
    );
    second.reset().unwrap();
    let fresh = second.snapshot();
    assert_eq!(fresh.reval.unwrap().release, RevalRelease::Old);
    assert!(fresh.distributions[0].invalidations.is_empty());
    let version = ask(&second, "GET /version.json").await;
    assert!(version.body.contains(Site::Reval.build()));
}

#[tokio::test]
async fn a_world_from_before_reval_had_a_distribution_has_the_old_release() {
    let dir = tempfile::tempdir().unwrap();
    let first = world(dir.path(), 1).await;
    let objects = first.snapshot().objects();
    first.stop().await;
    let path = dir.path().join("state.json");
    let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for part in ["reval", "cloudfront"] {
        assert!(state.as_object_mut().unwrap().shift_remove(part).is_some());
    }
    std::fs::write(&path, state.to_string()).unwrap();
    let second = world(dir.path(), 1).await;
    assert_eq!(second.snapshot().objects(), objects);
}

#[tokio::test]
async fn the_site_says_the_build_of_the_origin_in_a_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let build = || {
        let sites = world.snapshot().sites;
        sites
            .into_iter()
            .find(|one| one.site == Site::Reval)
            .unwrap()
            .build
    };
    assert_eq!(build(), Site::Reval.build());
    release(&world, "new");
    assert_eq!(build(), REVAL_NEW_BUILD);
    let entry = world.log().pop().unwrap();
    assert_eq!(
        (entry.service.as_str(), entry.operation.as_str()),
        ("second-writer", "RevalReleased")
    );
    assert_eq!(entry.comment.as_deref(), Some("new"));
}
