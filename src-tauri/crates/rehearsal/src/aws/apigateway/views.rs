//! The APIs as the control plane shows them.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Authorizer, Config, RestApi};
use super::guarded::REVAL_USERINFO;
use super::part::{ApiGateway, Stage};
use crate::aws::cognito::{self, Cognito};
use crate::snapshot::{ApiConfigView, ApiView, AuthorizerView, DeployedView, TokenView};

impl ApiGateway {
    /// All REST APIs, with what a token of each pool meets at a moment.
    pub(crate) fn api_views(&self, cognito: &Cognito, now_ms: i64) -> Vec<ApiView> {
        let view = |api: &RestApi| ApiView {
            api: api.id.clone(),
            name: api.name.clone(),
            config: config(&api.config),
            deployments: api.deployments.iter().map(|one| one.id.clone()).collect(),
            stages: self
                .stages
                .iter()
                .filter(|stage| stage.api == api.id)
                .map(|stage| {
                    let id = stage.deployment.latest();
                    let deployed = api.deployment(id).map(|one| &one.config);
                    let none = Config::default();
                    let deployed = deployed.unwrap_or(&none);
                    DeployedView {
                        stage: stage.name.clone(),
                        deployment: id.clone(),
                        config: config(deployed),
                        tokens: tokens(stage, deployed, cognito, now_ms),
                    }
                })
                .collect(),
        };
        self.apis.iter().map(view).collect()
    }
}

fn config(config: &Config) -> ApiConfigView {
    let methods = config.methods.iter().flat_map(|(path, methods)| {
        methods.iter().map(move |method| {
            let guard = method.authorizer.as_deref().unwrap_or("none");
            (format!("{} {path}", method.verb), guard.to_owned())
        })
    });
    let authorizer = |one: &Authorizer| AuthorizerView {
        id: one.id.clone(),
        pools: one.providers.iter().cloned().collect(),
        ttl_seconds: one.ttl_s,
    };
    ApiConfigView {
        methods: methods.collect::<BTreeMap<_, _>>(),
        authorizers: config.authorizers.iter().map(authorizer).collect(),
    }
}

/// What a token of each pool gets where the API says who one is; nothing of an API that does not say it.
fn tokens(stage: &Stage, deployed: &Config, cognito: &Cognito, now_ms: i64) -> Vec<TokenView> {
    let Some(method) = deployed.method(REVAL_USERINFO, "GET") else {
        return Vec::new();
    };
    let authorizer = method.authorizer.as_deref().map(|id| deployed.authorizer(id));
    let status = |is_allowed: bool| if is_allowed { 200 } else { 401 };
    let token = |pool: &String| {
        let arn = cognito::arn(pool);
        let fresh = match authorizer {
            // Nothing guards it.
            None => true,
            Some(authorizer) => authorizer.is_some_and(|one| one.providers.contains(&arn)),
        };
        let asks = authorizer.flatten().is_some_and(|one| one.ttl_s > 0);
        let remembered = stage.verdicts.of_pool(pool, now_ms);
        let other: BTreeSet<u16> = remembered
            .filter(|is_allowed| asks && *is_allowed != fresh)
            .map(status)
            .collect();
        TokenView {
            pool: pool.clone(),
            fresh: status(fresh),
            remembered: other.into_iter().collect(),
        }
    };
    cognito.pools.keys().map(token).collect()
}
