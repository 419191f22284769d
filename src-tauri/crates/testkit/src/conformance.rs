//! One suite for every adapter: records the trace of a clean run there and back, makes every call
//! of it fail in every way, and judges by an oracle that reads the real world.

use std::sync::Arc;

use async_trait::async_trait;
use switchback_engine::ports::{Clock, ProviderErrorKind, World};
use switchback_model::{Image, Plan};

use self::course::opened;
use self::judge::judge;
use crate::faulty::{CallPoint, Fault, Op};
use crate::journal::MemoryJournal;
use crate::planted::Planted;

mod course;
mod judge;
mod matrix;

pub use self::course::there;
pub use self::matrix::{Cell, Matrix};
pub use crate::oracle::{Mutation, Oracle, Reader};

/// Everything that one cell needs, fresh.
pub struct Subject {
    /// The plan.
    pub plan: Plan,
    /// The world that is judged.
    pub world: Arc<dyn World>,
    /// The clock that it lives by.
    pub clock: Arc<dyn Clock>,
    /// The oracle.
    pub oracle: Arc<dyn Oracle>,
    /// The journal, with the run opened.
    pub journal: Arc<MemoryJournal>,
    /// A planted bug to put between the engine and the faults.
    pub planted: Option<Planted>,
}

/// Makes subjects.
#[async_trait]
pub trait Bench: Send + Sync {
    /// A fresh world at its start.
    async fn subject(&self) -> Subject;
}

/// Every kind of refusal that an adapter can hear.
const REFUSALS: [ProviderErrorKind; 7] = [
    ProviderErrorKind::Throttled,
    ProviderErrorKind::Busy,
    ProviderErrorKind::Refused,
    ProviderErrorKind::Conflict,
    ProviderErrorKind::Credentials,
    ProviderErrorKind::Denied,
    ProviderErrorKind::NotFound,
];

/// The faults of the matrix, for one call of the trace.
#[must_use]
pub fn faults(op: Op) -> Vec<Fault> {
    let mut faults = vec![
        Fault::FailsBefore(ProviderErrorKind::Throttled),
        Fault::FailsBefore(ProviderErrorKind::Denied),
        Fault::FailsAfter,
        Fault::ResponseLost,
        Fault::KilledBefore,
        Fault::KilledAfter,
    ];
    if op == Op::Call {
        faults.extend([
            Fault::RequestLost,
            Fault::Repeated,
            Fault::AnswerCut,
            Fault::AnswerEndless,
        ]);
        faults.extend(REFUSALS.map(Fault::RefusedAfter));
        // What contradicts what is there is waited for, so that it can't land later unseen.
        faults.extend(REFUSALS.map(Fault::RefusedThenLands));
    }
    if matches!(op, Op::Read | Op::Call) {
        faults.push(Fault::SecondWriter);
    }
    faults
}

/// What can happen besides where a change is published, for one call of the trace that is about what is published,
/// or about who publishes it.
#[must_use]
pub fn faults_of_publishing(op: Op, publishes: bool) -> Vec<Fault> {
    match op {
        Op::Call if publishes => vec![Fault::Unrelated, Fault::ComesToNothing, Fault::WrittenSince],
        Op::Read | Op::Call => vec![Fault::Unrelated],
        Op::Identity | Op::Sync => Vec::new(),
    }
}

/// The world before the first step.
pub(crate) struct Start {
    pub(crate) images: Vec<Image>,
    pub(crate) readers: Vec<Reader>,
    /// Whether one change may come twice by something on the way.
    twice: bool,
}

impl Start {
    async fn of(oracle: &dyn Oracle) -> Self {
        Self {
            images: oracle.images().await,
            readers: oracle.readers().await,
            twice: false,
        }
    }
}

/// Runs the whole matrix.
pub async fn run(bench: &dyn Bench) -> Matrix {
    let mut matrix = Matrix::default();
    let mut add = |name: String, outcome| matrix.cells.push(Cell { name, outcome });
    let (trace, outcome) = cell(bench, None).await;
    add(
        "clean, applied twice, undone twice, and again".to_owned(),
        outcome,
    );
    for place in places(&trace) {
        for fault in faults(place.op) {
            let name = cell_name(&place, fault);
            add(name, cell(bench, Some((place.clone(), fault))).await.1);
        }
    }
    matrix
}

/// Whether any cell is red; stops at the first. For planted bugs.
pub async fn first_red(bench: &dyn Bench) -> Option<Cell> {
    let (trace, outcome) = cell(bench, None).await;
    if outcome.is_err() {
        return Some(Cell {
            name: "clean".to_owned(),
            outcome,
        });
    }
    for place in places(&trace) {
        for fault in faults(place.op) {
            let outcome = cell(bench, Some((place.clone(), fault))).await.1;
            if outcome.is_err() {
                return Some(Cell {
                    name: cell_name(&place, fault),
                    outcome,
                });
            }
        }
    }
    None
}

/// The places of the first time there and back whose calls come in every run: of polls only those
/// that no run can do without.
#[must_use]
pub fn places(trace: &[(Op, String)]) -> Vec<CallPoint> {
    let mut counts = std::collections::BTreeMap::new();
    let once = trace.iter().take_while(|(_, label)| !label.starts_with("again"));
    let mut places = Vec::new();
    for (op, label) in once {
        let nth = counts.entry((label.clone(), *op)).or_insert(0_usize);
        *nth += 1;
        let always = match op {
            Op::Identity | Op::Call => usize::MAX,
            // Check, apply and verification.
            Op::Read if label.starts_with("apply") => 3,
            // The plan, and two for each of its items.
            Op::Read => 8,
            Op::Sync => 1,
        };
        if *nth <= always {
            places.push(CallPoint {
                label: label.clone(),
                op: *op,
                nth: *nth,
            });
        }
    }
    places
}

/// What a cell is called.
#[must_use]
pub fn cell_name(place: &CallPoint, fault: Fault) -> String {
    format!("{} {:?} {} {fault:?}", place.label, place.op, place.nth)
}

/// Runs one cell: there, back to the start, judged.
pub async fn cell(
    bench: &dyn Bench,
    fault: Option<(CallPoint, Fault)>,
) -> (Vec<(Op, String)>, Result<(), String>) {
    let (subject, faulty, desk) = opened(bench, fault.clone()).await;
    let outcome = match desk {
        Ok(mut desk) => judge(&subject, &faulty, &mut desk, fault).await,
        Err(why) => Err(why),
    };
    (faulty.trace(), outcome)
}
