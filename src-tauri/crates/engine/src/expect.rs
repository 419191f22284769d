//! What is expected of the world now: before a change, while it spreads, after it. While it spreads old and new
//! are both right for users, for as long as its after-checks may take; a value that is neither, or a side on
//! its way in that does not answer, is wrong at once. Of routes that are being closed or opened some are
//! met as before until the change is everywhere.

use jiff::{SignedDuration, Timestamp};
use switchback_model::plan::Monitor;
use switchback_model::{
    CheckKind, CheckReading, CheckSpec, RoutesExpected, Step, StepId, StepState, Verdict, Way,
};

use crate::ports::World;
use crate::run::{Attempt, Run};
use crate::servers::right_answers;

/// A change on its way to users, or on its way back.
#[derive(Debug, Clone, Copy)]
pub struct Flight<'a> {
    /// The step.
    pub step: &'a Step,
    /// Whether it comes or goes.
    pub way: Way,
    /// Its attempt.
    pub attempt: &'a Attempt,
}

impl Flight<'_> {
    /// The checks that prove its end from outside.
    #[must_use]
    pub fn verify(&self) -> &[CheckSpec] {
        match self.way {
            Way::Apply => &self.step.verify,
            Way::Undo | Way::Publish => &self.step.undo_verify,
        }
    }

    /// By when what this check asks must have come; none before the call has landed, or where no after-check
    /// has a time.
    fn ends(&self, kind: &CheckKind) -> Option<Timestamp> {
        let same = |spec: &&CheckSpec| spec.kind.id() == kind.id();
        let within =
            |specs: &mut dyn Iterator<Item = &CheckSpec>| specs.filter_map(|spec| spec.within_s).max();
        let within =
            within(&mut self.verify().iter().filter(same)).or_else(|| within(&mut self.verify().iter()))?;
        let seconds = SignedDuration::from_secs(i64::from(within));
        self.attempt.applied_at?.checked_add(seconds).ok()
    }

    /// Whether it is this change that closes or opens routes: its two ends differ in them. What merely goes on while they
    /// are closed excuses no leak.
    fn turns_routes(&self) -> bool {
        let ends = |wanted: RoutesExpected| {
            let mut checks = self.step.verify.iter().chain(&self.step.undo_verify);
            checks.any(|spec| matches!(&spec.kind, CheckKind::Routes(check) if check.expected == wanted))
        };
        ends(RoutesExpected::Closed) && ends(RoutesExpected::Open)
    }

    /// The check of the side on its way in that asks it directly, whatever the resolvers still answer.
    fn side(&self, coming: &CheckSpec) -> Option<&CheckSpec> {
        let CheckKind::HttpBuild { url, build, .. } = &coming.kind else {
            return None;
        };
        let before = match self.way {
            Way::Apply => &self.step.before,
            Way::Undo | Way::Publish => &self.step.undo_before,
        };
        before.iter().find(|spec| {
            matches!(&spec.kind, CheckKind::HttpBuild { url: at, address: Some(_), build: of } if at == url && of == build)
        })
    }
}

/// Which way a step's effect goes now; `None` = it does not move.
fn moving(state: StepState) -> Option<Way> {
    match state {
        StepState::Applying { .. } | StepState::InDoubt { .. } | StepState::Verifying { .. } => {
            Some(Way::Apply)
        }
        StepState::Undoing { .. }
        | StepState::UndoInDoubt { .. }
        | StepState::UndoVerifying { .. }
        | StepState::UndoUnverified
        | StepState::UndoForeign => Some(Way::Undo),
        StepState::ToDo
        | StepState::Checking
        | StepState::Blocked
        | StepState::Ready
        | StepState::Done { .. }
        | StepState::Unverified
        | StepState::Failed
        | StepState::Foreign
        | StepState::Adopted
        | StepState::Undone { .. }
        | StepState::UndoFailed
        | StepState::Skipped => None,
    }
}

/// The change in flight of a step, if it has one.
#[must_use]
pub fn flight<'a>(run: &'a Run, id: &StepId) -> Option<Flight<'a>> {
    let (step, state) = run.step(id)?;
    let way = moving(state.state)?;
    let attempt = match way {
        Way::Apply => state.last(way)?,
        // A publication is taken back by publishing once more.
        Way::Undo | Way::Publish => state.last(Way::Undo).or_else(|| state.last(Way::Publish))?,
    };
    Some(Flight { step, way, attempt })
}

/// The steps on whose effect a monitor's checks depend.
fn named(monitor: &Monitor) -> impl Iterator<Item = &StepId> {
    let looks = monitor.checks.iter();
    looks.flat_map(|look| look.while_done.iter().chain(&look.until_done))
}

