//! Actions of the made-up night: their records stand in memory, and what is planned and judged of them is the product's own
//! adapter.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_engine::ports::{Action, Clock, Observed, ProviderError, ProviderErrorKind, Sent, SyncState};
use switchback_engine::proof::WriteCx;
use switchback_model::dns::{DnsName, RecordData, RecordSet, RecordType};
use switchback_model::event::Receipt;
use switchback_model::{ActionSpec, Finding, Image, Preview};
use switchback_testkit::RecordStore;
use switchback_testkit::store::BatchChange;

/// How the next call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// It is carried out, no answer comes, and nothing can be read afterwards.
    Silence,
    /// It is carried out, no answer comes, and somebody else writes before anybody looks.
    AndThenAnother,
    /// AWS refuses it: what is there is not what was read a moment ago.
    Refused,
}

fn failed(kind: ProviderErrorKind, operation: &str, message: &str) -> ProviderError {
    ProviderError {
        kind,
        operation: operation.to_owned(),
        message: message.to_owned(),
        hint: None,
        request_id: None,
        sent: true,
    }
}

/// The last change of a record: until every server has it, some give what was there before.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    pub name: DnsName,
    pub at: Timestamp,
    pub from: Vec<String>,
}

/// An action whose object stands in memory.
pub(super) struct InMemory {
    /// What plans and judges.
    pub product: Box<dyn Action>,
    pub spec: ActionSpec,
    pub store: Arc<RecordStore>,
    pub clock: Arc<dyn Clock>,
    /// How the next call goes wrong.
    pub mishap: Arc<Mutex<Option<Mishap>>>,
    /// Whether nothing can be read.
    pub blind: Arc<Mutex<bool>>,
    /// What was changed last.
    pub moved: Arc<Mutex<Option<Moved>>>,
}

/// What record sets answer.
pub(super) fn values(sets: &[RecordSet]) -> Vec<String> {
    let of = |set: &RecordSet| match &set.data {
        RecordData::Values { values, .. } => values.clone(),
        RecordData::Alias(_) => Vec::new(),
    };
    sets.iter().flat_map(of).collect()
}

fn sets(image: &Image) -> &[RecordSet] {
    image.record_sets().map_or(&[], |(_, sets)| sets)
}

#[async_trait]
impl Action for InMemory {
    async fn read(&self, _: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        if *self.blind.lock().expect("one thread") {
            let message = "Route 53 gave no answer within 15 s.";
            return Err(failed(
                ProviderErrorKind::NoAnswer,
                "ListResourceRecordSets",
                message,
            ));
        }
        let (zone, name) = match &self.spec {
            ActionSpec::SetTtl(spec) => (&spec.zone_id, &spec.name),
            ActionSpec::SwitchRecord(spec) => (&spec.zone_id, &spec.name),
            other => panic!("the night has no action of the kind {}", other.id()),
        };
        Ok(self.store.image(zone, name).into())
    }

    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        self.product.plan(from, restore)
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        self.product.judge(now, before, after, sent)
    }

    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        const OPERATION: &str = "ChangeResourceRecordSets";
        let mishap = self.mishap.lock().expect("one thread").take();
        if mishap == Some(Mishap::Refused) {
            let message = "Route 53 refused the change: the record is not as captured.";
            return Err(ProviderError {
                request_id: Some("req-refused".to_owned()),
                ..failed(ProviderErrorKind::Conflict, OPERATION, message)
            });
        }
        let Image::RecordSets { zone_id, name, .. } = &approved.from else {
            panic!("records have an image of records");
        };
        let (from, to) = (sets(&approved.from), sets(&approved.to));
        let gone = from.iter().filter(|set| !to.contains(set)).cloned();
        let new = to.iter().filter(|set| !from.contains(set)).cloned();
        let batch: Vec<BatchChange> = gone
            .map(BatchChange::Delete)
            .chain(new.map(BatchChange::Create))
            .collect();
        let done = self.store.change(zone_id, name, &batch, cx.token());
        let id = done.map_err(|why| failed(ProviderErrorKind::Conflict, OPERATION, &why))?;
        *self.moved.lock().expect("one thread") = Some(Moved {
            name: name.clone(),
            at: self.clock.now(),
            from: values(from),
        });
        match mishap {
            Some(Mishap::Silence) => *self.blind.lock().expect("one thread") = true,
            Some(Mishap::AndThenAnother) => {
                let theirs = vec!["198.51.100.99".to_owned()];
                let theirs = RecordSet::values(name.clone(), RecordType::A, 300, theirs);
                self.store.put(zone_id, name, vec![theirs]);
            }
            Some(Mishap::Refused) | None => {
                return Ok(Receipt {
                    request_id: Some(format!("req-{id}")),
                    change_id: Some(id),
                    version: None,
                    proven: Vec::new(),
                    server_date: self.clock.now(),
                });
            }
        }
        self.clock.sleep(Duration::from_secs(15)).await;
        Err(failed(
            ProviderErrorKind::NoAnswer,
            OPERATION,
            "The connection closed before an answer came.",
        ))
    }

    fn spreads(&self) -> bool {
        self.product.spreads()
    }

    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        let change = receipt.change_id.as_deref().unwrap_or_default();
        Ok(self.store.in_sync(change).map(|in_sync| SyncState {
            in_sync,
            server_date: self.clock.now(),
        }))
    }
}
