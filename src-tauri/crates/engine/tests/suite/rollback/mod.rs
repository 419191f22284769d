//! The rollback planner and what becomes of a confirmed plan.

use switchback_model::{Command, Plan, RollbackPlan, RollbackScope, StepId, StepState};
use switchback_testkit::plans::id;
use switchback_testkit::rig::FakeRig;

mod carried_out;
mod notices;
mod planned;
mod properties;
mod proven;

const UNDONE: StepState = StepState::Undone { accepted: false };

async fn done_up_to(plan: &Plan, last: &str) -> FakeRig {
    let mut part = FakeRig::open(plan).await;
    let ids: Vec<StepId> = plan.steps().map(|step| step.id.clone()).collect();
    for step in ids {
        let attest = Command::Attest { step: step.clone() };
        if part.desk.ask(attest).await.is_err() {
            part.desk.apply(step.as_str()).await.unwrap();
        }
        assert!(
            matches!(part.desk.state(step.as_str()), StepState::Done { .. }),
            "{step}"
        );
        if step.as_str() == last {
            break;
        }
    }
    part
}

fn order(plan: &RollbackPlan) -> Vec<&str> {
    plan.items.iter().map(|item| item.id.as_str()).collect()
}

async fn planned(fake: &FakeRig, scope: &RollbackScope) -> RollbackPlan {
    fake.desk.driver.plan_rollback(scope).await.unwrap().0
}

fn step(text: &str) -> RollbackScope {
    RollbackScope::Step(id(text))
}

fn rule(text: &str) -> RollbackScope {
    RollbackScope::Rule(text.parse().unwrap())
}
