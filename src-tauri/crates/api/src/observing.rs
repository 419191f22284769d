//! The outlook of an open run: its monitors and its way back, read again and again. It needs no
//! lease: whoever watches a run sees as much of the world as whoever drives it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use switchback_engine::expect::{Look, applicable};
use switchback_engine::monitor::round_believed_s;
use switchback_engine::ports::{Clock, World};
use switchback_engine::run::Run;
use switchback_model::plan::Monitor;
use switchback_model::{CheckKind, CheckReading, Finding, MonitorId, RollbackScope, StepId, StepState};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::servers::{Asked, Heard};
use crate::view::{Readiness, scope_model};
use crate::wire::RunSnapshot;

/// How often, in world time, the way back is looked at.
const LOOK_BACK_EVERY: Duration = Duration::from_secs(20);

/// An answer of a monitor that took longer than this, in world time, counts from its question; a round of many
/// questions may take longer.
const SLOW: SignedDuration = SignedDuration::from_secs(15);

/// What was seen of the world.
pub(crate) enum Observation {
    /// A monitor was read.
    Reading(MonitorId, Box<CheckReading>),
    /// The way back was looked at: the proposal and every rule.
    Readiness(Vec<Readiness>),
    /// What was found of a step's object, and the last event when the look began.
    Looked(u64, StepId, Finding),
    /// A side on its way in answered itself: a check of this step.
    Side(StepId, Box<CheckReading>),
    /// The servers of a name were asked.
    Servers(Asked, Heard),
}

/// Reads every monitor on its schedule, apart from the driver, so that a slow site never holds up
/// a rollback.
pub(crate) async fn watch_monitors<M: From<Observation> + Send + 'static>(
    inbox: mpsc::WeakSender<M>,
    run: watch::Receiver<Arc<Run>>,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
) {
    let mut plans = run.clone();
    loop {
        let plan = plans.borrow_and_update().plan_digest;
        let monitors = run.borrow().plan.monitors.clone();
        // Dropped, they end: an amended plan has its own.
        let mut tasks = JoinSet::new();
        for monitor in monitors {
            let (inbox, run, world, clock) = (inbox.clone(), run.clone(), world.clone(), clock.clone());
            tasks.spawn(async move {
                loop {
                    let now_run = run.borrow().clone();
                    let asked = clock.now();
                    let seen = switchback_engine::expect::look(&now_run, &monitor, &*world).await;
                    if let Some(Look { mut reading, side }) = seen {
                        believe(&now_run, &monitor, &mut reading, asked);
                        let Some(inbox) = inbox.upgrade() else { return };
                        if inbox
                            .send(Observation::Reading(monitor.id.clone(), Box::new(reading)).into())
                            .await
                            .is_err()
                        {
                            return;
                        }
                        if let Some((step, reading)) = side
                            && inbox
                                .send(Observation::Side(step, Box::new(reading)).into())
                                .await
                                .is_err()
                        {
                            return;
                        }
                    }
                    if inbox.upgrade().is_none() {
                        return;
                    }
                    clock
                        .sleep(Duration::from_secs(u64::from(monitor.every_s.max(1))))
                        .await;
                }
            });
        }
        if plans.wait_for(|run| run.plan_digest != plan).await.is_err() {
            return;
        }
    }
}

/// From when and for how long an answer counts that was asked for at `asked`.
fn believe(run: &Run, monitor: &Monitor, reading: &mut CheckReading, asked: Timestamp) {
    let took = reading.observed_at.duration_since(asked);
    let round = applicable(run, monitor)
        .is_some_and(|spec| spec.id == reading.check && matches!(spec.kind, CheckKind::Routes(_)));
    if round {
        // Hundreds of questions, of which the last are answered at its end. Counted from its beginning it would be too
        // old when the next one comes. A machine that slept in between has been noticed where it was read.
        reading.believable_s = round_believed_s(monitor, reading, took);
    } else if took > SLOW {
        // A machine that was busy or asleep in between looks at an answer of long ago.
        reading.observed_at = asked;
    }
}

/// Looks at the way back again and again, so that drift and breaches are known before the
/// emergency.
pub(crate) async fn look_back<M: From<Observation> + Send + 'static>(
    inbox: mpsc::WeakSender<M>,
    mut run: watch::Receiver<Arc<Run>>,
    mut snapshots: watch::Receiver<Arc<RunSnapshot>>,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
) {
    loop {
        let now_run = run.borrow_and_update().clone();
        let proposed = snapshots.borrow_and_update().way_back.proposal.clone();
        // Every rule too: the proposal changes the moment that a monitor fails, and by then the way
        // back must have been looked at.
        let rules = now_run
            .plan
            .rules
            .iter()
            .map(|rule| RollbackScope::Rule(rule.id.clone()));
        let scopes = proposed
            .as_ref()
            .and_then(|scope| scope_model(scope).ok())
            .into_iter()
            .chain(rules);
        let seen = switchback_engine::driver::see(&now_run, &*world).await;
        let mut readiness: Vec<Readiness> = Vec::new();
        for scope in scopes {
            if readiness.iter().any(|known| known.plan.scope == scope) {
                continue;
            }
            let planned =
                switchback_engine::driver::plan_rollback_seen(&now_run, &*world, clock.now(), &scope, &seen)
                    .await;
            if let Ok((plan, preconditions)) = planned {
                readiness.push(Readiness {
                    plan,
                    preconditions,
                    at: clock.now(),
                });
            }
        }
        let Some(sender) = inbox.upgrade() else { return };
        if sender
            .send(Observation::Readiness(readiness).into())
            .await
            .is_err()
        {
            return;
        }
        // Only while nothing is under way: a look that began before a call would speak of the past.
        let quiet = now_run.in_flight().is_none() && !now_run.rollback_active();
        if quiet {
            for (step, finding) in switchback_engine::driver::watch_objects(&now_run, &*world).await {
                let looked = Observation::Looked(now_run.seq, step, finding);
                if sender.send(looked.into()).await.is_err() {
                    return;
                }
            }
        }
        drop(sender);
        // Again at once when an effect comes, goes or changes its state, or when a failing monitor
        // makes another proposal; not at every event, because the driver needs the same requests.
        let effects_before = effects(&now_run);
        let other_effects = async {
            while run.changed().await.is_ok() {
                if effects(&run.borrow_and_update()) != effects_before {
                    return true;
                }
            }
            false
        };
        let other_proposal = async {
            while snapshots.changed().await.is_ok() {
                if snapshots.borrow_and_update().way_back.proposal != proposed {
                    return;
                }
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            alive = other_effects => if !alive { return },
            () = other_proposal => {}
            () = clock.sleep(LOOK_BACK_EVERY) => {}
        }
    }
}

/// The steps that may have an effect, with their states.
fn effects(run: &Run) -> Vec<(StepId, StepState)> {
    run.steps
        .iter()
        .filter(|(_, step)| step.state.may_have_effect())
        .map(|(id, step)| (id.clone(), step.state))
        .collect()
}

#[cfg(test)]
mod tests;
