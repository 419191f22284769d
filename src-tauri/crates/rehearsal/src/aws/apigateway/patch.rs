//! UpdateStage: patches of the settings of methods. All operations of a request land together, or none.

use serde::Deserialize;
use serde_json::Value;

use super::part::{Settings, own};
use super::path::{self, Target};
use super::seed::spread_ms;
use super::{bad, show};
use crate::aws::AwsError;
use crate::log::{Caller, LogEntry, Outcome};
use crate::state::State;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UpdateStage {
    #[serde(default)]
    patch_operations: Vec<Operation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    op: String,
    path: String,
    value: Option<String>,
}

impl UpdateStage {
    /// On a line, for the log.
    fn line(&self) -> String {
        let all = self.patch_operations.iter().map(|one| {
            let value = one.value.as_ref().map(|value| format!(" {value}"));
            format!("{} {}{}", one.op, one.path, value.unwrap_or_default())
        });
        all.collect::<Vec<_>>().join("; ")
    }
}

/// Patches a stage, and gives it as it is then.
pub(super) fn update(
    state: &mut State,
    caller: &Caller,
    (api, name): (&str, &str),
    asked: &UpdateStage,
    now_ms: i64,
) -> Result<(Value, LogEntry), AwsError> {
    let takes_ms = spread_ms(&state.faults);
    let stage = state.apigateway.stage_mut(caller, api, name)?;
    let mut settings = stage.settings.latest().clone();
    for operation in &asked.patch_operations {
        apply(&mut settings, operation)?;
    }
    stage.settings.set(settings, now_ms, takes_ms);
    stage.updated_ms = now_ms;
    let shown = show::stage(state, state.apigateway.stage(caller, api, name)?);
    let entry = LogEntry {
        comment: Some(asked.line()),
        left: shown.get("methodSettings").cloned(),
        ..caller.entry(Outcome::Committed)
    };
    Ok((shown, entry))
}

fn apply(settings: &mut Settings, operation: &Operation) -> Result<(), AwsError> {
    let Operation { op, path, value } = operation;
    let target = path::target(path);
    if target == Target::NotRehearsed {
        return Err(AwsError::not_rehearsed(&format!("UpdateStage of {path}")));
    }
    match (op.as_str(), target) {
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
                Target::Setting(_, _) | Target::NotRehearsed | Target::None => None,
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
        (_, _) => Err(bad(
            "Invalid patch operation specified. Must be one of: [remove, replace]",
        )),
    }
}
