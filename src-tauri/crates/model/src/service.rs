//! Elastic Container Service: a service as an action and a check name it, and as far as a roll of it matters.
//!
//! A roll (`UpdateService` with `forceNewDeployment`) changes no value. It starts every task anew, and a task reads
//! its parameters only when it starts (ECS developer guide, "Pass Systems Manager parameters through environment
//! variables"): so it makes seen what was written before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Starts every task of a service anew, from the task definition that it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollService {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub service: String,
    /// Names of the parameters that its tasks read when they start, of the steps that the roll publishes: tasks
    /// that started before one of them was written don't know its value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
}

impl RollService {
    /// How the words of a difference begin where ECS itself gave the new deployment up; what stands in its place follows.
    pub const GIVEN_UP: &str = "the new one was given up; ";
}

/// A service of a cluster stands still: one deployment, which is completed, and every task runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceCheck {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub service: String,
}

/// Every task of a service was made after these parameters were last written, so that none of them can have read an
/// older value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RereadCheck {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub service: String,
    /// Names of the parameters, as written in full, one at least.
    pub parameters: Vec<String>,
}

/// What a roll leaves as it is: a deployment of anything else is not the one that was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The ARN of its task definition, with the revision.
    pub definition: String,
    /// Who makes its deployments: `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    pub controller: String,
    /// By container, the digest of the image that its running tasks have; none of a container that says none. A roll
    /// resolves a tag anew, so that it may start another image.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, String>,
    /// Containers whose image the task definition names by a tag and not by its digest, sorted. It is no field of its
    /// own: it follows from the definition, and is said before a roll.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_tag: Vec<String>,
    /// Of the parameters that a roll makes seen, those that its task definition does not hand to a container. Said
    /// before a roll: a program may read them by itself when it starts, or the runbook names another service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_handed: Vec<String>,
}

impl Service {
    /// Every field.
    pub(crate) fn fields(&self) -> Vec<crate::field::Field> {
        use crate::field::Field;
        let mut fields = vec![
            Field::new("task definition", &self.definition),
            Field::new("deployment controller", &self.controller),
        ];
        let images = self.images.iter();
        fields.extend(images.map(|(container, digest)| Field::new(&format!("image of {container}"), digest)));
        fields
    }

    /// One line a field, for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("task definition {}", self.definition)];
        let images = self.images.iter();
        lines.extend(images.map(|(container, digest)| format!("{container}: {digest}")));
        lines
    }
}
