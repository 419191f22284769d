//! The manifest of a service worker, which is what browsers that come back run.

use serde_json::json;

use super::*;

fn with_manifest() -> BundleCheck {
    BundleCheck {
        manifest: Some("/um/ngsw.json".to_owned()),
        ..check()
    }
}

/// A site whose manifest is of its own files.
fn kept(head: &str) -> Site {
    let site = Site::sound(head).with("/um/lazy.js", "text/javascript", "lazy");
    let manifest = manifest_of(&site);
    site.with("/um/ngsw.json", "application/json", &manifest)
}

fn manifest_of(site: &Site) -> String {
    let paths = [
        "/um/index.html",
        "/um/main-NEW.js",
        "/um/polyfills.js",
        "/um/lazy.js",
    ];
    let table: serde_json::Map<_, _> = paths
        .iter()
        .map(|path| ((*path).to_owned(), site.sha1(path).into()))
        .collect();
    json!({
        "configVersion": 1,
        "timestamp": 1_762_000_000_000_i64,
        "index": "/um/index.html",
        "assetGroups": [{"name": "app", "urls": paths, "patterns": []}],
        "dataGroups": [],
        "hashTable": table,
    })
    .to_string()
}

#[tokio::test]
async fn one_of_the_same_build_passes_and_its_lazy_scripts_are_looked_at() {
    let site = kept(HEAD);
    let (at, came) = plain(move |request| site.reply(request)).await;
    let reading = check_bundle(&spec(), &with_manifest(), &world(at), Timestamp::UNIX_EPOCH).await;
    is(
        &reading,
        Verdict::Pass,
        "3 scripts hold all 2 texts, and not the other; manifest of the same build; 198.51.100.20",
    );
    let came = came.lock().unwrap().clone();
    let asked = |target: &str| came.iter().filter(|request| request.target == target).count();
    assert_eq!(
        (
            asked("/um/"),
            asked("/um/ngsw.json"),
            asked("/um/lazy.js"),
            asked("/um/index.html")
        ),
        (3, 3, 1, 1)
    );

    // What shall be gone may be left in what is loaded lazily.
    let site = Site::sound(HEAD).with("/um/lazy.js", "text/javascript", OLD);
    let manifest = manifest_of(&site);
    let site = site.with("/um/ngsw.json", "application/json", &manifest);
    let reading = said(&with_manifest(), site).await;
    is(
        &reading,
        Verdict::Fail,
        "left: \"eu-west-2_OLDEXAMPLE\" in lazy.js",
    );
}

#[tokio::test]
async fn a_new_page_with_an_old_manifest_is_said_for_a_tired_person() {
    let old = kept("<script src=main-OLD.js></script>").0["/um/ngsw.json"].clone();
    let mut site = kept(HEAD);
    site.0.insert("/um/ngsw.json".to_owned(), old);
    let reading = said(&with_manifest(), site).await;
    is(
        &reading,
        Verdict::Fail,
        "the start page is new, but the manifest /um/ngsw.json, which browsers' service workers read, is old: who comes \
         back still runs the old scripts",
    );
    assert!(reading.mend.unwrap().contains("invalidate /um/ngsw.json"));
}

#[tokio::test]
async fn an_old_page_is_not_called_new() {
    let old = format!("const e={{pool:\"{OLD}\",api:\"https://api.example.nhs.test/\"}};");
    let site = kept(HEAD).with("/um/", "text/html", "<script src=main-OLD.js></script>");
    let site = site.with("/um/main-OLD.js", "text/javascript", &old);
    let reading = said(&with_manifest(), site).await;
    is(
        &reading,
        Verdict::Fail,
        "missing: \"eu-west-2_NEWEXAMPLE\"; left: \"eu-west-2_OLDEXAMPLE\" in main-OLD.js; the manifest /um/ngsw.json is of \
         another build than the start page",
    );
}

#[tokio::test]
async fn a_file_that_is_not_the_one_of_the_manifest_is_named() {
    let other = format!("{} // other", main_script());
    let site = kept(HEAD).with("/um/main-NEW.js", "text/javascript", &other);
    let reading = said(&with_manifest(), site).await;
    is(
        &reading,
        Verdict::Fail,
        "main-NEW.js is another file than the manifest /um/ngsw.json says: service workers refuse it and keep what they have",
    );
    // The page under the name that the worker asks for, which an edge kept longer.
    let site = kept(HEAD).with("/um/index.html", "text/html", "<script src=main-OLD.js></script>");
    let reading = said(&with_manifest(), site).await;
    is(
        &reading,
        Verdict::Fail,
        "index.html is another file than the manifest /um/ngsw.json says: service workers refuse it and keep what they have",
    );
}

