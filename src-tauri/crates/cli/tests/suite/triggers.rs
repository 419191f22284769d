//! The functions that the new pool calls, looked at by the real command line against a served world: each thing that can be
//! wrong with a permission or with a function, what the console says of it, how it is mended, and that it says nothing
//! where it can see nothing.

mod traps;

use serde_json::Value;

use self::traps::TRAPS;
use crate::shared;
use crate::station::Station;

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

impl Station {
    /// The runbook with something else in the place of something.
    fn triggers(&self, name: &str, edits: &[(&str, &str)]) -> String {
        let text = edits.iter().fold(RUNBOOK.to_owned(), |text, (was, is)| {
            assert!(text.contains(was), "{was}");
            text.replace(was, is)
        });
        shared::runbook(self.home.path(), name, &text)
            .display()
            .to_string()
    }

    /// Opens a run of it.
    #[track_caller]
    fn open_triggers(&mut self, name: &str, edits: &[(&str, &str)]) {
        let book = self.triggers(name, edits);
        self.open_run(&book, "rehearsal");
    }

    /// The reading of a check.
    #[track_caller]
    fn reading(&self, check: &str, code: i32) -> Value {
        let document = self
            .say(code, &["step", "check", &self.run, "pool-triggers"])
            .json();
        let all = document["checks"].as_array().unwrap();
        all.iter().find(|one| one["id"] == check).unwrap().clone()
    }
}

#[test]
fn whatever_is_wrong_with_a_trigger_is_said_with_what_mends_it() {
    let mut desk = Station::served("1");
    let mut wrong = Vec::new();
    for (at, trap) in TRAPS.iter().enumerate() {
        desk.open_triggers(&format!("triggers-{at}"), trap.edits);
        if let Some(fault) = trap.fault {
            desk.world.inject(fault);
        }
        let reading = desk.reading(trap.check, trap.code);
        let text = |field: &str| reading[field].as_str().unwrap_or_default().to_owned();
        println!("| {} | {} | exit {} |", trap.trap, text("observed"), trap.code);
        for (field, part) in [("observed", trap.said), ("mend", trap.mend)] {
            if !text(field).contains(part) {
                wrong.push(format!("{}: {part:?} in {field}: {reading:#}", trap.trap));
            }
        }
        if let Some(fault) = trap.fault {
            let name = fault.split(':').next().unwrap();
            desk.lift(name);
        }
    }
    // Sound again, and nobody was let in or run meanwhile.
    desk.open_triggers("triggers-sound", &[]);
    let sound = desk.reading("migrate-user", 0);
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
    let mut desk = Station::served("1");
    desk.open_triggers("triggers", &[]);
    for fault in UNSEEN {
        desk.world.inject(fault);
        for check in ["migrate-user", "pre-token"] {
            let reading = desk.reading(check, 0);
            let said = reading["observed"].as_str().unwrap();
            assert!(
                said.contains("our own dry run was taken, which says nothing of Cognito"),
                "{said}"
            );
        }
        desk.lift(fault);
    }
}

#[test]
fn an_arn_that_can_be_none_is_refused_before_anything_is_asked() {
    let desk = Station::served("1");
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
        let book = desk.triggers(&format!("refused-{at}"), &[(was, is)]);
        let did = desk.did(&["run", "new", &book, "--target", "rehearsal"]);
        assert_ne!(did.code, 0, "{is}");
        assert!(
            did.err.contains(said) || did.out.contains(said),
            "{said}: {} {}",
            did.out,
            did.err
        );
    }
    let counts = desk.world.control(async |client| client.counts().await.unwrap());
    assert!(!counts.keys().any(|key| key.starts_with("lambda:")), "{counts:?}");
}
