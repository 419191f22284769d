//! The conformance suite on the real adapters against the rehearsal: every recorded call fails
//! in every way, judged by an oracle that reads the world and never asks the adapter. And planted
//! bugs, each of which must turn cells red. Of what is published, the oracle reads what each running task knows, what
//! each edge answers, and what a user is told who asks with a token.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bench;
mod canary;
mod planted;
mod refusals;
mod restricted;
mod reval;
mod wire;

use bench::{RehearsalBench, What};
use switchback_rehearsal as rehearsal;
use switchback_testkit::conformance::{Cell, Matrix, cell, cell_name, faults, faults_of_publishing, places};
use switchback_testkit::faulty::{Op, VERDICTS};
use switchback_testkit::{CallPoint, Fault};
use tokio::sync::Semaphore;

/// Without `SWITCHBACK_PROVE` one in so many cells of calls that change nothing is run; of what is published, whose
/// cells take longer, and of the same with two parameters.
const READS_LEFT_OUT: usize = 4;
const READS_OF_PUBLISHING_LEFT_OUT: usize = 16;
const READS_OF_BOTH_LEFT_OUT: usize = 48;
/// The same of an API and of a distribution: every call of theirs is read for, and most reads are as those of others.
const READS_OF_REVAL_LEFT_OUT: usize = 32;
/// Cells that run at a time: they wait more than they work.
static SLOTS: Semaphore = Semaphore::const_new(8);
/// The cell without a fault.
const CLEAN: &str = "clean, applied twice, undone twice, and again";

fn prove() -> bool {
    std::env::var_os("SWITCHBACK_PROVE").is_some()
}

/// Every cell of the trace that is recorded first, without a bug.
async fn recorded(what: What) -> (Cell, Vec<(CallPoint, Fault)>) {
    let (trace, outcome) = cell(&RehearsalBench { what, planted: None }, None).await;
    let clean = Cell {
        name: CLEAN.to_owned(),
        outcome,
    };
    let every = match what {
        _ if prove() => 1,
        What::Published => READS_OF_PUBLISHING_LEFT_OUT,
        What::Both => READS_OF_BOTH_LEFT_OUT,
        What::Pointed | What::Invalidated => READS_OF_REVAL_LEFT_OUT,
        What::Records | What::Parameter | What::List | What::Rule | What::Methods | What::Authorizer => {
            READS_LEFT_OUT
        }
    };
    let mut cells = Vec::new();
    let places = places(&trace).into_iter().filter(|place| !is_a_poll(place));
    for (index, place) in places.enumerate() {
        // Every cell of a mutating call always; of the reads a share, and all of them in `prove`.
        let rolls = is_publisher(&place);
        let more = match what.is_published() || what.has_rest() {
            true => faults_of_publishing(place.op, rolls),
            false => Vec::new(),
        };
        // A flush is over when it is answered; and what others do to an API is no concern of a distribution at all.
        let more = more.into_iter().filter(|fault| match fault {
            Fault::ComesToNothing => !place.label.ends_with(VERDICTS),
            Fault::Unrelated => what != What::Invalidated,
            _ => true,
        });
        for (at, fault) in faults(place.op).into_iter().chain(more).enumerate() {
            let share = (index * 7 + at).is_multiple_of(every);
            let always = match what {
                _ if prove() => true,
                What::Records
                | What::Parameter
                | What::List
                | What::Rule
                | What::Methods
                | What::Authorizer => !is_refusal(fault) || is_named(&place, fault),
                // What is said of the parameter is said above: here of the roll, and of what is lost.
                What::Published => (rolls || !is_refusal(fault)) && is_named(&place, fault),
                What::Both => matches!(fault, Fault::RequestLost | Fault::ResponseLost),
                // What is said of the authoriser is said above: here of what is found by its token, and of what no look
                // tells.
                What::Pointed => {
                    !place.label.ends_with(rehearsal::REVAL_AUTHORIZER)
                        && (!is_refusal(fault) && !is_told_again(fault)
                            || fault == Fault::Repeated
                            || place.label.ends_with(rehearsal::REVAL_API) && is_named(&place, fault))
                }
                What::Invalidated => !is_refusal(fault) || fault == Fault::Repeated,
            };
            // Between what a person approved and what is sent.
            let between = what == What::Published
                && place.op == Op::Read
                && place.nth == 2
                && place.label.starts_with("apply")
                && matches!(fault, Fault::SecondWriter | Fault::Unrelated);
            if (place.op == Op::Call && always) || between || share {
                cells.push((place.clone(), fault));
            }
        }
    }
    (clean, cells)
}

