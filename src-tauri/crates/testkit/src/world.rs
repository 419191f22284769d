//! A world over a [`RecordStore`], with scripted checks and a scripted identity.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use switchback_engine::not_known::NotKnown;
use switchback_engine::ports::{
    Action, Clock, History, Identity, Observed, ProviderError, ProviderErrorKind, Sent, SyncState, World,
};
use switchback_engine::proof::WriteCx;
use switchback_engine::sign_in::SignIn;
use switchback_engine::ttl::{TtlWait, ttl_wait};
use switchback_model::dns::RecordSet;
use switchback_model::event::{Mark, Receipt};
use switchback_model::preview::{ApiCall, Change};
use switchback_model::{
    ActionSpec, CheckId, CheckKind, CheckReading, CheckSpec, FieldDifference, Finding, Image, Preview,
    Target, Verdict, Witness,
};

use crate::roll::FakeRoll;
use crate::store::{BatchChange, RecordStore};

/// So long a request that is marked is asked for before.
const ON_THE_WAY: Duration = Duration::from_secs(20);

/// The world as the engine sees it in a test.
pub struct FakeWorld {
    store: Arc<RecordStore>,
    clock: Arc<dyn Clock>,
    barred: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
    marks: Arc<AtomicBool>,
    lost: Arc<AtomicBool>,
    checks: Mutex<BTreeMap<CheckId, VecDeque<Verdict>>>,
    identities: Mutex<VecDeque<Result<Identity, ProviderError>>>,
    secret: Mutex<BTreeSet<String>>,
    lacking: Mutex<BTreeSet<CheckId>>,
    sign_in: Mutex<Option<SignIn>>,
}

impl FakeWorld {
    /// A world in which every check passes and the caller is who the target asserts.
    #[must_use]
    pub fn new(store: Arc<RecordStore>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            barred: Arc::default(),
            at_once: Arc::default(),
            marks: Arc::default(),
            lost: Arc::default(),
            checks: Mutex::default(),
            identities: Mutex::default(),
            secret: Mutex::default(),
            lacking: Mutex::default(),
            sign_in: Mutex::default(),
        })
    }

    /// Scripts a check's next verdicts; the last one stays.
    pub fn script(&self, check: &str, verdicts: impl IntoIterator<Item = Verdict>) {
        let id = CheckId::new(check).unwrap();
        self.checks
            .lock()
            .unwrap()
            .insert(id, verdicts.into_iter().collect());
    }

    /// From now on the images of this name count as secret, as those of a kind of action would that
    /// touches personal data.
    pub fn keep_secret(&self, name: &switchback_model::dns::DnsName) {
        self.secret.lock().unwrap().insert(name.host().to_owned());
    }

    /// From now on this computer lacks what a check needs, or has it again.
    pub fn lack(&self, check: &str, lacks: bool) {
        let id = CheckId::new(check).unwrap();
        let mut lacking = self.lacking.lock().unwrap();
        match lacks {
            true => lacking.insert(id),
            false => lacking.remove(&id),
        };
    }

    /// From now on the sign-in ends then, or nobody knows.
    pub fn sign_in_ends(&self, sign_in: Option<SignIn>) {
        *self.sign_in.lock().unwrap() = sign_in;
    }

    /// From now on no way back can be built: something stands beside that bars it.
    pub fn refuse_to_restore(&self) {
        self.barred.store(true, Ordering::Relaxed);
    }

    /// From now on a change takes no time to be everywhere, as a parameter's does.
    pub fn everywhere_at_once(&self) {
        self.at_once.store(true, Ordering::Relaxed);
    }

    /// From now on each request is marked right before it leaves, as that of a kind is that asks for 20 s on the way to it.
    pub fn mark_first(&self) {
        self.marks.store(true, Ordering::Relaxed);
    }

    /// From now on what is marked never arrives, and no answer comes.
    pub fn lose_what_is_marked(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Scripts the next answer to "who am I".
    pub fn script_identity(&self, answer: Result<Identity, ProviderError>) {
        self.identities.lock().unwrap().push_back(answer);
    }

    fn scripted(&self, id: &CheckId) -> Option<Verdict> {
        let mut checks = self.checks.lock().unwrap();
        let queue = checks.get_mut(id)?;
        if queue.len() > 1 {
            queue.pop_front()
        } else {
            queue.front().cloned()
        }
    }
}

