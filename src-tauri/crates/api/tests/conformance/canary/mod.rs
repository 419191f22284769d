//! The canary of a pool: every request that its step makes, there and back, fails in every way, and somebody else acts
//! before each.
//!
//! It has a table of its own. The faults of the bench lie between the engine and an action, where the two functions, the
//! made-up user and the sign-in are one call; here they lie on the wire, where each is one. And the bench tells what is
//! made by an image that is known before, which nobody knows of a user: the sub is Cognito's.

mod cell;
mod wire;

use switchback_testkit::{Cell, Matrix};

use crate::{CLEAN, SLOTS, prove};
use cell::{Fate, cell};
use wire::{Act, Bug, CallPoint, Fault};

/// What a cell says in which somebody was deleted whom the step did not make.
const NOT_OURS: &str = "whom somebody else made";

fn name(fate: &Fate) -> String {
    match fate {
        Some((place, fault)) => format!("{} {} {} {fault:?}", place.phase, place.operation, place.nth),
        None => CLEAN.to_owned(),
    }
}

async fn run(cells: Vec<Fate>, bug: Option<Bug>) -> Matrix {
    let mut running = Vec::new();
    for fate in cells {
        running.push(tokio::spawn(async move {
            let _slot = SLOTS.acquire().await.unwrap();
            let name = name(&fate);
            let (_, outcome) = cell(fate, bug).await;
            Cell { name, outcome }
        }));
    }
    let mut matrix = Matrix::default();
    for cell in running {
        matrix.cells.push(cell.await.unwrap());
    }
    matrix
}

fn at(phase: &str, operation: &'static str, nth: usize, fault: Fault) -> Fate {
    let place = CallPoint {
        phase: phase.to_owned(),
        operation,
        nth,
    };
    Some((place, fault))
}

/// Somebody else, right before the deletion: no look is left.
fn deletion(act: Act) -> Fate {
    at("undo", "AdminDeleteUser", 1, Fault::SomebodyElse(act))
}

/// What is always run: what may make or delete somebody, and what no look before can tell.
fn share() -> Vec<Fate> {
    vec![
        at("apply", "Invoke", 1, Fault::Lost),
        at("apply", "InitiateAuth", 2, Fault::After),
        at("apply", "InitiateAuth", 2, Fault::Lost),
        at("apply", "InitiateAuth", 2, Fault::Repeated),
        at("undo", "AdminDeleteUser", 1, Fault::Lost),
        at("undo", "AdminDeleteUser", 1, Fault::Repeated),
        // The sign-in makes nobody then, and its token names their user.
        at("apply", "InitiateAuth", 2, Fault::SomebodyElse(Act::Makes)),
        deletion(Act::Deletes),
        deletion(Act::Replaces),
        // Before the mark, and between it and the request: nothing was sent. Behind it, it is found by its time.
        at("apply", "Invoke", 1, Fault::KilledAndMade),
        at("apply", "InitiateAuth", 1, Fault::KilledBefore),
        at("apply", "InitiateAuth", 2, Fault::KilledBefore),
        at("apply", "InitiateAuth", 2, Fault::KilledAfter),
        at("undo", "AdminDeleteUser", 1, Fault::KilledAfter),
    ]
}

/// The requests of the call itself, in which the process dies: all but the looks of other moments. Where somebody else
/// brings the canary over in the moment of the death, no mark may stand before it: within the time that a marked sign-in
/// may be on its way, nobody can tell the two apart.
fn deaths(trace: &[CallPoint]) -> Vec<Fate> {
    let asked = |place: &&CallPoint| !place.phase.starts_with("again") && place.operation != "AdminGetUser";
    let mut cells = Vec::new();
    for place in trace.iter().filter(asked) {
        let is_proof = place.operation == "Invoke" || (place.operation == "InitiateAuth" && place.nth == 1);
        let mut faults = vec![Fault::KilledBefore, Fault::KilledAfter];
        faults.extend(is_proof.then_some(Fault::KilledAndMade));
        cells.extend(faults.into_iter().map(|fault| Some((place.clone(), fault))));
    }
    // The last look, with the mark right behind it.
    let sign_in = |place: &CallPoint| (place.operation, place.nth) == ("InitiateAuth", 2);
    let before = trace
        .iter()
        .position(sign_in)
        .and_then(|at| trace.get(at.checked_sub(1)?));
    cells.extend(before.into_iter().flat_map(|place| {
        [Fault::KilledBefore, Fault::KilledAfter, Fault::KilledAndMade]
            .map(|fault| Some((place.clone(), fault)))
    }));
    cells
}

