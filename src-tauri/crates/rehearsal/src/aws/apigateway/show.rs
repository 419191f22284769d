//! GetRestApi and GetStage.

use serde_json::{Value, json};

use super::api::RestApi;
use super::part::Stage;
use super::{canary, resources};
use crate::state::State;

/// The API, as GetRestApi shows it.
pub(super) fn api(api: &RestApi) -> Value {
    json!({
        "id": api.id,
        "name": api.name,
        "createdDate": seconds(api.created_ms),
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
        "disableExecuteApiEndpoint": false,
        "rootResourceId": resources::root_id(&api.id),
        "tags": {},
    })
}

/// A stage, as GetStage and UpdateStage show it.
pub(super) fn stage(state: &State, stage: &Stage) -> Value {
    let mut shown = json!({
        "deploymentId": stage.deployment.latest(),
        "stageName": stage.name,
        "cacheClusterEnabled": false,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": stage.settings.latest(),
        "tracingEnabled": false,
        "tags": {},
        "createdDate": seconds(stage.created_ms),
        "lastUpdatedDate": seconds(stage.updated_ms),
    });
    if let Some(canary) = canary::of(stage, &state.faults) {
        shown["canarySettings"] = canary::shown(canary);
    }
    if let Some(arn) = state.waf.arn_before(&stage.arn(), &state.faults) {
        shown["webAclArn"] = json!(arn);
    }
    shown
}

/// A moment: whole seconds since 1970.
pub(super) fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1_000)
}
