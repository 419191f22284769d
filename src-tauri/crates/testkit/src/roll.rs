//! A service whose tasks read records when they start: a roll makes them seen. What they have read stands among the
//! records, in a zone of its own, so that "the end is the start" is said of it, too.

use std::sync::Arc;

use async_trait::async_trait;
use switchback_engine::ports::{Action, Clock, Observed, ProviderError, Sent, SyncState};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::preview::{ApiCall, Change};
use switchback_model::{FieldDifference, Finding, Image, Preview, RollService, Service, Witness};

use crate::store::RecordStore;

/// The action of a roll over a store.
pub(crate) struct FakeRoll {
    pub spec: RollService,
    pub store: Arc<RecordStore>,
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Action for FakeRoll {
    async fn read(&self, _: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        let image = Image::Service {
            cluster: self.spec.cluster.clone(),
            service: self.spec.service.clone(),
            content: Box::new(Service {
                definition: "definition:1".to_owned(),
                controller: "ECS".to_owned(),
                images: std::collections::BTreeMap::new(),
                by_tag: Vec::new(),
                not_handed: Vec::new(),
            }),
        };
        Ok(Observed {
            made: None,
            witness: Some(Witness::Deployment {
                id: self.store.primary(&self.spec.service),
            }),
            ..image.into()
        })
    }

    fn plan(&self, from: &Image, _: Option<&Image>) -> Result<Preview, ProviderError> {
        let change = Change {
            object: self.spec.service.clone(),
            before: from.lines(),
            after: from.lines(),
            asked: Vec::new(),
            caution: None,
        };
        let call = ApiCall {
            service: "ecs".to_owned(),
            operation: "UpdateService".to_owned(),
            parameters: serde_json::json!({"service": self.spec.service, "forceNewDeployment": true}).into(),
        };
        Ok(Preview {
            from: from.clone(),
            to: from.clone(),
            changes: vec![change],
            calls: vec![call].into(),
        })
    }

    fn judge(&self, now: &Observed, _: &Image, _: &Image, sent: Option<&Sent<'_>>) -> Finding {
        let Some(sent) = sent else { return Finding::After };
        if now.witness.as_ref() == sent.witness {
            return Finding::Before;
        }
        let failed = matches!(&now.witness, Some(Witness::Deployment { id }) if self.store.has_failed(id));
        match failed {
            false => Finding::After,
            true => Finding::Partial {
                differences: vec![FieldDifference {
                    field: "deployment".to_owned(),
                    found: "failed".to_owned(),
                    before: "completed".to_owned(),
                    after: "completed".to_owned(),
                }],
            },
        }
    }

    async fn call(&self, cx: &WriteCx, _: &Preview) -> Result<Receipt, ProviderError> {
        let id = self.store.roll(&self.spec.service, &self.spec.reads, cx.token());
        Ok(Receipt {
            request_id: Some(format!("req-{id}")),
            change_id: Some(id),
            version: None,
            proven: Vec::new(),
            server_date: self.clock.now(),
        })
    }

    fn spreads(&self) -> bool {
        false
    }

    async fn sync(&self, _: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        Ok(None)
    }
}
