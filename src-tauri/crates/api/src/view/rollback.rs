//! A rollback as a screen shows it, planned or under way.

use jiff::Timestamp;
use switchback_engine::rollback::{ahead, failed_beside, is_finished, is_kept, is_made_unproven};
use switchback_engine::run::{RollbackRun, RollbackState, Run};
use switchback_model::rollback::{Breach, ItemKind, Precondition};
use switchback_model::{
    ActionSpec, CheckId, CheckReading, Image, Preview, RollbackItem, RollbackPlan, RollbackScope, RuleId,
    StepId,
};

use super::answers::lost_by;
use super::extent::open;
use super::price::price;
use super::spread::seen;
use super::{preview_view, reading_view};
use crate::run_facts::RunFacts;
use crate::wire::{
    BreachView, ReadingView, RollbackItemView, RollbackPlanView, RollbackProgress, ScopeView, UndoTimeView,
};

/// The scope for the wire.
#[must_use]
pub fn scope_view(scope: &RollbackScope) -> ScopeView {
    match scope {
        RollbackScope::Step(id) => ScopeView::Step(id.to_string()),
        RollbackScope::Rule(id) => ScopeView::Rule(id.to_string()),
        RollbackScope::All => ScopeView::All,
    }
}

/// The scope from the wire.
pub fn scope_model(scope: &ScopeView) -> Result<RollbackScope, switchback_model::ids::InvalidId> {
    Ok(match scope {
        ScopeView::Step(id) => RollbackScope::Step(StepId::new(id)?),
        ScopeView::Rule(id) => RollbackScope::Rule(RuleId::new(id)?),
        ScopeView::All => RollbackScope::All,
    })
}

/// A plan that is not yet confirmed.
#[must_use]
pub fn rollback_plan_view(
    run: &Run,
    plan: &RollbackPlan,
    preconditions: &[Precondition],
    known: &RunFacts,
    now: Timestamp,
) -> RollbackPlanView {
    let in_set: Vec<&StepId> = plan.items.iter().filter_map(|i| i.step.as_ref()).collect();
    let stays = run
        .plan
        .steps()
        .filter(|s| !s.is_publisher())
        .filter(|s| run.steps[&s.id].state.may_have_effect() && !in_set.contains(&&s.id))
        .map(|s| after::left(run, s))
        .collect();
    let unproven: Vec<String> = preconditions
        .iter()
        .filter(|p| !p.reading.verdict.lets_through())
        .map(|p| p.reading.check.to_string())
        .collect();
    let losses = plan
        .breaches
        .iter()
        .filter(|breach| lost_by(run, breach).is_some())
        .count();
    RollbackPlanView {
        open: open(unproven.len(), plan.breaches.len() - losses, losses).join(", "),
        digest: run.basis_of_rollback(plan).to_string(),
        scope: scope_view(&plan.scope),
        title: title(run, &plan.scope),
        items: plan
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let rows = preconditions
                    .iter()
                    .filter(|p| p.item == item.id)
                    .map(|p| &p.reading);
                item_view(run, &plan.items[..at], item, rows, "to_do", now)
            })
            .collect(),
        breaches: plan.breaches.iter().map(breach_view).collect(),
        unproven,
        open_decision: open_decision(run, &plan.scope),
        stays,
        in_flight: plan.in_flight.iter().map(ToString::to_string).collect(),
        caches_s: plan.items.iter().filter_map(served_ttl).max().unwrap_or(0),
        takes: takes(run, plan, known),
        price: price(plan, takes(run, plan, known)),
    }
}

/// What a rollback is called, by those who wrote the plan.
pub(super) fn title(run: &Run, scope: &RollbackScope) -> String {
    match scope {
        RollbackScope::Step(id) => run.plan.step(id).map(|step| step.title.clone()),
        RollbackScope::Rule(id) => run.plan.rule(id).map(|rule| rule.title.clone()),
        RollbackScope::All => Some("everything".to_owned()),
    }
    .unwrap_or_default()
}

