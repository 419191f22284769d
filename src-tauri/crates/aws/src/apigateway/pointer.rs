//! `apigateway.stage`: which deployment a stage serves, as an action and as a check.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use http::Method;
use serde_json::{Map, Value, json};
use switchback_engine::ports::{ProviderError, ProviderErrorKind, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, ApiStage, Image, PointStage, Pointer, Preview, Snapshot, Way};

use super::read::{asked, path};
use super::{CAUTION, DEPLOYMENT, HTTP_API, STAGE, STAGE_DEPLOYMENTS, UPDATE, stage};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::{another, refused, safe};
use crate::grammar::Word;
use crate::op::Op;
use crate::resource::{Resource, part};
use crate::service::Service;

mod stage_look;

pub use self::stage_look::StageLook;

/// Lines of methods that differ which are shown one by one.
const SHOWN: usize = 12;

/// The methods of a deployment with how each asks for authorisation.
pub(super) type Methods = BTreeMap<String, String>;

impl Aws {
    /// What a stage serves.
    pub(super) async fn pointer(&self, on: &ApiStage) -> Result<Pointer, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        let told = match self
            .ask_raw(STAGE, asked(Method::GET, path(on), None), &seen)
            .await
        {
            Ok(told) => told,
            Err(error) => return Err(self.unless_http(&on.api, error).await),
        };
        if told.get("stageName").and_then(Value::as_str) != Some(on.stage.as_str()) {
            return Err(incomplete(STAGE.operation, "stage of that name"));
        }
        let deployment = told.get("deploymentId").and_then(Value::as_str);
        let deployment = deployment
            .filter(|id| !id.is_empty())
            .ok_or_else(|| incomplete(STAGE.operation, "deployment of the stage"))?;
        let canary = match told.get("canarySettings") {
            None | Some(Value::Null) => false,
            Some(Value::Object(settings)) => !settings.is_empty(),
            Some(_) => true,
        };
        Ok(Pointer {
            deployment: deployment.to_owned(),
            canary,
            offered: None,
            differs: Vec::new(),
        })
    }

    /// The methods of a deployment; none where AWS does not say them.
    pub(super) async fn summary(&self, api: &str, id: &str) -> Result<Option<Methods>, ProviderError> {
        let path = format!(
            "/restapis/{}/deployments/{}?embed=apisummary",
            part(api),
            part(id)
        );
        let seen = crate::observe::CallFacts::default();
        let told = self
            .ask_raw(DEPLOYMENT, asked(Method::GET, path, None), &seen)
            .await?;
        if told.get("id").and_then(Value::as_str) != Some(id) {
            return Err(incomplete(DEPLOYMENT.operation, "deployment of that id"));
        }
        let Some(summary) = told.get("apiSummary").and_then(Value::as_object) else {
            return Ok(None);
        };
        // An API without any method can't be deployed: nothing is said of them.
        if summary.is_empty() {
            return Ok(None);
        }
        let mut methods = Methods::new();
        for (path, of_path) in summary {
            let of_path = of_path
                .as_object()
                .ok_or_else(|| incomplete(DEPLOYMENT.operation, "summary of the methods"))?;
            methods.extend(
                of_path
                    .iter()
                    .map(|(method, told)| (format!("{method} {path}"), words(told))),
            );
        }
        Ok(Some(methods))
    }
}

/// How a method asks for authorisation (API reference, `MethodSnapshot`).
fn words(told: &Value) -> String {
    let empty = Map::new();
    let told = told.as_object().unwrap_or(&empty);
    let kind = told.get("authorizationType").and_then(Value::as_str);
    let key = told.get("apiKeyRequired").and_then(Value::as_bool) == Some(true);
    let kind = match kind {
        // Neither open nor guarded, for all that is known.
        None => "asks for what AWS does not say".to_owned(),
        Some(kind) => asks_for(kind),
    };
    match key {
        true => format!("{kind}{AND_A_KEY}"),
        false => kind,
    }
}

const AND_A_KEY: &str = " and an API key";

