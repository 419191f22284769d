//! What each kind uses of AWS, as its adapter declares it: the operations, and the object that they are about.
//! Policies, links and read commands are made of it.

use switchback_aws::{Op, Resource, cognito, sts};
use switchback_model::{ActionSpec, CheckKind, CheckSpec, Plan, Step, Target};

use crate::changes::change;
use crate::looks::{Made, made};

/// Operations, and the objects that they are made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uses {
    /// The operations.
    pub ops: &'static [Op],
    /// The object; none where a kind asks AWS nothing about one.
    pub on: Option<Resource>,
}

/// What an action uses: its object first.
#[must_use]
pub fn of_action(action: &ActionSpec) -> Vec<Uses> {
    match change(action) {
        Ok(change) => {
            let object = Uses {
                ops: change.ops(),
                on: Some(change.resource()),
            };
            let also = change.also().into_iter();
            let also = also.map(|(ops, on)| Uses { ops, on: Some(on) });
            std::iter::once(object).chain(also).collect()
        }
        // Never carried out, so it needs nothing.
        Err(_) => Vec::new(),
    }
}

/// What a check uses.
#[must_use]
pub fn of_check(check: &CheckKind, target: &Target) -> Vec<Uses> {
    match made(check, target, None) {
        Made::ByAws(look) => vec![Uses {
            ops: look.ops(),
            on: look.resource(),
        }],
        // The server's time is in the Date of the answer to the question who we are.
        Made::ByTime { .. } => vec![Uses {
            ops: &[sts::IDENTITY],
            on: None,
        }],
        // A canary is signed in only where its pool has it: that is looked at before.
        Made::ByTokens(check) => {
            let pools = check.accepts.iter().chain(&check.refuses);
            pools.map(|pool| canary(pool)).collect()
        }
        Made::ByCanary(check) => vec![canary(&check.pool_id)],
        Made::ByDns(_)
        | Made::ByHttp { .. }
        | Made::ByStatus { .. }
        | Made::ByRoutes(_)
        | Made::ByBundle(_)
        | Made::ByTls { .. }
        | Made::NotKnown(_) => Vec::new(),
    }
}

fn canary(pool: &str) -> Uses {
    Uses {
        ops: cognito::CANARY_OPS,
        on: Some(cognito::pool(pool)),
    }
}

/// What a step uses: its action, and its checks of either way.
#[must_use]
pub fn of_step(step: &Step, target: &Target) -> Vec<Uses> {
    let checks = [&step.before, &step.verify, &step.undo_before, &step.undo_verify];
    let looks = checks.into_iter().flatten();
    let looks = looks.flat_map(|check| of_check(&check.kind, target));
    step.action.iter().flat_map(of_action).chain(looks).collect()
}

/// What a whole plan uses: its steps, its gates and its monitors. A step that the target decided against uses nothing.
#[must_use]
pub fn of_plan(plan: &Plan) -> Vec<Uses> {
    let gates = plan.phases.iter().filter_map(|phase| phase.gate.as_ref());
    let looks = plan.monitors.iter().flat_map(|monitor| &monitor.checks);
    let checks: Vec<&CheckSpec> = gates
        .flat_map(|gate| &gate.checks)
        .chain(looks.map(|look| &look.check))
        .collect();
    plan.steps()
        .filter(|step| !plan.is_decided_against(step))
        .flat_map(|step| of_step(step, &plan.target))
        .chain(
            checks
                .into_iter()
                .flat_map(|check| of_check(&check.kind, &plan.target)),
        )
        .collect()
}
