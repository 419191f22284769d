//! What is known of a run besides its own journal: how long going back took in the other runs of
//! this home, and when the break-glass sheet was last exported.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_engine::run::{Run, StepRun};
use switchback_journal::Store;
use switchback_model::{Event, EventKind, RunId, StepId, TargetKind, Way};

use crate::home::Home;
use crate::sheet::SheetRecord;
use crate::wire::{ApiError, UndoTimeView};

/// The newest runs of the runbook that are looked at.
const RUNS: usize = 20;

/// What is known of a run besides its own journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFacts {
    /// How long undoing each step took in other runs of the same runbook.
    pub undo_times: BTreeMap<StepId, UndoTimeView>,
    /// The last export of the break-glass sheet.
    pub sheet: Option<SheetRecord>,
}

impl RunFacts {
    /// Reads it from this home.
    pub async fn read(store: &Store, home: &Home, run: &RunId) -> Result<Self, ApiError> {
        let (store, id, sheet) = (store.clone(), run.clone(), SheetRecord::read(home, run));
        let undo_times = tokio::task::spawn_blocking(move || other_runs(&store, &id))
            .await
            .map_err(|_| ApiError::internal("reading the other runs was interrupted"))??;
        Ok(Self { undo_times, sheet })
    }

    /// How long undoing this step takes: as measured in other runs and in this one.
    #[must_use]
    pub fn undo_time(&self, run: &Run, id: &StepId) -> UndoTimeView {
        let mut time = self.undo_times.get(id).copied().unwrap_or_default();
        for took in run.steps.get(id).into_iter().flat_map(StepRun::undos) {
            if let Ok(seconds) = u64::try_from(took.as_secs()) {
                add(&mut time, seconds, run.plan.target.kind == TargetKind::Rehearsal);
            }
        }
        time
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> Option<u64> {
    u64::try_from(to.duration_since(from).as_secs()).ok()
}

fn add(time: &mut UndoTimeView, seconds: u64, rehearsal: bool) {
    time.slowest_s = Some(time.slowest_s.unwrap_or(0).max(seconds));
    time.tries = time.tries.saturating_add(1);
    time.rehearsals = time.rehearsals.saturating_add(u32::from(rehearsal));
}

fn other_runs(store: &Store, id: &RunId) -> Result<BTreeMap<StepId, UndoTimeView>, ApiError> {
    let mut times = BTreeMap::new();
    let Some((runbook, _)) = opened(store, id)? else {
        return Ok(times);
    };
    let others = store.runs()?.into_iter().rev().filter(|row| row.id != *id);
    let mut seen = 0;
    for row in others {
        // A damaged journal of another run is that run's trouble.
        let Ok(Some((_, rehearsal))) = opened(store, &row.id).map(|o| o.filter(|(of, _)| *of == runbook))
        else {
            continue;
        };
        let Ok(events) = store.read_page(&row.id, 0, usize::MAX) else {
            continue;
        };
        for (step, seconds) in undone(&events) {
            add(times.entry(step).or_default(), seconds, rehearsal);
        }
        seen += 1;
        if seen == RUNS {
            break;
        }
    }
    Ok(times)
}

/// The runbook of a run, and whether it is a rehearsal.
fn opened(store: &Store, id: &RunId) -> Result<Option<(String, bool)>, ApiError> {
    let first = store.read_page(id, 0, 1)?;
    Ok(match first.first().map(|event| &event.kind) {
        Some(EventKind::RunOpened { plan, .. }) => {
            Some((plan.runbook.clone(), plan.target.kind == TargetKind::Rehearsal))
        }
        _ => None,
    })
}

/// Each undo that was verified, with its seconds from the first call.
fn undone(events: &[Event]) -> Vec<(StepId, u64)> {
    let mut first: BTreeMap<(StepId, u32), Timestamp> = BTreeMap::new();
    let mut done = Vec::new();
    for event in events {
        match &event.kind {
            EventKind::Intended { attempt, .. } if attempt.way != Way::Apply => {
                first
                    .entry((attempt.step.clone(), attempt.generation))
                    .or_insert(event.at);
            }
            EventKind::Verified { attempt, .. } if attempt.way != Way::Apply => {
                let from = first.get(&(attempt.step.clone(), attempt.generation));
                if let Some(seconds) = from.and_then(|from| seconds(*from, event.at)) {
                    done.push((attempt.step.clone(), seconds));
                }
            }
            _ => {}
        }
    }
    done
}
