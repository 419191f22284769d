//! GetParameter, GetParameters and GetParameterHistory.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::name::{self, Reference, Selector, not_found};
use super::part::{AccountRegion, Parameter, Ssm, Version};
use super::{page_size, validation, wrong_token};
use crate::aws::AwsError;
use crate::aws::token::{self, Token};
use crate::log::Caller;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetParameter {
    name: String,
    with_decryption: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetParameters {
    names: Vec<String>,
    with_decryption: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetHistory {
    name: String,
    with_decryption: Option<bool>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// A parameter, and the version of it that is meant.
fn find<'a>(
    ssm: &'a Ssm,
    place: &AccountRegion,
    wanted: &Reference,
) -> Result<(&'a Parameter, &'a Version), AwsError> {
    let parameter = ssm.get(place, &wanted.name).ok_or_else(not_found)?;
    let versions = &parameter.versions;
    let version = match &wanted.selector {
        None => parameter.last().ok_or_else(not_found)?,
        Some(Selector::Version(number)) => versions
            .iter()
            .find(|version| version.number == *number)
            .ok_or_else(|| no_version(*number, &wanted.name))?,
        // The code of a missing version; that a missing label has it too, and the words, are not proven.
        Some(Selector::Label(label)) => versions
            .iter()
            .find(|version| version.labels.contains(label))
            .ok_or_else(|| {
                let name = &wanted.name;
                no_such_version(format!(
                    "Systems Manager could not find label {label} of {name}. Verify the label and try again."
                ))
            })?,
    };
    Ok((parameter, version))
}

/// As AWS words it (getmoto/moto#3977).
pub(super) fn no_version(number: u64, name: &str) -> AwsError {
    no_such_version(format!(
        "Systems Manager could not find version {number} of {name}. Verify the version and try again."
    ))
}

fn no_such_version(message: String) -> AwsError {
    AwsError::new("ParameterVersionNotFound", &message)
}

fn shown(ssm: &Ssm, place: &AccountRegion, wanted: &Reference, decrypted: bool) -> Result<Value, AwsError> {
    let (parameter, version) = find(ssm, place, wanted)?;
    let mut shown = parameter.shown(place, version, decrypted);
    if let Some(selected) = &wanted.selected {
        shown["Selector"] = json!(selected);
    }
    Ok(shown)
}

pub(super) fn one(
    ssm: &Ssm,
    place: &AccountRegion,
    caller: &Caller,
    asked: &GetParameter,
) -> Result<Value, AwsError> {
    let wanted = name::reference(&asked.name, place, caller)?;
    let shown = shown(ssm, place, &wanted, asked.with_decryption == Some(true))?;
    Ok(json!({ "Parameter": shown }))
}

/// Up to ten, by name; what is not there is named beside them, and is no error.
pub(super) fn several(
    ssm: &Ssm,
    place: &AccountRegion,
    caller: &Caller,
    asked: &GetParameters,
) -> Result<Value, AwsError> {
    if !(1..=10).contains(&asked.names.len()) {
        return Err(validation(&format!(
            "1 validation error detected: Value '[{}]' at 'names' failed to satisfy constraint: Member must have length \
             {}",
            asked.names.join(", "),
            if asked.names.is_empty() {
                "greater than or equal to 1"
            } else {
                "less than or equal to 10"
            },
        )));
    }
    let mut found = BTreeMap::new();
    let mut missing = Vec::new();
    for text in &asked.names {
        let wanted = name::reference(text, place, caller)?;
        match shown(ssm, place, &wanted, asked.with_decryption == Some(true)) {
            Ok(shown) => {
                found.insert((wanted.name, wanted.selected), shown);
            }
            Err(_) if missing.contains(text) => {}
            Err(_) => missing.push(text.clone()),
        }
    }
    Ok(json!({
        "Parameters": found.into_values().collect::<Vec<_>>(),
        "InvalidParameters": missing,
    }))
}

/// The versions that are kept, oldest first.
pub(super) fn history(
    ssm: &Ssm,
    place: &AccountRegion,
    caller: &Caller,
    asked: &GetHistory,
) -> Result<Value, AwsError> {
    let size = page_size(asked.max_results, 50)?;
    let wanted = name::reference(&asked.name, place, caller)?;
    if wanted.selected.is_some() {
        return Err(not_found());
    }
    let parameter = ssm.get(place, &wanted.name).ok_or_else(not_found)?;
    let question = format!("history {}", place.arn(&parameter.name));
    let from = Token::read(asked.next_token.as_deref(), &question).ok_or_else(wrong_token)?;
    let versions = &parameter.versions;
    let at = from.at.min(versions.len());
    let end = (at + size).min(versions.len());
    let page: Vec<Value> = versions[at..end]
        .iter()
        .map(|version| parameter.was(place, version, asked.with_decryption == Some(true)))
        .collect();
    let mut answer = json!({ "Parameters": page });
    if end < versions.len() {
        let next = token::PageStart { at: end, ..from };
        answer["NextToken"] = json!(Token::new(&question, next).text());
    }
    Ok(answer)
}
