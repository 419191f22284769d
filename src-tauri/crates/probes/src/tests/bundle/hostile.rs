//! Answers that never end, are too large or too many: it can't be told, and nothing is held up for long.

use std::time::{Duration, Instant};

use super::*;

async fn within(
    limits: &Limits,
    replies: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> CheckReading {
    let (at, _) = plain(replies).await;
    check_within(&spec(), &check(), &world(at), Timestamp::UNIX_EPOCH, limits).await
}

#[tokio::test]
async fn a_script_that_never_ends_or_is_too_large_can_not_be_told() {
    let site = Site::sound(HEAD);
    let reading = within(&LIMITS, move |request| match request.target.as_str() {
        "/um/polyfills.js" => Reply::Pours,
        _ => site.reply(request),
    })
    .await;
    is(
        &reading,
        Verdict::Error,
        "it can't be told: polyfills.js: it is larger than 16 MiB",
    );

    let (site, large) = (Site::sound(HEAD), "x".repeat(50 << 20));
    let reading = within(&LIMITS, move |request| match request.target.as_str() {
        "/um/main-NEW.js" => says(200, "text/javascript", &large),
        _ => site.reply(request),
    })
    .await;
    is(
        &reading,
        Verdict::Error,
        "it can't be told: main-NEW.js: it is larger than 16 MiB; not found so far: \"eu-west-2_NEWEXAMPLE\", \
         \"https://api.example.nhs.test/\"",
    );
}

#[tokio::test]
async fn a_small_file_that_unpacks_to_a_large_one_can_not_be_told() {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..40 {
        packed.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let (site, packed) = (Site::sound(HEAD), packed.finish().unwrap());
    assert!(packed.len() < 1 << 20);
    let reading = within(&LIMITS, move |request| match request.target.as_str() {
        "/um/polyfills.js" => Reply::Says(
            200,
            "text/javascript",
            "content-encoding: gzip\r\n".to_owned(),
            packed.clone(),
        ),
        _ => site.reply(request),
    })
    .await;
    is(
        &reading,
        Verdict::Error,
        "it can't be told: polyfills.js: the answer is larger than 16 MiB when it is unpacked",
    );
}

#[tokio::test]
async fn all_files_together_have_a_limit() {
    let limits = Limits {
        total: 3 << 20,
        ..LIMITS
    };
    let (site, large) = (Site::sound(HEAD), "x".repeat(4 << 20));
    let reading = within(&limits, move |request| match request.target.as_str() {
        "/um/polyfills.js" => says(200, "text/javascript", &large),
        _ => site.reply(request),
    })
    .await;
    is(
        &reading,
        Verdict::Error,
        "it can't be told: polyfills.js: all files together are larger than 3 MiB",
    );
}

#[tokio::test]
async fn ten_thousand_scripts_are_not_asked_for() {
    let head: String = (0..10_000)
        .map(|n| format!("<script src={n}.js></script>"))
        .collect();
    let site = Site::sound(&head);
    let (at, came) = plain(move |request| site.reply(request)).await;
    let reading = check_bundle(&spec(), &check(), &world(at), Timestamp::UNIX_EPOCH).await;
    is(
        &reading,
        Verdict::Error,
        "there are more than 1000 scripts, of which 256 at most are looked at",
    );
    assert_eq!(came.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_tag_of_many_attributes_is_given_up() {
    let mut page = "<p".to_owned();
    for n in 0..200_000 {
        page.push_str(&format!(" a{n}"));
    }
    let limits = Limits {
        scan: Duration::from_millis(200),
        ..LIMITS
    };
    let started = Instant::now();
    let reading = within(&limits, move |_| says(200, "text/html", &page)).await;
    is(
        &reading,
        Verdict::Error,
        "the start page could not be read within 200 ms",
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_page_of_more_than_two_mebibytes_can_not_be_told() {
    let page = "x".repeat(3 << 20);
    let reading = within(&LIMITS, move |_| says(200, "text/html", &page)).await;
    is(
        &reading,
        Verdict::Error,
        "the start page can't be told: it is larger than 2 MiB",
    );
}

#[tokio::test]
async fn who_is_silent_is_not_waited_for() {
    // Of a script that does not come, nothing is known.
    let site = Site::sound(HEAD);
    let reading = within(&short(), move |request| match request.target.as_str() {
        "/um/polyfills.js" => Reply::Hangs,
        _ => site.reply(request),
    })
    .await;
    is(
        &reading,
        Verdict::Error,
        "it can't be told: polyfills.js: no whole answer within 300 ms",
    );
    // A site that does not answer at all is down, as for every other check.
    let reading = within(&short(), |_| Reply::Hangs).await;
    assert_eq!(
        (reading.verdict.clone(), reading.observed.as_str()),
        (Verdict::Fail, "no whole answer within 300 ms")
    );
    // One edge that does not may give anything.
    let site = Site::sound(HEAD);
    let reading = within(&short(), move |request| match request.target.as_str() {
        "/um/" if request.before == 1 => Reply::Hangs,
        _ => site.reply(request),
    })
    .await;
    is(
        &reading,
        Verdict::Error,
        "it can't be told: the start page came 2 of 3 times: no whole answer within 300 ms",
    );
}

#[tokio::test]
async fn the_whole_check_ends_in_time_and_a_proof_stays_one() {
    let limits = Limits {
        whole: Duration::from_millis(600),
        at_once: 1,
        ..LIMITS
    };
    let site = Site::sound(HEAD).with("/um/polyfills.js", "text/javascript", OLD);
    let reading = within(&limits, move |request| match request.target.as_str() {
        "/um/main-NEW.js" => Reply::Hangs,
        _ => site.reply(request),
    })
    .await;
    is(
        &reading,
        Verdict::Fail,
        "left: \"eu-west-2_OLDEXAMPLE\" in polyfills.js",
    );
}

#[tokio::test]
async fn what_a_server_says_of_itself_is_cut_and_printable() {
    let head = format!("<script src=\"{}\u{1b}[31m.js\"></script>", "a".repeat(5000));
    let site = Site::sound(&head);
    let reading = within(&LIMITS, move |request| match request.target.as_str() {
        "/um/" => site.reply(request),
        _ => says(200, "text/\u{e9}vil", "<html>"),
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Fail);
    let said = &reading.observed;
    assert!(
        said.len() < 300 && said.chars().all(|c| c.is_ascii_graphic() || c == ' '),
        "{said}"
    );
}
