//! What becomes of the answer: whatever AWS says or does not say, it is done once, and known to be.

use super::{STEPS, Station, each, told};

/// What happens to the answer of the request that changes something.
struct Drill {
    trap: &'static str,
    /// With the operation in the place of `OP`.
    fault: &'static str,
    /// How the step ends.
    code: i32,
    /// How often the world carried it out; and how often a flush, of which only an answer tells anything.
    done: [usize; 2],
}

const DRILLS: &[Drill] = &[
    Drill {
        trap: "the answer is lost",
        fault: "lost-response:OP",
        code: 0,
        done: [1, 2],
    },
    Drill {
        trap: "the answer is cut",
        fault: "answer-cut:OP",
        code: 0,
        done: [1, 1],
    },
    Drill {
        trap: "done, and answered as failed",
        fault: "error-after:OP:InternalFailure",
        code: 0,
        done: [1, 2],
    },
    Drill {
        trap: "too many requests, twice",
        fault: "throttle:OP:2",
        code: 0,
        done: [1, 1],
    },
    Drill {
        trap: "carried out late",
        fault: "lands-late:OP:1500",
        code: 0,
        done: [1, 1],
    },
];

#[test]
fn whatever_is_answered_it_is_done_once() {
    let wrong = each(DRILLS, |drill| {
        let mut wrong = Vec::new();
        let desk = Station::reval();
        let start = desk.world();
        for (step, operation) in STEPS {
            if operation.is_empty() {
                desk.released();
                continue;
            }
            let seen = desk.preview(step);
            desk.world.inject(&drill.fault.replace("OP", operation));
            let did = desk.apply_as_seen(step, &seen);
            let (said, done) = (desk.said_of(&did, step), desk.done(operation));
            told(
                step,
                drill.trap,
                "after the change",
                &did,
                &format!("{said} (done {done})"),
            );
            let expected = drill.done[usize::from(step == "reval-flush")];
            if (did.code, done) != (drill.code, expected) {
                wrong.push(format!(
                    "{step}: {}: exit {}, done {done}: {said}",
                    drill.trap, did.code
                ));
            }
            desk.lift(drill.fault.split(':').next().unwrap());
        }
        desk.taken_back();
        if desk.world() != start {
            wrong.push(format!("{}: the world does not end as it began", drill.trap));
        }
        wrong
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}
