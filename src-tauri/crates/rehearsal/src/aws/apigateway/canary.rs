//! A canary on the stage of a guarded API, while a fault puts one there: a part of the requests is served by another
//! deployment than the stage's (API Gateway developer guide, "Set up an API Gateway canary release deployment").

use serde_json::{Value, json};

use super::guarded;
use super::part::Stage;
use crate::faults::Fault;

/// Of so many requests, the last is the canary's.
const ONE_IN: usize = 10;

/// The id of the deployment that the canary of a stage serves; none where it has none.
pub(super) fn of(stage: &Stage, faults: &[Fault]) -> Option<&'static str> {
    let row = guarded::of_id(&stage.api)?;
    let [(earlier, _), _] = row.deployments;
    faults
        .contains(&Fault::StageCanary { app: row.app })
        .then_some(earlier)
}

/// As GetStage shows it (API reference, CanarySettings).
pub(super) fn shown(deployment: &str) -> Value {
    json!({"percentTraffic": 10.0, "deploymentId": deployment, "useStageCache": false})
}

/// Whether the request of a number is the canary's.
pub(super) fn serves(number: usize) -> bool {
    number % ONE_IN == ONE_IN - 1
}
