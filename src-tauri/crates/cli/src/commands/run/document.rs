//! The document of `run show`, which checks rely on.

use serde_json::{Value, json};
use switchback_api::wire::{ApiError, RunSnapshot};
use switchback_engine::run::Run as Folded;

use crate::commands::look::RuleReadiness;
use crate::print::tone_name;

/// The document of `run show`, which checks rely on.
pub fn document(
    run: &Folded,
    snapshot: &RunSnapshot,
    rules: &[RuleReadiness],
    problem: Option<&ApiError>,
) -> Value {
    let steps: Vec<Value> = snapshot
        .phases
        .iter()
        .flat_map(|phase| phase.steps.iter().map(move |step| (phase, step)))
        .map(|(phase, step)| {
            let findings: Vec<&str> = step
                .attempts
                .iter()
                .filter_map(|a| a.finding.as_deref())
                .collect();
            json!({
                "id": step.id,
                "phase": phase.id,
                "title": step.title,
                "plan_ref": step.plan_ref,
                "kind": step.kind,
                "state": step.state,
                "state_words": step.state_words,
                "note": step.note,
                "generation": step.generation,
                "changed_at": step.changed_at,
                "times": step.times,
                "attempts": step.attempts,
                "findings": findings,
                "drifted": step.drifted,
                "checks": step.before,
                "verify": step.verify,
            })
        })
        .collect();
    let monitors: Vec<Value> = snapshot
        .monitors
        .iter()
        .map(|monitor| {
            json!({
                "id": monitor.id,
                "title": monitor.title,
                "state": tone_name(monitor.tone),
                "value": monitor.observed_at.map(|_| &monitor.observed),
                "expected": monitor.expected,
                "source": monitor.source,
                "observed_at": monitor.observed_at,
                "age_s": monitor.age_s,
                "believable_s": monitor.believable_s,
            })
        })
        .collect();
    json!({
        "run": snapshot.run,
        "title": snapshot.title,
        "state": snapshot.state,
        "barred": snapshot.barred,
        "plan_digest": snapshot.plan_digest,
        "seq": snapshot.seq,
        "now": snapshot.now,
        "opened_at": snapshot.opened_at,
        "opened_by": run.opened_by,
        "target": snapshot.banner.target,
        "target_kind": snapshot.banner.kind,
        "test_endpoint": snapshot.banner.test_endpoint,
        "endpoint": run.endpoint,
        "speed": snapshot.banner.speed,
        "driver": snapshot.driver,
        "t0": snapshot.t0,
        "times": snapshot.times,
        "phases": snapshot.phases.iter().map(|phase| json!({
            "id": phase.id,
            "title": phase.title,
            "done": phase.done,
            "steps": phase.of,
            "t0": phase.t0,
            "times": phase.times,
            "gate": phase.gate,
        })).collect::<Vec<_>>(),
        "steps": steps,
        "monitors": monitors,
        "users": snapshot.users,
        "way_back": snapshot.way_back,
        "rollback": rules,
        "rollback_progress": snapshot.rollback,
        "decisions": snapshot.decisions,
        "deadlines": snapshot.deadlines,
        "breaches": snapshot.breaches,
        "not_looked_at": problem,
        "mirror": snapshot.mirror,
        "not_known": snapshot.not_known,
    })
}
