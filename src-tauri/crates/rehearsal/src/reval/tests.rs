#![expect(clippy::unwrap_used, reason = "tests")]
use serde_json::Value;

use super::build::{Content, RevalBuild, sha1};
use super::*;
use crate::faults::RevalRelease;

fn all() -> Vec<String> {
    vec!["/*".to_owned()]
}

/// What each edge answers for the page, whether that starts, and what a browser that comes back runs.
fn seen(reval: &Reval, now: i64) -> Vec<(&'static str, bool, &'static str)> {
    let edges = reval.view(now).edges;
    edges
        .iter()
        .map(|edge| (edge.index.name(), edge.starts, edge.returning.name()))
        .collect()
}

#[test]
fn the_manifest_has_the_hash_of_every_file_and_builds_differ_in_their_main_script() {
    for build in RevalBuild::ALL {
        let (kind, manifest) = Content::Manifest(build).content().unwrap();
        assert_eq!(kind, "application/json");
        let manifest: Value = serde_json::from_str(manifest).unwrap();
        let table = manifest["hashTable"].as_object().unwrap();
        let mut files: Vec<(&str, &str)> = build.bundle().table().collect();
        files.sort_unstable();
        let urls = manifest["assetGroups"][0]["urls"].as_array().unwrap();
        assert_eq!(urls.len(), 5);
        for (url, (path, body)) in urls.iter().zip(files) {
            assert_eq!(
                (url.as_str(), table[path].as_str()),
                (Some(path), Some(sha1(body).as_str()))
            );
        }
        let (_, index) = Content::Index(build).content().unwrap();
        let main = build.bundle().main();
        assert!(index.contains(&format!("<script src=\"{}\" type=\"module\">", &main[1..])));
        let (kind, main) = Content::File(main.to_owned()).content().unwrap();
        assert_eq!(kind, "application/javascript");
        for part in [build.pool(), build.client(), build.domain(), REVAL_API_URL] {
            assert!(main.contains(part), "{part}");
        }
    }
    let mains = RevalBuild::ALL.map(|build| build.bundle().main());
    assert!(mains[0] != mains[1] && mains[1] != mains[2] && mains[0] != mains[2]);
    let files = |build: RevalBuild| build.bundle().paths().filter(|path| path.len() > 1).count();
    assert_eq!(files(RevalBuild::Old), 8);
}

#[test]
fn edges_answer_the_old_release_until_they_drop_it() {
    let mut reval = Reval::default();
    assert_eq!(seen(&reval, 0), [("old", true, "old"); 2]);
    reval.release(RevalRelease::New, 0);
    assert_eq!(seen(&reval, 0), [("old", true, "old"); 2]);
    reval.forget(0, &["/index.html".to_owned()]);
    // The page alone is not enough: the manifest is the old one, and `/` is another path.
    assert_eq!(seen(&reval, 0)[0], ("new", true, "old"));
    assert_eq!(reval.view(0).edges[0].root, RevalBuild::Old);
    reval.forget(0, &["/ngsw.json".to_owned(), "/".to_owned()]);
    assert_eq!(seen(&reval, 0), [("new", true, "new"), ("old", true, "old")]);
    // Nor is the manifest alone: the page has another hash than it says.
    reval.forget(1, &["/ngsw.json".to_owned()]);
    assert_eq!(seen(&reval, 0)[1], ("old", true, "old"));
    reval.forget(1, &["/index*".to_owned()]);
    assert_eq!(seen(&reval, 0)[1], ("new", true, "new"));
    // The way back is as sticky.
    reval.release(RevalRelease::Old, 1);
    assert_eq!(seen(&reval, 1), [("new", true, "new"); 2]);
    reval.forget(0, &all());
    reval.forget(1, &["/ngsw.json".to_owned()]);
    assert_eq!(seen(&reval, 1), [("old", true, "old"), ("new", true, "new")]);
    // A day later nobody keeps it.
    let day = 24 * 3_600_000;
    assert_eq!(seen(&reval, day)[1].0, "new");
    assert_eq!(seen(&reval, day + 1), [("old", true, "old"); 2]);
}

#[test]
fn half_a_release_starts_nowhere_and_its_page_stays_under_the_name_of_the_script() {
    let mut reval = Reval::default();
    reval.release(RevalRelease::Half, 0);
    for edge in 0..EDGES {
        reval.forget(edge, &all());
    }
    assert_eq!(seen(&reval, 0), [("new", false, "old"); 2]);
    assert_eq!(reval.build(), REVAL_NEW_BUILD);
    // People went there: the edges keep the page in the place of the script, also when that has come.
    reval.release(RevalRelease::New, 1);
    assert_eq!(seen(&reval, 1), [("new", false, "old"); 2]);
    let main = RevalBuild::New.bundle().main().to_owned();
    let answered = reval.answers(0, &main, 1);
    assert!(answered.fallback && answered.said == Content::Index(RevalBuild::New));
    reval.forget(0, &[main]);
    assert_eq!(seen(&reval, 1), [("new", true, "new"), ("new", false, "old")]);
    // Half a release takes away what a whole one had brought.
    reval.release(RevalRelease::Half, 2);
    reval.forget(0, &all());
    assert_eq!(seen(&reval, 2)[0], ("new", false, "new"));
}

#[test]
fn scripts_of_older_builds_stay_and_what_is_no_file_is_the_page() {
    let mut reval = Reval::default();
    let mains = RevalBuild::ALL.map(|build| build.bundle().main().to_owned());
    let comes = |reval: &Reval| mains.clone().map(|main| !reval.answers(0, &main, 9).fallback);
    assert_eq!(comes(&reval), [true, false, false]);
    for (release, scripts) in [
        (RevalRelease::New, [true, true, false]),
        (RevalRelease::Old, [true, true, false]),
        (RevalRelease::Wrong, [true, true, true]),
    ] {
        reval.release(release, 0);
        reval.forget(0, &all());
        assert_eq!(comes(&reval), scripts);
    }
    // Every path has a copy of its own; the edge takes the page that it keeps.
    let mut reval = Reval::default();
    let deep = reval.fetch(0, "/connections/7", 0);
    assert!(deep.fallback && deep.fetched_ms.is_none());
    reval.release(RevalRelease::New, 1);
    reval.forget(0, &["/index.html".to_owned()]);
    assert_eq!(
        reval.answers(0, "/connections/7", 1).said,
        Content::Index(RevalBuild::Old)
    );
    assert_eq!(
        reval.answers(0, "/connections/8", 1).said,
        Content::Index(RevalBuild::New)
    );
    assert_eq!(
        reval.answers(1, "/connections/8", 1).said,
        Content::Index(RevalBuild::Old)
    );
}

#[test]
fn made_up_paths_do_not_drive_out_what_is_kept() {
    let mut reval = Reval::default();
    reval.release(RevalRelease::New, 0);
    for number in 0..500 {
        reval.fetch(0, &format!("/none/{number}"), 1);
    }
    assert_eq!(seen(&reval, 1), [("old", true, "old"); 2]);
    assert!(serde_json::to_string(&reval).unwrap().len() < 50_000);
    let kept: Reval = serde_json::from_str(&serde_json::to_string(&reval).unwrap()).unwrap();
    assert_eq!(kept, reval);
}
