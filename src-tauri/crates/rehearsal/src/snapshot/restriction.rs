//! What can restrict user management, as a snapshot shows it: the web ACLs and the stages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A web ACL, as it was set last: whether that is everywhere yet, and what a fault makes of it, does not show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirewallView {
    /// Whose it is.
    pub account: String,
    /// The region.
    pub region: String,
    /// Its ARN.
    pub arn: String,
    /// The ARNs of what it stands before.
    pub resources: Vec<String>,
    /// The whole of it as GetWebACL gives it, without the lock token.
    pub acl: Value,
}

/// A stage of a REST API, as it was set last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageView {
    /// The id of the API.
    pub api: String,
    /// Its name.
    pub stage: String,
    /// The settings of its methods by their keys, as GetStage gives them.
    pub method_settings: BTreeMap<String, Value>,
}

impl FirewallView {
    /// What a run may change of it, an object a rule: so what differs is seen at once. The order of keys says nothing.
    pub(super) fn objects(&self) -> Vec<Value> {
        let mut acl = self.acl.as_object().cloned().unwrap_or_default();
        let rules = acl.shift_remove("Rules").unwrap_or_default();
        let rules = rules.as_array().cloned().unwrap_or_default();
        let whole = json!({"web_acl": self.arn, "before": self.resources, "acl": acl});
        let rules = rules
            .iter()
            .map(|rule| json!({"web_acl": self.arn, "rule": rule}));
        std::iter::once(whole)
            .chain(rules)
            .map(|object| sorted(&object))
            .collect()
    }
}

impl StageView {
    /// The same, an object a key.
    pub(super) fn objects(&self) -> Vec<Value> {
        let keys = self.method_settings.iter();
        keys.map(|(key, settings)| {
            sorted(&json!({"api": self.api, "stage": self.stage, "methods": key, "settings": settings}))
        })
        .collect()
    }
}

/// The same value with the keys of every object in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
