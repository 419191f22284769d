//! A decorator around any world: records every call that can fail and makes chosen ones fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use switchback_engine::ports::{
    Action, History, Identity, Observed, ProviderError, ProviderErrorKind, Sent, SyncState, World,
};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ActionSpec, CheckReading, CheckSpec, Finding, Image, Preview, Target};
use tokio::sync::Notify;

use crate::conformance::Oracle;
use crate::world::provider_error;

mod faults;

pub(crate) use self::faults::CUT;
pub use self::faults::{CallPoint, Fault, Op, VERDICTS};

#[derive(Default)]
struct State {
    /// How reads fail once a request was sent, and whether one was since that was asked for.
    blind_from_call: (Option<ProviderErrorKind>, bool),
    phase: String,
    trace: Vec<(Op, String)>,
    counts: BTreeMap<Op, usize>,
    by_place: BTreeMap<CallPoint, Fault>,
    at_place: BTreeMap<(String, Op), usize>,
    by_op: BTreeMap<(Op, usize), Fault>,
    stale: BTreeMap<String, Observed>,
    fired: usize,
    overwritten: Vec<String>,
}

struct Shared {
    state: Mutex<State>,
    killed: Arc<Notify>,
    oracle: Option<Arc<dyn Oracle>>,
}

/// The decorator.
pub struct FaultyWorld {
    inner: Arc<dyn World>,
    shared: Arc<Shared>,
}

impl FaultyWorld {
    /// Wraps a world; the oracle is the second writer.
    #[must_use]
    pub fn new(inner: Arc<dyn World>, oracle: Option<Arc<dyn Oracle>>) -> Arc<Self> {
        let shared = Shared {
            state: Mutex::default(),
            killed: Arc::default(),
            oracle,
        };
        Arc::new(Self {
            inner,
            shared: Arc::new(shared),
        })
    }

    /// Names what is going on, for the trace.
    pub fn phase(&self, name: &str) {
        name.clone_into(&mut self.shared.state.lock().unwrap().phase);
    }

    /// Makes the call at this place fail.
    pub fn inject_at(&self, place: CallPoint, fault: Fault) {
        self.shared.state.lock().unwrap().by_place.insert(place, fault);
    }

    /// Makes the n-th call of this kind from now (from 1) fail.
    pub fn inject(&self, op: Op, n: usize, fault: Fault) {
        let mut state = self.shared.state.lock().unwrap();
        let so_far = state.counts.get(&op).copied().unwrap_or(0);
        state.by_op.insert((op, so_far + n), fault);
    }

    /// From the next request on every read fails in this way, until it is mended.
    pub fn blind_from_call(&self, kind: ProviderErrorKind) {
        self.shared.state.lock().unwrap().blind_from_call = (Some(kind), false);
    }

    /// Takes back every fault that has not fired.
    pub fn mend(&self) {
        let mut state = self.shared.state.lock().unwrap();
        state.blind_from_call = (None, false);
        state.by_op.clear();
        state.by_place.clear();
    }

    /// Every call so far, with its phase and object.
    #[must_use]
    pub fn trace(&self) -> Vec<(Op, String)> {
        self.shared.state.lock().unwrap().trace.clone()
    }

    /// How many calls of this kind were made.
    #[must_use]
    pub fn count(&self, op: Op) -> usize {
        self.shared
            .state
            .lock()
            .unwrap()
            .counts
            .get(&op)
            .copied()
            .unwrap_or(0)
    }

    /// How many faults have fired.
    #[must_use]
    pub fn fired(&self) -> usize {
        self.shared.state.lock().unwrap().fired
    }

    /// Calls that overwrote what a second writer wrote right before them.
    #[must_use]
    pub fn overwritten(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().overwritten.clone()
    }

    /// Notified when a fault kills the process.
    #[must_use]
    pub fn killed(&self) -> Arc<Notify> {
        self.shared.killed.clone()
    }
}

