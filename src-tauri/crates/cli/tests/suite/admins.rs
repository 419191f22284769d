//! The new Admins-UI, the gateway that it calls and the distribution before it, looked at before the night by the real
//! command line against a served world: each thing that may be wrong, what the console says of it, and that it is said
//! before anything is switched.

use crate::reval::{each, told};
use crate::station::Station;

const API: &str = "admins-api";
const UI: &str = "admins-ui-answers";
const PATHS: &str = "admins-ui-paths";

/// Something that is not as it must be.
struct Trap {
    step: &'static str,
    is: &'static str,
    /// What stands in the runbook or its target instead.
    edits: &'static [(&'static str, &'static str)],
    faults: &'static [&'static str],
    code: i32,
    said: &'static str,
    /// What the mend speaks of.
    mend: &'static str,
}

const NOTHING: Trap = Trap {
    step: API,
    is: "",
    edits: &[],
    faults: &[],
    code: 3,
    said: "",
    mend: "",
};

const TRAPS: &[Trap] = &[
    Trap {
        is: "somebody left a method open and undeployed",
        faults: &["unfinished-work:admins"],
        said: "POST /profile/api/users/{u}/roles asks for nothing; POST /profile/api/users/{u}/roles is not deployed",
        mend: "Give the method the authoriser in Terraform, and deploy.",
        ..NOTHING
    },
    Trap {
        is: "a method that writes has no authoriser",
        faults: &["method-open:admins"],
        said: "PUT /profile/api/users/{u} asks for nothing",
        mend: "Give the method the authoriser in Terraform, and deploy.",
        ..NOTHING
    },
    Trap {
        is: "no page may read a refusal",
        faults: &["refusals-unreadable:admins"],
        said: "no page may read a refusal: DEFAULT_4XX has no Access-Control-Allow-Origin",
        mend: "Set Access-Control-Allow-Origin of the gateway response DEFAULT_4XX",
        ..NOTHING
    },
    Trap {
        is: "a canary is on the stage",
        faults: &["stage-canary:admins"],
        said: "a canary beside the stage's deployment",
        mend: "Promote the canary or delete it",
        ..NOTHING
    },
    Trap {
        is: "another authoriser is meant",
        edits: &[(
            "admins_new_authorizer = \"adm1n1\"",
            "admins_new_authorizer = \"adm1n2\"",
        )],
        said: "asks authoriser adm1n1",
        mend: "Give the method the authoriser in Terraform, and deploy.",
        ..NOTHING
    },
    Trap {
        is: "the page is of another origin",
        edits: &[(
            "origin = \"https://${name}\"",
            "origin = \"https://reval.example.nhs.test\"",
        )],
        said: "refusals are read by https://apps.example.nhs.test",
        mend: "Set Access-Control-Allow-Origin",
        ..NOTHING
    },
    Trap {
        is: "the authoriser takes a pool that it must not take",
        edits: &[("userpool/eu-west-2_REHEARSAL0", "userpool/eu-west-2_REHEARSAL1")],
        said: "userpool/eu-west-2_REHEARSAL1",
        mend: "Take the old pool out of the authoriser",
        ..NOTHING
    },
    Trap {
        is: "somebody added a pool to the authoriser",
        faults: &["authorizer-edited:admins"],
        said: "not expected: arn:aws:cognito-idp:eu-west-2:…9012:userpool/",
        mend: "Find out who added it",
        ..NOTHING
    },
    Trap {
        is: "the read is one of another API, which takes the old pool",
        edits: &[(
            "admins_new_read = \"https://n3w4a5d6m7.",
            "admins_new_read = \"https://r3v4l5a6p7.",
        )],
        said: "a token of eu-west-2_REHEARSAL0 is still answered (HTTP 200); a token of eu-west-2_REHEARSAL1 is refused",
        mend: "Look at the pools of the authoriser",
        ..NOTHING
    },
    Trap {
        is: "the read is one that nothing guards",
        edits: &[
            ("prod/profile/api/userinfo\"", "prod/usermanagement/api/users\""),
            (
                "admins_new_read = \"https://n3w4a5d6m7.",
                "admins_new_read = \"https://a1b2c3d4e5.",
            ),
        ],
        said: "without a token: HTTP 200, not 401",
        mend: "Look at the pools of the authoriser",
        ..NOTHING
    },
    Trap {
        is: "it is an HTTP API",
        edits: &[(
            "admins_new_api = \"n3w4a5d6m7\"",
            "admins_new_api = \"h7t8t9p0a1\"",
        )],
        said: "is no REST API: it is one of protocol HTTP",
        ..NOTHING
    },
    Trap {
        is: "Cognito asks the canary for a new password",
        faults: &["sign-in-challenge"],
        code: 4,
        said: "NEW_PASSWORD_REQUIRED",
        ..NOTHING
    },
    Trap {
        is: "the role may not read what a refusal says",
        faults: &["denied:GetGatewayResponse"],
        code: 4,
        said: "not allowed",
        ..NOTHING
    },
    Trap {
        step: UI,
        is: "it was built for another environment",
        faults: &["wrong-bundle"],
        said: "eu-west-2_REHEARSAL1",
        mend: "Build Admins-UI with the settings of this target",
        ..NOTHING
    },
    Trap {
        step: UI,
        is: "the target names another client",
        edits: &[("rehearsaladminsclient000001", "rehearsaladminsclient000002")],
        said: "rehearsaladminsclient000002",
        mend: "Build Admins-UI with the settings of this target",
        ..NOTHING
    },
    Trap {
        step: UI,
        is: "the distribution is disabled",
        faults: &["distribution-disabled:admins"],
        said: "HTTP 403",
        ..NOTHING
    },
    Trap {
        step: UI,
        is: "the certificate was issued in another region",
        faults: &["certificate-elsewhere:admins"],
        said: "the certificate is for other names: wrong-name.example.nhs.test",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "another distribution holds the name",
        faults: &["alias-elsewhere:admins"],
        said: "apps.example.nhs.test is held by distribution *******ELSEWHER",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "the certificate was issued in another region",
        faults: &["certificate-elsewhere:admins"],
        said: "has no certificate of its own, but CloudFront's for *.cloudfront.net: a browser refuses its names; does not answer for apps.example.nhs.test",
        mend: "Attach a certificate of us-east-1",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "Keycloak is not routed",
        faults: &["behaviour-missing"],
        said: "/auth/ falls to the default behaviour",
        mend: "Add a behaviour",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "another path is not routed",
        faults: &["behaviour-missing:/sync"],
        said: "/sync/api/health falls to the default behaviour",
        mend: "Add a behaviour",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "the target leaves /auth out, and it is not routed",
        edits: &[("\"/auth/realms/example\", ", "")],
        faults: &["behaviour-missing:/auth"],
        said: "/auth/ falls to the default behaviour",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "the distribution is disabled",
        faults: &["distribution-disabled:admins"],
        said: "disabled: it answers nobody",
        mend: "Enable it",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "an invalidation is under way",
        faults: &["invalidation-stuck", "invalidation-begun:admins"],
        said: "an invalidation is under way",
        mend: "Wait until it is completed",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "it is the distribution of another application",
        edits: &[("E1REHEARSALADM", "E1REHEARSALREV")],
        said: "does not answer for apps.example.nhs.test",
        mend: "Add the name to its alternate domain names",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "there is no such distribution",
        edits: &[("E1REHEARSALADM", "E1REHEARSALADN")],
        said: "There is no such distribution",
        ..NOTHING
    },
    Trap {
        step: PATHS,
        is: "the role may not ask who holds a name",
        faults: &["denied:ListConflictingAliases"],
        code: 4,
        said: "not allowed",
        ..NOTHING
    },
];

