//! Somebody else changes an API or a stage, behind the operator's back.

use serde_json::{Value, json};

use super::api::Method;
use super::guarded::of_app;
use super::part::own;
use super::path::key_below;
use super::seed::{API_ID, API_STAGE, spread_ms, with_path};
use super::{authorizers, bad};
use crate::aws::AwsError;
use crate::aws::cognito::REGION;
use crate::core::Core;
use crate::faults::App;
use crate::log::{Caller, LogEntry, Outcome};
use crate::state::State;

/// Commits what somebody else does: `apply` says what they left of it, and what the log should say.
fn somebody(
    core: &Core,
    operation: &str,
    apply: impl FnOnce(&mut State, &Caller, i64) -> Result<(String, Option<Value>), AwsError>,
) -> Result<(), AwsError> {
    let caller = Caller {
        region: REGION.to_owned(),
        ..Caller::somebody_else(operation)
    };
    core.commit(|state, now| {
        let (comment, left) = apply(state, &caller, now)?;
        let entry = LogEntry {
            comment: Some(comment),
            left,
            ..caller.entry(Outcome::Committed)
        };
        Ok::<_, AwsError>(((), entry))
    })
    .map(drop)
}

/// Gives a method settings of its own, or other ones than it had.
pub(crate) fn somebody_sets_a_throttle(core: &Core, on: &str) -> Result<(), AwsError> {
    somebody(core, "ThrottleSet", |state, caller, now| {
        let takes_ms = spread_ms(&state.faults);
        let stage = state.apigateway.stage_mut(caller, API_ID, API_STAGE)?;
        let mut settings = stage.settings.latest().clone();
        let key = key_below(on).ok_or_else(|| bad(&format!("“{on}” is no method and path")))?;
        let setting = own(&mut settings, &key);
        setting.throttling_rate_limit = 50.0;
        setting.throttling_burst_limit = 50;
        stage.settings.set(settings, now, takes_ms);
        stage.updated_ms = now;
        Ok((key, None))
    })
}

/// Adds a method to a guarded API that nothing guards, and does not deploy it: it waits for whoever deploys next.
pub(crate) fn somebody_leaves_work_unfinished(core: &Core, app: App) -> Result<(), AwsError> {
    let row = of_app(app);
    let (verb, path) = row.unfinished;
    somebody(core, "UnfinishedWork", |state, caller, _| {
        let methods = &mut state.apigateway.of_mut(caller, row.id)?.config.methods;
        let of_path = with_path(methods, path);
        if of_path.iter().any(|method| method.verb == verb) {
            return Err(bad(&format!("there is {verb} {path} already")));
        }
        of_path.push(Method::open(verb));
        Ok((format!("{verb} {path}"), None))
    })
}

/// Adds a third pool to the authoriser of a guarded API.
pub(crate) fn somebody_edits_the_authorizer(core: &Core, app: App) -> Result<(), AwsError> {
    let row = of_app(app);
    somebody(core, "AuthorizerEdited", |state, caller, _| {
        let api = state.apigateway.of_mut(caller, row.id)?;
        let left = authorizers::somebody_adds(api.authorizer_mut(row.authorizer)?)?;
        Ok((authorizers::third_pool(), Some(left)))
    })
}

/// Deploys a guarded API as it is now.
pub(crate) fn somebody_deploys(core: &Core, app: App) -> Result<(), AwsError> {
    let row = of_app(app);
    somebody(core, "StageMoved", |state, caller, now| {
        let takes_ms = spread_ms(&state.faults);
        let api = state.apigateway.of_mut(caller, row.id)?;
        let id = api.deploy(Some("somebody's release".to_owned()), now);
        let stage = state.apigateway.stage_mut(caller, row.id, row.stage)?;
        stage.deployment.set(id.clone(), now, takes_ms);
        stage.updated_ms = now;
        Ok((id.clone(), Some(json!({"deploymentId": id}))))
    })
}