/// Every request of the first way there and back, with everything that can become of it.
fn all(trace: &[CallPoint]) -> Vec<Fate> {
    let mut cells = Vec::new();
    let mut is_made = false;
    // The last look is by the sub: who comes between it and the one by the name came after all that is looked at.
    let last = trace
        .iter()
        .rfind(|place| (place.phase.as_str(), place.operation) == ("undo", "AdminGetUser"));
    for place in trace.iter().take_while(|place| !place.phase.starts_with("again")) {
        let acts: &[Act] = match is_made {
            false => &[Act::Makes],
            true if last == Some(place) => &[Act::Deletes, Act::Disables],
            true => &[Act::Deletes, Act::Disables, Act::Replaces],
        };
        is_made |= (place.operation, place.nth) == ("InitiateAuth", 2);
        let faults = [Fault::Before, Fault::After, Fault::Lost, Fault::Repeated];
        let acts = acts.iter().map(|act| Fault::SomebodyElse(*act));
        cells.extend(
            faults
                .into_iter()
                .chain(acts)
                .map(|fault| Some((place.clone(), fault))),
        );
    }
    cells.extend(deaths(trace));
    cells
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_of_the_canary_is_green() {
    let (trace, outcome) = cell(None, None).await;
    let count = |phase: &str, operation: &str| {
        let ours = |place: &&CallPoint| place.phase == phase && place.operation == operation;
        trace.iter().filter(ours).count()
    };
    let calls = [
        ("apply", "Invoke"),
        ("apply", "InitiateAuth"),
        ("undo", "AdminDeleteUser"),
    ];
    assert_eq!(
        calls.map(|(phase, operation)| count(phase, operation)),
        [2, 2, 1],
        "{outcome:?} {trace:?}"
    );
    let cells = if prove() { all(&trace) } else { share() };
    let mut matrix = run(cells, None).await;
    let name = CLEAN.to_owned();
    matrix.cells.insert(0, Cell { name, outcome });
    println!("Canary\n{matrix}");
    assert!(matrix.red().is_empty(), "{} cells are red", matrix.red().len());
}

/// Whom somebody else made under the same name is deleted by a careless adapter, and the table says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_careless_adapter_deletes_somebody_else_and_turns_cells_red() {
    let before = at("undo", "AdminGetUser", 1, Fault::SomebodyElse(Act::Replaces));
    for (bug, fate) in [
        (Bug::DeletesByName, deletion(Act::Replaces)),
        (Bug::TakesAnySub, before),
    ] {
        let matrix = run(vec![fate], Some(bug)).await;
        println!("{bug:?}\n{matrix}");
        let red = matrix.red();
        let why = red.first().and_then(|cell| cell.outcome.as_ref().err());
        assert!(
            why.is_some_and(|why| why.contains(NOT_OURS)),
            "{bug:?} is not seen: {why:?}"
        );
        // Where nobody else has a hand in it, nothing is wrong with either.
        let harmless = match prove() {
            true => vec![None, at("undo", "AdminDeleteUser", 1, Fault::Lost)],
            false => vec![],
        };
        let matrix = run(harmless, Some(bug)).await;
        println!("{matrix}");
        assert!(matrix.red().is_empty(), "{bug:?} matters where it can't");
    }
}