/// Whether the call at a place publishes.
fn is_publisher(place: &CallPoint) -> bool {
    [rehearsal::SERVICE_NAME, VERDICTS, rehearsal::DISTRIBUTION]
        .iter()
        .any(|object| place.label.ends_with(object))
}

/// Whether a read of a roll's way back may be one of those that come as often as time allows: two plan, one is right
/// before the request, and one at least follows it, which on a busy machine finds the roll over.
fn is_a_poll(place: &CallPoint) -> bool {
    place.op == Op::Read && is_publisher(place) && place.nth > 4
}

/// The faults in which a refusal or a part of an answer comes although the change is made: there are many
/// more of them than of all others.
fn is_refusal(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::RefusedAfter(_)
            | Fault::RefusedThenLands(_)
            | Fault::Repeated
            | Fault::AnswerCut
            | Fault::AnswerEndless
    )
}

/// Those that are as others are, to whoever asks what became of a call.
fn is_told_again(fault: Fault) -> bool {
    use switchback_engine::ports::ProviderErrorKind::Throttled;
    matches!(fault, Fault::FailsBefore(Throttled) | Fault::FailsAfter)
}

/// Those of them that are always run: one of what the code explains and one of what contradicts it.
fn is_named(place: &CallPoint, fault: Fault) -> bool {
    use switchback_engine::ports::ProviderErrorKind::{Conflict, Denied};
    // Of a kind with one step, that one and its undo.
    let one = !place.label.ends_with(rehearsal::APPS_NAME.trim_end_matches('.'));
    let here =
        one || place.label.starts_with("apply switch") || (place.label.starts_with("undo") && place.nth == 2);
    let kind = match fault {
        Fault::RefusedAfter(kind) | Fault::RefusedThenLands(kind) => matches!(kind, Conflict | Denied),
        _ => true,
    };
    here && kind
}

/// What goes wrong in a cell; none for the clean one.
type Fate = Option<(CallPoint, Fault)>;

fn name(fate: &Fate) -> String {
    match fate {
        Some((place, fault)) => cell_name(place, *fault),
        None => CLEAN.to_owned(),
    }
}

/// Runs cells, some at a time.
async fn run(bench: RehearsalBench, cells: Vec<Fate>) -> Matrix {
    let mut running = Vec::new();
    for fate in cells {
        running.push(tokio::spawn(async move {
            let _slot = SLOTS.acquire().await.unwrap();
            let name = name(&fate);
            let (_, outcome) = cell(&bench, fate).await;
            Cell { name, outcome }
        }));
    }
    let mut cells = Vec::new();
    for cell in running {
        cells.push(cell.await.unwrap());
    }
    Matrix { cells }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_is_green() {
    for (what, least) in What::PLAIN.into_iter().zip([60, 20, 20, 20, 20, 20]) {
        every_cell_of(what, least).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_of_what_is_published_is_green() {
    for (what, least) in [(What::Published, 60), (What::Both, 0)] {
        every_cell_of(what, least).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_of_what_an_api_and_a_distribution_serve_is_green() {
    for (what, least) in [(What::Pointed, 30), (What::Invalidated, 15)] {
        every_cell_of(what, least).await;
    }
}

async fn every_cell_of(what: What, least: usize) {
    let (clean, cells) = recorded(what).await;
    let bench = RehearsalBench { what, planted: None };
    let mut matrix = run(bench, cells.into_iter().map(Some).collect()).await;
    matrix.cells.insert(0, clean);
    println!("{what:?}\n{matrix}");
    assert!(matrix.cells.len() > least, "the trace of {what:?} is too short");
    assert!(
        matrix.red().is_empty(),
        "{} cells of {what:?} are red",
        matrix.red().len()
    );
}
