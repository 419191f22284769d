//! The whole run as a screen needs it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use switchback_engine::chosen;
use switchback_engine::expect::applicable;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::rollback::standing;
use switchback_engine::run::{Barred, Run};
use switchback_engine::sign_in::SignIn;
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::plan::DecisionType;
use switchback_model::rollback::Precondition;
use switchback_model::{
    Answers, CheckId, CheckReading, MonitorId, Phase, RollbackPlan, RunState, Step, StepId, StepState,
    TargetKind,
};

use super::{answers, deadlines, gate, interrupted, offers, rollback, status, step, way};
use crate::mirror::MirrorSource;
use crate::run_facts::RunFacts;
use crate::servers::Heard;
use crate::wire::{
    BannerView, BarredView, DecisionView, DriverLife, DriverView, LostView, PhaseView, ReadingView,
    RunSnapshot, SCHEMA_VERSION, Tone,
};

/// The rollback that the button would propose, as last read.
#[derive(Debug, Clone)]
pub struct Readiness {
    /// Its plan.
    pub plan: RollbackPlan,
    /// Its preconditions.
    pub preconditions: Vec<Precondition>,
    /// When it was read.
    pub at: Timestamp,
}

/// Live readings: what the journal does not hold.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Monitors, after hysteresis.
    pub monitors: BTreeMap<MonitorId, MonitorRun>,
    /// The way back, as last read: the proposal and every rule.
    pub readiness: Vec<Readiness>,
    /// World seconds per real second.
    pub speed: u32,
    /// Whether this program drives the run.
    pub ours: bool,
    /// What stops everything, in one sentence with its mend.
    pub stopped_by: Option<String>,
    /// Tells how the mirror folder stands.
    pub mirror: Option<MirrorSource>,
    /// Somebody else drives the run, or nobody, and this program looks on.
    pub watch: Option<Watch>,
    /// What is known besides the run's own journal.
    pub known: RunFacts,
    /// When the sign-in ends, where that is known.
    pub sign_in: Option<SignIn>,
    /// What the servers of each name answered last.
    pub servers: BTreeMap<(DnsName, RecordType), Heard>,
    /// What the side on its way in answered itself, by checks of the step that brings it.
    pub sides: BTreeMap<(StepId, CheckId), CheckReading>,
}

/// The run as seen by a program that does not drive it.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Who holds the lease; absent = nobody.
    pub holder: Option<DriverView>,
    /// This program drove the run before.
    pub lost: Option<LostView>,
}

impl Watch {
    /// Why nothing can be done from here.
    fn reason(&self) -> String {
        match (&self.holder, &self.lost) {
            (
                _,
                Some(LostView {
                    sentence: Some(sentence),
                    ..
                }),
            ) => sentence.clone(),
            (Some(holder), _) if holder.life == DriverLife::Ended => format!(
                "{} on {} drove this run, and that program has ended. Take the run over to act here.",
                holder.by, holder.host
            ),
            (Some(holder), _) => format!(
                "{} on {} drives this run. Take it over to act here.",
                holder.by, holder.host
            ),
            (None, _) => "Nobody drives this run. Drive it from here to act.".to_owned(),
        }
    }
}

impl Live {
    /// Monitors that are failing, for the proposal.
    #[must_use]
    pub fn failing(&self) -> BTreeSet<MonitorId> {
        self.monitors
            .iter()
            .filter(|(_, m)| m.failing == Some(true))
            .map(|(id, _)| id.clone())
            .collect()
    }
}

