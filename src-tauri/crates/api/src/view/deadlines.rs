//! Deadlines as a screen shows them. They say that a decision is due; nothing acts on them.

use jiff::Timestamp;
use switchback_engine::deadline::{self, RuleDeadline, journalled};
use switchback_engine::run::Run;
use switchback_model::{MonitorId, StepState};

use super::run::Live;
use super::spread::clock;
use crate::wire::{Deadline, DeadlineKind, ExtensionView};

/// Every deadline, soonest first; those that do not run stand last.
pub(super) fn deadlines(run: &Run, live: &Live, now: Timestamp) -> Vec<Deadline> {
    // A live reading is newer than the journal's word, which is there where nobody looks.
    let failing_since = |id: &MonitorId| match live.monitors.get(id) {
        Some(monitor) => monitor.failing_since,
        None => journalled(run, id),
    };
    let rules = deadline::of_rules(run, &failing_since);
    let mut all: Vec<Deadline> = rules
        .iter()
        .map(|deadline| of_rule(run, live, deadline, now))
        .collect();
    all.extend(run.plan.monitors.iter().filter_map(|monitor| {
        let since = failing_since(&monitor.id)?;
        let at = switchback_engine::monitor::due_after(monitor, since)?;
        Some(Deadline {
            since: Some(since),
            at: Some(at),
            due: at <= now,
            monitor: Some(monitor.id.to_string()),
            note: untold(run, live, &monitor.id, now).unwrap_or_default(),
            ..plain(
                monitor.id.to_string(),
                DeadlineKind::Monitor,
                format!("Failing: {}", monitor.title),
            )
        })
    }));
    let expired = run.plan.steps().filter_map(|step| {
        let state = &run.steps[&step.id];
        matches!(state.state, StepState::Unverified | StepState::UndoUnverified).then(|| Deadline {
            at: Some(state.changed_at.unwrap_or(now)),
            due: true,
            ..plain(
                step.id.to_string(),
                DeadlineKind::Step,
                format!("{}: an after-check did not pass in time", step.title),
            )
        })
    });
    all.extend(expired);
    all.sort_by_key(|deadline| (deadline.at.is_none(), deadline.at));
    all
}

fn plain(id: String, kind: DeadlineKind, title: String) -> Deadline {
    Deadline {
        id,
        kind,
        rule: None,
        title,
        monitor: None,
        since: None,
        at: None,
        due: false,
        open_decision: None,
        note: String::new(),
        extended: Vec::new(),
        extendable: false,
    }
}

/// When a monitor was last read failing, where that failure is not known to be over; the journal's word where nobody
/// looked since.
pub(super) fn last_failing(run: &Run, live: &Live, id: &MonitorId) -> Option<Timestamp> {
    match live.monitors.get(id) {
        Some(state) => state.last_failing(),
        None => journalled(run, id),
    }
}

/// That nobody can tell now whether what a clock hangs on still fails; none where it can be told. The clock runs on: what
/// can't be seen is not over.
fn untold(run: &Run, live: &Live, id: &MonitorId, now: Timestamp) -> Option<String> {
    let monitor = run.plan.monitors.iter().find(|monitor| monitor.id == *id)?;
    let state = live.monitors.get(id);
    let reading = state.and_then(|state| state.reading.as_ref());
    let told = reading.is_some_and(|reading| !reading.is_stale(now));
    if told && state.is_some_and(|state| state.failing.is_some()) {
        return None;
    }
    let last = last_failing(run, live, id)?;
    Some(format!(
        "Can't tell now whether \"{}\" still fails: last failing at {}. The clock runs on.",
        monitor.title,
        clock(last)
    ))
}

fn of_rule(run: &Run, live: &Live, deadline: &RuleDeadline<'_>, now: Timestamp) -> Deadline {
    let due = deadline.at.is_some_and(|at| at <= now);
    let trigger = run
        .plan
        .monitors
        .iter()
        .find(|monitor| monitor.id == *deadline.trigger);
    let trigger = trigger.map_or(deadline.trigger.as_str(), |monitor| monitor.title.as_str());
    let more: u32 = deadline.extended.iter().map(|extension| extension.minutes).sum();
    let note = match (deadline.minutes, deadline.since) {
        (None, _) => format!("No deadline: the decision {} is open.", deadline.decision),
        (Some(_), None) if !deadline.something_to_undo => {
            "Does not run: there is nothing to undo by this rule yet.".to_owned()
        }
        (Some(minutes), None) => format!("Does not run: {minutes} min from when \"{trigger}\" fails."),
        (Some(minutes), Some(_)) => {
            let moved = match more {
                0 => String::new(),
                more => format!(", moved by {more} min"),
            };
            let state = match due {
                true => "A decision is due: roll back, or move the deadline.",
                false => "Decide by then: roll back, or move the deadline.",
            };
            let untold = untold(run, live, deadline.trigger, now).map(|words| format!(" {words}"));
            format!(
                "{minutes} min from when \"{trigger}\" failed{moved}. {state}{}",
                untold.unwrap_or_default()
            )
        }
    };
    Deadline {
        rule: Some(deadline.rule.id.to_string()),
        monitor: Some(deadline.trigger.to_string()),
        since: deadline.since,
        at: deadline.at,
        due,
        open_decision: deadline.minutes.is_none().then(|| deadline.decision.to_string()),
        note,
        extended: deadline
            .extended
            .iter()
            .map(|extension| ExtensionView {
                minutes: extension.minutes,
                by: extension.by.to_string(),
                reason: extension.reason.clone(),
                at: extension.at,
            })
            .collect(),
        // By the journal's word: that is what an extension is decided by.
        extendable: deadline.at.is_some() && journalled(run, deadline.trigger).is_some(),
        ..plain(
            deadline.rule.id.to_string(),
            DeadlineKind::Rule,
            deadline.rule.title.clone(),
        )
    }
}