/// The decision that a rule waits for, where nobody has taken it.
fn open_decision(run: &Run, scope: &RollbackScope) -> Option<String> {
    let RollbackScope::Rule(rule) = scope else {
        return None;
    };
    let decision = run.plan.rule(rule)?.decision.as_ref()?;
    (!run.decisions.contains_key(decision)).then(|| decision.to_string())
}

/// The longest TTL that is served now and replaced by the item: how long compliant caches keep it.
fn served_ttl(item: &RollbackItem) -> Option<u64> {
    match &item.kind {
        ItemKind::Undo {
            preview: Some(preview),
            ..
        } => caches_s(preview),
        _ => None,
    }
}

/// How long compliant caches keep what a change replaces.
pub(super) fn caches_s(preview: &Preview) -> Option<u64> {
    let (_, sets) = preview.from.record_sets()?;
    sets.iter().map(|set| u64::from(set.believed_ttl())).max()
}

/// How long a plan takes: its items come one after the other. What the console undoes is measured, and only where
/// each of its undos was; what people undo has the time that the plan gives them for doing it.
pub(super) fn takes(run: &Run, plan: &RollbackPlan, known: &RunFacts) -> UndoTimeView {
    let mut total = UndoTimeView {
        slowest_s: Some(0),
        tries: u32::MAX,
        rehearsals: u32::MAX,
        caches_s: plan.items.iter().filter_map(served_ttl).max(),
        by_hand_s: by_hand(run, plan),
        planned_s: None,
    };
    let mut planned = Some(0_u64);
    let by_console =
        |item: &&RollbackItem| matches!(item.kind, ItemKind::Undo { .. } | ItemKind::Publish { .. });
    for step in plan
        .items
        .iter()
        .filter(by_console)
        .filter_map(|item| item.step.as_ref())
    {
        let one = known.undo_time(run, step);
        let expected = || run.plan.step(step)?.expected_s.map(u64::from);
        planned = planned
            .zip(one.slowest_s.or_else(expected))
            .map(|(all, one)| all + one);
        total.slowest_s = total.slowest_s.zip(one.slowest_s).map(|(all, one)| all + one);
        total.tries = total.tries.min(one.tries);
        total.rehearsals = total.rehearsals.min(one.rehearsals);
    }
    if total.tries == u32::MAX {
        total = UndoTimeView {
            caches_s: total.caches_s,
            by_hand_s: total.by_hand_s,
            ..UndoTimeView::default()
        };
    } else if total.slowest_s.is_none() {
        total.planned_s = planned;
    }
    total
}

/// Seconds that the plan gives people for what is undone by hand.
fn by_hand(run: &Run, plan: &RollbackPlan) -> Option<u64> {
    let seconds = |item: &RollbackItem| match item.kind {
        ItemKind::Manual { .. } => run.plan.step(item.step.as_ref()?)?.expected_s.map(u64::from),
        ItemKind::Undo { .. } | ItemKind::Publish { .. } | ItemKind::Notice { .. } => None,
    };
    plan.items
        .iter()
        .filter_map(seconds)
        .reduce(|all, one| all.saturating_add(one))
}