/// Makes the snapshot.
#[must_use]
pub fn snapshot(run: &Run, live: &Live, now: Timestamp) -> RunSnapshot {
    let monitors = monitor_views(run, live, now);
    let mirror = live.mirror.as_ref().and_then(|mirror| mirror.look(run.seq, now));
    let watching = live.watch.as_ref().map(Watch::reason);
    let mut made = RunSnapshot {
        schema_version: SCHEMA_VERSION,
        run: run.id.to_string(),
        title: run.plan.title.clone(),
        state: run_state(run.state).to_owned(),
        barred: run.barred.as_ref().map(barred),
        plan_digest: run.plan_digest.to_string(),
        seq: run.seq,
        now,
        opened_at: run.opened_at,
        banner: banner(run, live),
        driver: driver(run, live),
        lost: live.watch.as_ref().and_then(|watch| watch.lost.clone()),
        sign_in_until: live.sign_in.as_ref().map(|sign_in| sign_in.until),
        t0: gate::t0(run),
        times: gate::run_times(run, now),
        phases: run
            .plan
            .phases
            .iter()
            .map(|phase| PhaseView {
                id: phase.id.to_string(),
                title: phase.title.clone(),
                t0: phase.t0,
                gate: gate::view(run, phase, now, watching.as_deref()),
                times: gate::phase_times(run, phase, now),
                done: count(counted(run, phase).filter(|s| is_finished(run.steps[&s.id].state))),
                of: count(counted(run, phase)),
                steps: phase
                    .steps
                    .iter()
                    .map(|s| {
                        let offers = offers::offers(run, s, now, watching.as_deref());
                        let takes = live.known.undo_time(run, &s.id);
                        let mut view = step::view(run, s, &run.steps[&s.id], now, offers, takes);
                        view.times = gate::step_times(run, &s.id, now);
                        view.together = offers::together(run, s, now, watching.as_deref());
                        view.resources = crate::resource::views(&run.plan, s, run.endpoint.is_some());
                        offers::sign_in(&mut view.offers, s, live.sign_in.as_ref(), now);
                        view
                    })
                    .collect(),
            })
            .collect(),
        name_answers: way::name_answers(run, live),
        ways: way::ways(run, live, now),
        users: answers::users(run, live, &monitors, now),
        way_back: answers::way_back(run, live, mirror.as_ref(), now),
        monitors,
        rollback: run.rollback.as_ref().map(|r| rollback::progress(run, r, now)),
        decisions: decisions(run),
        deadlines: deadlines::deadlines(run, live, now),
        breaches: standing(run).iter().map(rollback::breach_view).collect(),
        stopped_by: live.stopped_by.clone(),
        not_known: (!run.beyond.is_empty()).then(|| run.beyond.words().map(str::to_owned).collect()),
        mirror,
        watching,
        interrupted: interrupted::view(run),
        status: String::new(),
    };
    made.status = status::status(&made);
    made
}

fn driver(run: &Run, live: &Live) -> Option<DriverView> {
    if let Some(watch) = &live.watch {
        return watch.holder.clone();
    }
    let (holder, _) = run.driver.as_ref()?;
    Some(DriverView {
        by: holder.by.to_string(),
        host: holder.host.clone(),
        pid: holder.pid,
        ours: live.ours,
        since: None,
        reason: None,
        life: if live.ours {
            DriverLife::AtWork
        } else {
            DriverLife::Unknown
        },
        silent_s: None,
    })
}

fn barred(barred: &Barred) -> BarredView {
    BarredView {
        by: barred.by.to_string(),
        reason: barred.reason.clone(),
        at: barred.at,
    }
}

/// The run's state in one word.
#[must_use]
pub fn run_state(state: RunState) -> &'static str {
    match state {
        RunState::Open => "open",
        RunState::Held => "held",
        RunState::Stopping => "stopping",
        RunState::Stopped => "stopped",
    }
}

/// The steps of a phase that count: one that people did not choose is absent.
fn counted<'a>(run: &'a Run, phase: &'a Phase) -> impl Iterator<Item = &'a Step> {
    phase
        .steps
        .iter()
        .filter(|step| !chosen::is_left_out(run, &step.id))
}

fn count<'a>(steps: impl Iterator<Item = &'a Step>) -> u32 {
    u32::try_from(steps.count()).unwrap_or(u32::MAX)
}

fn is_finished(state: StepState) -> bool {
    matches!(state, StepState::Done { .. } | StepState::Skipped)
}

