//! The policies under `src-tauri/docs/policies`, against what the adapters really ask for. A tiny reader
//! of IAM's language: it knows what these files use, and fails on anything else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use switchback_rehearsal::LogEntry;

const OPERATOR: &str = include_str!("../../../../../docs/policies/operator.json");
const SUPPORT: &str = include_str!("../../../../../docs/policies/support.json");

/// Needs no permission: the one can't even be denied (IAM user guide, "GetCallerIdentity"), the other is open to everybody
/// who knows an app client (Cognito developer guide, "Amazon Cognito user pools authenticated and unauthenticated API
/// operations").
const FREE: [&str; 2] = ["sts:GetCallerIdentity", "cognito-idp:InitiateAuth"];

pub struct Policy(Value);

impl Policy {
    pub fn operator() -> Self {
        Self::read(OPERATOR)
    }

    pub fn support() -> Self {
        Self::read(SUPPORT)
    }

    fn read(text: &str) -> Self {
        Self::of(serde_json::from_str(text).unwrap())
    }

    /// A policy that was made.
    pub fn of(policy: Value) -> Self {
        assert_eq!(policy["Version"], "2012-10-17");
        for statement in policy["Statement"].as_array().unwrap() {
            assert_eq!(statement["Effect"], "Allow");
            let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
            for key in statement.as_object().unwrap().keys() {
                assert!(known.contains(&key.as_str()), "{key}");
            }
        }
        Self(policy)
    }

    fn statements(&self) -> &Vec<Value> {
        self.0["Statement"].as_array().unwrap()
    }

    /// Every operation that it grants; none is given by a pattern.
    pub fn grants(&self) -> BTreeSet<String> {
        let all: BTreeSet<String> = self
            .statements()
            .iter()
            .flat_map(|s| texts(&s["Action"]))
            .collect();
        assert!(all.iter().all(|action| !action.contains('*')), "{all:?}");
        all
    }

    /// The same without one operation.
    pub fn without(&self, operation: &str) -> Self {
        let mut policy = self.0.clone();
        for statement in policy["Statement"].as_array_mut().unwrap() {
            let mut left = texts(&statement["Action"]);
            left.retain(|action| action != operation);
            statement["Action"] = Value::from(left);
        }
        Self(policy)
    }

    /// Operations that were asked for and are not granted, by name.
    pub fn missing(&self, counts: &BTreeMap<String, u64>) -> BTreeSet<String> {
        asked(counts).difference(&self.grants()).cloned().collect()
    }

    /// The resources of an operation.
    fn resources(&self, operation: &str) -> Vec<String> {
        let of = |s: &&Value| texts(&s["Action"]).iter().any(|action| action == operation);
        self.statements()
            .iter()
            .filter(of)
            .flat_map(|s| texts(&s["Resource"]))
            .collect()
    }

    /// Operations without a narrower resource: IAM has none for these (Service Authorization Reference).
    pub fn without_resource(&self) -> BTreeSet<String> {
        let wide = |operation: &String| self.resources(operation).iter().any(|resource| resource == "*");
        self.grants().into_iter().filter(wide).collect()
    }

    /// Whether a batch would pass the conditions, with the policy's example name in the place of the
    /// rehearsal's.
    pub fn allows_batch(&self, names: &[&str], kinds: &[&str], actions: &[&str]) -> bool {
        let operation = "route53:ChangeResourceRecordSets";
        let allows = |statement: &Value| {
            let condition = &statement["Condition"];
            let key = |what: &str| format!("route53:ChangeResourceRecordSets{what}");
            [
                ("NormalizedRecordNames", names),
                ("RecordTypes", kinds),
                ("Actions", actions),
            ]
            .iter()
            .all(|(what, values)| {
                let allowed = texts(&condition["ForAllValues:StringEquals"][key(what)]);
                // Without this an absent key would pass (IAM user guide, "Multivalued context keys").
                assert_eq!(condition["Null"][key(what)], "false");
                !values.is_empty() && values.iter().all(|value| allowed.iter().any(|a| a == value))
            })
        };
        self.statements()
            .iter()
            .filter(|s| texts(&s["Action"]).iter().any(|action| action == operation))
            .any(allows)
    }
}

/// A text, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        other => panic!("neither a text nor a list: {other}"),
    }
}

/// What was asked for, less what needs no permission, and less the fault that stands for somebody else.
pub fn asked(counts: &BTreeMap<String, u64>) -> BTreeSet<String> {
    let ours = |operation: &&String| {
        // What reached a handler of user management asked AWS nothing.
        !FREE.contains(&operation.as_str())
            && !["second-writer:", "usermanagement:"]
                .iter()
                .any(|not| operation.starts_with(not))
    };
    counts
        .keys()
        .filter(ours)
        .map(|operation| granted_as(operation))
        .collect()
}

/// As IAM names an operation: API Gateway's are named after the method of the request (Service Authorization Reference,
/// "Actions, resources, and condition keys for Amazon API Gateway Management"), and an invocation has a longer name ("…for
/// AWS Lambda").
fn granted_as(operation: &str) -> String {
    match operation.split_once(':') {
        Some(("apigateway", name)) if name.starts_with("Get") => "apigateway:GET".to_owned(),
        Some(("apigateway", name)) if name.starts_with("Update") => "apigateway:PATCH".to_owned(),
        Some(("apigateway", name)) if name.starts_with("Create") => "apigateway:POST".to_owned(),
        Some(("apigateway", name)) if name.starts_with("Flush") => "apigateway:DELETE".to_owned(),
        Some(("lambda", "Invoke")) => "lambda:InvokeFunction".to_owned(),
        Some(_) | None => operation.to_owned(),
    }
}

/// Every operation of a rehearsal is granted to the operator, and every batch passes the conditions.
pub fn covers(policy: &Policy, counts: &BTreeMap<String, u64>, log: &[LogEntry]) {
    assert_eq!(policy.missing(counts), BTreeSet::new());
    let mut batches = 0;
    let ours = log.iter().filter(|entry| entry.service == "route53");
    for batch in ours.filter_map(|entry| entry.batch.as_ref()) {
        batches += 1;
        for item in batch {
            let name = item.record.name.trim_end_matches('.').to_owned();
            let kind = item.record.kind.clone();
            let action = format!("{:?}", item.action).to_uppercase();
            assert_eq!(name, "apps.example.nhs.test", "the example of the policy");
            assert!(
                policy.allows_batch(&[&name], &[&kind], &[&action]),
                "{action} {kind} {name}"
            );
        }
    }
    println!("{batches} batches pass the conditions");
}
