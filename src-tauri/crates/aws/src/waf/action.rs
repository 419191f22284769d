//! `waf.rule_action`: a rule of a web ACL is given another action.

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use switchback_engine::ports::{ProviderError, ProviderErrorKind, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Image, Preview, RuleAction, SetRuleAction};

use super::read::{Acl, asked};
use super::{GET, UPDATE, UPDATE_ADDRESSES, UPDATE_GROUPS, UPDATE_MANAGED, UPDATE_PATTERNS, web_acl};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::{another, refused};
use crate::op::Op;
use crate::resource::Resource;
use crate::service::Service;

/// What GetWebACL tells and UpdateWebACL does not take, because AWS sets it (WAF API reference, `WebACL` beside
/// UpdateWebACL). `ApplicationConfig` can't be changed and stays where it is left out.
const TOLD_ONLY: [&str; 9] = [
    "ARN",
    "ApplicationConfig",
    "Capacity",
    "LabelNamespace",
    "ManagedByFirewallManager",
    "PostProcessFirewallManagerRuleGroups",
    "PreProcessFirewallManagerRuleGroups",
    "RetrofittedByFirewallManager",
    "Scope",
];

/// The action: what a rule does with a request that it matches.
#[derive(Debug, Clone)]
pub struct RuleChange(pub SetRuleAction);

impl RuleChange {
    fn content<'a>(&self, image: &'a Image) -> Result<&'a RuleAction, ProviderError> {
        if let Image::RuleAction {
            web_acl,
            rule,
            content,
        } = image
            && *web_acl == self.0.web_acl
            && *rule == self.0.rule
        {
            return Ok(content);
        }
        Err(another(UPDATE.operation, "this rule"))
    }

    fn image(&self, action: RuleAction) -> Image {
        Image::RuleAction {
            web_acl: self.0.web_acl.clone(),
            rule: self.0.rule.clone(),
            content: Box::new(action),
        }
    }

    /// Sends the web ACL back as it was read, but for the action.
    pub(super) async fn update(
        &self,
        aws: &Aws,
        approved: &Preview,
        guard: Acl,
    ) -> Result<Receipt, ProviderError> {
        let to = self.content(&approved.to)?;
        let body = self.document(guard, to)?;
        let seen = crate::observe::CallFacts::default();
        let asked = asked(UPDATE, Some(&self.0.web_acl), body);
        match aws.ask_raw(UPDATE, asked, &seen).await {
            Ok(_) => Ok(aws.receipt(&seen)),
            Err(error) if error.kind == ProviderErrorKind::Conflict => {
                Err(self.weighed(aws, to, error).await)
            }
            Err(error) => Err(error),
        }
    }

    /// What an old token means. Where something on the way sends a request twice, the second try is refused because the
    /// first was carried out: what is there tells, and where it can't be read, nobody knows.
    async fn weighed(&self, aws: &Aws, to: &RuleAction, refusal: ProviderError) -> ProviderError {
        let doubt = |words: &str| ProviderError {
            kind: ProviderErrorKind::Unclear,
            message: format!("{words} {}", refusal.message),
            hint: None,
            ..refusal.clone()
        };
        match aws
            .web_acl(&self.0.web_acl)
            .await
            .map(|acl| acl.action_of(&self.0.rule))
        {
            Ok(Ok(now)) if now == *to => doubt("AWS refused it, yet the change is there."),
            Ok(Ok(_) | Err(_)) => refusal,
            Err(_) => doubt("AWS refused it; not seen since."),
        }
    }

    /// The web ACL as it was read, with this action of the rule.
    fn document(&self, acl: Acl, to: &RuleAction) -> Result<Value, ProviderError> {
        let Value::Object(mut document) = acl.document else {
            return Err(incomplete(GET.operation, "web ACL"));
        };
        for key in TOLD_ONLY {
            document.shift_remove(key);
        }
        // One that was never given is told as an empty one, and an empty one is refused.
        if document.get("Description").and_then(Value::as_str) == Some("") {
            document.shift_remove("Description");
        }
        let rules = document.get_mut("Rules").and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten() {
            if rule.get("Name").and_then(Value::as_str) == Some(self.0.rule.as_str()) {
                rule["Action"] = to.value();
            }
        }
        document.insert("Scope".to_owned(), json!(self.0.web_acl.scope.text()));
        document.insert("LockToken".to_owned(), json!(acl.lock_token));
        Ok(Value::Object(document))
    }
}

#[async_trait]
impl Change for RuleChange {
    type Guard = Acl;
    const OPS: &'static [Op] = &[
        GET,
        UPDATE,
        UPDATE_GROUPS,
        UPDATE_MANAGED,
        UPDATE_ADDRESSES,
        UPDATE_PATTERNS,
    ];
    const AGAINST: Against = Against::AToken;
    // It takes seconds to be everywhere, and AWS says nothing of how far it is: the routes are asked.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        web_acl(&self.0.web_acl)
    }

    fn object(&self) -> String {
        format!("rule {} of web ACL {}", self.0.rule, self.0.web_acl.name)
    }

    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<Acl>, ProviderError> {
        let acl = aws.web_acl(&self.0.web_acl).await?;
        if since.is_none() && acl.is_managed() {
            return Err(refused(
                UPDATE.operation,
                &format!("Firewall Manager owns the web ACL {}", self.0.web_acl.name),
                "It puts back what anybody else changes: have its administrator change the policy.",
            ));
        }
        Ok(Seen {
            observed: self.image(acl.action_of(&self.0.rule)?).into(),
            guard: acl,
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        self.content(now)?;
        Ok(self.image(self.0.action.clone()))
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        self.content(from)?;
        self.content(to)?;
        Ok(())
    }

    fn caution(&self, _: &Image, _: &Image) -> Option<String> {
        Some(
            "AWS replaces the web ACL whole: everything else in it is sent back as it is read right before, and AWS refuses \
             it where somebody else has written since. It takes seconds, sometimes minutes, until every request meets \
             the change; until then some are answered as before."
                .to_owned(),
        )
    }

    /// Only what changes: the rest of the document is read right before. Without the rest, AWS's command is refused.
    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall> {
        let (from, to) = (self.content(from).ok()?, self.content(to).ok()?);
        let acl = &self.0.web_acl;
        let mut parameters = Map::new();
        let mut put = |key: &str, value: Value| parameters.insert(key.to_owned(), value);
        put("Name", json!(acl.name));
        put("Scope", json!(acl.scope.text()));
        put("Id", json!(acl.id));
        put("Rules", json!([{"Name": self.0.rule, "Action": to.value()}]));
        (from != to).then(|| ApiCall {
            service: Service::Waf.id().to_owned(),
            operation: UPDATE.operation.to_owned(),
            parameters: Value::Object(parameters).into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &WriteCx,
        approved: &Preview,
        guard: Option<Acl>,
    ) -> Result<Receipt, ProviderError> {
        let guard = guard.ok_or_else(|| incomplete(UPDATE.operation, "token"))?;
        self.update(aws, approved, guard).await
    }
}
