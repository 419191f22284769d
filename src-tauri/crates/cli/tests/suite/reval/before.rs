//! What is found before the change: nothing is sent, and the words say what is wrong and how to mend it.

use super::{Station, each, told};

/// Something that is not as it must be.
struct Drill {
    step: &'static str,
    trap: &'static str,
    /// What stands in the runbook or its target instead.
    edits: &'static [(&'static str, &'static str)],
    fault: Option<&'static str>,
    /// Whether it comes after the preview.
    seen: bool,
    code: i32,
    said: &'static str,
}

const STANDS: Drill = Drill {
    step: "reval-stands",
    ..AUTHORISER
};
const AUTHORISER: Drill = Drill {
    step: "reval-authorizer",
    trap: "",
    edits: &[],
    fault: None,
    seen: false,
    code: 3,
    said: "",
};
const SNAPSHOT: Drill = Drill {
    step: "reval-snapshot",
    ..AUTHORISER
};
const STAGE: Drill = Drill {
    step: "reval-stage",
    ..AUTHORISER
};
const FLUSH: Drill = Drill {
    step: "reval-flush",
    ..AUTHORISER
};
const INVALIDATION: Drill = Drill {
    step: "reval-invalidate",
    ..AUTHORISER
};

const DRILLS: &[Drill] = &[
    Drill {
        trap: "somebody left a method open and undeployed",
        fault: Some("unfinished-work"),
        said: "POST /api/doctors asks for nothing; POST /api/doctors is not deployed",
        ..STANDS
    },
    Drill {
        trap: "a canary is on the stage",
        fault: Some("stage-canary"),
        said: "a canary beside the stage's deployment",
        ..STANDS
    },
    Drill {
        trap: "another authoriser is meant",
        edits: &[("reval_authorizer = \"re7al1\"", "reval_authorizer = \"re7al2\"")],
        said: "asks authoriser re7al1",
        ..STANDS
    },
    Drill {
        trap: "the page is of another origin",
        edits: &[(
            "origin = \"https://${reval_host}\"",
            "origin = \"https://apps.example.nhs.test\"",
        )],
        said: "refusals are read by https://reval.example.nhs.test",
        ..STANDS
    },
    Drill {
        trap: "the role may not ask who holds a name",
        fault: Some("denied:ListConflictingAliases"),
        code: 4,
        said: "not allowed",
        ..STANDS
    },
    Drill {
        trap: "another distribution holds the name",
        fault: Some("alias-elsewhere"),
        said: "reval.example.nhs.test is held by distribution *******ELSEWHER",
        ..STANDS
    },
    Drill {
        trap: "it is an HTTP API",
        edits: &[("reval_api = \"r3v4l5a6p7\"", "reval_api = \"h7t8t9p0a1\"")],
        said: "is no REST API: it is one of protocol HTTP",
        ..AUTHORISER
    },
    Drill {
        trap: "there is no such API",
        edits: &[("reval_api = \"r3v4l5a6p7\"", "reval_api = \"r3v4l5a6p8\"")],
        said: "There is no such REST API",
        ..AUTHORISER
    },
    Drill {
        trap: "there is no such authoriser",
        edits: &[("reval_authorizer = \"re7al1\"", "reval_authorizer = \"re7al2\"")],
        said: "or no such stage of it",
        ..AUTHORISER
    },
    Drill {
        trap: "Cognito asks the canary for a new password",
        fault: Some("sign-in-challenge"),
        code: 4,
        said: "NEW_PASSWORD_REQUIRED",
        ..AUTHORISER
    },
    Drill {
        trap: "the clock of who issues tokens is ahead",
        fault: Some("token-clock-ahead"),
        code: 4,
        said: "ahead of this computer's clock",
        ..AUTHORISER
    },
    Drill {
        trap: "the role may not read it",
        fault: Some("denied:GetAuthorizer"),
        code: 4,
        said: "not allowed",
        ..AUTHORISER
    },
    Drill {
        trap: "the role may not change it",
        fault: Some("denied:UpdateAuthorizer"),
        seen: true,
        code: 1,
        said: "not allowed",
        ..AUTHORISER
    },
    Drill {
        trap: "the sign-in to AWS ends",
        fault: Some("expired-credentials"),
        seen: true,
        code: 6,
        said: "The AWS credentials have expired",
        ..AUTHORISER
    },
    Drill {
        trap: "somebody added a pool to the authoriser, which would go live with the deployment",
        fault: Some("authorizer-edited"),
        said: "not expected: arn:aws:cognito-idp:eu-west-2:…9012:userpool/",
        ..SNAPSHOT
    },
    Drill {
        trap: "the role may not deploy",
        fault: Some("denied:CreateDeployment"),
        seen: true,
        code: 1,
        said: "not allowed",
        ..SNAPSHOT
    },
    Drill {
        trap: "a canary is on the stage",
        fault: Some("stage-canary"),
        said: "A canary takes a share of the requests of this stage",
        ..STAGE
    },
    Drill {
        trap: "a canary comes onto the stage",
        fault: Some("stage-canary"),
        seen: true,
        code: 5,
        said: "A canary takes a share of the requests of this stage",
        ..STAGE
    },
    Drill {
        trap: "somebody deploys to the stage",
        fault: Some("stage-moved"),
        seen: true,
        code: 5,
        said: "changed since you saw the preview",
        ..STAGE
    },
    Drill {
        trap: "the stage is no stage of this API",
        edits: &[("reval_stage = \"prod\"", "reval_stage = \"live\"")],
        said: "or no such stage of it",
        ..STAGE
    },
    Drill {
        trap: "the role may not point it",
        fault: Some("denied:UpdateStage"),
        seen: true,
        code: 1,
        said: "not allowed",
        ..STAGE
    },
    Drill {
        trap: "the role may not flush",
        fault: Some("denied:FlushStageAuthorizersCache"),
        seen: true,
        code: 1,
        said: "not allowed",
        ..FLUSH
    },
    Drill {
        trap: "the distribution is disabled",
        fault: Some("distribution-disabled"),
        said: "is disabled: it answers nobody",
        ..INVALIDATION
    },
    Drill {
        trap: "there is no such distribution",
        edits: &[("E1REHEARSALREV", "E1REHEARSALREW")],
        said: "There is no such distribution",
        ..INVALIDATION
    },
    Drill {
        trap: "the alias is held by another distribution",
        fault: Some("alias-elsewhere"),
        said: "reval.example.nhs.test is held by distribution *******ELSEWHER",
        ..INVALIDATION
    },
    Drill {
        trap: "the role may not invalidate",
        fault: Some("denied:CreateInvalidation"),
        seen: true,
        code: 1,
        said: "not allowed",
        ..INVALIDATION
    },
];