fn asks_for(kind: &str) -> String {
    match kind {
        "NONE" => "asks for no authorisation".to_owned(),
        kind => format!("asks for {}", Word::status(kind)),
    }
}

/// Whether a deployed method asks for this kind of authorisation.
pub(super) fn is_of_kind(how: &str, kind: &str) -> bool {
    how.strip_suffix(AND_A_KEY).unwrap_or(how) == asks_for(kind)
}

/// What is another in the second than in the first, a line a method.
fn differences(now: &Methods, then: &Methods) -> Vec<String> {
    let names: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let lines = names.into_iter().filter_map(|name| {
        let shown = safe(name);
        match (now.get(name), then.get(name)) {
            (Some(was), Some(will)) if was == will => None,
            (Some(was), Some(will)) => Some(format!("{shown} {will}, and {was} now")),
            (None, Some(will)) => Some(format!("{shown} comes: it {will}")),
            (Some(_), None) => Some(format!("{shown} goes")),
            (None, None) => None,
        }
    });
    let mut lines: Vec<String> = lines.collect();
    if lines.len() > SHOWN {
        let more = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("{more} more"));
    }
    lines
}

/// The action.
#[derive(Debug, Clone)]
pub struct PointerChange(pub PointStage);

impl PointerChange {
    fn content<'a>(&self, image: &'a Image) -> Result<&'a Pointer, ProviderError> {
        if let Image::StagePointer { api, stage, content } = image
            && *api == self.0.on.api
            && *stage == self.0.on.stage
        {
            return Ok(content);
        }
        Err(another(UPDATE.operation, "this stage"))
    }

    /// The deployment that the stage shall serve, where it is known which that is. That it is there is read.
    async fn offered(&self, aws: &Aws) -> Result<Option<String>, ProviderError> {
        let api = &self.0.on.api;
        match &self.0.deployment {
            Snapshot::Id(id) => Ok(Some(id.clone())),
            Snapshot::From { token: None, .. } => Ok(None),
            Snapshot::From {
                token: Some(token),
                step,
            } => match aws.deployment_by_token(api, token).await? {
                Some(id) => Ok(Some(id)),
                None => Err(ProviderError {
                    kind: ProviderErrorKind::NotFound,
                    ..refused(
                        UPDATE.operation,
                        &format!("The deployment that step {step} made is not there any more"),
                        "Somebody deleted it: start that step anew and carry it out once more.",
                    )
                }),
            },
        }
    }

    /// What a stage serves, with what it shall serve and how that is another.
    async fn with_offer(&self, aws: &Aws, mut pointer: Pointer) -> Result<Pointer, ProviderError> {
        let Some(id) = self.offered(aws).await? else {
            return Ok(pointer);
        };
        if id != pointer.deployment {
            let api = &self.0.on.api;
            let then = aws.summary(api, &id).await?;
            let now = match aws.summary(api, &pointer.deployment).await {
                Ok(now) => now,
                // A deployment that is served can be gone from the list of an emulator; the other one is what counts.
                Err(error) if error.kind == ProviderErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            pointer.differs = match (now, then) {
                (Some(now), Some(then)) => differences(&now, &then),
                _ => vec!["AWS does not say which methods the two have".to_owned()],
            };
        }
        pointer.offered = Some(id);
        Ok(pointer)
    }

    /// Sends the patch.
    pub(super) async fn update(&self, aws: &Aws, approved: &Preview) -> Result<Receipt, ProviderError> {
        let operations = patch(self.content(&approved.to)?);
        let seen = crate::observe::CallFacts::default();
        let body = json!({"patchOperations": operations});
        let asked = asked(Method::PATCH, path(&self.0.on), Some(body));
        aws.ask_raw(UPDATE, asked, &seen).await?;
        Ok(aws.receipt(&seen))
    }
}

/// Whether what was asked may be answered a moment later.
fn passes(kind: ProviderErrorKind) -> bool {
    use ProviderErrorKind as Kind;
    match kind {
        Kind::Throttled
        | Kind::Busy
        | Kind::Credentials
        | Kind::Connect
        | Kind::Tls
        | Kind::NoAnswer
        | Kind::Unclear
        | Kind::Untrue => true,
        Kind::Refused | Kind::Conflict | Kind::Denied | Kind::NotFound | Kind::Guard | Kind::Aside => false,
    }
}

