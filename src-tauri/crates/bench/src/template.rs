//! Events as the product writes them: a rehearsal, there and back, whose journal is repeated with the
//! generations of reopened steps until it is as long as wanted.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use switchback_engine::ports::{Journal as _, Lease};
use switchback_journal::{MemoryKeyRing, RecoveryCode, RunJournal, Store};
use switchback_model::{CheckReading, Event, EventKind, Holder, Operator, RunId, StepId, Verdict};
use tokio::runtime::Runtime;

use crate::Outcome;
use crate::sandbox::{Sandbox, done};

/// World seconds a second: the recorded times do not matter here.
const SPEED: &str = "60";
/// Events in one transaction while a long journal is made.
const BATCH: usize = 1_000;

/// One rehearsal.
pub(crate) struct Template {
    opened: EventKind,
    /// From the first check to the end of the rollback, as JSON.
    cycle: Vec<Value>,
    steps: Vec<StepId>,
}

/// Rehearses once and takes the journal.
pub(crate) fn record(place: &Sandbox) -> Outcome<Template> {
    let home = place.path("template");
    done(
        place
            .switchback(&home)
            .args(["rehearse", "--auto", "--speed", SPEED]),
    )?;
    let store = Store::open(&home, Arc::new(MemoryKeyRing::default()))?;
    let runs = store.runs()?;
    let run = runs.first().ok_or("the rehearsal left no run")?;
    let mut events = store
        .read_page(&run.id, 0, 10_000)?
        .into_iter()
        .map(|event| event.kind);
    let opened = events.next().ok_or("the run is empty")?;
    let EventKind::RunOpened { plan, .. } = &opened else {
        return Err("the run does not begin with its opening".into());
    };
    let steps = plan.steps().map(|step| step.id.clone()).collect();
    let cycle = events
        .filter(|kind| !matches!(kind, EventKind::DriverStarted { .. }))
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()?;
    Ok(Template { opened, cycle, steps })
}

/// What a long journal is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Rehearsal after rehearsal: every event of a switch and its way back, with its previews and images.
    Rehearsals,
    /// One rehearsal, then the monitors' readings of a run that is watched for a long time.
    Watched,
}

/// A journal and the lease to append to it.
pub(crate) struct Filled {
    pub store: Store,
    pub run: RunId,
    pub journal: RunJournal,
    pub lease: Lease,
    pub runtime: Runtime,
}

impl Filled {
    /// One append, as the driver makes it.
    pub(crate) fn append(&self, events: Vec<EventKind>) -> Outcome<Vec<Event>> {
        let at = self.lease_time()?;
        Ok(self
            .runtime
            .block_on(self.journal.append(&self.lease, at, events))?)
    }

    fn lease_time(&self) -> Outcome<Timestamp> {
        Ok(Timestamp::from_second(1_790_000_000)?)
    }
}

impl Template {
    /// A store of its own with an empty run; `keyed` = with a keychain and a recovery code.
    pub(crate) fn store(&self, place: &Sandbox, name: &str, keyed: bool) -> Outcome<Filled> {
        let home = place.path(name);
        let ring: Arc<dyn switchback_journal::KeyRing> = if keyed {
            Arc::new(MemoryKeyRing::default())
        } else {
            Arc::new(switchback_journal::MemoryKeyRing::failing(
                switchback_journal::KeyRingProblem::Absent,
            ))
        };
        let store = Store::open(&home, ring)?;
        let EventKind::RunOpened { run, .. } = &self.opened else {
            return Err("the template has no opening".into());
        };
        let code = keyed.then(RecoveryCode::generate);
        let at = Timestamp::from_second(1_790_000_000)?;
        store.create_run(run, at, self.opened.clone(), code.as_ref())?;
        let holder = Holder {
            by: Operator::new("bench")?,
            host: "bench".to_owned(),
            pid: std::process::id(),
        };
        let (lease, _) = store.take_lease(run, holder, false)?;
        Ok(Filled {
            run: run.clone(),
            journal: store.journal(run)?,
            store,
            lease,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
        })
    }

    /// Appends until the run has this many events.
    pub(crate) fn fill(&self, filled: &Filled, what: What, events: usize) -> Outcome<()> {
        let (mut written, mut batch, mut round) = (1, Vec::with_capacity(BATCH), 0);
        while written < events {
            round += 1;
            let next = match what {
                What::Watched if round > 1 => self.readings()?,
                What::Watched | What::Rehearsals => self.round(filled, round)?,
            };
            for kind in next {
                batch.push(kind);
                if batch.len() == BATCH || written + batch.len() == events {
                    written += batch.len();
                    filled.append(std::mem::take(&mut batch))?;
                }
                if written == events {
                    break;
                }
            }
        }
        Ok(())
    }

    /// One rehearsal, with the start of its driver and the reopening of its steps.
    fn round(&self, filled: &Filled, round: u64) -> Outcome<Vec<EventKind>> {
        let mut events = vec![EventKind::DriverStarted {
            holder: filled.lease.holder.clone(),
            fence: round,
            taken: false,
            reason: None,
        }];
        for event in &self.cycle {
            let mut event = event.clone();
            if let Some(attempt) = event.get_mut("attempt") {
                attempt["generation"] = round.into();
            }
            events.push(serde_json::from_value(event)?);
        }
        for step in &self.steps {
            events.push(EventKind::Reopened {
                step: step.clone(),
                by: Operator::new("bench")?,
                reason: "Once more".to_owned(),
            });
        }
        Ok(events)
    }

    /// Readings of the plan's monitors, which pass and fail in turn: a reading is kept when the state changes.
    fn readings(&self) -> Outcome<Vec<EventKind>> {
        let EventKind::RunOpened { plan, .. } = &self.opened else {
            return Err("the template has no opening".into());
        };
        let verified = self.cycle.iter().rfind(|event| event["event"] == "verified");
        let readings = &verified.ok_or("the rehearsal verified nothing")?["readings"];
        let reading: CheckReading = serde_json::from_value(readings[0].clone())?;
        let both = [Verdict::Fail, Verdict::Pass].into_iter();
        Ok(both
            .flat_map(|verdict| {
                plan.monitors
                    .iter()
                    .map(move |monitor| (verdict.clone(), monitor))
            })
            .map(|(verdict, monitor)| EventKind::MonitorRead {
                state: None,
                monitor: monitor.id.clone(),
                reading: CheckReading {
                    verdict,
                    ..reading.clone()
                },
            })
            .collect())
    }

    /// The write-ahead of the first step: the event whose sync the one call waits for.
    pub(crate) fn intent(&self) -> Outcome<EventKind> {
        let intent = self.cycle.iter().find(|event| event["event"] == "intended");
        Ok(serde_json::from_value(
            intent.ok_or("the rehearsal wrote nothing ahead")?.clone(),
        )?)
    }
}
