//! Decision deadlines: computed from the journal, announced once, moved by people. Nothing here acts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use switchback_model::plan::{DecisionType, Rule};
use switchback_model::{DecisionId, EventKind, MonitorId, Operator, RuleId};

use crate::monitor::due_after;
use crate::rollback::has_effect;
use crate::run::Run;

/// Whose deadline it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueOf {
    /// A rollback rule's.
    Rule(RuleId),
    /// A monitor's.
    Monitor(MonitorId),
}

/// A deadline was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// By how many minutes.
    pub minutes: u32,
    /// By whom.
    pub by: Operator,
    /// Why.
    pub reason: String,
    /// When it was moved.
    pub at: Timestamp,
    /// The failure for which it was moved, by its start: another failure has its own time.
    pub since: Timestamp,
}

/// The deadline of a rollback rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDeadline<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The monitor whose failure starts it: of several the one that fails longest, and the first while none does.
    pub trigger: &'a MonitorId,
    /// The decision that says how long.
    pub decision: &'a DecisionId,
    /// How many minutes that decision gives; absent = it is open, so there is no deadline.
    pub minutes: Option<u32>,
    /// Whether the rule has something to undo: before that there is nothing to decide.
    pub something_to_undo: bool,
    /// Since when the trigger fails, where it does and there is something to undo.
    pub since: Option<Timestamp>,
    /// How it was moved during this failure, oldest first.
    pub extended: Vec<&'a Extension>,
    /// When the decision is due.
    pub at: Option<Timestamp>,
}

/// The deadline of every rule that has one: with a trigger, and with a decision in minutes.
/// `failing_since` says since when a monitor fails; the journal's word is [`journalled`].
#[must_use]
pub fn of_rules<'a>(
    run: &'a Run,
    failing_since: &dyn Fn(&MonitorId) -> Option<Timestamp>,
) -> Vec<RuleDeadline<'a>> {
    run.plan
        .rules
        .iter()
        .filter_map(|rule| of_rule(run, rule, failing_since))
        .collect()
}

/// The deadline of one rule.
#[must_use]
pub fn of_rule<'a>(
    run: &'a Run,
    rule: &'a Rule,
    failing_since: &dyn Fn(&MonitorId) -> Option<Timestamp>,
) -> Option<RuleDeadline<'a>> {
    let decision = rule.decision.as_ref()?;
    let failing = rule.triggers().filter_map(|one| Some((failing_since(one)?, one)));
    let first = failing.min();
    let trigger = first.map(|(_, one)| one).or(rule.trigger.as_ref())?;
    if run.plan.decision(decision)?.kind != DecisionType::Minutes {
        return None;
    }
    let minutes: Option<u32> = run
        .decisions
        .get(decision)
        .and_then(|decided| decided.value.parse().ok());
    let something_to_undo = rule.undo.iter().any(|id| has_effect(run, id));
    let since = first.map(|(since, _)| since).filter(|_| something_to_undo);
    let extended: Vec<&Extension> = run
        .extensions
        .get(&rule.id)
        .into_iter()
        .flatten()
        .filter(|extension| Some(extension.since) == since)
        .collect();
    let total = minutes.map(|minutes| {
        let more: i64 = extended
            .iter()
            .map(|extension| i64::from(extension.minutes))
            .sum();
        SignedDuration::from_mins(i64::from(minutes) + more)
    });
    Some(RuleDeadline {
        rule,
        trigger,
        decision,
        minutes,
        something_to_undo,
        since,
        extended,
        at: since
            .zip(total)
            .and_then(|(since, total)| since.checked_add(total).ok()),
    })
}

/// Since when a monitor fails, as the journal says: the same after a restart and after a takeover.
#[must_use]
pub fn journalled(run: &Run, monitor: &MonitorId) -> Option<Timestamp> {
    run.watched.get(monitor)?.failing_since
}

/// What became due and was not announced yet. While a rollback is under way the decision is taken.
#[must_use]
pub fn announce(run: &Run, now: Timestamp) -> Vec<EventKind> {
    if run.rollback_active() {
        return Vec::new();
    }
    let rules = of_rules(run, &|monitor| journalled(run, monitor));
    let rules = rules.iter().filter_map(|deadline| {
        let (since, due) = (deadline.since?, deadline.at?);
        Some((DueOf::Rule(deadline.rule.id.clone()), since, due))
    });
    let monitors = run.plan.monitors.iter().filter_map(|monitor| {
        let since = journalled(run, &monitor.id)?;
        Some((
            DueOf::Monitor(monitor.id.clone()),
            since,
            due_after(monitor, since)?,
        ))
    });
    rules
        .chain(monitors)
        .filter(|(of, _, due)| *due <= now && run.announced.get(of) != Some(due))
        .map(|(of, since, due)| {
            let (rule, monitor) = match of {
                DueOf::Rule(rule) => (Some(rule), None),
                DueOf::Monitor(monitor) => (None, Some(monitor)),
            };
            EventKind::DecisionDue {
                rule,
                monitor,
                since,
                due,
            }
        })
        .collect()
}

/// Keeps what was announced.
pub(crate) fn announced(
    known: &mut BTreeMap<DueOf, Timestamp>,
    rule: Option<&RuleId>,
    monitor: Option<&MonitorId>,
    due: Timestamp,
) -> Result<(), String> {
    let of = match (rule, monitor) {
        (Some(rule), None) => DueOf::Rule(rule.clone()),
        (None, Some(monitor)) => DueOf::Monitor(monitor.clone()),
        _ => return Err("a deadline is a rule's or a monitor's".to_owned()),
    };
    known.insert(of, due);
    Ok(())
}