pub(super) fn progress(run: &Run, rollback: &RollbackRun, now: Timestamp) -> RollbackProgress {
    let (state, why, readings): (&str, Option<String>, &[CheckReading]) = match &rollback.state {
        RollbackState::Running => ("running", None, &[]),
        RollbackState::Halted { why, readings, .. } => ("halted", Some(why.clone()), readings),
        RollbackState::Completed => ("completed", None, &[]),
        RollbackState::Abandoned => ("abandoned", None, &[]),
    };
    let stopped_at = rollback.stopped_at();
    let failed = failed_beside(run, rollback).map(|item| item.id.as_str());
    let complete = rollback.state == RollbackState::Completed;
    let beside = ahead(run, rollback).map(|item| item.id.as_str());
    let unproven = |item: &RollbackItem| is_made_unproven(run, rollback, item);
    let left = |item: &RollbackItem| match (is_of_people(item), unproven(item)) {
        _ if failed == Some(item.id.as_str()) => Some(format!("mend \u{201c}{}\u{201d}", item.title)),
        (true, _) => Some(item.title.clone()),
        (false, true) => Some(format!("look at \u{201c}{}\u{201d}", item.title)),
        (false, false) => None,
    };
    RollbackProgress {
        restricted: if complete {
            after::restricted(run)
        } else {
            Vec::new()
        },
        stays: if complete {
            after::stays(run, &rollback.plan)
        } else {
            Vec::new()
        },
        state: state.to_owned(),
        asked_seq: rollback.asked_seq,
        scope: scope_view(&rollback.plan.scope),
        title: title(run, &rollback.plan.scope),
        items: rollback
            .plan
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let here = at == rollback.done;
                let id = Some(item.id.as_str());
                let word = match (at < rollback.done, here, state) {
                    _ if is_kept(run, rollback, item) => "kept",
                    (true, _, _) => "done",
                    // What does not rest on an item that nothing proves yet went on beside it.
                    (false, false, _) if is_finished(run, rollback, item) => "done",
                    (false, false, "halted" | "abandoned") if failed == id => "failed",
                    (false, false, "halted") if stopped_at == id => "stopped",
                    (false, _, "running" | "halted" | "abandoned") if unproven(item) => "unproven",
                    (false, _, "running") if beside == Some(item.id.as_str()) => "running",
                    // Nothing failed: a person does it, and says so.
                    (_, true, "halted") if is_of_people(item) => "your_turn",
                    (_, true, "abandoned") if is_of_people(item) => "to_do",
                    (_, true, "running") => "running",
                    (_, true, "halted" | "abandoned") => "stopped",
                    _ => "to_do",
                };
                let rows = readings.iter().filter(|_| stopped_at == id);
                item_view(run, &rollback.plan.items[..at], item, rows, word, now)
            })
            .collect(),
        why,
        your_turn: state == "halted" && rollback.item().is_some_and(is_of_people),
        seen: rollback
            .plan
            .items
            .iter()
            .enumerate()
            .filter(|(at, item)| *at < rollback.done || is_finished(run, rollback, item))
            .filter(|(_, item)| !is_kept(run, rollback, item))
            .filter_map(|(_, item)| seen(run, item.step.as_ref()?, now))
            .collect(),
        left: rollback
            .plan
            .items
            .iter()
            .skip(rollback.done)
            .filter_map(left)
            .collect(),
    }
}

/// Whether a person carries the item out.
fn is_of_people(item: &RollbackItem) -> bool {
    match item.kind {
        ItemKind::Manual { .. } | ItemKind::Notice { .. } => true,
        ItemKind::Undo { .. } | ItemKind::Publish { .. } => false,
    }
}

pub(super) fn breach_view(breach: &Breach) -> BreachView {
    BreachView {
        id: breach.id.clone(),
        because: breach.because.clone(),
        repair: breach.repair.iter().map(ToString::to_string).collect(),
    }
}

fn restores(item: &RollbackItem, image: &Image) -> bool {
    matches!(&item.kind, ItemKind::Undo { restores: Some(to), .. } if to.same_as(image))
}

/// What a publication makes seen besides what was taken back.
fn also_seen(run: &Run, step: &StepId) -> String {
    let title = run.plan.step(step).map_or("", |step| step.title.as_str());
    format!("It also shows what “{title}” changed, which nobody has published yet")
}

