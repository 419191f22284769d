//! How it asks: without credentials, once, few at a time, and not for ever.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use switchback_model::{CheckReading, RoutesExpected, Verdict};
use tokio::net::TcpListener;

use super::application::{Application, Closes, EVERYTHING, TIGHT};
use super::server::{Reply, Request, serve};
use super::{FIRST, SECOND, check, closed, said, spec, world};
use crate::check_routes;
use crate::routes::{Limits, check_within};

#[tokio::test]
async fn nobody_is_asked_for_without_credentials_and_with_an_empty_body() {
    let (_, seen) = said(&Application::new(Closes::Nothing, EVERYTHING), &closed()).await;
    let requests = seen.requests.lock().unwrap().clone();
    // 5 plain writes, 3 reads, 29 spelt writes, 6 spelt reads, 4 bases in which 4 writes and a read are asked, 5 GETs
    // that name a method, 4 that do not but for the one that is a read, 2 POSTs that name one.
    assert_eq!(requests.len(), 5 + 3 + 29 + 6 + 4 * 5 + 5 + 3 + 2);
    let mut known = HashSet::new();
    let mut somebody = HashSet::new();
    for request in requests.iter() {
        let names: HashSet<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        let may = [
            "accept",
            "content-length",
            "host",
            "user-agent",
            "x-http-method-override",
        ];
        assert!(names.is_subset(&may.into()), "{request:?}");
        let bodied = ["POST", "PUT", "PATCH"].contains(&request.method.as_str());
        assert_eq!(
            request.header("content-length"),
            bodied.then_some("0"),
            "{request:?}"
        );
        let once = (
            &request.method,
            &request.target,
            request.header("x-http-method-override"),
        );
        assert!(known.insert(once), "{request:?} came twice");
        let segments = request.target.split('/').filter(|segment| segment.contains('@'));
        somebody.extend(segments.map(str::to_owned));
    }
    let [nobody] = &somebody.into_iter().collect::<Vec<_>>()[..] else {
        panic!("one address in all of a check");
    };
    let id = nobody.strip_prefix("switchback-").unwrap();
    let id: uuid::Uuid = id.strip_suffix("@invalid.example").unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 4);
    // Another check asks for another.
    let (_, again) = said(&Application::new(TIGHT, &[]), &closed()).await;
    let again = again.requests.lock().unwrap();
    assert!(again.iter().all(|request| !request.target.contains(nobody)));
}

#[tokio::test]
async fn few_requests_are_in_hand_at_once_over_few_connections() {
    let application = Application::new(TIGHT, EVERYTHING);
    let replies = move |request: &Request| application.reply(request);
    let (at, seen) = serve(replies).await;
    let world = world(&[(FIRST, at), (SECOND, at)]);
    let both = check(RoutesExpected::Closed, &[FIRST, SECOND]);
    let reading = check_routes(&spec(), &both, &world, Timestamp::UNIX_EPOCH).await;
    assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
    let most = seen.most.load(Ordering::SeqCst);
    assert!((2..=6).contains(&most), "{most}");
    let connections = seen.connections.load(Ordering::SeqCst);
    assert!(connections <= 12, "{connections} connections for two bases");
}

/// What the check says of a server within these times, and how long it took.
async fn within(
    milliseconds: (u64, u64),
    replies: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (CheckReading, Duration) {
    let (at, _) = serve(replies).await;
    let limits = Limits {
        whole: Duration::from_millis(milliseconds.0),
        request: Duration::from_millis(milliseconds.1),
        at_once: 6,
    };
    let world = world(&[(FIRST, at)]);
    let from = Instant::now();
    let reading = check_within(&spec(), &closed(), &world, Timestamp::UNIX_EPOCH, &limits).await;
    (reading, from.elapsed())
}

#[tokio::test]
async fn a_check_ends_when_its_time_is_over() {
    let (reading, took) = within((1_000, 5_000), |request| match request.method.as_str() {
        "PUT" => Reply::Hangs,
        _ => Application::new(TIGHT, &[]).reply(request),
    })
    .await;
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(reading.verdict, Verdict::Error);
    let words = "; not told: PUT /api/users/{u}, no answer when 1 s were over, at";
    assert!(reading.observed.contains(words), "{}", reading.observed);

    let (reading, took) = within((1_000, 5_000), |_| Reply::Hangs).await;
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert!(
        reading.observed.starts_with("0 of ") && reading.observed.contains(", and in 12 other ways"),
        "{}",
        reading.observed
    );
    let (reading, _) = within((0, 5_000), |_| Reply::Hangs).await;
    let words = "; not told: POST /createUser, not asked within 0 s, at";
    assert!(reading.observed.contains(words), "{}", reading.observed);
}

#[tokio::test]
async fn a_request_that_hangs_ends_alone() {
    let (reading, _) = within((30_000, 200), |request| {
        let hangs = request.method == "DELETE" && request.target.starts_with("/um/api/users/");
        match hangs {
            true => Reply::Hangs,
            false => Application::new(TIGHT, &[]).reply(request),
        }
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Error);
    assert!(
        reading
            .observed
            .contains("; not told: DELETE /api/users/{u}, no whole answer"),
        "{}",
        reading.observed
    );
}

#[tokio::test]
async fn a_body_without_an_end_is_dropped() {
    let (reading, took) = within((30_000, 5_000), |request| {
        let application = Application::new(TIGHT, &[]);
        match application.reply(request) {
            Reply::Says(503, _) => Reply::Pours(503),
            reply => reply,
        }
    })
    .await;
    assert_eq!(reading.verdict, Verdict::Pass, "{}", reading.observed);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn where_nobody_listens_not_everything_is_asked() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let reading = check_routes(
        &spec(),
        &closed(),
        &world(&[(FIRST, nobody)]),
        Timestamp::UNIX_EPOCH,
    )
    .await;
    assert_eq!(reading.verdict, Verdict::Error);
    assert!(
        reading
            .observed
            .contains("not told: POST /createUser, the connection was refused, at http://at-192-0-2-1"),
        "{}",
        reading.observed
    );
}

#[tokio::test]
async fn a_path_that_would_be_asked_in_another_spelling_is_not_asked() {
    let mut check = closed();
    check.writes.push("POST /api/../admin".parse().unwrap());
    let (reading, seen) = said(&Application::new(TIGHT, EVERYTHING), &check).await;
    assert_eq!(reading.verdict, Verdict::Error);
    let words = "not told: POST /api/../admin, the path can't be asked as it is spelt, at";
    assert!(reading.observed.contains(words), "{}", reading.observed);
    let requests = seen.requests.lock().unwrap();
    assert!(requests.iter().all(|request| !request.target.contains("admin")));
}
