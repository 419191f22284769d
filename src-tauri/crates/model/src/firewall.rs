//! AWS WAF: a rule of a web ACL as an action and a check name it, and as far as one write of it replaces it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::field::Field;

/// Where a web ACL stands (WAF API reference, `Scope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Scope {
    /// In a region, before a gateway or a load balancer.
    Regional,
    /// Before distributions of CloudFront; its home is us-east-1.
    Cloudfront,
}

impl Scope {
    /// As AWS writes it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Regional => "REGIONAL",
            Self::Cloudfront => "CLOUDFRONT",
        }
    }
}

/// A web ACL: AWS asks for its name, its id and its scope together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebAcl {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub scope: Scope,
}

/// Gives a rule of a web ACL, which is there already, another action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRuleAction {
    /// The web ACL.
    pub web_acl: WebAcl,
    /// The rule's name.
    pub rule: String,
    /// What it shall do with a request that it matches.
    pub action: RuleAction,
}

/// A rule of a web ACL is there and does this, and the web ACL stands before what it shall guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCheck {
    /// The web ACL.
    pub web_acl: WebAcl,
    /// The rule's name.
    pub rule: String,
    /// What the rule does; absent = whatever it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<RuleActionWord>,
    /// The stage before which the web ACL stands; absent = not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guards: Option<ApiStage>,
}

/// A stage of a REST API of API Gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiStage {
    /// The API's id.
    pub api: String,
    /// The stage's name.
    pub stage: String,
}

/// The actions of a rule that a runbook can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleActionWord {
    /// The request is refused.
    Block,
    /// It is counted, and the rules behind are asked.
    Count,
    /// It is let through, and no rule behind is asked.
    Allow,
}

impl RuleActionWord {
    /// As WAF writes it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Block => "Block",
            Self::Count => "Count",
            Self::Allow => "Allow",
        }
    }
}

/// The whole action of a rule, as JSON and with its keys in order: what a newer WAF knows of it and this program does
/// not is kept, compared and put back like the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleAction(String);

impl TryFrom<String> for RuleAction {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&text).map(|value: Value| Self::of(&value))
    }
}

impl From<RuleAction> for String {
    fn from(action: RuleAction) -> Self {
        action.0
    }
}

impl RuleAction {
    /// As AWS answers it.
    #[must_use]
    pub fn of(action: &Value) -> Self {
        Self(sorted(action).to_string())
    }

    /// As it is sent.
    #[must_use]
    pub fn value(&self) -> Value {
        // It was made of a value, or read as one.
        serde_json::from_str(&self.0).unwrap_or(Value::Null)
    }

    /// Which of the known actions it is; none of another, or of several at once.
    #[must_use]
    pub fn word(&self) -> Option<RuleActionWord> {
        let value = self.value();
        let map = value.as_object().filter(|map| map.len() == 1)?;
        [
            RuleActionWord::Block,
            RuleActionWord::Count,
            RuleActionWord::Allow,
        ]
        .into_iter()
        .find(|word| map.contains_key(word.text()))
    }

    /// For people: the action, and what a block answers. All that has no words of ours stands there as it is.
    #[must_use]
    pub fn words(&self) -> String {
        let value = self.value();
        let Some(word) = self.word() else {
            return self.0.clone();
        };
        let inner = value.get(word.text()).unwrap_or(&Value::Null);
        let custom = inner.get("CustomResponse");
        let only = inner
            .as_object()
            .is_some_and(|inner| inner.len() == usize::from(custom.is_some()));
        match (only, custom.map(answered)) {
            (true, None) => word.text().to_owned(),
            (true, Some(Some(answer))) => format!("{}, answers {answer}", word.text()),
            (_, _) => self.0.clone(),
        }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        vec![Field::new("action", self.words())]
    }
}

/// `503 with x-restricted: yes and the body closed`; none where something else is in it.
fn answered(custom: &Value) -> Option<String> {
    let map = custom.as_object()?;
    let known = ["ResponseCode", "ResponseHeaders", "CustomResponseBodyKey"];
    if map.keys().any(|key| !known.contains(&key.as_str())) {
        return None;
    }
    let mut parts = Vec::new();
    for header in map
        .get("ResponseHeaders")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let fields = header.as_object().filter(|fields| fields.len() == 2)?;
        let text = |key| fields.get(key).and_then(Value::as_str);
        parts.push(format!("{}: {}", text("Name")?, text("Value")?));
    }
    if let Some(key) = map.get("CustomResponseBodyKey") {
        parts.push(format!("the body {}", key.as_str()?));
    }
    let code = map.get("ResponseCode")?.as_u64()?;
    Some(match parts.is_empty() {
        true => format!("{code}"),
        false => format!("{code} with {}", parts.join(", ")),
    })
}

/// The same value with the keys of every object in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries.into_iter();
            Value::Object(entries.map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests;