fn banner(run: &Run, live: &Live) -> BannerView {
    let target = &run.plan.target;
    let tail: Vec<char> = target.account.chars().rev().take(4).collect();
    BannerView {
        kind: match target.kind {
            TargetKind::Rehearsal => "rehearsal",
            TargetKind::Test => "test",
            TargetKind::Preproduction => "preproduction",
            TargetKind::Production => "production",
        }
        .to_owned(),
        word: target.kind.banner().to_owned(),
        target: target.name.to_string(),
        account_tail: tail.into_iter().rev().collect(),
        region: target.region.clone(),
        role: target.role.clone(),
        test_endpoint: run.endpoint.is_some(),
        speed: live.speed.max(1),
    }
}

fn monitor_views(run: &Run, live: &Live, now: Timestamp) -> Vec<ReadingView> {
    let mut views: Vec<ReadingView> = run
        .plan
        .monitors
        .iter()
        .filter_map(|monitor| {
            let spec = applicable(run, monitor)?;
            let state = live.monitors.get(&monitor.id);
            let kept = run.monitors.get(&monitor.id).and_then(|r| r.last());
            let live_reading = state.and_then(|s| s.reading.as_ref());
            let reading = live_reading.or(kept);
            let mut view = super::reading_view(spec, reading, now);
            view.id = monitor.id.to_string();
            view.title.clone_from(&monitor.title);
            // Its age is that of the last change, not of the last look: nobody says how long ago that was.
            view.before_opening =
                live_reading.is_none() && reading.is_some_and(|reading| reading.is_stale(now));
            // After hysteresis: one odd sample does not flip a card, but it is shown as observed.
            view.tone = match (view.tone, state.map(|s| s.failing)) {
                (Tone::Passing | Tone::Failing, Some(Some(true))) => Tone::Failing,
                (Tone::Passing | Tone::Failing, Some(Some(false))) => Tone::Passing,
                // Not steady yet after readings that could not tell.
                (Tone::Passing | Tone::Failing, Some(None)) => Tone::Unknown,
                (tone, _) => tone,
            };
            // What can't be told any more was something before, and that is not lost.
            let failing = deadlines::last_failing(run, live, &monitor.id);
            view.last_failing = failing.filter(|_| view.tone == Tone::Unknown);
            // Every server gives the old or the new answer, and not all the new one yet.
            let spreading = |answers: &Answers| answers.right < answers.asked();
            let answers = reading.and_then(|reading| reading.answers.as_ref());
            if view.tone == Tone::Passing && answers.is_some_and(spreading) {
                view.tone = Tone::Switching;
            }
            let told =
                reading.is_some_and(|reading| reading.verdict.lets_through() && !reading.is_stale(now));
            if state.is_some_and(MonitorRun::is_flapping) {
                view.observed = format!("changes back and forth; last: {}", view.observed);
            } else if view.tone == Tone::Unknown && told {
                view.observed = format!("passes again, not steadily yet; last: {}", view.observed);
            }
            Some(view)
        })
        .collect();
    views.sort_by_key(|view| std::cmp::Reverse(view.tone));
    views
}

fn decisions(run: &Run) -> Vec<DecisionView> {
    run.plan
        .decisions
        .iter()
        .map(|decision| {
            let taken = run.decisions.get(&decision.id);
            let (kind, choices) = match &decision.kind {
                DecisionType::Minutes => ("minutes", Vec::new()),
                DecisionType::YesNo => ("yes_no", vec!["yes".to_owned(), "no".to_owned()]),
                DecisionType::OneOf { choices } => ("one_of", choices.clone()),
            };
            DecisionView {
                id: decision.id.to_string(),
                question: decision.question.clone(),
                kind: kind.to_owned(),
                choices,
                value: taken.map(|t| t.value.clone()),
                by: taken.and_then(|t| t.by.as_ref()).map(ToString::to_string),
                blocks: if taken.is_some() {
                    Vec::new()
                } else {
                    run.plan
                        .steps()
                        .filter(|s| s.decisions.contains(&decision.id))
                        .map(|s| s.id.to_string())
                        .collect()
                },
            }
        })
        .collect()
}
