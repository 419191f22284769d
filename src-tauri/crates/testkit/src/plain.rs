//! The planted bug "plain reverse order". The planner has no switch for it, and an altered plan can't be submitted,
//! because the driver plans anew and compares; so it stands where the order is frozen: the confirmation is journalled
//! with its items turned round, and a new driver carries it out as it finds it.

use std::cmp::Reverse;

use switchback_engine::Rejection;
use switchback_engine::ports::Journal as _;
use switchback_model::{EventKind, RollbackScope, StepId};

use crate::journal::operator;
use crate::rig::Rig;

/// Confirms a rollback of everything whose items stand in the plain reverse of the plan's order; does not settle.
pub(crate) async fn confirm_in_plain_order(desk: &mut Rig) -> Result<(), Rejection> {
    let (mut plan, _) = desk.driver.plan_rollback(&RollbackScope::All).await?;
    let order: Vec<StepId> = desk.run().plan.steps().map(|step| step.id.clone()).collect();
    plan.items
        .sort_by_key(|item| Reverse(order.iter().position(|id| Some(id) == item.step.as_ref())));
    let confirmed = EventKind::RollbackConfirmed {
        plan: Box::new(plan),
        overrides: Vec::new(),
        accept_breaches: Vec::new(),
        by: operator(),
        reason: None,
    };
    let (lease, now) = (desk.driver.lease().clone(), desk.clock.now());
    desk.journal.append(&lease, now, vec![confirmed]).await.unwrap();
    desk.restart().await.unwrap();
    Ok(())
}
