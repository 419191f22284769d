//! What API Gateway keeps: the APIs of the world and their stages, with the settings of their methods.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::api::RestApi;
use super::path::{ALL_METHODS, key};
use super::setting::Setting;
use super::verdicts::Verdicts;
use super::{is_here, no_api, not_found, seed};
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
    /// An API has one.
    pub(super) stages: Vec<Stage>,
    #[serde(default)]
    pub(super) apis: Vec<RestApi>,
}

/// A stage of an API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stage {
    pub api: String,
    pub name: String,
    /// The id of the deployment that it serves.
    #[serde(deserialize_with = "deployment")]
    pub deployment: Spread<String>,
    pub created_ms: i64,
    pub updated_ms: i64,
    pub settings: Spread<Settings>,
    /// What its authorisers remember.
    #[serde(default)]
    pub verdicts: Verdicts,
}

/// Reads the deployment of a stage, which was an id and nothing else before it could be changed.
fn deployment<'de, D: Deserializer<'de>>(from: D) -> Result<Spread<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept {
        Id(String),
        Spread(Spread<String>),
    }
    Ok(match Kept::deserialize(from)? {
        Kept::Id(id) => Spread::settled(id),
        Kept::Spread(spread) => spread,
    })
}

impl ApiGateway {
    /// Whether an ARN is one of a stage.
    pub(crate) fn has_stage(&self, arn: &str) -> bool {
        self.stages.iter().any(|stage| stage.arn() == arn)
    }

    /// An API, whoever asks.
    pub(super) fn api(&self, id: &str) -> Option<&RestApi> {
        self.apis.iter().find(|api| api.id == id)
    }

    /// A caller's API.
    pub(super) fn of(&self, caller: &Caller, id: &str) -> Result<&RestApi, AwsError> {
        self.api(id)
            .filter(|_| is_here(caller))
            .ok_or_else(|| no_api(caller, id))
    }

    pub(super) fn of_mut(&mut self, caller: &Caller, id: &str) -> Result<&mut RestApi, AwsError> {
        let mut apis = self.apis.iter_mut();
        apis.find(|api| api.id == id)
            .filter(|_| is_here(caller))
            .ok_or_else(|| no_api(caller, id))
    }

    /// A stage of an API, whoever asks.
    pub(super) fn stage_of(&self, api: &str, name: &str) -> Option<&Stage> {
        let mut stages = self.stages.iter();
        stages.find(|stage| stage.api == api && stage.name == name)
    }

    pub(super) fn stage_of_mut(&mut self, api: &str, name: &str) -> Option<&mut Stage> {
        let mut stages = self.stages.iter_mut();
        stages.find(|stage| stage.api == api && stage.name == name)
    }

    /// When the HTTP API was made: with the first of the others.
    pub(super) fn http_created_ms(&self) -> i64 {
        self.apis.first().map_or(0, |api| api.created_ms)
    }

    pub(super) fn stage(&self, caller: &Caller, api: &str, name: &str) -> Result<&Stage, AwsError> {
        self.of(caller, api)?;
        self.stage_of(api, name).ok_or_else(no_stage)
    }

    pub(super) fn stage_mut(
        &mut self,
        caller: &Caller,
        api: &str,
        name: &str,
    ) -> Result<&mut Stage, AwsError> {
        self.of(caller, api)?;
        self.stage_of_mut(api, name).ok_or_else(no_stage)
    }

    /// Whether the stage before user management lets no request through to a method of a resource, as the request of
    /// this number meets it.
    pub(crate) fn closes(&self, resource: &str, method: &str, number: usize, now_ms: i64) -> bool {
        self.stage_of(seed::API_ID, seed::API_STAGE)
            .is_some_and(|stage| stage.closes(resource, method, number, now_ms))
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

    /// Whether it lets no request through to a method of a resource, as the request of this number meets it.
    pub(super) fn closes(&self, resource: &str, method: &str, number: usize, now_ms: i64) -> bool {
        let settings = self.settings.met(number, now_ms);
        let own = settings.get(&key(resource, method));
        own.or_else(|| settings.get(ALL_METHODS))
            .is_some_and(Setting::closes)
    }
}

fn no_stage() -> AwsError {
    not_found("Invalid stage identifier specified")
}
