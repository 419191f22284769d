//! GetWebACL, GetWebACLForResource and ListWebACLs.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{invalid, missing, scope};
use crate::aws::AwsError;
use crate::log::Caller;
use crate::state::State;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetWebAcl {
    name: String,
    scope: String,
    id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetWebAclForResource {
    resource_arn: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ListWebAcls {
    scope: String,
    limit: Option<i64>,
    next_marker: Option<String>,
}

/// The whole web ACL, and the token without which nobody can replace it.
pub(super) fn one(state: &State, caller: &Caller, asked: &GetWebAcl) -> Result<Value, AwsError> {
    scope(caller, &asked.scope)?;
    let mut all = state.waf.acls.iter();
    let found = all
        .find(|acl| acl.is_of(caller, &asked.scope) && acl.name == asked.name && acl.id == asked.id)
        .ok_or_else(missing)?;
    Ok(json!({"WebACL": found.shown(&state.faults), "LockToken": found.lock_token}))
}

/// The web ACL before a resource, without a token; nothing where none stands before it.
pub(super) fn of_resource(
    state: &State,
    caller: &Caller,
    asked: &GetWebAclForResource,
) -> Result<Value, AwsError> {
    let arn = &asked.resource_arn;
    if !arn.starts_with("arn:aws:") {
        return Err(invalid("The ARN isn't valid.", "RESOURCE_ARN", arn));
    }
    // An API's ARN has a region but no account, so another account would see it as not there.
    if !state.apigateway.has_stage(arn) || !crate::aws::apigateway::is_here(caller) {
        return Err(missing());
    }
    Ok(match state.waf.before(arn, &state.faults) {
        Some(acl) => json!({"WebACL": acl.shown(&state.faults)}),
        None => json!({}),
    })
}

/// What there is; a world has fewer than fit on a page.
pub(super) fn list(state: &State, caller: &Caller, asked: &ListWebAcls) -> Result<Value, AwsError> {
    scope(caller, &asked.scope)?;
    if asked.limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
        return Err(invalid("The limit is not valid.", "ENTITY_LIMIT", "Limit"));
    }
    if let Some(marker) = &asked.next_marker {
        return Err(invalid("The marker is not valid.", "ENTITY_LIMIT", marker));
    }
    let all = state
        .waf
        .acls
        .iter()
        .filter(|acl| acl.is_of(caller, &asked.scope));
    let summaries = all.map(|acl| {
        json!({
            "Name": acl.name,
            "Id": acl.id,
            "Description": acl.description(),
            "LockToken": acl.lock_token,
            "ARN": acl.arn(),
        })
    });
    Ok(json!({"WebACLs": summaries.collect::<Vec<_>>()}))
}