/// A provider's failure of this kind.
#[must_use]
pub fn provider_error(kind: ProviderErrorKind, operation: &str) -> ProviderError {
    ProviderError {
        kind,
        operation: operation.to_owned(),
        message: format!("Injected: {kind:?}."),
        hint: None,
        request_id: None,
        sent: !matches!(
            kind,
            ProviderErrorKind::Connect
                | ProviderErrorKind::Tls
                | ProviderErrorKind::Guard
                | ProviderErrorKind::Aside
        ),
    }
}

#[async_trait]
impl World for FakeWorld {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        if let ActionSpec::Unknown(unknown) = spec {
            return Box::new(NotKnown::of(unknown));
        }
        if let ActionSpec::RollService(roll) = spec {
            return Box::new(FakeRoll {
                spec: roll.clone(),
                store: self.store.clone(),
                clock: self.clock.clone(),
            });
        }
        Box::new(FakeAction {
            spec: spec.clone(),
            barred: self.barred.clone(),
            at_once: self.at_once.clone(),
            marks: self.marks.clone(),
            lost: self.lost.clone(),
            store: self.store.clone(),
            clock: self.clock.clone(),
        })
    }

    fn seals(&self, spec: &ActionSpec) -> bool {
        self.secret.lock().unwrap().contains(spec.object())
    }

    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        let scripted = self.identities.lock().unwrap().pop_front();
        scripted.unwrap_or_else(|| {
            Ok(Identity {
                account: target.account.clone(),
                arn: "arn:aws:sts::fake".to_owned(),
            })
        })
    }

    fn sign_in(&self) -> Option<SignIn> {
        self.sign_in.lock().unwrap().clone()
    }

    async fn lacks(&self, spec: &CheckSpec) -> Option<CheckReading> {
        let lacks = self.lacking.lock().unwrap().contains(&spec.id);
        lacks.then(|| CheckReading {
            check: spec.id.clone(),
            verdict: Verdict::Error,
            observed: "nobody is known here".to_owned(),
            expected: spec.title.clone(),
            source: "fake".to_owned(),
            observed_at: self.clock.now(),
            believable_s: spec.believable_s,
            mend: None,
            answers: None,
        })
    }

    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        let now = self.clock.now();
        let verdict = self.scripted(&spec.id).unwrap_or_else(|| match &spec.kind {
            CheckKind::TtlWait { name, lowered } => match ttl_wait(&history.served, name, *lowered) {
                TtlWait::NeverLonger => Verdict::Pass,
                TtlWait::NotReplaced { .. } => Verdict::Fail,
                TtlWait::Until(until) if until <= now => Verdict::Pass,
                TtlWait::Until(until) => Verdict::Waiting { until },
            },
            CheckKind::Unknown(_) => Verdict::Error,
            _ => Verdict::Pass,
        });
        CheckReading {
            check: spec.id.clone(),
            verdict,
            observed: "scripted".to_owned(),
            expected: spec.title.clone(),
            source: "fake".to_owned(),
            observed_at: now,
            believable_s: spec.believable_s,
            mend: None,
            answers: None,
        }
    }
}

struct FakeAction {
    spec: ActionSpec,
    barred: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
    marks: Arc<AtomicBool>,
    lost: Arc<AtomicBool>,
    store: Arc<RecordStore>,
    clock: Arc<dyn Clock>,
}

impl FakeAction {
    fn place(&self) -> (&str, &switchback_model::dns::DnsName) {
        match &self.spec {
            ActionSpec::SetTtl(spec) => (&spec.zone_id, &spec.name),
            ActionSpec::SwitchRecord(spec) => (&spec.zone_id, &spec.name),
            // This world has records only; a kind that it does not know needs no place here.
            other => panic!("no fake action of the kind {}", other.id()),
        }
    }
}

fn sets(image: &Image) -> &[RecordSet] {
    image.record_sets().map_or(&[], |(_, sets)| sets)
}

