//! What can restrict user management, as a snapshot shows it: the web ACLs and the stages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
