//! Reading a web ACL, and finding a rule in it.

use http::Method;
use serde_json::{Value, json};
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::{RuleAction, Scope, WebAcl};

use super::{GET, GUARDS, HOME, UPDATE};
use crate::connect::{Aws, incomplete};
use crate::error::{refused, safe};
use crate::observe::CallFacts;
use crate::op::Op;
use crate::raw::{Asked, Body};

/// What AWS writes before the name of an operation (WAF API reference, "Common Parameters", `X-Amz-Target`).
const TARGET: &str = "AWSWAF_20190729";

/// A web ACL, whole, and the token under which it may be replaced.
pub struct Acl {
    pub(super) document: Value,
    pub(super) lock_token: String,
}

/// A request of the JSON protocol (Smithy, "AWS JSON 1.1 protocol").
pub(super) fn asked(op: Op, acl: Option<&WebAcl>, body: Value) -> Asked {
    Asked {
        method: Method::POST,
        path: "/".to_owned(),
        headers: vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", format!("{TARGET}.{}", op.operation)),
        ],
        body: Some(Body::Json(body)),
        region: acl
            .is_some_and(|acl| acl.scope == Scope::Cloudfront)
            .then_some(HOME),
    }
}

impl Aws {
    /// A web ACL as it is.
    pub(super) async fn web_acl(&self, acl: &WebAcl) -> Result<Acl, ProviderError> {
        let body = json!({"Name": acl.name, "Scope": acl.scope.text(), "Id": acl.id});
        let told = self
            .ask_raw(GET, asked(GET, Some(acl), body), &CallFacts::default())
            .await?;
        let (Some(document), Some(token)) = (
            told.get("WebACL").filter(|document| document.is_object()),
            told.get("LockToken").and_then(Value::as_str),
        ) else {
            return Err(incomplete(GET.operation, "web ACL with its token"));
        };
        let is = |key: &str, asked: &str| document.get(key).and_then(Value::as_str) == Some(asked);
        if !is("Name", &acl.name) || !is("Id", &acl.id) {
            let message = format!("AWS was asked for the web ACL {} and answered another", acl.name);
            return Err(ProviderError {
                message,
                ..incomplete(GET.operation, "web ACL of that name")
            });
        }
        Ok(Acl {
            document: document.clone(),
            lock_token: token.to_owned(),
        })
    }

    /// The ARN of the web ACL that stands before a resource; none where there is none.
    pub(super) async fn guard_of(&self, arn: &str) -> Result<Option<String>, ProviderError> {
        let body = json!({"ResourceArn": arn});
        let told = self
            .ask_raw(GUARDS, asked(GUARDS, None, body), &CallFacts::default())
            .await;
        // By its code AWS says the same of a web ACL that is not there; here it is the resource.
        let told = told.map_err(|error| match error.kind {
            ProviderErrorKind::NotFound => ProviderError {
                message: format!(
                    "AWS does not know what the web ACL shall stand before: {}",
                    safe(arn)
                ),
                hint: Some("Look at the API and its stage in the runbook.".to_owned()),
                ..error
            },
            _ => error,
        })?;
        let Some(acl) = told.get("WebACL").filter(|acl| !acl.is_null()) else {
            return Ok(None);
        };
        match acl.get("ARN").and_then(Value::as_str) {
            Some(arn) => Ok(Some(arn.to_owned())),
            None => Err(incomplete(GUARDS.operation, "ARN of the web ACL")),
        }
    }
}

impl Acl {
    pub(super) fn rules(&self) -> &[Value] {
        let rules = self.document.get("Rules").and_then(Value::as_array);
        rules.map_or(&[], Vec::as_slice)
    }

    /// The action of a rule, as far as a write may replace it.
    ///
    /// # Errors
    /// `NotFound` where there is no such rule; `Refused` where it is a group of rules, or has no action of its own that
    /// is known as one.
    pub(super) fn action_of(&self, rule: &str) -> Result<RuleAction, ProviderError> {
        let named = |of: &&Value| of.get("Name").and_then(Value::as_str) == Some(rule);
        let mut found = self.rules().iter().filter(named);
        let Some(one) = found.next() else {
            let names = self.rules().iter().filter_map(|rule| rule.get("Name")?.as_str());
            let names: Vec<String> = names.map(safe).collect();
            let there = match names.is_empty() {
                true => "it has no rule at all".to_owned(),
                false => format!("there are {}", names.join(", ")),
            };
            return Err(ProviderError {
                kind: ProviderErrorKind::NotFound,
                message: format!("The web ACL has no rule {}: {there}", safe(rule)),
                hint: Some("Look at the rule's name in the runbook, and at the web ACL.".to_owned()),
                ..incomplete(GET.operation, "rule")
            });
        };
        if found.next().is_some() {
            return Err(refused(
                UPDATE.operation,
                &format!("The web ACL has two rules {}", safe(rule)),
                "Give each a name of its own.",
            ));
        }
        // A member without a value is none.
        let told = |key: &str| one.get(key).filter(|value| !value.is_null());
        match (told("Action"), told("OverrideAction")) {
            (Some(action), None) => Ok(RuleAction::of(action)),
            (None, Some(_)) => Err(refused(
                UPDATE.operation,
                &format!(
                    "The rule {} is a group of rules, which have actions of their own",
                    safe(rule)
                ),
                "Name a rule that has an action.",
            )),
            (None, None) | (Some(_), Some(_)) => Err(refused(
                UPDATE.operation,
                &format!(
                    "What the rule {} does is not told in a form that this program knows",
                    safe(rule)
                ),
                "Change it by hand, in a step of kind attest.",
            )),
        }
    }

    /// Whether Firewall Manager owns it: it would put back what we change (WAF developer guide, "AWS Firewall Manager").
    pub(super) fn is_managed(&self) -> bool {
        self.document.get("ManagedByFirewallManager") == Some(&Value::Bool(true))
    }
}
