//! Ordinary refusals of a change, in real time over real sockets, with reads up: none of them leaves anything
//! in doubt, and the looks that they cost hold no rollback up.

use jiff::SignedDuration;
use switchback_model::{Command, EventKind, RollbackScope, StepState};
use switchback_rehearsal as rehearsal;
use switchback_testkit::{FaultyWorld, Rig};

use crate::bench::{What, in_real_time};
use crate::{SLOTS, prove};

/// What goes with an object that is as before, in each service's own words: throttled, busy, denied, signed in
/// no longer, malformed.
const ROUTE53: [&str; 5] = [
    "Throttling",
    "PriorRequestNotComplete",
    "AccessDenied",
    "ExpiredToken",
    "InvalidInput",
];
const SSM: [&str; 5] = [
    "ThrottlingException",
    "TooManyUpdates",
    "AccessDeniedException",
    "ExpiredTokenException",
    "ValidationException",
];
/// What the looks may add to a rollback.
const MOST: SignedDuration = SignedDuration::from_secs(2);

/// What one run there and back showed.
#[derive(Debug, Default)]
struct Tally {
    refusals: usize,
    in_doubt: usize,
    /// What the looks added to its rollback.
    added: SignedDuration,
}

/// Refuses the next so many changes.
fn refuse(closed: &rehearsal::World, what: What, code: &str, times: usize) {
    let operation = match what {
        What::Records => "ChangeResourceRecordSets",
        _ => "PutParameter",
    };
    let fault = format!("error-before:{operation}:{code}:{times}");
    closed.inject(fault.parse().unwrap()).unwrap();
}

/// There with so many refusals, and back with two.
async fn there_and_back(what: What, code: &'static str, on_the_way: usize) -> Tally {
    let _slot = SLOTS.acquire().await.unwrap();
    let (subject, closed) = in_real_time(what).await;
    let start = subject.oracle.images().await;
    let faulty = FaultyWorld::new(subject.world.clone(), None);
    let journal = subject.journal.clone();
    let mut desk = Rig::start(subject.clock.clone(), journal, faulty.clone(), faulty.killed())
        .await
        .unwrap();
    let id = subject.plan.steps().next().unwrap().id.clone();
    refuse(&closed, what, code, on_the_way);
    for _try in 0..=on_the_way {
        if matches!(desk.run().steps[&id].state, StepState::Done { .. }) {
            break;
        }
        desk.check(id.as_str()).await.unwrap();
        desk.approve(id.as_str()).await.unwrap();
        desk.driver.settle().await.unwrap();
    }
    let state = desk.run().steps[&id].state;
    assert!(matches!(state, StepState::Done { .. }), "{code}: {state:?}");

    refuse(&closed, what, code, 2);
    let began = subject.clock.now();
    desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    for _try in 0..=2 {
        desk.driver.settle().await.unwrap();
        if desk.rollback_state() == "completed" {
            break;
        }
        desk.ask(Command::RollbackRetry).await.unwrap();
    }
    assert_eq!(desk.rollback_state(), "completed", "{code}");
    assert_eq!(subject.oracle.images().await, start, "{code}");
    assert_eq!(
        subject.oracle.accepted().await.len(),
        2,
        "{code}: once there, once back"
    );

    let told = subject.journal.events();
    let mut seen = Tally::default();
    for pair in told.windows(2) {
        if !matches!(pair[0].kind, EventKind::RefusalHeard { .. }) {
            continue;
        }
        seen.refusals += 1;
        // All that stands between the word of AWS and what it was taken for is the look.
        let taken = matches!(pair[1].kind, EventKind::Refused { .. });
        seen.in_doubt += usize::from(!taken);
        if pair[0].at >= began {
            seen.added += pair[1].at.duration_since(pair[0].at);
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_refusals_leave_nothing_in_doubt_and_hold_no_rollback_up() {
    let mut runs = Vec::new();
    let rounds = if prove() { 50 } else { 2 };
    for round in 0..rounds {
        let (what, codes) = match round % 2 {
            0 => (What::Records, ROUTE53),
            _ => (What::Parameter, SSM),
        };
        // Every code of each; without `SWITCHBACK_PROVE` those that nobody waits for to try again.
        let (code, on_the_way) = match prove() {
            true => (codes[round / 2 % codes.len()], 2),
            false => (codes[2 + round], 1),
        };
        runs.push(tokio::spawn(there_and_back(what, code, on_the_way)));
    }
    let mut all = Tally::default();
    let mut added = Vec::new();
    for run in runs {
        let seen = run.await.unwrap();
        all.refusals += seen.refusals;
        all.in_doubt += seen.in_doubt;
        added.push(seen.added);
    }
    added.sort();
    let (middle, most) = (added[added.len() / 2], added[added.len() - 1]);
    println!(
        "{} ordinary refusals in real time over real sockets: {} in doubt; the looks added {} ms to a rollback of two \
         refusals (the median), {} ms at most",
        all.refusals,
        all.in_doubt,
        middle.as_millis(),
        most.as_millis()
    );
    assert_eq!(all.refusals, if prove() { 200 } else { 6 });
    assert_eq!(all.in_doubt, 0);
    assert!(most <= MOST, "{most} added");
}
