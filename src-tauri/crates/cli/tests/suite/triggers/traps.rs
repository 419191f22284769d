//! What can be wrong with a trigger, what the console says of it, and how it is mended.

const ADD: &str = "aws lambda add-permission --region eu-west-2 --function-name rehearsal-migrate-user";

/// Something that is wrong.
pub struct Trap {
    pub trap: &'static str,
    /// A fault of the world.
    pub fault: Option<&'static str>,
    /// Something else in the place of something in the runbook.
    pub edits: &'static [(&'static str, &'static str)],
    pub check: &'static str,
    pub code: i32,
    pub said: &'static str,
    pub mend: &'static str,
}

const TRAP: Trap = Trap {
    trap: "",
    fault: None,
    edits: &[],
    check: "migrate-user",
    code: 3,
    said: "",
    mend: "",
};

pub const TRAPS: [Trap; 19] = [
    Trap {
        trap: "the permission is gone",
        fault: Some("migrate-permission-missing"),
        said: "nobody may invoke it by this name",
        mend: ADD,
        ..TRAP
    },
    Trap {
        trap: "the permission stands with an alias, and the pool names none",
        fault: Some("migrate-permission-missing:alias"),
        said: "one of an alias or of the bare name does not count for another",
        mend: ADD,
        ..TRAP
    },
    Trap {
        trap: "the pool names an alias, and the permission stands with the function",
        edits: &[(
            "function:rehearsal-migrate-user\"",
            "function:rehearsal-migrate-user:live\"",
        )],
        said: "nobody may invoke it by this name",
        mend: "--qualifier 'live'",
        ..TRAP
    },
    Trap {
        trap: "the permission is another pool's",
        fault: Some("trigger-source-other-pool"),
        said: "its policy lets another pool invoke it, and not this one",
        mend: ADD,
        ..TRAP
    },
    Trap {
        trap: "the permission of the other function is another pool's as well",
        fault: Some("trigger-source-other-pool"),
        check: "pre-token",
        said: "its policy lets another pool invoke it, and not this one",
        mend: "--source-arn arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL1",
        ..TRAP
    },
    Trap {
        trap: "the function is Reval's of the old pool",
        edits: &[(
            "function:rehearsal-pre-token\"",
            "function:rehearsal-reval-pre-token\"",
        )],
        check: "pre-token",
        said: "its policy lets another pool invoke it, and not this one",
        mend: "--function-name rehearsal-reval-pre-token",
        ..TRAP
    },
    Trap {
        trap: "the function is asleep",
        fault: Some("trigger-inactive"),
        said: "Inactive (Idle): ",
        mend: "Have its owner invoke it once",
        ..TRAP
    },
    Trap {
        trap: "the function is switched off",
        fault: Some("trigger-concurrency-zero"),
        check: "pre-token",
        said: "it is switched off: its reserved concurrency is 0",
        mend: "aws lambda delete-function-concurrency --region eu-west-2 --function-name rehearsal-pre-token",
        ..TRAP
    },
    Trap {
        trap: "the function may take too long",
        fault: Some("migrate-slow"),
        said: "it may take 30 s: Cognito waits for 5 s, and asks three times",
        mend: "--function-name rehearsal-migrate-user --timeout 5",
        ..TRAP
    },
    Trap {
        trap: "there is no such function",
        edits: &[(
            "function:rehearsal-migrate-user\"",
            "function:rehearsal-migrate\"",
        )],
        said: "There is no such function",
        mend: "Look at the ARN in the target file",
        ..TRAP
    },
    Trap {
        trap: "there is no such version",
        edits: &[(
            "function:rehearsal-migrate-user\"",
            "function:rehearsal-migrate-user:7\"",
        )],
        said: "or no such alias or version of it",
        mend: "its alias or version",
        ..TRAP
    },
    Trap {
        trap: "both are in another region",
        edits: &[
            ("lambda:eu-west-2", "lambda:us-east-1"),
            (
                "cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_",
                "cognito-idp:us-east-1:123456789012:userpool/us-east-1_",
            ),
        ],
        said: "the function is in us-east-1, the target in eu-west-2",
        mend: "another environment's",
        ..TRAP
    },
    Trap {
        trap: "the function is of another account",
        edits: &[("lambda:eu-west-2:123456789012", "lambda:eu-west-2:210987654321")],
        said: "the function is of account …4321",
        mend: "another environment's",
        ..TRAP
    },
    Trap {
        trap: "the role may not read the policy",
        fault: Some("denied:GetPolicy"),
        code: 4,
        said: "not allowed",
        ..TRAP
    },
    Trap {
        trap: "the role may not invoke it",
        fault: Some("denied:Invoke"),
        code: 4,
        said: "not allowed",
        ..TRAP
    },
    Trap {
        trap: "Lambda is asked too often",
        fault: Some("throttle:GetFunctionConcurrency:0"),
        code: 4,
        said: "too many requests",
        ..TRAP
    },
    Trap {
        trap: "the policy comes in part",
        fault: Some("answer-cut:GetPolicy:0"),
        code: 4,
        said: "could not be read",
        ..TRAP
    },
    Trap {
        trap: "Lambda fails",
        fault: Some("error-before:GetFunctionConfiguration:ServiceException:0"),
        code: 4,
        said: "Lambda failed",
        ..TRAP
    },
    Trap {
        trap: "the credentials have expired",
        fault: Some("expired-credentials"),
        code: 4,
        said: "expired",
        ..TRAP
    },
];
