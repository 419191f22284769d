//! REST APIs, as a snapshot shows them: what is edited, what is deployed, and what tokens get.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An authoriser of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizerView {
    /// Its id.
    pub id: String,
    /// The ARNs of the pools whose tokens it takes.
    pub pools: BTreeSet<String>,
    /// For how many seconds of the world it remembers what it thought of a token.
    pub ttl_seconds: u32,
}

/// The methods and authorisers of an API or of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiConfigView {
    /// By method and path, `GET /api/doctors`: the id of the authoriser that guards it, or `none`.
    pub methods: BTreeMap<String, String>,
    /// The authorisers.
    pub authorizers: Vec<AuthorizerView>,
}

/// What an ID token of a pool gets at [`REVAL_USERINFO`](crate::REVAL_USERINFO), by the deployment that was set last:
/// whether that is everywhere yet, and what a fault makes of it, does not show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// The id of the pool.
    pub pool: String,
    /// The status of the answer to a token that comes for the first time.
    pub fresh: u16,
    /// The statuses that tokens of the pool get *instead* as long as the gateway remembers older verdicts on them; empty
    /// where it has none, or none that differ.
    pub remembered: Vec<u16>,
}

/// What a stage serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedView {
    /// The name of the stage.
    pub stage: String,
    /// The id of its deployment.
    pub deployment: String,
    /// What that deployment is a copy of.
    pub config: ApiConfigView,
    /// What a token of each pool gets.
    pub tokens: Vec<TokenView>,
}

/// A REST API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiView {
    /// Its id.
    pub api: String,
    /// Its name.
    pub name: String,
    /// As it is edited: what the next deployment is a copy of.
    pub config: ApiConfigView,
    /// The ids of its deployments, oldest first.
    pub deployments: Vec<String>,
    /// Its stages.
    pub stages: Vec<DeployedView>,
}

impl ApiConfigView {
    fn objects(&self, of: &Value) -> Vec<Value> {
        let methods = json!({"of": of, "methods": self.methods});
        let authorizers = self
            .authorizers
            .iter()
            .map(|one| json!({"of": of, "authorizer": one.id, "pools": one.pools, "ttl": one.ttl_seconds}));
        std::iter::once(methods).chain(authorizers).collect()
    }
}

impl ApiView {
    /// What a run may change of it. Deployments only ever come, so what counts is what is in those that a stage serves,
    /// whatever their ids; one that no stage serves shows to nobody.
    pub(super) fn objects(&self) -> Vec<Value> {
        let stages = self.stages.iter().flat_map(|stage| {
            let of = json!({"api": self.api, "stage": stage.stage});
            let tokens = stage.tokens.iter().map(|token| {
                json!({"of": of, "tokens": token.pool, "fresh": token.fresh, "remembered": token.remembered})
            });
            let tokens: Vec<Value> = tokens.collect();
            stage.config.objects(&of).into_iter().chain(tokens)
        });
        let edited = self.config.objects(&json!({"api": self.api}));
        edited.into_iter().chain(stages).collect()
    }
}
