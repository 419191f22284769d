//! Desktop notifications: what a person on the call must hear about while the window is behind another
//! one. Monitors, decisions, halts and doubts; never a name of a person, a value or an address.

use std::collections::BTreeMap;

use switchback_api::wire::{RunSnapshot, Tone};

/// One notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    /// The environment and what is wrong.
    pub(crate) title: String,
    /// What to do: the window says the rest.
    pub(crate) body: String,
}

/// States of a step that need a person.
const TROUBLE: [&str; 8] = [
    "failed",
    "in_doubt",
    "unverified",
    "foreign",
    "undo_failed",
    "undo_in_doubt",
    "undo_unverified",
    "undo_foreign",
];

/// What is new between two snapshots of one run that somebody must hear about; the worst first.
///
/// Steps and monitors are named by their ids and titles, which come from the runbook. What was
/// observed, by whom something was done and why stay in the window.
pub(crate) fn news(before: &RunSnapshot, after: &RunSnapshot) -> Vec<News> {
    let mut all = Vec::new();
    let mut tell = |what: &str, body: String| {
        all.push(News {
            title: format!("{} · {what}", after.banner.word),
            body,
        });
    };
    if before.stopped_by.is_none() && after.stopped_by.is_some() {
        tell("everything is stopped", "The window says why.".to_owned());
    }
    let halted = |snapshot: &RunSnapshot| {
        snapshot
            .rollback
            .as_ref()
            .is_some_and(|rollback| rollback.state == "halted")
    };
    if !halted(before) && halted(after) {
        tell("the rollback stopped", "It waits for a person.".to_owned());
    }
    let due = |snapshot: &RunSnapshot| -> Vec<String> {
        snapshot
            .deadlines
            .iter()
            .filter(|deadline| deadline.due)
            .map(|deadline| deadline.title.clone())
            .collect()
    };
    let known = due(before);
    for title in due(after).into_iter().filter(|title| !known.contains(title)) {
        tell("decision due", format!("{title}. Nothing happens by itself."));
    }
    let tones: BTreeMap<&str, Tone> = before
        .monitors
        .iter()
        .map(|monitor| (monitor.id.as_str(), monitor.tone))
        .collect();
    for monitor in &after.monitors {
        let was = tones.get(monitor.id.as_str()).copied();
        if monitor.tone == Tone::Failing && was != Some(Tone::Failing) {
            tell("a monitor is failing", monitor.title.clone());
        }
    }
    let states: BTreeMap<&str, &str> = steps(before).collect();
    for (title, state) in after
        .phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .filter(|step| TROUBLE.contains(&step.state.as_str()))
        .filter(|step| states.get(step.id.as_str()) != Some(&step.state.as_str()))
        .map(|step| (&step.title, &step.state_words))
    {
        tell("a step needs you", format!("{title}: {state}"));
    }
    if before.watching.is_none() && after.lost.is_some() && before.lost.is_none() {
        tell("the run was taken over", "This window watches now.".to_owned());
    }
    all
}

fn steps(snapshot: &RunSnapshot) -> impl Iterator<Item = (&str, &str)> {
    snapshot
        .phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .map(|step| (step.id.as_str(), step.state.as_str()))
}

#[cfg(test)]
mod tests;
