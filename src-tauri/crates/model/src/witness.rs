//! What tells our own write from another's: noted with the intent, so that a crash leaves it behind. It is
//! no field of the object: no digest holds it, and nothing is restored of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::unknown::Unknown;

/// What an object showed of its own past when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Witness {
    /// A version that each write raises by exactly one (Systems Manager API reference, PutParameter).
    #[serde(rename = "version")]
    Version {
        /// The version.
        version: i64,
    },
    /// The deployment that was the service's last: each roll makes another (ECS API reference, UpdateService).
    #[serde(rename = "deployment")]
    Deployment {
        /// Its id.
        id: String,
    },
    /// The service's own time at which it was read, where nothing of the object numbers its writes: what was made after
    /// that was made by whoever wrote then.
    #[serde(rename = "time")]
    Time {
        /// When, by the Date of the service's answer.
        at: Timestamp,
    },
    /// Of a kind that this program does not know.
    #[serde(untagged)]
    Unknown(Unknown),
}
