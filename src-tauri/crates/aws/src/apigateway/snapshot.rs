//! `apigateway.snapshot`: a deployment of an API as it is, on no stage. Nobody meets it before a stage points at it.

use async_trait::async_trait;
use http::Method;
use serde_json::{Value, json};
use switchback_engine::ports::{Made, Observed, ProviderError, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Finding, Image, Preview, SnapshotApi};

use super::read::{asked, page};
use super::{API, DEPLOYMENTS, HTTP_API, SNAPSHOT, deployments};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::safe;
use crate::op::Op;
use crate::resource::{Resource, part};
use crate::service::Service;

/// Deployments of one page, and pages that are looked through: an API has 300 where nobody asked for more, and more of
/// those that stages point at (API Gateway developer guide, "Quotas").
const PAGE: usize = 500;
const PAGES: usize = 20;

impl Aws {
    /// The id of the deployment whose description is this token; none where none is.
    pub(super) async fn deployment_by_token(
        &self,
        api: &str,
        token: &str,
    ) -> Result<Option<String>, ProviderError> {
        let mut position: Option<String> = None;
        for _ in 0..PAGES {
            let from = position.as_deref();
            let from = from.map_or_else(String::new, |position| format!("&position={}", part(position)));
            let path = format!("/restapis/{}/deployments?limit={PAGE}{from}", part(api));
            let seen = crate::observe::CallFacts::default();
            let told = self
                .ask_raw(DEPLOYMENTS, asked(Method::GET, path, None), &seen)
                .await?;
            let (items, next) = page(DEPLOYMENTS.operation, &told)?;
            let is_ours = |item: &&Value| item.get("description").and_then(Value::as_str) == Some(token);
            if let Some(found) = items.iter().find(is_ours) {
                let id = found.get("id").and_then(Value::as_str);
                let id = id.ok_or_else(|| incomplete(DEPLOYMENTS.operation, "id of a deployment"))?;
                return Ok(Some(id.to_owned()));
            }
            match next {
                Some(next) => position = Some(next),
                None => return Ok(None),
            }
        }
        Err(incomplete(
            DEPLOYMENTS.operation,
            "end of the list of deployments",
        ))
    }

    /// That there is such a REST API.
    async fn rest_api(&self, api: &str) -> Result<(), ProviderError> {
        let path = format!("/restapis/{}", part(api));
        let seen = crate::observe::CallFacts::default();
        let told = match self.ask_raw(API, asked(Method::GET, path, None), &seen).await {
            Ok(told) => told,
            Err(error) => return Err(self.unless_http(api, error).await),
        };
        match told.get("id").and_then(Value::as_str) == Some(api) {
            true => Ok(()),
            false => Err(incomplete(API.operation, "API of that id")),
        }
    }
}

/// The action.
#[derive(Debug, Clone)]
pub struct SnapshotChange(pub SnapshotApi);

#[async_trait]
impl Change for SnapshotChange {
    type Guard = ();
    const OPS: &'static [Op] = &[API, DEPLOYMENTS, HTTP_API, SNAPSHOT];
    const AGAINST: Against = Against::Nothing;
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        deployments(&self.0.api)
    }

    fn object(&self) -> String {
        format!("deployments of API {}", self.0.api)
    }

    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        aws.rest_api(&self.0.api).await?;
        let made = match since {
            Some(sent) => aws.deployment_by_token(&self.0.api, sent.token).await?,
            None => None,
        };
        let image = Image::Api {
            api: self.0.api.clone(),
        };
        Ok(Seen {
            observed: Observed {
                made: made.map(|id| Made {
                    id,
                    is_complete: true,
                }),
                ..Observed::from(image)
            },
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        Ok(now.clone())
    }

    fn may(&self, _: &Image, _: &Image) -> Result<(), ProviderError> {
        Ok(())
    }

    fn lines(&self, _: &Image, _: &Image) -> (Vec<String>, Vec<String>) {
        let before = "deployments as they are".to_owned();
        let after = "one more, of the API as it is; no stage points at it".to_owned();
        (vec![before], vec![after])
    }

    fn caution(&self, _: &Image, _: &Image) -> Option<String> {
        Some(
            "It holds all that stands in the API, also what others changed there and did not put on a stage: nothing \
             proves that there is no such change. The step that points the stage at it names the methods that are others \
             then. What anybody writes in the API until this is sent is in it as well."
                .to_owned(),
        )
    }

    fn request(&self, _: &Image, _: &Image) -> Option<ApiCall> {
        Some(ApiCall {
            service: Service::ApiGateway.id().to_owned(),
            operation: SNAPSHOT.operation.to_owned(),
            parameters: json!({"restApiId": self.0.api}).into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        _: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        self.create(aws, cx.token()).await
    }

    /// A deployment is told by the token that stands in its description; what else is there says nothing of it.
    fn judge(&self, now: &Observed, _: &Image, _: &Image, sent: Option<&Sent<'_>>) -> Finding {
        let Some(sent) = sent else {
            return Finding::After;
        };
        match (
            &now.made,
            sent.receipt.and_then(|receipt| receipt.change_id.as_deref()),
        ) {
            (Some(_), _) => Finding::After,
            (None, None) => Finding::Before,
            (None, Some(id)) => Finding::Unclear {
                why: format!("API Gateway does not show the deployment {}.", safe(id)),
            },
        }
    }
}

impl SnapshotChange {
    /// Makes it, with the token by which it is found again.
    pub(super) async fn create(&self, aws: &Aws, token: &str) -> Result<Receipt, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        let path = format!("/restapis/{}/deployments", part(&self.0.api));
        let asked = asked(Method::POST, path, Some(json!({"description": token})));
        let told = aws.ask_raw(SNAPSHOT, asked, &seen).await?;
        let id = told.get("id").and_then(Value::as_str);
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| ProviderError {
            request_id: seen.request_id(),
            ..incomplete(SNAPSHOT.operation, "id of the deployment")
        })?;
        Ok(Receipt {
            change_id: Some(id.to_owned()),
            ..aws.receipt(&seen)
        })
    }
}
