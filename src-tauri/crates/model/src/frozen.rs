//! A plan as it stands in a journal.

use std::ops::Deref;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::plan::Plan;
use crate::unknown::lost;

/// How many fields that are not known are named.
const NAMED: usize = 20;

/// A frozen plan: what it says, and the digest of the bytes as they were journalled.
///
/// The digest is never taken over a plan that was read and is written again: a program that gives plans a
/// new field would else find that every earlier plan, and one that does not know a field that every later
/// plan has been tampered with.
#[derive(Debug, Clone)]
pub struct Frozen {
    plan: Arc<Plan>,
    digest: Digest,
    /// As it was written, where reading it lost something.
    raw: Option<Arc<Value>>,
}

impl Frozen {
    /// Freezes a plan of this program.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            digest: plan.digest(),
            plan: Arc::new(plan),
            raw: None,
        }
    }

    /// The digest of the plan as it was journalled.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The plan, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<Plan> {
        self.plan.clone()
    }

    /// The fields of the journalled plan that this program does not know, such as
    /// `phases[1].steps[0].publishes`; empty where it knows all of it.
    #[must_use]
    pub fn not_known(&self) -> Vec<String> {
        let known = || serde_json::to_value(&*self.plan).unwrap_or(Value::Null);
        self.raw
            .as_ref()
            .map(|raw| lost(raw, &known(), NAMED))
            .unwrap_or_default()
    }
}

impl From<Plan> for Frozen {
    fn from(plan: Plan) -> Self {
        Self::new(plan)
    }
}

impl Deref for Frozen {
    type Target = Plan;
    fn deref(&self) -> &Plan {
        &self.plan
    }
}

impl PartialEq for Frozen {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Frozen {}

impl Serialize for Frozen {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.raw {
            Some(raw) => raw.serialize(serializer),
            None => self.plan.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Frozen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A tree keeps the order of its fields, and numbers and texts have one spelling in what this
        // program writes: these are the bytes as they were journalled.
        let raw = Value::deserialize(deserializer)?;
        let plan = Plan::deserialize(&raw).map_err(D::Error::custom)?;
        let digest = Digest::of(&raw);
        let raw = (plan.digest() != digest).then(|| Arc::new(raw));
        Ok(Self {
            plan: Arc::new(plan),
            digest,
            raw,
        })
    }
}
