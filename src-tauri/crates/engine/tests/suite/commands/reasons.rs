//! Which commands need a reason.

use switchback_engine::decide::{Facts, decide};
use switchback_model::{Command, EventKind, Resolution, RunState, Submission};
use switchback_testkit::journal::operator;
use switchback_testkit::plans::id;

use super::stories::{Story, now};

#[test]
fn people_give_reasons() {
    let story = Story::new();
    for (words, command) in [
        ("", Command::Skip { step: id("s") }),
        ("", Command::Hold),
        ("skip", Command::Reopen { step: id("s") }),
        (
            "check pass apply answer expire",
            Command::Accept { step: id("s") },
        ),
        (
            "check pass apply lose",
            Command::Resolve {
                step: id("s"),
                as_: Resolution::Before,
            },
        ),
        (
            "check pass apply answer verify confirm halt",
            Command::RollbackAbandon,
        ),
    ] {
        let (run, _) = story.run(&story.tell(words));
        for reason in [None, Some(" ".to_owned())] {
            let asked = Submission {
                command: command.clone(),
                basis: None,
                by: operator(),
                reason,
            };
            let refused = decide(&run, &asked, now(), &Facts::default()).unwrap_err();
            assert_eq!(
                refused.code,
                switchback_engine::RejectionCode::NeedsReason,
                "{command:?}"
            );
        }
    }
    assert_eq!(story.run(&[]).0.state, RunState::Open);
}

/// The words of a refusal are for people, and none of them is the name of a command.
#[test]
fn a_missing_reason_is_asked_for_in_words() {
    let story = Story::new();
    let (run, _) = story.run(&story.tell("check pass apply answer verify confirm halt"));
    let item = run.rollback.as_ref().unwrap().item().unwrap().id.clone();
    for (command, words) in [
        (
            Command::RollbackDone { item },
            "A reason is needed to say that an item is done.",
        ),
        (
            Command::RollbackAbandon,
            "A reason is needed to give the way back up.",
        ),
        (Command::Hold, "A reason is needed to hold."),
    ] {
        let asked = Submission {
            command,
            basis: None,
            by: operator(),
            reason: None,
        };
        let refused = decide(&run, &asked, now(), &Facts::default()).unwrap_err();
        assert_eq!(refused.message, words);
    }
}

/// Whoever wants to stop is not asked why first; a reason that is given is kept.
#[tokio::test]
async fn a_stop_needs_no_reason() {
    let story = Story::new();
    let (run, _) = story.run(&[]);
    for (reason, kept) in [(None, ""), (Some("  "), ""), (Some(" smoke "), "smoke")] {
        let asked = Submission {
            command: Command::Stop,
            basis: None,
            by: operator(),
            reason: reason.map(str::to_owned),
        };
        let events = decide(&run, &asked, now(), &Facts::default()).unwrap();
        assert_eq!(
            events,
            vec![EventKind::StopRequested {
                by: operator(),
                reason: kept.to_owned(),
            }],
        );
    }
}
