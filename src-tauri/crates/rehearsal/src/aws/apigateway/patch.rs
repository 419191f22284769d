//! The body of a patch, and UpdateStage: the settings of methods, and the deployment that the stage serves. All
//! operations of a request land together, or none.

use serde::Deserialize;
use serde_json::Value;

use super::part::{Settings, own};
use super::path::{self, Target};
use super::seed::spread_ms;
use super::{bad, show};
use crate::aws::AwsError;
use crate::log::{Caller, LogEntry, Outcome};
use crate::state::State;

/// The body of each request that patches something.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Patch {
    #[serde(default)]
    pub patch_operations: Vec<Operation>,
}

/// One operation of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    pub op: String,
    pub path: String,
    pub value: Option<String>,
}

impl Patch {
    /// On a line, for the log.
    pub(super) fn line(&self) -> String {
        let all = self.patch_operations.iter().map(|one| {
            let value = one.value.as_ref().map(|value| format!(" {value}"));
            format!("{} {}{}", one.op, one.path, value.unwrap_or_default())
        });
        all.collect::<Vec<_>>().join("; ")
    }
}

/// What a patch of a stage may change.
struct Patched {
    settings: Settings,
    deployment: String,
}

/// Patches a stage, and gives it as it is then.
pub(super) fn update(
    state: &mut State,
    caller: &Caller,
    (api, name): (&str, &str),
    asked: &Patch,
    now_ms: i64,
) -> Result<(Value, LogEntry), AwsError> {
    let takes_ms = spread_ms(&state.faults);
    let stage = state.apigateway.stage(caller, api, name)?;
    let before = stage.deployment.latest().clone();
    let mut patched = Patched {
        settings: stage.settings.latest().clone(),
        deployment: before.clone(),
    };
    for operation in &asked.patch_operations {
        apply(&mut patched, operation)?;
    }
    // Of a new stage AWS is recorded to word it so (localstack, `test_create_canary_deployment`); a patch of one that is
    // there is held to be refused likewise.
    if patched.deployment != before
        && state
            .apigateway
            .of(caller, api)?
            .deployment(&patched.deployment)
            .is_none()
    {
        return Err(bad("Deployment id does not exist"));
    }
    let stage = state.apigateway.stage_mut(caller, api, name)?;
    stage.settings.set(patched.settings, now_ms, takes_ms);
    if patched.deployment != before {
        stage.deployment.set(patched.deployment, now_ms, takes_ms);
    }
    stage.updated_ms = now_ms;
    let shown = show::stage(state, state.apigateway.stage(caller, api, name)?);
    let entry = LogEntry {
        comment: Some(asked.line()),
        left: shown.get("methodSettings").cloned(),
        ..caller.entry(Outcome::Committed)
    };
    Ok((shown, entry))
}

fn apply(patched: &mut Patched, operation: &Operation) -> Result<(), AwsError> {
    let Operation { op, path, value } = operation;
    let settings = &mut patched.settings;
    let target = path::target(path);
    if target == Target::NotRehearsed {
        return Err(AwsError::not_rehearsed(&format!("UpdateStage of {path}")));
    }
    match (op.as_str(), target) {
        ("replace", Target::Deployment) => {
            patched.deployment = value.clone().unwrap_or_default();
            Ok(())
        }
        ("replace", Target::Setting(key, name)) => {
            let setting = own(settings, &key);
            value
                .as_deref()
                .and_then(|value| setting.set(name, value))
                .ok_or_else(|| {
                    let value = value.as_deref().unwrap_or("null");
                    bad(&format!("Invalid value '{value}' specified for {path}"))
                })
        }
        // As AWS words it, of what is a key and of what is none (recorded by localstack,
        // `test_update_stage_remove_wildcard` and `invalid-path-remove`).
        ("remove", target) => {
            let removed = match &target {
                Target::Key(key) => settings.remove(key),
                Target::Setting(_, _) | Target::Deployment | Target::NotRehearsed | Target::None => None,
            };
            removed.map(drop).ok_or_else(|| {
                let key = path.trim_start_matches('/');
                bad(&format!(
                    "Cannot remove method setting {key} because there is no method setting for this method "
                ))
            })
        }
        ("replace", Target::Key(_) | Target::NotRehearsed | Target::None) => {
            Err(bad(&format!("Invalid method setting path: {path}")))
        }
        // Of the deployment too: it is recorded of the canary's (localstack,
        // `test_update_stage_canary_deployment_validation`).
        ("add", Target::Deployment) => Err(bad(&format!("Invalid add operation with path: {path}"))),
        ("copy", Target::Deployment) => {
            Err(AwsError::not_rehearsed(&format!("UpdateStage with copy {path}")))
        }
        (_, _) => Err(bad(
            "Invalid patch operation specified. Must be one of: [remove, replace]",
        )),
    }
}
