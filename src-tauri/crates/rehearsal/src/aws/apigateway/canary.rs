//! A canary on the stage of Reval's API, while a fault puts one there: a part of the requests is served by another
//! deployment than the stage's (API Gateway developer guide, "Set up an API Gateway canary release deployment").

use serde_json::{Value, json};

use super::part::Stage;
use super::seed::{REVAL_API, REVAL_CANARY_DEPLOYMENT};
use crate::faults::Fault;

/// Of so many requests, the last is the canary's.
const ONE_IN: usize = 10;

/// The id of the deployment that the canary of a stage serves; none where it has none.
pub(super) fn of(stage: &Stage, faults: &[Fault]) -> Option<&'static str> {
    let has_one = stage.api == REVAL_API && faults.contains(&Fault::StageCanary);
    has_one.then_some(REVAL_CANARY_DEPLOYMENT)
}

/// As GetStage shows it (API reference, CanarySettings).
pub(super) fn shown(deployment: &str) -> Value {
    json!({"percentTraffic": 10.0, "deploymentId": deployment, "useStageCache": false})
}

/// Whether the request of a number is the canary's.
pub(super) fn serves(number: usize) -> bool {
    number % ONE_IN == ONE_IN - 1
}
