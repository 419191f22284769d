//! The one rollback planner: set, order, restored values and breaches, computed from declared
//! edges. Pure: what the world shows is passed in.

use std::collections::{BTreeMap, BTreeSet};

use switchback_model::rollback::ItemKind;
use switchback_model::{
    ActionSpec, Image, Preview, Reversibility, RollbackItem, RollbackPlan, RollbackScope, Step, StepId, Way,
};

use self::breaches::{breaches_after, loses, stays};
use self::items::item;
use self::order::order_of;
use self::set::{close, named_steps, publish_what_was_taken_back, publishes};
use crate::ports::{Observed, ProviderError};
use crate::publish::{due, first_shown_by, is_due, published_by, shows_something};
use crate::rejection::{Rejection, RejectionCode};
use crate::run::{RollbackRun, RollbackState, Run};

mod ahead;
mod breaches;
mod items;
mod order;
mod passed;
mod set;

pub(crate) use ahead::is_chosen_before;
pub use ahead::{
    ahead, failed_beside, is_finished, is_kept, is_looked_at, is_made_unproven, unproven_before,
};
pub use breaches::standing;
pub use order::reverse_order;

/// What was read of a step's object, or why it could not be read.
pub type ObjectsRead = BTreeMap<StepId, Result<Observed, String>>;

/// Builds the exact change from what is there to what is restored: `Action::plan`.
pub type Build<'a> = &'a (dyn Fn(&ActionSpec, &Image, &Image) -> Result<Preview, ProviderError> + Sync);

/// Objects as earlier items of a plan leave them, and whether what others wrote outside is still in there.
type Left = BTreeMap<String, (Image, bool)>;

/// Plans a rollback.
pub fn plan_rollback(
    run: &Run,
    scope: &RollbackScope,
    seen: &ObjectsRead,
    build: Build<'_>,
) -> Result<RollbackPlan, Rejection> {
    let named = named_steps(run, scope)?;
    let mut set: BTreeMap<StepId, String> = named
        .iter()
        .filter(|id| has_effect(run, id) && !publishes(run, id))
        .map(|id| (id.clone(), "named".to_owned()))
        .collect();
    for publisher in named.iter().filter(|id| publishes(run, id)) {
        for shown in first_shown_by(run, publisher) {
            set.entry(shown)
                .or_insert_with(|| format!("{publisher} made it seen"));
        }
    }
    let mut breaches = loop {
        close(run, &mut set);
        publish_what_was_taken_back(run, &named, &mut set);
        let breaches = breaches_after(run, &set);
        let repair = breaches
            .iter()
            .find(|b| b.repair_is_default && b.repair.iter().any(|id| !set.contains_key(id)));
        let Some(breach) = repair else {
            break breaches;
        };
        for id in &breach.repair {
            set.entry(id.clone())
                .or_insert_with(|| format!("repairs {}", breach.id));
        }
    };
    let order = order_of(run, &set.keys().cloned().collect());
    let mut images = Left::new();
    let passed = passed::passed(run, &order, seen);
    let mut items = Vec::new();
    let undone: BTreeSet<&StepId> = set.keys().collect();
    // What can't be taken back stays, by its name; it does not take the rest of the way back away.
    breaches.extend(order.iter().filter_map(|id| stays(run, id)));
    breaches.extend(order.iter().filter_map(|id| loses(run, id)));
    for id in &order {
        if let Some(item) = item(
            run,
            id,
            (&set[id], passed.contains(id)),
            seen,
            &mut images,
            (&undone, build),
        ) {
            items.push(item);
        }
    }
    if let RollbackScope::Rule(rule) = scope
        && !items.is_empty()
        && let Some(rule) = run.plan.rule(rule)
    {
        for (at, words) in rule.then.iter().enumerate() {
            items.push(RollbackItem {
                id: format!("notice-{}", at + 1),
                step: None,
                title: "Tell people".to_owned(),
                kind: ItemKind::Notice { words: words.clone() },
                loses: Vec::new(),
                because: format!("rule {}", rule.id),
            });
        }
    }
    if items.is_empty() {
        unread(run, &named, seen)?;
        items = owed_notices(run, scope, &named);
    }
    if items.is_empty() {
        return Err(Rejection::new(
            RejectionCode::NothingToUndo,
            "There is nothing to undo.",
            nothing_hint(run, &named),
        ));
    }
    let in_flight = order
        .iter()
        .filter(|id| run.steps[*id].state.is_in_flight())
        .cloned()
        .collect();
    let in_doubt = run
        .steps
        .iter()
        .filter(|(id, step)| step.state.is_in_flight() && !set.contains_key(*id))
        .map(|(id, _)| id.clone())
        .collect();
    Ok(RollbackPlan {
        scope: scope.clone(),
        items,
        breaches,
        in_flight,
        in_doubt,
    })
}

/// The notices that a rule still owes: its last rollback took everything back and was given up before people were told.
/// None once one of its steps was applied since, because that is told by a rollback of its own.
fn owed_notices(run: &Run, scope: &RollbackScope, named: &[StepId]) -> Vec<RollbackItem> {
    let given_up = |last: &&RollbackRun| last.state == RollbackState::Abandoned && last.plan.scope == *scope;
    let Some(last) = run.rollback.as_ref().filter(given_up) else {
        return Vec::new();
    };
    let applied_since = named.iter().filter_map(|id| run.steps.get(id)).any(|step| {
        let mut tries = step.attempts.iter().filter(|try_| try_.id.way == Way::Apply);
        tries.any(|try_| try_.seq > last.asked_seq)
    });
    let left = last.plan.items.get(last.done..).unwrap_or_default();
    let are_notices = left
        .iter()
        .all(|item| item.step.is_none() && matches!(item.kind, ItemKind::Notice { .. }));
    match are_notices && !applied_since && matches!(scope, RollbackScope::Rule(_)) {
        true => left.to_vec(),
        false => Vec::new(),
    }
}

