#![expect(clippy::unwrap_used, reason = "tests")]

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::part::{Settings, Waf};
use super::seed::blob;
use super::{FREEZE_RULE, WafRequest, judge, rules};
use crate::usermanagement;

fn seeded() -> Settings {
    let waf = Waf::seeded();
    waf.acls[0].settings.latest().clone()
}

/// The seeded settings with the freeze rule's action.
fn acting(action: Value) -> Settings {
    let mut settings = seeded();
    rule(&mut settings, FREEZE_RULE)["Action"] = action;
    settings
}

fn rule<'a>(settings: &'a mut Settings, name: &str) -> &'a mut Value {
    let rules = settings["Rules"].as_array_mut().unwrap();
    rules.iter_mut().find(|rule| rule["Name"] == name).unwrap()
}

fn blocking() -> Settings {
    acting(json!({"Block": {"CustomResponse": {
        "ResponseCode": 503,
        "CustomResponseBodyKey": "user-management-closed",
        "ResponseHeaders": [
            {"Name": "x-tis-restricted", "Value": "firewall"},
            {"Name": "access-control-allow-origin", "Value": "*"},
        ],
    }}}))
}

/// The status with which a request is blocked.
fn status(settings: &Settings, line: &str, headers: &[(&str, &str)]) -> Option<u16> {
    let (method, path) = line.split_once(' ').unwrap();
    let headers = headers.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    let headers: HeaderMap = headers.collect();
    let seen = WafRequest {
        method,
        path,
        headers: &headers,
    };
    judge(settings, seen, None).map(|answer| answer.status().as_u16())
}

#[test]
fn the_freeze_rule_counts_at_first() {
    assert_eq!(status(&seeded(), "POST /usermanagement/createUser", &[]), None);
    let bad = [("user-agent", "Known-Bad-Scanner/1.0")];
    assert_eq!(status(&seeded(), "GET /usermanagement/user", &bad), Some(403));
}

/// Whatever the application takes for a write of its own, the rule does too.
#[test]
fn no_spelling_of_a_write_gets_past_the_freeze_rule() {
    let settings = blocking();
    for line in [
        "POST /usermanagement/createUser",
        "POST //usermanagement//createUser",
        "POST /usermanagement/createUser/",
        "POST /usermanagement/createUser;a=b",
        "POST /usermanagement;a=b/createUser",
        "POST /usermanagement;/createUser",
        "POST /;x/usermanagement/createUser",
        "POST /;/;;/usermanagement;jsessionid=1/;/createUser",
        "POST /%75sermanagement/createUser",
        "POST /%75%73%65%72%6d%61%6E%61gement;%61/cre%61teUser",
        "DELETE /usermanagement//api/%75sers/anna;x/",
        "PUT /usermanagement/api/users/..",
        "PATCH /usermanagement/api/users/anna",
        "BREW /usermanagement/api/users/anna",
        "post /usermanagement/createUser",
    ] {
        let path = line.split_once(' ').unwrap().1;
        let first = usermanagement::segments(path).into_iter().next();
        assert_eq!(first.as_deref(), Some(usermanagement::CONTEXT), "{line}");
        assert_eq!(status(&settings, line, &[]), Some(503), "{line}");
    }
    for method in ["POST", "delete", "", "x"] {
        for header in ["x-http-method-override", "X-HTTP-Method-Override"] {
            for line in [
                "GET /usermanagement/api/users",
                "OPTIONS /usermanagement/api/users",
            ] {
                assert_eq!(status(&settings, line, &[(header, method)]), Some(503), "{line}");
            }
        }
    }
    for line in [
        "GET /usermanagement/api/users",
        "HEAD /usermanagement/api/users",
        "OPTIONS /usermanagement/createUser",
        "GET /%75sermanagement;x/api/users/anna",
        "POST /profile/createUser",
        "POST /",
        "POST /usermanagementother/createUser",
    ] {
        assert_eq!(status(&settings, line, &[]), None, "{line}");
    }
}

#[test]
fn a_block_answers_what_it_was_given_and_a_bare_one_what_the_stage_says() {
    let answer = |settings: &Settings| {
        let seen = WafRequest {
            method: "POST",
            path: "/usermanagement/createUser",
            headers: &HeaderMap::new(),
        };
        judge(settings, seen, None).unwrap()
    };
    let own = answer(&blocking());
    assert_eq!(own.headers()["x-tis-restricted"], "firewall");
    assert_eq!(own.headers()["access-control-allow-origin"], "*");
    assert_eq!(own.headers()["content-type"], "application/json");
    let bare = answer(&acting(json!({"Block": {}})));
    assert_eq!(bare.status(), 403);
    assert_eq!(bare.headers()["x-amzn-errortype"], "ForbiddenException");
}

