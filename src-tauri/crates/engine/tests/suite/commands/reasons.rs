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
