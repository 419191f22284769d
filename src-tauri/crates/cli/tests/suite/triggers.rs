//! The functions that the new pool calls, looked at by the real command line against a served world: each thing that can be
//! wrong with a permission or with a function, what the console says of it, how it is mended, and that it says nothing
//! where it can see nothing.

mod traps;

use serde_json::Value;

use self::traps::TRAPS;
use crate::shared::{self, Did, Served, program};

const RUNBOOK: &str = r#"
id = "triggers"
title = "Look at the triggers"
version = "1.0.0"

[[phase]]
id = "before"
title = "Before"

[[phase.step]]
id = "pool-triggers"
title = "The pool may invoke its triggers"
plan_ref = "pre.1"
kind = "check"
why = "Without the permission every sign-in fails."
owner = "Platform team"
affects = "Nobody: it only looks."

[[phase.step.before]]
id = "migrate-user"
title = "The pool may invoke the migrate-user function"
kind = "lambda.trigger"
function = "arn:aws:lambda:eu-west-2:123456789012:function:rehearsal-migrate-user"
pool_arn = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL1"
believable = "15 min"

[[phase.step.before]]
id = "pre-token"
title = "The pool may invoke the pre-token function"
kind = "lambda.trigger"
function = "arn:aws:lambda:eu-west-2:123456789012:function:rehearsal-pre-token"
pool_arn = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_REHEARSAL1"
believable = "15 min"
"#;

/// What shows in nothing that is looked at here: who is brought over, and what is in a token. The canary proves it.
const UNSEEN: [&str; 4] = [
    "migrate-no-confirmed",
    "migrate-welcome-mail",
    "migrate-unverified",
    "pre-token-empty",
];

struct Home {
    folder: tempfile::TempDir,
    world: Served,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Served::by(program(folder.path()));
        Self { folder, world }
    }

    fn did(&self, words: &[&str]) -> Did {
        Did::of(program(self.folder.path()).args(words).output().unwrap())
    }

    /// The runbook with something else in the place of something.
    fn book(&self, name: &str, edits: &[(&str, &str)]) -> String {
        let text = edits.iter().fold(RUNBOOK.to_owned(), |text, (was, is)| {
            assert!(text.contains(was), "{was}");
            text.replace(was, is)
        });
        shared::runbook(self.folder.path(), name, &text)
            .display()
            .to_string()
    }

    /// A run of it.
    #[track_caller]
    fn run(&self, name: &str, edits: &[(&str, &str)]) -> String {
        let book = self.book(name, edits);
        let opened = self
            .did(&["run", "new", &book, "--target", "rehearsal", "--json"])
            .code(0);
        opened.json()["run"].as_str().unwrap().to_owned()
    }

    /// The reading of a check.
    #[track_caller]
    fn reading(&self, run: &str, check: &str, code: i32) -> Value {
        let did = self
            .did(&["step", "check", run, "pool-triggers", "--json"])
            .code(code);
        let document = did.json();
        let all = document["checks"].as_array().unwrap();
        all.iter().find(|one| one["id"] == check).unwrap().clone()
    }
}

#[test]
fn whatever_is_wrong_with_a_trigger_is_said_with_what_mends_it() {
    let home = Home::new();
    let mut wrong = Vec::new();
    for (at, trap) in TRAPS.iter().enumerate() {
        let run = home.run(&format!("triggers-{at}"), trap.edits);
        if let Some(fault) = trap.fault {
            home.world.inject(fault);
        }
        let reading = home.reading(&run, trap.check, trap.code);
        let text = |field: &str| reading[field].as_str().unwrap_or_default().to_owned();
        println!("| {} | {} | exit {} |", trap.trap, text("observed"), trap.code);
        for (field, part) in [("observed", trap.said), ("mend", trap.mend)] {
            if !text(field).contains(part) {
                wrong.push(format!("{}: {part:?} in {field}: {reading:#}", trap.trap));
            }
        }
        if let Some(fault) = trap.fault {
            let name = fault.split(':').next().unwrap();
            home.world
                .control(async |client| client.lift(name).await.unwrap());
        }
    }
    // Sound again, and nobody was let in or run meanwhile.
    let run = home.run("triggers-sound", &[]);
    let sound = home.reading(&run, "migrate-user", 0);
    assert!(
        sound["observed"]
            .as_str()
            .unwrap()
            .contains("statement cognito-may-invoke"),
        "{sound:#}"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_only_a_sign_in_can_show_is_not_claimed() {
    let home = Home::new();
    let run = home.run("triggers", &[]);
    for fault in UNSEEN {
        home.world.inject(fault);
        for check in ["migrate-user", "pre-token"] {
            let reading = home.reading(&run, check, 0);
            let said = reading["observed"].as_str().unwrap();
            assert!(
                said.contains("our own dry run was taken, which says nothing of Cognito"),
                "{said}"
            );
        }
        home.world
            .control(async |client| client.lift(fault).await.unwrap());
    }
}

#[test]
fn an_arn_that_can_be_none_is_refused_before_anything_is_asked() {
    let home = Home::new();
    for (at, (was, is, said)) in [
        (
            "function:rehearsal-migrate-user\"",
            "layer:rehearsal-migrate-user:3\"",
            "the ARN of a layer, which nobody can invoke",
        ),
        (
            "arn:aws:lambda:eu-west-2:123456789012:function:rehearsal-pre-token",
            "rehearsal-pre-token",
            "no ARN of a Lambda function",
        ),
        (
            "userpool/eu-west-2_REHEARSAL1",
            "eu-west-2_REHEARSAL1",
            "no ARN of a user pool",
        ),
        (
            "lambda:eu-west-2",
            "lambda:us-east-1",
            "a pool calls functions of its own region",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let book = home.book(&format!("refused-{at}"), &[(was, is)]);
        let did = home.did(&["run", "new", &book, "--target", "rehearsal"]);
        assert_ne!(did.code, 0, "{is}");
        assert!(
            did.err.contains(said) || did.out.contains(said),
            "{said}: {} {}",
            did.out,
            did.err
        );
    }
    let counts = home.world.control(async |client| client.counts().await.unwrap());
    assert!(!counts.keys().any(|key| key.starts_with("lambda:")), "{counts:?}");
}