/// The first rule by its priority that blocks or allows decides, and the default where none does.
#[test]
fn rules_are_asked_by_priority() {
    let write = "POST /usermanagement/createUser";
    let bad = [("user-agent", "known-bad-scanner")];
    let mut settings = acting(json!({"Allow": {}}));
    assert_eq!(status(&settings, write, &bad), None);
    rule(&mut settings, "block-known-bad")["Priority"] = json!(5);
    assert_eq!(status(&settings, write, &bad), Some(403));
    for goes_on in ["Count", "Captcha", "Challenge"] {
        assert_eq!(status(&acting(json!({ goes_on: {} })), write, &bad), Some(403));
        assert_eq!(status(&acting(json!({ goes_on: {} })), write, &[]), None);
    }
    settings["DefaultAction"] = json!({"Block": {"CustomResponse": {"ResponseCode": 418}}});
    assert_eq!(status(&settings, "GET /elsewhere", &[]), Some(418));
    assert_eq!(status(&settings, write, &[]), None);
}

#[test]
fn each_statement() {
    let field = |part: &str| match part {
        "Method" | "UriPath" | "QueryString" => json!({ part: {} }),
        header => json!({"SingleHeader": {"Name": header}}),
    };
    let bytes = |part: &str, position: &str, text: &str| {
        json!({"ByteMatchStatement": {
            "FieldToMatch": field(part),
            "PositionalConstraint": position,
            "SearchString": blob(text),
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }})
    };
    let size = |part: &str, operator: &str, size: u64| {
        json!({"SizeConstraintStatement": {
            "FieldToMatch": field(part),
            "ComparisonOperator": operator,
            "Size": size,
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }})
    };
    let yes = bytes("Method", "EXACTLY", "POST");
    let no = bytes("Method", "EXACTLY", "GET");
    let all = |kind: &str, all: &[&Value]| json!({ kind: {"Statements": all} });
    let mut undecodable = yes.clone();
    undecodable["ByteMatchStatement"]["SearchString"] = json!("POST!");
    for (statement, right) in [
        (yes.clone(), true),
        (no.clone(), false),
        (bytes("UriPath", "STARTS_WITH", "/a"), true),
        (bytes("UriPath", "STARTS_WITH", "/A"), false),
        (bytes("UriPath", "ENDS_WITH", "%62"), true),
        (bytes("UriPath", "ENDS_WITH", "b"), false),
        (bytes("UriPath", "CONTAINS", "/%"), true),
        (bytes("UriPath", "CONTAINS", "%%"), false),
        (bytes("UriPath", "CONTAINS_WORD", "a"), false),
        (bytes("X-One", "EXACTLY", "1"), true),
        // Whichever of them.
        (bytes("x-two", "EXACTLY", "2b"), true),
        (bytes("x-none", "CONTAINS", ""), false),
        (bytes("QueryString", "CONTAINS", ""), false),
        (undecodable, false),
        (size("x-one", "EQ", 1), true),
        (size("x-one", "GT", 1), false),
        (size("x-one", "GE", 0), true),
        (size("x-none", "GE", 0), false),
        (size("UriPath", "GE", 0), false),
        (all("AndStatement", &[&yes, &yes]), true),
        (all("AndStatement", &[&yes, &no]), false),
        (all("AndStatement", &[]), false),
        (all("OrStatement", &[&no, &yes]), true),
        (all("OrStatement", &[&no, &no]), false),
        (json!({"NotStatement": {"Statement": no}}), true),
        (json!({"NotStatement": {"Statement": yes}}), false),
        (json!({"GeoMatchStatement": {"CountryCodes": ["GB"]}}), false),
        (
            json!({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}),
            false,
        ),
        (json!({}), false),
    ] {
        let mut settings = acting(json!({"Block": {}}));
        rule(&mut settings, FREEZE_RULE)["Statement"] = statement.clone();
        let headers = [("x-one", "1"), ("x-two", "2a"), ("x-two", "2b")];
        let found = status(&settings, "POST /a/%62", &headers);
        assert_eq!(found.is_some(), right, "{statement}");
    }
}

type Edit = fn(&mut Settings);

fn freeze(settings: &mut Settings) -> &mut Map<String, Value> {
    rule(settings, FREEZE_RULE).as_object_mut().unwrap()
}

