//! `apigateway.flush`: the verdicts that the authorisers of a stage keep are dropped.
//!
//! AWS shows none of them, before or after. So an answer proves it and nothing else does: where it was lost, it counts as
//! not done, and is done once more, which harms nobody (API reference, FlushStageAuthorizersCache).

use async_trait::async_trait;
use http::Method;
use serde_json::json;
use switchback_engine::ports::{Observed, ProviderError, ProviderErrorKind, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Finding, FlushStage, Image, Preview};

use super::read::{asked, path};
use super::{FLUSH, HTTP_API, STAGE, stage};
use crate::change::{Against, Change, Seen};
use crate::connect::Aws;
use crate::op::Op;
use crate::resource::Resource;
use crate::service::Service;

/// The action.
#[derive(Debug, Clone)]
pub struct FlushChange(pub FlushStage);

#[async_trait]
impl Change for FlushChange {
    type Guard = ();
    const OPS: &'static [Op] = &[STAGE, HTTP_API, FLUSH];
    const AGAINST: Against = Against::Nothing;
    // AWS says nothing of how far it is: the routes are asked.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        stage(&self.0.on)
    }

    fn object(&self) -> String {
        format!(
            "verdicts of the authorisers of stage {} of API {}",
            self.0.on.stage, self.0.on.api
        )
    }

    async fn read(&self, aws: &Aws, _: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        aws.pointer(&self.0.on).await?;
        let image = Image::Verdicts {
            api: self.0.on.api.clone(),
            stage: self.0.on.stage.clone(),
        };
        Ok(Seen {
            observed: image.into(),
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
        let before = "verdicts on tokens, kept for as long as each authoriser says".to_owned();
        let after = "none kept: every token is looked at anew".to_owned();
        (vec![before], vec![after])
    }

    fn caution(&self, _: &Image, _: &Image) -> Option<String> {
        Some(
            "Nobody is signed out by this. AWS does not show which verdicts are kept; where the answer to this is lost, it \
             counts as not done, and doing it once more harms nobody."
                .to_owned(),
        )
    }

    fn request(&self, _: &Image, _: &Image) -> Option<ApiCall> {
        Some(ApiCall {
            service: Service::ApiGateway.id().to_owned(),
            operation: FLUSH.operation.to_owned(),
            parameters: json!({"restApiId": self.0.on.api, "stageName": self.0.on.stage}).into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &WriteCx,
        _: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        self.flush(aws).await.map_err(once_more)
    }

    fn judge(&self, _: &Observed, _: &Image, _: &Image, sent: Option<&Sent<'_>>) -> Finding {
        match sent {
            Some(sent) if sent.receipt.is_none() => Finding::Before,
            Some(_) | None => Finding::After,
        }
    }
}

/// Nothing shows whether it was carried out, so a lost answer is no doubt that a look could settle: the engine sends it
/// again by itself, with an intent of its own.
fn once_more(error: ProviderError) -> ProviderError {
    match error.may_have_applied() {
        true => ProviderError {
            kind: ProviderErrorKind::Busy,
            ..error
        },
        false => error,
    }
}

impl FlushChange {
    /// Sends it.
    pub(super) async fn flush(&self, aws: &Aws) -> Result<Receipt, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        let path = format!("{}/cache/authorizers", path(&self.0.on));
        aws.ask_raw(FLUSH, asked(Method::DELETE, path, None), &seen)
            .await?;
        Ok(aws.receipt(&seen))
    }
}
