//! The exact change that a person approves; what is applied is the same value.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::image::Image;

/// One object's change, in words for people; the images carry the exact values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The object's name.
    pub object: String,
    /// Lines as they are now.
    pub before: Vec<String>,
    /// Lines as they will be.
    pub after: Vec<String>,
}

/// One API call, with the parameters exactly as they will be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCall {
    /// The service's id in the SDK: `route53`.
    pub service: String,
    /// The operation: `ChangeResourceRecordSets`.
    pub operation: String,
    /// The parameters in the spelling of the AWS CLI's `--cli-input-json`.
    pub parameters: serde_json::Value,
}

impl ApiCall {
    /// The call as an AWS CLI command for a POSIX shell; the JSON stands in single quotes with
    /// every single quote in it escaped, so that no value can become a shell word.
    #[must_use]
    pub fn as_cli(&self) -> String {
        let operation: String = self
            .operation
            .chars()
            .enumerate()
            .flat_map(|(at, c)| {
                let dash = (c.is_ascii_uppercase() && at > 0).then_some('-');
                dash.into_iter().chain(std::iter::once(c.to_ascii_lowercase()))
            })
            .collect();
        let json = self.parameters.to_string().replace('\'', r"'\''");
        format!("aws {} {operation} --cli-input-json '{json}'", self.service)
    }
}

/// The exact changes, before → after, and the exact calls. `Debug` names the objects and leaves the
/// values out: those of some kinds are secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// What is there now, and is expected to be there when the call is made.
    pub from: Image,
    /// What will be there.
    pub to: Image,
    /// The changes in words.
    pub changes: Vec<Change>,
    /// The calls; empty when there is nothing to change. Shared, because a preview is copied from event
    /// to run to screen and its parameters are the largest part of it.
    pub calls: Arc<[ApiCall]>,
}

impl Preview {
    /// What an approval names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let objects: Vec<&str> = self.changes.iter().map(|c| c.object.as_str()).collect();
        write!(f, "Preview({}; {} calls)", objects.join(", "), self.calls.len())
    }
}
