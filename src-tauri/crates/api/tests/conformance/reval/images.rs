//! What the closed world holds of the gateway and the distribution, as images.

use serde_json::{Value, json};
use switchback_model::{Authorizer, Distribution, Image, Pointer};
use switchback_rehearsal as rehearsal;
use switchback_testkit::Reader;

use super::RELEASE;

pub(super) fn api(state: &rehearsal::Snapshot) -> &rehearsal::ApiView {
    let mut apis = state.apis.iter();
    apis.find(|api| api.api == rehearsal::REVAL_API).unwrap()
}

fn image(content: Authorizer) -> Image {
    Image::Authorizer {
        api: rehearsal::REVAL_API.to_owned(),
        authorizer: rehearsal::REVAL_AUTHORIZER.to_owned(),
        content: Box::new(content),
    }
}

/// The authoriser as it is edited.
pub fn authorizer(state: &rehearsal::Snapshot) -> Image {
    let view = &api(state).config.authorizers[0];
    image(Authorizer {
        kind: "COGNITO_USER_POOLS".to_owned(),
        pools: view.pools.clone(),
        ttl_s: view.ttl_seconds,
    })
}

/// The same, as a change of it left it.
pub fn authorizer_left(left: &Value) -> Image {
    let pools = left["providerARNs"].as_array().unwrap().iter();
    image(Authorizer {
        kind: left["type"].as_str().unwrap().to_owned(),
        pools: pools.map(|pool| pool.as_str().unwrap().to_owned()).collect(),
        ttl_s: u32::try_from(left["authorizerResultTtlInSeconds"].as_u64().unwrap()).unwrap(),
    })
}

/// The API, of which no image shows anything.
pub fn whole() -> Image {
    Image::Api {
        api: rehearsal::REVAL_API.to_owned(),
    }
}

pub(super) fn deployment(state: &rehearsal::Snapshot) -> &str {
    &api(state).stages[0].deployment
}

fn at(deployment: &str) -> Image {
    Image::StagePointer {
        api: rehearsal::REVAL_API.to_owned(),
        stage: rehearsal::REVAL_STAGE.to_owned(),
        content: Box::new(Pointer {
            deployment: deployment.to_owned(),
            canary: false,
            offered: None,
            differs: Vec::new(),
        }),
    }
}

/// What the stage serves.
pub fn pointer(state: &rehearsal::Snapshot) -> Image {
    at(deployment(state))
}

/// The same, as a change of it left it, by the line that the log has of its patch.
pub fn pointer_left(patch: &str) -> Image {
    at(patch.strip_prefix("replace /deploymentId ").unwrap())
}

/// What a flush is about.
pub fn verdicts() -> Image {
    Image::Verdicts {
        api: rehearsal::REVAL_API.to_owned(),
        stage: rehearsal::REVAL_STAGE.to_owned(),
    }
}

/// The distribution.
pub fn distribution(state: &rehearsal::Snapshot) -> Image {
    let view = &state.distributions[0];
    Image::Distribution {
        id: view.id.clone(),
        content: Box::new(Distribution {
            aliases: view.aliases.clone(),
            enabled: view.enabled,
        }),
    }
}

/// What each edge answers.
pub fn edges(state: &rehearsal::Snapshot) -> Vec<Reader> {
    let edges = &state.reval.as_ref().unwrap().edges;
    let reader = |edge: &rehearsal::EdgeView| {
        let page = (edge.index == edge.root).then(|| json!(edge.index));
        shown(
            &page.unwrap_or_else(|| json!([edge.index, edge.root])),
            edge.starts,
        )
    };
    edges.iter().map(reader).collect()
}

/// What each edge would answer if it kept nothing.
pub fn origin(state: &rehearsal::Snapshot) -> Vec<Reader> {
    let reval = state.reval.as_ref().unwrap();
    let one = shown(&json!(reval.release), true);
    reval.edges.iter().map(|_| one.clone()).collect()
}

fn shown(page: &Value, starts: bool) -> Reader {
    Reader::from([(RELEASE.to_owned(), format!("{page}, starts: {starts}"))])
}

/// Why an invalidation of this reference is not there once, and over.
pub fn not_invalidated(state: &rehearsal::Snapshot, reference: &str) -> Option<String> {
    let all = state.distributions[0].invalidations.iter();
    let ours: Vec<&str> = all
        .filter(|one| one.reference == reference)
        .map(|one| one.status.as_str())
        .collect();
    (ours != ["Completed"]).then(|| format!("the invalidations of {reference} are {ours:?}"))
}
