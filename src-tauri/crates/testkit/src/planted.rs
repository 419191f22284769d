//! Planted bugs: the suite is worth something only if each of them turns a cell red.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::faulty::CUT;
use async_trait::async_trait;
use switchback_engine::ports::{
    Action, History, Identity, Observed, ProviderError, ProviderErrorKind, RolloutState, Sent, SyncState,
    World,
};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{
    ActionSpec, CheckReading, CheckSpec, Finding, Image, Parameter, Preview, RuleAction, Target,
};

/// A bug that is planted on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Planted {
    /// The swap does not look at what is there; made by the store.
    Upsert,
    /// A lost response is answered by sending the request again, and the refusal of the second is believed.
    RetryAfterLostResponse,
    /// Inspection always finds After.
    InspectionAlwaysAfter,
    /// The undo restores a guess (a TTL of an hour, as many zones have it) instead of what was there.
    UndoWithoutBeforeImage,
    /// The journal does not sync; made by the journal.
    AppendWithoutSync,
    /// A refusal is believed without a look.
    BelievesRefusals,
    /// An answer that was cut, or has no end, counts as a refusal.
    CutIsRefused,
    /// Past the time in which it may still land, what was refused is not looked at: what the last look
    /// showed is said again.
    NoLateLook,
    /// What shall be appended to a list is written in its stead.
    ReplacesInsteadOfAppending,
    /// A roll counts as made where the PRIMARY has the approved task definition, whosever it is and since whenever.
    RollByDefinition,
    /// The same, but only once it is complete, as people wait for it by hand.
    RollByCompleteDefinition,
    /// A rollback goes in the plain reverse of the plan's order: who publishes goes before what is published; made
    /// where the rollback is confirmed.
    PlainReverseOrder,
    /// A request names whichever token is right when it comes, and not the one that was read with what it replaces; made
    /// on the wire.
    LockTokenNotSent,
    /// What is echoed goes through types that don't know all of it; made on the wire.
    TypedEcho,
    /// Each request of an invalidation has the reference of the first; made on the wire.
    ReferenceUsedBefore,
}

/// What is guessed, in seconds; no plan of a test starts or ends with it.
const GUESSED_TTL: u32 = 3_600;
/// The same of a parameter.
const GUESSED_VALUE: &str = "guessed";

impl Planted {
    /// All that matter where a request is told by what it left or by a token that nobody minds.
    pub const ALL: [Self; 14] = [
        Self::Upsert,
        Self::RetryAfterLostResponse,
        Self::InspectionAlwaysAfter,
        Self::UndoWithoutBeforeImage,
        Self::AppendWithoutSync,
        Self::BelievesRefusals,
        Self::CutIsRefused,
        Self::NoLateLook,
        Self::ReplacesInsteadOfAppending,
        Self::RollByDefinition,
        Self::RollByCompleteDefinition,
        Self::PlainReverseOrder,
        Self::LockTokenNotSent,
        Self::TypedEcho,
    ];

    /// Those that matter only where the token of a request decides what becomes of it.
    pub const OF_REFERENCES: [Self; 1] = [Self::ReferenceUsedBefore];

    /// Puts the bug around a world; some of them live elsewhere and change nothing here.
    #[must_use]
    pub fn around(self, inner: Arc<dyn World>) -> Arc<dyn World> {
        Arc::new(PlantedWorld {
            inner,
            bug: self,
            remembered: Arc::default(),
        })
    }
}

/// A refusal as if it were one of our own, of a request that never left: neither the look after it nor the
/// late one is taken.
fn believed(error: ProviderError) -> ProviderError {
    ProviderError {
        kind: ProviderErrorKind::Guard,
        request_id: None,
        sent: false,
        ..error
    }
}

/// Cut by the fault, or by an adapter that had heard enough.
fn is_cut(error: &ProviderError) -> bool {
    error.message == CUT || error.message.contains("could not be read")
}

struct PlantedWorld {
    inner: Arc<dyn World>,
    bug: Planted,
    remembered: Remembered,
}

/// Of an object that a call on it was refused: the image that the look after it showed.
type Remembered = Arc<Mutex<BTreeMap<String, Option<Observed>>>>;

#[async_trait]
impl World for PlantedWorld {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        Box::new(PlantedAction {
            inner: self.inner.action(spec),
            bug: self.bug,
            object: format!("{spec:?}"),
            spec: spec.clone(),
            remembered: self.remembered.clone(),
        })
    }

    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        self.inner.identity(target).await
    }

    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        self.inner.check(spec, history).await
    }

    async fn lacks(&self, spec: &CheckSpec) -> Option<CheckReading> {
        self.inner.lacks(spec).await
    }
}

struct PlantedAction {
    inner: Box<dyn Action>,
    bug: Planted,
    object: String,
    spec: ActionSpec,
    remembered: Remembered,
}

