//! What WAF keeps: the web ACLs of each account and region, and what each of them stands before.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::seed::{CAPACITY, FREEZE_RULE, weak_statement};
use crate::aws::spread::Spread;
use crate::faults::Fault;
use crate::log::Caller;
use crate::snapshot::FirewallView;

/// What an update replaces: members as they were sent, known or not.
pub(super) type Settings = Map<String, Value>;

/// What WAF keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Waf {
    pub(super) acls: Vec<Acl>,
}

/// A web ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acl {
    pub account: String,
    pub region: String,
    /// `REGIONAL` or `CLOUDFRONT`.
    pub scope: String,
    pub name: String,
    pub id: String,
    /// New with every update.
    pub lock_token: String,
    pub settings: Spread<Settings>,
    /// The ARNs of what it stands before.
    pub resources: Vec<String>,
}

/// What only an answer has: an update says nothing of it (API reference, WebACL).
pub(super) const OUTPUT_ONLY: [&str; 7] = [
    "ARN",
    "Capacity",
    "LabelNamespace",
    "ManagedByFirewallManager",
    "RetrofittedByFirewallManager",
    "PreProcessFirewallManagerRuleGroups",
    "PostProcessFirewallManagerRuleGroups",
];

/// The ARN of a regional web ACL.
pub(super) fn arn(region: &str, account: &str, name: &str, id: &str) -> String {
    format!("arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{id}")
}

impl Waf {
    /// Whether it was ever given its seeds.
    pub(crate) fn is_seeded(&self) -> bool {
        !self.acls.is_empty()
    }

    /// A caller's web ACL; the name and the id must be of the same one.
    pub(super) fn get_mut(&mut self, caller: &Caller, scope: &str, name: &str, id: &str) -> Option<&mut Acl> {
        let mut all = self.acls.iter_mut();
        all.find(|acl| acl.is_of(caller, scope) && acl.name == name && acl.id == id)
    }

    /// The web ACL that stands before a resource; none while a fault has it detached.
    pub(super) fn before(&self, resource: &str, faults: &[Fault]) -> Option<&Acl> {
        if faults.contains(&Fault::AclDetached) {
            return None;
        }
        let mut all = self.acls.iter();
        all.find(|acl| acl.resources.iter().any(|arn| arn == resource))
    }

    /// The ARN of the web ACL that stands before a resource.
    pub(crate) fn arn_before(&self, resource: &str, faults: &[Fault]) -> Option<String> {
        self.before(resource, faults).map(Acl::arn)
    }

    /// The settings that the request of this number meets before a resource.
    pub(crate) fn met(
        &self,
        resource: &str,
        faults: &[Fault],
        number: usize,
        now_ms: i64,
    ) -> Option<Settings> {
        let acl = self.before(resource, faults)?;
        Some(under(acl.settings.met(number, now_ms), faults))
    }

    /// As the control plane shows them, whatever a fault makes of them.
    pub(crate) fn views(&self) -> Vec<FirewallView> {
        let view = |acl: &Acl| FirewallView {
            account: acl.account.clone(),
            region: acl.region.clone(),
            arn: acl.arn(),
            resources: acl.resources.clone(),
            acl: acl.shown(&[]),
        };
        self.acls.iter().map(view).collect()
    }
}

/// The freeze rule, where there is one.
pub(super) fn freeze_rule(settings: &mut Settings) -> Option<&mut Value> {
    let rules = settings.get_mut("Rules").and_then(Value::as_array_mut);
    rules?.iter_mut().find(|rule| rule["Name"] == FREEZE_RULE)
}

/// Settings as they are while faults last: with a weak statement of the freeze rule, or without that rule.
fn under(settings: &Settings, faults: &[Fault]) -> Settings {
    let mut settings = settings.clone();
    if let Some(weak) = weak_statement(faults)
        && let Some(rule) = freeze_rule(&mut settings)
    {
        rule["Statement"] = weak;
    }
    if faults.contains(&Fault::RuleMissing)
        && let Some(rules) = settings.get_mut("Rules").and_then(Value::as_array_mut)
    {
        rules.retain(|rule| rule["Name"] != FREEZE_RULE);
    }
    settings
}

impl Acl {
    /// Whether a caller finds it where they look.
    pub(super) fn is_of(&self, caller: &Caller, scope: &str) -> bool {
        self.account == caller.account && self.region == caller.region && self.scope == scope
    }

    pub(super) fn arn(&self) -> String {
        arn(&self.region, &self.account, &self.name, &self.id)
    }

    /// What it is for. Without a description WAF answers an empty one, which it would not take back
    /// (hashicorp/terraform-provider-aws#14029).
    pub(super) fn description(&self) -> Value {
        let settings = self.settings.latest();
        settings.get("Description").cloned().unwrap_or(json!(""))
    }

    /// As GetWebACL shows it.
    pub(super) fn shown(&self, faults: &[Fault]) -> Value {
        let mut shown = Map::new();
        let mut set = |name: &str, value: Value| shown.insert(name.to_owned(), value);
        set("Name", json!(self.name));
        set("Id", json!(self.id));
        set("ARN", json!(self.arn()));
        set("Description", self.description());
        for (name, value) in under(self.settings.latest(), faults) {
            set(&name, value);
        }
        set("Capacity", json!(CAPACITY));
        set("PreProcessFirewallManagerRuleGroups", json!([]));
        set("PostProcessFirewallManagerRuleGroups", json!([]));
        set(
            "ManagedByFirewallManager",
            json!(faults.contains(&Fault::FirewallManaged)),
        );
        set(
            "LabelNamespace",
            json!(format!("awswaf:{}:webacl:{}:", self.account, self.name)),
        );
        set("RetrofittedByFirewallManager", json!(false));
        Value::Object(shown)
    }

    /// Replaces the settings, and with them the lock token, which it gives back.
    pub(super) fn replace(&mut self, settings: Settings, now_ms: i64, takes_ms: i64) -> &str {
        self.settings.set(settings, now_ms, takes_ms);
        self.lock_token = uuid::Uuid::new_v4().to_string();
        &self.lock_token
    }
}
