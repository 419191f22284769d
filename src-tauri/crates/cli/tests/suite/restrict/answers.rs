//! What becomes of the answer: whatever AWS says or does not say, it is done once, and known to be.

use super::{Means, Station, told};
use crate::shared::until;

/// What happens to the answer of the request that changes something.
struct Drill {
    trap: &'static str,
    /// With the operation in the place of `OP`.
    fault: &'static str,
    means: &'static [Means],
    /// How the way there and the way back end.
    codes: [i32; 2],
    /// How often the world carried it out, in each way.
    done: [usize; 2],
}

const BOTH: &[Means] = &Means::ALL;
const ONCE: Drill = Drill {
    trap: "",
    fault: "",
    means: BOTH,
    codes: [0, 7],
    done: [1, 1],
};

const DRILLS: &[Drill] = &[
    Drill {
        trap: "the answer is lost",
        fault: "lost-response:OP",
        ..ONCE
    },
    Drill {
        trap: "the answer is cut",
        fault: "answer-cut:OP",
        ..ONCE
    },
    Drill {
        trap: "the answer has no end",
        fault: "answer-endless:OP",
        ..ONCE
    },
    Drill {
        trap: "done, and answered as failed",
        fault: "error-after:OP:InternalFailure",
        ..ONCE
    },
    Drill {
        trap: "done, and answered as WAF failed",
        fault: "error-after:OP:WAFInternalErrorException",
        means: &[Means::Firewall],
        ..ONCE
    },
    Drill {
        trap: "done, and answered as not valid",
        fault: "error-after:OP:WAFInvalidParameterException",
        means: &[Means::Firewall],
        ..ONCE
    },
    Drill {
        trap: "done, and answered as an old token",
        fault: "error-after:OP:WAFOptimisticLockException",
        means: &[Means::Firewall],
        ..ONCE
    },
    Drill {
        trap: "done, and answered as not available",
        fault: "error-after:OP:ServiceUnavailableException",
        means: &[Means::Throttle],
        ..ONCE
    },
    Drill {
        trap: "done, and answered as not valid",
        fault: "error-after:OP:BadRequestException",
        means: &[Means::Throttle],
        ..ONCE
    },
    Drill {
        trap: "done, and answered as too many",
        fault: "error-after:OP:TooManyRequestsException",
        ..ONCE
    },
    Drill {
        trap: "sent twice on the way",
        fault: "repeated:OP",
        means: &[Means::Firewall],
        ..ONCE
    },
    // What replaces a value is carried out twice and leaves the same; what removes a key is refused the second time.
    Drill {
        trap: "sent twice on the way",
        fault: "repeated:OP",
        means: &[Means::Throttle],
        done: [2, 1],
        ..ONCE
    },
    Drill {
        trap: "answered late",
        fault: "delay:OP:1500",
        ..ONCE
    },
    Drill {
        trap: "carried out late",
        fault: "lands-late:OP:1500",
        ..ONCE
    },
    Drill {
        trap: "too many requests, twice",
        fault: "throttle:OP:2",
        ..ONCE
    },
    Drill {
        trap: "too many requests, on and on",
        fault: "throttle:OP:0",
        codes: [1, 4],
        done: [0, 0],
        ..ONCE
    },
    Drill {
        trap: "failed, and nothing done",
        fault: "error-before:OP:InternalFailure",
        codes: [1, 4],
        done: [0, 0],
        ..ONCE
    },
    Drill {
        trap: "another change is under way",
        fault: "error-before:OP:ConflictException:2",
        means: &[Means::Throttle],
        ..ONCE
    },
    Drill {
        trap: "something that the rules name is not there yet",
        fault: "error-before:OP:WAFUnavailableEntityException:2",
        means: &[Means::Firewall],
        ..ONCE
    },
];

