//! The least privileges of a plan, as an IAM policy: exactly the operations that its kinds declare, on
//! exactly the objects that it names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use switchback_aws::cognito::{self, LOOK_UP_OPS};
use switchback_aws::{On, Op, Resource};
use switchback_model::Plan;
use switchback_model::dns::DnsName;

use crate::uses;

/// Whose policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who drives the run: nobody is looked up.
    Operator,
    /// Who looks people up in the target's pools: nothing is changed.
    Support,
}

/// The actions that one object is granted to, and the names of which its record sets may be changed.
#[derive(Default)]
struct Grants {
    actions: BTreeSet<String>,
    names: BTreeSet<String>,
}

/// The policy of one part. `None` = there is nothing to grant: the target has no pools to look people up
/// in, or the plan asks AWS nothing.
#[must_use]
pub fn policy(plan: &Plan, part: Part) -> Option<Value> {
    let mut granted: BTreeMap<(bool, String), Grants> = BTreeMap::new();
    let mut grant = |op: &Op, on: Option<&Resource>| {
        let Some(arn) = arn(plan, op.on, on) else { return };
        let grants = granted.entry((op.mutates, arn)).or_default();
        grants.actions.insert(op.action());
        if let (true, Some(name)) = (op.mutates, on.and_then(Resource::narrowed_to)) {
            grants.names.insert(normal(name));
        }
    };
    match part {
        Part::Operator => {
            for used in uses::of_plan(plan) {
                used.ops.iter().for_each(|op| grant(op, used.on.as_ref()));
            }
        }
        Part::Support => {
            for pool in plan.target.pools.values() {
                let pool = cognito::pool(pool.id.as_str());
                LOOK_UP_OPS.iter().for_each(|op| grant(op, Some(&pool)));
            }
        }
    }
    let statements = statements(granted);
    (!statements.is_empty()).then(|| json!({"Version": "2012-10-17", "Statement": statements}))
}

/// One statement for all objects that are granted the same.
fn statements(granted: BTreeMap<(bool, String), Grants>) -> Vec<Value> {
    let mut alike: BTreeMap<(bool, BTreeSet<String>, BTreeSet<String>), Vec<String>> = BTreeMap::new();
    for ((mutates, arn), grants) in granted {
        alike
            .entry((mutates, grants.actions, grants.names))
            .or_default()
            .push(arn);
    }
    alike
        .into_iter()
        .enumerate()
        .map(|(at, ((mutates, actions, names), arns))| {
            let mut statement = Map::new();
            // Letters and digits only (IAM user guide, "Sid").
            let what = if mutates { "Change" } else { "Read" };
            statement.insert("Sid".to_owned(), json!(format!("{what}{}", at + 1)));
            statement.insert("Effect".to_owned(), json!("Allow"));
            statement.insert("Action".to_owned(), json!(actions));
            statement.insert("Resource".to_owned(), json!(arns));
            if !names.is_empty() {
                statement.insert("Condition".to_owned(), only(&names));
            }
            Value::Object(statement)
        })
        .collect()
}

/// Only record sets of these names, of the types that a switch touches, and never by UPSERT. Without `Null`
/// a request that leaves the keys out would pass (IAM user guide, "Multivalued context keys").
fn only(names: &BTreeSet<String>) -> Value {
    let key = |what: &str| format!("route53:ChangeResourceRecordSets{what}");
    let (name, kind, action) = (key("NormalizedRecordNames"), key("RecordTypes"), key("Actions"));
    json!({
        "Null": { &name: "false", &kind: "false", &action: "false" },
        "ForAllValues:StringEquals": {
            &name: names,
            &kind: ["A", "AAAA", "CNAME"],
            &action: ["CREATE", "DELETE"],
        },
    })
}

/// What an operation is granted on; `None` where it needs no grant.
fn arn(plan: &Plan, on: On, object: Option<&Resource>) -> Option<String> {
    let (region, account) = (plan.target.region.as_str(), plan.target.account.as_str());
    match on {
        On::Nothing => None,
        On::Everything => Some("*".to_owned()),
        On::NotYet(rest) => Some(object?.arn_of(rest, region)),
        On::Object => Some(object?.arn(region, account)),
        On::Unqualified => Some(object?.arn_unqualified(region, account)),
        On::Beside { of, is } => Some(object?.arn_beside(of, is, region, account)),
    }
}

/// A name as the condition key gives it: lower case, without the last dot, other characters than
/// `a-z 0-9 - _ .` as `\` and three octal digits (Route 53 developer guide, "Using IAM policy conditions").
fn normal(name: &DnsName) -> String {
    name.host()
        .to_ascii_lowercase()
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("\\{other:03o}"),
        })
        .collect()
}

#[cfg(test)]
mod tests;
