#![expect(clippy::unwrap_used, reason = "tests")]
use super::batch::Batch;
use super::part::Invalidation;
use super::*;
use crate::faults::{App, Fault, RevalRelease};
use crate::reval::{EDGES, Reval};

fn batch(paths: &[&str]) -> Result<Batch, String> {
    let items: String = paths.iter().map(|path| show::tag("Path", path)).collect();
    let body = format!(
        "<InvalidationBatch xmlns=\"{NAMESPACE}\"><Paths><Quantity>{}</Quantity><Items>{items}</Items></Paths>\
         <CallerReference>r</CallerReference></InvalidationBatch>",
        paths.len()
    );
    Batch::read(body.as_bytes()).map_err(|error| error.code)
}

#[test]
fn paths_are_checked_as_cloudfront_checks_them() {
    for good in ["/", "/*", "/index.html", "/index.html*", "/a%20b?c=d", "/&<>"] {
        assert_eq!(batch(&[good]).unwrap().paths, [good]);
    }
    let long = format!("/{}", "a".repeat(4_000));
    for bad in [
        "index.html",
        "*",
        "/*.js",
        "/a*b*",
        "/**",
        "/a b",
        "/ü",
        "",
        long.as_str(),
    ] {
        assert_eq!(batch(&["/", bad]).unwrap_err(), "InvalidArgument", "{bad}");
    }
    assert_eq!(batch(&[]).unwrap_err(), "InvalidArgument");
    assert!(
        batch(&["/a", "/b"])
            .unwrap()
            .covers_the_same(&["/b".to_owned(), "/a".to_owned()])
    );
    let read = |body: &str| Batch::read(body.as_bytes()).map_err(|error| error.code);
    assert_eq!(read("").unwrap_err(), "MissingBody");
    assert_eq!(read("<InvalidationBatch><Paths>").unwrap_err(), "MalformedInput");
    let other = "<InvalidationBatch><Paths><Quantity>0</Quantity></Paths><Other/></InvalidationBatch>";
    assert_eq!(read(other).unwrap_err(), "MalformedInput");
    let nothing = "<InvalidationBatch><Paths><Quantity>1</Quantity></Paths><CallerReference>r</CallerReference>\
         </InvalidationBatch>";
    assert_eq!(read(nothing).unwrap_err(), "InconsistentQuantities");
    assert_eq!(
        read(
            &nothing
                .replace('1', "0")
                .replace("<CallerReference>r", "<CallerReference>")
        )
        .unwrap_err(),
        "InvalidArgument"
    );
}

/// CloudFront with an invalidation of everything from moment 0, and Reval with the new release behind old copies.
fn begun() -> (CloudFront, Reval) {
    let mut reval = Reval::default();
    reval.release(RevalRelease::New, -1);
    let one = Invalidation {
        of: DISTRIBUTION.to_owned(),
        id: "I1".to_owned(),
        reference: "r".to_owned(),
        paths: vec!["/*".to_owned()],
        created_ms: 0,
        done: [false; EDGES],
    };
    let invalidations = vec![one];
    (CloudFront { invalidations }, reval)
}

/// What the edges answer at a moment, and whether the invalidation is Completed.
fn at(now: i64, faults: &[Fault]) -> (Vec<&'static str>, bool) {
    let (mut cloudfront, mut reval) = begun();
    cloudfront.settle(now, faults, &mut reval);
    let edges = reval.view(now).edges;
    let answers = edges.iter().map(|edge| edge.index.name()).collect();
    (answers, cloudfront.in_progress(row_of(App::Reval)) == 0)
}

#[test]
fn one_edge_drops_its_copies_early_and_the_other_when_it_is_completed() {
    assert_eq!(at(5_999, &[]), (vec!["old", "old"], false));
    assert_eq!(at(6_000, &[]), (vec!["new", "old"], false));
    assert_eq!(at(19_999, &[]), (vec!["new", "old"], false));
    assert_eq!(at(20_000, &[]), (vec!["new", "new"], true));
    assert_eq!(
        at(90_000, &[Fault::InvalidationStuck]),
        (vec!["new", "old"], false)
    );
    assert_eq!(at(20_000, &[Fault::EdgeStale]), (vec!["new", "old"], true));
    // What is over is over: without the fault the copies stay for their day.
    let (mut cloudfront, mut reval) = begun();
    cloudfront.settle(20_000, &[Fault::EdgeStale], &mut reval);
    cloudfront.settle(90_000, &[], &mut reval);
    assert_eq!(reval.view(90_000).edges[1].index.name(), "old");
    assert_eq!(reval.view(24 * 3_600_000).edges[1].index.name(), "new");
    // A stuck one goes on when it is let go.
    let (mut cloudfront, mut reval) = begun();
    cloudfront.settle(90_000, &[Fault::InvalidationStuck], &mut reval);
    cloudfront.settle(90_001, &[], &mut reval);
    assert_eq!(cloudfront.in_progress(row_of(App::Reval)), 0);
    assert_eq!(reval.view(90_001).edges[1].index.name(), "new");
}

#[test]
fn the_tag_is_another_one_for_other_settings() {
    for app in App::ALL {
        let faults = [Fault::DistributionDisabled { app }, Fault::AliasElsewhere { app }];
        let tags =
            [&faults[..0], &faults[..1], &faults[1..], &faults[..]].map(|f| show::etag(row_of(app), f));
        for (at, tag) in tags.iter().enumerate() {
            assert!(!tags[..at].contains(tag), "{tag}");
        }
    }
}

#[test]
fn a_path_meets_a_behaviour_of_its_own_or_the_default_one() {
    let missing = |path: &str| {
        vec![Fault::BehaviourMissing {
            path: path.to_owned(),
        }]
    };
    for (path, faults, is) in [
        ("/auth/realms/example", vec![], true),
        ("/auth/realms/example", missing("/auth"), false),
        ("/auth/realms/example", missing("/sync"), true),
        ("/auth", vec![], true),
        ("/auth;x=1/realms", vec![], true),
        ("//%61uth//realms", vec![], true),
        ("//%61uth//realms", missing("/auth"), false),
        ("/Auth/realms", vec![], false),
        ("/x/auth/", vec![], false),
        ("/usermanagement/api/users", vec![], true),
        ("/index.html", vec![], false),
    ] {
        assert_eq!(is_routed(path, &faults), is, "{path} {faults:?}");
    }
}

/// An invalidation of one distribution lets nobody forget what the edges of another keep.
#[test]
fn an_invalidation_is_of_one_distribution() {
    let (mut cloudfront, mut reval) = begun();
    for one in &mut cloudfront.invalidations {
        one.of = ADMINS_DISTRIBUTION.to_owned();
    }
    let (ours, theirs) = (row_of(App::Admins), row_of(App::Reval));
    assert_eq!(
        (cloudfront.in_progress(ours), cloudfront.in_progress(theirs)),
        (1, 0)
    );
    assert!(cloudfront.find(theirs, "I1").is_err() && cloudfront.find(ours, "I1").is_ok());
    cloudfront.settle(20_000, &[], &mut reval);
    assert_eq!(cloudfront.in_progress(ours), 0);
    assert!(
        reval
            .view(20_000)
            .edges
            .iter()
            .all(|edge| edge.index.name() == "old")
    );
}
