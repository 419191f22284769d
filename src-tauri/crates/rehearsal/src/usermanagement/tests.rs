#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn read(profiles: &str, under_maintenance: &str) -> Read {
    Read {
        profiles: profiles.to_owned(),
        under_maintenance: under_maintenance.to_owned(),
    }
}

fn said(read: &Read, line: &str, headers: &[(&str, &str)]) -> Reply {
    said_to(read, line, headers, false)
}

/// The same where a header may name another method, or may not.
fn said_to(read: &Read, line: &str, headers: &[(&str, &str)], overrides: bool) -> Reply {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = http::Request::builder().method(method);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    answer(read, &Asked::of(&parts, &segments(path), overrides))
}

/// The status of a request with credentials, and the handler that wrote.
fn asked(read: &Read, line: &str) -> (u16, Option<String>) {
    let said = said(read, line, &[("authorization", "Bearer x")]);
    (said.answer.status().as_u16(), said.wrote)
}

const WRITES: [&str; 9] = [
    "POST /createUser",
    "POST /updateUser",
    "POST /updatePassword",
    "POST /deleteUser",
    "POST /api/users",
    "PUT /api/users/{u}",
    "DELETE /api/users/{u}",
    "POST /api/users/{u}/mfa/reset",
    "POST /api/users/{u}/trigger-password-reset",
];

#[test]
fn the_events_of_a_user_tell_the_modes_apart() {
    for (profiles, status) in [
        ("prod", 500),
        ("prod,keycloak", 500),
        ("prod,cognito", 200),
        ("cognito", 200),
        (" prod , cognito ", 200),
    ] {
        let read = read(profiles, "false");
        assert!(starts(&read), "{profiles}");
        let events = asked(&read, "GET /api/users/anna/authevents");
        assert_eq!(events, (status, None), "{profiles}");
        for reads in [
            "GET /allUsers",
            "GET /user",
            "GET /rolesForUsers",
            "GET /userNotification",
            "GET /api/users",
            "GET /api/users/anna",
            "HEAD /api/users",
            "OPTIONS /createUser",
        ] {
            assert_eq!(asked(&read, reads), (200, None), "{reads}");
        }
    }
}

#[test]
fn every_write_is_accepted_and_names_its_handler() {
    let read = read("prod", "false");
    for route in WRITES {
        let line = route.replace("{u}", "anna@example.nhs.test");
        assert_eq!(asked(&read, &line), (202, Some(route.to_owned())), "{line}");
    }
    for (line, status) in [
        ("GET /createUser", 405),
        ("POST /allUsers", 405),
        ("PATCH /api/users/anna", 405),
        ("POST /nothing", 404),
        ("GET /", 404),
        ("POST /CreateUser", 404),
    ] {
        assert_eq!(asked(&read, line), (status, None), "{line}");
    }
}

/// The flag as it was shipped: it leaks.
#[test]
fn maintenance_stands_before_the_four_old_routes_alone() {
    let read = read("prod,cognito", "true");
    for (at, route) in WRITES.iter().enumerate() {
        let line = route.replace("{u}", "anna");
        let right = match at < 4 {
            true => (503, None),
            false => (202, Some((*route).to_owned())),
        };
        assert_eq!(asked(&read, &line), right, "{line}");
    }
    assert_eq!(asked(&read, "GET /api/users").0, 200);
    assert_eq!(asked(&read, "GET /api/users/anna/authevents").0, 200);
}

#[test]
fn a_forgiving_router_takes_other_spellings() {
    let read = read("prod", "false");
    for line in [
        "POST //createUser",
        "POST /createUser/",
        "POST /createUser;a=b",
        "POST /cre%61teUser",
    ] {
        let (status, wrote) = asked(&read, line);
        assert_eq!(
            (status, wrote.as_deref()),
            (202, Some("POST /createUser")),
            "{line}"
        );
    }
    let (_, wrote) = asked(&read, "DELETE //api/%75sers/anna;x/");
    assert_eq!(wrote.as_deref(), Some("DELETE /api/users/{u}"));
}

/// The flag, then the credentials, then the handler.
#[test]
fn no_write_reaches_its_handler_without_credentials() {
    for route in WRITES {
        let line = route.replace("{u}", "anna");
        for empty in [&[][..], &[("authorization", " ")]] {
            let said = said(&read("prod", "false"), &line, empty);
            assert_eq!((said.answer.status().as_u16(), said.wrote), (401, None), "{line}");
            assert_eq!(
                said.answer.headers()["www-authenticate"],
                "Bearer realm=\"usermanagement\""
            );
        }
    }
    let said = |line| said(&read("prod", "true"), line, &[]).answer.status().as_u16();
    assert_eq!(said("POST /createUser"), 503);
    assert_eq!(said("POST /api/users"), 401);
    for line in ["GET /allUsers", "HEAD /api/users", "OPTIONS /api/users"] {
        assert_eq!(said(line), 200, "{line}");
    }
    assert_eq!(said("GET /api/users/anna/authevents"), 500);
}

#[test]
fn another_method_may_stand_in_a_header_where_the_header_means_something() {
    let read = read("prod", "false");
    let asked = |line, method, more: &[(&str, &str)]| {
        let headers = [&[("x-http-method-override", method)], more].concat();
        let said = said_to(&read, line, &headers, true);
        (said.answer.status().as_u16(), said.wrote)
    };
    let token = [("Authorization", "Bearer x")];
    assert_eq!(asked("GET /api/users", "POST", &[]), (401, None));
    let wrote = |name: &str| Some(name.to_owned());
    assert_eq!(
        asked("GET /api/users", "post", &token),
        (202, wrote("POST /api/users"))
    );
    assert_eq!(
        asked("GET /api/users/anna", "DELETE", &token),
        (202, wrote("DELETE /api/users/{u}"))
    );
    assert_eq!(asked("POST /api/users", "GET", &token), (200, None));
    for none in ["", " ", "no method"] {
        assert_eq!(asked("GET /api/users", none, &token), (200, None), "{none}");
    }
    for method in ["POST", "DELETE"] {
        let headers = [("x-http-method-override", method), token[0]];
        let said = said(&read, "GET /api/users", &headers);
        assert_eq!(
            (said.answer.status().as_u16(), said.wrote),
            (200, None),
            "{method}"
        );
    }
}

#[test]
fn only_profiles_that_it_knows_let_it_start() {
    for (profiles, flag, is_good) in [
        ("prod", "false", true),
        ("prod,debug", "TRUE", true),
        ("rehearsal,cognito", "false", true),
        ("stage", "false", true),
        ("", "false", false),
        ("prod,", "false", false),
        ("prod cognito", "false", false),
        ("changed-by-somebody-else", "false", false),
        ("prod", "", false),
        ("prod", "yes", false),
    ] {
        assert_eq!(starts(&read(profiles, flag)), is_good, "{profiles} {flag}");
    }
}
