//! HTTP APIs (API Gateway V2, rest-json of 2018-11-29), which have a service of their own under the same scope: one is
//! there, so that it can be told from a REST API. Neither service knows the other's.

use serde_json::{Value, json};

use super::{bad, is_here, no_api};
use crate::aws::cognito::REGION;
use crate::aws::{AwsError, Call};
use crate::clock::iso;
use crate::log::Caller;
use crate::state::State;

/// The id of the HTTP API.
pub const HTTP_API: &str = "h7t8t9p0a1";

/// The HTTP API, as GetApi shows it.
fn shown(created_ms: i64) -> Value {
    json!({
        "apiEndpoint": format!("https://{HTTP_API}.execute-api.{REGION}.amazonaws.com"),
        "apiId": HTTP_API,
        "apiKeySelectionExpression": "$request.header.x-api-key",
        "createdDate": iso(created_ms),
        "disableExecuteApiEndpoint": false,
        "ipAddressType": "ipv4",
        "name": "tis-notices",
        "protocolType": "HTTP",
        "routeSelectionExpression": "$request.method $request.path",
        "tags": {},
    })
}

/// GetApi.
pub(super) fn one(state: &State, caller: &Caller, id: &str) -> Result<Value, AwsError> {
    match is_here(caller) && id == HTTP_API {
        true => Ok(shown(state.apigateway.http_created_ms())),
        false => Err(no_api(caller, id)),
    }
}

/// GetApis, always whole: a token of another page is one that nobody was given.
pub(super) fn all(state: &State, caller: &Caller, call: &Call) -> Result<Value, AwsError> {
    if call.param("nextToken").is_some() {
        return Err(bad("Invalid nextToken"));
    }
    let here = is_here(caller).then(|| shown(state.apigateway.http_created_ms()));
    Ok(json!({"items": here.into_iter().collect::<Vec<_>>()}))
}
