//! Each leak that is known, planted and named.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use switchback_model::{RoutesExpected, Verdict};

use super::application::{Application, Closes, EVERYTHING, Forgives, NARROW, TIGHT};
use super::server::{self, serve};
use super::{FIRST, SECOND, check, closed, said, spec, world};
use crate::check_routes;

/// What the check names of an application behind a restriction.
async fn named(application: &Application) -> String {
    let (reading, _) = said(application, &closed()).await;
    assert_eq!(reading.verdict, Verdict::Fail, "{}", reading.observed);
    let mend = reading.mend.unwrap();
    assert!(mend.starts_with("Close this route too"), "{mend}");
    reading.observed
}

#[tokio::test]
async fn what_is_closed_in_every_spelling_passes() {
    let application = Application {
        heeds: true,
        ..Application::new(TIGHT, EVERYTHING)
    };
    let (reading, _) = said(&application, &closed()).await;
    // 5 writes in 6 spellings, 4 of them in a spelling more, 4 behind a base in 4, a GET instead of each, and a POST
    // instead of a PUT and a DELETE.
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (Verdict::Pass, "57 of 57 writes closed, 3 of 3 reads open")
    );
    assert_eq!(
        reading.expected,
        "every write refused by the restriction, every read answered"
    );
    assert_eq!(reading.source, "8 routes at 1 addresses, without credentials");
    assert_eq!(reading.mend, None);
}

#[tokio::test]
async fn a_forgotten_route_and_a_forgotten_method_leak() {
    for (but, route) in [
        (
            &["POST /api/users/{u}/mfa/reset"][..],
            "POST /api/users/{u}/mfa/reset",
        ),
        (&["DELETE /api/users/{u}"][..], "DELETE /api/users/{u}"),
    ] {
        let closes = Closes::Writes {
            but,
            knows: EVERYTHING,
            knows_base: EVERYTHING,
            by_meant: true,
        };
        let observed = named(&Application::new(closes, &[])).await;
        let leak = format!(
            "; leak: {route} answered 401 by the application, at http://at-192-0-2-1.example.nhs.test/um (192.0.2.1)"
        );
        assert!(observed.contains(&leak), "{observed}");
    }
}

#[tokio::test]
async fn a_handler_that_runs_is_a_leak() {
    let application = Application {
        unguarded: &["POST /createUser"],
        ..Application::new(Closes::Nothing, &[])
    };
    let observed = named(&application).await;
    assert!(
        observed.contains("; leak: POST /createUser answered 202, at "),
        "{observed}"
    );
    assert_eq!(application.handled.load(Ordering::SeqCst), 1, "once, not again");
}

#[tokio::test]
async fn each_spelling_that_the_router_forgives_and_the_restriction_does_not_leaks() {
    for (forgives, words) in [
        (&[Forgives::Doubled][..], "with a doubled slash"),
        (&[Forgives::Semicolon][..], "with a semicolon"),
        (&[Forgives::Escaped][..], "escaped"),
        (&[Forgives::Case][..], "in another case"),
        (&[Forgives::Slash][..], "with a slash at the end"),
    ] {
        let observed = named(&Application::new(NARROW, forgives)).await;
        let leak = format!(
            "5 of 10 writes closed, 3 of 3 reads open; leak: POST /createUser answered 401 by the application, {words}, at"
        );
        assert!(observed.starts_with(&leak), "{observed}");
        // Each route by its name, once.
        assert_eq!(observed.matches("; leak: ").count(), 5, "{observed}");
    }
    // A route of one segment has nothing behind it.
    let observed = named(&Application::new(NARROW, &[Forgives::EscapedLater])).await;
    let leak = "5 of 9 writes closed, 3 of 3 reads open; leak: POST /api/users answered 401 by the application, \
                escaped behind its first part, at";
    assert!(observed.starts_with(leak), "{observed}");
    assert_eq!(observed.matches("; leak: ").count(), 4, "{observed}");
}

/// Closes every spelling of a route, but only behind the base as it is declared.
const BARE_BASE: Closes = Closes::Writes {
    but: &[],
    knows: EVERYTHING,
    knows_base: &[],
    by_meant: true,
};

#[tokio::test]
async fn each_spelling_of_a_base_that_the_router_forgives_and_the_restriction_does_not_leaks() {
    for (forgives_base, shown) in [
        (&[Forgives::Doubled][..], "//um"),
        (&[Forgives::Semicolon][..], "/um;x=1"),
        (&[Forgives::Escaped][..], "/%75m"),
        (&[Forgives::Case][..], "/UM"),
    ] {
        let application = Application {
            forgives_base,
            ..Application::new(BARE_BASE, EVERYTHING)
        };
        let observed = named(&application).await;
        let leak = format!(
            "41 of 45 writes closed, 3 of 3 reads open; leak: POST /createUser answered 401 by the application, \
             with {shown} before it, at http://at-192-0-2-1.example.nhs.test/um (192.0.2.1); "
        );
        assert!(observed.starts_with(&leak), "{observed}");
        assert_eq!(observed.matches("; leak: ").count(), 4, "{observed}");
    }
}

