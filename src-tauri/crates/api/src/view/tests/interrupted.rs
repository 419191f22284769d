//! What is said of a call that was in flight when the last console ended.

use switchback_engine::run::Interrupted;
use switchback_model::{Finding, Image, StepState, Unknown, Way};
use switchback_testkit::plans::{id, tis_like};

use super::{DONE, attempted, open, put, t};
use crate::view::interrupted::{found, view};
use crate::view::{Live, snapshot};

fn other() -> Finding {
    let unknown = Unknown::of(serde_json::json!({ "kind": "thing" }), "kind").expect("an object");
    Finding::Other {
        found: Image::Unknown(unknown),
        differences: Vec::new(),
    }
}

fn unclear() -> Finding {
    Finding::Unclear {
        why: "the zone can't be read".to_owned(),
    }
}

#[test]
fn the_finding_is_said_in_words_and_only_once_it_is_one() {
    let in_doubt = StepState::InDoubt { n: 1 };
    let undo_in_doubt = StepState::UndoInDoubt { n: 1 };
    let undone = StepState::Undone { accepted: false };
    let partial = || Finding::Partial {
        differences: Vec::new(),
    };
    let cases = [
        (
            Way::Apply,
            in_doubt,
            None,
            "Checking what really happened.",
            false,
        ),
        (
            Way::Apply,
            StepState::Applying { n: 1 },
            None,
            "Checking what really happened.",
            false,
        ),
        (
            Way::Apply,
            in_doubt,
            Some(unclear()),
            "Checking what really happened: the zone can't be read",
            false,
        ),
        // Two looks must agree: one alone is no finding yet.
        (
            Way::Apply,
            in_doubt,
            Some(Finding::After),
            "Checking what really happened.",
            false,
        ),
        (
            Way::Apply,
            StepState::Verifying { n: 1 },
            Some(Finding::After),
            "The change took effect.",
            true,
        ),
        (
            Way::Apply,
            DONE,
            Some(Finding::After),
            "The change took effect. Nothing was sent again.",
            true,
        ),
        (
            Way::Apply,
            StepState::Failed,
            Some(Finding::Before),
            "The change did not take effect",
            true,
        ),
        (
            Way::Apply,
            StepState::Foreign,
            Some(other()),
            "Something else is there",
            true,
        ),
        (
            Way::Apply,
            StepState::Foreign,
            Some(partial()),
            "Only a part of it took effect",
            true,
        ),
        (
            Way::Undo,
            undo_in_doubt,
            None,
            "Checking what really happened.",
            false,
        ),
        (
            Way::Undo,
            undone,
            Some(Finding::Before),
            "The way back took effect",
            true,
        ),
        (
            Way::Undo,
            StepState::UndoFailed,
            Some(Finding::After),
            "The way back did not take effect",
            true,
        ),
    ];
    for (way, state, finding, sentence, settled) in cases {
        let mut run = open(&tis_like());
        attempted(&mut run, "mid.3", Finding::Before, Vec::new());
        put(&mut run, "mid.3", state);
        let told = format!("{way:?} {state:?} {finding:?}");
        let attempt = run
            .steps
            .get_mut(&id("mid.3"))
            .expect("a step")
            .attempts
            .last_mut();
        let attempt = attempt.expect("an attempt");
        attempt.id.way = way;
        attempt.finding = finding;
        run.interrupted = Some(Interrupted {
            step: Some(id("mid.3")),
        });
        let said = view(&run).expect("something");
        assert!(said.sentence.starts_with(sentence), "{told}: {said:?}");
        assert_eq!(said.settled, settled, "{told}");
        let what = if way == Way::Apply {
            "during step "
        } else {
            "during the way back of step "
        };
        assert!(
            said.title.contains(what) && said.title.contains("“Step mid.3”"),
            "{told}: {said:?}"
        );
        assert_eq!(snapshot(&run, &Live::default(), t(0)).interrupted, Some(said));
    }
}

#[test]
fn nothing_is_said_where_nothing_was_under_way() {
    let run = open(&tis_like());
    assert_eq!((view(&run), found(&run)), (None, None));
    assert_eq!(snapshot(&run, &Live::default(), t(0)).interrupted, None);
}