#[tokio::test]
async fn what_is_no_manifest_is_told_apart() {
    let table = [
        (404, "", "answers HTTP 404"),
        (200, "<!doctype html>", "is HTML, so it was not uploaded"),
        (200, "{", "is no JSON (line 1, column 1)"),
        (
            200,
            "{\"index\":1}",
            "is JSON, but no manifest of a service worker",
        ),
        (200, "{}", "names no start page (`index`)"),
        (200, "{\"index\":\"/um/\"}", "has no `hashTable`"),
        (
            200,
            "{\"index\":\"/um/\",\"hashTable\":{}}",
            "has no SHA-1 of its start page",
        ),
        (
            200,
            "{\"index\":\"//x.test/\",\"hashTable\":{}}",
            "names a start page of another host",
        ),
    ];
    for (status, body, words) in table {
        let site = kept(HEAD);
        let reading = said_of(&with_manifest(), move |request| match request.target.as_str() {
            "/um/ngsw.json" => says(status, "application/json", body),
            _ => site.reply(request),
        })
        .await;
        let words = format!("the manifest /um/ngsw.json, which browsers' service workers read, {words}");
        is(&reading, Verdict::Fail, &words);
    }
}

#[tokio::test]
async fn manifests_that_differ_are_mixed() {
    let (site, old) = (kept(HEAD), kept("<script src=main-OLD.js></script>"));
    let reading = said_of(&with_manifest(), move |request| match request.target.as_str() {
        "/um/ngsw.json" if request.before == 2 => old.reply(request),
        _ => site.reply(request),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Fail);
    let words = "mixed: the manifest /um/ngsw.json is not the same each time (SHA-1 ";
    assert!(reading.observed.starts_with(words), "{}", reading.observed);
}

#[tokio::test]
async fn a_page_that_differs_by_a_byte_is_another_to_the_manifest() {
    let reading = said_of(&with_manifest(), |request| match request.target.as_str() {
        "/um/" => says(200, "text/html", &format!("<!-- {} -->{HEAD}", request.before)),
        _ => kept(HEAD).reply(request),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Fail);
    assert!(
        reading.observed.starts_with("mixed: the start page"),
        "{}",
        reading.observed
    );
}

#[tokio::test]
async fn scripts_of_another_host_in_a_manifest_are_not_asked_for() {
    let site = kept(HEAD);
    let manifest = String::from_utf8(site.0["/um/ngsw.json"].1.clone()).unwrap();
    let manifest = manifest.replacen("\"/um/lazy.js\"", "\"https://cdn.example.test/lazy.js\"", 1);
    let site = site.with("/um/ngsw.json", "application/json", &manifest);
    let reading = said(&with_manifest(), site).await;
    assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
}

/// The manifest names a file by its path and, where one is written there, its query: two of one path are two files. A query
/// that is not written there is dropped, as a worker drops it.
#[tokio::test]
async fn a_file_is_held_against_what_the_manifest_names_by_its_path_and_query() {
    let site = |one: &str, two: &str, loaded: &str| {
        let site = Site::sound("<script src=polyfills.js></script><script src=\"main-NEW.js?v=9\"></script>")
            .with("/um/lazy.js", "text/javascript", "lazy")
            .with("/um/main-NEW.js?v=9", "text/javascript", loaded)
            .with("/um/lazy.js?v=1", "text/javascript", one)
            .with("/um/lazy.js?v=2", "text/javascript", two);
        let mut manifest: serde_json::Value = serde_json::from_str(&manifest_of(&site)).unwrap();
        for (key, of) in [("/um/lazy.js?v=1", "first"), ("/um/lazy.js?v=2", "second")] {
            manifest["hashTable"][key] = hex::encode(Sha1::digest(of)).into();
        }
        site.with("/um/ngsw.json", "application/json", &manifest.to_string())
    };
    let main = main_script();
    let reading = said(&with_manifest(), site("first", "second", &main)).await;
    is(
        &reading,
        Verdict::Pass,
        "6 scripts hold all 2 texts, and not the other; manifest of the same build; 198.51.100.20",
    );
    let other = format!("{main} // other");
    for (site, name) in [
        (site("second", "first", &main), "lazy.js"),
        (site("first", "lazy", &main), "lazy.js"),
        (site("first", "second", &other), "main-NEW.js"),
    ] {
        let reading = said(&with_manifest(), site).await;
        let words = format!(
            "{name} is another file than the manifest /um/ngsw.json says: service workers refuse it and keep what they have"
        );
        is(&reading, Verdict::Fail, &words);
    }
}
