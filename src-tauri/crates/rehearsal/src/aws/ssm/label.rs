//! LabelParameterVersion and DeleteParameter.

use serde::Deserialize;
use serde_json::{Value, json};

use super::get::no_version;
use super::name::{self, not_found};
use super::part::{AccountRegion, Ssm};
use super::{length, validation};
use crate::aws::AwsError;
use crate::log::{Caller, LogEntry, Outcome};

/// The most labels of a version.
const MOST_LABELS: usize = 10;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Label {
    name: String,
    parameter_version: Option<u64>,
    labels: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Delete {
    name: String,
}

/// Letters, digits and `.-_`; no digit, `aws` or `ssm` first (API reference, LabelParameterVersion).
fn is_good(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    label
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        && !lower.starts_with(|c: char| c.is_ascii_digit())
        && !lower.starts_with("aws")
        && !lower.starts_with("ssm")
}

/// Labels a version, the last one where none is named; a label moves from the version that had it. Labels that
/// are none are named in the answer, and are no error.
pub(super) fn label(
    ssm: &mut Ssm,
    place: &AccountRegion,
    caller: &Caller,
    asked: &Label,
) -> Result<(Value, LogEntry), AwsError> {
    if !(1..=MOST_LABELS).contains(&asked.labels.len()) {
        return Err(too_many());
    }
    for label in &asked.labels {
        length("labels", label, 1, 100)?;
    }
    let wanted = name::reference(&asked.name, place, caller)?;
    let parameter = ssm.get_mut(place, &wanted.name).ok_or_else(not_found)?;
    let number = asked
        .parameter_version
        .or_else(|| parameter.last().map(|last| last.number))
        .ok_or_else(not_found)?;
    let (good, bad): (Vec<&String>, Vec<&String>) = asked.labels.iter().partition(|label| is_good(label));
    let target = parameter
        .versions
        .iter_mut()
        .find(|version| version.number == number)
        .ok_or_else(|| no_version(number, &wanted.name))?;
    for label in &good {
        if !target.labels.contains(label) {
            target.labels.push((*label).clone());
        }
    }
    if target.labels.len() > MOST_LABELS {
        return Err(too_many());
    }
    for version in parameter.versions.iter_mut().filter(|v| v.number != number) {
        version.labels.retain(|label| !good.contains(&label));
    }
    let answer = json!({ "InvalidLabels": bad, "ParameterVersion": number });
    Ok((answer, caller.entry(Outcome::Committed)))
}

/// The words as getmoto/moto has them.
fn too_many() -> AwsError {
    AwsError::new(
        "ParameterVersionLabelLimitExceeded",
        "A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.",
    )
}

/// Deletes a parameter with all its versions; one that is made anew begins with version 1.
pub(super) fn delete(
    ssm: &mut Ssm,
    place: &AccountRegion,
    caller: &Caller,
    asked: &Delete,
) -> Result<(Value, LogEntry), AwsError> {
    if asked.name.starts_with("arn:") {
        return Err(validation(
            "Only the name of a parameter deletes it, not its ARN.",
        ));
    }
    let wanted = name::reference(&asked.name, place, caller)?;
    if wanted.selected.is_some() || ssm.remove(place, &wanted.name).is_none() {
        return Err(not_found());
    }
    Ok((json!({}), caller.entry(Outcome::Committed)))
}
