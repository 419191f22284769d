//! `plan`: the resolved plan of a runbook and a target.

use serde_json::{Value, json};
use switchback_api::policy::{Part, policy};
use switchback_api::wire::ApiError;
use switchback_model::plan::{Decision, DecisionType};
use switchback_model::text::line;
use switchback_model::{ActionSpec, CheckSpec, Plan, Reversibility, Step, StepKind};

use super::runbook::resolve;
use crate::args::IamPart;
use crate::exit;
use crate::host::Cx;
use crate::print::table;

pub fn run(cx: &Cx<'_>, runbook: &str, target: &str, iam: Option<IamPart>) -> Result<u8, ApiError> {
    let plan = resolve(cx, runbook, target)?;
    if let Some(part) = iam {
        return print_policy(cx, &plan, part);
    }
    cx.out.answer(document(&plan), || text(&plan));
    Ok(exit::OK)
}

/// The policy document itself, as IAM takes it: it carries no version of ours.
fn print_policy(cx: &Cx<'_>, plan: &Plan, part: IamPart) -> Result<u8, ApiError> {
    let (part, lacks, mend) = match part {
        IamPart::Operator => (
            Part::Operator,
            "This plan asks AWS for nothing that needs a permission.",
            "Whoever drives it needs no policy.",
        ),
        IamPart::Support => (
            Part::Support,
            "The target has no user pools, so there is nobody to look up.",
            "Add [pools.NAME] with id, title and role to the target file.",
        ),
    };
    let Some(document) = policy(plan, part) else {
        let place = format!("target {}", plan.target.name);
        return Err(ApiError::new("not_found", lacks, mend, place));
    };
    cx.out.data(&format!("{document:#}"));
    Ok(exit::OK)
}

/// How a step is taken back, in the words of the contract.
pub fn reversibility(how: &Reversibility) -> &'static str {
    match how {
        Reversibility::Undo => "undo",
        Reversibility::Manual { .. } => "manual",
        Reversibility::Correct { .. } => "correct",
        Reversibility::NoneNeeded => "none needed",
        Reversibility::PointOfNoReturn => "point of no return",
        Reversibility::Unknown(_) => "not known to this program",
    }
}

/// What a step is, in one word.
pub fn kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Check => "check",
        StepKind::Action => "action",
        StepKind::Attest => "attest",
        StepKind::Notice => "notice",
    }
}

fn document(plan: &Plan) -> Value {
    let phases: Vec<Value> = plan
        .phases
        .iter()
        .map(|phase| {
            json!({
                "id": phase.id,
                "title": phase.title,
                "t0": phase.t0,
                "gate": phase.gate,
                "steps": phase.steps.iter().map(step).collect::<Vec<_>>(),
            })
        })
        .collect();
    let rules: Vec<Value> = plan
        .rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "title": rule.title,
                "plan_ref": rule.plan_ref,
                "undo": rule.undo,
                "keep": rule.keep,
                "then": rule.then,
                "trigger": rule.trigger,
                "also_triggers": rule.also_triggers,
                "decision": rule.decision,
            })
        })
        .collect();
    let decisions: Vec<Value> = plan
        .decisions
        .iter()
        .map(|decision| {
            let (kind, choices) = match &decision.kind {
                DecisionType::Minutes => ("minutes", Vec::new()),
                DecisionType::YesNo => ("yes_no", Vec::new()),
                DecisionType::OneOf { choices } => ("one_of", choices.clone()),
            };
            json!({
                "id": decision.id,
                "question": decision.question,
                "type": kind,
                "choices": choices,
                "decided": decision.decided,
                "blocks": blocked(plan, decision),
            })
        })
        .collect();
    json!({
        "runbook": plan.runbook,
        "title": plan.title,
        "version": plan.version,
        "target": plan.target.name,
        "target_kind": plan.target.kind,
        "account": plan.target.account,
        "region": plan.target.region,
        "role": plan.target.role,
        "digest": plan.digest(),
        "phases": phases,
        "rules": rules,
        "coherence": plan.coherence,
        "decisions": decisions,
        "monitors": plan.monitors,
    })
}

fn step(step: &Step) -> Value {
    let words = match &step.reversibility {
        Reversibility::Manual { words } => Some(words),
        Reversibility::Correct { notice } => Some(notice),
        _ => None,
    };
    let [before, after, before_undo, after_undo] = checks(step).map(|(when, list)| specs(when, list));
    let checks: Vec<Value> = before.chain(after).collect();
    let undo_checks: Vec<Value> = before_undo.chain(after_undo).collect();
    json!({
        "id": step.id,
        "title": step.title,
        "plan_ref": step.plan_ref,
        "kind": kind(step.kind),
        "automated": step.automated,
        "why_not_automated": step.why_not_automated,
        "reversibility": reversibility(&step.reversibility),
        "needs": step.needs,
        "after": step.after,
        "decisions": step.decisions,
        "publishes": step.publishes,
        "only_if": step.only_if,
        "accept_loss": step.accept_loss,
        "checks": checks,
        "actions": step.action.iter().map(action).collect::<Vec<_>>(),
        "undo": { "words": words, "loses": step.undo_loses, "checks": undo_checks },
        "why": step.why,
        "notice": step.notice,
        "look_at": step.look_at,
        "risks": step.risks,
        "owner": step.owner,
        "affects": step.affects,
        "expected_s": step.expected_s,
    })
}

