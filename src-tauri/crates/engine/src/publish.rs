//! Publishing: requests that change nothing by themselves and make readers read again. What is written is seen
//! only once it was published, on the way there and on the way back.

use jiff::{SignedDuration, Timestamp};
use switchback_model::{ActionSpec, Edges, Plan, Step, StepId, Way};

use crate::chosen::is_left_out;
use crate::rollback::has_effect;
use crate::run::{Attempt, Outcome, Run, StepRun};

/// Every step that `publisher` makes seen and that carries state.
pub(crate) fn published_by<'a>(plan: &'a Plan, publisher: &StepId) -> Vec<&'a StepId> {
    let shown = Edges::of(plan).published_by(publisher).into_iter();
    shown
        .filter(|id| plan.step(id).is_some_and(Step::carries_state))
        .collect()
}

/// Every step that makes `id` seen, in the plan's order.
#[must_use]
pub fn publishers_of<'a>(plan: &'a Plan, id: &StepId) -> Vec<&'a Step> {
    // Of almost every plan none publishes anything.
    match plan.steps().any(Step::is_publisher) {
        true => Edges::of(plan).publishers_of(id),
        false => Vec::new(),
    }
}

/// Whether a request may have changed something, by what is known of it.
fn may_have_landed(attempt: &Attempt) -> bool {
    let landed = match attempt.outcome {
        Outcome::InFlight | Outcome::SaidRefused | Outcome::Lost | Outcome::Answered => true,
        Outcome::Refused(_) => false,
        Outcome::Settled => attempt.applied_at.is_some(),
    };
    landed && !attempt.effectless
}

/// For how long what a publisher makes seen may not be everywhere yet: published before, readers would keep the old value
/// anew. With the event of the request that is waited for. None where nothing is. By the journal's times, which another
/// computer may have written: who waits does so once.
pub(crate) fn still_spreads(run: &Run, publisher: &StepId, now: Timestamp) -> Option<(SignedDuration, u64)> {
    let left = |id: &StepId| {
        let (step, state) = run.step(id)?;
        let takes = SignedDuration::from_secs(i64::from(step.action.as_ref()?.served_within_s()));
        let landed = state.attempts.iter().filter(|attempt| may_have_landed(attempt));
        let times = landed.filter_map(|attempt| Some((attempt.applied_at?, attempt.seq)));
        let (last, seq) = times.max()?;
        let passed = now.duration_since(last).max(SignedDuration::ZERO);
        Some((takes - passed, seq)).filter(|(left, _)| left.is_positive())
    };
    published_by(&run.plan, publisher)
        .into_iter()
        .filter_map(left)
        .max()
}

/// The event by which a step's value may have changed last, either way: by a request of ours that may have landed,
/// by somebody's hand, or by somebody's word. By sequence, because clocks may jump.
#[must_use]
pub fn moved(step: &StepRun) -> Option<u64> {
    let ours = step.attempts.iter().filter(|attempt| may_have_landed(attempt));
    ours.map(|attempt| attempt.seq).max().max(step.moved)
}

/// Steps whose value may have changed since `publisher` was last proven to have published: nobody knows that it is
/// seen. None where that is no publisher.
#[must_use]
pub fn unseen(run: &Run, publisher: &StepId) -> Vec<StepId> {
    let state = run.steps.get(publisher).filter(|_| !is_left_out(run, publisher));
    let Some(state) = state else {
        return Vec::new();
    };
    let last = state.published.last().copied().unwrap_or(0);
    let moved_since = |id: &&StepId| run.steps.get(*id).and_then(moved).is_some_and(|at| at > last);
    let shown = published_by(&run.plan, publisher);
    shown.into_iter().filter(moved_since).cloned().collect()
}

/// Whether a publication is due: see [`unseen`].
#[must_use]
pub fn is_due(run: &Run, publisher: &StepId) -> bool {
    !unseen(run, publisher).is_empty()
}

/// Every publisher that is due, in the plan's order, with what nobody knows to be seen.
#[must_use]
pub fn due(run: &Run) -> Vec<(StepId, Vec<StepId>)> {
    let publishers = run.plan.steps().filter(|step| step.is_publisher());
    publishers
        .map(|step| (step.id.clone(), unseen(run, &step.id)))
        .filter(|(_, unseen)| !unseen.is_empty())
        .collect()
}

/// Steps whose change a publication would show now although nobody published it yet: also of another step that makes
/// the same readers read again.
pub(crate) fn would_show(run: &Run, publisher: &StepId) -> Vec<StepId> {
    let readers = |step: &Step| step.action.as_ref().and_then(ActionSpec::readers);
    let Some(own) = run.plan.step(publisher) else {
        return Vec::new();
    };
    let alike: Vec<&Step> = run
        .plan
        .steps()
        .filter(|step| step.id == own.id || readers(step).is_some() && readers(step) == readers(own))
        .collect();
    let last = alike
        .iter()
        .filter_map(|step| run.steps.get(&step.id)?.published.last())
        .max()
        .copied()
        .unwrap_or(0);
    let mut shown: Vec<StepId> = Vec::new();
    for id in alike.iter().flat_map(|step| published_by(&run.plan, &step.id)) {
        let moved = run.steps.get(id).and_then(moved);
        if moved.is_some_and(|at| at > last) && !shown.contains(id) {
            shown.push(id.clone());
        }
    }
    shown
}

/// Whether something that `publisher` makes seen has an effect.
pub(crate) fn shows_something(run: &Run, publisher: &StepId) -> bool {
    published_by(&run.plan, publisher)
        .into_iter()
        .any(|id| has_effect(run, id))
}

/// Steps with an effect that the last publication of `publisher` made seen first: taking that publication back means
/// to take them back.
pub(crate) fn first_shown_by(run: &Run, publisher: &StepId) -> Vec<StepId> {
    let Some(last) = run.steps.get(publisher).and_then(|state| state.published.last()) else {
        return Vec::new();
    };
    let first_shown = |id: &&StepId| {
        let applied = run.steps.get(*id).and_then(|step| {
            let ours = step.last(Way::Apply).filter(|attempt| may_have_landed(attempt));
            ours.map(|attempt| attempt.seq).max(step.moved)
        });
        let first = applied.and_then(|applied| {
            let publications = publishers_of(&run.plan, id)
                .into_iter()
                .filter_map(|step| run.steps.get(&step.id))
                .flat_map(|state| &state.published);
            publications.filter(|at| **at > applied).min()
        });
        has_effect(run, id) && first == Some(last)
    };
    let shown = published_by(&run.plan, publisher);
    shown.into_iter().filter(first_shown).cloned().collect()
}
