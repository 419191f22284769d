//! One suite for every adapter: records the trace of a clean run there and back, makes every call
//! of it fail in every way, and judges by an oracle that reads the real world.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use switchback_engine::ports::{Clock, ProviderErrorKind, World};
use switchback_engine::rollback::is_anything_left;
use switchback_model::plan::StepKind;
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, EventKind, Image, Plan, RollbackScope, Step, StepState, Verdict, Way};

use crate::faulty::{CallPoint, Fault, FaultyWorld, Op};
use crate::journal::MemoryJournal;
pub use crate::oracle::{Mutation, Oracle, Reader};
use crate::plain::confirm_in_plain_order;
use crate::planted::Planted;
use crate::rig::Rig;
use crate::seen;

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

/// One cell of the matrix.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Which call failed how.
    pub name: String,
    /// Nothing, or what was wrong.
    pub outcome: Result<(), String>,
}

/// All cells.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    /// In the order of the trace.
    pub cells: Vec<Cell>,
}

impl Matrix {
    /// The red cells.
    #[must_use]
    pub fn red(&self) -> Vec<&Cell> {
        self.cells.iter().filter(|cell| cell.outcome.is_err()).collect()
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cell in &self.cells {
            match &cell.outcome {
                Ok(()) => writeln!(f, "ok   {}", cell.name)?,
                Err(why) => writeln!(f, "RED  {}: {why}", cell.name)?,
            }
        }
        writeln!(f, "{} cells, {} red", self.cells.len(), self.red().len())
    }
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

/// The cell in which nothing goes wrong and nothing is taken back: what is wrong with going back alone can't
/// matter in it.
pub async fn there(bench: &dyn Bench) -> Result<(), String> {
    let (subject, faulty, desk) = opened(bench, None).await;
    let mut desk = desk?;
    let start = Start::of(&*subject.oracle).await;
    forward(&subject, &faulty, &mut desk, (false, &start), "apply").await?;
    if subject.oracle.images().await == start.images && subject.oracle.readers().await == start.readers {
        return Err("nothing was changed".to_owned());
    }
    honest(&subject, &desk, (false, &start)).await
}

/// A fresh subject with a fault in front of it, and an operator.
async fn opened(
    bench: &dyn Bench,
    fault: Option<(CallPoint, Fault)>,
) -> (Subject, Arc<FaultyWorld>, Result<Rig, String>) {
    let subject = bench.subject().await;
    let faulty = FaultyWorld::new(subject.world.clone(), Some(subject.oracle.clone()));
    if let Some((place, fault)) = fault {
        faulty.inject_at(place, fault);
    }
    let world: Arc<dyn World> = match subject.planted {
        Some(bug) => bug.around(faulty.clone()),
        None => faulty.clone(),
    };
    let (clock, journal) = (subject.clock.clone(), subject.journal.clone());
    let desk = Rig::start(clock, journal, world, faulty.killed()).await;
    (subject, faulty, desk.map_err(|error| error.to_string()))
}

async fn judge(
    subject: &Subject,
    faulty: &FaultyWorld,
    desk: &mut Rig,
    fault: Option<(CallPoint, Fault)>,
) -> Result<(), String> {
    let mut start = Start::of(&*subject.oracle).await;
    if let Some((place, Fault::Repeated)) = &fault {
        start.twice = subject.oracle.may_come_twice(object_of(&place.label));
    }
    let foreign = match &fault {
        Some((place, Fault::SecondWriter)) => subject.oracle.is_contended(object_of(&place.label)),
        Some((_, Fault::WrittenSince)) => true,
        _ => false,
    };
    let held_to = (foreign, &start);
    forward(subject, faulty, desk, held_to, "apply").await?;
    if fault.is_none() {
        twice(subject, desk).await?;
    }
    back(subject, faulty, desk, held_to).await?;
    if fault.is_none() {
        faulty.phase("again");
        if desk.roll_back(RollbackScope::All).await.is_ok() {
            return Err("an empty rollback was accepted".to_owned());
        }
        faulty.phase("again");
        reopen(desk).await?;
        let clean = faulty.trace().len();
        forward(subject, faulty, desk, held_to, "again apply").await?;
        back(subject, faulty, desk, held_to).await?;
        if faulty.trace().len() <= clean {
            return Err("the second generation did nothing".to_owned());
        }
    }
    let void = |kind: &EventKind| matches!(kind, EventKind::ApprovalVoided { .. });
    if matches!(fault, Some((_, Fault::Unrelated)))
        && subject.journal.events().iter().any(|event| void(&event.kind))
    {
        return Err("what is no concern of it voided an approval".to_owned());
    }
    if fault.is_some_and(|_| faulty.fired() == 0) {
        return Err("the fault never fired".to_owned());
    }
    let end = subject.oracle.images().await;
    if !foreign && end != start.images {
        return Err(format!("not back at the start: {}", lines(&end)));
    }
    if let Some(expected) = subject.oracle.end(&start.images).await
        && end != expected
    {
        return Err(format!(
            "not the start with what others wrote: {}, but {}",
            lines(&expected),
            lines(&end)
        ));
    }
    seen::over(subject, &start, foreign).await?;
    if foreign && !faulty.overwritten().is_empty() {
        return Err(format!(
            "overwrote a second writer: {}",
            faulty.overwritten().join(", ")
        ));
    }
    Ok(())
}

/// Does every step, trying again what failed; whatever happens, what the run says must be true.
async fn forward(
    subject: &Subject,
    faulty: &FaultyWorld,
    desk: &mut Rig,
    (foreign, start): (bool, &Start),
    phase: &str,
) -> Result<(), String> {
    for step in subject.plan.steps() {
        faulty.phase(&format!("{phase} {}", step.id));
        for _ in 0..4 {
            let mut state = desk.run().steps[&step.id].state;
            // What it published came to nothing, or nobody knows of what: it is published anew.
            if step.is_publisher() && state == StepState::Foreign && desk.run().is_reopenable(&step.id) {
                let again = Command::Reopen {
                    step: step.id.clone(),
                };
                desk.ask(again).await.map_err(|rejection| rejection.to_string())?;
                state = desk.run().steps[&step.id].state;
            }
            if !matches!(
                state,
                StepState::ToDo | StepState::Blocked | StepState::Ready | StepState::Failed
            ) {
                break;
            }
            let text = step.id.as_str();
            if step.kind == StepKind::Attest {
                subject.oracle.by_hand(&step.id, Way::Apply).await;
                let step = step.id.clone();
                let told = desk.ask(Command::Attest { step }).await;
                told.map_err(|rejection| rejection.to_string())?;
            } else if desk.check(text).await.is_ok() && desk.approve(text).await.is_ok() {
                desk.settle_through().await?;
            }
            honest(subject, desk, (foreign, start)).await?;
        }
    }
    let late = |r: &switchback_model::CheckReading| matches!(r.verdict, Verdict::Waiting { .. });
    if !foreign
        && let Some((id, state)) = desk.run().steps.iter().find(|(_, s)| {
            !matches!(s.state, StepState::Done { .. })
                && !s.checks.as_ref().is_some_and(|c| c.readings.iter().any(late))
        })
    {
        return Err(format!("step {id} did not get done: {:?}", state.state));
    }
    Ok(())
}

/// Rolls everything back, trying again, giving up and planning anew as a person would.
async fn back(
    subject: &Subject,
    faulty: &FaultyWorld,
    desk: &mut Rig,
    (foreign, start): (bool, &Start),
) -> Result<(), String> {
    faulty.phase("undo");
    for _ in 0..8 {
        if desk.run().rollback_active() {
            let retried = match by_hand(desk) {
                Some((item, step)) => {
                    subject.oracle.by_hand(&step, Way::Undo).await;
                    desk.ask(Command::RollbackDone { item }).await.is_ok()
                }
                None => desk.ask(Command::RollbackRetry).await.is_ok(),
            };
            desk.settle_through().await?;
            honest(subject, desk, (foreign, start)).await?;
            seen::completed(subject, desk, start, foreign).await?;
            if retried && desk.run().rollback_active() && by_hand(desk).is_none() {
                let _ = desk.ask(Command::RollbackAbandon).await;
            }
            continue;
        }
        // What was only made stays made, and nobody meets it.
        let effects = subject.plan.steps().any(|step| {
            let is_taken_back = step.is_publisher() || step.carries_state();
            is_taken_back && desk.run().steps[&step.id].state.may_have_effect()
        });
        if !effects && !is_anything_left(desk.run()) {
            return Ok(());
        }
        // Somebody else's record never looks right from outside: a person accepts what was undone.
        let unproven: Vec<_> = desk
            .run()
            .steps
            .iter()
            .filter(|(_, step)| foreign && step.state == StepState::UndoUnverified)
            .map(|(id, _)| id.clone())
            .collect();
        for step in unproven {
            let _ = desk.ask(Command::Accept { step }).await;
        }
        // Planning reads too; what can't be read is tried again rather than overridden here.
        let planned = match subject.planted {
            Some(Planted::PlainReverseOrder) => confirm_in_plain_order(desk).await,
            _ => desk.confirm(RollbackScope::All, &[], &[]).await.map(drop),
        };
        desk.settle_through().await?;
        honest(subject, desk, (foreign, start)).await?;
        if planned.is_ok() {
            seen::completed(subject, desk, start, foreign).await?;
        }
    }
    let left: Vec<String> = desk
        .run()
        .steps
        .iter()
        .map(|(id, step)| format!("{id} {:?}", step.state))
        .collect();
    Err(format!(
        "the rollback does not end: {}; {}",
        left.join(", "),
        desk.rollback_state()
    ))
}

/// The object of a place's label, which follows its phase.
fn object_of(label: &str) -> &str {
    label.rsplit(' ').next().unwrap_or(label)
}

/// The item at which a rollback waits for a person, with its step.
fn by_hand(desk: &Rig) -> Option<(String, switchback_model::StepId)> {
    let item = desk.run().rollback.as_ref()?.item()?;
    match item.kind {
        ItemKind::Manual { .. } => Some((item.id.clone(), item.step.clone()?)),
        ItemKind::Undo { .. } | ItemKind::Publish { .. } | ItemKind::Notice { .. } => None,
    }
}

async fn twice(subject: &Subject, desk: &mut Rig) -> Result<(), String> {
    for step in subject.plan.steps() {
        if desk.approve(step.id.as_str()).await.is_ok() {
            return Err(format!("step {} was applied twice", step.id));
        }
    }
    Ok(())
}

async fn reopen(desk: &mut Rig) -> Result<(), String> {
    let ids: Vec<_> = desk.run().steps.keys().cloned().collect();
    for step in ids {
        desk.ask(Command::Reopen { step })
            .await
            .map_err(|r| r.to_string())?;
    }
    Ok(())
}

/// What the run says is true of the world, and what the world accepted was written ahead, once.
async fn honest(subject: &Subject, desk: &Rig, (foreign, start): (bool, &Start)) -> Result<(), String> {
    let events = subject.journal.events();
    let intents: Vec<(&str, Option<(String, String)>)> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Intended { token, after, .. } => Some((
                token.as_str(),
                after
                    .readable()
                    .map(|image| (image.object(), image.lines().join("\n"))),
            )),
            _ => None,
        })
        .collect();
    // Each intent is good for one effect: by its token, or by what it was to leave.
    let mut left = intents;
    let (mut known, mut spare) = (Vec::new(), start.twice);
    for made in subject.oracle.accepted().await {
        let of = left
            .iter()
            .position(|(token, after)| match (&made.token, &made.published, after) {
                (Some(carried), _, _) => carried == token,
                (None, Some(object), Some((of, _))) => object == of,
                (None, None, Some((_, lines))) => made.left.as_ref() == Some(lines),
                (None, _, None) => made.left.is_none() && made.published.is_none(),
            });
        match of {
            Some(at) => drop(left.remove(at)),
            None if spare && known.contains(&made) => spare = false,
            None => {
                return Err(format!(
                    "an effect without an intent of its own in the journal: {made:?}"
                ));
            }
        }
        known.push(made);
    }
    if let Some(lost) = subject.oracle.lost().await {
        return Err(format!("lost what others wrote: {lost}"));
    }
    seen::told(subject, desk.run(), start, foreign).await?;
    if foreign {
        return Ok(());
    }
    let images = subject.oracle.images().await;
    let real = |image: &Image| images.iter().find(|real| real.object() == image.object());
    let mut told = BTreeSet::new();
    // The last word on each object is that of the latest attempt on it.
    let mut attempts: Vec<_> = desk
        .run()
        .steps
        .values()
        .filter_map(|step| Some((step, step.current()?)))
        // Who publishes leaves no image: what it did is told by its readers.
        .filter(|(_, attempt)| {
            let step = subject.plan.step(&attempt.id.step);
            !step.is_some_and(Step::is_publisher)
        })
        .collect();
    attempts.sort_by_key(|(_, attempt)| std::cmp::Reverse(attempt.intended_at));
    for (step, attempt) in attempts {
        let (Some(before), Some(after)) = (attempt.before.clear(), attempt.after.clear()) else {
            continue;
        };
        if !told.insert(after.object()) {
            continue;
        }
        let expected = match (step.state, attempt.id.way) {
            (StepState::Done { .. } | StepState::Verifying { .. }, Way::Apply)
            | (StepState::Undone { .. } | StepState::UndoVerifying { .. }, Way::Undo) => after,
            (StepState::Failed, Way::Apply) | (StepState::UndoFailed, Way::Undo) => before,
            _ => continue,
        };
        if !real(expected).is_some_and(|real| real.same_as(expected)) {
            return Err(format!(
                "step {} is {:?}, but the world is {}",
                attempt.id.step,
                step.state,
                lines(&images)
            ));
        }
    }
    Ok(())
}

fn lines(images: &[Image]) -> String {
    images
        .iter()
        .flat_map(Image::lines)
        .collect::<Vec<_>>()
        .join(" | ")
}
