//! Steps of what an API serves: the pools of an authoriser, a snapshot, the stage that points at it, and the flush that
//! publishes that; and of copies at edges, which an invalidation drops.

use std::collections::BTreeSet;

use switchback_model::plan::StepKind;
use switchback_model::{
    ActionSpec, ApiStage, FlushStage, Invalidate, PointStage, PoolsWish, Reversibility, SetAuthorizer,
    Snapshot, SnapshotApi, Step,
};

use crate::plans::step;

/// An authoriser accepts one more pool, there and back. Nothing but the judging of it says that it is so.
#[must_use]
pub fn accepts(text: &str, (api, authorizer): (&str, &str), pool: &str) -> Step {
    Step {
        action: Some(ActionSpec::SetAuthorizer(SetAuthorizer {
            api: api.to_owned(),
            authorizer: authorizer.to_owned(),
            wish: PoolsWish::Accept(BTreeSet::from([pool.to_owned()])),
        })),
        reversibility: Reversibility::Undo,
        ..step(text, StepKind::Action)
    }
}

/// A snapshot of an API, which nothing takes back.
#[must_use]
pub fn snapshot(text: &str, api: &str) -> Step {
    Step {
        action: Some(ActionSpec::SnapshotApi(SnapshotApi { api: api.to_owned() })),
        ..step(text, StepKind::Action)
    }
}

/// A stage points at what a step makes, there and back.
#[must_use]
pub fn points(text: &str, on: &ApiStage, at: &Step) -> Step {
    Step {
        action: Some(ActionSpec::PointStage(PointStage {
            on: on.clone(),
            deployment: Snapshot::From {
                step: at.id.clone(),
                token: None,
            },
        })),
        reversibility: Reversibility::Undo,
        needs: vec![at.id.clone()],
        ..step(text, StepKind::Action)
    }
}

/// The flush that publishes a step.
#[must_use]
pub fn flushes(text: &str, on: &ApiStage, published: &Step) -> Step {
    publishes(
        text,
        ActionSpec::FlushStage(FlushStage { on: on.clone() }),
        published,
    )
}

/// A release that people make and take back by hand.
#[must_use]
pub fn released(text: &str) -> Step {
    Step {
        reversibility: Reversibility::Manual {
            words: "Release what was there before.".to_owned(),
        },
        ..step(text, StepKind::Attest)
    }
}

/// The invalidation that publishes a step.
#[must_use]
pub fn invalidates(text: &str, distribution: &str, paths: &[&str], published: &Step) -> Step {
    let spec = Invalidate {
        distribution: distribution.to_owned(),
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        host: None,
    };
    publishes(text, ActionSpec::Invalidate(spec), published)
}

fn publishes(text: &str, action: ActionSpec, published: &Step) -> Step {
    Step {
        action: Some(action),
        reversibility: Reversibility::Undo,
        after: vec![published.id.clone()],
        publishes: vec![published.id.clone()],
        ..step(text, StepKind::Action)
    }
}
