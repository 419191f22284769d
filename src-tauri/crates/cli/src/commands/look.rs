//! A fresh, read-only look at a run's surroundings: monitors and the way back. Needs no lease, and
//! never fails because of the world: what could not be looked at says so.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use switchback_api::host::{Host, Surroundings};
use switchback_api::view::{Live, Readiness};
use switchback_api::wire::ApiError;
use switchback_engine::RejectionCode;
use switchback_engine::driver::{plan_rollback, watched};
use switchback_engine::expect::read;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::rollback::proposal;
use switchback_engine::run::Run;
use switchback_model::plan::Rule;
use switchback_model::rollback::Precondition;
use switchback_model::{MonitorId, RollbackPlan, RollbackScope};

/// A look that takes longer is given up: status must not hang.
const PATIENCE: Duration = Duration::from_secs(25);

/// Whether a rule could be carried out now.
#[derive(Debug, Clone, Serialize)]
pub struct RuleReadiness {
    /// The rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Whether everything that it needs is proven.
    pub ready: bool,
    /// What is not.
    pub missing: Vec<String>,
    /// Whether a step of its has an effect, as far as is known.
    pub something_to_undo: bool,
    /// The steps that it would undo, in order.
    pub order: Vec<String>,
    /// The decision that it waits for, where nobody has taken it: it can be carried out all the same.
    pub open_decision: Option<String>,
}

fn open_decision(run: &Run, rule: &Rule) -> Option<String> {
    let decision = rule.decision.as_ref()?;
    (!run.decisions.contains_key(decision)).then(|| decision.to_string())
}

/// What a look brought.
pub struct Look {
    /// The run, with what was changed outside Switchback; nothing of it is journalled.
    pub run: Run,
    /// For the snapshot.
    pub live: Live,
    /// The rules.
    pub rules: Vec<RuleReadiness>,
    /// The run's clock at its end.
    pub now: Timestamp,
    /// Why the world could not be looked at.
    pub problem: Option<ApiError>,
}

/// Looks; `monitors` keeps the hysteresis from one look to the next.
pub async fn look(
    host: &Host,
    run: &Run,
    monitors: &mut BTreeMap<MonitorId, MonitorRun>,
    offline: bool,
) -> Result<Look, ApiError> {
    let around = match offline {
        true => Err(ApiError::new(
            "unknown",
            "--offline was given.",
            "Leave it out.",
            "the run",
        )),
        false => host.surroundings(run).await,
    };
    let around = match around {
        Ok(around) => around,
        Err(error) => return blind(host, run, error).await,
    };
    match tokio::time::timeout(PATIENCE, seen(run, &around, monitors)).await {
        Ok((run, readiness, rules)) => Ok(Look {
            live: Live {
                monitors: monitors.clone(),
                readiness: readiness.into_iter().collect(),
                speed: around.speed,
                mirror: Some(host.mirror(&run.id)),
                known: host.known(&run.id).await,
                ..Live::default()
            },
            rules,
            run,
            now: around.clock.now(),
            problem: None,
        }),
        Err(_late) => {
            let error = ApiError::new(
                "unknown",
                format!("The world did not answer within {} s.", PATIENCE.as_secs()),
                "Check the network, then look again.",
                "the read-only look",
            );
            blind(host, run, error).await
        }
    }
}

async fn blind(host: &Host, run: &Run, error: ApiError) -> Result<Look, ApiError> {
    let rules = run
        .plan
        .rules
        .iter()
        .map(|rule| RuleReadiness {
            rule: rule.id.to_string(),
            title: rule.title.clone(),
            ready: false,
            missing: vec![error.message.clone()],
            something_to_undo: true,
            order: Vec::new(),
            open_decision: open_decision(run, rule),
        })
        .collect();
    Ok(Look {
        run: run.clone(),
        live: Live {
            mirror: Some(host.mirror(&run.id)),
            known: host.known(&run.id).await,
            ..Live::default()
        },
        rules,
        now: host.run_snapshot(&run.id).await?.now,
        problem: Some(error),
    })
}

async fn seen(
    run: &Run,
    around: &Surroundings,
    monitors: &mut BTreeMap<MonitorId, MonitorRun>,
) -> (Run, Option<Readiness>, Vec<RuleReadiness>) {
    let run = &watched(run, &*around.world).await;
    for monitor in &run.plan.monitors {
        if let Some(reading) = read(run, monitor, &*around.world).await {
            monitors
                .entry(monitor.id.clone())
                .or_insert_with(|| MonitorRun::resume(run.watched.get(&monitor.id)))
                .take(monitor, reading);
        }
    }
    let mut rules = Vec::new();
    for rule in &run.plan.rules {
        let scope = RollbackScope::Rule(rule.id.clone());
        let planned = plan_rollback(run, &*around.world, around.clock.now(), &scope).await;
        rules.push(match planned {
            Ok((plan, preconditions)) => readiness(run, rule, &plan, &preconditions),
            Err(rejection) => RuleReadiness {
                rule: rule.id.to_string(),
                title: rule.title.clone(),
                ready: false,
                // The planner says "not now" of a set of which nothing has an effect, and of no other.
                something_to_undo: rejection.code != RejectionCode::NothingToUndo,
                missing: vec![rejection.message],
                order: Vec::new(),
                open_decision: open_decision(run, rule),
            },
        });
    }
    let failing = monitors
        .iter()
        .filter(|(_, m)| m.failing == Some(true))
        .map(|(id, _)| id.clone())
        .collect();
    let proposed = match proposal(run, &failing) {
        None => None,
        Some(scope) => plan_rollback(run, &*around.world, around.clock.now(), &scope)
            .await
            .ok()
            .map(|(plan, preconditions)| Readiness {
                plan,
                preconditions,
                at: around.clock.now(),
            }),
    };
    (run.clone(), proposed, rules)
}

fn readiness(run: &Run, rule: &Rule, plan: &RollbackPlan, preconditions: &[Precondition]) -> RuleReadiness {
    let mut missing: Vec<String> = preconditions
        .iter()
        .map(|precondition| &precondition.reading)
        .filter(|reading| !reading.verdict.lets_through())
        .map(|reading| format!("{}: {}", reading.check, reading.observed))
        .collect();
    missing.extend(
        plan.breaches
            .iter()
            .map(|breach| format!("It would leave a breach: {}: {}", breach.id, breach.because)),
    );
    for step in plan.items.iter().filter_map(|item| item.step.as_ref()) {
        if let Some(state) = run.steps.get(step).filter(|state| state.drift.is_some()) {
            let noun = state.noun();
            missing.push(format!("Step {step}: the {noun} was changed outside Switchback"));
        }
    }
    RuleReadiness {
        rule: rule.id.to_string(),
        title: rule.title.clone(),
        ready: missing.is_empty(),
        missing,
        something_to_undo: true,
        order: plan
            .items
            .iter()
            .map(|item| {
                item.step
                    .as_ref()
                    .map_or_else(|| item.id.clone(), ToString::to_string)
            })
            .collect(),
        open_decision: open_decision(run, rule),
    }
}
