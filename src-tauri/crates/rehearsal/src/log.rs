//! The log: what was asked of the world, and how each request ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::records::BatchItem;
use crate::seed;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A read was answered.
    Read,
    /// A mutation was carried out and answered.
    Committed,
    /// Nothing was done; the answer was an error.
    Refused,
    /// Carried out, and the answer was lost on the way.
    Lost,
}

/// A parameter as a PutParameter left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterPut {
    /// Its name, as it was made.
    pub name: String,
    /// The version that the put made.
    pub version: u64,
    /// The new value; none of a SecureString.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A service as an UpdateService left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRolled {
    /// Its ARN.
    pub service: String,
    /// The deployment that the request made, `ecs-svc/…`.
    pub deployment: String,
    /// The ARN of the task definition that it runs.
    pub task_definition: String,
}

/// One AWS request as the world saw it, or a write that reached a handler of user management. The log is the oracle of tests: it says what really happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Counts up by one over the life of the world.
    pub seq: u64,
    /// When, in world time.
    pub world_time: Timestamp,
    /// `route53`, `sts`, .. as the signature's scope names it; `second-writer` for what a fault has somebody
    /// else do; `usermanagement` for a write of user management.
    pub service: String,
    /// AWS's name of the operation; of user management the handler, such as `POST /api/users`.
    pub operation: String,
    /// As answered in `x-amzn-RequestId`.
    pub request_id: String,
    /// The account of the caller.
    pub account: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The error code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The comment of the batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The change id, bare, of a committed batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
    /// The batch of a ChangeResourceRecordSets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Vec<BatchItem>>,
    /// The parameter of a committed PutParameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<ParameterPut>,
    /// The service that a committed UpdateService rolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled: Option<ServiceRolled>,
    /// What a committed change left of what it is about: the web ACL, the settings of a stage's methods, the authoriser,
    /// the new deployment, or the invalidation that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<serde_json::Value>,
}

/// What is known of a request when it is logged.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub service: String,
    /// As the signature's scope says.
    pub region: String,
    pub operation: String,
    pub request_id: String,
    pub account: String,
    /// The role under which it is made, and the session of it; empty where that is not proven.
    pub role: String,
    pub session: String,
}

impl Caller {
    /// Who does behind the operator's back what a fault says, under a name of its own and not the operation's:
    /// a fault that is meant for the operator's next request is not used up by somebody else.
    pub(crate) fn somebody_else(operation: &str) -> Self {
        Self {
            service: "second-writer".to_owned(),
            region: String::new(),
            operation: operation.to_owned(),
            request_id: uuid::Uuid::new_v4().to_string(),
            account: seed::ACCOUNT.to_owned(),
            role: "somebody-else".to_owned(),
            session: "second-writer".to_owned(),
        }
    }

    /// As STS and denials name them.
    pub(crate) fn arn(&self) -> String {
        let Self {
            account,
            role,
            session,
            ..
        } = self;
        format!("arn:aws:sts::{account}:assumed-role/{role}/{session}")
    }

    pub(crate) fn entry(&self, outcome: Outcome) -> LogEntry {
        LogEntry {
            seq: 0,
            world_time: Timestamp::UNIX_EPOCH,
            service: self.service.clone(),
            operation: self.operation.clone(),
            request_id: self.request_id.clone(),
            account: self.account.clone(),
            outcome,
            code: None,
            comment: None,
            change_id: None,
            batch: None,
            parameter: None,
            rolled: None,
            left: None,
        }
    }
}
