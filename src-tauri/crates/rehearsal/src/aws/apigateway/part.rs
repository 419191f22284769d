//! What API Gateway keeps: the stages of the world's API, with the settings of their methods.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::path::{ALL_METHODS, key};
use super::setting::Setting;
use super::{is_here, not_found, seed};
use crate::aws::AwsError;
use crate::aws::spread::Spread;
use crate::log::Caller;
use crate::snapshot::StageView;

/// Settings by their keys.
pub(super) type Settings = BTreeMap<String, Setting>;

/// The settings of a key. A new one begins with what the whole stage has then, and keeps that whatever the stage is given
/// later (recorded from AWS by localstack, `test_create_update_stages`); with AWS's defaults where the stage has nothing.
pub(super) fn own<'a>(settings: &'a mut Settings, key: &str) -> &'a mut Setting {
    let all = settings.get(ALL_METHODS).cloned();
    settings
        .entry(key.to_owned())
        .or_insert_with(|| all.unwrap_or_default())
}

/// What API Gateway keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ApiGateway {
    pub(super) stages: Vec<Stage>,
}

/// A stage of an API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stage {
    pub api: String,
    pub name: String,
    pub deployment: String,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub settings: Spread<Settings>,
}

impl ApiGateway {
    /// Whether it was ever given its seeds.
    pub(crate) fn is_seeded(&self) -> bool {
        !self.stages.is_empty()
    }

    /// Whether an ARN is one of a stage.
    pub(crate) fn has_stage(&self, arn: &str) -> bool {
        self.stages.iter().any(|stage| stage.arn() == arn)
    }

    /// A stage of a caller's API, whichever: an API has one.
    pub(super) fn of(&self, caller: &Caller, api: &str) -> Result<&Stage, AwsError> {
        let mut stages = self.stages.iter();
        stages
            .find(|stage| is_here(caller) && stage.api == api)
            .ok_or_else(|| no_api(caller, api))
    }

    pub(super) fn stage(&self, caller: &Caller, api: &str, name: &str) -> Result<&Stage, AwsError> {
        self.of(caller, api)?;
        let mut stages = self.stages.iter();
        stages
            .find(|stage| stage.api == api && stage.name == name)
            .ok_or_else(no_stage)
    }

    pub(super) fn stage_mut(
        &mut self,
        caller: &Caller,
        api: &str,
        name: &str,
    ) -> Result<&mut Stage, AwsError> {
        self.of(caller, api)?;
        let mut stages = self.stages.iter_mut();
        stages
            .find(|stage| stage.api == api && stage.name == name)
            .ok_or_else(no_stage)
    }

    /// Whether the stage lets no request through to a method of a resource, as the request of this number meets it.
    pub(crate) fn closes(&self, resource: &str, method: &str, number: usize, now_ms: i64) -> bool {
        let mut stages = self.stages.iter();
        let stage = stages.find(|stage| stage.arn() == seed::stage_arn());
        stage.is_some_and(|stage| {
            let settings = stage.settings.met(number, now_ms);
            let own = settings.get(&key(resource, method));
            own.or_else(|| settings.get(ALL_METHODS))
                .is_some_and(Setting::closes)
        })
    }

    /// As the control plane shows them.
    pub(crate) fn views(&self) -> Vec<StageView> {
        let view = |stage: &Stage| StageView {
            api: stage.api.clone(),
            stage: stage.name.clone(),
            method_settings: stage
                .settings
                .latest()
                .iter()
                .map(|(key, setting)| (key.clone(), json!(setting)))
                .collect(),
        };
        self.stages.iter().map(view).collect()
    }
}

impl Stage {
    /// Its ARN, which names no account (API Gateway developer guide, "ARN reference").
    pub(super) fn arn(&self) -> String {
        seed::arn(&self.api, &self.name)
    }
}

/// As AWS words it (recorded by localstack).
fn no_api(caller: &Caller, api: &str) -> AwsError {
    not_found(&format!(
        "Invalid API identifier specified {}:{api}",
        caller.account
    ))
}

fn no_stage() -> AwsError {
    not_found("Invalid stage identifier specified")
}