fn item_view<'a>(
    run: &Run,
    earlier: &[RollbackItem],
    item: &RollbackItem,
    readings: impl Iterator<Item = &'a CheckReading>,
    state: &str,
    now: Timestamp,
) -> RollbackItemView {
    let specs = item
        .step
        .as_ref()
        .and_then(|id| run.plan.step(id))
        .map(|s| s.undo_before.as_slice())
        .unwrap_or_default();
    let changed_outside = match &item.kind {
        ItemKind::Undo { preview: Some(p), .. } => run
            .last_left(&p.from.object())
            .filter(|left| !left.same_as(&p.from))
            // Once it is undone, what we left there is what this item restored.
            .filter(|left| !restores(item, left))
            // What others wrote beside ours stays where only ours is taken out.
            .filter(|_| {
                let step = item.step.as_ref().and_then(|id| run.plan.step(id));
                !step.is_some_and(|step| step.action.as_ref().is_some_and(ActionSpec::adds))
            })
            // What an earlier item of the same rollback leaves there is ours.
            .filter(|_| !earlier.iter().any(|item| restores(item, &p.from)))
            .map(Image::lines),
        _ => None,
    };
    let (kind, restores, there, preview) = match &item.kind {
        ItemKind::Undo { preview, restores } => (
            "undo",
            restores.as_ref().map(Image::lines).unwrap_or_default(),
            preview.as_ref().map(|p| p.from.lines()).unwrap_or_default(),
            preview
                .as_ref()
                .zip(item.step.as_ref())
                .map(|(preview, step)| preview_view(run, step, preview)),
        ),
        ItemKind::Publish { preview, also } => (
            "publish",
            std::iter::once(
                "Restores nothing by itself: only now do programs read what was taken back before it"
                    .to_owned(),
            )
            .chain(also.iter().map(|step| also_seen(run, step)))
            .collect(),
            preview.as_ref().map(|p| p.from.lines()).unwrap_or_default(),
            preview
                .as_ref()
                .zip(item.step.as_ref())
                .map(|(preview, step)| preview_view(run, step, preview)),
        ),
        ItemKind::Manual { words } => ("manual", vec![words.clone()], Vec::new(), None),
        ItemKind::Notice { words } => ("notice", vec![words.clone()], Vec::new(), None),
    };
    RollbackItemView {
        id: item.id.clone(),
        step: item.step.as_ref().map(ToString::to_string),
        title: item.title.clone(),
        kind: kind.to_owned(),
        restores,
        now: there,
        changed_outside,
        loses: item.loses.clone(),
        because: item.because.clone(),
        preconditions: readings
            .map(|reading| match specs.iter().find(|s| s.id == reading.check) {
                Some(spec) => reading_view(spec, Some(reading), now),
                None => bare(reading, now),
            })
            .collect(),
        preview,
        state: state.to_owned(),
    }
}

fn bare_title(check: &CheckId) -> &'static str {
    match check.as_str() {
        "journal" => "Somebody vouches for the journal",
        id if id.starts_with("undo-") => "The undo can be built",
        id if id.starts_with("key-") => "The image from before can be opened",
        id if id.starts_with("unproven-") => "What goes back before it is proven to be back",
        _ => "What is there can be read",
    }
}

/// What a precondition is called.
pub(super) fn precondition_title<'a>(run: &'a Run, plan: &RollbackPlan, one: &Precondition) -> &'a str {
    let item = plan.items.iter().find(|item| item.id == one.item);
    let step = item.and_then(|item| run.plan.step(item.step.as_ref()?));
    let mut specs = step.into_iter().flat_map(|step| &step.undo_before);
    let spec = specs.find(|spec| spec.id == one.reading.check);
    spec.map_or_else(|| bare_title(&one.reading.check), |spec| &spec.title)
}

/// A precondition that is no check of the plan: whether the object could be read, its image opened, the undo
/// built, or the journal believed.
fn bare(reading: &CheckReading, now: Timestamp) -> ReadingView {
    ReadingView {
        id: reading.check.to_string(),
        title: bare_title(&reading.check).to_owned(),
        tone: super::tone(Some(reading), now),
        observed: reading.observed.clone(),
        expected: reading.expected.clone(),
        source: reading.source.clone(),
        observed_at: Some(reading.observed_at),
        age_s: Some(reading.age_s(now)),
        believable_s: reading.believable_s,
        until: None,
        mend: reading.mend.clone(),
        last_failing: None,
        before_opening: false,
    }
}

mod after;
#[cfg(test)]
mod tests;
