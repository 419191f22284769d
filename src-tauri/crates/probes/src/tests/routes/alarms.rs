//! What is no leak, and what nobody can tell.

use jiff::Timestamp;
use switchback_model::{Base, CheckReading, Verdict};

use super::application::{Application, Closes, EVERYTHING, NARROW, TIGHT, WRITES, route};
use super::server::{Reply, Request, serve};
use super::{FIRST, SECOND, check, closed, said, spec, world};
use crate::check_routes;

/// What the check says where a request gets this, and else what a sound application gives.
async fn but(replies: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> CheckReading {
    let sound = Application::new(TIGHT, &[]);
    let (at, _) = serve(move |request| replies(request).unwrap_or_else(|| sound.reply(request))).await;
    check_routes(&spec(), &closed(), &world(&[(FIRST, at)]), Timestamp::UNIX_EPOCH).await
}

#[tokio::test]
async fn a_router_that_forgives_nothing_raises_no_alarm() {
    let (reading, _) = said(&Application::new(NARROW, &[]), &closed()).await;
    // The plain ones, and a POST instead of a PUT or a DELETE leads nowhere.
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (Verdict::Pass, "5 of 5 writes closed, 3 of 3 reads open")
    );
}

#[tokio::test]
async fn a_gateway_that_has_no_such_method_raises_no_alarm() {
    let error = "x-amzn-ErrorType: MissingAuthenticationTokenException";
    let reading = but(move |request| {
        let declared = |method| WRITES.contains(&route(method, &request.target, &[], &[]).as_str());
        let by_post = request.method == "POST" && request.header("x-http-method-override").is_some();
        let spelt = request.target.contains("//") || request.target.contains("%61");
        (spelt || by_post && !declared("POST")).then_some(Reply::Says(403, error))
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
}

#[tokio::test]
async fn who_answers_without_a_mark_is_not_told() {
    for status in [302, 403, 404, 405, 429, 500, 503] {
        let reading = but(move |request| {
            let post = request.method == "POST" && request.target == "/um/createUser";
            post.then_some(Reply::Says(status, "location: /elsewhere"))
        })
        .await;
        assert_eq!(reading.verdict, Verdict::Error, "{}", reading.observed);
        let words = format!("; not told: POST /createUser, HTTP {status}, at http://at-192-0-2-1");
        assert!(reading.observed.contains(&words), "{}", reading.observed);
        let mend = reading.mend.unwrap();
        assert!(mend.starts_with("Whoever answered is neither"), "{mend}");
    }
}

#[tokio::test]
async fn a_restriction_that_meets_reads_or_others_fails() {
    let (reading, _) = said(&Application::new(Closes::Everything, EVERYTHING), &closed()).await;
    assert_eq!(reading.verdict, Verdict::Fail);
    assert!(
        reading
            .observed
            .contains("0 of 3 reads open; what reads is closed too: GET /api/users answered 503"),
        "{}",
        reading.observed
    );
    let mut check = closed();
    check.others = vec![Base {
        url: "http://auth.example.nhs.test/auth".to_owned(),
        address: Some(SECOND.parse().unwrap()),
    }];
    for (reply, verdict, words) in [
        (Reply::Says(404, ""), Verdict::Pass, "1 of 1 other URLs answered"),
        (
            Reply::Says(503, "x-restricted: by the rule"),
            Verdict::Fail,
            "; another application is closed too: GET http://auth.example.nhs.test/auth (192.0.2.2) answered 503",
        ),
        (
            Reply::Says(500, ""),
            Verdict::Error,
            "; not told: GET http://auth.example.nhs.test/auth (192.0.2.2), HTTP 500",
        ),
    ] {
        let sound = Application::new(TIGHT, &[]);
        let (first, _) = serve(move |request| sound.reply(request)).await;
        let (second, seen) = serve(move |_| reply.clone()).await;
        let world = world(&[(FIRST, first), (SECOND, second)]);
        let reading = check_routes(&spec(), &check, &world, Timestamp::UNIX_EPOCH).await;
        assert_eq!(reading.verdict, verdict, "{}", reading.observed);
        assert!(reading.observed.contains(words), "{}", reading.observed);
        let requests = seen.requests.lock().unwrap();
        assert_eq!((requests.len(), requests[0].target.as_str()), (1, "/auth"));
    }
}

#[tokio::test]
async fn an_address_that_the_world_refuses_is_not_told() {
    let sound = Application::new(TIGHT, &[]);
    let (at, _) = serve(move |request| sound.reply(request)).await;
    let both = check(switchback_model::RoutesExpected::Closed, &[FIRST, "192.0.2.9"]);
    let reading = check_routes(&spec(), &both, &world(&[(FIRST, at)]), Timestamp::UNIX_EPOCH).await;
    assert_eq!(reading.verdict, Verdict::Error);
    let words = "; not told: POST /createUser, 192.0.2.9 is not part of the rehearsal; nothing was dialled, at http://at-192-0-2-9";
    assert!(reading.observed.contains(words), "{}", reading.observed);
    let mend = reading.mend.unwrap();
    assert!(mend.starts_with("Look at the network"), "{mend}");
}

#[tokio::test]
async fn nothing_that_a_server_says_is_repeated() {
    let reading = but(|_| Some(Reply::Says(418, "x-restricted: \u{1b}[31mEVIL"))).await;
    assert_eq!(reading.verdict, Verdict::Error);
    assert!(
        !reading.observed.contains("EVIL") && !reading.observed.contains("x-restricted"),
        "{}",
        reading.observed
    );
    assert!(!reading.observed.contains("switchback-"), "{}", reading.observed);
}