/// A list of what shall be appended, and nothing else.
fn replaced(spec: &ActionSpec, from: &Image) -> Option<Image> {
    match (spec, from) {
        (ActionSpec::SetParameter(set), Image::Parameter { name, content }) => Some(Image::Parameter {
            name: name.clone(),
            content: Box::new(Parameter {
                value: set.append()?.join(","),
                ..(**content).clone()
            }),
        }),
        _ => None,
    }
}

/// What a task definition alone says of a roll; none of what is no roll.
fn by_definition(bug: Planted, now: &Observed, after: &Image) -> Option<Finding> {
    let (Some(rollout), Image::Service { content, .. }) = (&now.rollout, after) else {
        return None;
    };
    let waits = bug == Planted::RollByCompleteDefinition && rollout.primary.state == RolloutState::InProgress;
    match (rollout.primary.definition == content.definition, waits) {
        (true, false) => Some(Finding::After),
        (true, true) => Some(Finding::Unclear {
            why: "It is in progress.".to_owned(),
        }),
        (false, _) => None,
    }
}

#[async_trait]
impl Action for PlantedAction {
    async fn read(&self, since: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        let told = self.remembered.lock().unwrap().get(&self.object).cloned();
        match told {
            // The late look: nothing is asked.
            Some(Some(image)) => {
                self.remembered.lock().unwrap().remove(&self.object);
                Ok(image)
            }
            Some(None) => {
                let image = self.inner.read(since).await?;
                let mut remembered = self.remembered.lock().unwrap();
                remembered.insert(self.object.clone(), Some(image.clone()));
                Ok(image)
            }
            None => self.inner.read(since).await,
        }
    }

    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        let guess = restore.map(|image| match image {
            Image::RecordSets {
                zone_id,
                name,
                sets,
                beside,
            } => Image::RecordSets {
                zone_id: zone_id.clone(),
                name: name.clone(),
                sets: sets.iter().map(|set| set.with_ttl(GUESSED_TTL)).collect(),
                beside: beside.clone(),
            },
            Image::Parameter { name, content } => Image::Parameter {
                name: name.clone(),
                content: Box::new(Parameter {
                    value: GUESSED_VALUE.to_owned(),
                    ..(**content).clone()
                }),
            },
            // A count of its own making is no count that was there.
            Image::RuleAction { web_acl, rule, .. } => Image::RuleAction {
                web_acl: web_acl.clone(),
                rule: rule.clone(),
                content: Box::new(RuleAction::of(&serde_json::json!({"Allow": {}}))),
            },
            // What was never there is not known to be so: everything is limited as the whole stage is.
            Image::MethodSettings { api, stage, content } => {
                let mut content = content.clone();
                let every = content.every.clone();
                content
                    .methods
                    .values_mut()
                    .for_each(|own| *own = Some(every.clone()));
                Image::MethodSettings {
                    api: api.clone(),
                    stage: stage.clone(),
                    content,
                }
            }
            // The deployment that everybody remembers.
            Image::StagePointer { api, stage, content } => Image::StagePointer {
                api: api.clone(),
                stage: stage.clone(),
                content: Box::new(content.at("remembered")),
            },
            Image::Service { .. }
            | Image::Authorizer { .. }
            | Image::Api { .. }
            | Image::Verdicts { .. }
            | Image::Distribution { .. }
            | Image::Canary { .. }
            | Image::Unknown(_) => image.clone(),
        });
        match self.bug {
            Planted::UndoWithoutBeforeImage => self.inner.plan(from, guess.as_ref()),
            Planted::ReplacesInsteadOfAppending if restore.is_none() => {
                self.inner.plan(from, replaced(&self.spec, from).as_ref())
            }
            _ => self.inner.plan(from, restore),
        }
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        match self.bug {
            Planted::InspectionAlwaysAfter => Finding::After,
            Planted::RollByDefinition | Planted::RollByCompleteDefinition => {
                by_definition(self.bug, now, after)
                    .unwrap_or_else(|| self.inner.judge(now, before, after, sent))
            }
            _ => self.inner.judge(now, before, after, sent),
        }
    }

    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        match (self.bug, self.inner.call(cx, approved).await) {
            (Planted::RetryAfterLostResponse, Err(error)) if error.kind == ProviderErrorKind::NoAnswer => {
                self.inner.call(cx, approved).await.map_err(believed)
            }
            (Planted::BelievesRefusals, Err(error)) if error.is_hearsay() => Err(believed(error)),
            // No refusal that is hearsay: as one of our own, of which nobody looks whether it is true.
            (Planted::CutIsRefused, Err(error)) if is_cut(&error) => Err(believed(error)),
            (Planted::NoLateLook, Err(error)) if error.is_hearsay() => {
                self.remembered.lock().unwrap().insert(self.object.clone(), None);
                Err(error)
            }
            (_, answer) => answer,
        }
    }

    fn spreads(&self) -> bool {
        self.inner.spreads()
    }

    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        self.inner.sync(receipt).await
    }
}