fn desk(edits: &[(&str, &str)]) -> Station {
    Station::of_bundled("admins", switchback_testkit::bundled::admins(), edits)
}

/// Where nothing is wrong, each step is ready, nothing is changed, and what is wrong with Reval's is not theirs.
#[test]
fn what_is_as_it_must_be_passes() {
    let desk = desk(&[]);
    for fault in [
        "unfinished-work",
        "method-open",
        "refusals-unreadable",
        "stage-canary",
        "distribution-disabled",
        "alias-elsewhere",
        "certificate-elsewhere",
        "invalidation-stuck",
        "invalidation-begun",
    ] {
        desk.world.inject(fault);
    }
    let start = desk.world();
    for step in [API, UI, PATHS] {
        let did = desk.did(&["step", "check", &desk.run, step]);
        let said = desk.said_of(&did, step);
        told(
            step,
            "nothing is wrong with it",
            "before the night, by the checks",
            &did,
            &said,
        );
        assert_eq!(did.code, 0, "{step}: {said}");
        assert_eq!(did.json()["ready"], true, "{step}: {said}");
        let tones = did.json()["checks"].as_array().unwrap().clone();
        assert!(tones.iter().all(|check| check["tone"] == "passing"), "{tones:?}");
    }
    assert_eq!(desk.world(), start);
}

#[test]
fn what_is_not_as_it_must_be_is_said_before_the_night() {
    let wrong = each(TRAPS, |trap| {
        let desk = desk(trap.edits);
        for fault in trap.faults {
            desk.world.inject(fault);
        }
        let start = desk.world();
        let did = desk.did(&["step", "check", &desk.run, trap.step]);
        let said = desk.said_of(&did, trap.step);
        told(trap.step, trap.is, "before the night, by the checks", &did, &said);
        assert_eq!(desk.world(), start, "{}", trap.is);
        let mut wrong = Vec::new();
        if did.code != trap.code || !said.contains(trap.said) {
            wrong.push(format!("{}: exit {} {said}", trap.is, did.code));
        }
        let mends = format!("{} {}", did.out, did.err);
        if !mends.contains(trap.mend) {
            wrong.push(format!("{}: no word of “{}” in {mends}", trap.is, trap.mend));
        }
        // What can be mended is, and then nothing is wrong.
        let lifted: Vec<&&str> = trap.faults.iter().filter(|fault| !at_once(fault)).collect();
        if !lifted.is_empty() && trap.edits.is_empty() {
            for fault in lifted {
                desk.world.lift(fault);
            }
            let again = (0..20).find(|_| {
                std::thread::sleep(std::time::Duration::from_millis(100));
                desk.did(&["step", "check", &desk.run, trap.step]).code == 0
            });
            if again.is_none() {
                wrong.push(format!("{}: still {}", trap.is, desk.said(trap.step)));
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn at_once(fault: &str) -> bool {
    fault
        .parse::<switchback_rehearsal::Fault>()
        .unwrap()
        .happens_at_once()
}
