//! The scripted operator: there, back, and what a person does with a journal that lacks events.

use std::sync::Arc;
use std::time::Duration;

use switchback_engine::driver::{Driver, SubmitError};
use switchback_engine::ports::Clock;
use switchback_engine::rollback::is_anything_left;
use switchback_engine::snapshots::is_outdated;
use switchback_model::{
    Command, Finding, Operator, RollbackScope, RuleId, StepId, StepState, Submission, Verdict,
};

use crate::runbook::R5;

fn submission(command: Command, basis: Option<switchback_model::Digest>) -> Submission {
    Submission {
        command,
        basis,
        by: Operator::new("m.example").unwrap(),
        reason: Some("scripted".to_owned()),
    }
}

pub async fn forward(driver: &mut Driver, clock: &Arc<dyn Clock>) {
    // A rollback that a kill interrupted is finished first: nobody goes forward inside one.
    let steps: Vec<StepId> = driver.run().plan.steps().map(|s| s.id.clone()).collect();
    for id in steps {
        for _try in 0..200 {
            let state = driver.run().steps[&id].clone();
            match state.state {
                // A deployment of before holds what was taken back since.
                StepState::Done { .. } if is_outdated(driver.run(), &id) => {
                    driver
                        .submit(&submission(Command::Reopen { step: id.clone() }, None))
                        .await
                        .unwrap();
                }
                StepState::Done { .. } => break,
                StepState::Undone { .. } | StepState::Skipped => {
                    driver
                        .submit(&submission(Command::Reopen { step: id.clone() }, None))
                        .await
                        .unwrap();
                }
                StepState::Ready => {
                    let basis = state
                        .checks
                        .as_ref()
                        .and_then(|c| c.preview.as_ref())
                        .map(|preview| driver.run().basis_of_preview(&id, preview));
                    driver
                        .submit(&submission(Command::Apply { step: id.clone() }, basis))
                        .await
                        .unwrap();
                    driver.settle().await.unwrap();
                }
                StepState::ToDo | StepState::Blocked | StepState::Failed => {
                    let waiting = state.checks.as_ref().is_some_and(|c| {
                        c.readings
                            .iter()
                            .any(|r| matches!(r.verdict, Verdict::Waiting { .. } | Verdict::Fail))
                    });
                    if waiting {
                        clock.sleep(Duration::from_secs(15)).await;
                    }
                    driver
                        .submit(&submission(Command::Check { step: id.clone() }, None))
                        .await
                        .unwrap();
                    driver.settle().await.unwrap();
                }
                other => panic!("step {id} settled as {other:?}"),
            }
        }
        let state = &driver.run().steps[&id];
        assert!(
            matches!(state.state, StepState::Done { .. }),
            "step {id}: {:?} {:?}",
            state.state,
            state.checks
        );
    }
}

pub async fn back(driver: &mut Driver) {
    go_back(driver, false).await;
}

/// The same over a journal that lacks events: a rollback that was confirmed before may not fit what is there,
/// and is given up and planned anew where the program says so.
pub async fn back_from_what_is_found(driver: &mut Driver) {
    go_back(driver, true).await;
}

/// Whether anything is there to take back: of a deployment that no stage points at there is nothing.
fn has_effects(driver: &Driver) -> bool {
    let run = driver.run();
    let mut acting = run
        .plan
        .steps()
        .filter(|step| step.carries_state() || step.is_publisher());
    acting.any(|step| run.steps[&step.id].state.may_have_effect())
}

async fn go_back(driver: &mut Driver, anew: bool) {
    // The rule of the runbook that takes everything back, where it has one.
    let rule = driver.run().plan.rule(&RuleId::new(R5).unwrap());
    let scope = rule.map_or(RollbackScope::All, |rule| RollbackScope::Rule(rule.id.clone()));
    for _try in 0..6 {
        let active = driver.run().rollback_active();
        let effects = has_effects(driver);
        if !active && !effects && !is_anything_left(driver.run()) {
            return;
        }
        if active {
            let rollback = driver.run().rollback.as_ref();
            let stale = rollback.is_some_and(|rollback| rollback.state.wants_new_plan());
            let on = match stale && anew {
                true => Command::RollbackAbandon,
                false => Command::RollbackRetry,
            };
            driver.submit(&submission(on, None)).await.unwrap();
        } else {
            let (plan, _) = driver.plan_rollback(&scope).await.unwrap();
            let command = Command::Rollback {
                scope: scope.clone(),
                overrides: Vec::new(),
                accept_breaches: Vec::new(),
            };
            let basis = driver.run().basis_of_rollback(&plan);
            match driver.submit(&submission(command, Some(basis))).await {
                // It looked first, and what it found makes another plan.
                Err(SubmitError::Rejected(_)) if anew => continue,
                done => drop(done.unwrap()),
            }
        }
        driver.settle().await.unwrap();
    }
    panic!("the rollback did not finish: {:?}", driver.run().rollback);
}

/// What is there though the journal says nothing of it, as the program offers it: step by step in the order
/// of the plan, where the journal still knows what was there before. What comes after a step that is not there
/// was not made by this run, whatever it looks like.
pub async fn take_over_what_is_found(driver: &mut Driver) {
    if driver.run().rollback_active() {
        return;
    }
    let plan = driver.run().plan.clone();
    for step in plan.steps().filter(|step| step.action.is_some()) {
        let state = &driver.run().steps[&step.id];
        if state.state.may_have_effect() {
            continue;
        }
        let found = matches!(state.drift, Some(Finding::After)) && state.last_seen.is_some();
        if !found || matches!(state.state, StepState::Undone { .. }) {
            return;
        }
        let adopt = Command::Adopt {
            step: step.id.clone(),
        };
        driver.submit(&submission(adopt, None)).await.unwrap();
        driver.settle().await.unwrap();
    }
}
