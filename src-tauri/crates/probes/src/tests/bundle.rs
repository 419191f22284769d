//! What a page is made of, against sites that were released badly in known ways.

mod hostile;
mod manifests;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use jiff::Timestamp;
use sha1::{Digest as _, Sha1};
use switchback_model::{BundleCheck, CheckReading, Verdict};

use super::serving::{Reply, Request, plain, says};
use super::spec;
use crate::ProbeWorld;
use crate::bundle::{LIMITS, Limits, check_bundle, check_within};

const PINNED: &str = "198.51.100.20";
const NEW: &str = "eu-west-2_NEWEXAMPLE";
const OLD: &str = "eu-west-2_OLDEXAMPLE";

fn check() -> BundleCheck {
    BundleCheck {
        url: "http://apps.example.nhs.test/um/".to_owned(),
        address: Some(PINNED.parse().unwrap()),
        holds: vec![NEW.to_owned(), "https://api.example.nhs.test/".to_owned()],
        lacks: vec![OLD.to_owned()],
        manifest: None,
    }
}

fn world(at: SocketAddr) -> ProbeWorld {
    ProbeWorld {
        dial: [(PINNED.parse().unwrap(), at)].into(),
        ..ProbeWorld::default()
    }
}

/// Files by their path; what is not there is answered with the start page, as such sites do.
#[derive(Clone)]
struct Site(BTreeMap<String, (&'static str, Vec<u8>)>);

impl Site {
    /// A page with these in its head, and a script that holds all that it shall.
    fn sound(head: &str) -> Self {
        let site = Self(BTreeMap::new());
        let page =
            format!("<!doctype html><html><head>{head}</head><body><app-root></app-root></body></html>");
        site.with("/um/", "text/html; charset=utf-8", &page)
            .with("/um/index.html", "text/html", &page)
            .with("/um/main-NEW.js", "text/javascript", &main_script())
            .with("/um/polyfills.js", "application/javascript", "var zone;")
    }

    fn with(mut self, path: &str, kind: &'static str, body: &str) -> Self {
        self.0.insert(path.to_owned(), (kind, body.as_bytes().to_vec()));
        self
    }

    fn reply(&self, request: &Request) -> Reply {
        let found = self.0.get(&request.target).or_else(|| self.0.get("/um/"));
        let (kind, body) = found.unwrap();
        Reply::Says(200, kind, String::new(), body.clone())
    }

    fn sha1(&self, path: &str) -> String {
        hex::encode(Sha1::digest(&self.0[path].1))
    }
}

fn main_script() -> String {
    format!("const e={{pool:\"{NEW}\",api:\"https://api.example.nhs.test/\"}};")
}

const HEAD: &str = "<script src=polyfills.js></script><script src=\"main-NEW.js\" type=module></script>";

async fn said_of(
    check: &BundleCheck,
    replies: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> CheckReading {
    let (at, _) = plain(replies).await;
    check_bundle(&spec(), check, &world(at), Timestamp::UNIX_EPOCH).await
}

async fn said(check: &BundleCheck, site: Site) -> CheckReading {
    said_of(check, move |request| site.reply(request)).await
}

#[track_caller]
fn is(reading: &CheckReading, verdict: Verdict, observed: &str) {
    assert_eq!(
        (reading.verdict.clone(), reading.observed.as_str()),
        (verdict.clone(), observed)
    );
    assert!(verdict == Verdict::Pass || verdict == Verdict::Error || reading.mend.is_some());
}

#[tokio::test]
async fn a_sound_release_passes_and_each_file_is_asked_for_under_the_real_name() {
    let site = Site::sound(HEAD);
    let (at, came) = plain(move |request| site.reply(request)).await;
    let reading = check_bundle(&spec(), &check(), &world(at), Timestamp::UNIX_EPOCH).await;
    is(
        &reading,
        Verdict::Pass,
        "2 scripts hold all 2 texts, and not the other; 198.51.100.20",
    );
    assert_eq!(reading.expected, "the scripts hold 2 texts and lack 1 text");
    let came = came.lock().unwrap();
    let targets: Vec<&str> = came.iter().map(|request| request.target.as_str()).collect();
    assert_eq!((targets.len(), &targets[..3]), (5, &["/um/", "/um/", "/um/"][..]));
    for request in came.iter() {
        assert_eq!(request.header("host"), Some("apps.example.nhs.test"));
        // As a browser asks: a distribution keeps those copies apart.
        assert_eq!(request.header("accept-encoding"), Some("gzip, br"));
    }
}

#[tokio::test]
async fn a_text_may_stand_in_a_script_of_the_page_or_in_a_preloaded_module() {
    let inline =
        format!("<script>window.env={{pool:'{NEW}'}}</script><link rel=modulepreload href=chunk.js>");
    let site = Site::sound(&inline).with(
        "/um/chunk.js",
        "text/javascript",
        "\"https://api.example.nhs.test/\"",
    );
    is(
        &said(&check(), site).await,
        Verdict::Pass,
        "2 scripts hold all 2 texts, and not the other; 198.51.100.20",
    );
}

#[tokio::test]
async fn what_is_missing_and_what_is_left_is_named() {
    let old = format!("const e={{pool:\"{OLD}\"}};");
    let site = Site::sound(HEAD).with("/um/main-NEW.js", "text/javascript", &old);
    let reading = said(&check(), site).await;
    is(
        &reading,
        Verdict::Fail,
        "missing: \"eu-west-2_NEWEXAMPLE\", \"https://api.example.nhs.test/\"; left: \"eu-west-2_OLDEXAMPLE\" in main-NEW.js",
    );
    assert!(reading.mend.unwrap().contains("invalidate the start page"));
}

#[tokio::test]
async fn a_script_that_was_not_uploaded_is_no_script() {
    let table = [
        (
            says(200, "text/html", "<!doctype html>"),
            "is HTML: it was not uploaded, and the start page came instead",
        ),
        // Whatever it is called.
        (
            says(200, "text/javascript", " \n<!doctype html>"),
            "is HTML: it was not uploaded, and the start page came instead",
        ),
        (says(404, "text/html", "<p>"), "answers HTTP 404"),
        (says(403, "application/xml", "<Error>"), "answers HTTP 403"),
        (
            says(200, "application/octet-stream", &main_script()),
            "comes as application/octet-stream, not as JavaScript",
        ),
        (
            says(200, "text/plain; charset=utf-8", &main_script()),
            "comes as text/plain; charset=utf-8, not as JavaScript",
        ),
        (says(200, "", &main_script()), "comes without a type"),
        (
            Reply::Says(302, "", "location: /elsewhere\r\n".to_owned(), Vec::new()),
            "answers a redirect to /elsewhere, HTTP 302",
        ),
    ];
    for (reply, words) in table {
        let site = Site::sound(HEAD);
        let once = std::sync::Mutex::new(Some(reply));
        let reading = said_of(&check(), move |request| match request.target.as_str() {
            "/um/main-NEW.js" => once.lock().unwrap().take().unwrap(),
            _ => site.reply(request),
        })
        .await;
        assert_eq!(reading.verdict, Verdict::Fail);
        let first = format!("main-NEW.js {words}; missing: ");
        assert!(reading.observed.starts_with(&first), "{}", reading.observed);
        assert!(reading.mend.unwrap().starts_with("Upload the whole build again"));
    }
}

#[tokio::test]
async fn packed_scripts_are_unpacked() {
    use std::io::Write as _;
    let site = Site::sound(HEAD);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(main_script().as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let reading = said_of(&check(), move |request| match request.target.as_str() {
        "/um/main-NEW.js" => Reply::Says(
            200,
            "text/javascript",
            "content-encoding: gzip\r\n".to_owned(),
            packed.clone(),
        ),
        _ => site.reply(request),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
}

#[tokio::test]
async fn a_script_of_another_host_is_named_and_not_fetched() {
    let head = format!(
        "{HEAD}<script src=\"//cdn.example.test/a.js\"></script><script src=https://cdn.example.test/b.js></script>\
         <script src=\"https://apps.example.nhs.test/um/c.js\"></script><script src=\"data:text/javascript,1\"></script>"
    );
    let site = Site::sound(&head);
    let (at, came) = plain(move |request| site.reply(request)).await;
    let reading = check_bundle(&spec(), &check(), &world(at), Timestamp::UNIX_EPOCH).await;
    is(
        &reading,
        Verdict::Pass,
        // The same host under another scheme is another origin.
        "2 scripts hold all 2 texts, and not the other; 198.51.100.20; not looked at: scripts of cdn.example.test, \
         apps.example.nhs.test, data:",
    );
    assert_eq!(came.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn a_page_that_is_none_fails() {
    for (reply, words) in [
        (says(503, "text/html", "<p>"), "the start page: HTTP 503"),
        (
            says(200, "application/json", "{}"),
            "the start page: it is no HTML",
        ),
        (
            Reply::Says(301, "", "location: https://x.test/\r\n".to_owned(), Vec::new()),
            "the start page: a redirect to https://x.test/, HTTP 301",
        ),
        (
            says(200, "text/html", "<p>Back soon.</p>"),
            "the start page loads no script",
        ),
        (
            says(200, "text/html", "<script src=//cdn.example.test/a.js></script>"),
            "the start page loads scripts of other hosts alone, such as cdn.example.test",
        ),
    ] {
        let Reply::Says(status, kind, more, body) = reply else {
            panic!("it says something");
        };
        let reading = said_of(&check(), move |_| {
            Reply::Says(status, kind, more.clone(), body.clone())
        })
        .await;
        is(&reading, Verdict::Fail, words);
    }
}

#[tokio::test]
async fn edges_that_differ_are_mixed() {
    let (new, old) = (
        Site::sound(HEAD),
        Site::sound("<script src=main-OLD.js></script>"),
    );
    for (odd, words) in [
        (0, "with main-OLD.js, then with polyfills.js"),
        (2, "with polyfills.js, then with main-OLD.js"),
    ] {
        let (new, old) = (new.clone(), old.clone());
        let reading = said_of(&check(), move |request| match request.before == odd {
            true => old.reply(request),
            false => new.reply(request),
        })
        .await;
        let words = format!("mixed: the start page is not the same each time ({words})");
        is(&reading, Verdict::Fail, &words);
    }
    let reading = said_of(&check(), move |request| match request.target.as_str() {
        "/um/" if request.before == 1 => says(503, "text/html", ""),
        _ => new.reply(request),
    })
    .await;
    let words = "mixed: the start page is not the same each time (with polyfills.js, then HTTP 503)";
    is(&reading, Verdict::Fail, words);
}

#[tokio::test]
async fn a_page_that_is_made_for_each_request_is_not_mixed() {
    let reading = said_of(&check(), |request| match request.target.as_str() {
        "/um/" => {
            let page = format!("<meta name=made content={}>{HEAD}", request.before);
            says(200, "text/html", &page)
        }
        _ => Site::sound("").reply(request),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
}

fn short() -> Limits {
    Limits {
        request: std::time::Duration::from_millis(300),
        ..LIMITS
    }
}
