#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn a_route_is_read_as_it_is_written() {
    for good in [
        "POST /createUser",
        "DELETE /api/users/{u}",
        "GET /",
        "PUT /a-b_c.d~e/{u}",
    ] {
        assert_eq!(good.parse::<Route>().unwrap().to_string(), good);
    }
    for bad in [
        "POST",
        "post /x",
        "POST x",
        "POST /x?a=b",
        "POST /%61",
        "POST  /x",
        "POST /x y",
        "POST //x",
        "POST /x;y",
        "",
        "POST /\u{202e}",
        "POST /x#y",
        "POST /\\x",
    ] {
        assert!(bad.parse::<Route>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_mark_is_a_status_and_a_header() {
    let mark: Mark = "503 X-Restricted: by the rule".parse().unwrap();
    assert_eq!(mark.to_string(), "503 x-restricted: by the rule");
    let header = |value| move |name: &str| (name == "x-restricted").then_some(value);
    assert!(mark.is_on(503, header("by the rule")));
    assert!(!mark.is_on(503, header("by the rule, no")));
    assert!(!mark.is_on(503, |_| None));
    assert!(!mark.is_on(403, header("by the rule")));
    assert!("401".parse::<Mark>().unwrap().is_on(401, |_| None));
    for bad in [
        "",
        "x",
        "99",
        "600",
        "503 x",
        "503 : y",
        "503 x:",
        "503 x y: z",
        "503 x: \u{7f}",
        "503  ",
    ] {
        assert!(bad.parse::<Mark>().is_err(), "{bad:?}");
    }
}