impl Shared {
    async fn run<T>(
        &self,
        op: Op,
        object: &str,
        inner: impl Future<Output = Result<T, ProviderError>> + Send,
    ) -> Result<T, ProviderError> {
        let (fault, label) = {
            let mut state = self.state.lock().unwrap();
            let label = format!("{} {object}", state.phase);
            state.trace.push((op, label.clone()));
            let count = state.counts.entry(op).or_default();
            *count += 1;
            let nth = *count;
            let here = state.at_place.entry((label.clone(), op)).or_default();
            *here += 1;
            let place = CallPoint {
                label: label.clone(),
                op,
                nth: *here,
            };
            let fault = state.by_place.remove(&place).or(state.by_op.remove(&(op, nth)));
            state.fired += usize::from(fault.is_some());
            (fault, label)
        };
        let name = format!("{op:?}");
        let error = |kind| Err(provider_error(kind, &name));
        let blind = {
            let mut state = self.state.lock().unwrap();
            if op == Op::Call {
                state.blind_from_call.1 = true;
            }
            state
                .blind_from_call
                .0
                .filter(|_| op == Op::Read && state.blind_from_call.1)
        };
        if let Some(kind) = blind {
            return error(kind);
        }
        match fault {
            None => inner.await,
            Some(Fault::FailsBefore(kind)) => error(kind),
            Some(Fault::RequestLost) => error(ProviderErrorKind::NoAnswer),
            Some(Fault::FailsAfter) => {
                let _ = inner.await;
                error(ProviderErrorKind::Unclear)
            }
            Some(Fault::RefusedAfter(kind)) => {
                let _ = inner.await;
                error(kind)
            }
            Some(Fault::AnswerCut) => {
                let _ = inner.await;
                Err(ProviderError {
                    message: CUT.to_owned(),
                    ..provider_error(ProviderErrorKind::Unclear, &name)
                })
            }
            Some(Fault::AnswerEndless) => {
                let by_the_world = match &self.oracle {
                    Some(oracle) => oracle.endless_answer(object).await,
                    None => false,
                };
                match (inner.await, by_the_world) {
                    (answer, true) => answer,
                    // What an adapter makes of it: the answer can't be read.
                    (_, false) => error(ProviderErrorKind::Unclear),
                }
            }
            // Of calls only, which make their own of them.
            Some(Fault::Repeated | Fault::RefusedThenLands(_)) => inner.await,
            Some(Fault::ResponseLost) => {
                let _ = inner.await;
                error(ProviderErrorKind::NoAnswer)
            }
            Some(Fault::KilledBefore) => self.die().await,
            Some(Fault::KilledAfter) => {
                let _ = inner.await;
                self.die().await
            }
            Some(Fault::Unrelated) => {
                if let Some(oracle) = &self.oracle {
                    oracle.unrelated(object).await;
                }
                inner.await
            }
            Some(Fault::WrittenSince) => {
                let answer = inner.await;
                if let Some(oracle) = &self.oracle {
                    oracle.written_since(object).await;
                }
                answer
            }
            Some(Fault::ComesToNothing) => {
                if let Some(oracle) = &self.oracle {
                    oracle.comes_to_nothing(object).await;
                }
                inner.await
            }
            Some(Fault::SecondWriter) => {
                let Some(oracle) = &self.oracle else {
                    return inner.await;
                };
                oracle.second_writer(object).await;
                let written = oracle.images().await;
                let answer = inner.await;
                if op == Op::Call && oracle.images().await != written {
                    self.state.lock().unwrap().overwritten.push(label);
                }
                answer
            }
        }
    }

    /// The fault that the next such call would meet, without taking it.
    fn next_of(&self, op: Op, object: &str) -> Option<Fault> {
        let state = self.state.lock().unwrap();
        let label = format!("{} {object}", state.phase);
        let here = state.at_place.get(&(label.clone(), op)).copied().unwrap_or(0);
        let nth = here + 1;
        let place = CallPoint { label, op, nth };
        let count = state.counts.get(&op).copied().unwrap_or(0) + 1;
        let by_place = state.by_place.get(&place).or(state.by_op.get(&(op, count)));
        by_place.copied()
    }

    async fn die<T>(&self) -> T {
        self.killed.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl World for FaultyWorld {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        let object = labelled(spec);
        Box::new(FaultyAction {
            inner: self.inner.action(spec),
            object,
            shared: self.shared.clone(),
        })
    }

    fn sign_in(&self) -> Option<switchback_engine::sign_in::SignIn> {
        self.inner.sign_in()
    }

    fn seals(&self, spec: &ActionSpec) -> bool {
        self.inner.seals(spec)
    }

    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        self.shared
            .run(Op::Identity, "caller", self.inner.identity(target))
            .await
    }

    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        self.inner.check(spec, history).await
    }

    async fn lacks(&self, spec: &CheckSpec) -> Option<CheckReading> {
        self.inner.lacks(spec).await
    }
}

/// An object as the trace names it: what a stage serves and what is kept of it are two.
fn labelled(spec: &ActionSpec) -> String {
    match spec {
        ActionSpec::FlushStage(spec) => format!("{}{VERDICTS}", spec.on.stage),
        spec => spec.object().to_owned(),
    }
}

struct FaultyAction {
    inner: Box<dyn Action>,
    object: String,
    shared: Arc<Shared>,
}

#[async_trait]
impl Action for FaultyAction {
    async fn read(&self, since: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        let image = self
            .shared
            .run(Op::Read, &self.object, self.inner.read(since))
            .await?;
        let stale = self.shared.state.lock().unwrap().stale.remove(&self.object);
        Ok(stale.unwrap_or(image))
    }

    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        self.inner.plan(from, restore)
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        self.inner.judge(now, before, after, sent)
    }

    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        let twice = |fault: &Fault| matches!(fault, Fault::Repeated | Fault::RefusedThenLands(_));
        match self.shared.next_of(Op::Call, &self.object).filter(twice) {
            Some(Fault::RefusedThenLands(kind)) => {
                // To who looks it is all one whether it lands after the first read or whether that read
                // is of the time before it.
                let lands = async {
                    let before = self.inner.read(None).await?;
                    let _ = self.inner.call(cx, approved).await;
                    let mut state = self.shared.state.lock().unwrap();
                    state.stale.insert(self.object.clone(), before);
                    Err(provider_error(kind, "Call"))
                };
                self.shared.run(Op::Call, &self.object, lands).await
            }
            Some(_) => {
                let both = async {
                    let _ = self.inner.call(cx, approved).await;
                    self.inner.call(cx, approved).await
                };
                self.shared.run(Op::Call, &self.object, both).await
            }
            None => {
                let once = self.inner.call(cx, approved);
                self.shared.run(Op::Call, &self.object, once).await
            }
        }
    }

    fn spreads(&self) -> bool {
        self.inner.spreads()
    }

    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        self.shared
            .run(Op::Sync, &self.object, self.inner.sync(receipt))
            .await
    }
}