/// The checks of a step by the time at which they are asked, in that order.
fn checks(step: &Step) -> [(&'static str, &[CheckSpec]); 4] {
    [
        ("before", &step.before),
        ("after", &step.verify),
        ("before undo", &step.undo_before),
        ("after undo", &step.undo_verify),
    ]
}

/// The steps that wait for a decision.
fn blocked<'a>(plan: &'a Plan, decision: &Decision) -> Vec<&'a str> {
    let waits = |step: &&Step| step.decisions.contains(&decision.id);
    plan.steps().filter(waits).map(|step| step.id.as_str()).collect()
}

fn specs<'a>(when: &'a str, list: &'a [CheckSpec]) -> impl Iterator<Item = Value> + 'a {
    list.iter().map(move |spec| {
        let mut value = json!({ "id": spec.id, "when": when });
        if let (Value::Object(into), Ok(Value::Object(fields))) = (&mut value, serde_json::to_value(spec)) {
            into.extend(fields);
        }
        value
    })
}

fn action(action: &ActionSpec) -> Value {
    json!({ "id": action.id(), "service": action.service(), "values": action })
}

fn text(plan: &Plan) -> String {
    let target = &plan.target;
    let mut text = format!(
        "{} {} on {} ({}, account {}, {})\ndigest {}\n",
        line(&plan.title),
        line(&plan.version),
        target.name,
        target.kind.banner(),
        line(&target.account),
        line(&target.region),
        plan.digest()
    );
    for phase in &plan.phases {
        let rows = phase
            .steps
            .iter()
            .map(|step| {
                let count = |n: usize, word: &str| format!("{n} {word}");
                vec![
                    step.id.to_string(),
                    step.plan_ref.clone(),
                    kind(step.kind).to_owned(),
                    step.title.clone(),
                    reversibility(&step.reversibility).to_owned(),
                    step.action
                        .as_ref()
                        .map(|a| a.id().to_owned())
                        .unwrap_or_default(),
                    format!(
                        "{}, {}",
                        count(step.before.len(), "before"),
                        count(step.verify.len(), "after")
                    ),
                ]
            })
            .collect();
        text.push_str(&format!("\n{}\n", line(&phase.title)));
        text.push_str(&table(
            &["step", "plan", "kind", "title", "way back", "action", "checks"],
            rows,
        ));
        text.push('\n');
        let checks: Vec<_> = phase.steps.iter().flat_map(check_rows).collect();
        if !checks.is_empty() {
            text.push_str(&format!("\nChecks of {}\n", line(&phase.title)));
            text.push_str(&table(&["step", "when", "check", "what"], checks));
            text.push('\n');
        }
    }
    let rules = plan
        .rules
        .iter()
        .map(|rule| {
            let names = |ids: &[switchback_model::StepId]| {
                ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            };
            vec![
                rule.id.to_string(),
                rule.plan_ref.clone(),
                rule.title.clone(),
                names(&rule.undo),
                names(&rule.keep),
            ]
        })
        .collect::<Vec<_>>();
    if !rules.is_empty() {
        text.push_str("\nRollback rules\n");
        text.push_str(&table(&["rule", "plan", "title", "undoes", "keeps"], rules));
        text.push('\n');
    }
    let decisions: Vec<_> = plan
        .decisions
        .iter()
        .map(|decision| decision_row(plan, decision))
        .collect();
    if !decisions.is_empty() {
        text.push_str("\nDecisions\n");
        text.push_str(&table(&["decision", "question", "decided", "blocks"], decisions));
        text.push('\n');
    }
    text
}

fn check_rows(step: &Step) -> Vec<Vec<String>> {
    let row = |when: &str, check: &CheckSpec| {
        vec![
            step.id.to_string(),
            when.to_owned(),
            check.id.to_string(),
            check.title.clone(),
        ]
    };
    let lists = checks(step).into_iter();
    lists
        .flat_map(|(when, list)| list.iter().map(move |check| row(when, check)))
        .collect()
}

fn decision_row(plan: &Plan, decision: &Decision) -> Vec<String> {
    vec![
        decision.id.to_string(),
        decision.question.clone(),
        decision.decided.clone().unwrap_or_else(|| "open".to_owned()),
        blocked(plan, decision).join(", "),
    ]
}
