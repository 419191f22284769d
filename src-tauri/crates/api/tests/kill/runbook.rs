//! What is run: the records of `dns-switch`, or a parameter and the roll that publishes it.

use switchback_model::Plan;
use switchback_rehearsal as rehearsal;
use switchback_testkit::published::{append, only, rolls};

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
}

impl Runbook {
    pub fn word(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Published => "published",
        }
    }

    pub fn of_process() -> Self {
        match std::env::var(RUNBOOK) {
            Ok(word) if word == Self::Published.word() => Self::Published,
            _ => Self::Records,
        }
    }

    /// The operations that change something.
    pub fn mutations(self) -> &'static [&'static str] {
        match self {
            Self::Records => &["ChangeResourceRecordSets"],
            Self::Published => &["PutParameter", "UpdateService"],
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
        }
    }
}
