//! API Gateway, REST APIs: what a stage serves. A deployment is a snapshot of the API as it is; a stage points at one, and
//! keeps the verdicts of its authorisers for a while (API Gateway developer guide, "Deploy REST APIs in API Gateway").

use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::firewall::ApiStage;
use crate::ids::StepId;

/// Takes a snapshot of a REST API as it is, without putting it on a stage: nobody meets it (API reference,
/// CreateDeployment without `stageName`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotApi {
    /// The id of the API.
    pub api: String,
}

/// Points a stage at another deployment of its API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointStage {
    /// The stage.
    pub on: ApiStage,
    /// Which deployment.
    pub deployment: Snapshot,
}

/// Which deployment of an API is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Snapshot {
    /// The one of this id.
    Id(String),
    /// The one that a step of the same plan makes. Which that is, is not known before it was made.
    From {
        /// The step.
        step: StepId,
        /// The token that its request carried, and by which it is found; absent in a plan.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
}

/// Drops every verdict on a token that a stage's authorisers keep (API reference, FlushStageAuthorizersCache).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlushStage {
    /// The stage.
    pub on: ApiStage,
}

/// A stage points at one deployment, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageCheck {
    /// The stage.
    pub on: ApiStage,
    /// Which deployment; absent = any, and no canary beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
}

/// Every method of a REST API but OPTIONS asks one authoriser, as a stage serves them and as they are edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCheck {
    /// The stage.
    pub on: ApiStage,
    /// The id of the authoriser.
    pub authorizer: String,
    /// The origin that a refusal must let read it; absent = not looked at. Without that a browser tells nobody that a
    /// token has expired (API Gateway developer guide, "Enable CORS for a REST API resource", "gateway responses").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

/// What a stage serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The id of the deployment that it points at.
    pub deployment: String,
    /// Whether a canary takes a share of its requests. No field: nothing here changes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
    /// The id of the deployment that it shall point at, where that was looked for. No field: it is what is wished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<String>,
    /// How the methods of that one are others than those of the present one, a line each. No field, as above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
}

impl Pointer {
    pub(crate) fn fields(&self) -> Vec<Field> {
        vec![Field::new("deployment", &self.deployment)]
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        vec![format!("deployment {}", self.deployment)]
    }

    /// The same, at another deployment.
    #[must_use]
    pub fn at(&self, deployment: &str) -> Self {
        Self {
            deployment: deployment.to_owned(),
            canary: self.canary,
            offered: None,
            differs: Vec::new(),
        }
    }
}
