//! What the events tell: the lines that matter, what people decided, and the rollbacks.

use switchback_engine::next::{is_not_proven, is_your_turn};
use switchback_model::rollback::ItemKind;
use switchback_model::text::lasting;
use switchback_model::{Event, EventKind, RollbackPlan};

use super::{moment, plain};
use crate::view::event_view;
use crate::wire::{ReportLine, ReportRollback};

pub(super) fn line(event: &Event) -> ReportLine {
    let told = event_view(event);
    ReportLine {
        seq: told.seq,
        at: moment(told.at),
        step: told.step.as_deref().map(plain),
        who: told.actor.as_deref().map(plain),
        what: plain(&told.sentence),
    }
}

/// What a reader wants to know first: what took effect, what went wrong, what was taken back.
pub(super) fn story(events: &[Event]) -> Vec<ReportLine> {
    let told = |event: &&Event| {
        matches!(
            event.kind,
            EventKind::RunOpened { .. }
                | EventKind::TakenOver { .. }
                | EventKind::DriverStarted { taken: true, .. }
                | EventKind::Resumed { .. }
                | EventKind::Verified { .. }
                | EventKind::VerificationExpired { .. }
                | EventKind::Refused { .. }
                | EventKind::Lost { .. }
                | EventKind::LookedLate { .. }
                | EventKind::NothingToChange { .. }
                | EventKind::Attested { .. }
                | EventKind::Skipped { .. }
                | EventKind::Accepted { .. }
                | EventKind::Resolved { .. }
                | EventKind::FieldsChosen { .. }
                | EventKind::AdoptedByHand { .. }
                | EventKind::Drifted { .. }
                | EventKind::Amended { .. }
                | EventKind::Held { .. }
                | EventKind::GateDecided { .. }
                | EventKind::DecisionDue { .. }
                | EventKind::DeadlineExtended { .. }
                | EventKind::Stopped
                | EventKind::Released { .. }
                | EventKind::RollbackConfirmed { .. }
                | EventKind::RollbackHalted { .. }
                | EventKind::RollbackAbandoned { .. }
                | EventKind::RollbackCompleted
        )
    };
    events.iter().filter(told).map(line).collect()
}

/// What people decided: every event that names a person, but for who drove.
pub(super) fn people(events: &[Event]) -> Vec<ReportLine> {
    events
        .iter()
        .filter(|event| !matches!(event.kind, EventKind::DriverStarted { taken: false, .. }))
        .map(line)
        .filter(|line| line.who.is_some())
        .collect()
}

/// The rollbacks with their ends.
pub(super) fn rollbacks(events: &[Event]) -> Vec<ReportRollback> {
    let mut all: Vec<ReportRollback> = Vec::new();
    let mut began = None;
    for event in events {
        match &event.kind {
            EventKind::RollbackConfirmed {
                plan,
                by,
                reason,
                overrides,
                accept_breaches,
                ..
            } => {
                began = Some(event.at);
                let names = overrides.iter().map(ToString::to_string);
                all.push(ReportRollback {
                    at: moment(event.at),
                    who: plain(by.as_str()),
                    why: reason.as_deref().map(plain),
                    items: items(plan),
                    overridden: names
                        .chain(accept_breaches.iter().cloned())
                        .map(|name| plain(&name))
                        .collect(),
                    outcome: "not finished".to_owned(),
                    took: String::new(),
                });
            }
            EventKind::RollbackHalted { item, why, .. } => {
                if let Some(last) = all.last_mut() {
                    last.outcome = plain(&match is_your_turn(why) {
                        true => format!("waits for a person at {item}: {why}"),
                        false if is_not_proven(why) => {
                            format!("waits for a person who looks at {item}: {why}")
                        }
                        false => format!("stopped at {item}: {why}"),
                    });
                }
            }
            EventKind::RollbackRetried { .. } => {
                if let Some(last) = all.last_mut() {
                    last.outcome = "not finished".to_owned();
                }
            }
            EventKind::RollbackCompleted | EventKind::RollbackAbandoned { .. } => {
                if let (Some(last), Some(began)) = (all.last_mut(), began) {
                    let s = u64::try_from(event.at.duration_since(began).as_secs()).unwrap_or(0);
                    last.took = lasting(s);
                    last.outcome = match &event.kind {
                        EventKind::RollbackAbandoned { reason, .. } => plain(&format!("given up: {reason}")),
                        _ => "completed".to_owned(),
                    };
                }
            }
            _ => {}
        }
    }
    all
}

fn items(plan: &RollbackPlan) -> Vec<String> {
    plan.items
        .iter()
        .map(|item| {
            let how = match &item.kind {
                ItemKind::Undo { .. } | ItemKind::Publish { .. } => "by the console",
                ItemKind::Manual { .. } => "by hand",
                ItemKind::Notice { .. } => "a notice",
            };
            plain(&format!("{} ({how})", item.title))
        })
        .collect()
}
