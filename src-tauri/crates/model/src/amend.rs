//! An amendment: what one frozen plan says otherwise than another, part by part and field by field.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::ids::{DecisionId, MonitorId, PhaseId, RuleId, StepId};
use crate::plan::{Plan, Step};

/// The part of a plan that a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "about", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// The plan as a whole: its runbook, title, version, and the order of its steps.
    Plan,
    /// The target.
    Target,
    /// A phase.
    Phase(PhaseId),
    /// A step.
    Step(StepId),
    /// A monitor.
    Monitor(MonitorId),
    /// A rollback rule.
    Rule(RuleId),
    /// A coherence rule.
    Coherence(String),
    /// A decision.
    Decision(DecisionId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => f.write_str("plan"),
            Self::Target => f.write_str("target"),
            Self::Phase(id) => write!(f, "phase {id}"),
            Self::Step(id) => write!(f, "step {id}"),
            Self::Monitor(id) => write!(f, "monitor {id}"),
            Self::Rule(id) => write!(f, "rule {id}"),
            Self::Coherence(id) => write!(f, "coherence {id}"),
            Self::Decision(id) => write!(f, "decision {id}"),
        }
    }
}

/// One difference. The values are those of the plan's own JSON; an absent one is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum PlanChange {
    /// It is new.
    Added {
        /// What.
        subject: Subject,
    },
    /// It is gone.
    Removed {
        /// What.
        subject: Subject,
    },
    /// One of its fields is another.
    Changed {
        /// Of what.
        subject: Subject,
        /// The field, by its name in the plan's JSON; `phase` is where a step stands.
        field: String,
        /// As it was.
        before: Value,
        /// As it is to be.
        after: Value,
    },
}

impl PlanChange {
    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        match self {
            Self::Added { subject } | Self::Removed { subject } | Self::Changed { subject, .. } => subject,
        }
    }
}

/// Every difference between two plans. Its digest is what a person who amends has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDiff {
    /// The plan that is.
    pub from: Digest,
    /// The plan that is to be.
    pub to: Digest,
    /// What differs, in the order of the plan.
    pub changes: Vec<PlanChange>,
}

impl PlanDiff {
    /// Compares two plans. No field can be missed: it is their JSON that is compared.
    #[must_use]
    pub fn between(from: &Plan, to: &Plan) -> Self {
        let mut changes = Vec::new();
        let head = |plan: &Plan| {
            BTreeMap::from([
                ("runbook", Value::from(plan.runbook.clone())),
                ("title", Value::from(plan.title.clone())),
                ("version", Value::from(plan.version.clone())),
            ])
        };
        compare(&mut changes, &Subject::Plan, &json(&head(from)), &json(&head(to)));
        compare(
            &mut changes,
            &Subject::Target,
            &json(&from.target),
            &json(&to.target),
        );
        order(&mut changes, from, to);
        let phase = |plan: &Plan| {
            let parts = plan.phases.iter();
            parts
                .map(|phase| {
                    // Its steps are compared one by one.
                    let mut value = json(phase);
                    if let Value::Object(fields) = &mut value {
                        fields.remove("steps");
                    }
                    (Subject::Phase(phase.id.clone()), value)
                })
                .collect()
        };
        parts(&mut changes, phase(from), phase(to));
        parts(&mut changes, steps(from), steps(to));
        macro_rules! list {
            ($of:ident, $subject:path) => {
                let all = |plan: &Plan| {
                    let parts = plan.$of.iter();
                    parts
                        .map(|part| ($subject(part.id.clone()), json(part)))
                        .collect()
                };
                parts(&mut changes, all(from), all(to));
            };
        }
        list!(monitors, Subject::Monitor);
        list!(rules, Subject::Rule);
        list!(coherence, Subject::Coherence);
        list!(decisions, Subject::Decision);
        Self {
            from: from.digest(),
            to: to.digest(),
            changes,
        }
    }

    /// What the basis of an amendment names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }
}

/// A step's fields and the phase that it stands in.
fn steps(plan: &Plan) -> Vec<(Subject, Value)> {
    plan.phases
        .iter()
        .flat_map(|phase| phase.steps.iter().map(move |step| (&phase.id, step)))
        .map(|(phase, step)| {
            let mut value = json(step);
            if let Value::Object(fields) = &mut value {
                fields.insert("phase".to_owned(), json(phase));
            }
            (Subject::Step(step.id.clone()), value)
        })
        .collect()
}

/// The order of the steps that both plans have.
fn order(changes: &mut Vec<PlanChange>, from: &Plan, to: &Plan) {
    let common = |plan: &Plan, other: &Plan| -> Vec<StepId> {
        plan.steps()
            .map(|step| step.id.clone())
            .filter(|id| other.step(id).is_some())
            .collect()
    };
    let (before, after) = (common(from, to), common(to, from));
    if before != after {
        changes.push(PlanChange::Changed {
            subject: Subject::Plan,
            field: "order".to_owned(),
            before: json(&before),
            after: json(&after),
        });
    }
}

/// Compares two lists of parts by their ids.
fn parts(changes: &mut Vec<PlanChange>, from: Vec<(Subject, Value)>, to: Vec<(Subject, Value)>) {
    let of = |list: &[(Subject, Value)], subject: &Subject| {
        let found = list.iter().find(|(other, _)| other == subject);
        found.map(|(_, value)| value.clone())
    };
    for (subject, before) in &from {
        match of(&to, subject) {
            Some(after) => compare(changes, subject, before, &after),
            None => changes.push(PlanChange::Removed {
                subject: subject.clone(),
            }),
        }
    }
    for (subject, _) in to.into_iter().filter(|(subject, _)| of(&from, subject).is_none()) {
        changes.push(PlanChange::Added { subject });
    }
}

fn compare(changes: &mut Vec<PlanChange>, subject: &Subject, before: &Value, after: &Value) {
    for (field, before, after) in differing(before, after) {
        changes.push(PlanChange::Changed {
            subject: subject.clone(),
            field,
            before,
            after,
        });
    }
}

/// The fields of two objects that differ, by name.
fn differing(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return Vec::new();
    };
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let at = |object: &serde_json::Map<String, Value>, name: &String| {
        object.get(name).cloned().unwrap_or(Value::Null)
    };
    names
        .into_iter()
        .map(|name| (name.clone(), at(before, name), at(after, name)))
        .filter(|(_, before, after)| before != after)
        .collect()
}

/// The fields of a step that differ, by their names in the plan's JSON.
#[must_use]
pub fn step_fields(before: &Step, after: &Step) -> Vec<String> {
    differing(&json(before), &json(after))
        .into_iter()
        .map(|(field, _, _)| field)
        .collect()
}

fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).expect("plain data serialises")
}
