//! What is found before the change: nothing is sent, and the words say what is wrong and how to mend it.

use super::{Means, OWN, Station, told};

/// Something that is not as it must be.
struct Drill {
    means: Means,
    trap: &'static str,
    /// What stands in the runbook or its target instead.
    edits: &'static [(&'static str, &'static str)],
    fault: Option<&'static str>,
    /// Whether it comes after the preview.
    seen: bool,
    code: i32,
    said: &'static str,
}

const FIREWALL: Drill = Drill {
    means: Means::Firewall,
    trap: "",
    edits: &[],
    fault: None,
    seen: false,
    code: 3,
    said: "",
};
const THROTTLE: Drill = Drill {
    means: Means::Throttle,
    ..FIREWALL
};

const DENIED: &str = "The role is not allowed to do this (AccessDeniedException)";
const EXPIRED: &str = "blocked: Nothing was changed. The AWS credentials have expired. Sign in again";

const DRILLS: &[Drill] = &[
    Drill {
        trap: "the rule is not there",
        fault: Some("rule-missing"),
        said: "The web ACL has no rule user-management-writes: there are common, block-known-bad",
        ..FIREWALL
    },
    Drill {
        trap: "the rule is taken away",
        fault: Some("rule-missing"),
        seen: true,
        code: 4,
        said: "Nothing was changed. The web ACL has no rule user-management-writes",
        ..FIREWALL
    },
    Drill {
        trap: "the runbook names another rule",
        edits: &[("rule = \"user-management-writes\"", "rule = \"user-management\"")],
        said: "The web ACL has no rule user-management: there are common, user-management-writes",
        ..FIREWALL
    },
    Drill {
        trap: "it is a group of rules",
        edits: &[("rule = \"user-management-writes\"", "rule = \"common\"")],
        code: 5,
        said: "The rule common is a group of rules, which have actions of their own",
        ..FIREWALL
    },
    Drill {
        trap: "Firewall Manager owns the web ACL",
        fault: Some("firewall-managed"),
        said: "Blocked: rule-counts (Count; Firewall Manager owns the web ACL)",
        ..FIREWALL
    },
    Drill {
        trap: "Firewall Manager takes the web ACL",
        fault: Some("firewall-managed"),
        seen: true,
        code: 5,
        said: "Nothing was changed. Firewall Manager owns the web ACL tis-gateway. It puts back",
        ..FIREWALL
    },
    Drill {
        trap: "the web ACL stands before nothing",
        fault: Some("acl-detached"),
        said: "rule-counts (Count; no web ACL stands before the stage)",
        ..FIREWALL
    },
    Drill {
        trap: "what it shall stand before is no stage",
        edits: &[("stage = \"prod\"", "stage = \"test\"")],
        said: "rule-counts (AWS does not know what the web ACL shall stand before: arn:aws:apigateway:eu-west-2::/restapis/a1b2c3d4e5/stages/test)",
        ..FIREWALL
    },
    Drill {
        trap: "what it shall stand before is no API",
        edits: &[("api = \"a1b2c3d4e5\"", "api = \"a1b2c3d4e6\"")],
        said: "rule-counts (AWS does not know what the web ACL shall stand before: arn:aws:apigateway:eu-west-2::/restapis/a1b2c3d4e6/stages/prod)",
        ..FIREWALL
    },
    Drill {
        trap: "the id is no web ACL's",
        edits: &[("5b1c9a52", "00000000")],
        said: "There is no such web ACL (WAFNonexistentItemException)",
        ..FIREWALL
    },
    Drill {
        trap: "the id is of another web ACL than the name",
        edits: &[("web_acl = \"tis-gateway\"", "web_acl = \"tis-other\"")],
        said: "Look at its name, its id and its scope in the runbook",
        ..FIREWALL
    },
    Drill {
        trap: "somebody has set the rule to Allow",
        fault: Some("rule-set"),
        said: "Blocked: rule-counts (Allow)",
        ..FIREWALL
    },
    Drill {
        trap: "somebody sets the rule to Allow",
        fault: Some("rule-set"),
        seen: true,
        code: 5,
        said: "Nothing was changed. The rule changed since you saw the preview.",
        ..FIREWALL
    },
    Drill {
        trap: "a name of it answers nothing",
        fault: Some("site-down:gateway"),
        code: 4,
        said: "It can't be told: writes-answered (",
        ..FIREWALL
    },
    Drill {
        trap: "the role may not read it",
        fault: Some("denied:GetWebACL"),
        code: 4,
        said: DENIED,
        ..FIREWALL
    },
    Drill {
        trap: "the role may not tell what it guards",
        fault: Some("denied:GetWebACLForResource"),
        code: 4,
        said: DENIED,
        ..FIREWALL
    },
    Drill {
        trap: "the role may not change it",
        fault: Some("denied:UpdateWebACL"),
        seen: true,
        code: 1,
        said: DENIED,
        ..FIREWALL
    },
    Drill {
        trap: "the sign-in ends",
        fault: Some("expired-credentials"),
        seen: true,
        code: 6,
        said: EXPIRED,
        ..FIREWALL
    },
    Drill {
        trap: "there is no such stage",
        edits: &[("stage = \"prod\"", "stage = \"test\"")],
        code: 4,
        said: "no such stage of it (NotFoundException): Invalid stage identifier specified",
        ..THROTTLE
    },
    Drill {
        trap: "there is no such API",
        edits: &[("api = \"a1b2c3d4e5\"", "api = \"a1b2c3d4e6\"")],
        code: 4,
        said: "There is no such REST API",
        ..THROTTLE
    },
    Drill {
        trap: "a method is not there",
        edits: &[(
            "\"POST /usermanagement/createUser\"",
            "\"PUT /usermanagement/createUser\"",
        )],
        code: 5,
        said: "There is no method PUT /usermanagement/createUser in this API. Write the path as the API has it",
        ..THROTTLE
    },
    Drill {
        trap: "a resource is not there",
        edits: &[("\"POST /usermanagement/createUser\"", "\"POST /createUser\"")],
        code: 5,
        said: "There is no method POST /createUser in this API",
        ..THROTTLE
    },
    Drill {
        trap: "somebody throttles a method",
        fault: Some("throttle-set"),
        seen: true,
        code: 5,
        said: "Nothing was changed. The throttle changed since you saw the preview.",
        ..THROTTLE
    },
    Drill {
        trap: "somebody throttles the method that has its own",
        fault: Some("throttle-set:POST /updatePassword"),
        seen: true,
        code: 5,
        said: "Nothing was changed. The throttle changed since you saw the preview.",
        ..THROTTLE
    },
    Drill {
        trap: "the role may not read it",
        fault: Some("denied:GetStage"),
        code: 4,
        said: DENIED,
        ..THROTTLE
    },
    Drill {
        trap: "the role may not read its resources",
        fault: Some("denied:GetResources"),
        code: 4,
        said: DENIED,
        ..THROTTLE
    },
    Drill {
        trap: "the role may not change it",
        fault: Some("denied:UpdateStage"),
        seen: true,
        code: 1,
        said: DENIED,
        ..THROTTLE
    },
    Drill {
        trap: "the sign-in ends",
        fault: Some("expired-credentials"),
        seen: true,
        code: 6,
        said: EXPIRED,
        ..THROTTLE
    },
];