#[tokio::test]
async fn a_spelling_of_a_base_that_the_router_does_not_forgive_is_no_leak() {
    let (reading, seen) = said(&Application::new(BARE_BASE, EVERYTHING), &closed()).await;
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (Verdict::Pass, "41 of 41 writes closed, 3 of 3 reads open")
    );
    let requests = seen.requests.lock().unwrap().clone();
    for base in ["//um/", "/um;x=1/", "/%75m/", "/UM/"] {
        let at = |request: &&server::Request| request.target.starts_with(base);
        // Of each method the first write and the last, and a read as their control.
        assert_eq!(requests.iter().filter(at).count(), 5, "{base}");
    }
}

#[tokio::test]
async fn a_base_without_a_path_is_not_spelt() {
    let mut check = closed();
    check.bases[0].url = "http://at-192-0-2-1.example.nhs.test".to_owned();
    let application = Application::new(TIGHT, EVERYTHING);
    let (at, seen) = serve(move |request| {
        let target = format!("/um{}", request.target);
        application.reply(&server::Request {
            target,
            ..request.clone()
        })
    })
    .await;
    let reading = check_routes(&spec(), &check, &world(&[(FIRST, at)]), Timestamp::UNIX_EPOCH).await;
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (Verdict::Pass, "41 of 41 writes closed, 3 of 3 reads open")
    );
    assert_eq!(seen.requests.lock().unwrap().len(), 73 - 4 * 5);
}

#[tokio::test]
async fn a_header_that_names_the_method_leaks_where_it_is_heeded() {
    let closes = Closes::Writes {
        but: &[],
        knows: EVERYTHING,
        knows_base: EVERYTHING,
        by_meant: false,
    };
    let application = Application {
        heeds: true,
        ..Application::new(closes, &[])
    };
    let observed = named(&application).await;
    let leak =
        "; leak: POST /createUser answered 401 by the application, as a GET with X-HTTP-Method-Override, at";
    assert!(observed.contains(leak), "{observed}");
    // A restriction that knows of a GET, but not of a POST.
    let (at, _) = serve(move |request| {
        let post = request.method == "POST" && request.header("x-http-method-override").is_some();
        let tight = Application::new(if post { Closes::Nothing } else { TIGHT }, &[]);
        Application { heeds: true, ..tight }.reply(request)
    })
    .await;
    let reading = check_routes(&spec(), &closed(), &world(&[(FIRST, at)]), Timestamp::UNIX_EPOCH).await;
    let leak = "; leak: PUT /api/users/{u} answered 401 by the application, as a POST with X-HTTP-Method-Override, at";
    assert!(reading.observed.contains(leak), "{}", reading.observed);
}

#[tokio::test]
async fn a_second_name_without_the_restriction_leaks() {
    let (front, behind) = (
        Application::new(TIGHT, &[]),
        Application::new(Closes::Nothing, &[]),
    );
    let (first, _) = serve(move |request| front.reply(request)).await;
    let (second, _) = serve(move |request| behind.reply(request)).await;
    let world = world(&[(FIRST, first), (SECOND, second)]);
    let both = check(RoutesExpected::Closed, &[FIRST, SECOND]);
    let reading = check_routes(&spec(), &both, &world, Timestamp::UNIX_EPOCH).await;
    assert_eq!(reading.verdict, Verdict::Fail);
    let leak = "; leak: POST /createUser answered 401 by the application, at http://at-192-0-2-2.example.nhs.test/um (192.0.2.2); ";
    assert!(
        reading.observed.contains(leak) && !reading.observed.contains("192.0.2.1"),
        "{}",
        reading.observed
    );
}

#[tokio::test]
async fn what_is_open_again_is_answered_by_the_application() {
    let open = check(RoutesExpected::Open, &[FIRST]);
    let (reading, seen) = said(&Application::new(Closes::Nothing, &[]), &open).await;
    assert_eq!(
        (reading.verdict, reading.observed.as_str()),
        (
            Verdict::Pass,
            "5 of 5 writes open, 3 of 3 reads open; this shows the way, not that writes work"
        )
    );
    assert_eq!(reading.expected, "every write answered by the application");
    assert_eq!(seen.requests.lock().unwrap().len(), 8, "no spelling is tried");
    let (reading, _) = said(&Application::new(TIGHT, &[]), &open).await;
    assert_eq!(reading.verdict, Verdict::Fail);
    assert!(
        reading
            .observed
            .contains("; still closed: POST /createUser answered 503 by the restriction, at"),
        "{}",
        reading.observed
    );
}