fn patch(to: &Pointer) -> Value {
    json!([{"op": "replace", "path": "/deploymentId", "value": to.deployment}])
}

#[async_trait]
impl Change for PointerChange {
    type Guard = ();
    const OPS: &'static [Op] = &[STAGE, STAGE_DEPLOYMENTS, DEPLOYMENT, HTTP_API, UPDATE];
    const AGAINST: Against = Against::Nothing;
    // AWS says nothing of how far it is: the routes are asked.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        stage(&self.0.on)
    }

    fn object(&self) -> String {
        format!("stage {} of API {}", self.0.on.stage, self.0.on.api)
    }

    /// With `since` a request was made, and what the stage points at tells what became of it. A step that was refused is
    /// planned anew from the same look, so which deployment is meant is looked for then too; where that can't be told, the
    /// look is good without.
    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        let pointer = aws.pointer(&self.0.on).await?;
        let pointer = match since.map(|sent| sent.way) {
            None => self.with_offer(aws, pointer).await?,
            Some(Way::Apply) => match self.with_offer(aws, pointer.clone()).await {
                Err(error) if !passes(error.kind) => pointer,
                told => told?,
            },
            Some(Way::Undo | Way::Publish) => pointer,
        };
        let image = Image::StagePointer {
            api: self.0.on.api.clone(),
            stage: self.0.on.stage.clone(),
            content: Box::new(pointer),
        };
        Ok(Seen {
            observed: image.into(),
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        let content = self.content(now)?;
        let wrong = |message: &str, hint: &str| Err(refused(UPDATE.operation, message, hint));
        if content.canary {
            return wrong(
                "A canary takes a share of the requests of this stage, and would go on to",
                "Promote the canary or delete it first.",
            );
        }
        let Some(offered) = &content.offered else {
            let from = match &self.0.deployment {
                Snapshot::From { step, .. } => step.to_string(),
                Snapshot::Id(id) => id.clone(),
            };
            return wrong(
                &format!(
                    "The deployment that step {from} makes is not there yet, or is older than a change that it shall hold"
                ),
                "Carry that step out first; where it is done already, start it anew.",
            );
        };
        Ok(Image::StagePointer {
            api: self.0.on.api.clone(),
            stage: self.0.on.stage.clone(),
            content: Box::new(content.at(offered)),
        })
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        self.content(from)?;
        self.content(to)?;
        Ok(())
    }

    fn caution(&self, from: &Image, to: &Image) -> Option<String> {
        let (Ok(from), Ok(to)) = (self.content(from), self.content(to)) else {
            return Some(CAUTION.to_owned());
        };
        let mut words = String::new();
        if from.offered.as_ref() == Some(&to.deployment) {
            match from.differs.as_slice() {
                [] => words.push_str("Both deployments have the same methods."),
                lines => {
                    words.push_str(&format!(
                        "The new deployment has other methods than the present one: {}. Is all of it meant for tonight?",
                        lines.join("; ")
                    ));
                }
            }
            words.push_str(
                " What a deployment holds besides (pools of authorisers, integrations, mappings, models) AWS does not \
                 show, and somebody's unfinished work may be among it. ",
            );
        }
        if from.canary {
            words.push_str("A canary takes a share of the requests of this stage, and goes on to. ");
        }
        words.push_str(CAUTION);
        Some(words)
    }

    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall> {
        let (from, to) = (self.content(from).ok()?, self.content(to).ok()?);
        (from.deployment != to.deployment).then(|| ApiCall {
            service: Service::ApiGateway.id().to_owned(),
            operation: UPDATE.operation.to_owned(),
            parameters: json!({
                "restApiId": self.0.on.api,
                "stageName": self.0.on.stage,
                "patchOperations": patch(to),
            })
            .into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &WriteCx,
        approved: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        self.update(aws, approved).await
    }
}