fn respond(settings: &mut Settings, response: Value) {
    freeze(settings)["Action"] = json!({"Block": {"CustomResponse": response}});
}

#[test]
fn what_waf_refuses_of_settings() {
    let edits: [(&str, Edit); 33] = [
        ("no default", |s| drop(s.remove("DefaultAction"))),
        ("two defaults", |s| {
            s["DefaultAction"] = json!({"Allow": {}, "Block": {}});
        }),
        ("a default that counts", |s| {
            s["DefaultAction"] = json!({"Count": {}})
        }),
        ("no visibility", |s| drop(s.remove("VisibilityConfig"))),
        ("an empty description", |s| {
            s.insert("Description".to_owned(), json!(""));
        }),
        ("a long description", |s| {
            s.insert("Description".to_owned(), json!("x".repeat(257)));
        }),
        ("rules that are none", |s| s["Rules"] = json!({})),
        ("a rule that is none", |s| s["Rules"][0] = json!("x")),
        ("no name", |s| drop(freeze(s).remove("Name"))),
        ("a name with blanks", |s| freeze(s)["Name"] = json!("a b")),
        ("no priority", |s| drop(freeze(s).remove("Priority"))),
        ("a priority below 0", |s| freeze(s)["Priority"] = json!(-1)),
        ("no visibility of a rule", |s| {
            drop(freeze(s).remove("VisibilityConfig"));
        }),
        ("half a visibility", |s| {
            freeze(s)["VisibilityConfig"] = json!({"MetricName": "x"});
        }),
        ("no statement", |s| drop(freeze(s).remove("Statement"))),
        ("an empty statement", |s| freeze(s)["Statement"] = json!({})),
        ("two statements", |s| {
            freeze(s)["Statement"] = json!({"GeoMatchStatement": {}, "IPSetReferenceStatement": {}});
        }),
        ("a name twice", |s| {
            rule(s, "block-known-bad")["Name"] = json!(FREEZE_RULE);
        }),
        ("a priority twice", |s| {
            rule(s, "block-known-bad")["Priority"] = json!(10);
        }),
        ("no action", |s| drop(freeze(s).remove("Action"))),
        ("both actions", |s| {
            freeze(s).insert("OverrideAction".to_owned(), json!({"None": {}}));
        }),
        ("an override of no group", |s| {
            freeze(s).remove("Action");
            freeze(s).insert("OverrideAction".to_owned(), json!({"None": {}}));
        }),
        ("an action of a group", |s| {
            let group = rule(s, "common").as_object_mut().unwrap();
            group.remove("OverrideAction");
            group.insert("Action".to_owned(), json!({"Block": {}}));
        }),
        ("an empty action", |s| freeze(s)["Action"] = json!({})),
        ("two kinds of action", |s| {
            freeze(s)["Action"] = json!({"Block": {}, "Count": {}});
        }),
        ("a response of who counts", |s| {
            freeze(s)["Action"] = json!({"Count": {"CustomResponse": {"ResponseCode": 503}}});
        }),
        ("no code", |s| respond(s, json!({}))),
        ("a low code", |s| respond(s, json!({"ResponseCode": 199}))),
        ("a high code", |s| respond(s, json!({"ResponseCode": 601}))),
        ("a body that is not there", |s| {
            respond(s, json!({"ResponseCode": 503, "CustomResponseBodyKey": "none"}));
        }),
        ("the bodies left out", |s| {
            respond(
                s,
                json!({"ResponseCode": 503, "CustomResponseBodyKey": "user-management-closed"}),
            );
            s.remove("CustomResponseBodies");
        }),
        ("a header that is none", |s| {
            respond(
                s,
                json!({"ResponseCode": 503, "ResponseHeaders": [{"Name": "a b", "Value": "x"}]}),
            );
        }),
        ("a body of no type", |s| {
            s["CustomResponseBodies"]["user-management-closed"]["ContentType"] = json!("TEXT_X");
        }),
    ];
    for (what, edit) in edits {
        let mut settings = seeded();
        edit(&mut settings);
        let refused = rules::check(&settings).map_err(|error| error.code);
        assert_eq!(refused, Err("WAFInvalidParameterException".to_owned()), "{what}");
    }
    rules::check(&seeded()).unwrap();
    rules::check(&blocking()).unwrap();
    for code in [200, 600] {
        let mut settings = seeded();
        respond(&mut settings, json!({"ResponseCode": code}));
        rules::check(&settings).unwrap();
    }
}