/// What comes after the preview is found by the look right before the request; all else by the checks, and no approval
/// gets past them.
#[test]
fn what_is_not_as_it_must_be_is_said_before_anything_is_sent() {
    let wrong = each(DRILLS, |drill| {
        let desk = Station::reval_with(drill.edits);
        let step = drill.step;
        desk.before(step);
        let seen = drill.seen.then(|| desk.preview(step));
        if let Some(fault) = drill.fault {
            desk.world.inject(fault);
        }
        let (start, sent) = (desk.world(), desk.requests());
        let did = match &seen {
            Some(seen) => desk.apply_as_seen(step, seen),
            None => desk.did(&["step", "check", &desk.run, step]),
        };
        let said = desk.said_of(&did, step);
        let when = match drill.seen {
            true => "before the change, after the preview",
            false => "before the change, by the checks",
        };
        told(step, drill.trap, when, &did, &said);
        assert_eq!(desk.requests(), sent, "{}", drill.trap);
        assert_eq!(desk.world(), start, "{}", drill.trap);
        match did.code == drill.code && said.contains(drill.said) {
            true => Vec::new(),
            false => vec![format!("{}: exit {} {said}", drill.trap, did.code)],
        }
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Work of others that was never deployed goes out with the deployment: it is named before anybody approves.
#[test]
fn unfinished_work_of_others_is_named_before_the_stage_is_pointed_at_it() {
    let desk = Station::reval();
    desk.before("reval-snapshot");
    desk.world.inject("unfinished-work");
    desk.apply("reval-snapshot");
    let seen = desk.preview("reval-stage");
    let caution = seen["changes"][0]["caution"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    println!("| reval-stage | the deployment has somebody's unfinished work | before the change | {seen} |");
    assert!(caution.contains("POST /api/doctors"), "{caution}");
}