/// After a takeover, or with events missing, a step may be found done that the journal says nothing of.
fn nothing_hint(run: &Run, named: &[StepId]) -> String {
    let title = |id: &StepId| {
        let title = run.plan.step(id).map_or(id.as_str(), |step| step.title.as_str());
        format!("\u{201c}{title}\u{201d}")
    };
    if let [publisher] = named
        && let Some(carrying) = undone_with(run, publisher)
        && !carrying.is_empty()
    {
        let carrying: Vec<String> = carrying.iter().map(title).collect();
        return format!(
            "{} changes nothing by itself that could be taken back. Take back what it makes seen: {}.",
            title(publisher),
            carrying.join(", ")
        );
    }
    let found = run.steps.iter().filter(|(id, step)| {
        !has_effect(run, id) && matches!(step.drift, Some(switchback_model::Finding::After))
    });
    let found: Vec<&str> = found.map(|(id, _)| id.as_str()).collect();
    let waits = run.steps.values().any(|step| step.reinspect);
    match (found.is_empty(), waits) {
        (false, _) => format!(
            "No step of that set has an effect by the journal, but {} was found as the step leaves it: take it over first \
             with `switchback run adopt`.",
            found.join(", ")
        ),
        (true, true) => {
            "No step of that set has an effect by the journal, and not every object was looked at since a takeover: \
             confirm the rollback, and they are looked at before anything else."
                .to_owned()
        }
        (true, false) => "No step of that set has an effect.".to_owned(),
    }
}

/// Of a step that makes others seen and that can't be taken back alone, because nothing that is still there was seen
/// first by it: the steps that are taken back instead, in the plan's order. None where the step itself can be named.
#[must_use]
pub fn undone_with(run: &Run, publisher: &StepId) -> Option<Vec<StepId>> {
    if !publishes(run, publisher) || !first_shown_by(run, publisher).is_empty() {
        return None;
    }
    let mut set = BTreeMap::new();
    publish_what_was_taken_back(run, std::slice::from_ref(publisher), &mut set);
    if !set.is_empty() {
        return None;
    }
    let shown = published_by(&run.plan, publisher).into_iter();
    Some(shown.filter(|id| has_effect(run, id)).cloned().collect())
}

/// What the Roll back button proposes: the rule whose trigger fires, else the last step with an
/// effect.
#[must_use]
pub fn proposal(run: &Run, failing: &BTreeSet<switchback_model::MonitorId>) -> Option<RollbackScope> {
    let rule = run.plan.rules.iter().find(|rule| {
        rule.triggers().any(|trigger| failing.contains(trigger))
            && rule.undo.iter().any(|id| has_effect(run, id))
    });
    if let Some(rule) = rule {
        return Some(RollbackScope::Rule(rule.id.clone()));
    }
    let steps: Vec<&Step> = run
        .plan
        .steps()
        .filter(|step| has_effect(run, &step.id))
        .collect();
    let carrying = |step: &&Step| !step.is_publisher();
    let steps: Vec<&Step> = steps.into_iter().filter(carrying).collect();
    let last = steps
        .iter()
        .rev()
        .find(|step| step.reversibility != Reversibility::PointOfNoReturn);
    let owed = || Some(RollbackScope::Step(due(run).into_iter().next()?.0));
    last.or(steps.last())
        .map(|step| RollbackScope::Step(step.id.clone()))
        .or_else(owed)
}

/// Whether anything is left to take back: an effect, or a way back that was not published.
#[must_use]
pub fn is_anything_left(run: &Run) -> bool {
    let effect = |step: &Step| !step.is_publisher() && has_effect(run, &step.id);
    run.plan.steps().any(effect) || !due(run).is_empty()
}

/// Whether a rollback may have to look at the object of a step: it may have an effect, a refused try of it may have
/// landed, or it publishes something that is to be taken back or was.
#[must_use]
pub fn is_touched(run: &Run, step: &Step) -> bool {
    let Some(state) = run.steps.get(&step.id) else {
        return false;
    };
    state.state.may_have_effect()
        || state.held_refused().is_some()
        || is_due(run, &step.id)
        || shows_something(run, &step.id)
}

/// Whether something of the step may have to be taken back.
#[must_use]
pub fn has_effect(run: &Run, id: &StepId) -> bool {
    let Some((step, state)) = run.step(id) else {
        return false;
    };
    // What an event that is not known made of a step may have to be taken back.
    let may_have = state.state.may_have_effect() || run.beyond.by_hand(id).is_some_and(|why| why.by_event);
    may_have && step.reversibility != Reversibility::NoneNeeded
}

/// That there is nothing to undo is said of a look: not of a step that AWS refused, or that was in doubt
/// once, and whose object can't be read now.
fn unread(run: &Run, named: &[StepId], seen: &ObjectsRead) -> Result<(), Rejection> {
    for id in named {
        let tried = run
            .steps
            .get(id)
            .is_some_and(|step| step.held_refused().is_some());
        if let (true, Some(Err(why))) = (tried, seen.get(id)) {
            return Err(Rejection::new(
                RejectionCode::Unknown,
                format!(
                    "Whether there is anything to undo can't be told. Step {id} was tried and counts as not applied, \
                     but its object can't be read now: {why}"
                ),
                "Mend what it says, then ask again.",
            ));
        }
    }
    Ok(())
}
