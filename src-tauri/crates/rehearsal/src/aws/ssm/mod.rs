//! Parameter Store of Systems Manager (JSON 1.1): parameters with their versions and labels, read, put,
//! labelled and deleted. Every account and region has parameters of its own, as at AWS: what is put in the
//! wrong one is made there.
//!
//! Not rehearsed, and refused by name: tags, values that are images or integrations, shared parameters, the
//! filter of the first API, and policies that delete a parameter when their time comes.

mod cipher;
mod describe;
mod get;
mod label;
mod name;
mod part;
mod put;
mod seed;
mod somebody;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use part::Ssm;
pub use seed::{
    MAINTENANCE_PARAMETER, ORIGINS_PARAMETER, PROFILES_PARAMETER, SECRET_KEY_ALIAS, SECRET_PARAMETER,
};
pub(crate) use somebody::somebody_puts;

use part::AccountRegion;

use super::json::{self, read};
use super::service::{Face, Wire, operation_itself};
use super::{AwsError, Call, Refused, Served};
use crate::core::Core;
use crate::log::{Caller, LogEntry, Outcome};
use crate::state::State;

pub(super) const FACE: Face = Face {
    scope: "ssm",
    wire: Wire::Json { target: "AmazonSSM" },
    throttled: "ThrottlingException",
    operation: json::operation,
    action: operation_itself,
    resource: |caller, call| Some(resource(caller, call)),
    serve,
};

/// Answers one operation.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let place = AccountRegion::of(caller);
    let body = &call.body;
    match caller.operation.as_str() {
        "PutParameter" => change(core, caller, |state, now| {
            put::put(&mut state.ssm, &place, caller, &read(body)?, now)
        }),
        "DeleteParameter" => change(core, caller, |state, _| {
            label::delete(&mut state.ssm, &place, caller, &read(body)?)
        }),
        "LabelParameterVersion" => change(core, caller, |state, _| {
            label::label(&mut state.ssm, &place, caller, &read(body)?)
        }),
        _ => look(core, caller, |state| answer(state, &place, caller, body)),
    }
}

/// Answers an operation that changes nothing.
fn answer(state: &State, place: &AccountRegion, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    match caller.operation.as_str() {
        "GetParameter" => get::one(&state.ssm, place, caller, &read(body)?),
        "GetParameters" => get::several(&state.ssm, place, caller, &read(body)?),
        "GetParameterHistory" => get::history(&state.ssm, place, caller, &read(body)?),
        "DescribeParameters" => describe::describe(&state.ssm, place, &read(body)?),
        other => Err(AwsError::not_rehearsed(other)),
    }
}

fn look(
    core: &Core,
    caller: &Caller,
    answer: impl FnOnce(&State) -> Result<Value, AwsError>,
) -> Result<Served, Refused> {
    let entry = caller.entry(Outcome::Read);
    match core.read(answer) {
        Ok(body) => Ok(Served {
            answer: json::answer(&body),
            entry: Some(entry),
            lost: false,
        }),
        Err(error) => Err(Box::new((error, entry))),
    }
}

fn change(
    core: &Core,
    caller: &Caller,
    apply: impl FnOnce(&mut State, i64) -> Result<(Value, LogEntry), AwsError>,
) -> Result<Served, Refused> {
    let committed = core
        .commit(apply)
        .map_err(|error| Box::new((error, caller.entry(Outcome::Refused))))?;
    Ok(Served {
        answer: json::answer(&committed.made),
        entry: None,
        lost: committed.lost,
    })
}

/// What IAM names in a denial: the parameter, the first of several, or all of the account.
fn resource(caller: &Caller, call: &Call) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Named {
        name: Option<String>,
        names: Option<Vec<String>>,
    }
    let place = AccountRegion::of(caller);
    let named = serde_json::from_slice::<Named>(&call.body).ok();
    let name = named.and_then(|named| named.name.or_else(|| named.names?.into_iter().next()));
    match name {
        Some(arn) if arn.starts_with("arn:") => arn,
        Some(name) => place.arn(name.split(':').next().unwrap_or_default()),
        None => place.everything(),
    }
}

fn validation(message: &str) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// A value that breaks a constraint of the API.
fn constraint(name: &str, value: &str, rule: &str) -> AwsError {
    validation(&format!(
        "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {rule}"
    ))
}

/// A text whose length must be between these.
fn length(name: &str, text: &str, least: usize, most: usize) -> Result<(), AwsError> {
    let length = text.chars().count();
    if length < least {
        let rule = format!("Member must have length greater than or equal to {least}");
        return Err(constraint(name, text, &rule));
    }
    if length > most {
        let rule = format!("Member must have length less than or equal to {most}");
        return Err(constraint(name, text, &rule));
    }
    Ok(())
}

/// The length of a page as asked for.
fn page_size(asked: Option<i64>, default: usize) -> Result<usize, AwsError> {
    let Some(asked) = asked else {
        return Ok(default);
    };
    let size = usize::try_from(asked).ok().filter(|size| (1..=50).contains(size));
    size.ok_or_else(|| {
        let rule = match asked > 50 {
            true => "Member must have value less than or equal to 50",
            false => "Member must have value greater than or equal to 1",
        };
        constraint("maxResults", &asked.to_string(), rule)
    })
}

fn wrong_token() -> AwsError {
    AwsError::new("InvalidNextToken", "The specified token isn't valid.")
}
