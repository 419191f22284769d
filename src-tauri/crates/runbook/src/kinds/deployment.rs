//! `apigateway.snapshot`, `apigateway.stage` and `apigateway.flush`: what a stage of a REST API serves.

use switchback_model::{
    ActionSpec, ApiCheck, ApiStage, CheckKind, FlushStage, PointStage, Snapshot, SnapshotApi, StageCheck,
    StepId,
};
use toml::de::DeValue;

use super::Authored;
use super::key::{Key, Shape};
use super::shared::aws_name;
use crate::reader::{Item, Reader, Table};

const API: Key = Key::needed("api", Shape::Text, "The REST API's id", "\"a1b2c3d4e5\"");
const STAGE: Key = Key::needed("stage", Shape::Text, "The stage's name", "\"prod\"");
const DEPLOYMENT: Key = Key::needed(
    "deployment",
    Shape::Deployment,
    "The deployment's id, or `{ from = \"…\" }` with the step of this runbook that makes it",
    "\"d3p10y\"",
);
const IS_DEPLOYMENT: Key = Key::optional(
    "deployment",
    Shape::Text,
    "The deployment's id; without it any, as long as no canary stands beside it",
    "\"d3p10y\"",
);

pub(crate) struct PointsAt;

impl Authored for PointsAt {
    type Spec = CheckKind;
    const SAYS: &'static str = "A stage of a REST API serves one deployment, and no canary beside it";
    const KEYS: &'static [Key] = &[API, STAGE, IS_DEPLOYMENT];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let on = stage(r, t);
        let deployment = r.optional(t, IS_DEPLOYMENT.name, aws_name);
        Some(CheckKind::Stage(StageCheck {
            on: on?,
            deployment: deployment?,
        }))
    }
}

const AUTHORIZER: Key = Key::needed(
    "authorizer",
    Shape::Text,
    "The id of the authoriser that every method but OPTIONS asks",
    "\"a1b2c3\"",
);
const ORIGIN: Key = Key::optional(
    "origin",
    Shape::Text,
    "The origin whose pages may read what an authoriser refuses (the gateway responses UNAUTHORIZED, ACCESS_DENIED and EXPIRED_TOKEN, and DEFAULT_4XX where one of them was not set); without it that is not looked at",
    "\"https://apps.example.nhs.test\"",
);

pub(crate) struct Guarded;

impl Authored for Guarded {
    type Spec = CheckKind;
    const SAYS: &'static str = "Every method of a REST API but OPTIONS asks one authoriser, what a stage serves is what is edited, and a page may read a refusal";
    const KEYS: &'static [Key] = &[API, STAGE, AUTHORIZER, ORIGIN];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let on = stage(r, t);
        let authorizer = r.must(t, AUTHORIZER.name, aws_name);
        let origin = r.optional(t, ORIGIN.name, origin);
        Some(CheckKind::Api(ApiCheck {
            on: on?,
            authorizer: authorizer?,
            origin: origin?,
        }))
    }
}

/// Scheme and host, as a browser sends them (RFC 6454, section 6.1).
fn origin(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let text = r.text(item)?;
    let host = text.strip_prefix("https://").unwrap_or_default();
    if host.is_empty()
        || !host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c))
    {
        r.notes.error(
            "origin",
            item.span().into(),
            format!("{text:?} is no origin."),
            "Write the scheme and the host alone, such as \"https://apps.example.nhs.test\".",
        );
        return None;
    }
    Some(text)
}

pub(crate) struct Snapshots;

impl Authored for Snapshots {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Takes a deployment of a REST API as it is, without putting it on a stage: nobody meets it before a step of kind apigateway.stage, and there is nothing to take back";
    const KEYS: &'static [Key] = &[API];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let api = r.must(t, API.name, aws_name);
        Some(ActionSpec::SnapshotApi(SnapshotApi { api: api? }))
    }
}

pub(crate) struct Points;

impl Authored for Points {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Points a stage of a REST API at another deployment; the undo points it back";
    const KEYS: &'static [Key] = &[API, STAGE, DEPLOYMENT];
    const WISH: &'static [&'static str] = &[DEPLOYMENT.name];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let on = stage(r, t);
        let deployment = r.must(t, DEPLOYMENT.name, snapshot);
        Some(ActionSpec::PointStage(PointStage {
            on: on?,
            deployment: deployment?,
        }))
    }
}

pub(crate) struct Flushes;

impl Authored for Flushes {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Drops every verdict on a token that the authorisers of a stage keep; its step names in `publishes` what is met then";
    const KEYS: &'static [Key] = &[API, STAGE];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        Some(ActionSpec::FlushStage(FlushStage { on: stage(r, t)? }))
    }
}

fn stage(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ApiStage> {
    let api = r.must(t, API.name, aws_name);
    let stage = r.must(t, STAGE.name, aws_name);
    Some(ApiStage {
        api: api?,
        stage: stage?,
    })
}

/// An id, or the step that makes it.
fn snapshot(r: &mut Reader<'_>, item: Item<'_>) -> Option<Snapshot> {
    let DeValue::Table(_) = item.get_ref() else {
        return aws_name(r, item).map(Snapshot::Id);
    };
    let mut t = r.table(item, "deployment")?;
    let step = r.must(&mut t, "from", Reader::id::<StepId>);
    r.finish(t);
    Some(Snapshot::From {
        step: step?.value,
        token: None,
    })
}