/// There and back with this in the way, and again where nothing came of it.
fn drill(drill: &Drill, means: Means) -> Vec<String> {
    let mut wrong = Vec::new();
    let (operation, step) = (means.operation(), means.restrict());
    let fault = drill.fault.replace("OP", operation);
    let desk = Station::open(means);
    let start = desk.world();
    let seen = desk.preview(step);
    let mut done = 0;
    let mut check = |desk: &Station, when: &str, did: &super::Did, code: i32, times: usize, closed: bool| {
        let said = desk.said_of(did, step);
        told(means, drill.trap, when, did, &said);
        let now = desk.done(operation) - done;
        done = desk.done(operation);
        if did.code != code || now != times || desk.is_closed(means) != closed {
            let asked = desk.asked(operation);
            let asked: Vec<_> = asked.iter().map(|entry| (entry.outcome, &entry.code)).collect();
            wrong.push(format!(
                "{means:?} {} {when}: exit {}, {now} done, {said}; {asked:?}",
                drill.trap, did.code
            ));
        }
    };
    desk.world.inject(&fault);
    let did = desk.apply_as_seen(step, &seen);
    let there = drill.done[0] > 0;
    check(&desk, "there", &did, drill.codes[0], drill.done[0], there);
    desk.lift(fault.split(':').next().unwrap());
    if !there {
        let did = desk.apply_as_seen(step, &desk.preview(step));
        check(&desk, "there, when it is over", &did, 0, 1, true);
    }
    desk.world.inject(&fault);
    let did = desk.rollback(&["--all"]);
    let back = drill.done[1] > 0;
    check(&desk, "back", &did, drill.codes[1], drill.done[1], !back);
    desk.lift(fault.split(':').next().unwrap());
    if !back {
        let did = desk.did(&["rollback", &desk.run, "--retry"]);
        check(&desk, "back, when it is over", &did, 7, 1, false);
    }
    if desk.world() != start {
        wrong.push(format!("{means:?} {}: the end is not the start", drill.trap));
    }
    wrong
}

/// Every drill of these means.
fn drills(means: Means) {
    let of = DRILLS.iter().filter(|one| one.means.contains(&means));
    let wrong: Vec<String> = of.flat_map(|one| drill(one, means)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn whatever_is_answered_to_a_rule_it_is_set_once() {
    drills(Means::Firewall);
}

#[test]
fn whatever_is_answered_to_a_stage_it_is_set_once() {
    drills(Means::Throttle);
}

/// The console is killed when its request is on its way: whoever drives next finds out what became of it.
#[test]
fn a_request_that_lands_after_its_console_died_is_found() {
    for means in Means::ALL {
        // Slowly enough that a request can still land.
        let desk = Station::paced("5", means);
        let (operation, step) = (means.operation(), means.restrict());
        let start = desk.world();
        let seen = desk.preview(step);
        desk.world.inject(&format!("lands-late:{operation}:1500"));
        let mut child = desk.applying(step, &seen);
        until("the request has arrived", || {
            let faults = desk
                .world
                .control(async |client| client.state().await.unwrap().faults);
            faults.is_empty().then_some(())
        });
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!desk.is_closed(means), "it has not landed yet");
        let doubt = desk.said(step);
        let did = desk.did(&["step", "inspect", &desk.run, step]);
        told(
            means,
            "the console dies, and its request lands later",
            &doubt,
            &did,
            &desk.said_of(&did, step),
        );
        did.code(0);
        assert!(desk.said(step).starts_with("done"), "{}", desk.said(step));
        assert_eq!(desk.done(operation), 1);
        desk.rollback(&["--all"]).code(7);
        assert_eq!(desk.world(), start);
        assert_eq!(desk.done(operation), 2);
    }
}

/// Somebody else writes after our last read and before our request is carried out. API Gateway keeps no trace of what was
/// overwritten, so nobody can be told afterwards: the preview says so beforehand.
#[test]
fn what_a_stage_had_for_a_moment_is_overwritten_and_the_preview_says_so() {
    let means = Means::Throttle;
    let desk = Station::open(means);
    let step = means.restrict();
    let seen = desk.preview(step);
    let caution = seen["changes"][0]["caution"].as_str().unwrap();
    assert!(
        caution.contains("AWS has no guard here") && caution.contains("in the moment between is overwritten"),
        "{caution}"
    );
    desk.world.inject("lands-late:UpdateStage:3000");
    let child = desk.applying(step, &seen);
    until("the request has arrived", || {
        let faults = desk
            .world
            .control(async |client| client.state().await.unwrap().faults);
        faults.is_empty().then_some(())
    });
    assert_eq!(desk.done("UpdateStage"), 0);
    desk.world.inject("throttle-set:POST /createUser");
    let did = crate::shared::Did::of(child.wait_with_output().unwrap());
    told(
        means,
        "somebody throttles a method between our read and our request",
        "there",
        &did,
        &desk.said_of(&did, step),
    );
    println!("    {caution}");
    did.code(0);
    assert!(desk.is_closed(means));
}
