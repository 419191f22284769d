//! What is run: the records of `dns-switch`, a parameter and the roll that publishes it, a rule and methods of a stage, or
//! an authoriser with the deployment, the pointer and the flush by which its pools are asked for.

use switchback_model::{ApiStage, Plan, Scope, Step, WebAcl};
use switchback_rehearsal as rehearsal;
use switchback_testkit::deployed::{accepts, flushes, points, snapshot};
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
    /// A pool that an authoriser accepts, a deployment that holds it, the stage that points there, and the flush.
    Deployed,
}

impl Runbook {
    pub fn word(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Published => "published",
            Self::Restricted => "restricted",
            Self::Deployed => "deployed",
        }
    }

    pub fn of_process() -> Self {
        match std::env::var(RUNBOOK) {
            Ok(word) if word == Self::Published.word() => Self::Published,
            Ok(word) if word == Self::Restricted.word() => Self::Restricted,
            Ok(word) if word == Self::Deployed.word() => Self::Deployed,
            _ => Self::Records,
        }
    }

    /// The operations that change something.
    pub fn mutations(self) -> &'static [&'static str] {
        match self {
            Self::Records => &["ChangeResourceRecordSets"],
            Self::Published => &["PutParameter", "UpdateService"],
            Self::Restricted => &["UpdateWebACL", "UpdateStage"],
            Self::Deployed => &[
                "UpdateAuthorizer",
                "CreateDeployment",
                "UpdateStage",
                "FlushStageAuthorizersCache",
            ],
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
            Self::Deployed => {
                let on = ApiStage {
                    api: rehearsal::REVAL_API.to_owned(),
                    stage: rehearsal::REVAL_STAGE.to_owned(),
                };
                let pool = format!(
                    "arn:aws:cognito-idp:eu-west-2:{}:userpool/{}",
                    rehearsal::ACCOUNT,
                    rehearsal::ADMINS_POOL
                );
                let authorizer = accepts(
                    "authorizer",
                    (rehearsal::REVAL_API, rehearsal::REVAL_AUTHORIZER),
                    &pool,
                );
                let snapshot = Step {
                    after: vec![authorizer.id.clone()],
                    ..snapshot("snapshot", rehearsal::REVAL_API)
                };
                let stage = points("stage", &on, &snapshot);
                let flush = flushes("flush", &on, &stage);
                only(plan, R5, vec![authorizer, snapshot, stage, flush])
            }
        }
    }
}
