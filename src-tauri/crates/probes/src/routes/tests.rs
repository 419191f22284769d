#![expect(clippy::unwrap_used, reason = "tests")]

mod judging;
mod verdicts;

use switchback_model::{Base, RoutesCheck, RoutesExpected};
use tokio::net::TcpListener;

use super::LIMITS;
use super::asked::{each_once, probes};
use super::net::ask_all;
use super::spelling::Spelling;
use super::verdict::{Answer, Outcome};
use crate::world::ProbeWorld;

pub(super) fn check(expected: RoutesExpected) -> RoutesCheck {
    let base = |host: &str| Base {
        url: format!("https://{host}/um"),
        address: None,
    };
    RoutesCheck {
        bases: vec![base("apps.example.nhs.test"), base("lb.example.nhs.test")],
        writes: vec![
            "POST /createUser".parse().unwrap(),
            "PUT /api/users/{u}".parse().unwrap(),
        ],
        reads: vec!["GET /api/users".parse().unwrap()],
        others: vec![Base {
            url: "https://apps.example.nhs.test/auth".to_owned(),
            address: Some("192.0.2.7".parse().unwrap()),
        }],
        closed: vec!["503 x-restricted: by the rule".parse().unwrap()],
        open: vec!["401".parse().unwrap()],
        expected,
    }
}

pub(super) fn bare(status: u16) -> Answer {
    Answer {
        status,
        ..Answer::default()
    }
}

pub(super) fn closed() -> Answer {
    Answer {
        closed: true,
        ..bare(503)
    }
}

pub(super) fn open() -> Answer {
    Answer {
        open: true,
        ..bare(401)
    }
}

#[test]
fn a_path_is_spelt_as_routers_forgive() {
    let spelt = |path: &str| Spelling::ALL.map(|spelling| spelling.of(path).unwrap_or_default());
    assert_eq!(
        spelt("/api/users/{u}"),
        [
            "//api/users/{u}",
            "/api;x=1/users/{u}",
            "/%61pi/users/{u}",
            "/API/users/{u}",
            "/api/users/{u}/",
            "/api/%75sers/{u}"
        ]
    );
    assert_eq!(
        spelt("/createUser"),
        [
            "//createUser",
            "/createUser;x=1",
            "/%63reateUser",
            "/CREATEUSER",
            "/createUser/",
            ""
        ]
    );
    assert_eq!(
        spelt("/_API/"),
        ["//_API/", "/_API;x=1/", "/_%41PI/", "/_api/", "", ""]
    );
    assert_eq!(
        spelt("/{u}/x"),
        ["//{u}/x", "/{u};x=1/x", "", "", "/{u}/x/", "/{u}/%78"]
    );
    assert_eq!(spelt("/-/x"), ["//-/x", "/-;x=1/x", "", "", "/-/x/", "/-/%78"]);
    assert_eq!(spelt("/"), [""; 6]);
    // Whoever stands in between stays, and what can't be spelt.
    let later = |path| Spelling::EscapedLater.of(path);
    assert_eq!(
        later("/api/users/{u}/-/mfa/reset").as_deref(),
        Some("/api/%75sers/{u}/-/%6Dfa/%72eset")
    );
    assert_eq!(later("/api/{u}"), None);
    let base = |url: &str| Spelling::OF_A_BASE.map(|spelling| spelling.of_base(url).unwrap_or_default());
    assert_eq!(
        base("https://example.nhs.test/prod/um"),
        [
            "https://example.nhs.test/prod//um",
            "https://example.nhs.test/prod/um;x=1",
            "https://example.nhs.test/prod/%75m",
            "https://example.nhs.test/prod/UM"
        ]
    );
    // What is escaped already is not escaped again.
    assert_eq!(
        base("https://example.nhs.test/%75%6D-x"),
        [
            "https://example.nhs.test//%75%6D-x",
            "https://example.nhs.test/%75%6D-x;x=1",
            "https://example.nhs.test/%75%6D-%78",
            "https://example.nhs.test/%75%6D-X"
        ]
    );
    assert_eq!(base("https://example.nhs.test"), [""; 4]);
}

#[test]
fn an_answer_is_told_by_its_marks_alone() {
    let check = RoutesCheck {
        closed: vec!["503 x-restricted: by the rule".parse().unwrap()],
        open: vec![
            "401".parse().unwrap(),
            "403 x-from: the application".parse().unwrap(),
        ],
        ..check(RoutesExpected::Closed)
    };
    let seen = |status, headers: &[(&str, &'static str)]| {
        Answer::of(&check, status, |name| {
            let of_name = headers.iter().filter(|(header, _)| *header == name);
            of_name.map(|(_, value)| *value).collect()
        })
    };
    assert_eq!(seen(503, &[("x-restricted", " by the rule ")]), closed());
    let twice = [("x-restricted", "x"), ("x-restricted", "by the rule")];
    assert_eq!(seen(503, &twice), closed());
    assert_eq!(seen(503, &[("x-restricted", "by the rule, x")]), bare(503));
    assert_eq!(seen(403, &[("x-restricted", "by the rule")]), bare(403));
    assert_eq!(seen(401, &[]), open());
    assert_eq!(
        seen(403, &[("x-from", "the application")]),
        Answer {
            open: true,
            ..bare(403)
        }
    );
    let error = ("x-amzn-errortype", "MissingAuthenticationTokenException");
    assert!(seen(403, &[error]).no_route);
    assert!(!seen(401, &[error]).no_route);
    assert!(!seen(403, &[("x-amzn-errortype", "ForbiddenException")]).no_route);
    let table = [(199, false), (200, true), (299, true), (300, false), (401, false)];
    for (status, is_open) in table {
        assert_eq!(bare(status).is_open(), is_open, "{status}");
    }
}

#[tokio::test]
async fn where_nobody_listens_the_rest_is_not_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let mut check = check(RoutesExpected::Closed);
    check.others.clear();
    check.bases.truncate(1);
    check.bases[0].address = Some("192.0.2.1".parse().unwrap());
    check.bases[0].url = "http://apps.example.nhs.test".to_owned();
    let world = ProbeWorld {
        dial: [("192.0.2.1".parse().unwrap(), nobody)].into(),
        ..ProbeWorld::default()
    };
    let asks = each_once(&probes(&check));
    let all = asks.len();
    let heard = ask_all(&check, asks, &LIMITS, &world).await;
    let says = |words: &str| {
        let such = |heard: &&Outcome| **heard == Outcome::Nothing(words.to_owned());
        heard.values().filter(such).count()
    };
    let refused = says("the connection was refused");
    assert!((6..12).contains(&refused), "{refused} of {all}");
    assert_eq!(says("not asked, because nobody listens there"), all - refused);
}
