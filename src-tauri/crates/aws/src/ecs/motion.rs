//! Whether somebody has a deployment of the service under way, right before a roll. Its tasks may be of the same task
//! definition and images already, so that the service looks as it was approved; a roll on top of it would end it half-way.

use jiff::Timestamp;
use switchback_engine::ports::{Deployment, ProviderError, ProviderErrorKind, Rollout, RolloutState};

use super::UPDATE;
use super::tasks::{is_of, short};
use crate::error::{guard, safe};

/// Refuses what would go on top of a deployment.
///
/// # Errors
/// `Conflict`, with which deployment, since when, and how far it is.
pub(super) fn stands_still(service: &str, rollout: &Rollout) -> Result<(), ProviderError> {
    let Some(how) = in_motion(rollout) else {
        return Ok(());
    };
    let Rollout { primary, tasks, .. } = rollout;
    let new = tasks.iter().filter(|task| is_of(task, primary)).count();
    let message = format!(
        "Another deployment of the service {} is under way: {} of {}, made at {}, {how}, {new} of {} tasks that run are its own; \
         nothing was sent",
        safe(service),
        safe(&primary.id),
        short(&primary.definition),
        seconds(primary.created_at),
        tasks.len(),
    );
    Err(ProviderError {
        kind: ProviderErrorKind::Conflict,
        ..guard(
            UPDATE.operation,
            &message,
            "Find out who made it: CloudTrail names who called UpdateService at that moment, and ECS does not. Wait until it is \
             completed, then read again and look at the new plan.",
        )
    })
}

/// A moment as people write it down: to the second, where it is one that a calendar holds.
fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// How the newest deployment is in motion; nothing where it is not (API reference, Deployment, `rolloutState` and `status`:
/// one that is being replaced stands beside it as long as tasks of it run).
fn in_motion(rollout: &Rollout) -> Option<&'static str> {
    let Rollout {
        primary,
        others,
        desired,
        running,
        ..
    } = rollout;
    // One that failed and has no task left is told for a while, and holds nothing up.
    let beside = |other: &Deployment| other.state != RolloutState::Failed || other.running > 0;
    match primary.state {
        RolloutState::InProgress => return Some("in progress"),
        // Nothing goes on: what it failed of, a roll may mend.
        RolloutState::Completed | RolloutState::Failed => {}
        // What the AWS CLI waits for where nothing is said (AWS CLI reference, `ecs wait services-stable`).
        RolloutState::Unsaid if running != desired => return Some("not complete"),
        RolloutState::Unsaid => {}
    }
    others.iter().any(beside).then_some("not alone yet")
}