/// The changes in flight that users may see: those on which a monitor depends, in the plan's order.
#[must_use]
pub fn in_flight(run: &Run) -> Vec<Flight<'_>> {
    let seen = |step: &&Step| {
        run.plan
            .monitors
            .iter()
            .any(|monitor| named(monitor).any(|id| *id == step.id))
    };
    run.plan
        .steps()
        .filter(seen)
        .filter_map(|step| flight(run, &step.id))
        .collect()
}

/// How a reading begins that a monitor made of a side directly.
fn of_side(way: Way) -> &'static str {
    match way {
        Way::Apply => "the new side: ",
        Way::Undo | Way::Publish => "the old side: ",
    }
}

/// What a monitor's reading of a side observed, where it asked the side itself that comes by `way`; none where it went
/// where DNS led.
#[must_use]
pub fn observed_directly(reading: &CheckReading, way: Way) -> Option<&str> {
    reading.observed.strip_prefix(of_side(way))
}

/// The check that speaks for a monitor if what moves had arrived, or had not left yet.
fn expected<'a>(run: &Run, monitor: &'a Monitor, arrived: bool) -> Option<&'a CheckSpec> {
    let there = |id: &StepId| {
        run.steps.get(id).is_some_and(|step| match moving(step.state) {
            Some(Way::Apply) => arrived,
            Some(Way::Undo | Way::Publish) => !arrived,
            None => step.state.may_have_effect(),
        })
    };
    let looks = monitor.checks.iter();
    let mut fit = looks.filter(|look| {
        look.while_done.as_ref().is_none_or(there) && look.until_done.as_ref().is_none_or(|id| !there(id))
    });
    fit.next().map(|look| &look.check)
}

/// The check that speaks for a monitor: of the side on its way in, while a change is in flight.
#[must_use]
pub fn applicable<'a>(run: &Run, monitor: &'a Monitor) -> Option<&'a CheckSpec> {
    expected(run, monitor, true).or_else(|| expected(run, monitor, false))
}

/// What a look of a monitor saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What it says, against what is expected now.
    pub reading: CheckReading,
    /// While a change is in flight: what the side on its way in answered itself, by a check of that step.
    pub side: Option<(StepId, CheckReading)>,
}

/// Reads a monitor, against what is expected now.
pub async fn read(run: &Run, monitor: &Monitor, world: &dyn World) -> Option<CheckReading> {
    Some(look(run, monitor, world).await?.reading)
}

/// The same, with what was seen beside it.
pub async fn look(run: &Run, monitor: &Monitor, world: &dyn World) -> Option<Look> {
    let mut side = None;
    let reading = read_beside(run, monitor, world, &mut side).await?;
    Some(Look { reading, side })
}

async fn read_beside(
    run: &Run,
    monitor: &Monitor,
    world: &dyn World,
    beside: &mut Option<(StepId, CheckReading)>,
) -> Option<CheckReading> {
    let history = run.history();
    let coming = applicable(run, monitor)?;
    let flight = named(monitor).find_map(|id| flight(run, id));
    let reading = world.check(coming, &history).await;
    let Some(flight) = flight else {
        return Some(reading);
    };
    // While resolvers still lead to the side that is left, nobody would notice that the other is down.
    if let Some(side) = flight.side(coming) {
        let direct = world.check(side, &history).await;
        *beside = Some((flight.step.id.clone(), direct.clone()));
        if !direct.verdict.lets_through() {
            return Some(CheckReading {
                check: coming.id.clone(),
                observed: format!("{}{}", of_side(flight.way), direct.observed),
                ..direct
            });
        }
    }
    let leaving = expected(run, monitor, false).filter(|leaving| leaving.id != coming.id);
    let ends = flight.ends(&coming.kind);
    let late = ends.is_some_and(|ends| reading.observed_at > ends);
    if matches!(coming.kind, CheckKind::Routes(_))
        && flight.turns_routes()
        && reading.verdict == Verdict::Fail
        && !late
    {
        return Some(CheckReading {
            // Before the call has landed nobody knows by when it will be so.
            verdict: ends.map_or(Verdict::Error, |until| Verdict::Waiting { until }),
            observed: format!("on its way: {}", reading.observed),
            mend: None,
            ..reading
        });
    }
    let Some(leaving) = leaving.filter(|_| !late && !reading.verdict.lets_through()) else {
        return Some(reading);
    };
    Some(match (&reading.answers, right_answers(&leaving.kind)) {
        // Every server gives the one or the other.
        (Some(answers), Some(old)) if answers.only(&old) => passing(reading),
        // One that is silent may give anything.
        (Some(answers), Some(_)) if answers.silent > 0 && reading.verdict == Verdict::Fail => CheckReading {
            verdict: Verdict::Error,
            ..reading
        },
        (Some(_), Some(_)) => reading,
        (_, _) => {
            let old = world.check(leaving, &history).await;
            match old.verdict.lets_through() {
                true => old,
                false => reading,
            }
        }
    })
}

fn passing(reading: CheckReading) -> CheckReading {
    CheckReading {
        verdict: Verdict::Pass,
        mend: None,
        ..reading
    }
}
