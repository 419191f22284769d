//! The headline of the way back.

use switchback_engine::run::Run;
use switchback_model::rollback::{Breach, Precondition};
use switchback_model::{CheckReading, RollbackItem, RollbackPlan, RollbackScope, Verdict};
use switchback_testkit::plans::{self, id, tis_like};

use super::{DONE, by_console, by_hand, going_back, item, open, put, reading, t};
use crate::view::{Live, Readiness, snapshot};
use crate::wire::{Tone, WayBack};

/// What is said of the way back where the newest step with an effect is `mid.5`.
fn said_of(
    items: Vec<RollbackItem>,
    breaches: Vec<Breach>,
    change: impl FnOnce(&mut Run),
) -> (Tone, String, String) {
    let answer = way_back_of(items, breaches, change).answer;
    (answer.tone, answer.headline, answer.note)
}

/// The way back where the newest step with an effect is `mid.5`.
fn way_back_of(items: Vec<RollbackItem>, breaches: Vec<Breach>, change: impl FnOnce(&mut Run)) -> WayBack {
    let mut plan = tis_like();
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("mid.4") {
            step.undo_loses = vec!["what was written meanwhile".to_owned()];
            step.accept_loss = true;
        }
    }
    let mut run = open(&plan);
    put(&mut run, "mid.5", DONE);
    change(&mut run);
    let live = Live {
        readiness: vec![Readiness {
            plan: RollbackPlan {
                breaches,
                ..going_back(RollbackScope::Step(id("mid.5")), items)
            },
            preconditions: Vec::new(),
            at: t(0),
        }],
        ..Live::default()
    };
    snapshot(&run, &live, t(10)).way_back
}

#[test]
fn the_way_back_speaks_of_all_that_the_button_offers() {
    let mid5 = || item("mid.5", by_console(), &[]);
    let none = |_: &mut Run| {};
    let (tone, headline, note) = said_of(vec![mid5()], Vec::new(), none);
    assert_eq!((tone, headline.as_str()), (Tone::Passing, "Can go back"));
    assert_eq!(
        note,
        "Every condition proven. Newest step: 1 item, never timed here"
    );

    let mixed = vec![
        item("lift", by_hand(), &[]),
        mid5(),
        item("mid.3", by_console(), &[]),
    ];
    let (_, _, note) = said_of(mixed, Vec::new(), none);
    assert_eq!(
        note,
        "Proven but for what is by hand. Newest step: 3 items, 1 by hand, never timed here"
    );

    let hand = vec![item("lift", by_hand(), &[])];
    let (_, _, note) = said_of(hand, Vec::new(), none);
    assert_eq!(
        note,
        "Nothing to prove before. Newest step: 1 item, by hand, never timed here"
    );
}

/// What passed and is only old is being read again: it is named by its title, and is no word against the way back.
#[test]
fn what_is_only_old_is_no_word_against_the_way_back() {
    let mut plan = tis_like();
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("mid.5") {
            step.undo_before = vec![plans::check("old-side-answers", None)];
        }
    }
    let mut run = open(&plan);
    put(&mut run, "mid.5", DONE);
    let said = |reading: CheckReading, now: i64| {
        let live = Live {
            readiness: vec![Readiness {
                plan: going_back(
                    RollbackScope::Step(id("mid.5")),
                    vec![item("mid.5", by_console(), &[])],
                ),
                preconditions: vec![Precondition {
                    item: "mid.5".to_owned(),
                    reading,
                }],
                at: t(0),
            }],
            ..Live::default()
        };
        let answer = snapshot(&run, &live, t(now)).way_back.answer;
        (answer.tone, answer.headline, answer.note)
    };
    let passed = || reading("old-side-answers", 0, Verdict::Pass);
    assert_eq!(said(passed(), 10).1, "Can go back");
    let (tone, headline, note) = said(passed(), 90);
    assert_eq!(
        (tone, headline.as_str()),
        (Tone::Waiting, "Can go back: being read again")
    );
    assert_eq!(
        note,
        "Check old-side-answers: last passed 1 min 30 s ago. Newest step: 1 item, never timed here"
    );
    // What fails is not proven, however old it is.
    let (_, headline, note) = said(reading("old-side-answers", 0, Verdict::Fail), 90);
    assert_eq!(headline, "Can go back: 1 thing not proven");
    assert_eq!(
        note,
        "Check old-side-answers: seen; and more. Newest step: 1 item, never timed here"
    );
}

#[test]
fn nothing_is_called_proven_beside_a_loss() {
    let lossy = || vec![item("mid.5", by_console(), &["sign-ins made meanwhile"])];
    let none = |_: &mut Run| {};
    // A loss that nobody must accept by name is a loss all the same.
    let (tone, headline, note) = said_of(lossy(), Vec::new(), none);
    assert_eq!(
        (tone, headline.as_str()),
        (Tone::Waiting, "Can go back, with 1 loss")
    );
    assert_eq!(
        note,
        "Loses: sign-ins made meanwhile. Newest step: 1 item, never timed here"
    );

    let breach = |id: &str, because: &str| Breach {
        id: id.to_owned(),
        because: because.to_owned(),
        repair: Vec::new(),
        repair_is_default: false,
    };
    let accept = breach("loses-mid.5", "It loses sign-ins");
    let (tone, headline, note) = said_of(lossy(), vec![accept.clone()], none);
    assert_eq!(
        (tone, headline.as_str()),
        (Tone::Waiting, "Can go back: 1 loss to accept")
    );
    assert_eq!(
        note,
        "“Step mid.5” is taken back with a loss, named in the plan. Newest step: 1 item, never timed here"
    );

    // A breach is accepted by its name, as a loss is; the loss beside it is counted.
    let mixed = breach("mixed", "users would meet both pools");
    let (_, headline, note) = said_of(lossy(), vec![accept, mixed], none);
    assert_eq!(headline, "Can go back: 1 breach to accept");
    assert_eq!(
        note,
        "It would leave a breach: users would meet both pools; 1 loss to accept. Newest step: 1 item, never timed here"
    );

    // A loss that stands further back is named, and nothing is said of all conditions.
    let further = |run: &mut Run| put(run, "mid.4", DONE);
    let plain = vec![item("mid.5", by_console(), &[])];
    let way = way_back_of(plain, Vec::new(), further);
    assert_eq!(
        way.answer.note,
        "Its conditions are proven. Newest step: 1 item, never timed here. Further back 1 loss: “Step mid.4”"
    );
    // Every other place has the same words, and the same count.
    assert_eq!(way.proof, "its conditions are proven");
    assert_eq!(way.further_back, ["Step mid.4"]);
}
