//! Attempts and what inspection finds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::StepId;
use crate::image::Image;
use crate::tagged::tagged;

/// Forward or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The action itself.
    Apply,
    /// Its compensation.
    Undo,
    /// A publication once more, in a rollback: what was taken back is to be seen.
    Publish,
}

/// One numbered try, in a generation of its step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptId {
    /// The step.
    pub step: StepId,
    /// Counts reopenings, from 1.
    pub generation: u32,
    /// Forward or back.
    pub way: Way,
    /// Counts tries of this way in this generation, from 1.
    pub n: u32,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.way {
            Way::Apply => "apply",
            Way::Undo => "undo",
            Way::Publish => "publish",
        };
        write!(f, "{}/{}/{way}/{}", self.step, self.generation, self.n)
    }
}

/// One field on which the world and what we know differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDifference {
    /// The field in words.
    pub field: String,
    /// As it is in the world.
    pub found: String,
    /// As it was before the action.
    pub before: String,
    /// As the action would leave it.
    pub after: String,
}

impl FieldDifference {
    /// The field's name where what is there is ours, and what somebody else had written before it is gone.
    pub const OVERWRITTEN: &'static str = "a value that was overwritten";
}

/// What inspection finds. It speaks about the world, not about the direction: `Before` is the
/// state before the *apply*, also when an undo is inspected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Finding {
    /// The world is as before the action.
    Before,
    /// The world is as the action leaves it.
    After,
    /// Some fields are as before, some as after.
    Partial {
        /// Which.
        differences: Vec<FieldDifference>,
    },
    /// Something else is there.
    Other {
        /// What was found.
        found: Image,
        /// Where it differs.
        differences: Vec<FieldDifference>,
    },
    /// It could not be told.
    Unclear {
        /// Why, and what would mend it.
        why: String,
    },
}

tagged!(Finding, "finding");

impl Finding {
    /// One word for people and for the CLI's JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Partial { .. } => "partial",
            Self::Other { .. } => "other",
            Self::Unclear { .. } => "unclear",
        }
    }
}