/// What comes after the preview is found by the look right before the request; all else by the checks, and no approval
/// gets past them.
#[test]
fn what_is_not_as_it_must_be_is_said_before_anything_is_sent() {
    let mut wrong = Vec::new();
    for drill in DRILLS {
        let desk = Station::edited(drill.means, drill.edits);
        let step = drill.means.restrict();
        let seen = drill.seen.then(|| desk.preview(step));
        if let Some(fault) = drill.fault {
            desk.world.inject(fault);
        }
        let start = desk.world();
        let did = match &seen {
            Some(seen) => desk.apply_as_seen(step, seen),
            None => desk.did(&["step", "check", &desk.run, step]),
        };
        let said = desk.said_of(&did, step);
        let when = match drill.seen {
            true => "before the change, after the preview",
            false => "before the change, by the checks",
        };
        told(drill.means, drill.trap, when, &did, &said);
        if did.code != drill.code || !said.contains(drill.said) {
            wrong.push(format!("{}: exit {} {said}", drill.trap, did.code));
        }
        if seen.is_none() {
            let shown = desk.did(&["step", "preview", &desk.run, step]);
            if shown.code == 0 {
                let did = desk.apply_as_seen(step, &shown.json());
                assert_eq!(did.code, drill.code, "{}: {}", drill.trap, did.err);
            }
        }
        assert_eq!((desk.changes(), desk.writes()), (0, 0), "{}", drill.trap);
        assert_eq!(desk.world(), start, "{}", drill.trap);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The method that has settings of its own is shown with them before anybody approves.
#[test]
fn the_preview_shows_what_a_method_has_of_its_own() {
    let desk = Station::open(Means::Throttle);
    let seen = desk.preview(Means::Throttle.restrict());
    let change = &seen["changes"][0];
    let line = |of: &str| {
        let lines = change[of].as_array().unwrap().iter();
        let mut lines = lines.map(|line| line.as_str().unwrap());
        lines
            .find(|line| line.contains("updatePassword"))
            .unwrap()
            .to_owned()
    };
    assert!(line("before").contains(": rate 5, burst 5"), "{change}");
    assert!(line("after").contains(": rate 0, burst 0"), "{change}");
    let caution = change["caution"].as_str().unwrap();
    assert!(caution.contains("AWS has no guard here"), "{caution}");
    assert_eq!(seen["calls"].as_array().unwrap().len(), 1);
    assert!(desk.settings(OWN).is_some());
}
