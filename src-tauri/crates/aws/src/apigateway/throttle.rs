//! `apigateway.throttle`: methods of a stage are given a throttle of their own, or it is taken away.

use async_trait::async_trait;
use http::Method;
use serde_json::{Value, json};
use switchback_engine::ports::{ProviderError, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Image, MethodSettings, Preview, SetThrottle};

use super::read::{all_there, asked, key_of, path};
use super::{CAUTION, RESOURCES, STAGE, UPDATE, stage};
use crate::change::{Against, Change, Seen};
use crate::connect::Aws;
use crate::error::another;
use crate::op::Op;
use crate::resource::Resource;
use crate::service::Service;

/// The action.
#[derive(Debug, Clone)]
pub struct ThrottleChange(pub SetThrottle);

impl ThrottleChange {
    fn content<'a>(&self, image: &'a Image) -> Result<&'a MethodSettings, ProviderError> {
        if let Image::MethodSettings { api, stage, content } = image
            && *api == self.0.on.api
            && *stage == self.0.on.stage
            && self
                .0
                .methods
                .iter()
                .all(|route| content.methods.contains_key(&route.to_string()))
            && content.methods.len() == self.0.methods.len()
        {
            return Ok(content);
        }
        Err(another(UPDATE.operation, "these methods of this stage"))
    }

    /// Sends the patch.
    pub(super) async fn update(&self, aws: &Aws, approved: &Preview) -> Result<Receipt, ProviderError> {
        let operations = patch(self.content(&approved.from)?, self.content(&approved.to)?);
        let seen = crate::observe::CallFacts::default();
        let body = json!({"patchOperations": operations});
        let asked = asked(Method::PATCH, path(&self.0.on), Some(body));
        aws.ask_raw(UPDATE, asked, &seen).await?;
        Ok(aws.receipt(&seen))
    }

    fn image(&self, content: MethodSettings) -> Image {
        Image::MethodSettings {
            api: self.0.on.api.clone(),
            stage: self.0.on.stage.clone(),
            content: Box::new(content),
        }
    }
}

/// The patch that makes one of the other. AWS begins a key that was not there before with what the whole stage has; all of
/// it is written, so that what is approved is what is there.
fn patch(from: &MethodSettings, to: &MethodSettings) -> Vec<Value> {
    let mut operations = Vec::new();
    for (method, after) in &to.methods {
        let Some(key) = key_of(method) else { continue };
        let before = from.methods.get(method).and_then(Option::as_ref);
        match (before, after) {
            (None, None) => {}
            (Some(_), None) => operations.push(json!({"op": "remove", "path": format!("/{key}")})),
            // One setting alone can't be taken away: the key goes, and is written anew, in the same request.
            (Some(before), Some(after)) if before.keys().any(|path| !after.contains_key(path)) => {
                operations.push(json!({"op": "remove", "path": format!("/{key}")}));
                operations.extend(after.iter().map(|(path, value)| {
                    json!({"op": "replace", "path": format!("/{key}/{path}"), "value": value})
                }));
            }
            (before, Some(after)) => {
                let new = |(path, value): &(&String, &String)| {
                    before.and_then(|before| before.get(*path)) != Some(*value)
                };
                operations.extend(after.iter().filter(new).map(|(path, value)| {
                    json!({"op": "replace", "path": format!("/{key}/{path}"), "value": value})
                }));
            }
        }
    }
    operations
}

#[async_trait]
impl Change for ThrottleChange {
    type Guard = ();
    const OPS: &'static [Op] = &[STAGE, RESOURCES, UPDATE];
    const AGAINST: Against = Against::Nothing;
    // AWS says nothing of how far it is: the routes are asked.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        stage(&self.0.on)
    }

    fn object(&self) -> String {
        let methods = match self.0.methods.len() {
            1 => "1 method".to_owned(),
            methods => format!("{methods} methods"),
        };
        format!("{methods} of stage {} of API {}", self.0.on.stage, self.0.on.api)
    }

    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        if since.is_none() {
            all_there(&self.0.methods, &aws.methods_there(&self.0.on.api).await?)?;
        }
        let settings = aws.method_settings(&self.0.on, &self.0.methods).await?;
        Ok(Seen {
            observed: self.image(settings).into(),
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        Ok(self.image(self.content(now)?.wished(&self.0.wish)))
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        self.content(from)?;
        self.content(to)?;
        Ok(())
    }

    fn caution(&self, _: &Image, _: &Image) -> Option<String> {
        Some(CAUTION.to_owned())
    }

    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall> {
        let operations = patch(self.content(from).ok()?, self.content(to).ok()?);
        (!operations.is_empty()).then(|| ApiCall {
            service: Service::ApiGateway.id().to_owned(),
            operation: UPDATE.operation.to_owned(),
            parameters: json!({
                "restApiId": self.0.on.api,
                "stageName": self.0.on.stage,
                "patchOperations": operations,
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
