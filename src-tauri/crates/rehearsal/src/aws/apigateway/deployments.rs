//! CreateDeployment, GetDeployment and GetDeployments.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::api::Deployment;
use super::seed::spread_ms;
use super::{bad, not_found, opened, page};
use crate::aws::{AwsError, Call, json};
use crate::log::{Caller, LogEntry, Outcome};
use crate::state::State;

/// The body of a CreateDeployment.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateDeployment {
    description: Option<String>,
    stage_name: Option<String>,
    /// What else AWS takes, or what it does not.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// The members of the request that AWS has and this world has not (API reference, CreateDeployment).
const NOT_REHEARSED: [&str; 6] = [
    "stageDescription",
    "cacheClusterEnabled",
    "cacheClusterSize",
    "variables",
    "canarySettings",
    "tracingEnabled",
];

/// Reads the body, which may be empty: every member of it may be left out.
pub(super) fn read(body: &[u8]) -> Result<CreateDeployment, AwsError> {
    let asked: CreateDeployment = match body.is_empty() {
        true => CreateDeployment::default(),
        false => json::read(body)?,
    };
    if let Some(member) = asked.others.keys().next() {
        return Err(match NOT_REHEARSED.contains(&member.as_str()) {
            true => AwsError::not_rehearsed(&format!("CreateDeployment with {member}")),
            // As `json::read` refuses what the API does not have.
            false => AwsError::new("SerializationException", &format!("unknown field `{member}`")),
        });
    }
    Ok(asked)
}

/// Makes a deployment: a copy of the methods and authorisers that the API has now, and all that anybody has left
/// unfinished among them. A stage that is named moves to it.
pub(super) fn create(
    state: &mut State,
    caller: &Caller,
    api: &str,
    asked: &CreateDeployment,
    now_ms: i64,
) -> Result<(Value, LogEntry), AwsError> {
    let takes_ms = spread_ms(&state.faults);
    let stage = asked.stage_name.as_deref().filter(|name| !name.is_empty());
    let gateway = &mut state.apigateway;
    if let Some(name) = stage
        && gateway.stage(caller, api, name).is_err()
    {
        // So that an unknown API is refused as one.
        gateway.of(caller, api)?;
        return Err(AwsError::not_rehearsed("CreateDeployment with a new stage"));
    }
    let description = asked.description.clone().filter(|text| !text.is_empty());
    let id = gateway.of_mut(caller, api)?.deploy(description, now_ms);
    if let Some(name) = stage {
        let stage = gateway.stage_mut(caller, api, name)?;
        stage.deployment.set(id.clone(), now_ms, takes_ms);
        stage.updated_ms = now_ms;
    }
    let shown = one(state, caller, api, &id)?.shown(None);
    let entry = LogEntry {
        comment: asked.description.clone(),
        left: Some(shown.clone()),
        ..caller.entry(Outcome::Committed)
    };
    Ok((shown, entry))
}

fn one<'a>(state: &'a State, caller: &Caller, api: &str, id: &str) -> Result<&'a Deployment, AwsError> {
    let api = state.apigateway.of(caller, api)?;
    api.deployment(id)
        .ok_or_else(|| not_found("Invalid Deployment identifier specified"))
}

/// GetDeployment.
pub(super) fn shown(
    state: &State,
    caller: &Caller,
    call: &Call,
    (api, id): (&str, &str),
) -> Result<Value, AwsError> {
    let deployment = one(state, caller, api, id)?;
    let with_summary = match call.param("embed") {
        None => false,
        Some("apisummary") => true,
        Some(other) => return Err(bad(&format!("Invalid embed value specified: {other}"))),
    };
    let summary = with_summary.then(|| opened::seen(api, &deployment.config, &state.faults).summary());
    Ok(deployment.shown(summary))
}

/// GetDeployments: a page, in no order that means anything.
pub(super) fn listed(state: &State, caller: &Caller, call: &Call, api: &str) -> Result<Value, AwsError> {
    let mut all: Vec<&Deployment> = state.apigateway.of(caller, api)?.deployments.iter().collect();
    all.sort_by_key(|deployment| &deployment.id);
    page::of(call, &format!("deployments {api}"), &all, |deployment| {
        deployment.shown(None)
    })
}