#[async_trait]
impl Action for FakeAction {
    async fn read(&self, _: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        let (zone, name) = self.place();
        Ok(self.store.image(zone, name).into())
    }

    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        if restore.is_some() && self.barred.load(Ordering::Relaxed) {
            return Err(ProviderError {
                sent: false,
                ..provider_error(ProviderErrorKind::Refused, "plan")
            });
        }
        let (zone, name) = self.place();
        let mut wanted: Vec<RecordSet> = match (restore, &self.spec) {
            (Some(image), _) => sets(image).to_vec(),
            (None, ActionSpec::SetTtl(spec)) => sets(from).iter().map(|s| s.with_ttl(spec.ttl)).collect(),
            (None, ActionSpec::SwitchRecord(spec)) => spec.to.clone(),
            (None, _) => {
                return Err(provider_error(ProviderErrorKind::Guard, "plan"));
            }
        };
        wanted.sort();
        let gone = sets(from)
            .iter()
            .filter(|s| !wanted.contains(s))
            .cloned()
            .map(BatchChange::Delete);
        let new = wanted
            .iter()
            .filter(|s| !sets(from).contains(s))
            .cloned()
            .map(BatchChange::Create);
        let batch: Vec<BatchChange> = gone.chain(new).collect();
        let to = Image::RecordSets {
            zone_id: zone.to_owned(),
            name: name.clone(),
            sets: wanted,
            beside: from.beside().to_vec(),
        };
        let (changes, calls) = if batch.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            let change = Change {
                object: name.host().to_owned(),
                before: from.lines(),
                after: to.lines(),
                asked: Vec::new(),
                caution: None,
            };
            let call = ApiCall {
                service: "route53".to_owned(),
                operation: "ChangeResourceRecordSets".to_owned(),
                parameters: serde_json::to_value(&batch).unwrap().into(),
            };
            (vec![change], vec![call])
        };
        Ok(Preview {
            from: from.clone(),
            to,
            changes,
            calls: calls.into(),
        })
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, _: Option<&Sent<'_>>) -> Finding {
        let now = &now.image;
        if now.same_as(before) {
            return Finding::Before;
        }
        if now.same_as(after) {
            return Finding::After;
        }
        let differences = vec![FieldDifference {
            field: now.object(),
            found: now.lines().join(" | "),
            before: before.lines().join(" | "),
            after: after.lines().join(" | "),
        }];
        let known = |set| sets(before).contains(set) || sets(after).contains(set);
        if !sets(now).is_empty() && sets(now).iter().all(known) {
            Finding::Partial { differences }
        } else {
            Finding::Other {
                found: now.clone(),
                differences,
            }
        }
    }

    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        let (zone, name) = self.place();
        if self.marks.load(Ordering::Relaxed) {
            self.clock.sleep(ON_THE_WAY).await;
            let mark = Mark {
                proven: vec!["asked on the way".to_owned()],
                last_look: Witness::Time { at: self.clock.now() },
            };
            cx.marks().mark(mark).await.map_err(|why| ProviderError {
                message: why.to_string(),
                ..provider_error(ProviderErrorKind::Guard, "ChangeResourceRecordSets")
            })?;
            if self.lost.load(Ordering::Relaxed) {
                return Err(provider_error(
                    ProviderErrorKind::NoAnswer,
                    "ChangeResourceRecordSets",
                ));
            }
        }
        let batch: Vec<BatchChange> =
            serde_json::from_value(Value::clone(&approved.calls[0].parameters)).unwrap();
        match self.store.change(zone, name, &batch, cx.token()) {
            Ok(id) => Ok(Receipt {
                request_id: Some(format!("req-{id}")),
                change_id: Some(id),
                version: None,
                proven: Vec::new(),
                server_date: self.clock.now(),
            }),
            Err(why) => Err(ProviderError {
                message: why,
                ..provider_error(ProviderErrorKind::Conflict, "ChangeResourceRecordSets")
            }),
        }
    }

    fn spreads(&self) -> bool {
        !self.at_once.load(Ordering::Relaxed)
    }

    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        let change = receipt.change_id.as_deref().unwrap_or_default();
        let in_sync = self.store.in_sync(change);
        in_sync
            .map(|in_sync| {
                Some(SyncState {
                    in_sync,
                    server_date: self.clock.now(),
                })
            })
            .ok_or_else(|| provider_error(ProviderErrorKind::NotFound, "GetChange"))
    }
}
