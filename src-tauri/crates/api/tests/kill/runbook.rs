//! What is run: the records of `dns-switch`, a parameter and the roll that publishes it, or a rule and methods of a stage.

use switchback_model::{ApiStage, Plan, Scope, WebAcl};
use switchback_rehearsal as rehearsal;
use switchback_testkit::published::{append, only, rolls};
use switchback_testkit::restricted::{blocks, throttles};

/// The variable that tells a re-executed copy which one.
pub const RUNBOOK: &str = "SWITCHBACK_KILL_RUNBOOK";
/// The rule that takes all of what is published back.
pub const R5: &str = "R5";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runbook {
    /// Three changes of records.
    Records,
    /// An item appended to a parameter, and the roll of the service whose tasks read it.
    Published,
    /// A rule that blocks, and methods that take no request.
    Restricted,
}

impl Runbook {
    pub fn word(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Published => "published",
            Self::Restricted => "restricted",
        }
    }

    pub fn of_process() -> Self {
        match std::env::var(RUNBOOK) {
            Ok(word) if word == Self::Published.word() => Self::Published,
            Ok(word) if word == Self::Restricted.word() => Self::Restricted,
            _ => Self::Records,
        }
    }

    /// The operations that change something.
    pub fn mutations(self) -> &'static [&'static str] {
        match self {
            Self::Records => &["ChangeResourceRecordSets"],
            Self::Published => &["PutParameter", "UpdateService"],
            Self::Restricted => &["UpdateWebACL", "UpdateStage"],
        }
    }

    /// The plan of it, of the one of `dns-switch`.
    pub fn made_of(self, plan: Plan) -> Plan {
        let service = (rehearsal::CLUSTER_NAME, rehearsal::SERVICE_NAME);
        match self {
            Self::Records => plan,
            Self::Published => {
                let profiles = append("profiles", rehearsal::PROFILES_PARAMETER, &["cognito"]);
                let steps = vec![profiles.clone(), rolls("roll", service, &[profiles])];
                only(plan, R5, steps)
            }
            Self::Restricted => {
                let acl = WebAcl {
                    name: rehearsal::WEB_ACL_NAME.to_owned(),
                    id: rehearsal::WEB_ACL_ID.to_owned(),
                    scope: Scope::Regional,
                };
                let on = ApiStage {
                    api: rehearsal::API_ID.to_owned(),
                    stage: rehearsal::API_STAGE.to_owned(),
                };
                // One that has settings of its own, and one that has none.
                let methods = [
                    "POST /usermanagement/createUser",
                    "POST /usermanagement/updatePassword",
                ];
                let rule = blocks("rule", &acl, rehearsal::FREEZE_RULE);
                only(plan, R5, vec![rule, throttles("methods", &on, &methods)])
            }
        }
    }
}
