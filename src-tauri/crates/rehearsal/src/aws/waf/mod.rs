//! WAFv2 (JSON 1.1): web ACLs, read and replaced whole, and what they do with a request.
//!
//! A web ACL is kept as the JSON that it was given: a member that nobody here knows is kept too, as a service that is
//! newer than its SDKs keeps it. What an update leaves out is gone.
//!
//! Not rehearsed, and refused by name: everything that makes, deletes or attaches a web ACL, rule groups and sets of
//! addresses, sampled requests, logging.

mod judge;
mod part;
mod read;
mod rules;
mod seed;
mod somebody;
mod statement;
#[cfg(test)]
mod tests;
mod transform;
mod update;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use judge::{WafRequest, judge};
pub(crate) use part::Waf;
pub use seed::{FREEZE_RULE, WAF_SPREAD, WEB_ACL_ID, WEB_ACL_NAME};
pub(crate) use somebody::{somebody_edits_a_rule, somebody_sets_the_rule};

use super::json;
use super::service::{Face, Wire, operation_itself};
use super::{AwsError, Call, Refused, Served};
use crate::core::Core;
use crate::log::{Caller, Outcome};
use crate::state::State;

pub(super) const FACE: Face = Face {
    scope: "wafv2",
    wire: Wire::Json {
        target: "AWSWAF_20190729",
    },
    throttled: "ThrottlingException",
    operation: json::operation,
    action: operation_itself,
    resource: |caller, call| Some(resource(caller, call)),
    serve,
};

/// Answers one operation.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let refused = |error| Box::new((error, caller.entry(Outcome::Refused)));
    if caller.operation == "UpdateWebACL" {
        let asked = json::read(&call.body).map_err(refused)?;
        let committed = core
            .commit(|state, now| update::update(state, caller, asked, now))
            .map_err(refused)?;
        return Ok(Served {
            answer: json::answer(&committed.made),
            entry: None,
            lost: committed.lost,
        });
    }
    match core.read(|state| answer(state, caller, &call.body)) {
        Ok(body) => Ok(Served {
            answer: json::answer(&body),
            entry: Some(caller.entry(Outcome::Read)),
            lost: false,
        }),
        Err(error) => Err(refused(error)),
    }
}

/// Answers an operation that changes nothing.
fn answer(state: &State, caller: &Caller, body: &[u8]) -> Result<Value, AwsError> {
    match caller.operation.as_str() {
        "GetWebACL" => read::one(state, caller, &json::read(body)?),
        "GetWebACLForResource" => read::of_resource(state, caller, &json::read(body)?),
        "ListWebACLs" => read::list(state, caller, &json::read(body)?),
        other => Err(AwsError::not_rehearsed(other)),
    }
}

/// What IAM names in a denial (service authorization reference, "AWS WAF V2").
fn resource(caller: &Caller, call: &Call) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Named {
        name: Option<String>,
        id: Option<String>,
        resource_arn: Option<String>,
    }
    let named = serde_json::from_slice::<Named>(&call.body).ok();
    match named {
        Some(Named {
            name: Some(name),
            id: Some(id),
            ..
        }) => part::arn(&caller.region, &caller.account, &name, &id),
        Some(Named {
            resource_arn: Some(arn),
            ..
        }) => arn,
        Some(_) | None => "*".to_owned(),
    }
}

/// A parameter that is not valid, in AWS's words: what is wrong, which kind of setting it is of, and the setting
/// (hashicorp/terraform-provider-aws#29321).
fn invalid(reason: &str, field: &str, parameter: &str) -> AwsError {
    AwsError::new(
        "WAFInvalidParameterException",
        &format!("Error reason: {reason}, field: {field}, parameter: {parameter}"),
    )
}

/// Something that is not there.
fn missing() -> AwsError {
    AwsError::new(
        "WAFNonexistentItemException",
        "AWS WAF couldn’t perform the operation because your resource doesn’t exist.",
    )
}

/// CloudFront's web ACLs are all in one region (API reference, "Scope").
fn scope(caller: &Caller, asked: &str) -> Result<(), AwsError> {
    match asked {
        "REGIONAL" => Ok(()),
        "CLOUDFRONT" if caller.region == "us-east-1" => Ok(()),
        _ => Err(invalid("The scope is not valid.", "SCOPE_VALUE", asked)),
    }
}
