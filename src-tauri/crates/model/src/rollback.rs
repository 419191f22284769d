//! A rollback: the run-level ordered set of undos, computed from declared edges.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::check::CheckReading;
use crate::digest::Digest;
use crate::ids::{RuleId, StepId};
use crate::image::Image;
use crate::preview::Preview;

/// What a person asks to take back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum RollbackScope {
    /// One step (and what needs it).
    Step(StepId),
    /// A rule's set (and what needs it).
    Rule(RuleId),
    /// Everything that has an effect.
    All,
}

/// How an item is carried out.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ItemKind {
    /// The engine undoes the step.
    Undo {
        /// What is there now and will be there; none where it could not be read: then the item
        /// is read, planned and shown again before it runs.
        preview: Option<Preview>,
        /// What the undo restores: the before-image of the apply, or what was found there without what the step had
        /// added. None in the journal where the image
        /// is sealed, and in memory where its key is not open.
        restores: Option<Image>,
    },
    /// The engine publishes once more: what was taken back before it is to be seen.
    Publish {
        /// What is there now and stays there, with the request; none where it could not be read.
        preview: Option<Preview>,
        /// Steps that stay done and were not published yet: it makes their change seen as well.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<StepId>,
    },
    /// A person undoes it in these words.
    Manual {
        /// What the person does.
        words: String,
    },
    /// A message to people, keyed by rule and rollback.
    Notice {
        /// Its words.
        words: String,
    },
}

impl std::fmt::Debug for ItemKind {
    /// Names what is undone and leaves the values out: those of some kinds are secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undo { preview, restores } => f
                .debug_struct("Undo")
                .field("preview", preview)
                .field("restores", &restores.as_ref().map(Image::object))
                .finish(),
            Self::Publish { preview, also } => f
                .debug_struct("Publish")
                .field("preview", preview)
                .field("also", also)
                .finish(),
            Self::Manual { words } => write!(f, "Manual({words:?})"),
            Self::Notice { words } => write!(f, "Notice({words:?})"),
        }
    }
}

/// One item, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct RollbackItem {
    /// The step, or the rule's notice (`notice-1` …).
    pub id: String,
    /// The step that is undone; none for a notice.
    pub step: Option<StepId>,
    /// One line for people.
    pub title: String,
    /// How it is carried out.
    #[serde(flatten)]
    pub kind: ItemKind,
    /// What is lost, in words.
    pub loses: Vec<String>,
    /// Why it is in the set: named, or the step that it depends on.
    pub because: String,
}

/// An item as it stands in the journal: the fields of its kind beside the others.
#[derive(Deserialize)]
struct Fields {
    id: String,
    step: Option<StepId>,
    title: String,
    kind: String,
    preview: Option<Preview>,
    restores: Option<Image>,
    #[serde(default)]
    also: Vec<StepId>,
    words: Option<String>,
    loses: Vec<String>,
    because: String,
}

impl TryFrom<Fields> for RollbackItem {
    type Error = String;

    fn try_from(read: Fields) -> Result<Self, String> {
        let words = || read.words.ok_or_else(|| "missing field `words`".to_owned());
        Ok(Self {
            kind: match read.kind.as_str() {
                "undo" => ItemKind::Undo {
                    preview: read.preview,
                    restores: read.restores,
                },
                "publish" => ItemKind::Publish {
                    preview: read.preview,
                    also: read.also,
                },
                "manual" => ItemKind::Manual { words: words()? },
                "notice" => ItemKind::Notice { words: words()? },
                unknown => {
                    return Err(format!(
                        "unknown kind `{unknown}` of an item, expected undo, publish, manual or notice"
                    ));
                }
            },
            id: read.id,
            step: read.step,
            title: read.title,
            loses: read.loses,
            because: read.because,
        })
    }
}

/// A combination that the rollback would leave behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The coherence rule's id.
    pub id: String,
    /// Why it is wrong.
    pub because: String,
    /// Steps to undo as well, closed under needs.
    pub repair: Vec<StepId>,
    /// Whether the repair loses nothing, so that it is taken by default.
    pub repair_is_default: bool,
}

/// The plan of a rollback. What a person confirms: set, order, restored values and breaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackPlan {
    /// What was asked.
    pub scope: RollbackScope,
    /// In the order in which they are carried out.
    pub items: Vec<RollbackItem>,
    /// Breaches that remain.
    pub breaches: Vec<Breach>,
    /// Steps in flight that are in the set: they are stopped and resolved first.
    pub in_flight: Vec<StepId>,
    /// Steps in doubt outside the set, named.
    pub in_doubt: Vec<StepId>,
}

impl RollbackPlan {
    /// What a confirmation names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }
}

/// The preconditions of a rollback item as last read; not part of the digest because they age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precondition {
    /// The item's id.
    pub item: String,
    /// What was read.
    pub reading: CheckReading,
}
