//! Which routes a runbook may have asked, where, and by what their answers are told.

use switchback_model::CheckWord;

use super::errors;
use super::kinds::written;
use crate::kinds;

const SOUND: &[(&str, &str)] = &[
    ("bases", r#"["https://apps.example.nhs.test/um"]"#),
    ("writes", r#"["POST /createUser", "PUT /api/users/{u}"]"#),
    ("reads", r#"["GET /api/users"]"#),
    ("closed", r#"["403 x-restricted: by the rule"]"#),
    ("open", r#"["401"]"#),
    ("expected", r#""closed""#),
];

/// What is said of a check that is sound but for these keys: for each fault its code and the text where it is shown.
fn faults(keys: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut lines = vec!["kind = \"http.routes\"".to_owned()];
    for (key, sound) in SOUND {
        let other = keys.iter().find(|(other, _)| other == key);
        lines.push(format!("{key} = {}", other.map_or(*sound, |(_, value)| value)));
    }
    let more = keys
        .iter()
        .filter(|(key, _)| SOUND.iter().all(|(sound, _)| sound != key));
    lines.extend(more.map(|(key, value)| format!("{key} = {value}")));
    let check = lines.join("\n");
    let edit = (
        "kind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"",
        check.as_str(),
    );
    let text = super::edited(super::RUNBOOK, &[edit]);
    let said = errors(&[edit]);
    let of = |said: &str| {
        let mut words = said.split(' ');
        let (line, column) = words.next()?.split_once(':')?;
        let line = text.lines().nth(line.parse::<usize>().ok()? - 1)?;
        let from = &line[column.parse::<usize>().ok()? - 1..];
        let code = words.next()?.trim_end_matches(':').to_owned();
        let end = from[1..].find('"').map_or(1, |end| end + 2);
        Some((code, from[..end].to_owned()))
    };
    said.lines().filter_map(of).collect()
}

#[track_caller]
fn refused(key: &str, value: &str, code: &str, at: &str) {
    let right = [(code.to_owned(), at.to_owned())];
    assert_eq!(faults(&[(key, value)]), right, "{key} = {value}");
}

#[track_caller]
fn accepted(key: &str, value: &str) {
    assert_eq!(faults(&[(key, value)]), [], "{key} = {value}");
}

#[test]
fn a_sound_check_is_read() {
    assert_eq!(faults(&[]), []);
    accepted("expected", "\"open\"");
    refused("expected", "\"shut\"", "unknown-word", "\"shut\"");
}

#[test]
fn the_examples_make_a_check_of_which_only_the_others_may_be_left_out() {
    let keys = kinds::check(CheckWord::Routes).keys;
    let said = |without: &str| {
        let keys = keys.iter().filter(|key| key.name != without);
        let check = format!("kind = \"http.routes\"\n{}", written(keys));
        errors(&[(
            "kind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"",
            check.as_str(),
        )])
    };
    assert_eq!(said(""), "");
    for key in keys {
        let said = said(key.name);
        let missing = format!("missing-key: This check has no `{}`.", key.name);
        let right = match key.needed {
            true => said.contains(&missing) && said.lines().count() == 1,
            false => said.is_empty() && key.name == "others",
        };
        assert!(right, "without {}: {said}", key.name);
    }
}

#[test]
fn a_base_is_what_stands_before_the_routes() {
    for base in [
        "https://apps.example.nhs.test",
        "https://apps.example.nhs.test/",
        "http://lb.example.nhs.test/um/ at 192.0.2.10",
        "https://lb.example.nhs.test/um at 2001:db8::1",
        "https://${name}/um",
    ] {
        accepted("bases", &format!("[{base:?}]"));
        accepted("others", &format!("[{base:?}]"));
    }
    for (base, code) in [
        ("apps.example.nhs.test/um", "url"),
        ("https://apps.example.nhs.test:8443/um", "url"),
        ("https://192.0.2.10/um", "url"),
        ("https://user:pass@apps.example.nhs.test/um", "url"),
        ("https://apps.example.nhs.test/um 192.0.2.10", "url"),
        ("https://apps.example.nhs.test/um at apps", "invalid-ip"),
        ("https://apps.example.nhs.test/um?x=1", "base"),
        ("https://apps.example.nhs.test/um#x", "base"),
        ("https://apps.example.nhs.test/um/{u}", "base"),
        ("https://apps.example.nhs.test//um", "base"),
        ("https://apps.example.nhs.test/um/..", "base"),
    ] {
        let (list, at) = (format!("[{base:?}]"), format!("{base:?}"));
        refused("bases", &list, code, &at);
        refused("others", &list, code, &at);
    }
    let twice = r#"["https://a.example.nhs.test/", "https://a.example.nhs.test"]"#;
    refused("bases", twice, "list-twice", "\"https://a.example.nhs.test\"");
}

#[test]
fn a_write_is_asked_for_nobody() {
    for route in [
        "POST /api/users/{u}/mfa/reset",
        "DELETE /api/users/{u}.json",
        "PATCH /v1/users/{u}",
        "GET /run",
        "HEAD /run",
        "OPTIONS /run",
        "POST /",
    ] {
        accepted("writes", &format!("[{route:?}]"));
    }
    for (route, code) in [
        ("POST /api/users/m.example@example.nhs.test", "route-somebody"),
        (
            "DELETE /api/users/26b2c2a4-f001-70d5-0c7e-1f3d2b6f4a10",
            "route-somebody",
        ),
        (
            "DELETE /api/users/26B2C2A4F00170D50C7E1F3D2B6F4A10",
            "route-somebody",
        ),
        ("PUT /api/users/4711/roles", "route-somebody"),
        ("PUT /api/users/{id}", "route-place"),
        ("PUT /api/users/{u", "route-place"),
        ("PUT /api/users/{{u}}", "route-place"),
        ("CONNECT /api", "route-method"),
        ("TRACE /api", "route-method"),
        ("PSOT /createUser", "route-method"),
        ("post /createUser", "route"),
        ("POST createUser", "route"),
        ("POST /createUser?user=x", "route"),
        ("POST /api/../createUser", "route"),
        ("POST /api//users", "route"),
    ] {
        refused("writes", &format!("[{route:?}]"), code, &format!("{route:?}"));
    }
}

#[test]
fn whom_a_route_names_is_not_said_again() {
    let check = "writes = [\"POST /api/users/m.example@example.nhs.test\"]";
    let said = errors(&[(
        "kind = \"dns.ttl_wait\"\nname = \"${name}\"\nlowered = \"${ttl}\"",
        &format!("kind = \"http.routes\"\n{check}"),
    )]);
    assert!(
        said.contains("route-somebody") && !said.contains("m.example"),
        "{said}"
    );
}

#[test]
fn a_list_that_could_write_is_refused() {
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let route = format!("\"{method} /api/users\"");
        refused("reads", &format!("[{route}]"), "route-writes", &route);
    }
    refused("reads", "[\"TRACE /api\"]", "route-method", "\"TRACE /api\"");
    refused("reads", "[\"GET /{id}\"]", "route-place", "\"GET /{id}\"");
    for route in ["GET /api/users/{u}", "HEAD /api", "OPTIONS /api"] {
        accepted("reads", &format!("[{route:?}]"));
    }
    // A GET that writes stands among the writes, and then nowhere else.
    let both = [
        ("writes", r#"["GET /run", "POST /run"]"#),
        ("reads", r#"["GET /x", "GET /run"]"#),
    ];
    let right = [("route-writes".to_owned(), "\"GET /run\"".to_owned())];
    assert_eq!(faults(&both), right);
}

#[test]
fn what_changes_or_removes_says_of_whom() {
    for route in ["DELETE /api/users/jane.doe", "PUT /x", "PATCH /5,6"] {
        refused(
            "writes",
            &format!("[{route:?}]"),
            "route-somebody",
            &format!("{route:?}"),
        );
    }
    accepted("writes", r#"["DELETE /api/users/{u}", "POST /createUser"]"#);
    let base = "\"https://apps.example.nhs.test/users/jane@example.nhs.test\"";
    refused("bases", &format!("[{base}]"), "base", base);
}

#[test]
fn lists_are_neither_empty_nor_too_long_and_name_each_thing_once() {
    for key in ["bases", "writes", "reads", "others", "closed", "open"] {
        refused(key, "[]", "list-length", "[");
        refused(key, "\"x\"", "wrong-type", "\"x\"");
    }
    let routes = |method: &str, count: usize| {
        let routes = (0..count).map(|n| format!("\"{method} /r{n}\""));
        format!("[{}]", routes.collect::<Vec<_>>().join(", "))
    };
    refused("writes", &routes("POST", 65), "list-length", "[\"");
    refused("writes", &routes("POST", 64), "list-length", "[\"");
    accepted("writes", &routes("POST", 63));
    let bases = |count: usize| {
        let bases = (0..count).map(|n| format!("\"https://b{n}.example.nhs.test\""));
        format!("[{}]", bases.collect::<Vec<_>>().join(", "))
    };
    accepted("bases", &bases(16));
    refused("bases", &bases(17), "list-length", "[\"");
    refused(
        "writes",
        r#"["POST /x", "PUT /x/{u}", "POST /x"]"#,
        "list-twice",
        "\"POST /x\"",
    );
    // Every mistake is shown in one run.
    let faults = faults(&[("writes", r#"["POST x", "POST /ok", "TRACE /x", "PUT /1"]"#)]);
    let codes: Vec<&str> = faults.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["route", "route-method", "route-somebody"]);
}

#[test]
fn a_mark_says_who_answered() {
    for mark in [
        "429 x-amzn-errortype: TooManyRequestsException",
        "302 location: /closed",
    ] {
        accepted("closed", &format!("[{mark:?}]"));
        accepted("open", &format!("[{mark:?}]"));
    }
    accepted("open", "[\"404\", \"403 x-from: the application\"]");
    for mark in ["403", "x", "403 x", "99 x: y", "200 x-restricted: by the rule"] {
        refused("closed", &format!("[{mark:?}]"), "mark", &format!("{mark:?}"));
    }
    for mark in ["200", "204 x: y", "600", ""] {
        let code = if mark.is_empty() { "empty-text" } else { "mark" };
        refused("open", &format!("[{mark:?}]"), code, &format!("{mark:?}"));
    }
    for both in ["403", "403 X-Restricted: by the rule"] {
        let list = format!("[\"401\", {both:?}]");
        refused("open", &list, "mark-both", &format!("{both:?}"));
    }
}
